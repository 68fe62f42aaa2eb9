"""Rows of one parameter: counts with what is not calculable, statistics, and the line that tests its weak values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from cartpk.models import MODELS
from cartpk.tables.cells import BLANK, BLQ, counted, number, several, words
from cartpk.tables.groups import FIRST_INFUSION, Group
from cartpk.tables.printing import Style, count, unit_text
from cartpk.tables.statistics import LINES, Kind, Statistics, count_row, line_names, statistic_rows, summed
from cartpk.tables.table import Cell, Row

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config.summaries import Summaries

__all__ = ["LISTED", "Apart", "Rule", "by_unit", "first_infusion", "flags", "is_bound", "method_text", "parameter_rows"]


_BOUNDED: Final = ("CMAX", "AUC", "FOLDEXP")
"""Beginnings of the parameters that grow with a result."""
LISTED: Final = "listed"
"""Stands for the statistics of a group whose subjects are listed."""


@dataclass(frozen=True, slots=True)
class Apart:
    """Values that are told apart by a flag.

    Attributes
    ----------
    name
        What they are called, e.g. ``extrapolated``.
    test
        Flags of a row -> whether it is one.
    counted
        Whether they are in the main summary (and left out in a second line), or the reverse.
    second_line
        Whether there is such a second line.
    """

    name: str
    test: Callable[[frozenset[str]], bool]
    counted: bool
    second_line: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """How a parameter is summarised and printed.

    Attributes
    ----------
    kind, style
        Amount or time; how its numbers are printed.
    apart
        Values told apart, None = none.
    blq
        Row of parameters -> whether its value is BLQ (and holds 0); None = no value can be.
    """

    kind: Kind
    style: Style
    apart: Apart | None = None
    blq: Callable[[pd.DataFrame], pd.Series[bool]] | None = None


def flags(text: object) -> frozenset[str]:
    """Flags of a parameter row.

    Examples
    --------
    >>> sorted(flags("COMPLETE;EARLY_TMAX")), flags(float("nan"))
    (['COMPLETE', 'EARLY_TMAX'], frozenset())
    """
    return frozenset(str(text).split(";")) if isinstance(text, str) else frozenset()


def is_bound(code: object, text: object) -> bool:
    """Whether the value of this parameter with these flags is a lower bound of the truth.

    Examples
    --------
    >>> is_bound("AUC0_28D", "COMPLETE;ABOVE_ULOQ"), is_bound("TMAX", "ABOVE_ULOQ"), is_bound("CMAX", None)
    (True, False, False)
    """
    return str(code).startswith(_BOUNDED) and "ABOVE_ULOQ" in flags(text)


def first_infusion(adpp: pd.DataFrame, category: str, codes: Collection[str] | None = None) -> pd.DataFrame:
    """Parameter rows of this category that belong to the first infusion: the others are listed, not summarised.

    ``codes``: of these parameters; None = of all.
    """
    wanted = adpp["PARCAT1"].eq(category) & (adpp["ATPTREF"].isna() | adpp["ATPTREF"].eq(FIRST_INFUSION))
    return adpp[wanted if codes is None else wanted & adpp["PARAMCD"].isin(list(codes))]


def by_unit(rows: pd.DataFrame, label: str) -> Iterator[tuple[str, pd.DataFrame]]:
    """The rows of a parameter once per unit (units are never pooled), each with the label and its unit."""
    units = sorted(set(rows["AVALU"].dropna()))
    if len(units) < 2:
        yield (f"{label} ({unit_text(units[0])})" if units else label), rows
        return
    for unit in units:
        yield f"{label} ({unit_text(unit)})", rows[rows["AVALU"].eq(unit)]


def parameter_rows(
    labels: tuple[Cell, ...],
    key: Mapping[str, str],
    rows: pd.DataFrame,
    groups: Sequence[Group],
    rule: Rule,
    settings: Summaries,
) -> list[Row]:
    """Table rows of one parameter in one unit.

    Parameters
    ----------
    labels
        Cells before the statistic.
    key
        What the rows are, for programs; ``statistic`` is added.
    rows
        Parameter rows, one per subject.
    groups
        One column each.
    rule, settings
        How it is summarised.
    """
    held = _Values.of(rows, groups, rule)
    names = line_names(settings.style, rule.kind)
    main = held.members if rule.apart is None or rule.apart.counted else [m & ~held.apart for m in held.members]
    made = [count_row(labels, {**key, "statistic": "n"}, *_counts(held, main, rule))]
    made += statistic_rows(labels, key, held.summed(main, settings), names, rule.style)
    if rule.apart and rule.apart.second_line and any((m & held.apart).any() for m in held.members):
        other = [m & ~held.apart if rule.apart.counted else m for m in held.members]
        note = f"{'without' if rule.apart.counted else 'with'} {rule.apart.name}"
        second = {**key, "set": note.replace(" ", "_")}
        cells = tuple(counted(held.n(m)) for m in other)
        made.append(count_row(labels, {**second, "statistic": "n"}, f"n, {note}", cells))
        made += statistic_rows(labels, second, held.summed(other, settings), names[:1], rule.style, f", {note}")
    if not any(group.listed for group in groups):
        return made
    return [_without_listed(row, len(labels) + 1, groups) for row in made] + _listed(labels, key, rows, groups, rule)


def _without_listed(row: Row, first: int, groups: Sequence[Group]) -> Row:
    """The row of statistics with a word instead of those of groups that are listed; counts stay."""
    if row.key["statistic"] not in LINES:
        return row
    cells = (words(LISTED) if g.listed else cell for g, cell in zip(groups, row.cells[first:], strict=True))
    return replace(row, cells=(*row.cells[:first], *cells))


def _listed(
    labels: tuple[Cell, ...], key: Mapping[str, str], rows: pd.DataFrame, groups: Sequence[Group], rule: Rule
) -> list[Row]:
    """One row per subject of the groups that are too small for a summary: its value in their columns."""
    below = rule.blq(rows) if rule.blq else None
    values = {
        str(s): BLQ if below is not None and below[i] else float(v)
        for i, s, v in zip(rows.index, rows["USUBJID"], rows["AVAL"], strict=True)
    }
    bounds = set(rows.loc[_bounds(rows), "USUBJID"])
    small = dict.fromkeys(s for group in groups if group.listed for s in group.subjects)
    made = []
    for subject in (s for s in small if s in values):
        cell = number(values[subject], rule.style, bound=subject in bounds)
        cells = (cell if g.listed and subject in g.subjects else BLANK for g in groups)
        made.append(Row((*labels, words(subject), *cells), (), {**key, "statistic": "subject", "usubjid": subject}))
    return made


@dataclass(frozen=True, slots=True, eq=False)
class _Values:
    """A parameter's values with what is known of each; arrays of shape (m,), one membership per group."""

    value: NDArray[np.float64]
    apart: NDArray[np.bool_]
    blq: NDArray[np.bool_] | None
    bound: NDArray[np.bool_]
    members: list[NDArray[np.bool_]]

    @classmethod
    def of(cls, rows: pd.DataFrame, groups: Sequence[Group], rule: Rule) -> _Values:
        value = rows["AVAL"].to_numpy(dtype=np.float64)
        told = [rule.apart is not None and rule.apart.test(flags(flag)) for flag in rows["FLAG"]]
        members = [rows["USUBJID"].isin(group.subjects).to_numpy() for group in groups]
        blq = rule.blq(rows).to_numpy() if rule.blq else None
        bound = _bounds(rows)
        return cls(value, np.array(told, dtype=np.bool_) & ~np.isnan(value), blq, bound, members)

    def n(self, picked: NDArray[np.bool_]) -> int:
        """How many of the picked rows have a value."""
        return int(np.count_nonzero(picked & ~np.isnan(self.value)))

    def summed(self, picked: Sequence[NDArray[np.bool_]], settings: Summaries) -> Statistics:
        blq = None if self.blq is None else [self.blq[p] for p in picked]
        return summed([self.value[p] for p in picked], settings, blq, [self.bound[p] for p in picked])


def _bounds(rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Which rows hold a lower bound, shape (m,)."""
    return np.array([is_bound(c, f) for c, f in zip(rows["PARAMCD"], rows["FLAG"], strict=True)], dtype=np.bool_)


def _counts(
    held: _Values, main: Sequence[NDArray[np.bool_]], rule: Rule
) -> tuple[str, tuple[Cell, ...], tuple[str, ...]]:
    """Label, cells and parts of the row of counts."""
    n = [held.n(m) for m in main]
    missing = [int(m.sum()) - held.n(m) for m in held.members]
    if rule.apart is None:
        cells = [several("{} ({})", pair, [count] * 2) for pair in zip(n, missing, strict=True)]
        return "n (NC)", tuple(cells), ("n", "n not calculable")
    triples = zip(n, [int((m & held.apart).sum()) for m in held.members], missing, strict=True)
    cells = [several("{} ({}; {})", triple, [count] * 3) for triple in triples]
    name = rule.apart.name
    shown = f"of these {name}" if rule.apart.counted else name
    return f"n ({shown}; NC)", tuple(cells), ("n", f"n {name}", "n not calculable")


def method_text(method: str, model: object) -> str:
    """A fit's model in words and how it was fitted.

    Examples
    --------
    >>> method_text("STEIN MAP M3", "stein"), method_text("OTHER", None)
    ('Stein 2019 (expansion, contraction, persistence); MAP, M3', 'OTHER')
    """
    if model not in MODELS:
        return method
    how = method.upper().removeprefix(str(model).upper()).split()
    return "; ".join(filter(None, (MODELS[str(model)].label, ", ".join(how))))
