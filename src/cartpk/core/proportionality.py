"""Does exposure grow with dose? The power model and Smith's criterion.

``ln(P) = a + b ln(dose)``: b = 1 is proportional to dose, b = 0 independent of it.

References
----------
Smith BP, Vandenhende FR, DeSante KA, et al. Confidence interval criteria for assessment of dose proportionality.
Pharm Res 2000;17:1278-1283. doi:10.1023/A:1026451721686 (PMID 11145235).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

__all__ = ["MIN_LEVELS", "MIN_VALUES", "PowerModel", "SmithCriterion", "Verdict", "power_model", "smith_criterion"]

MIN_VALUES: Final = 3
"""Fewest values above 0 for a power model: one degree of freedom."""
MIN_LEVELS: Final = 2
"""Fewest different doses for a power model."""


class Verdict(StrEnum):
    """What the interval of the slope says about dose proportionality."""

    PROPORTIONAL = "proportional"
    NOT_PROPORTIONAL = "not proportional"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class PowerModel:
    """Power model of an exposure parameter; nan and a reason where it is not calculable.

    Attributes
    ----------
    slope, lower, upper
        b with its confidence limits.
    intercept
        a: ln of the parameter at dose 1.
    residual_sd
        SD of the residuals on the ln scale.
    level
        Confidence level of the limits.
    n, n_doses
        Pairs of dose and value above 0; different doses among them.
    dose_ratio
        Highest over lowest dose.
    reason
        Why there is no model; None = there is one.
    """

    slope: float
    lower: float
    upper: float
    intercept: float
    residual_sd: float
    level: float
    n: int
    n_doses: int
    dose_ratio: float
    reason: str | None


def power_model(dose: ArrayLike, value: ArrayLike, level: float = 0.90) -> PowerModel:
    """Least-squares fit of ln(value) on ln(dose) with a t interval of the slope.

    Pairs with a nan, or a dose or value that is not above 0, do not count.

    Parameters
    ----------
    dose, value
        Shape (m,): one pair per subject.
    level
        Two-sided confidence level of the slope.

    Examples
    --------
    >>> fit = power_model([1.0, 2.0, 4.0, 8.0], [3.0, 6.0, 12.0, 24.0])
    >>> round(fit.slope, 9), fit.n, fit.dose_ratio
    (1.0, 4, 8.0)
    """
    if not 0.0 < level < 1.0:
        raise ValueError(f"power_model: level lies between 0 and 1; found {level}")
    d, p = np.asarray(dose, dtype=np.float64), np.asarray(value, dtype=np.float64)
    if d.ndim != 1 or d.shape != p.shape:
        raise ValueError(f"power_model: dose has shape {d.shape}, value {p.shape}; both must be (m,)")
    use = (d > 0) & (p > 0)
    d, p = d[use], p[use]
    doses = np.unique(d)
    ratio = float(doses[-1] / doses[0]) if doses.size else float("nan")
    if p.size < MIN_VALUES or doses.size < MIN_LEVELS:
        reason = f"needs at least {MIN_VALUES} values above 0 at {MIN_LEVELS} doses; there are {p.size} at {doses.size}"
        nan = float("nan")
        return PowerModel(nan, nan, nan, nan, nan, level, p.size, doses.size, ratio, reason)
    order = np.lexsort((p, d))
    x, y = np.log(d[order]), np.log(p[order])
    dx = x - x.mean()
    sxx = float(dx @ dx)
    slope = float(dx @ y) / sxx
    intercept = float(y.mean() - slope * x.mean())
    residual = y - intercept - slope * x
    df = y.size - 2
    sd = float(np.sqrt(residual @ residual / df))
    half = float(stdtrit(df, 0.5 + level / 2.0)) * sd / float(np.sqrt(sxx))
    return PowerModel(slope, slope - half, slope + half, intercept, sd, level, y.size, doses.size, ratio, None)


@dataclass(frozen=True, slots=True)
class SmithCriterion:
    """Smith's criterion at the doses studied.

    Attributes
    ----------
    rdnm, rdnm_lower, rdnm_upper
        Ratio of dose-normalised geometric means, highest over lowest dose: r^(b - 1), with the limits of b.
    region_low, region_high
        Slopes that keep that ratio within the bounds.
    verdict
        Limits within the region, outside it, or neither.
    """

    rdnm: float
    rdnm_lower: float
    rdnm_upper: float
    region_low: float
    region_high: float
    verdict: Verdict


def smith_criterion(
    slope: float, lower: float, upper: float, dose_ratio: float, bounds: tuple[float, float] = (0.8, 1.25)
) -> SmithCriterion:
    """Smith's criterion for a slope with its (usually 90 %) limits.

    Parameters
    ----------
    slope, lower, upper
        b of the power model with its confidence limits.
    dose_ratio
        Highest over lowest dose, above 1.
    bounds
        Allowed ratio of dose-normalised geometric means.

    Raises
    ------
    ValueError
        A dose ratio that is not above 1, or bounds that do not hold 0 < low < 1 < high.

    Examples
    --------
    >>> s = smith_criterion(0.7615, 0.679, 0.844, 10.0)
    >>> round(s.rdnm, 4), round(s.region_low, 4), s.verdict.value
    (0.5774, 0.9031, 'not proportional')
    """
    low, high = bounds
    if not dose_ratio > 1:
        raise ValueError(f"smith_criterion: dose_ratio must be above 1; found {dose_ratio}")
    if not 0 < low < 1 < high:
        raise ValueError(f"smith_criterion: bounds must hold 0 < low < 1 < high; found {bounds}")
    log_r = np.log(dose_ratio)
    region = (1 + float(np.log(low) / log_r), 1 + float(np.log(high) / log_r))
    if region[0] <= lower and upper <= region[1]:
        verdict = Verdict.PROPORTIONAL
    elif upper < region[0] or lower > region[1]:
        verdict = Verdict.NOT_PROPORTIONAL
    else:
        verdict = Verdict.INCONCLUSIVE
    rdnm = [float(dose_ratio ** (b - 1)) for b in (slope, lower, upper)]
    return SmithCriterion(rdnm[0], rdnm[1], rdnm[2], region[0], region[1], verdict)
