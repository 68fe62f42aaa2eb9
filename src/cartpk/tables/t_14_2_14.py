"""Population model: effects of covariates with their likelihood-ratio tests."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any, Final

from cartpk.tables.cells import BLANK, counted, several, words
from cartpk.tables.groups import analysis_set
from cartpk.tables.printing import Style, fixed, significant
from cartpk.tables.table import Body, Cell, Column, NoTable, Row, TableSpec

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_NOTES: Final = (
    (
        "Ratio: typical value of the parameter at the first value of the contrast by that at the second, 95 % "
        "confidence interval (Louis' information, t quantile). A ratio whose interval holds 1 shows no effect, nor "
        "that there is none."
    ),
    (
        "LRT: fall of -2 log-likelihood when the covariate is taken in, all its levels at once, with the standard "
        "error of the Monte Carlo integration; both models are maximised on the same importance draws, s held. "
        "Decision at the 5 % level; undecided = within two standard errors the test may fall on either side. No "
        "correction for the number of covariates; with few subjects the chi-squared probability is too small."
    ),
)


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per coefficient; covariates that could not be fitted with the reason."""
    asked = config.models.population
    if asked is None:
        return NoTable("No population model was asked for.")
    rows = data.population_covariates
    if not asked.covariates:
        return NoTable("No covariate of the population model was asked for.")
    if "PARAMETER" not in rows or rows.empty:
        return NoTable("There is no population fit: see work/population.json for the reason.")
    names = {g.column: g.name for g in config.groupings.values()}
    columns = (
        Column("parameter", "Parameter", "group"),
        Column("covariate", "Covariate", "label"),
        Column("contrast", "Contrast", "text"),
        Column("n", "n", "number"),
        Column("ratio", "Ratio [95 % CI]", "number", parts=("Ratio", "Ratio, lower", "Ratio, upper")),
        Column("rse", "RSE of the coefficient (%)", "number"),
        Column("lrt", "LRT (SE), df", "number", parts=("LRT", "LRT, SE", "LRT, df")),
        Column("p", "p", "number"),
        Column("decision", "Effect", "text"),
    )
    made = tuple(_row(row, names) for row in rows.to_dict("records"))
    source = "work/population_covariates.csv"
    return Body(columns, made, analysis_set(data, "PK").text, _NOTES, source)


def _row(row: Mapping[Hashable, Any], names: dict[str, str]) -> Row:
    level = _text(row["LEVEL"])
    key = {"parameter": str(row["PARAMETER"]), "covariate": str(row["COVARIATE"]), "level": level}
    head = (words(row["PARAM"]), words(names.get(row["COVARIATE"], row["COVARIATE"])))
    if reason := _text(row["REASON"]):
        return Row((*head, words(f"not in the fit: {reason}"), *[BLANK] * 6), key=key)
    return Row(
        (
            *head,
            words(row["CONTRAST"]),
            counted(row["N"]),
            several("{} [{}; {}]", [row["RATIO"], row["LOWER"], row["UPPER"]], [significant] * 3),
            several("{}", [row["RSE"]], [_decimals(0)]),
            _lrt(row),
            several("{}", [row["PVALUE"]], [_p]),
            words({"yes": "yes", "no": "not shown", "undecided": "undecided"}[str(row["DECISION"])]),
        ),
        key=key,
    )


def _lrt(row: Mapping[Hashable, Any]) -> Cell:
    styles = [_decimals(1), _decimals(1), _decimals(0)]
    return several("{} ({}), {}", [row["LRT"], row["LRTSE"], float(row["DF"])], styles)


def _decimals(number: int) -> Style:
    return lambda value: fixed(value, number)


def _p(value: float) -> str:
    return "<0.001" if value < 0.001 else fixed(value, 3)


def _text(value: object) -> str:
    """A text that may be missing."""
    return "" if value is None or (isinstance(value, float) and math.isnan(value)) else str(value)


SPEC: Final = TableSpec("t_14_2_14", "14.2-14", "Population model: effects of covariates", table, needs="covariates")
