r"""The likelihood of a profile on the log scale, with results below the quantification limit as censored (M3).

With prediction f = ln C(t), residual SD s and z = (ln y - f)/s, u = (ln LLOQ - f)/s a sample contributes

* quantified: :math:`-\ln p(z) + \ln s`
* below its own LLOQ: :math:`-\ln P(Z < u)` (Beal's method M3)

where Z is standard normal or Student-t with 4 degrees of freedom (for digitised or noisy data).

References
----------
Beal SL. Ways to fit a PK model with some data below the quantification limit. J Pharmacokinet Pharmacodyn 2001;28:481.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np

from cartpk.core import special
from cartpk.core.estimation.profiles import FloatArray, Profiles

__all__ = [
    "INFORMATION",
    "Residual",
    "SampleTerms",
    "drawn_below",
    "expected_weight",
    "log_cdf",
    "log_density",
    "minus2ll",
    "sample_nll",
    "sample_terms",
    "scale_terms",
]

_LOG_SQRT_2PI = 0.5 * np.log(2.0 * np.pi)
_LOG_T4 = float(np.log(3.0 / 8.0))


class Residual(StrEnum):
    """Distribution of the residual on the log scale."""

    NORMAL = "normal"
    STUDENT = "student"
    """Student-t with 4 degrees of freedom; s is its scale, not its SD."""


INFORMATION: Final = {Residual.NORMAL: 2.0, Residual.STUDENT: 8.0 / 7.0}
"""Expected information of one quantified sample on ln s: 2 nu / (nu + 3) for nu degrees of freedom."""


class SampleTerms(NamedTuple):
    """Contributions of each sample, (n, m) each; 0 in the padding.

    ``nll`` is the negative log-likelihood; ``d_f`` and ``d_s`` its derivatives by f and by ln s;
    ``w_ff``, ``w_fs``, ``w_ss`` a positive semidefinite approximation of its second derivatives (Gauss-Newton).
    """

    nll: FloatArray
    d_f: FloatArray
    d_s: FloatArray
    w_ff: FloatArray
    w_fs: FloatArray
    w_ss: FloatArray


def log_density(z: FloatArray, residual: Residual = Residual.NORMAL) -> FloatArray:
    """Logarithm of the standard density at z.

    Examples
    --------
    >>> log_density(np.array([0.0, 1.0])).round(6)
    array([-0.918939, -1.418939])
    """
    if residual is Residual.NORMAL:
        value: FloatArray = -0.5 * z * z - _LOG_SQRT_2PI
    else:
        value = _LOG_T4 - 2.5 * np.log1p(0.25 * z * z)
    return value


def log_cdf(u: FloatArray, residual: Residual = Residual.NORMAL) -> FloatArray:
    """Logarithm of the standard distribution function at u, without cancellation in the lower tail.

    For 4 degrees of freedom and x = u / sqrt(4 + u^2) the distribution function is (1 + x)^2 (2 - x) / 4.

    Examples
    --------
    >>> log_cdf(np.array([-40.0, 0.0])).round(4)
    array([-8.046084e+02, -6.931000e-01])
    """
    value: FloatArray
    if residual is Residual.NORMAL:
        value = special.log_ndtr(u)
        return value
    root = np.sqrt(4.0 + u * u)
    one_plus_x = np.where(u < 0, 4.0 / ((root - np.minimum(u, 0.0)) * root), 1.0 + u / root)
    value = 2.0 * np.log(one_plus_x) + np.log(2.0 - u / root) - np.log(4.0)
    return value


def sample_terms(profiles: Profiles, f: FloatArray, log_s: FloatArray, residual: Residual) -> SampleTerms:
    """Negative log-likelihood of every sample, with its derivatives.

    Parameters
    ----------
    profiles
        The data, n profiles x m samples.
    f
        Predicted ln C, (n, m).
    log_s
        ln s of each profile, (n,).
    residual
        Distribution of the residual.
    """
    s = np.exp(log_s)[:, None]
    z = np.where(profiles.observed, (profiles.log_conc - f) / s, 0.0)
    slope, curve = _observed_terms(z, residual)
    if not profiles.blq.any():
        return _terms_of_observed(profiles, z, slope, curve, log_s, residual)
    u = np.where(profiles.blq, (profiles.log_lloq - f) / s, 0.0)
    mills, censored_curve = _censored_terms(u, residual)
    seen, cut = profiles.observed.astype(np.float64), profiles.blq.astype(np.float64)
    nll = seen * (log_s[:, None] - log_density(z, residual)) - cut * log_cdf(u, residual)
    return SampleTerms(
        nll=nll,
        d_f=(-seen * slope + cut * mills) / s,
        d_s=seen * (1.0 - z * slope) + cut * u * mills,
        w_ff=(seen * curve + cut * censored_curve) / (s * s),
        w_fs=cut * censored_curve * u / s,
        w_ss=seen * INFORMATION[residual] + cut * censored_curve * u * u,
    )


def _terms_of_observed(
    profiles: Profiles, z: FloatArray, slope: FloatArray, curve: FloatArray, log_s: FloatArray, residual: Residual
) -> SampleTerms:
    """The same where nothing is censored."""
    s = np.exp(log_s)[:, None]
    seen = profiles.observed.astype(np.float64)
    return SampleTerms(
        nll=seen * (log_s[:, None] - log_density(z, residual)),
        d_f=-seen * slope / s,
        d_s=seen * (1.0 - z * slope),
        w_ff=seen * curve / (s * s),
        w_fs=np.zeros_like(z),
        w_ss=seen * INFORMATION[residual],
    )


def _observed_terms(z: FloatArray, residual: Residual) -> tuple[FloatArray, FloatArray]:
    """-d ln p/dz and its Gauss-Newton (reweighted) curvature."""
    if residual is Residual.NORMAL:
        return z, np.ones_like(z)
    weight = 1.25 / (1.0 + 0.25 * z * z)
    return z * weight, weight


def _censored_terms(u: FloatArray, residual: Residual) -> tuple[FloatArray, FloatArray]:
    """p(u)/P(u), and the curvature of -ln P(u), not below 0 (the t distribution is not log-concave)."""
    mills = np.exp(log_density(u, residual) - log_cdf(u, residual))
    weight = 1.0 if residual is Residual.NORMAL else 1.25 / (1.0 + 0.25 * u * u)
    return mills, np.maximum(mills * (mills + u * weight), 0.0)


def scale_terms(profiles: Profiles, f: FloatArray, log_s: float, residual: Residual) -> tuple[FloatArray, FloatArray]:
    """First derivative of the log-likelihood by ln s, and minus the second one, of each profile, (n,) each.

    Arguments as in :func:`sample_terms`, with one s for all profiles; the second derivative is the exact one.
    """
    s = np.exp(log_s)
    z = np.where(profiles.observed, (profiles.log_conc - f) / s, 0.0)
    u = np.where(profiles.blq, (profiles.log_lloq - f) / s, 0.0)
    psi, psi_slope = _score(z, residual)
    mills = np.where(profiles.blq, np.exp(log_density(u, residual) - log_cdf(u, residual)), 0.0)
    first = np.sum(z * psi - profiles.observed - u * mills, axis=1)
    second = np.sum(z * psi + z * z * psi_slope - u * mills + u * u * mills * (mills + _score(u, residual)[0]), axis=1)
    return first, second


def _score(z: FloatArray, residual: Residual) -> tuple[FloatArray, FloatArray]:
    """-d ln p / dz and its derivative."""
    if residual is Residual.NORMAL:
        return z, np.ones_like(z)
    inside = 1.0 + 0.25 * z * z
    return 1.25 * z / inside, 1.25 * (2.0 - inside) / inside**2


def expected_weight(z: FloatArray, residual: Residual) -> FloatArray:
    """Expected precision of a residual z as a mixture of normals: 1, or 5 / (4 + z^2) for 4 degrees of freedom."""
    return np.ones_like(z) if residual is Residual.NORMAL else 5.0 / (4.0 + z * z)


def drawn_below(u: FloatArray, chance: FloatArray, residual: Residual = Residual.NORMAL) -> FloatArray:
    """Value below u whose conditional probability of being undercut is ``chance``: a draw when that is uniform.

    For 4 degrees of freedom the quantile is +-2 sqrt(q - 1) with q = cos(arccos(sqrt(a)) / 3) / sqrt(a) and
    a = 4 p (1 - p) (Shaw WT. J Comput Finance 2006;9(4):37).

    Examples
    --------
    >>> drawn_below(np.zeros(2), np.array([1.0, 0.5])).round(4)
    array([ 0.    , -0.6745])
    >>> drawn_below(np.zeros(1), np.array([0.5]), Residual.STUDENT).round(4)
    array([-0.7407])
    """
    if residual is Residual.NORMAL:
        value: FloatArray = special.ndtri_exp(np.log(chance) + special.log_ndtr(u))
        return value
    p = chance * np.exp(log_cdf(u, residual))
    root = np.minimum(2.0 * np.sqrt(p * (1.0 - p)), 1.0)
    q = np.cos(np.arccos(root) / 3.0) / np.maximum(root, 1e-150)
    quantile: FloatArray = np.where(p < 0.5, -2.0, 2.0) * np.sqrt(np.maximum(q - 1.0, 0.0))
    return quantile


def sample_nll(
    profiles: Profiles, f: FloatArray, log_s: FloatArray, residual: Residual = Residual.NORMAL
) -> FloatArray:
    """Negative log-likelihood of every sample, (n, m); arguments as in :func:`sample_terms`."""
    per_s = np.exp(-log_s)[:, None]
    out: FloatArray = log_s[:, None] - log_density((profiles.log_conc - f) * per_s, residual)
    out[~profiles.observed] = 0.0
    row, column = np.nonzero(profiles.blq)
    if row.size:
        out[row, column] = -log_cdf((profiles.log_lloq[row, column] - f[row, column]) * per_s[row, 0], residual)
    return out


def minus2ll(profiles: Profiles, f: FloatArray, log_s: FloatArray, residual: Residual = Residual.NORMAL) -> FloatArray:
    """-2 log-likelihood of each profile, (n,): density of ln y, all constants included.

    Examples
    --------
    >>> p = Profiles.from_long([0], [1.0], [1.0], [0.1], [False])
    >>> minus2ll(p, np.zeros((1, 1)), np.zeros(1)).round(6)
    array([1.837877])
    """
    total: FloatArray = 2.0 * sample_nll(profiles, f, log_s, residual).sum(axis=1)
    return total
