"""Areas over a window 0..T told honestly: the decision table of the trial analysis, for all profiles at once.

No guideline says when an AUC0-28d may be reported; this is the project's rule, and every number in it is a setting.
``w`` is the visit window of T. The points apply in this order, the first that fits decides:

1. The profile is cut after the first re-infusion, transplant or death; later results are never used.
2. No post-infusion result: NC_SPARSE. All of them BLQ: ALL_BLQ with area 0 if the last is at or after T - w, or an
   event before T ended the profile; else NC_INCOMPLETE.
3. Event before T: NC_EVENT, unless the last kept result is BLQ: then row 2.
4. Fewer than ``min_results`` results, or none in the peak window: NC_SPARSE.
5. Row 1, last quantifiable result at or after T: interpolated at exactly T; COMPLETE.
   Row 2, a BLQ follows the last quantifiable result: a straight line to it, then 0; COMPLETE_BLQ.
   Row 3, last result quantifiable and within T - w .. T: extended by lambda_z, or held at its level; WINDOW.
   Row 4, earlier, lambda_z accepted: extended by it; EXTRAPOLATED. Row 5, lambda_z not accepted: NC_INCOMPLETE.
   In rows 2 to 4 an area of which more than ``max_extrap_pct`` lies after the last quantifiable result is
   NC_INCOMPLETE (NC_EVENT after point 3).
6. lambda_z is accepted with R2 >= ``r2_min`` and a span of at least ``span_min`` half-lives.
7. C(0) is the result at 0, else the last pre-infusion result, else 0. Conflicting results at one time: NC_DUPLICATE.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from cartpk.core.nca.analysis import Analysis
from cartpk.core.nca.ragged import Bools, Floats, Indices, any_in, count_in, first_in, last_in, pick, spread
from cartpk.core.nca.reasons import Codes, MoreReasons, code_of
from cartpk.core.nca.settings import AllBlq, BlqImputation, WindowSettings
from cartpk.terms import AucFlag, NcaReason

__all__ = ["FLAGS", "WindowAuc", "accepted_lambda_z", "window_auc"]

FLAGS: Final[tuple[AucFlag, ...]] = tuple(AucFlag)
"""Flag of each code in :attr:`WindowAuc.flag`."""

_FLAG: Final = {flag: np.int8(number) for number, flag in enumerate(FLAGS)}


@dataclass(frozen=True, slots=True)
class WindowAuc:
    """Areas over one window; arrays have shape (m,)."""

    value: Floats
    """conc * day; NaN where the area is not calculated."""
    flag: Codes
    """Index into :data:`FLAGS`."""
    extrapolated_pct: Floats
    """percent of the area that lies after the last quantifiable sample, unrounded; NaN where no area was formed."""
    reason: Codes
    """Index into the reasons; 0 where there is a value."""


@dataclass
class _Facts:
    """What the table asks of each profile (cut at its event, post-infusion results only)."""

    a: Analysis
    window: float
    choices: WindowSettings

    @cached_property
    def post(self) -> Bools:
        return self.a.profiles.day > 0

    @cached_property
    def n_results(self) -> Indices:
        return count_in(self.post, self.a.offsets)

    @cached_property
    def last_quantifiable(self) -> Indices:
        """Rows by the assay's own BLQ flag, whatever a BLQ rule puts in their place."""
        return last_in(self.post & ~self.a.profiles.blq, self.a.offsets)

    @cached_property
    def tlast(self) -> Floats:
        return pick(self.a.profiles.day, self.last_quantifiable)

    @cached_property
    def clast(self) -> Floats:
        return pick(self.a.profiles.conc, self.last_quantifiable)

    @cached_property
    def last_result_day(self) -> Floats:
        return pick(self.a.profiles.day, last_in(self.post, self.a.offsets))

    @cached_property
    def blq_after(self) -> Bools:
        """Rows after the last quantifiable one: all of them are BLQ."""
        return self.post & (self.a.profiles.day > spread(self.tlast, self.a.offsets))

    @cached_property
    def n_blq_after(self) -> Indices:
        return count_in(self.blq_after, self.a.offsets)

    @cached_property
    def reached(self) -> Bools:
        """A result inside the visit window of T or later."""
        return self.last_result_day >= self.window - self.choices.tolerance(self.window)

    @cached_property
    def peak_sampled(self) -> Bools:
        span = self.choices.peak_window_days
        if span is None:
            return np.ones(len(self.a.profiles), dtype=np.bool_)
        day = self.a.profiles.day
        return any_in(self.post & (day >= span[0]) & (day <= span[1]), self.a.offsets)

    @cached_property
    def to_last(self) -> Floats:
        """Area from 0 to T or the last quantifiable sample, whichever is earlier."""
        return self.a.area_to(np.minimum(self.window, self.tlast))

    @cached_property
    def length(self) -> Floats:
        """Days from the last quantifiable sample to T, 0 where it is not before T."""
        return np.maximum(self.window - self.tlast, 0.0)

    def tail_to_blq(self) -> Floats:
        """Row 2: straight to 0 (or LLOQ / 2) at the first BLQ, then 0; the part up to T."""
        p = self.a.profiles
        row = first_in(self.blq_after, self.a.offsets)
        whole = pick(p.day, row) - self.tlast
        low = np.zeros(len(p))
        if self.choices.blq_imputation is BlqImputation.HALF_LLOQ:
            low = pick(p.lloq, row) / 2
            if np.isnan(low[row >= 0]).any():
                raise ValueError("blq_imputation half_lloq: a first BLQ after the last quantifiable result has no LLOQ")
        part = np.minimum(self.length, whole)
        return part * (self.clast + 0.5 * (low - self.clast) * part / whole)

    def tail_by_lambda_z(self) -> Floats:
        """Rows 3 and 4: Clast exp(-lambda_z t) up to T."""
        rate = self.a.terminal.lambda_z
        return self.clast * -np.expm1(-rate * self.length) / rate


def accepted_lambda_z(a: Analysis) -> Bools:
    """Profiles, shape (m,), whose lambda_z is good enough to extrapolate with (point 6)."""
    line, s = a.terminal, a.settings
    return (line.r2 >= s.r2_min) & (line.span >= s.span_min)


def window_auc(a: Analysis, window: float, choices: WindowSettings, event_day: Floats) -> WindowAuc:
    """Area of each profile from 0 to ``window`` by the decision table.

    Parameters
    ----------
    a
        Analysis of prepared profiles (:func:`~cartpk.core.nca.trial.prepare_trial`) with ``post_infusion`` set.
    window
        T, days.
    choices
        Limits of the table.
    event_day
        Shape (m,), days: where the profile was cut, NaN: nowhere.

    Raises
    ------
    ValueError
        If ``window`` is not above 0, or the settings are not those of a trial.
    """
    if not (window > 0 and np.isfinite(window)):
        raise ValueError(f"window {window} found, allowed is a day above 0")
    if not a.settings.post_infusion:
        raise ValueError("the decision table needs post_infusion=True and profiles with a record at time 0")
    f = _Facts(a, window, choices)
    with np.errstate(invalid="ignore"):
        return _decide(f, event_day)


@dataclass
class _Verdicts:
    """Flags, values and reasons, filled from the first rule to the last; what is decided stays."""

    open: Bools
    value: Floats
    flag: Codes
    pct: Floats
    reason: Codes

    def settle(
        self,
        where: Bools,
        flag: AucFlag,
        value: Floats | float = np.nan,
        pct: Floats | float = np.nan,
        reason: NcaReason | MoreReasons | None = None,
    ) -> None:
        """Decide the profiles ``where`` that are still open."""
        at = np.flatnonzero(self.open & where)
        size = len(self.open)
        self.flag[at] = _FLAG[flag]
        self.value[at] = np.broadcast_to(value, size)[at]
        self.pct[at] = np.broadcast_to(pct, size)[at]
        self.reason[at] = 0 if reason is None else code_of(reason)
        self.open[at] = False


def _decide(f: _Facts, event_day: Floats) -> WindowAuc:
    """The points 2 to 5 of the table in their order."""
    m = len(f.a.profiles)
    v = _Verdicts(
        np.ones(m, dtype=np.bool_),
        np.full(m, np.nan),
        np.zeros(m, dtype=np.int8),
        np.full(m, np.nan),
        np.zeros(m, dtype=np.int8),
    )
    limit = f.choices.max_extrap_pct
    cut = event_day < f.window
    tail_2 = f.tail_to_blq()
    pct_2 = _percent(tail_2, f.to_last)
    ends_blq = f.n_blq_after > 0
    confirmed = ends_blq & ((f.n_blq_after >= f.choices.blq_confirm) | f.reached)

    # point 7: conflicting results at one time
    v.settle(any_in(f.a.profiles.conflict, f.a.offsets), AucFlag.NC_DUPLICATE, reason=NcaReason.DUPLICATE_TIMES)
    # point 2: nothing sampled, nothing quantifiable
    v.settle(f.n_results == 0, AucFlag.NC_SPARSE, reason=NcaReason.NO_DATA)
    none = f.last_quantifiable < 0
    if f.choices.all_blq is AllBlq.ZERO:
        v.settle(none & (f.reached | cut), AucFlag.ALL_BLQ, 0.0, 0.0)
    else:
        v.settle(none & (f.reached | cut), AucFlag.ALL_BLQ, reason=MoreReasons.ALL_BLQ_NC)
    v.settle(none, AucFlag.NC_INCOMPLETE, reason=MoreReasons.WINDOW_NOT_REACHED)
    # point 3: cut before T
    v.settle(cut & confirmed & (pct_2 <= limit), AucFlag.COMPLETE_BLQ, f.to_last + tail_2, pct_2)
    v.settle(cut & confirmed, AucFlag.NC_EVENT, pct=pct_2, reason=MoreReasons.EXTRAPOLATION)
    v.settle(cut, AucFlag.NC_EVENT, reason=MoreReasons.EVENT)
    # point 4: too sparse
    v.settle(f.n_results < f.choices.min_results, AucFlag.NC_SPARSE, reason=MoreReasons.SPARSE)
    v.settle(~f.peak_sampled, AucFlag.NC_SPARSE, reason=MoreReasons.PEAK_NOT_SAMPLED)
    # point 5, row 1: quantifiable at or after T
    v.settle(f.tlast >= f.window, AucFlag.COMPLETE, f.to_last, 0.0)
    # row 2: BLQ after the last quantifiable result
    v.settle(confirmed & (pct_2 <= limit), AucFlag.COMPLETE_BLQ, f.to_last + tail_2, pct_2)
    v.settle(confirmed, AucFlag.NC_INCOMPLETE, pct=pct_2, reason=MoreReasons.EXTRAPOLATION)
    v.settle(ends_blq, AucFlag.NC_INCOMPLETE, reason=MoreReasons.BLQ_NOT_CONFIRMED)
    # rows 3 to 5: still quantifiable at the last result, which is before T
    _extrapolate(f, v, limit)
    return WindowAuc(v.value, v.flag, v.pct, v.reason)


def _extrapolate(f: _Facts, v: _Verdicts, limit: float) -> None:
    """Rows 3 to 5: inside the visit window by lambda_z or carried on; before it by lambda_z or not at all."""
    valid = accepted_lambda_z(f.a)
    tail = np.where(valid, f.tail_by_lambda_z(), f.clast * f.length)
    pct = _percent(tail, f.to_last)
    v.settle(f.reached & (pct <= limit), AucFlag.WINDOW, f.to_last + tail, pct)
    v.settle(f.reached, AucFlag.NC_INCOMPLETE, pct=pct, reason=MoreReasons.EXTRAPOLATION)
    v.settle(~valid, AucFlag.NC_INCOMPLETE, reason=MoreReasons.NO_ACCEPTED_LAMBDA_Z)
    v.settle(pct <= limit, AucFlag.EXTRAPOLATED, f.to_last + tail, pct)
    v.settle(v.open.copy(), AucFlag.NC_INCOMPLETE, pct=pct, reason=MoreReasons.EXTRAPOLATION)


def _percent(tail: Floats, to_last: Floats) -> Floats:
    """``tail`` as percent of the whole, shape (m,)."""
    return 100.0 * tail / (to_last + tail)
