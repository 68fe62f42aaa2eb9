"""Cell counts: of what each is a count or a share, whether counts and shares agree, which baseline is meant."""

from __future__ import annotations

from typing import Final

import pandas as pd

from cartpk.config.pharmacodynamics import PdMeasure, Pharmacodynamics
from cartpk.ingest.findings import Findings
from cartpk.ingest.results import exclude
from cartpk.ingest.text import key, plain

__all__ = ["list_count_doubts", "without_baseless"]

_ENOUGH: Final = 3
"""Counts from which the unit of a column can be doubted."""
_SAMPLE: Final = ["USUBJID", "PCSPEC", "AFRLT"]
_T: Final = "NORMAL_T"
_SUBSETS: Final = (_T, "B", "NORMAL_NK")
_LYMPHOCYTES: Final = "LYMPHOCYTES"


def without_baseless(rows: pd.DataFrame, settings: Pharmacodynamics, findings: Findings) -> pd.DataFrame:
    """The rows with measures excluded that say nothing: a percentage of nothing, a count per nothing (BI-070)."""
    for measure in settings.measures:
        these = (rows["CODE"] == measure.code) & rows["ANLRS"].isna()
        if not these.any():
            continue
        found = _baseless(measure, str(rows.loc[these, "AVALU"].iloc[0]))
        if found:
            findings.add_files("BI-070", rows[these], field="UNIT", old=measure.code, assay=measure.code, found=found)
            rows = exclude(rows, these, "BI-070")
    return rows


def _baseless(measure: PdMeasure, unit: str) -> str:
    """What is missing; empty = nothing."""
    if measure.kind == "percent":
        if unit != "%":
            return f"is declared a percentage and comes in {unit}"
        return "" if measure.parent else "is a percentage without parent:, its parent gate"
    return "" if "/" in unit else f"is declared a count per volume and comes in {unit}"


def list_count_doubts(rows: pd.DataFrame, settings: Pharmacodynamics, findings: Findings) -> None:
    """List counts that contradict each other, their unit or the declared baseline. Nothing is changed."""
    counts = rows[rows["CODE"].isin([m.code for m in settings.measures]) & rows["ANLRS"].isna()]
    if counts.empty:
        return
    _list_mismatches(counts, settings, findings)
    _list_sums(counts, settings, findings)
    _check_baseline(counts, settings, findings)
    for measure in settings.measures:
        mine = counts[counts["CODE"] == measure.code]
        words = "; ".join(sorted({plain(t) for t in mine["TEST"].unique() if "car+" in key(str(t))}))
        if len(mine) and (measure.car_cells == "included" or (words and measure.population != "CAR_NK")):
            old = "car_cells: included" if measure.car_cells == "included" else words
            findings.add("BI-075", field="TEST", old=old, assay=measure.code)
        if measure.population == _LYMPHOCYTES and measure.kind == "absolute":
            _doubt_unit(mine, measure, settings, findings)


def _doubt_unit(mine: pd.DataFrame, measure: PdMeasure, settings: Pharmacodynamics, findings: Findings) -> None:
    """A whole file of counts that no blood has (BI-077)."""
    from cartpk.ingest.spellings import PER_UL  # noqa: PLC0415

    floor, ceiling = settings.lymphocytes_per_ul
    for _, here in mine[mine["AVAL"].notna()].groupby("SRCFILE", sort=False):
        unit = str(here["AVALU"].iloc[0])
        low, high = float(here["AVAL"].min()), float(here["AVAL"].max())
        factor = PER_UL.get(unit)
        if factor is not None and len(here) >= _ENOUGH and (high * factor < floor or low * factor > ceiling):
            words = {"low": low, "high": high, "unit": unit, "floor": floor, "ceiling": ceiling}
            findings.add_files("BI-077", here, field="VALUE", assay=measure.code, **words)


def _parent_of(measure: PdMeasure, measures: tuple[PdMeasure, ...]) -> str | None:
    """Code of the count that is 100 % of a percentage: the measure its parent names, or the lymphocytes."""
    name = key(measure.parent or "")
    for other in measures:
        lymphocytes = other.population == _LYMPHOCYTES and name == "lymphocytes"
        if other.kind == "absolute" and (lymphocytes or name in {key(other.code), key(other.label)}):
            return other.code
    return None


def _list_mismatches(counts: pd.DataFrame, settings: Pharmacodynamics, findings: Findings) -> None:
    """Counts that are not their percentage of the parent's count in the same sample (BI-071)."""
    numbers = counts[counts["AVAL"].notna()]
    by_code = {str(code): here for code, here in numbers.groupby("CODE", sort=False)}
    for share in (m for m in settings.measures if m.kind == "percent"):
        parent = _parent_of(share, settings.measures)
        same = [
            m.code
            for m in settings.measures
            if m.kind == "absolute" and (m.population, m.marker) == (share.population, share.marker)
        ]
        if parent not in by_code or share.code not in by_code or len(same) != 1 or same[0] not in by_code:
            continue
        whole = by_code[parent].drop_duplicates(_SAMPLE).set_index(_SAMPLE)["AVAL"]
        percent = by_code[share.code].drop_duplicates(_SAMPLE).set_index(_SAMPLE)["AVAL"]
        mine = by_code[same[0]].join(whole.rename("PARENTN"), on=_SAMPLE).join(percent.rename("SHARE"), on=_SAMPLE)
        product = mine["SHARE"] * mine["PARENTN"] / 100.0
        off = (mine["AVAL"] - product).abs() > settings.abs_pct_tolerance_pct / 100.0 * product
        here = mine[off & (mine["AVAL"].where(mine["AVAL"] > product, product) > mine["ALLOQ"].fillna(0.0))]
        findings.add_rows(
            "BI-071",
            here,
            field="VALUE",
            old=here["AVALC"],
            percent=here["SHARE"],
            parent=here["PARENTN"],
            product=product[here.index],
            allowed=settings.abs_pct_tolerance_pct,
        )


def _list_sums(counts: pd.DataFrame, settings: Pharmacodynamics, findings: Findings) -> None:
    """Samples whose T, B and NK cells are not the lymphocytes (BI-072)."""
    shares = [m for m in settings.measures if m.kind == "percent" and key(m.parent or "") == "lymphocytes"]
    parts = {m.code: m for m in shares if m.population in _SUBSETS}
    markers: dict[str, set[str | None]] = {}
    for measure in parts.values():
        markers.setdefault(measure.population, set()).add(measure.marker)
    # a subset given whole and split by CD7 would be counted twice
    parts = {c: m for c, m in parts.items() if m.marker is None or None not in markers[m.population]}
    whole = {p for p, seen in markers.items() if None in seen or {"CD7+", "CD7-"} <= seen}
    mine = counts[counts["CODE"].isin(list(parts))]
    if len(markers) < len(_SUBSETS) or mine.empty:
        return
    low, high = settings.subset_sum_pct
    value = mine["AVAL"].fillna(0.0)
    keys = [mine[name] for name in _SAMPLE]
    total, number = value.groupby(keys).transform("sum"), value.groupby(keys).transform("size")
    complete = (number == len(parts)) & (len(whole) == len(_SUBSETS))
    wrong = mine[(total > high) | (complete & (total < low))].drop_duplicates(_SAMPLE)
    findings.add_rows("BI-072", wrong, field="VALUE", old=total[wrong.index].map("{:.4g}".format), day=wrong["AFRLT"])


def _check_baseline(counts: pd.DataFrame, settings: Pharmacodynamics, findings: Findings) -> None:
    """Counts before and after the start of lymphodepletion, where nobody says which is the baseline (BI-074)."""
    start = settings.lymphodepletion_start_day
    declared = settings.baseline is not None and "baseline" in settings.model_fields_set
    if start is None or declared:
        return
    before = counts[counts["AFRLT"] <= start]
    between = counts[(counts["AFRLT"] > start) & (counts["AFRLT"] <= 0)]
    both = set(zip(before["USUBJID"], before["CODE"], strict=True)) & set(
        zip(between["USUBJID"], between["CODE"], strict=True)
    )
    pairs = pd.Series(list(zip(between["USUBJID"], between["CODE"], strict=True)), index=between.index, dtype="object")
    for code, here in between[pairs.isin(both)].groupby("CODE", sort=False):
        findings.add_files("BI-074", here, field="AFRLT", old=f"{start:g}", assay=str(code))
