"""Infusion: planned and actual dose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import pandas as pd

from cartpk.config.summaries import Summaries
from cartpk.tables.cells import share, words
from cartpk.tables.groups import Group, analysis_set
from cartpk.tables.printing import Style, fixed, measured_dose, percent, unit_text
from cartpk.tables.statistics import statistic_rows, summed
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec
from cartpk.terms import NOT_STATED

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_SHARE: Final = ("n", "%")


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per quantity and statistic, one column per dose level."""
    if data.adsl["DOSEA"].isna().all():
        said = config.dosing.record_text
        record = f' The record says: "{said}".' if said else ""
        return NoTable(f"The data carry no dose.{record}")
    who = analysis_set(data, "all")
    columns = (
        Column("quantity", "Infusion", "group"),
        Column("statistic", "Statistic", "statistic"),
        *(group.column() for group in who.groups),
    )
    basis = {"flat": "flat dose", "per_kg": "dose per kg of body weight", None: NOT_STATED}[config.dosing.basis]
    notes = (
        f"Dose basis: {basis}. Split doses within {config.time.split_dose_days:g} days of the first are added.",
        f"As planned = within {config.dosing.tolerance_pct:g} % of the dose level.",
    )
    return Body(columns, tuple(_rows(data, config, who.groups)), who.text, notes, "adsl.csv")


def _rows(data: TrialData, config: TrialConfig, groups: Sequence[Group]) -> Iterator[Row]:
    adsl = data.adsl.set_index("USUBJID")
    known = adsl["DOSEA"].notna()
    units = ", ".join(unit_text(u) for u in sorted(set(adsl["DOSEU"].dropna())))
    planned = 100.0 * adsl["DOSEA"] / adsl["DOSEP"]
    yield _shares("Dose on record", "known", known, groups)
    yield from _medians(f"Actual dose ({units})", "actual", adsl["DOSEA"], groups, measured_dose)
    if planned.notna().any():
        yield from _medians("Actual as % of planned", "of_planned", planned, groups, percent)
        yield _shares("As planned", "as_planned", planned.sub(100.0).abs().le(config.dosing.tolerance_pct), groups)
    yield _shares("More than one infusion", "several", adsl["NINF"].gt(1), groups)
    yield _shares("Re-infused", "reinfused", adsl["REINFDY"].notna(), groups)
    if adsl["WEIGHT"].notna().any():
        yield from _medians("Body weight (kg)", "weight", adsl["WEIGHT"], groups, lambda v: fixed(v, 1))


def _shares(label: str, key: str, holds: pd.Series[bool], groups: Sequence[Group]) -> Row:
    cells = (share(int(holds.reindex(group.subjects).sum()), group.n) for group in groups)
    return Row((words(label), words("n (%)"), *cells), _SHARE, {"quantity": key})


def _medians(label: str, key: str, values: pd.Series[float], groups: Sequence[Group], style: Style) -> list[Row]:
    parts = [values.reindex(group.subjects) for group in groups]
    return statistic_rows((words(label),), {"quantity": key}, summed(parts, Summaries()), ["median"], style)


SPEC: Final = TableSpec("t_14_1_4", "14.1-4", "Infusion: planned and actual dose", table)
