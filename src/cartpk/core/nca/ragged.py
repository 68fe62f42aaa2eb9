"""Reductions over a long table: one call for all segments, never a loop over them.

A table of ``n`` rows holds ``m`` segments (profiles); segment ``i`` is the rows ``offsets[i]:offsets[i + 1]`` and may
be empty. Each reduction looks at the rows of its own segment only, in their own order, so a subject alone equals the
subject among others to the last bit (a difference of running totals would not).
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Bools",
    "Floats",
    "Indices",
    "any_in",
    "count_in",
    "first_in",
    "last_in",
    "max_in",
    "nonempty",
    "pick",
    "shrink",
    "spread",
    "sum_between",
]

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Indices: TypeAlias = NDArray[np.intp]


def nonempty(offsets: Indices) -> Bools:
    """True, shape (m,), for the segments that hold at least one row."""
    return offsets[:-1] < offsets[1:]


def sum_between(values: Floats, start: Indices, stop: Indices) -> Floats:
    """Sum of the rows ``start`` .. ``stop`` - 1 of each segment, shape (m,); 0 where ``stop`` is not after ``start``.

    Parameters
    ----------
    values
        Shape (n,).
    start, stop
        Shape (m,): rows within the segment, of falling nowhere from one segment to the next.

    Examples
    --------
    >>> sum_between(np.array([1.0, 2.0, 5.0, 7.0]), np.array([0, 2, 3]), np.array([2, 2, 4]))
    array([3., 0., 7.])
    """
    some = stop > start
    out = np.zeros(len(start))
    if some.any():
        limits = np.empty(2 * int(some.sum()), dtype=np.intp)
        limits[::2], limits[1::2] = start[some], stop[some]
        if limits[-1] == len(values):  # the last sum runs to the end by itself
            limits = limits[:-1]
        out[some] = np.add.reduceat(values, limits)[::2]
    return out


def max_in(values: Floats, offsets: Indices) -> Floats:
    """Largest value of each segment, shape (m,); -inf for an empty one."""
    full = nonempty(offsets)
    out = np.full(len(full), -np.inf)
    if full.any():
        out[full] = np.maximum.reduceat(values, offsets[:-1][full])
    return out


def _running(where: Bools) -> NDArray[np.int32]:
    """Number of True rows before each row, shape (n + 1,); 32 bits, which cost a tenth of what 64 do here."""
    running = np.zeros(len(where) + 1, dtype=np.int32)
    np.cumsum(where, out=running[1:], dtype=np.int32)
    return running


def count_in(where: Bools, offsets: Indices) -> Indices:
    """Number of True rows of each segment, shape (m,)."""
    return np.diff(_running(where)[offsets]).astype(np.intp)


def any_in(where: Bools, offsets: Indices) -> Bools:
    """True, shape (m,), where a segment holds at least one True row."""
    before = _running(where)[offsets]
    some: Bools = before[1:] > before[:-1]
    return some


def first_in(where: Bools, offsets: Indices) -> Indices:
    """Row of the first True of each segment, shape (m,); -1 where there is none.

    Examples
    --------
    >>> first_in(np.array([False, True, True, False]), np.array([0, 3, 4]))
    array([ 1, -1])
    """
    before = _running(where)[offsets]
    found = before[1:] > before[:-1]
    out = np.full(len(offsets) - 1, -1, dtype=np.intp)
    out[found] = np.flatnonzero(where)[before[:-1][found]]
    return out


def last_in(where: Bools, offsets: Indices) -> Indices:
    """Row of the last True of each segment, shape (m,); -1 where there is none."""
    before = _running(where)[offsets]
    found = before[1:] > before[:-1]
    out = np.full(len(offsets) - 1, -1, dtype=np.intp)
    out[found] = np.flatnonzero(where)[before[1:][found] - 1]
    return out


def pick(values: Floats, rows: Indices) -> Floats:
    """Values at ``rows``; NaN where a row is -1 ("there is none")."""
    if len(values) == 0:
        return np.full(len(rows), np.nan)
    out = values[rows]
    out[rows < 0] = np.nan
    return out


def spread(per_segment: Floats, offsets: Indices) -> Floats:
    """One value per segment laid on each of its rows, shape (n,)."""
    return np.repeat(per_segment, np.diff(offsets))


def shrink(offsets: Indices, keep: Bools) -> Indices:
    """Offsets, shape (m + 1,), of the table that keeps only the rows where ``keep`` is True."""
    return _running(keep)[offsets].astype(np.intp)
