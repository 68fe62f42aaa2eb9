"""Covariates of a population fit: columns of the subjects -> regression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal, Protocol

import numpy as np
import pandas as pd

from cartpk.core.estimation.covariates import Regression

__all__ = [
    "Covariate",
    "CovariateLike",
    "Prepared",
    "Scale",
    "Term",
    "known_values",
    "prepare",
    "rows_of",
    "scale_of",
    "terms_of",
]

_LEAST: Final = 2
"""Subjects that a level needs."""
_SPARE: Final = 3
"""Subjects that there must be beyond the coefficients of a parameter."""

Scale = Literal["linear", "log", "category"]


class CovariateLike(Protocol):
    """What a covariate must say; a section of the config does."""

    @property
    def parameter(self) -> str:
        """Symbol of the population scale."""
        ...

    @property
    def column(self) -> str:
        """Column of the subjects."""
        ...

    @property
    def transform(self) -> Scale | None:
        """How the column becomes a number."""
        ...

    @property
    def reference(self) -> str | None:
        """Level that the others are compared with."""
        ...


@dataclass(frozen=True)
class Covariate:
    """A covariate on one parameter.

    Attributes
    ----------
    parameter
        Symbol of the population scale.
    column
        Column of the subjects.
    transform
        ``linear`` or ``log`` (both less the median), ``category``; None = category where the column holds words.
    reference
        Level that the others are compared with; None = the first one in sorted order.
    """

    parameter: str
    column: str
    transform: Scale | None = None
    reference: str | None = None


@dataclass(frozen=True)
class Term:
    """One coefficient: where it works, and how its column follows from a subject's value.

    ``centre`` is the median (of the logarithms, with ``log``); ``level`` is that of a category; ``step`` is the change
    of the column that the printed ratio is for, ``contrast`` the same in words.
    """

    parameter: str
    column: str
    transform: Scale
    centre: float
    level: str
    step: float
    contrast: str
    n: int

    def value(self, given: object) -> float:
        """The column's value for a subject's covariate."""
        if self.transform == "category":
            return float(str(given) == self.level)
        number = float(str(given))
        if self.transform == "linear":
            return number - self.centre
        return float(np.log(number)) - self.centre if number > 0 else float("nan")


@dataclass(frozen=True)
class Prepared:
    """Covariates ready for a fit.

    Attributes
    ----------
    terms
        One per coefficient.
    regression
        Of the subjects that have every covariate.
    has_all
        Which subjects these are, in the order given.
    missing
        Why a subject is not among them; empty for the others.
    left_out
        Covariates that cannot be fitted, and why.
    """

    terms: tuple[Term, ...]
    regression: Regression
    has_all: np.ndarray[tuple[int], np.dtype[np.bool_]]
    missing: tuple[str, ...]
    left_out: tuple[tuple[CovariateLike, str], ...]


def prepare(
    asked: Sequence[CovariateLike], symbols: Sequence[str], subjects: pd.DataFrame, names: Sequence[str]
) -> Prepared:
    """Covariates of these subjects as a regression.

    Parameters
    ----------
    asked
        Covariates in the order of the coefficients.
    symbols
        Parameters of the population scale.
    subjects
        One row per subject (``USUBJID``) with the covariates' columns.
    names
        Subjects that have a profile, in its order.

    Raises
    ------
    ValueError
        For a parameter or a column that is not there, the same covariate twice, or too few subjects for the
        coefficients.
    """
    table = rows_of(asked, symbols, subjects, names)
    left_out: list[tuple[CovariateLike, str]] = []
    kept = []
    for one in asked:
        known = known_values(table[one.column], scale_of(one, table[one.column]))
        if not known.any():
            left_out.append((one, f"no subject has a usable value of {one.column}"))
        else:
            kept.append((one, known))
    reasons = [
        "; ".join(
            dict.fromkeys(f"covariate {one.column} is missing or not usable" for one, known in kept if not known[i])
        )
        for i in range(len(names))
    ]
    has_all = np.array([not reason for reason in reasons], dtype=bool)
    terms: list[Term] = []
    for one, _ in kept:
        made = terms_of(one, table.loc[has_all, one.column], scale_of(one, table[one.column]))
        if isinstance(made, str):
            left_out.append((one, made))
        else:
            terms += made
    x = np.array([[t.value(v) for v in table.loc[has_all, t.column]] for t in terms])
    at = np.array([list(symbols).index(t.parameter) for t in terms], dtype=np.intp)
    regression = Regression(x.reshape(len(terms), int(has_all.sum())).T, at)
    most = int(np.bincount(at).max()) if len(at) else 0
    if most and has_all.sum() < most + _SPARE:
        msg = f"{most} coefficients of one parameter need at least {most + _SPARE} subjects, found {int(has_all.sum())}"
        raise ValueError(msg)
    return Prepared(tuple(terms), regression, has_all, tuple(reasons), tuple(left_out))


def rows_of(
    asked: Sequence[CovariateLike], symbols: Sequence[str], subjects: pd.DataFrame, names: Sequence[str]
) -> pd.DataFrame:
    """Rows of the subjects that have a profile, in its order.

    Raises
    ------
    ValueError
        For a parameter or a column that is not there, or the same covariate twice.
    """
    seen = set()
    for one in asked:
        if one.parameter not in symbols:
            msg = f"there is no population parameter {one.parameter!r} for a covariate; there are: {', '.join(symbols)}"
            raise ValueError(msg)
        if one.column not in subjects.columns:
            msg = (
                f"there is no column {one.column!r} for a covariate; there are: {', '.join(map(str, subjects.columns))}"
            )
            raise ValueError(msg)
        if (one.parameter, one.column) in seen:
            msg = f"the covariate {one.column} of {one.parameter} stands twice"
            raise ValueError(msg)
        seen.add((one.parameter, one.column))
    return subjects.drop_duplicates("USUBJID").set_index("USUBJID").reindex(list(names))


def scale_of(one: CovariateLike, column: pd.Series) -> Scale:
    """How a column becomes a number: as asked, else by what it holds."""
    if one.transform is not None:
        return one.transform
    there = column.dropna()
    numbers = pd.to_numeric(there, errors="coerce").notna().all()
    return "linear" if len(there) and numbers and one.reference is None else "category"


def known_values(column: pd.Series, scale: Scale) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which subjects have a value that the scale can use."""
    if scale == "category":
        return np.array(column.notna() & column.astype(str).str.strip().ne(""), dtype=bool)
    number = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64)
    usable: np.ndarray[tuple[int], np.dtype[np.bool_]] = np.isfinite(number) & ((number > 0) | (scale != "log"))
    return usable


def terms_of(one: CovariateLike, column: pd.Series, scale: Scale) -> list[Term] | str:
    """Coefficients of a covariate, or why it has none."""
    head = partial(Term, one.parameter, one.column, scale)
    if scale == "category":
        counts = column.astype(str).value_counts()
        levels = sorted(counts.index)
        if len(levels) < 2:
            return f"all subjects have the same {one.column}: {', '.join(levels) or 'nobody has one'}"
        reference = one.reference or levels[0]
        if reference not in levels:
            return f"no subject has the reference {reference!r} of {one.column}; there are: {', '.join(levels)}"
        few = [level for level in levels if counts[level] < _LEAST]
        if few:
            return f"{one.column} {few[0]} has {counts[few[0]]} subject: an effect needs at least {_LEAST}"
        return [
            head(centre=0.0, level=level, step=1.0, contrast=f"{level} / {reference}", n=int(counts[level]))
            for level in levels
            if level != reference
        ]
    number = pd.to_numeric(column).to_numpy(dtype=np.float64)
    values = np.log(number) if scale == "log" else number
    if not number.size or np.ptp(values) <= 0:
        return f"all subjects have the same {one.column}"
    low, high = np.quantile(number, [0.25, 0.75])
    if scale == "log":
        step, contrast = float(np.log(2.0)), "twice / once"
    else:
        low, high = (low, high) if high > low else (number.min(), number.max())
        step, contrast = float(high - low), f"{high:.4g} / {low:.4g}"
    return [head(centre=float(np.median(values)), level="", step=step, contrast=contrast, n=int(number.size))]
