"""Summary of NCA parameters by group: the content of the tables of kinetic parameters.

Areas over a window enter by their flag: COMPLETE, COMPLETE_BLQ, WINDOW and ALL_BLQ are the primary summary,
EXTRAPOLATED ones stand in a line of their own, the rest is counted as not calculable.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from cartpk.core.nca import PARAMETERS, SummaryRule, interval_code
from cartpk.core.summary import QUARTILE_METHODS
from cartpk.tables.assays import Assay, gdna_note, profiled, time_note
from cartpk.tables.cells import words
from cartpk.tables.groups import AnalysisSet, Group
from cartpk.tables.parameter_rows import Apart, Rule, by_unit, first_infusion, flags, parameter_rows
from cartpk.tables.printing import days, significant_style
from cartpk.tables.table import Body, Column, NoTable, Row
from cartpk.terms import AucFlag, Endpoint

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = [
    "ABOVE",
    "LABELS",
    "ZERO_IS_BLQ",
    "auc_flag",
    "summary_body",
    "summary_rule",
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
ZERO_IS_BLQ: Final = frozenset({"CMAX", "CLST"})
"""Concentrations: 0 stands for a profile that is BLQ throughout, and is printed so."""
_WEAK_LINE: Final = frozenset({"R2_LOW", "SPAN_SHORT"})


ABOVE: Final = (
    "≥: rests on a result above its upper limit of quantification, for which the limit stands; a spread about such a "
    "lower bound is not calculable."
)
"""What the sign says."""


def window_label(end: float) -> str:
    """Printed name of that area.

    Examples
    --------
    >>> window_label(28.0)
    'AUC0-28d'
    """
    return f"AUC0-{end:g}d"


def auc_flag(row_flag: object) -> AucFlag | None:
    """The flag of the decision table among the flags of a row."""
    found = flags(row_flag) & {str(f) for f in AucFlag}
    return AucFlag(min(found)) if found else None


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
    labels = {**{c: LABELS[c] for c in _BEFORE}, **{interval_code(0.0, t): window_label(t) for t in windows}}
    labels |= {c: LABELS[c] for c in _AFTER}
    rows = first_infusion(data.adpp, "NCA", labels)
    if rows.empty:
        return NoTable("No kinetic parameter was derived: the trial has no kinetic samples.")
    if not who.subjects:
        return NoTable("No subject has a usable result after infusion: there is nothing to summarise.")
    made: list[Row] = []
    measured = profiled(data, config)
    for assay in measured:
        own = assay.rows(rows)
        for code, label in labels.items():
            key = {"assay": assay.code, "specimen": assay.specimen, "parameter": code}
            for named, part in by_unit(own[own["PARAMCD"].eq(code)], label):
                cells = (words(assay.label), words(named))
                made += parameter_rows(cells, key, part, groups, summary_rule(code, config), config.report.summaries)
    columns = (
        Column("assay", "Analyte", "group"),
        Column("parameter", "Parameter", "group"),
        Column("statistic", "Statistic", "statistic"),
        *(group.column() for group in groups),
    )
    notes = (*(a.sentence for a in measured), *_footnotes(rows, measured, groups, config, windows))
    return Body(columns, tuple(made), who.text, notes, "adpp.csv (PARCAT1 = NCA)")


def summary_rule(code: str, config: TrialConfig) -> Rule:
    """How a parameter is summarised: areas by their flag, half-lives with the quality of their line."""
    amount = significant_style(config.report.significant_digits)
    if code.startswith("AUC0_"):
        return Rule("amount", amount, Apart("extrapolated", lambda f: AucFlag.EXTRAPOLATED in f, counted=False))
    if code == "LAMZHL":
        return Rule("amount", amount, Apart("flagged", lambda f: bool(f & _WEAK_LINE), counted=True))
    if PARAMETERS[code].summary is SummaryRule.MEDIAN_RANGE:
        return Rule("time", days)
    return Rule("amount", amount, blq=_is_zero if code in ZERO_IS_BLQ else None)


def _is_zero(rows: pd.DataFrame) -> pd.Series[bool]:
    return rows["AVAL"].eq(0.0)


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
    if rows["PARAMCD"].eq("TBLQ").any():
        lost = " Time to loss (Table 14.2-5) waits until no later sample is quantifiable."
        yield (
            "Time to BLQ: the first BLQ after Tmax, whatever follows it."
            + (lost if config.asks((Endpoint.PERSISTENCE,)) else "")
        )
    if rows["FLAG"].map(lambda text: "ABOVE_ULOQ" in flags(text)).any():
        yield ABOVE
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
