"""Pharmacodynamic parameters by dose level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.pharmacodynamics import BASELINE_RULES, PARAMETERS, PdFlag
from cartpk.tables.cells import words
from cartpk.tables.groups import analysis_set
from cartpk.tables.measures import measure_label, measure_notes, no_measures
from cartpk.tables.parameter_rows import Apart, Rule, by_unit, first_infusion, flags, parameter_rows
from cartpk.tables.printing import days, fixed, name_text, percent, significant_style
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.config.pharmacodynamics import PdMeasure
    from cartpk.trial_data import TrialData
_SEARCH: Final = (
    "Nadir and peak are searched after infusion {end}, not beyond re-infusion, HSCT or death; the first one counts, "
    "and a BLQ is below every other result."
)
_NOTES: Final = (
    (
        "A BLQ counts 0 in changes. Log10 reduction = log10(baseline / nadir) with the LLOQ in place of a BLQ nadir: "
        "such values are lower bounds, and so is a median that rests on them. NC = not calculable."
    ),
    "Sponsor definitions; none of these parameters has a CDISC code.",
)
_PEAKS: Final = (
    "For cells that expand (CD7- cells, CAR+ cells) the peak is shown in place of the nadir. All parameters: adpp.csv."
)
_CAR: Final = ("PDPEAK", "PDTPEAK")
_CD7_NEGATIVE: Final = ("PDBASE", "PDPEAK", "PDTPEAK", "PDFOLDPK")
_OTHERS: Final = ("PDBASE", "PDNADIR", "PDTNADIR", "PDCHGN", "PDPCHGN", "PDLOG10R")


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per measure, parameter and statistic, one column per dose level."""
    measures = config.pharmacodynamics.measures
    if not measures:
        return NoTable(no_measures())
    rows = first_infusion(data.adpp, "PD")
    who = analysis_set(data, "PD")
    if not rows["AVAL"].notna().any():
        return NoTable("No pharmacodynamic parameter is calculable: the data hold no usable cell count.")
    settings = config.report.summaries.model_copy(update={"style": "geometric"})
    made: list[Row] = []
    for measure in measures:
        own = rows[rows["PPCAT"].eq(measure.code) & rows["PPSPEC"].eq(measure.specimen)]
        bases = own.loc[own["PARAMCD"].eq("PDBASE"), "AVALU"].dropna()
        label = words(measure_label(measure, str(bases.iloc[0]) if len(bases) else ""))
        for code in _codes(measure):
            entry = PARAMETERS[code]
            key = {"measure": measure.code, "specimen": measure.specimen, "parameter": code}
            for named, part in by_unit(own[own["PARAMCD"].eq(code)], name_text(entry.label)):
                if len(part):
                    rule = _rule(
                        "percent" if entry.kind == "value" and measure.kind == "percent" else entry.kind, code, config
                    )
                    made += parameter_rows((label, words(named)), key, part, who.groups, rule, settings)
    columns = (
        Column("measure", "Measure", "group"),
        Column("parameter", "Parameter", "group"),
        Column("statistic", "Statistic", "statistic"),
        *(group.column() for group in who.groups),
    )
    return Body(columns, tuple(made), who.text, _notes(config), "adpp.csv (PARCAT1 = PD)")


def _codes(measure: PdMeasure) -> tuple[str, ...]:
    """What is shown of a measure: the product has no baseline, and its lowest count is where it has gone."""
    if measure.population == "CAR_NK":
        return _CAR
    return _CD7_NEGATIVE if measure.marker == "CD7-" else _OTHERS


def _rule(kind: str, code: str, config: TrialConfig) -> Rule:
    """Medians throughout: counts near the limit of quantification have no useful mean."""
    style = {"time": days, "percent": percent, "log": lambda v: fixed(v, 2)}.get(
        kind, significant_style(config.report.significant_digits)
    )
    if kind == "log":
        return Rule(
            "time", style, Apart("lower bounds", lambda f: PdFlag.LOWER_BOUND in f, counted=True, second_line=False)
        )
    return Rule("time", style, blq=_is_blq if code in {"PDBASE", "PDNADIR", "PDPEAK"} else None)


def _is_blq(rows: pd.DataFrame) -> pd.Series[bool]:
    return rows["FLAG"].map(lambda text: PdFlag.BLQ in flags(text)).astype(bool)


def _notes(config: TrialConfig) -> tuple[str, ...]:
    until = config.pharmacodynamics.nadir_until_day
    end = "over all follow-up" if until is None else f"up to day {until:g}"
    rule = BASELINE_RULES[config.pharmacodynamics.baseline].capitalize()
    peaks = (_PEAKS,) if any(_codes(m) is not _OTHERS for m in config.pharmacodynamics.measures) else ()
    return (*measure_notes(config), f"{rule}. {_SEARCH.format(end=end)}", *peaks, *_NOTES)


SPEC: Final = TableSpec(
    "t_14_2_11",
    "14.2-11",
    "Pharmacodynamic parameters by dose level",
    table,
    (Endpoint.CD7_ABSOLUTE, Endpoint.CD7_PERCENT, Endpoint.LYMPHOCYTE_SUBSETS),
)
