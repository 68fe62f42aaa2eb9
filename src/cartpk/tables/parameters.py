"""Summary of NCA parameters by group: the content of the tables of kinetic parameters.

Areas over a window enter by their flag: COMPLETE, COMPLETE_BLQ, WINDOW and ALL_BLQ are the primary summary,
EXTRAPOLATED ones stand in a line of their own, the rest is counted as not calculable.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from cartpk.core.nca import PARAMETERS, interval_code
from cartpk.core.summary import QUARTILE_METHODS
from cartpk.tables.assays import Assay, assays, gdna_note, time_note
from cartpk.tables.cells import counted, several, words
from cartpk.tables.groups import FIRST_INFUSION, AnalysisSet, Group
from cartpk.tables.printing import Style, count, days, significant_style, unit_text
from cartpk.tables.statistics import Kind, count_row, line_names, statistic_rows, summed
from cartpk.tables.table import Body, Cell, Column, NoTable, Row
from cartpk.terms import AucFlag

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.config.summaries import Summaries
    from cartpk.trial_data import TrialData

__all__ = [
    "LABELS",
    "auc_flag",
    "first_infusion",
    "flags",
    "summary_body",
    "window_label",
]

LABELS: Final = {
    "CMAX": "Cmax",
    "TMAX": "Tmax",
    "AUCLST": "AUClast",
    "CLST": "Clast",
    "TLST": "Tlast",
    "LAMZHL": "Terminal half-life",
    "TFST": "Time of first quantifiable result",
    "DBLTIME": "Doubling time",
    "FOLDEXP": "Fold expansion",
    "CONHL": "Contraction half-life",
    "TBLQ": "Time to BLQ",
}
"""Printed names; the windows' areas are named by :func:`window_label`."""

_BEFORE: Final = ("CMAX", "TMAX")
_AFTER: Final = tuple(code for code in LABELS if code not in _BEFORE)
_ZERO_IS_BLQ: Final = frozenset({"CMAX", "CLST"})
"""Concentrations: 0 stands for a profile that is BLQ throughout, and is printed so."""
_LINE_FLAGS: Final = frozenset({"R2_LOW", "SPAN_SHORT"})


def window_label(end: float) -> str:
    """Printed name of that area.

    Examples
    --------
    >>> window_label(28.0)
    'AUC0-28d'
    """
    return f"AUC0-{end:g}d"


def flags(row_flag: object) -> frozenset[str]:
    """Flags of a parameter row.

    Examples
    --------
    >>> sorted(flags("COMPLETE;EARLY_TMAX")), flags(float("nan"))
    (['COMPLETE', 'EARLY_TMAX'], frozenset())
    """
    return frozenset(str(row_flag).split(";")) if isinstance(row_flag, str) else frozenset()


def auc_flag(row_flag: object) -> AucFlag | None:
    """The flag of the decision table among the flags of a row."""
    found = flags(row_flag) & {str(f) for f in AucFlag}
    return AucFlag(min(found)) if found else None


def first_infusion(adpp: pd.DataFrame, category: str) -> pd.DataFrame:
    """Parameter rows of this category that belong to the first infusion: the others are listed, not summarised."""
    first = adpp["ATPTREF"].isna() | adpp["ATPTREF"].eq(FIRST_INFUSION)
    return adpp[adpp["PARCAT1"].eq(category) & first]


@dataclass(frozen=True, slots=True)
class _Parameter:
    """A parameter of one assay and unit, split into what is summarised and what stands apart."""

    code: str
    label: str
    kind: Kind
    style: Style
    main: list[pd.Series[float]]
    aside: list[pd.Series[float]]
    missing: tuple[int, ...]
    aside_name: str
    """What stands apart: 'extrapolated', 'flagged', or '' where nothing can."""


def summary_body(
    data: TrialData, config: TrialConfig, who: AnalysisSet, groups: Sequence[Group], windows: Sequence[float]
) -> Body | NoTable:
    """NCA parameters of the first infusion by group.

    Parameters
    ----------
    data, config
        The trial.
    who
        Analysis set, named above the table.
    groups
        One column each.
    windows
        Ends of the windows 0..T, days.
    """
    rows = first_infusion(data.adpp, "NCA")
    if rows.empty:
        return NoTable("No kinetic parameter was derived: the trial has no kinetic samples.")
    if not who.subjects:
        return NoTable("No subject has a usable result after infusion: there is nothing to summarise.")
    labels = {**{c: LABELS[c] for c in _BEFORE}, **{interval_code(0.0, t): window_label(t) for t in windows}}
    labels |= {c: LABELS[c] for c in _AFTER}
    made: list[Row] = []
    measured = assays(data, config)
    for assay in measured:
        own = assay.rows(rows)
        for code, label in labels.items():
            for parameter in _parameters(own[own["PARAMCD"].eq(code)], code, label, groups, config):
                made += _parameter_rows(assay, parameter, config.report.summaries)
    columns = (
        Column("assay", "Analyte", "group"),
        Column("parameter", "Parameter", "group"),
        Column("statistic", "Statistic", "statistic"),
        *(group.column() for group in groups),
    )
    notes = (*(a.sentence for a in measured), *_footnotes(rows, measured, groups, config, windows))
    return Body(columns, tuple(made), who.text, notes, "adpp.csv (PARCAT1 = NCA)")


def _parameters(
    rows: pd.DataFrame, code: str, label: str, groups: Sequence[Group], config: TrialConfig
) -> Iterator[_Parameter]:
    """The parameter, once per unit: units are never pooled."""
    window = code.startswith("AUC0_")
    time = not window and code in PARAMETERS and PARAMETERS[code].summary.value == "median_range"
    units = list(dict.fromkeys(rows["AVALU"].dropna())) or [""]
    for unit in units:
        own = rows[rows["AVALU"].eq(unit) | (rows["AVALU"].isna() & (len(units) == 1))]
        aside, name = _set_apart(own, code, window=window)
        values = own["AVAL"].groupby(own["USUBJID"]).first()
        apart = aside.groupby(own["USUBJID"]).first()
        picked = [values.reindex([s for s in group.subjects if s in values.index]) for group in groups]
        yield _Parameter(
            code,
            f"{label} ({unit_text(unit)})" if unit else label,
            "time" if time else "amount",
            days if time else significant_style(config.report.significant_digits),
            [v[~apart.reindex(v.index)].dropna() for v in picked],
            [v[apart.reindex(v.index)].dropna() for v in picked],
            tuple(int(v.isna().sum()) for v in picked),
            name,
        )


def _set_apart(rows: pd.DataFrame, code: str, *, window: bool) -> tuple[pd.Series[bool], str]:
    """Which rows stand in a line of their own, and what they are called."""
    if window:
        extrapolated = [auc_flag(f) is AucFlag.EXTRAPOLATED for f in rows["FLAG"]]
        return pd.Series(extrapolated, index=rows.index, dtype=bool) & rows["AVAL"].notna(), "extrapolated"
    if code == "LAMZHL":
        weak = [bool(flags(f) & _LINE_FLAGS) for f in rows["FLAG"]]
        return pd.Series(weak, index=rows.index, dtype=bool) & rows["AVAL"].notna(), "flagged"
    return pd.Series(data=False, index=rows.index, dtype=bool), ""


def _parameter_rows(assay: Assay, p: _Parameter, settings: Summaries) -> list[Row]:
    labels = (words(assay.label), words(p.label))
    key = {"assay": assay.code, "specimen": assay.specimen, "parameter": p.code}
    # a flagged half-life is reported and counts; an extrapolated area does not enter the primary summary
    every = [pd.concat(pair) for pair in zip(p.main, p.aside, strict=True)]
    primary = every if p.aside_name == "flagged" else p.main
    blq = [v.eq(0.0) for v in primary] if p.code in _ZERO_IS_BLQ else None
    rows = [count_row(labels, {**key, "statistic": "n"}, *_counts(p, primary))]
    rows += statistic_rows(labels, key, summed(primary, settings, blq), line_names(settings.style, p.kind), p.style)
    if p.aside_name and any(len(v) for v in p.aside):
        other, note = (p.main, "without flagged") if p.aside_name == "flagged" else (every, "with extrapolated")
        sensitivity = {**key, "set": note.replace(" ", "_")}
        cells = tuple(counted(len(v)) for v in other)
        rows.append(count_row(labels, {**sensitivity, "statistic": "n"}, f"n, {note}", cells))
        names = line_names(settings.style, p.kind)[:1]
        rows += statistic_rows(labels, sensitivity, summed(other, settings), names, p.style, f", {note}")
    return rows


def _counts(p: _Parameter, primary: Sequence[pd.Series[float]]) -> tuple[str, tuple[Cell, ...], tuple[str, ...]]:
    """Label, cells and parts of the row of counts."""
    if not p.aside_name:
        cells = [several("{} ({})", [len(v), nc], [count] * 2) for v, nc in zip(primary, p.missing, strict=True)]
        return "n (NC)", tuple(cells), ("n", "n not calculable")
    triples = zip(primary, p.aside, p.missing, strict=True)
    cells = [several("{} ({}; {})", [len(v), len(a), nc], [count] * 3) for v, a, nc in triples]
    name = "of these flagged" if p.aside_name == "flagged" else p.aside_name
    return f"n ({name}; NC)", tuple(cells), ("n", f"n {p.aside_name}", "n not calculable")


def _footnotes(
    rows: pd.DataFrame,
    measured: Sequence[Assay],
    groups: Sequence[Group],
    config: TrialConfig,
    windows: Sequence[float],
) -> Iterator[str]:
    yield time_note()
    yield (
        "n = values in the summary; NC = not calculable, with the reason in Listing 16.2.5-4. Geometric CV % = "
        "100 √(exp(s²) - 1), s = SD of the natural logarithms. Geometric statistics are of values above 0."
    )
    for assay in measured:
        yield from _auc_notes(assay.rows(rows), assay.label if len(measured) > 1 else "", groups, windows)
    if windows:
        yield (
            "Primary summary of areas: COMPLETE, COMPLETE_BLQ, WINDOW and ALL_BLQ. EXTRAPOLATED = carried to the end "
            f"of the window by λz, at most {config.nca.windows.max_extrap_pct:g} % of the area."
        )
    if rows["PARAMCD"].eq("LAMZHL").any():
        nca = config.nca
        yield (
            f"Flagged half-lives (R² below {nca.r2_min:g} or fewer than {nca.span_min:g} half-lives spanned) are in "
            "the summary and left out in the line below it. A half-life depends on the follow-up: see Tlast."
        )
    if config.report.summaries.style == "full":
        yield f"Quartiles: {QUARTILE_METHODS[config.report.summaries.quartiles]}."
    yield from gdna_note(tuple(unit for assay in measured for unit in assay.units))


def _auc_notes(rows: pd.DataFrame, label: str, groups: Sequence[Group], windows: Sequence[float]) -> Iterator[str]:
    """How many areas carry which flag; the listing of parameters has them by subject."""
    subjects = {s for group in groups for s in group.subjects}
    for end in windows:
        own = rows[rows["PARAMCD"].eq(interval_code(0.0, end)) & rows["USUBJID"].isin(subjects)]
        found = [str(auc_flag(f)) for f in own["FLAG"] if auc_flag(f)]
        counts = "; ".join(f"{f} {found.count(str(f))}" for f in AucFlag if str(f) in found)
        if counts:
            yield f"{window_label(end)}{', ' if label else ''}{label}: {counts}."
