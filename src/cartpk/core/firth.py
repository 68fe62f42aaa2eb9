"""Logistic regression with Firth's penalty: finite estimates also where a covariate separates the outcomes.

The log-likelihood is penalised by half the log determinant of the Fisher information (Jeffreys' prior). Limits and
p-value come from the profile of the penalised likelihood.

References
----------
Firth D. Bias reduction of maximum likelihood estimates. Biometrika 1993;80:27-38.
Heinze G, Schemper M. A solution to the problem of separation in logistic regression. Stat Med 2002;21:2409-2419.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, chdtri

__all__ = ["FirthFit", "firth_logistic", "penalised_loglik"]

Floats = NDArray[np.float64]

MOST_STEPS: Final = 200
LARGEST_STEP: Final = 3.0
"""Largest change of a coefficient in one step, on standardised covariates."""
FAR: Final = 60.0
"""A limit farther than this from 0, on the standardised scale, is none."""


@dataclass(frozen=True, slots=True, eq=False)
class FirthFit:
    """A fit: coefficients (the first one is the intercept), their profile limits and p-values.

    Attributes
    ----------
    coefficients, lower, upper, p
        Shape (k + 1,); nan = not calculable.
    loglik
        Penalised log-likelihood at the maximum.
    reason
        Why there is no fit; None = there is one.
    """

    coefficients: Floats
    lower: Floats
    upper: Floats
    p: Floats
    loglik: float
    reason: str | None


def penalised_loglik(x: Floats, y: Floats, beta: Floats) -> float:
    """Log-likelihood plus half the log determinant of the information; ``x`` of shape (n, k) holds the intercept."""
    eta = x @ beta
    weight = 1 / (2 + np.exp(eta) + np.exp(-eta))
    sign, logdet = np.linalg.slogdet((x * weight[:, None]).T @ x)
    if sign <= 0:
        return -math.inf
    return float(y @ eta - np.logaddexp(0.0, eta).sum() + 0.5 * logdet)


def firth_logistic(covariates: ArrayLike, outcome: ArrayLike, level: float = 0.95) -> FirthFit:
    """Logistic regression of 0/1 outcomes on covariates under Firth's penalty.

    Parameters
    ----------
    covariates
        Shape (n,) or (n, k), without an intercept; finite.
    outcome
        Shape (n,), 0 or 1.
    level
        Level of the profile limits.

    Examples
    --------
    A 2 x 2 table: the log odds ratio of the counts plus 1/2 (Firth 1993).

    >>> fit = firth_logistic([0, 0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 1, 1])
    >>> round(float(fit.coefficients[1]), 6) == round(math.log(3.5 * 3.5 / (1.5 * 0.5)), 6)
    True
    """
    raw = np.asarray(covariates, dtype=np.float64)
    raw = raw[:, None] if raw.ndim == 1 else raw
    y = np.asarray(outcome, dtype=np.float64).ravel()
    k = raw.shape[1] + 1
    none = np.full(k, np.nan)
    if raw.shape[0] != y.size or not np.isfinite(raw).all() or not np.isin(y, (0.0, 1.0)).all():
        raise ValueError("firth_logistic: finite covariates of shape (n, k) and n outcomes of 0 or 1 are allowed")
    if y.size <= k or np.ptp(y) == 0:
        return FirthFit(none, none, none, none, math.nan, "all outcomes are equal, or there are too few")
    centre, scale = raw.mean(axis=0), raw.std(axis=0)
    if (scale == 0).any() or np.linalg.matrix_rank(raw - centre) < k - 1:
        return FirthFit(none, none, none, none, math.nan, "a covariate does not vary by itself")
    x = np.column_stack([np.ones(y.size), (raw - centre) / scale])
    free = np.ones(k, dtype=bool)
    beta, top, converged = _climb(x, y, np.zeros(k), free)
    if not converged:
        return FirthFit(none, none, none, none, math.nan, "the estimation did not converge")
    limits = [_limits(x, y, beta, top, j, level) for j in range(1, k)]
    back = np.append(1.0, 1.0 / scale)
    coefficients = beta * back
    coefficients[0] -= float(coefficients[1:] @ centre)
    lower, upper, p = none.copy(), none.copy(), none.copy()
    for j, (low, high, chance) in enumerate(limits, start=1):
        lower[j], upper[j], p[j] = low * back[j], high * back[j], chance
    return FirthFit(coefficients, lower, upper, p, top, None)


def _climb(x: Floats, y: Floats, start: Floats, free: NDArray[np.bool_]) -> tuple[Floats, float, bool]:
    """Maximum over the free coefficients, its value, whether it was reached: Newton's steps, halved where they fall."""
    beta, value = start.copy(), penalised_loglik(x, y, start)
    for _ in range(MOST_STEPS):
        p = 1 / (1 + np.exp(-(x @ beta)))
        root = np.sqrt(p * (1 - p))[:, None] * x
        information = root.T @ root
        hat = np.einsum("ij,jk,ik->i", root, np.linalg.pinv(information), root)
        score = (x.T @ (y - p + hat * (0.5 - p)))[free]
        step = np.linalg.lstsq(information[np.ix_(free, free)], score, rcond=None)[0]
        step *= min(1.0, LARGEST_STEP / max(float(np.abs(step).max(initial=0.0)), 1e-300))
        if np.abs(score).max(initial=0.0) < 1e-9 or np.abs(step).max(initial=0.0) < 1e-11:
            return beta, value, True
        for _halving in range(40):
            trial = beta.copy()
            trial[free] += step
            there = penalised_loglik(x, y, trial)
            if there >= value - 1e-13:
                break
            step /= 2
        beta, value = trial, there
    return beta, value, bool(np.abs(score).max(initial=0.0) < 1e-5)


def _limits(x: Floats, y: Floats, beta: Floats, top: float, at: int, level: float) -> tuple[float, float, float]:
    """Profile limits and p-value of one coefficient on the standardised scale; nan = beyond any bound."""
    drop = float(chdtri(1, 1 - level)) / 2
    free = np.arange(beta.size) != at

    def profile(value: float, start: Floats) -> tuple[float, Floats]:
        fixed = start.copy()
        fixed[at] = value
        best, height, _ = _climb(x, y, fixed, free)
        return height, best

    found = []
    for side in (-1.0, 1.0):
        near, far, warm, step = float(beta[at]), float(beta[at]), beta, 0.5
        while abs(far - beta[at]) < FAR:
            far += side * step
            height, warm = profile(far, warm)
            if top - height > drop:
                break
            near, step = far, step * 1.6
        else:
            found.append(math.nan)
            continue
        for _ in range(60):
            middle = (near + far) / 2
            height, warm = profile(middle, warm)
            near, far = (near, middle) if top - height > drop else (middle, far)
            if abs(far - near) < 1e-10:
                break
        found.append((near + far) / 2)
    height, _ = profile(0.0, beta)
    return found[0], found[1], float(chdtrc(1, max(0.0, 2 * (top - height))))
