"""The config of a table of results."""

from __future__ import annotations

from typing import Final

from cartpk.draft.facts import shown_list
from cartpk.draft.notes import doubts, is_adam, not_read, notes, one
from cartpk.draft.order import Draft, Order
from cartpk.draft.page import Page, scalar
from cartpk.draft.roles import header_of
from cartpk.draft.sections import (
    analytes_section,
    endpoints_section,
    intake_lines,
    measures_section,
    opening,
    report_section,
)
from cartpk.draft.sheets import Sheet
from cartpk.draft.understanding import Understanding
from cartpk.ingest.text import plain

__all__ = ["tidy_page"]

_COLUMNS: Final = (
    "subject", "time", "nominal_time", "visit", "value", "unit", "lloq", "lloq_unit", "blq", "analyte", "specimen",
    "method", "dose", "dose_unit", "weight", "age", "sex", "group", "event_day", "event", "comment",
)  # fmt: skip
_SHORT: Final = 60


def tidy_page(
    order: Order, sheets: list[Sheet], infusions: list[Sheet], found: Understanding, cautions: list[str]
) -> Draft:
    """The config of these tables.

    Parameters
    ----------
    order
        What was asked for.
    sheets, infusions
        Tables of results; tables of infusions.
    found
        What the tables of results are.
    cautions
        What a person must know of other files.
    """
    page = Page()
    texts = _texts(sheets)
    product = ("CAR product", "not in the data: printed in titles")
    opening(page, order.command, (order.name, order.name_why), product, texts, order.cell)
    _dosing(page, found)
    if is_adam(sheets):
        _adam_data(page, sheets, found)
    else:
        _data(page, sheets, infusions, found)
        _time(page, found)
    from_token = next((limit.why for limit in found.limits.values() if limit.from_token), "")
    intake_lines(page, found.style, found.words, found.spellings, found.conflicts, from_token=from_token)
    analytes_section(page, found.assays, found.limits, found.units_why, with_names="analyte" in found.columns)
    measures_section(page, found.assays, found.limits)
    endpoints_section(page, found.assays, grouped="group" in found.columns)
    report_section(page, texts)
    return Draft(
        page.text(), page.questions, tuple(found.guesses.values()), (*notes(found), *not_read(sheets, found)),
        (*cautions, *found.cautions, *doubts(sheets, infusions, found)), found.subjects,
    )  # fmt: skip


def _texts(sheets: list[Sheet]) -> list[str]:
    """Texts that may name the product or say that the data are simulated: titles, headers, repeated cells, names."""
    texts: list[str] = []
    for sheet in sheets:
        texts += list(sheet.titles)
        texts += [str(name) for name in sheet.frame.columns]
        for facts in sheet.facts():
            if facts.share("number", "date") < 0.5 and len(facts.distinct) <= _SHORT:
                texts += facts.distinct
        texts.append(sheet.file.rsplit("/", 1)[-1])
    return texts


def _dosing(page: Page, found: Understanding) -> None:
    if "dose" not in found.columns or "dose_unit" in found.columns:
        return
    header = header_of(found.columns["dose"])
    unit = header.unit or ("cells" + ("/kg" if "kg" in header.words else "") if "cells" in header.words else "")
    page.add("dosing:")
    if unit:
        page.add(f"  basis: {'per_kg' if 'kg' in unit else 'flat'}", "from the unit")
        page.add(f"  unit: {scalar(unit)}", f"from the column's name {found.columns['dose']}")
    else:
        page.add("  unit: null", f"nothing says in which unit {found.columns['dose']} is, e.g. cells or cells/kg")
    page.add("  # levels: [2.5e+7, 1.0e+8]", "the planned doses, ascending, where there are any")
    page.add("")


def _data(page: Page, sheets: list[Sheet], infusions: list[Sheet], found: Understanding) -> None:
    page.add("data:")
    page.add("  layout: tidy", "a table of results" + (", one column per visit, subject or test" if found.wide else ""))
    for key, files in (("tables", sheets), ("infusions", infusions)):
        if files:
            page.add(f"  {key}:")
            for sheet in files:
                page.add(f"    - {scalar(sheet.file)}", f"{len(sheet.frame)} rows; {sheet.written}")
    _written(page, sheets, infusions)
    if found.wide is not None:
        page.add("  wide:")
        page.add(f"    columns: {scalar(found.wide.columns)}")
        page.add(f"    names: {found.wide.names}", f"each of these columns is one {one(found.wide.names)}")
    page.add("  columns:", "left: what cartpk calls it; right: what the table calls it")
    for role in _COLUMNS:
        if role in found.columns:
            page.add(f"    {role}: {scalar(found.columns[role])}", _reason(role, found))
    _exclusions(page, found)
    page.add("")


def _adam_data(page: Page, sheets: list[Sheet], found: Understanding) -> None:
    """Section data of ADaM tables: the standard says which column is what."""
    page.add("data:")
    page.add("  layout: adam", "the columns have the names of ADaM: USUBJID, AFRLT, AVAL ...")
    page.add("  tables:")
    for sheet in sheets:
        page.add(f"    - {scalar(sheet.file)}", f"{len(sheet.frame)} rows; {sheet.written}")
    _written(page, sheets, [])
    if "group" in found.columns:
        page.add("  columns:")
        page.add(f"    group: {scalar(found.columns['group'])}", _reason("group", found))
    _exclusions(page, found, adam=True)
    page.add("")


def _written(page: Page, sheets: list[Sheet], infusions: list[Sheet]) -> None:
    """How the files are written: sheets, encoding, lines above the header."""
    first = sheets[0]
    named = {k: f[0].sheet for k, f in (("tables", sheets), ("infusions", infusions)) if f and f[0].sheet is not None}
    if named:
        page.add("  sheets:", "of the workbook")
        for key, sheet_name in named.items():
            page.add(f"    {key}: {scalar(sheet_name)}")
    if first.encoding:
        page.add(f"  encoding: {scalar(first.encoding)}", "not UTF-8; every byte could be read like this")
    if first.skip_rows:
        page.add(f"  skip_rows: {first.skip_rows}", f"above the header: {shown_list(first.titles, 2)}")
    if first.header_rows > 1:
        page.add(f"  header_rows: {first.header_rows}", "the names are joined from top to bottom")


def _reason(role: str, found: Understanding) -> str:
    guess = found.guesses.get(role)
    if guess is None or guess.column != found.columns[role]:
        return "a name for what the columns above hold" if role == "value" else "a name for what their names say"
    also = f"; could also be {', '.join(guess.also)}" if guess.also else ""
    doubt = "" if guess.sure == "sure" else f"{guess.sure}: "
    return f"{doubt}{guess.why}{also}"


def _exclusions(page: Page, found: Understanding, *, adam: bool = False) -> None:
    """Rows whose remark says that they may be no measurement: asked, never decided."""
    # the layout adam lists copied and derived records by itself
    remarks = [r for r in found.remarks if not (adam and r.column == "DTYPE")]
    if not remarks:
        return
    entries = [
        f'  #   - {{column: {scalar(r.column)}, equals: {scalar(plain(r.text))}, reason: "the remark says so"}}'
        for r in remarks
    ]
    shown = "; ".join(f"{r.column} “{shown_list([plain(r.text)])}” ({r.rows} rows)" for r in remarks[:3])
    page.ask(
        "data.exclude",
        f"are these rows no measurements: {shown}? To leave them out (they stay in the listing) take the # out of the "
        "next lines.",
        "  # exclude:",
        *entries,
        needed=False,
    )


def _time(page: Page, found: Understanding) -> None:
    clock = found.clock
    page.add("time:")
    if clock.unit:
        page.add(f"  unit: {clock.unit}", clock.unit_why)
    else:
        page.ask("time.unit", f"are the times days or hours? {clock.unit_why}. Write day or hour.", "  unit: null")
    if clock.labelled and clock.day_zero:
        page.add(f"  day_zero: {clock.day_zero}", clock.day_zero_why)
    elif clock.labelled:
        page.ask(
            "time.day_zero",
            f"the times are labels ({clock.day_zero_why}). Which label has the day of the infusion, D0 or D1? Write "
            "infusion_is_day_0 or infusion_is_day_1.",
            "  day_zero: null",
        )
    page.add("")
