"""Sampling schedule: expected standard errors of the population model, and without each visit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.tables.cells import several, words
from cartpk.tables.groups import analysis_set
from cartpk.tables.printing import days, fixed
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_NOTES: Final = (
    (
        "Expected relative standard error (%) of each typical value if the trial were repeated with as many subjects, "
        "all of whom attend every nominal visit; from the estimates of the population model, by Monte Carlo "
        "(Louis' information of virtual subjects, results below the LLOQ censored). NC = not determined."
    ),
    (
        "In brackets: the error by that of the whole schedule. 1.00 = the visit tells nothing of this parameter; "
        "factors between 0.9 and 1.1 are within the noise of the Monte Carlo, larger for the persistence phase."
    ),
)


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """The whole schedule, then one row per visit that is left out."""
    asked = config.models.population
    if asked is None or not asked.plan:
        return NoTable("No plan of the sampling schedule was asked for (models.population.plan).")
    rows = data.population_plan
    if "RSE" not in rows or rows.empty:
        return NoTable("The schedule could not be judged: see work/population_plan.csv for the reason.")
    typical = rows[rows["TARGET"].eq("typical")]
    names = dict(zip(typical["PARAMETER"], typical["PARAM"], strict=True))
    columns = (
        Column("visit", "Visit left out", "label"),
        *(Column(s, f"{label} ({s})", "number", parts=(f"{s}, RSE", f"{s}, factor")) for s, label in names.items()),
    )
    made = []
    for day, part in typical.groupby("LEFTOUT", dropna=False, sort=False):
        whole = day != day  # noqa: PLR0124 - nan: no visit is left out
        rse, factor = (
            dict(zip(part["PARAMETER"], part[name].astype(float), strict=True)) for name in ("RSE", "FACTOR")
        )
        cells = [several("{} [{}]", [rse[s], factor[s]], [_one, _two]) for s in names]
        label = "none" if whole else f"day {days(float(str(day)))}"
        made.append(Row((words(label), *cells), key={"visit": "" if whole else f"{day:g}"}))
    return Body(columns, tuple(made), analysis_set(data, "PK").text, _NOTES, "work/population_plan.csv")


def _one(value: float) -> str:
    return fixed(value, 1)


def _two(value: float) -> str:
    return fixed(value, 2)


SPEC: Final = TableSpec(
    "t_14_2_15", "14.2-15", "Sampling schedule: expected errors of the population model", table, needs="plan"
)
