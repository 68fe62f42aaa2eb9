"""Pieces of curves that several models share: declines, rises that slow, entries of the reported quantities."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cartpk.core.estimation.profiles import FloatArray, Profiles
from cartpk.models.base import Derived
from cartpk.models.parameter import Unit
from cartpk.terms import LN2

__all__ = [
    "Decline",
    "SlowingRise",
    "areas",
    "biexponential",
    "biexponential_area",
    "exponential_area",
    "half_life",
    "peak_entries",
    "persistence",
    "switch_after",
]

Area = Callable[[FloatArray, FloatArray | float], FloatArray]
Growth = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]
_OVERFLOW = 700.0
_LOG_HUGE = 690.0


class Decline(NamedTuple):
    """ln[(1 - FB) exp(-alpha d) + FB exp(-beta d)] and its derivatives.

    ``by_day`` is that by d itself; the others by ln alpha, logit FB, ln beta.
    """

    value: FloatArray
    by_day: FloatArray
    by_alpha: FloatArray
    by_fb: FloatArray
    by_beta: FloatArray


def biexponential(d: FloatArray, alpha: FloatArray, fb: FloatArray, beta: FloatArray) -> Decline:
    """Logarithm of the decline in two exponentials at time d from its start (any sign), with derivatives.

    Examples
    --------
    >>> one = np.ones(1)
    >>> biexponential(0 * one, 0.2 * one, 0.01 * one, 0.003 * one).by_day.round(5)
    array([-0.19803])
    """
    fast, slow = np.log1p(-fb) - alpha * d, np.log(fb) - beta * d
    weight = 1.0 / (1.0 + np.exp(np.clip(fast - slow, -_OVERFLOW, _OVERFLOW)))
    return Decline(
        value=np.logaddexp(fast, slow),
        by_day=-(1.0 - weight) * alpha - weight * beta,
        by_alpha=-(1.0 - weight) * alpha * d,
        by_fb=weight - fb,
        by_beta=-weight * beta * d,
    )


def exponential_area(rate: FloatArray, end: FloatArray) -> FloatArray:
    """Integral of exp(-rate t) from 0 to ``end``."""
    value: FloatArray = -np.expm1(-rate * end) / rate
    return value


def biexponential_area(end: FloatArray, alpha: FloatArray, fb: FloatArray, beta: FloatArray) -> FloatArray:
    """Integral of the decline in two exponentials from its start to ``end`` after it."""
    return (1.0 - fb) * exponential_area(alpha, end) + fb * exponential_area(beta, end)


def switch_after(alpha: FloatArray, fb: FloatArray, beta: FloatArray) -> FloatArray:
    """Time from the start of the decline at which its slow part overtakes the fast one; nan when it always leads."""
    after = (np.log1p(-fb) - np.log(fb)) / (alpha - beta)
    value: FloatArray = np.where(after > 0, after, np.nan)
    return value


def half_life(paramcd: str, label: str, column: int, symbol: str, *, suppress: bool = False) -> Derived:
    """Entry of ln 2 / rate for the rate in this column of theta."""
    return Derived(
        paramcd,
        label,
        Unit.DAY,
        lambda th: LN2 / th[..., column],
        f"ln 2 / {symbol}",
        follows=(symbol,),
        inverse=True,
        suppress=suppress,
    )


def areas(area: Area, how: str = "closed form") -> tuple[Derived, Derived]:
    """Entries of the areas under a curve from the infusion to days 28 and 90; ``how`` they are computed."""
    said = "integral of C from 0 to day"
    return (
        Derived(
            "MAUC28D", "Model AUC 0-28 Days", Unit.AUC, lambda th: area(th, 28.0), f"{said} 28, {how}", horizon=28.0
        ),
        Derived(
            "MAUC90D", "Model AUC 0-90 Days", Unit.AUC, lambda th: area(th, 90.0), f"{said} 90, {how}", horizon=90.0
        ),
    )


def peak_entries(cmax: int, tmax: int) -> tuple[Derived, Derived]:
    """Entries of Cmax and Tmax where both are parameters, from their columns of theta."""
    return (
        Derived("MCMAX", "Model Cmax", Unit.CONC, lambda th: th[..., cmax], "Cmax", follows=("cmax",)),
        Derived("MTMAX", "Model Tmax", Unit.DAY, lambda th: th[..., tmax], "Tmax", follows=("tmax",)),
    )


def persistence(alpha: int, fb: int, beta: int, tmax: int) -> tuple[Derived, ...]:
    """Entries of a decline in two exponentials from the columns of theta that hold its parameters and Tmax."""
    return (
        half_life("HLALPHA", "Half-Life of Contraction", alpha, "alpha"),
        half_life("HLBETA", "Half-Life of Persistence", beta, "beta", suppress=True),
        Derived("FB", "Persistent Fraction of Cmax", Unit.FRACTION, lambda th: th[..., fb], "FB", follows=("fb",)),
        Derived(
            "TSWITCH",
            "Time of Switch to Persistence",
            Unit.DAY,
            lambda th: th[..., tmax] + switch_after(th[..., alpha], th[..., fb], th[..., beta]),
            "Tmax + ln((1 - FB) / FB) / (alpha - beta): both exponentials are equal",
            nan_reason="the persistent phase leads from the peak on",
        ),
    )


@dataclass(frozen=True)
class SlowingRise:
    """A rise that slows towards a capacity, then from Tmax a decline in two exponentials.

    theta = (cmax, tmax, r, alpha, fb, beta, ti): C = Cmax g(t) / g(Tmax) before Tmax.

    Attributes
    ----------
    log_growth
        Logarithm of the growth curve g of height 1, of (t, r, ti); a function of r (t - ti).
    speed
        Its derivative by t.
    """

    log_growth: Growth
    speed: Growth

    def log_value(self, theta: FloatArray, day: FloatArray) -> FloatArray:
        """Logarithm of C(t), (…, m)."""
        cmax, tmax, r, alpha, fb, beta, ti = (theta[..., k, None] for k in range(7))
        rise = self.log_growth(np.minimum(day, tmax), r, ti) - self.log_growth(tmax, r, ti)
        fall = biexponential(np.maximum(day - tmax, 0.0), alpha, fb, beta).value
        value: FloatArray = np.log(cmax) + rise + fall
        return value

    def log_slope(self, theta: FloatArray, day: FloatArray) -> FloatArray:
        """Derivatives d ln C / d (ln cmax, ln tmax, ln r, ln alpha, logit fb, ln beta, ln ti), (…, m, 7)."""
        _, tmax, r, alpha, fb, beta, ti = (theta[..., k, None] for k in range(7))
        rise = day < tmax
        at = np.minimum(day, tmax)
        here, top = self.speed(at, r, ti), self.speed(tmax, r, ti)
        fall = biexponential(np.maximum(day - tmax, 0.0), alpha, fb, beta)
        parts = (
            np.ones_like(at),
            -tmax * np.where(rise, top, fall.by_day),
            (at - ti) * here - (tmax - ti) * top,
            np.where(rise, 0.0, fall.by_alpha),
            np.where(rise, 0.0, fall.by_fb),
            np.where(rise, 0.0, fall.by_beta),
            -ti * (here - top),
        )
        return np.stack(np.broadcast_arrays(*parts), axis=-1)

    def log_foldx(self, theta: FloatArray) -> FloatArray:
        """Logarithm of Cmax over the concentration at time 0."""
        _, tmax, r, _, _, _, ti = (theta[..., k] for k in range(7))
        return self.log_growth(tmax, r, ti) - self.log_growth(np.zeros_like(tmax), r, ti)

    def foldx(self, theta: FloatArray) -> FloatArray:
        """Cmax over the concentration at time 0; nan where it exceeds 1e300."""
        return _exponential(self.log_foldx(theta))

    def capacity(self, theta: FloatArray) -> FloatArray:
        """Concentration the expansion tends to; nan where it exceeds 1e300 times Cmax."""
        cmax, tmax, r, _, _, _, ti = (theta[..., k] for k in range(7))
        return cmax * _exponential(-self.log_growth(tmax, r, ti))

    def guess(self, profiles: Profiles, rate: float, inflections: Sequence[float]) -> FloatArray:
        """Starts, (n, 8 per time of inflection, 7): four times of the peak x two fast rates x times of inflection.

        ``rate`` is the start of r; a time of inflection is a part of the time of the peak.
        """
        peak = profiles.peak_day
        grid = [(dt, alpha, ti) for dt in (-1.0, -0.2, 0.5, 1.5) for alpha in (0.15, 0.4) for ti in inflections]
        out = np.empty((profiles.n_profiles, len(grid), 7))
        for s, (dt, alpha, ti) in enumerate(grid):
            out[:, s, :] = (1.0, 1.0, rate, alpha, 0.01, 0.005, 1.0)
            out[:, s, 1] = np.maximum(peak + dt, 0.5 * peak)
            out[:, s, 6] = ti * out[:, s, 1]
        return out

    def quantities(self, area: Area, *more: Derived) -> tuple[Derived, ...]:
        """Entries of the model with this area; ``more`` stand behind those of the expansion."""
        return (
            *peak_entries(cmax=0, tmax=1),
            Derived(
                "CAPACITY",
                "Concentration Expansion Tends to",
                Unit.CONC,
                self.capacity,
                "K",
                nan_reason="the data show no slowing of the expansion",
            ),
            Derived(
                "FOLDX",
                "Fold Expansion",
                Unit.RATIO,
                self.foldx,
                "Cmax / C(0)",
                nan_reason="the rise reaches beyond all numbers",
            ),
            *more,
            Derived(
                "DBLMEAN",
                "Mean Doubling Time up to Tmax",
                Unit.DAY,
                lambda th: LN2 * th[..., 1] / self.log_foldx(th),
                "ln 2 Tmax / ln(Cmax / C(0))",
            ),
            *persistence(alpha=3, fb=4, beta=5, tmax=1),
            *areas(area),
        )


def _exponential(power: FloatArray) -> FloatArray:
    """Exponential of ``power``; nan above 1e300."""
    value: FloatArray = np.where(power < _LOG_HUGE, np.exp(np.minimum(power, _LOG_HUGE)), np.nan)
    return value
