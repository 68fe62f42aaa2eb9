"""Flags that stand beside a parameter: they tell, and never delete."""

from __future__ import annotations

from enum import IntFlag
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cartpk.core.nca.analysis import Analysis
from cartpk.core.nca.ragged import Bools, any_in, count_in, last_in, pick

__all__ = ["Bits", "Flag", "flags_of"]

Bits: TypeAlias = NDArray[np.int32]
"""Sum of :class:`Flag` values, shape (m,)."""


class Flag(IntFlag):
    """Flags of parameters; those of a window (:class:`~cartpk.terms.AucFlag`) come first and exclude each other."""

    COMPLETE = 1 << 0
    COMPLETE_BLQ = 1 << 1
    WINDOW = 1 << 2
    EXTRAPOLATED = 1 << 3
    ALL_BLQ = 1 << 4
    NC_INCOMPLETE = 1 << 5
    NC_SPARSE = 1 << 6
    NC_EVENT = 1 << 7
    NC_DUPLICATE = 1 << 8
    EARLY_TMAX = 1 << 9
    """Tmax is earlier than ``min_tmax_day``: end-of-infusion sample, possible carry-over."""
    PEAK_NOT_SAMPLED = 1 << 10
    """No result in the peak window: Cmax may be too low."""
    TMAX_AT_LAST = 1 << 11
    """The peak is the last result: still rising."""
    SPARSE = 1 << 12
    """One or two quantifiable results."""
    R2_LOW = 1 << 13
    """R2 of the terminal line is below ``r2_min``."""
    SPAN_SHORT = 1 << 14
    """The terminal line spans fewer half-lives than ``span_min``."""
    EXTRAP_HIGH = 1 << 15
    """More of the area to infinity than ``max_extrap_pct`` lies after the last quantifiable sample."""
    LZ_MANUAL = 1 << 16
    """The points of the terminal line were chosen by an analyst (``nca.lambda_z_points``)."""
    NCA_MANUAL = 1 << 17
    """A sample was left out of the analysis by an analyst (``nca.lambda_z_points``)."""

    ABOVE_ULOQ = 1 << 18
    """A result lies above its upper limit of quantification: Cmax and areas are lower bounds."""

    @property
    def text(self) -> str:
        """Names joined by ``;``.

        Examples
        --------
        >>> (Flag.EARLY_TMAX | Flag.COMPLETE).text
        'COMPLETE;EARLY_TMAX'
        """
        return ";".join(str(one.name) for one in self)


_PEAK: Final = ("CMAX", "TMAX")
_LINE: Final = ("LAMZ", "LAMZHL", "LAMZNPT", "LAMZLL", "LAMZUL", "LAMZSPN", "R2", "R2ADJ")
_TO_INFINITY: Final = ("AUCIFO", "AUCIFP", "AUCPEO", "AUMCIFO", "MRTIFO")


def flags_of(a: Analysis, peak_window: tuple[float, float] | None = None) -> dict[str, Bits]:
    """Flags of the parameters that can have some, by PARAMCD.

    Parameters
    ----------
    a
        The analysis.
    peak_window
        days, (first, last): a profile without a result in here is flagged PEAK_NOT_SAMPLED; None: no such flag.
    """
    peak, line = _peak(a, peak_window), _line(a)
    high = ~np.isnan(a.terminal.lambda_z) & ~a.all_blq
    with np.errstate(invalid="ignore", divide="ignore"):
        beyond = a.clast / a.terminal.lambda_z
        high &= 100.0 * beyond > a.settings.max_extrap_pct * (a.auc_last + beyond)
    infinite = line | _bits(high, Flag.EXTRAP_HIGH)
    return dict.fromkeys(_PEAK, peak) | dict.fromkeys(_LINE, line) | dict.fromkeys(_TO_INFINITY, infinite)


def _bits(where: Bools, flag: Flag) -> Bits:
    return np.where(where, np.int32(flag.value), np.int32(0))


def _peak(a: Analysis, window: tuple[float, float] | None) -> Bits:
    """Flags of the peak."""
    day = a.profiles.day
    at_last = pick(day, last_in(a.seen, a.offsets)) == a.tmax
    few = count_in(a.quantifiable, a.offsets)
    out = _bits(a.tmax < a.settings.cell_therapy.min_tmax_day, Flag.EARLY_TMAX)
    out |= _bits(at_last, Flag.TMAX_AT_LAST) | _bits((few > 0) & (few < 3), Flag.SPARSE)
    if window is not None:
        sampled = any_in(a.seen & (day >= window[0]) & (day <= window[1]), a.offsets)
        out |= _bits(~sampled & any_in(a.seen, a.offsets), Flag.PEAK_NOT_SAMPLED)
    return np.where(a.known > 0, 0, out)


def _line(a: Analysis) -> Bits:
    """Flags of the terminal line."""
    t, s = a.terminal, a.settings
    out = _bits(t.r2 < s.r2_min, Flag.R2_LOW) | _bits(t.span < s.span_min, Flag.SPAN_SHORT)
    if a.changed is not None:
        out |= _bits(a.changed, Flag.LZ_MANUAL)
    return np.where(a.known > 0, 0, out)
