"""The model of the CD7+ counts: parameters of every subject, with the reason where there is none."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from cartpk.fits.cd7 import METHOD
from cartpk.models.cd7_dynamics import EQUATION, INFLUX
from cartpk.tables.cells import BLANK, number, words
from cartpk.tables.groups import analysis_set
from cartpk.tables.listing import SUBJECT, dose_levels, in_order, subject_cells
from cartpk.tables.printing import name_text, significant_style, unit_text
from cartpk.tables.table import Body, Cell, Column, NoTable, Row, TableSpec

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from cartpk.config import TrialConfig
    from cartpk.tables.printing import Style
    from cartpk.trial_data import TrialData

_COLUMNS: Final = (
    *SUBJECT,
    Column("measure", "Count", "group"),
    Column("parameter", "Parameter", "label"),
    Column("value", "Value", "number"),
    Column("lower", "Lower 95 % limit", "number"),
    Column("upper", "Upper 95 % limit", "number"),
    Column("reason", "Why there is no value", "text"),
)


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per subject, modelled count and parameter."""
    asked = config.pharmacodynamics.dynamics
    if asked is None:
        return NoTable("The CD7+ counts are not modelled: pharmacodynamics.dynamics is not set in the configuration.")
    rows = data.adpp[data.adpp["PPANMETH"].eq(METHOD)]
    if rows.empty:
        return NoTable("The configuration has no CD7+ count that could be modelled.")
    doses, style = dose_levels(data), significant_style(config.report.significant_digits)
    labels = {m.code: m.label for m in config.pharmacodynamics.measures}
    place = {code: at for at, code in enumerate(dict.fromkeys(rows["PARAMCD"]))}
    ordered = in_order(rows.assign(_AT=rows["PARAMCD"].map(place)), data, "PPCAT", "_AT")
    made: list[Row] = []
    for (subject, code), own in ordered.groupby(["USUBJID", "PPCAT"], sort=False):
        head = (*subject_cells(subject, doses), words(labels.get(str(code), str(code))))
        made += _rows(own.to_dict("records"), head, str(code), style)
    notes = (
        (
            f"Model (assumed form): {EQUATION}; C is the subject's own predicted CAR level. Held: s7 = {INFLUX[0]:g}, "
            f"sN = {INFLUX[1]:g} cells/µL/day. Fits with priors (MAP), counts below the LLOQ as censored (M3)."
        ),
        (
            f"A parameter whose posterior SD exceeds {asked.unlearnt_above:g} of its prior SD is not reported: its "
            "value would be the prior's. The regrowth rate of CD7+ cells needs a count of at least "
            f"{100 * asked.recovery_fraction:g} % of the baseline after the nadir."
        ),
        "Exploratory; limits are approximate (delta method on the logarithm) and lean on the priors.",
    )
    return Body(
        _COLUMNS, tuple(made), analysis_set(data, "PD").text, notes, "adpp.csv (PPANMETH = CD7 DYNAMICS MAP M3)"
    )


def _rows(rows: list[dict[Hashable, Any]], head: tuple[Cell, ...], code: str, style: Style) -> Iterator[Row]:
    """A row per parameter; one row where all of them have no value for one reason."""
    reasons = {str(r["PPREASND"]) for r in rows}
    if len(reasons) == 1 and len(rows) > 1 and all(_no_value(r) for r in rows):
        yield Row((*head, words("all"), BLANK, BLANK, BLANK, words(rows[0]["PPREASND"])), key={"measure": code})
        return
    for r in rows:
        numbers = (_value(r, style), _limit(r["AVALLO"], style), _limit(r["AVALHI"], style))
        key = {"measure": code, "parameter": str(r["PARAMCD"])}
        yield Row((*head, words(_named(r)), *numbers, words(r["PPREASND"])), key=key)


def _no_value(row: dict[Hashable, Any]) -> bool:
    return isinstance(row["PPREASND"], str) and not isinstance(row["AVALC"], str) and math.isnan(row["AVAL"])


def _named(row: dict[Hashable, Any]) -> str:
    """Parameter with its unit."""
    unit = row["AVALU"]
    name = name_text(str(row["PARAM"]))
    return f"{name} ({unit_text(unit)})" if isinstance(unit, str) and unit else name


def _value(row: dict[Hashable, Any], style: Style) -> Cell:
    """The number, or its text where it is below a limit, or a blank beside its reason."""
    if isinstance(row["AVALC"], str):
        return Cell(row["AVALC"], (row["AVALC"],))
    return _limit(row["AVAL"], style)


def _limit(value: float, style: Style) -> Cell:
    return BLANK if math.isnan(value) else number(value, style)


SPEC: Final = TableSpec(
    "t_14_2_13", "14.2-13", "Model of the CD7+ counts: parameters by subject", table, needs="dynamics"
)
