"""Depletion of the cells, recovery, crossover to CD7- cells and areas under the effect curve, by dose level."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from cartpk.core.intervals import clopper_pearson
from cartpk.core.survival import SurvivalCurve, kaplan_meier
from cartpk.pharmacodynamics import BASELINE_RULES
from cartpk.tables.cells import BLANK, several, words
from cartpk.tables.groups import Group, analysis_set
from cartpk.tables.measures import measure_label, measure_notes, no_measures
from cartpk.tables.parameter_rows import Rule, by_unit, parameter_rows
from cartpk.tables.printing import count, days, fixed, percent
from cartpk.tables.table import Body, Cell, Column, NoTable, Row, TableSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.config.pharmacodynamics import PdMeasure
    from cartpk.trial_data import TrialData

_TIMES: Final = {
    "PDDEPL": "Time to depletion (day)",
    "PDRECOV": "Time to recovery (day)",
    "PDDURBEL": "Duration of depletion (day)",
    "PDXOVER": "Time to crossover, CD7- above CD7+ (day)",
}
_INTERVALS: Final = (
    "Times are those of the first sample that showed it: the event lies between that sample and the one before "
    "(intervals: Listing 16.2.6-1). Medians by Kaplan-Meier, [95 % CI] on the log(-log) scale; subjects without "
    "the event are censored at their last sample, not beyond re-infusion, HSCT or death. Recovery and duration: of "
    "the depleted subjects."
)
_BY_DAY: Final = (
    "Depleted by a day: of the subjects depleted by then or sampled until then (within the visit's window); exact CI "
    "(Clopper-Pearson). NR = not reached."
)
_AREAS: Final = (
    "AUEC: area under the effect curve, straight lines between results from the last one before infusion (day 0) on, "
    "BLQ = 0; a window that the samples do not reach has none. Areas themselves: Listing 16.2.6-1. Log10 reductions "
    "rest on the LLOQ where the nadir is BLQ: lower bounds."
)


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per measure, parameter and statistic, one column per dose level."""
    if not config.pharmacodynamics.measures:
        return NoTable(no_measures())
    every = data.derived["pd_effects"]
    who = analysis_set(data, "PD")
    every = every[every["USUBJID"].isin(who.subjects)]
    if not every["AVAL"].notna().any():
        return NoTable("No depletion, recovery or area is calculable: the data hold no usable cell count.")
    made: list[Row] = []
    for measure in config.pharmacodynamics.measures:
        own = every[every["PPCAT"].eq(measure.code) & every["PPSPEC"].eq(measure.specimen)]
        made += _rows(own, measure, who.groups, config)
    columns = (
        Column("measure", "Measure", "group"),
        Column("parameter", "Parameter", "group"),
        Column("statistic", "Statistic", "statistic"),
        *(group.column() for group in who.groups),
    )
    return Body(columns, tuple(made), who.text, _notes(config), "work/pd_effects.csv")


def _rows(own: pd.DataFrame, measure: PdMeasure, groups: Sequence[Group], config: TrialConfig) -> Iterator[Row]:
    units = own.loc[own["PARAMCD"].eq("PDBASEI"), "AVALU"].dropna()
    label = words(measure_label(measure, str(units.iloc[0]) if len(units) else measure.unit or ""))
    key = {"measure": measure.code, "specimen": measure.specimen}
    depletion = own[own["PARAMCD"].eq("PDDEPL") & own["CNSR"].notna()]
    if len(depletion):
        for day in config.pharmacodynamics.depletion.by_days:
            yield _by_day(depletion, day, (label, words("Depleted")), {**key, "parameter": "PDDEPL"}, groups, config)
    for code, name in _TIMES.items():
        rows = own[own["PARAMCD"].eq(code) & own["AVAL"].notna() & own["CNSR"].notna()]
        if len(rows):
            yield from _times(rows, (label, words(name)), {**key, "parameter": code}, groups)
    if measure.marker != "CD7-":
        yield from _values(own, label, key, groups, config)


def _by_day(
    rows: pd.DataFrame,
    day: float,
    labels: tuple[Cell, Cell],
    key: dict[str, str],
    groups: Sequence[Group],
    config: TrialConfig,
) -> Row:
    """Depleted by a day, of those depleted by then or seen until then."""
    reach = dict(config.time.visit_window_days).get(day, 0.0)
    cells = []
    for group in groups:
        own = rows[rows["USUBJID"].isin(group.subjects)]
        hit = own["CNSR"].eq(0.0) & (own["UPPER"] <= day + reach)
        n, x = int((hit | (own["AVAL"] >= day - reach)).sum()), int(hit.sum())
        if not n:
            cells.append(words("0/0"))
            continue
        low, high = clopper_pearson(x, n)
        values = [x, n, 100 * x / n, 100 * float(low), 100 * float(high)]
        cells.append(several("{}/{} ({} [{}; {}])", values, [count, count, percent, percent, percent]))
    parts = ("Depleted", "n", "Depleted, %", "Depleted, lower 95 %", "Depleted, upper 95 %")
    statistic = words(f"by day {day:g}, n/N (% [95 % CI])")
    return Row((*labels, statistic, *cells), parts, {**key, "statistic": f"by_day_{day:g}"})


def _times(
    rows: pd.DataFrame, labels: tuple[Cell, Cell], key: dict[str, str], groups: Sequence[Group]
) -> Iterator[Row]:
    estimates = [_estimate(rows[rows["USUBJID"].isin(g.subjects)]) for g in groups]
    counts = [several("{}/{}", [e.n_events, e.n], [count, count]) if e else words("0/0") for e in estimates]
    yield Row((*labels, words("events/N"), *counts), ("Events", "n"), {**key, "statistic": "n"})
    medians = [_median(e) if e else BLANK for e in estimates]
    parts = ("Median", "Median, lower 95 %", "Median, upper 95 %")
    yield Row((*labels, words("median [95 % CI]"), *medians), parts, {**key, "statistic": "median"})


def _estimate(rows: pd.DataFrame) -> SurvivalCurve | None:
    return kaplan_meier(rows["AVAL"].to_numpy(), rows["CNSR"].eq(0.0).to_numpy()) if len(rows) else None


def _median(e: SurvivalCurve) -> Cell:
    median = e.quantile()
    held = [median.value, median.lower, median.upper]
    if all(math.isnan(v) for v in held):
        return words("not reached")
    texts: list[float | str] = ["NR" if math.isnan(v) else v for v in held]
    return several("{} [{}; {}]", texts, [days] * 3)


def _values(
    own: pd.DataFrame, label: Cell, key: dict[str, str], groups: Sequence[Group], config: TrialConfig
) -> Iterator[Row]:
    """Reductions from both baselines and mean levels: medians. Areas and baselines stand in the listing."""
    settings = config.report.summaries.model_copy(update={"style": "geometric"})
    for code in (c for c in dict.fromkeys(own["PARAMCD"]) if c.startswith(("PDL10R", "PDAUPB"))):
        rows = own[own["PARAMCD"].eq(code)].assign(FLAG=np.nan)
        rule = Rule("time", (lambda v: fixed(v, 2)) if code.startswith("PDL10R") else percent)
        for named, part in by_unit(rows, str(rows["PARAM"].iloc[0])):
            if part["AVAL"].notna().any():
                yield from parameter_rows(
                    (label, words(named)), {**key, "parameter": code}, part, groups, rule, settings
                )


def _notes(config: TrialConfig) -> tuple[str, ...]:
    d, base = config.pharmacodynamics.depletion, BASELINE_RULES[config.pharmacodynamics.baseline]
    gate = "" if d.parent_pct is None else f", or for percentages {d.parent_pct:g} % of the parent gate or less"
    own = "".join(f"; {code}: {value:g}" for code, value in d.recovery_at.items())
    return (
        *measure_notes(config),
        f"Depletion: a BLQ, or a fall by {d.fall_pct:g} % or more from the {base.removeprefix('baseline: ')}{gate}.",
        f"Recovery: {d.confirm} consecutive results of {d.recovery_pct:g} % of that baseline or more{own}.",
        _INTERVALS,
        _BY_DAY,
        _AREAS,
    )


SPEC: Final = TableSpec(
    "t_14_2_16",
    "14.2-16",
    "Depletion, recovery and crossover of cell counts by dose level",
    table,
    (Endpoint.CD7_ABSOLUTE, Endpoint.CD7_PERCENT),
)
