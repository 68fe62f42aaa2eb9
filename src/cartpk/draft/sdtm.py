"""The config of SDTM domains: PC, EX, DM and, where there are any, CP, LB and VS."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Final

import pandas as pd

from cartpk.config.data import Intake
from cartpk.draft.assays import Assay, Test, assays_of
from cartpk.draft.columns import Guess
from cartpk.draft.facts import facts_of, kind_of, shown_list
from cartpk.draft.numbers import Style, words_of
from cartpk.draft.order import Draft, Order
from cartpk.draft.page import Page, scalar
from cartpk.draft.results import limit_of
from cartpk.draft.sdtm_times import time_section
from cartpk.draft.sections import analytes_section, intake_lines, measures_section, opening, report_section
from cartpk.draft.sheets import Sheet
from cartpk.ingest.spellings import PER_UL, canonical_specimen, canonical_unit
from cartpk.ingest.text import key, plain

__all__ = ["domain_of", "sdtm_page"]

_MARKS: Final[dict[str, tuple[str, ...]]] = {
    "pc": ("PCTESTCD",), "ex": ("EXSTDTC",), "cp": ("CPTESTCD",), "lb": ("LBTESTCD",), "vs": ("VSTESTCD",),
    "dm": ("RFSTDTC", "SEX"),
}  # fmt: skip
"""Domain -> columns by which it is known where the column DOMAIN does not say."""
_WHAT: Final = {
    "pc": "concentrations", "ex": "infusions", "dm": "subjects", "cp": "cell counts", "lb": "laboratory results",
    "vs": "body weight",
}  # fmt: skip
_NEEDED: Final = ("dm", "ex", "pc")
_GROUPS: Final = range(2, 13)


def domain_of(sheet: Sheet) -> str | None:
    """The SDTM domain of this table, in small letters; None where it is none (ADaM tables are none)."""
    columns = set(sheet.frame.columns)
    if columns & {"AVAL", "AFRLT", "ARRLT", "TRTSDT", "TRT01A"}:
        return None
    if "DOMAIN" in columns:
        named = {str(d).strip().lower() for d in sheet.frame["DOMAIN"].unique() if str(d).strip()}
        return named.pop() if len(named) == 1 else None
    return next((d for d, marks in _MARKS.items() if columns.issuperset(("USUBJID", *marks))), None)


def sdtm_page(order: Order, sheets: list[Sheet], domains: dict[str, str | None], cautions: list[str]) -> Draft:
    """The config of these domains.

    Parameters
    ----------
    order
        What was asked for.
    sheets, domains
        The tables; the domain of each by its ``shown`` name.
    cautions
        What a person must know of other sheets.

    Raises
    ------
    ValueError
        One of the domains that are needed is not among the files.
    """
    files: dict[str, list[Sheet]] = defaultdict(list)
    for sheet in sheets:
        files[domains[sheet.shown] or "other"].append(sheet)
    missing = [d for d in _NEEDED if d not in files]
    if missing:
        named = ", ".join(f"{d.upper()} ({_WHAT[d]})" for d in missing)
        raise ValueError(
            f"these are SDTM tables ({', '.join(sorted(d.upper() for d in files))}); what is missing is {named}. Times "
            "are counted from the infusion in EX. Name all files in one command: cartpk new pc.csv ex.csv dm.csv ..."
        )
    frames = {d: pd.concat([s.frame for s in files[d]], ignore_index=True).fillna("") for d in _WHAT if d in files}
    rows = pd.concat([_rows(d, frames[d]) for d in ("pc", "cp", "lb") if d in frames], ignore_index=True)
    assays = _assays(rows)
    words = words_of([facts_of(rows[rows["DOMAIN"] != "lb"], "VALUE")], Style(".", None, ""))
    limits = {
        a.code: limit_of(_of(rows, a.test), Intake(), (), kinetic=a.role == "kinetic")
        for a in assays
        if a.role != "other"
    }
    page = Page()
    texts = _texts(frames)
    product = _product(frames["ex"])
    opening(page, order.command, (order.name, order.name_why), product, texts, order.cell)
    group = next((c for c in ("ACTARM", "ARM") if c in frames["dm"] and len(_given(frames["dm"], c)) in _GROUPS), None)
    _data(page, files, frames, group)
    cautions = [*cautions, *time_section(page, frames)]
    from_token = next((limit.why for limit in limits.values() if limit.from_token), "")
    intake_lines(page, Style(".", None, ""), words, {}, (0, ""), from_token=from_token)
    why = {a.code: f"from {a.test.domain.upper()}STRESU" for a in assays}
    analytes_section(page, assays, limits, why, with_names=True)
    measures_section(page, assays, limits)
    report_section(page, texts)
    guesses = [_guess(d, files[d], frames[d]) for d in _WHAT if d in files]
    notes = [(_KINDS[a.role], f"{a.label}, {a.test.unit or 'no unit'}") for a in assays if a.role != "other"]
    if group:
        notes.append(("groups", f"{group} of DM: {shown_list(_given(frames['dm'], group))}"))
    cautions += [f"{s.shown} is no domain that cartpk reads here: it is left out." for s in files.get("other", [])]
    cautions += [f"{s.shown} ({d.upper()}) is left out." for d in files if d not in {*_WHAT, "other"} for s in files[d]]
    subjects = len(set(frames["dm"]["USUBJID"]) | set(frames["pc"]["USUBJID"]))
    return Draft(page.text(), page.questions, tuple(guesses), tuple(notes), tuple(cautions), subjects)


_KINDS: Final = {"kinetic": "the product", "measure": "cell count"}


def _given(frame: pd.DataFrame, column: str) -> list[str]:
    return [t for t in frame[column].unique() if kind_of(t) != "missing"]


def _guess(domain: str, sheets: list[Sheet], frame: pd.DataFrame) -> Guess:
    names = ", ".join(s.file.rsplit("/", 1)[-1] for s in sheets)
    why = f"{len(frame)} rows, {frame['USUBJID'].nunique()} subjects" if "USUBJID" in frame else f"{len(frame)} rows"
    return Guess(domain, f"{domain.upper()}: {_WHAT[domain]}", names, "sure", why)


def _rows(domain: str, frame: pd.DataFrame) -> pd.DataFrame:
    """One row per result with names of our own."""
    prefix = domain.upper()
    empty = pd.Series("", index=frame.index, dtype="str")

    def cell(name: str) -> pd.Series[str]:
        return frame.get(f"{prefix}{name}", empty)

    standard = cell("STRESC").where(cell("STRESC").map(kind_of) != "missing", cell("STRESN"))
    is_standard = standard.map(kind_of) != "missing"
    marker = cell("SBMRKS").str.strip()
    return pd.DataFrame(
        {
            "DOMAIN": domain,
            "CODE": (cell("TESTCD").str.strip() + " " + marker).str.strip(),
            "NAME": (cell("TEST").str.strip() + " " + marker).str.strip(),
            "SPECIMEN": cell("SPEC"),
            "METHOD": cell("METHOD"),
            "UNIT": cell("STRESU").where(is_standard, cell("ORRESU")),
            "VALUE": standard.where(is_standard, cell("ORRES")),
            "LLOQ": cell("LLOQ"),
            "BLQ": "",
        }
    )


def _assays(rows: pd.DataFrame) -> list[Assay]:
    """The tests that have results."""
    given = rows[rows["VALUE"].map(kind_of) != "missing"]
    units = given["UNIT"].map(lambda u: "" if kind_of(u) == "missing" else canonical_unit(u))
    specimen = given["SPECIMEN"].map(canonical_specimen)
    tests = []
    for (domain, code, where), here in given.groupby(["DOMAIN", "CODE", specimen], sort=False):
        own = [u for u in units[here.index].drop_duplicates() if u] or [""]
        if all(u in PER_UL for u in own):
            own = own[:1]
        method = [m for m in here["METHOD"].drop_duplicates() if kind_of(m) != "missing"]
        for unit in own:
            mine = here[(units[here.index] == unit) | (len(own) == 1)]
            name = plain(str(mine["NAME"].iloc[0])) or str(code)
            tests.append(
                Test(name, str(where), unit, method[0] if len(method) == 1 else "", str(domain), str(code), len(mine))
            )
    # a laboratory's whole panel is not asked for: its counts of lymphocytes are
    tests = [
        t for t in tests if t.domain != "lb" or re.search(r"lymph|cd\d|nk|blast", f"{t.name} {t.code}", re.IGNORECASE)
    ]
    return assays_of(tests)


def _of(rows: pd.DataFrame, test: Test) -> pd.DataFrame:
    mine = rows[(rows["DOMAIN"] == test.domain) & (rows["CODE"] == test.code)]
    return mine[mine["SPECIMEN"].map(canonical_specimen) == test.specimen]


def _texts(frames: dict[str, pd.DataFrame]) -> list[str]:
    texts: list[str] = []
    for domain, column in (("ex", "EXTRT"), ("dm", "ARM"), ("pc", "PCTEST"), ("pc", "PCNAM"), ("pc", "PCTESTCD")):
        texts += _given(frames[domain], column) if column in frames[domain] else []
    return texts


def _no_placebo(names: list[str]) -> list[str]:
    """The treatments without placebo, where there is one among others."""
    rest = [n for n in names if "placebo" not in key(n) and "安慰剂" not in n]
    return rest if len(rest) < len(names) else []


def _product(ex: pd.DataFrame) -> tuple[str, str]:
    every = _given(ex, "EXTRT") if "EXTRT" in ex else []
    names = _no_placebo(every) or every
    if len(names) == 1:
        return names[0], "from EXTRT"
    return "CAR product", f"EXTRT names {shown_list(names)}: printed in titles" if names else "printed in titles"


def _encoding(page: Page, files: dict[str, list[Sheet]]) -> None:
    found = next((s.encoding for of_domain in files.values() for s in of_domain if s.encoding), None)
    if found:
        page.add(f"  encoding: {scalar(found)}", "not UTF-8; every byte could be read like this")


def _data(page: Page, files: dict[str, list[Sheet]], frames: dict[str, pd.DataFrame], group: str | None) -> None:
    page.add("data:")
    page.add("  layout: sdtm", "the tables are SDTM domains")
    page.add("  domains:")
    for domain in ("dm", "ex", "pc", "cp", "lb", "vs"):
        if domain in files:
            why = f"{_WHAT[domain]}: {len(frames[domain])} rows"
            page.add(f"    {domain}: {scalar([s.file for s in files[domain]])}", why)
    named = {d: files[d][0].sheet for d in _WHAT if d in files and files[d][0].sheet is not None}
    ex = frames["ex"]
    if "EXTRT" in ex and (names := _given(ex, "EXTRT")):
        several = ex.groupby("USUBJID")["EXTRT"].nunique().max() > 1
        if several:
            page.ask(
                "data.domains.treatment",
                f"which EXTRT is the infused product? EX names {shown_list(names, 8)}, some of them for one subject. "
                "E.g. treatment: [CD7 CAR-T]",
                "    treatment: []",
            )
        elif product := _no_placebo(names):
            page.add(f"    treatment: {scalar(product)}", f"EXTRT names {shown_list(names)}; placebo is no product")
        elif len(names) > 1:
            page.add(
                f"    # treatment: [{scalar(names[0])}]", f"EXTRT names {shown_list(names)}: all count as the product"
            )
    _encoding(page, files)
    if named:
        page.add("  sheets:")
        for domain, sheet in named.items():
            page.add(f"    {domain}: {scalar(sheet)}")
    if group:
        page.add("  columns:")
        page.add(f"    group: {group}", f"of DM: {shown_list(_given(frames['dm'], group))}")
    page.add("")
