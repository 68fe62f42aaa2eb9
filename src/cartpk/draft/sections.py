"""Sections of a drafted config that every layout has."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from cartpk.config.data import Intake
from cartpk.draft.assays import Assay
from cartpk.draft.facts import shown_list
from cartpk.draft.numbers import Style, Words
from cartpk.draft.page import Page, scalar
from cartpk.draft.results import Limit
from cartpk.draft.understanding import product_cell, stated_synthetic
from cartpk.ingest.text import plain
from cartpk.terms import Endpoint

__all__ = [
    "analytes_section",
    "endpoints_section",
    "intake_lines",
    "measures_section",
    "opening",
    "report_section",
    "trial_id",
]

_BLOODLESS: Final = "no column names it: BLOOD is the default"


def trial_id(text: str) -> str:
    """A name for the results folder made of this text.

    >>> trial_id("my data (2).csv"), trial_id("数据.csv")
    ('my-data-2', 'MYTRIAL')
    """
    stem = re.sub(r"\.[A-Za-z0-9]{1,8}$", "", text)
    return re.sub(r"[^A-Za-z0-9_.]+", "-", stem).strip("-._") or "MYTRIAL"


def opening(
    page: Page, command: str, name: tuple[str, str], product: tuple[str, str], texts: Iterable[str], given: str | None
) -> None:
    """Head of the file, sections trial and product.

    ``name`` and ``product`` come with where they are from; ``given`` are the cells, where they were given.
    """
    page.remark(f"Drafted by `{command}`.")
    page.remark(
        "Behind each # stands where a setting comes from. All other settings keep their default: config/README.md."
    )
    page.add("")
    page.add("trial:")
    page.add(f"  id: {scalar(name[0])}", f"{name[1]}; the results go to results/{name[0]}/")
    page.add("")
    page.add("product:")
    page.add(f"  name: {scalar(product[0])}", product[1])
    cell, said = product_cell(texts)
    if given is not None:
        page.add(f"  cell: {given}", "as you gave it")
    elif cell:
        page.add(f"  cell: {cell}", f"the data say “{plain(said)[:60]}”")
    else:
        page.ask(
            "product.cell",
            "are the cells T cells or NK cells? Write T or NK. The peak window and the default model depend on it.",
            "  cell: null",
        )
    page.add("")


def intake_lines(
    page: Page, style: Style, words: Words, spellings: dict[str, str], clash: tuple[int, str], *, from_token: str
) -> None:
    """Section intake, where anything differs from the defaults."""
    page.add("intake:")
    before = len(page.text())
    _style_lines(page, style)
    _word_lines(page, words)
    if from_token:
        page.add("  lloq_from_token: true", from_token)
    if spellings:
        page.add("  units:")
        for text, unit in spellings.items():
            page.add(f"    {scalar(text)}: {scalar(unit)}", "the unit that the text begins with")
    count, example = clash
    if count:
        times = "1 time of a subject has" if count == 1 else f"{count} times of a subject have"
        page.ask(
            "intake.duplicates",
            f"{times} more than one result (e.g. {example}). Which counts: mean, first or last? With null such a "
            "profile is not calculated.",
            "  duplicates: null",
            needed=False,
        )
    if len(page.text()) == before:
        page.add("  strict: false", "true = warnings stop the run as errors do")
    page.add("")


def _style_lines(page: Page, style: Style) -> None:
    """How the numbers are written."""
    if style.decimal is None and "," in style.why and " " not in style.why:
        page.ask(
            "intake.decimal",
            f'what does the comma in {style.why} mean? For decimals write decimal: ",". For thousands write '
            'decimal: "." and take the # out of the line below it.',
            "  decimal: null",
            '  # thousands: ","',
        )
    elif style.decimal is None:
        text = f'which decimal mark do the numbers have, "." or ","? {style.why}.'
        page.ask("intake.decimal", text, "  decimal: null")
    elif style.decimal != Intake().decimal:
        page.add(f"  decimal: {scalar(style.decimal)}", f"numbers are {style.why}")
    if style.thousands:
        page.add(f"  thousands: {scalar(style.thousands)}", f"numbers are {style.why}")


def _word_lines(page: Page, words: Words) -> None:
    """Words among the results beside those that are read by default."""
    default = Intake()
    for key, more, known in (
        ("blq_tokens", words.blq, default.blq_tokens),
        ("not_detected_tokens", words.not_detected, default.not_detected_tokens),
    ):
        if more:
            page.add(f"  {key}: {scalar((*known, *more))}", f"{shown_list(more)}: in the data")
    if words.unknown:
        page.ask(
            "intake.missing_tokens",
            f"what does {shown_list(f'“{w}”' for w in words.unknown)} in the results mean? As it is, these rows are "
            "listed and not used. Not measured: take the # out of the next line. Not detected: write "
            "not_detected_tokens instead, below the limit of quantification: blq_tokens.",
            f"  # missing_tokens: {scalar((*default.missing_tokens, *words.unknown))}",
            needed=False,
        )


def analytes_section(
    page: Page, assays: list[Assay], limits: dict[str, Limit], units_why: dict[str, str], *, with_names: bool
) -> None:
    """Section analytes: one entry per test of the product's cells."""
    kinetic = [a for a in assays if a.role == "kinetic"]
    primary = next((a for a in kinetic if a.test.specimen in {"", "BLOOD"}), kinetic[0])
    page.add("analytes:")
    wished = False
    for i, assay in enumerate(kinetic):
        page.add(f"  - code: {assay.code}", "short name in the tables, yours to change")
        page.add(f"    label: {scalar(assay.label)}", "as printed")
        if with_names:
            page.add(f"    match: [{scalar(assay.test.code or assay.test.name)}]", f"{assay.test.rows} rows")
        page.add(f"    specimen: {scalar(assay.test.specimen or 'BLOOD')}", "" if assay.test.specimen else _BLOODLESS)
        if assay.test.method:
            page.add(f"    method: {scalar(assay.test.method)}")
        if assay.test.unit:
            page.add(f"    unit: {scalar(assay.test.unit)}", units_why.get(assay.code, ""))
        else:
            page.ask(
                f"analytes[{i}].unit",
                f"in which unit are the results of {assay.label}? E.g. unit: copies/ug",
                "    unit: null",
            )
        wished = _limit(page, f"analytes[{i}].lloq", assay, limits.get(assay.code, Limit()), "    ", wished=wished)
        if assay is primary and len(kinetic) > 1:
            page.add("    primary: true", "the analyte of the key results")
    page.add("")


def _limit(page: Page, key: str, assay: Assay, limit: Limit, indent: str, *, wished: bool) -> bool:
    """The line of a test's limit; whether one for results of 0 has been asked for by now."""
    if limit.value is not None:
        page.add(f"{indent}lloq: {limit.value:g}", limit.why)
    elif limit.ask == "needed":
        page.ask(
            key,
            f"which is the lower limit of quantification of {assay.label}, in its unit? {limit.why}. E.g. lloq: 50",
            f"{indent}lloq: null",
        )
    elif limit.ask == "wished" and not wished:
        page.ask(
            key,
            f"which is the lower limit of quantification of {assay.label}, in its unit? {limit.why}; with a limit they "
            "count as below it, with null they are listed and not used. E.g. lloq: 50",
            f"{indent}lloq: null",
            needed=False,
        )
        return True
    elif limit.ask == "wished":
        page.add(f"{indent}lloq: null", f"{limit.why}: see the question above")
    return wished


def measures_section(page: Page, assays: list[Assay], limits: dict[str, Limit]) -> None:
    """Section pharmacodynamics: cell counts; tests that are neither are named in a comment."""
    measures = [a for a in assays if a.role == "measure"]
    if measures:
        page.add("pharmacodynamics:")
        page.add("  measures:", "cell counts; population is read from the names: check it")
    for i, a in enumerate(measures):
        page.add(f"    - code: {a.code}")
        page.add(f"      label: {scalar(a.label)}")
        page.add(f"      match: [{scalar(_match(a))}]", f"{a.test.rows} rows")
        page.add(f"      kind: {a.kind}", f"its unit is {a.test.unit}")
        page.add(f"      population: {a.population}")
        if a.marker:
            page.add(f"      marker: {a.marker}")
        if a.parent:
            page.add(f"      parent: {scalar(a.parent)}", "what 100 % is: read from the name")
        if a.test.specimen and a.test.specimen != "BLOOD":
            page.add(f"      specimen: {scalar(a.test.specimen)}")
        page.add(f"      unit: {scalar(a.test.unit)}")
        _limit(page, f"pharmacodynamics.measures[{i}].lloq", a, limits.get(a.code, Limit()), "      ", wished=True)
    others = [a for a in assays if a.role == "other"]
    if others and not measures:
        page.add("# pharmacodynamics: cell counts, where the data hold any")
    for a in others:
        page.remark(f"not read: {a.label} ({a.test.rows} rows; {a.why})", 2)
    if measures or others:
        page.add("")


def _match(assay: Assay) -> str:
    """The text by which the data name it: in SDTM the code of the test, with its marker."""
    return assay.test.code or assay.test.name


def endpoints_section(page: Page, assays: list[Assay], *, grouped: bool) -> None:
    """Section endpoints: what these data can answer, so that the report has no exhibits without data."""
    kinetic = {a.test.specimen for a in assays if a.role == "kinetic"}
    measures = [a for a in assays if a.role == "measure"]
    marked = {a.kind for a in measures if a.marker}  # CD7+ or CD7-
    answered = {
        Endpoint.CMAX_TMAX: True,
        Endpoint.AUC: True,
        Endpoint.PERSISTENCE: True,
        Endpoint.CD7_ABSOLUTE: "absolute" in marked,
        Endpoint.CD7_PERCENT: "percent" in marked,
        Endpoint.LYMPHOCYTE_SUBSETS: bool(measures),
        Endpoint.BONE_MARROW: any("MARROW" in specimen for specimen in kinetic),
        Endpoint.TUMOUR_DISTRIBUTION: any("TISSUE" in specimen for specimen in kinetic),
        Endpoint.PK_PD: bool(marked),
        Endpoint.EXPOSURE_RESPONSE: grouped,
    }
    page.remark("What these data can answer. Without this section every exhibit is shown, with what it would need.")
    page.add("endpoints:", "behind the colon: the words of a registry record, or null")
    for endpoint in (e for e, there in answered.items() if there):
        page.add(f"  {endpoint}: null")
    page.add("")


def report_section(page: Page, texts: Iterable[str]) -> None:
    """Section report."""
    said = stated_synthetic(texts)
    page.add("report:")
    why = f"the data say “{plain(said)[:60]}”" if said else "true = simulated data; every page then says so"
    page.add(f"  synthetic: {scalar(bool(said))}", why)
