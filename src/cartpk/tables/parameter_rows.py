"""Rows of one parameter: counts with what is not calculable, statistics, and the line that tests its weak values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from cartpk.tables.cells import counted, several
from cartpk.tables.groups import FIRST_INFUSION, Group
from cartpk.tables.printing import Style, count, unit_text
from cartpk.tables.statistics import Kind, count_row, line_names, statistic_rows, summed
from cartpk.tables.table import Cell, Row

if TYPE_CHECKING:
    from cartpk.config.summaries import Summaries

__all__ = ["Apart", "Rule", "by_unit", "first_infusion", "flags", "parameter_rows"]


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


def first_infusion(adpp: pd.DataFrame, category: str) -> pd.DataFrame:
    """Parameter rows of this category that belong to the first infusion: the others are listed, not summarised."""
    first = adpp["ATPTREF"].isna() | adpp["ATPTREF"].eq(FIRST_INFUSION)
    return adpp[adpp["PARCAT1"].eq(category) & first]


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
    parts = [rows[rows["USUBJID"].isin(group.subjects)] for group in groups]
    apart = [_apart(part, rule) for part in parts]
    main = [p if rule.apart is None or rule.apart.counted else p[~a] for p, a in zip(parts, apart, strict=True)]
    names = line_names(settings.style, rule.kind)
    made = [count_row(labels, {**key, "statistic": "n"}, *_counts(parts, apart, main, rule))]
    blq = [rule.blq(part) for part in main] if rule.blq else None
    made += statistic_rows(labels, key, summed([p["AVAL"] for p in main], settings, blq), names, rule.style)
    if rule.apart and rule.apart.second_line and any(a.any() for a in apart):
        other = [p[~a] if rule.apart.counted else p for p, a in zip(parts, apart, strict=True)]
        note = f"{'without' if rule.apart.counted else 'with'} {rule.apart.name}"
        second = {**key, "set": note.replace(" ", "_")}
        cells = tuple(counted(int(p["AVAL"].notna().sum())) for p in other)
        made.append(count_row(labels, {**second, "statistic": "n"}, f"n, {note}", cells))
        statistics = summed([p["AVAL"] for p in other], settings)
        made += statistic_rows(labels, second, statistics, names[:1], rule.style, f", {note}")
    return made


def _apart(rows: pd.DataFrame, rule: Rule) -> pd.Series[bool]:
    """Which rows hold a value that is told apart."""
    found = [rule.apart is not None and rule.apart.test(flags(flag)) for flag in rows["FLAG"]]
    return pd.Series(found, index=rows.index, dtype=bool) & rows["AVAL"].notna()


def _counts(
    parts: Sequence[pd.DataFrame], apart: Sequence[pd.Series[bool]], main: Sequence[pd.DataFrame], rule: Rule
) -> tuple[str, tuple[Cell, ...], tuple[str, ...]]:
    """Label, cells and parts of the row of counts."""
    n = [int(m["AVAL"].notna().sum()) for m in main]
    missing = [int(p["AVAL"].isna().sum()) for p in parts]
    if rule.apart is None:
        cells = [several("{} ({})", pair, [count] * 2) for pair in zip(n, missing, strict=True)]
        return "n (NC)", tuple(cells), ("n", "n not calculable")
    triples = zip(n, [int(a.sum()) for a in apart], missing, strict=True)
    cells = [several("{} ({}; {})", triple, [count] * 3) for triple in triples]
    name = rule.apart.name
    shown = f"of these {name}" if rule.apart.counted else name
    return f"n ({shown}; NC)", tuple(cells), ("n", f"n {name}", "n not calculable")
