"""Choice between models fitted to the same data: information criteria and their weights.

References
----------
Burnham KP, Anderson DR. Model selection and multimodel inference, 2nd ed. Springer 2002, section 2.9 (weights).
"""

from __future__ import annotations

import numpy as np

from cartpk.core.estimation.profiles import FloatArray

__all__ = ["aic", "bic", "weights"]


def aic(minus2ll: FloatArray, parameters: int) -> FloatArray:
    """Akaike's criterion: -2 log-likelihood + 2 x parameters."""
    return minus2ll + 2.0 * parameters


def bic(minus2ll: FloatArray, parameters: int, samples: FloatArray) -> FloatArray:
    """Bayesian criterion: -2 log-likelihood + ln(samples) x parameters.

    The corrected criterion of mixed-effects models (BICc) is this one for a subject on its own, where every parameter
    is learnt from that subject's samples and none is a random effect.
    """
    value: FloatArray = minus2ll + np.log(samples) * parameters
    return value


def weights(criterion: FloatArray) -> FloatArray:
    """Weight of each model, last axis: exp(-difference / 2), adding up to 1; nan where there is no criterion.

    Examples
    --------
    >>> weights(np.array([100.0, 102.0, np.nan])).round(3)
    array([0.731, 0.269,   nan])
    """
    known = np.isfinite(criterion)
    best = np.min(np.where(known, criterion, np.inf), axis=-1, keepdims=True)
    share = np.where(known, np.exp(-0.5 * (criterion - np.where(np.isfinite(best), best, 0.0))), 0.0)
    total = share.sum(axis=-1, keepdims=True)
    value: FloatArray = np.where(known, share / np.where(total > 0, total, 1.0), np.nan)
    return value
