"""Covariates of a population model: their part of every subject's mean, their test, and their screening.

The mean of the transformed parameters of subject i is mu + sum over c of effect_c x_ic, each effect on one parameter.
Given the random effects' covariance the regression is generalised least squares, in closed form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cartpk.core import special
from cartpk.core.estimation.profiles import FloatArray, IntArray

__all__ = ["LikelihoodRatio", "Regression", "Screened", "adjusted", "likelihood_ratio", "screen"]

LEVEL = 0.05
"""Two-sided level at which a likelihood-ratio test decides."""
_WIDE = 2.0
"""Monte Carlo standard errors within which a test is called undecided; [choice]."""
_TOO_WIDE = 1.0
"""Monte Carlo standard error beyond which a test decides nothing; [choice]."""


@dataclass(frozen=True)
class Regression:
    """Covariates of n subjects and the parameters that they work on.

    Attributes
    ----------
    x
        Values, centred by the caller, (n, c).
    parameter
        Index of the parameter that each column works on, (c,).
    """

    x: FloatArray
    parameter: IntArray

    @classmethod
    def none(cls, n: int) -> Regression:
        """No covariate."""
        return cls(np.zeros((n, 0)), np.zeros(0, dtype=np.intp))

    @property
    def n_effects(self) -> int:
        """Number of coefficients."""
        return int(self.parameter.size)

    def without(self, columns: IntArray) -> Regression:
        """The regression with some columns left out."""
        kept = np.setdiff1d(np.arange(self.n_effects), columns)
        return Regression(self.x[:, kept], self.parameter[kept])

    def shift(self, effects: FloatArray, p: int) -> FloatArray | None:
        """What the covariates add to the mean of each subject's p parameters, (n, p); None without covariates."""
        if not self.n_effects:
            return None
        out: FloatArray = (self.x * effects) @ np.eye(p)[self.parameter]
        return out

    def design(self, p: int) -> FloatArray:
        """Matrix of each subject that leads from (mu, effects) to its mean, (n, p, p + c)."""
        n, c = self.x.shape
        out = np.zeros((n, p, p + c))
        out[:, np.arange(p), np.arange(p)] = 1.0
        out[:, self.parameter, p + np.arange(c)] = self.x
        return out

    def coefficients(self, phi: FloatArray, precision: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mu (p,) and effects (c,) of individual parameters phi (n, p): generalised least squares.

        ``precision`` is the inverse of Omega, (p, p). Without covariates mu is the mean of phi.
        """
        p = phi.shape[1]
        if not self.n_effects:
            return phi.mean(axis=0), np.zeros(0)
        # in units of the random effects' SDs, so that a collapsed one does not spoil the others' digits
        scale = np.sqrt(np.diagonal(precision))
        unit = precision / np.outer(scale, scale)
        design = self.design(p) * scale[:, None]
        weighted = np.einsum("npa,pq->naq", design, unit)
        left = np.einsum("naq,nqb->ab", weighted, design)
        right = np.einsum("naq,nq->a", weighted, phi * scale)
        size = np.sqrt(np.diagonal(left))
        found = np.linalg.lstsq(left / np.outer(size, size), right / size, rcond=None)[0] / size
        return found[:p], found[p:]


class LikelihoodRatio(NamedTuple):
    """A likelihood-ratio test between two fits whose likelihoods carry Monte Carlo errors.

    ``statistic`` is the fall of -2 log-likelihood, ``se`` its Monte Carlo standard error, ``df`` the coefficients
    tested, ``p`` the chi-squared probability, ``decision`` one of ``yes``, ``no`` and ``undecided``: within two
    standard errors the statistic may lie on either side of the critical value.
    """

    statistic: float
    se: float
    df: int
    p: float
    decision: str


def likelihood_ratio(reduced: tuple[float, float], full: tuple[float, float], df: int) -> LikelihoodRatio:
    """Test of a model within another; both given as -2 log-likelihood and its Monte Carlo standard error.

    Examples
    --------
    >>> likelihood_ratio((110.0, 0.3), (100.0, 0.4), 1).decision, likelihood_ratio((104.5, 0.3), (100.0, 0.4), 1)[4]
    ('yes', 'undecided')
    """
    statistic, se = reduced[0] - full[0], float(np.hypot(reduced[1], full[1]))
    p, least, most = (
        float(special.chdtrc(df, max(value, 0.0)))
        for value in (statistic, statistic - _WIDE * se, statistic + _WIDE * se)
    )
    if se > _TOO_WIDE or statistic < -_WIDE * se:  # in the second case the smaller model came nearer to its maximum
        return LikelihoodRatio(statistic, se, df, p, "undecided")
    decision = "yes" if least < LEVEL else "no" if most >= LEVEL else "undecided"
    return LikelihoodRatio(statistic, se, df, p, decision)


class Screened(NamedTuple):
    """Regression of one parameter's individual estimates on one covariate: F test, part of variance explained."""

    f: float
    df: tuple[int, int]
    p: float
    r2: float


def screen(estimate: FloatArray, x: FloatArray) -> Screened | None:
    """F test of individual estimates (n,) on the columns of a covariate (n, c); None where too few subjects differ.

    Individual estimates shrink to the mean where the data are poor: the test loses power by that and its effect is too
    small; it finds candidates and decides nothing.
    """
    n, c = x.shape
    centred = x - x.mean(axis=0)
    rank = int(np.linalg.matrix_rank(centred)) if n else 0
    spread = float(np.sum((estimate - estimate.mean()) ** 2)) if n else 0.0
    if not c or rank < c or n - c - 1 < 1 or spread <= 0:
        return None
    fitted = centred @ np.linalg.lstsq(centred, estimate - estimate.mean(), rcond=None)[0]
    r2 = min(float(np.sum(fitted**2)) / spread, 1.0)
    rest = n - c - 1
    # P(F > f) through the incomplete beta function of 1 - R2
    p = float(special.betainc(rest / 2.0, c / 2.0, 1.0 - r2))
    f = r2 / c / max((1.0 - r2) / rest, 1e-300)
    return Screened(f, (c, rest), p, r2)


def adjusted(p: FloatArray) -> FloatArray:
    """Probabilities after Holm's correction for testing all of them, (k,).

    References
    ----------
    Holm S. A simple sequentially rejective multiple test procedure. Scand J Stat 1979;6:65.

    Examples
    --------
    >>> adjusted(np.array([0.01, 0.04, 0.03])).round(4)
    array([0.03, 0.06, 0.06])
    """
    order = np.argsort(p, kind="stable")
    steps = p[order] * (p.size - np.arange(p.size))
    out = np.empty_like(p)
    out[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return out
