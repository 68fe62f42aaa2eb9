"""Rows of group statistics: one statistic a row, one dose level a column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cartpk.config.summaries import Summaries
from cartpk.core.summary import Summary, summarise
from cartpk.tables.cells import BLQ, counted, several, words
from cartpk.tables.printing import Style, percent
from cartpk.tables.table import Cell, Row

__all__ = [
    "LINES",
    "Kind",
    "Line",
    "Statistics",
    "blq_order",
    "count_row",
    "grouped",
    "line_names",
    "statistic_rows",
    "summed",
]

Kind = Literal["amount", "time"]
"""Amounts (Cmax, AUC, half-life, counts) have means; times have median and range only, as product labels print them."""


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line of statistics: its label, its parts and how they stand in a cell."""

    label: str
    parts: tuple[str, ...]
    template: str
    statistics: tuple[str, ...]
    percents: frozenset[str] = frozenset({"cv_pct", "geo_cv_pct"})


LINES: Final[dict[str, Line]] = {
    "mean": Line("Mean (SD)", ("Mean", "SD"), "{} ({})", ("mean", "sd")),
    "cv": Line("CV, %", (), "{}", ("cv_pct",)),
    "geo_mean": Line(
        "Geometric mean (CV %)", ("Geometric mean", "Geometric CV, %"), "{} ({})", ("geo_mean", "geo_cv_pct")
    ),
    "median": Line(
        "Median [min; max]", ("Median", "Minimum", "Maximum"), "{} [{}; {}]", ("median", "minimum", "maximum")
    ),
    "quartiles": Line("Q1; Q3", ("Q1", "Q3"), "{}; {}", ("q1", "q3")),
}
"""Every line of statistics by its key."""

_SPREAD: Final = frozenset({"sd", "cv_pct", "geo_cv_pct"})
_FAR: Final = 1e100
"""Put for a lower bound: a statistic that changes rests on it."""
_NONE: Final = np.empty(0, dtype=np.bool_)
_STYLES: Final[Mapping[str, tuple[str, ...]]] = {
    "geometric": ("geo_mean", "median"),
    "arithmetic": ("mean", "median"),
    "full": ("mean", "cv", "geo_mean", "median", "quartiles"),
}


def line_names(style: str, kind: Kind) -> tuple[str, ...]:
    """Lines of ``report.summaries.style`` for amounts or times."""
    chosen = _STYLES[style]
    return chosen if kind == "amount" else tuple(name for name in chosen if name in ("median", "quartiles"))


@dataclass(frozen=True, slots=True)
class Statistics:
    """Statistics of the groups of a row, and which of their order statistics are BLQ."""

    summary: Summary
    blq: Mapping[str, NDArray[np.bool_]]
    bounds: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    """Statistics that rest on a lower bound (a result above its upper limit)."""

    def value(self, statistic: str, group: int) -> float | str:
        """The number; ``BLQ`` where it is an order statistic that rests on a BLQ."""
        if statistic in self.blq and self.blq[statistic][group]:
            return BLQ
        if statistic in _SPREAD and self.rests_on_bound(statistic, group):
            return float("nan")  # a spread about a bound bounds nothing
        return float(getattr(self.summary, statistic)[group])

    def rests_on_bound(self, statistic: str, group: int) -> bool:
        """Whether the number is a lower bound."""
        return statistic in self.bounds and bool(self.bounds[statistic][group])

    def cell(self, name: str, group: int, style: Style) -> Cell:
        """The cell of one line and group."""
        line = LINES[name]
        styles = [percent if statistic in line.percents else style for statistic in line.statistics]
        values = [self.value(s, group) for s in line.statistics]
        return several(line.template, values, styles, [self.rests_on_bound(s, group) for s in line.statistics])


def summed(
    groups: Sequence[ArrayLike],
    settings: Summaries,
    blq: Sequence[ArrayLike] | None = None,
    bounds: Sequence[ArrayLike] | None = None,
) -> Statistics:
    """Statistics of these groups of values; nan = no value.

    Parameters
    ----------
    groups
        Values of each group.
    settings
        ``report.summaries``: the quartile method.
    blq
        For each group, which of its values are BLQ (and hold 0); None = none.
    bounds
        For each group, which of its values are lower bounds; None = none.
    """
    values = [np.asarray(group, dtype=np.float64) for group in groups]
    index = np.repeat(np.arange(len(values)), [v.size for v in values])
    flat = np.concatenate([*values, np.empty(0)])
    below = None if blq is None else np.concatenate([*(np.asarray(b, dtype=np.bool_) for b in blq), _NONE])
    made = grouped(flat, index, len(values), settings, below)
    if bounds is None:
        return made
    bound = np.concatenate([*(np.asarray(b, dtype=np.bool_) for b in bounds), _NONE])
    if not bound.any():
        return made
    higher = summarise(np.where(bound, _FAR, flat), index, len(values), settings.quartiles)
    names = [name for line in LINES.values() for name in line.statistics]
    with np.errstate(invalid="ignore"):
        resting = {name: getattr(higher, name) != getattr(made.summary, name) for name in names}
    return replace(made, bounds=resting)


def grouped(
    values: NDArray[np.float64],
    index: NDArray[np.intp],
    n_groups: int,
    settings: Summaries,
    blq: NDArray[np.bool_] | None = None,
) -> Statistics:
    """Statistics of the groups of a long table: as :func:`summed`, with the group of each value in ``index``."""
    summary = summarise(values, index, n_groups, settings.quartiles)
    order = {} if blq is None or not blq.any() else blq_order(values, blq, index, n_groups, settings)
    return Statistics(summary, order)


def blq_order(
    values: NDArray[np.float64],
    blq: NDArray[np.bool_],
    index: NDArray[np.intp],
    n_groups: int,
    settings: Summaries,
) -> dict[str, NDArray[np.bool_]]:
    """Which order statistics depend on what is put for a BLQ: those are printed as BLQ.

    A BLQ ranks below every quantifiable result. Two different numbers below all of them are put for it; an order
    statistic that changes rests on a BLQ.
    """
    names = ("minimum", "q1", "median", "q3", "maximum")
    low, lower = (
        summarise(np.where(blq, put, values), index, n_groups, settings.quartiles)
        for put in (np.float64(0.0), np.float64(-1.0))
    )
    return {name: getattr(low, name) > getattr(lower, name) for name in names}


def statistic_rows(
    labels: tuple[Cell, ...],
    key: Mapping[str, str],
    statistics: Statistics,
    names: Iterable[str],
    style: Style,
    note: str = "",
) -> list[Row]:
    """One row per line: the labels, the line's name (with a note behind it), a cell per group."""
    rows = []
    for name in names:
        line = LINES[name]
        n_groups = statistics.summary.n.size
        if name == "geo_mean" and np.any(statistics.summary.n_positive != statistics.summary.n):
            n_positive = tuple(counted(n) for n in statistics.summary.n_positive)
            rows.append(count_row(labels, {**key, "statistic": "n_positive"}, f"n above 0{note}", n_positive))
        cells = tuple(statistics.cell(name, group, style) for group in range(n_groups))
        rows.append(Row((*labels, words(line.label + note), *cells), line.parts, {**key, "statistic": name}))
    return rows


def count_row(
    labels: tuple[Cell, ...], key: Mapping[str, str], label: str, cells: tuple[Cell, ...], parts: tuple[str, ...] = ()
) -> Row:
    """A row of counts."""
    return Row((*labels, words(label), *cells), parts, key)
