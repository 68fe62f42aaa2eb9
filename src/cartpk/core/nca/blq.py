"""Results below the limit of quantification: which rows an area sees, and with which value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartpk.core.nca.ragged import Bools, Floats, Indices, shrink, spread
from cartpk.core.nca.settings import BlqRule

__all__ = ["Kept", "apply_rule", "half_lloq"]


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows a BLQ rule leaves, with the values it gives them; same profiles as the source."""

    offsets: Indices
    """Shape (m + 1,)."""
    day: Floats
    """Shape (k,), days."""
    conc: Floats
    """Shape (k,), unit of the profile; 0 where a BLQ result is kept as 0."""
    source: Indices
    """Shape (k,): row in the table the rule was applied to."""


def half_lloq(lloq: Floats, blq: Bools) -> Floats:
    """Half of each BLQ row's own limit, NaN elsewhere, shape (n,).

    Raises
    ------
    ValueError
        If a BLQ row has no limit.
    """
    without = blq & ~(lloq > 0)
    if without.any():
        raise ValueError(f"{int(without.sum())} BLQ results have no LLOQ > 0: a rule of half the LLOQ needs it")
    return np.where(blq, lloq / 2, np.nan)


def apply_rule(
    rule: BlqRule,
    offsets: Indices,
    day: Floats,
    conc: Floats,
    lloq: Floats,
    landmarks: tuple[Floats, Floats, Floats],
    anchor: Bools,
) -> Kept:
    """The rows that remain under ``rule``.

    Parameters
    ----------
    rule
        The rule; ``half_lloq_all`` must have been applied to ``conc`` already and keeps everything here.
    offsets, day, conc, lloq
        The long table; ``conc`` is 0 where a result is BLQ.
    landmarks
        First quantifiable time, Tmax and Tlast, shape (m,) each, NaN when nothing is quantifiable.
    anchor
        Rows, shape (n,), that are never dropped (the record of time 0 of a trial).
    """
    zero = conc == 0
    # with nothing quantifiable every row is "first", "before Tmax" and never "last": NaN compares so by itself
    first, peak, last = (spread(landmark, offsets) for landmark in landmarks)
    if rule in {BlqRule.ZERO, BlqRule.HALF_LLOQ_ALL}:
        keep = np.ones(len(day), dtype=np.bool_)
    elif rule is BlqRule.DROP:
        keep = ~zero
    elif rule is BlqRule.FIRST_KEEP_MIDDLE_DROP_LAST_KEEP:
        keep = ~(zero & (day > first) & (day < last))
    elif rule is BlqRule.FIRST_KEEP_MIDDLE_DROP_LAST_DROP:
        keep = ~(zero & (day > first))
    elif rule is BlqRule.BEFORE_TMAX_KEEP_AFTER_TMAX_DROP:
        keep = ~(zero & (day >= peak))
    else:
        inside = zero & (day > first) & (day < last)
        conc = np.where(inside, half_lloq(lloq, inside), conc)
        keep = np.ones(len(day), dtype=np.bool_)
    keep |= anchor
    source = np.flatnonzero(keep)
    if len(source) == len(day):
        return Kept(offsets, day, conc, source)
    return Kept(shrink(offsets, keep), day[source], conc[source], source)
