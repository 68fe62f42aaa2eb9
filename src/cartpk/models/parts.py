"""Pieces of curves that several models share: the decline in two exponentials, entries of the reported quantities."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from cartpk.core.estimation.profiles import FloatArray
from cartpk.models.base import Derived, Unit
from cartpk.terms import LN2

__all__ = ["Decline", "areas", "biexponential", "biexponential_area", "exponential_area", "half_life", "switch_after"]

Area = Callable[[FloatArray, FloatArray | float], FloatArray]
_OVERFLOW = 700.0


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
