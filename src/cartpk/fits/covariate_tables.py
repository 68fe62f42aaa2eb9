"""Effects, tests and screening of covariates of a population fit as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from cartpk.core.estimation.covariates import LikelihoodRatio, adjusted, screen
from cartpk.fits.covariates import Covariate, Prepared, known_values, rows_of, scale_of, terms_of
from cartpk.models.fitting.typical import effects

if TYPE_CHECKING:
    from cartpk.models.fitting.population import ModelPopulation

__all__ = ["COVARIATE_COLUMNS", "SCREEN_COLUMNS", "covariate_rows", "screen_rows"]

COVARIATE_COLUMNS: Final = (
    "PARAMETER", "PARAM", "COVARIATE", "LEVEL", "CONTRAST", "N", "COEF", "SE", "RSE", "RATIO", "LOWER", "UPPER",
    "LRT", "LRTSE", "DF", "PVALUE", "DECISION", "REASON",
)  # fmt: skip
SCREEN_COLUMNS: Final = ("PARAMETER", "COVARIATE", "N", "R2", "F", "DF1", "DF2", "PVALUE", "PHOLM", "SHRINKAGE")


def covariate_rows(fit: ModelPopulation, prepared: Prepared, seed: int) -> pd.DataFrame:
    """One row per coefficient and per covariate left out: ratio with 95 % limits, likelihood-ratio test.

    The test of a covariate takes all its coefficients out at once; the seed is that of its importance draws.
    """
    rows = []
    parameters = {p.symbol: p for p in fit.curve.scale.parameters}
    tests = _tests(fit, prepared, seed)
    for c, (term, effect) in enumerate(zip(prepared.terms, effects(fit), strict=True)):
        parameter = parameters[term.parameter]
        at = float(fit.fit.theta.mu[fit.curve.symbols.index(term.parameter)])
        ends = [at + term.step * b for b in (0.0, effect.coefficient, effect.lower, effect.upper)]
        base, *moved = (float(parameter.transform.inverse(np.array(end))) for end in ends)
        ratio, low, high = (value / base for value in moved)
        test = tests[c]
        rows.append(
            {
                "PARAMETER": term.parameter, "PARAM": parameter.label, "COVARIATE": term.column, "LEVEL": term.level,
                "CONTRAST": term.contrast, "N": term.n, "COEF": effect.coefficient, "SE": effect.se,
                "RSE": 100.0 * effect.se / abs(effect.coefficient) if effect.coefficient else np.nan,
                "RATIO": ratio, "LOWER": low, "UPPER": high, "LRT": test.statistic, "LRTSE": test.se, "DF": test.df,
                "PVALUE": test.p, "DECISION": test.decision, "REASON": None,
            }
        )  # fmt: skip
    for one, reason in prepared.left_out:
        label = parameters[one.parameter].label
        rows.append({"PARAMETER": one.parameter, "PARAM": label, "COVARIATE": one.column, "REASON": reason})
    return pd.DataFrame.from_records(rows, columns=list(COVARIATE_COLUMNS))


def _tests(fit: ModelPopulation, prepared: Prepared, seed: int) -> list[LikelihoodRatio]:
    """Test of each coefficient's covariate: all its coefficients at once."""
    named = [(term.parameter, term.column) for term in prepared.terms]
    sampled = fit.sampled(seed) if named else None
    tests = {}
    for name in dict.fromkeys(named):
        columns = np.array([c for c, other in enumerate(named) if other == name], dtype=np.intp)
        if sampled is not None:
            tests[name] = sampled.without(columns)
    return [tests[name] for name in named]


def screen_rows(
    fit: ModelPopulation, columns: Sequence[str], subjects: pd.DataFrame, names: Sequence[str]
) -> pd.DataFrame:
    """Regression of every parameter's individual random effects on each column, corrected for the number of tests.

    A column of numbers is taken as it is, one of words as categories; subjects without a value are left out of that
    regression. A regression that cannot be done has no row.
    """
    effects = fit.fit.theta.away(fit.fit.conditional_mean)
    rows = []
    for column in columns:
        plain = Covariate(fit.curve.symbols[0], column)
        table = rows_of([plain], fit.curve.symbols, subjects, names)
        scale = scale_of(plain, table[column])
        known = known_values(table[column], scale)
        terms = terms_of(plain, table.loc[known, column], scale)
        if isinstance(terms, str):
            continue
        x = np.array([[term.value(v) for term in terms] for v in table.loc[known, column]])
        for k, symbol in enumerate(fit.curve.symbols):
            found = screen(effects[known, k], x)
            if found is not None:
                rows.append(
                    {
                        "PARAMETER": symbol, "COVARIATE": column, "N": int(known.sum()), "R2": found.r2, "F": found.f,
                        "DF1": found.df[0], "DF2": found.df[1], "PVALUE": found.p,
                        "SHRINKAGE": 100.0 * float(fit.fit.shrinkage[k]),
                    }
                )  # fmt: skip
    table = pd.DataFrame.from_records(rows, columns=list(SCREEN_COLUMNS))
    return table.assign(PHOLM=adjusted(table["PVALUE"].to_numpy(dtype=np.float64)))
