"""The public layer of the individual fits: lmfit Parameters in, lmfit MinimizerResult out.

lmfit minimises a sum of squares, so the penalised censored likelihood is written as one. Per profile the vector is

* quantified sample: the root of twice its negative log-density, signed as its residual (z for the normal case)
* censored sample: sqrt(-2 ln P(u))
* ln s: sqrt(2 n (ln s - c)), c just below the lower bound of ln s, for n residual degrees of freedom
* prior: (x - mean) / SD

whose squares add up to twice the objective of :class:`~cartpk.core.estimation.problem.Problem` plus a constant.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from cartpk.core.estimation.individual import Fits
from cartpk.core.estimation.likelihood import Residual, log_cdf, log_density
from cartpk.core.estimation.problem import Problem
from cartpk.core.estimation.profiles import FloatArray

if TYPE_CHECKING:
    from lmfit import Parameters
    from lmfit.minimizer import MinimizerResult

__all__ = ["lmfit_minimise", "lmfit_parameters", "polished", "residual_jacobian", "residual_vector"]

_BELOW = 0.01
"""How far c lies below the lower bound of ln s; it keeps the root differentiable there."""
_GAIN = 1e-9


def residual_vector(problem: Problem, x: FloatArray) -> FloatArray:
    """Residuals of the first profile of ``problem`` at x (q,), whose sum of squares is twice the objective."""
    z, u = _standardised(problem, x)
    observed, _ = _roots_observed(z, problem.residual)
    censored, _ = _roots_censored(u, problem.residual)
    away = (x - problem.prior_mean[0]) * np.sqrt(problem.prior_precision[0])
    return np.concatenate([observed, censored, [_root_log_s(problem, x)], away])


def residual_jacobian(problem: Problem, x: FloatArray) -> FloatArray:
    """Derivatives of :func:`residual_vector` by x, (residuals, q)."""
    z, u = _standardised(problem, x)
    _, by_z = _roots_observed(z, problem.residual)
    _, by_u = _roots_censored(u, problem.residual)
    data = problem.profiles
    slope = problem.curve.log_expansion(x[None, :-1], data.day[:1])[1][0]
    s = np.exp(x[-1])
    rows = []
    for seen, value, by in ((data.observed[0], z, by_z), (data.blq[0], u, by_u)):
        rows.append(np.column_stack([-by[:, None] * slope[seen] / s, -by * value]))
    last = np.zeros((1, x.size))
    last[0, -1] = (z.size - problem.spent[0]) / max(_root_log_s(problem, x), 1e-150)
    return np.concatenate([*rows, last, np.diag(np.sqrt(problem.prior_precision[0]))])


def lmfit_parameters(problem: Problem, x: FloatArray, symbols: tuple[str, ...]) -> Parameters:
    """Lmfit Parameters of the first profile: the transformed parameters ``phi_<symbol>`` and ``log_sigma``, bounded."""
    from lmfit import Parameters  # noqa: PLC0415 - 2 s to import, used only by fits

    out = Parameters()
    for k, name in enumerate([*(f"phi_{symbol}" for symbol in symbols), "log_sigma"]):
        out.add(name, value=float(x[k]), min=float(problem.lower[0, k]), max=float(problem.upper[0, k]))
    return out


def lmfit_minimise(problem: Problem, parameters: Parameters, **options: Any) -> MinimizerResult:  # noqa: ANN401
    """Result of lmfit's Levenberg-Marquardt with analytic derivatives on the first profile, from these values."""
    from lmfit import minimize  # noqa: PLC0415 - 2 s to import, used only by fits

    def values(parameters: Parameters) -> FloatArray:
        return np.array([parameter.value for parameter in parameters.values()])

    def residuals(parameters: Parameters) -> FloatArray:
        return residual_vector(problem, values(parameters))

    def jacobian(parameters: Parameters) -> FloatArray:
        return residual_jacobian(problem, values(parameters))

    return minimize(residuals, parameters, method="leastsq", Dfun=jacobian, scale_covar=False, **options)


def polished(problem: Problem, fits: Fits, symbols: tuple[str, ...]) -> Fits:
    """The fits after one lmfit run from each optimum, kept only where it is lower and inside the constraints."""
    x, objective, converged = fits.x.copy(), fits.objective.copy(), fits.converged.copy()
    for i in range(x.shape[0]):
        one = problem.take([i])
        # a value on its bound has no slope in lmfit's bounded coordinates and would never leave it
        inside = np.clip(x[i], one.lower[0] + 1e-6, one.upper[0] - 1e-6)
        result = lmfit_minimise(one, lmfit_parameters(one, inside, symbols), calc_covar=False, max_nfev=100)
        found = one.project(np.array([[parameter.value for parameter in result.params.values()]]))
        value = float(one.value(found)[0])
        if value < objective[i] - _GAIN:
            x[i], objective[i], converged[i] = found[0], value, bool(converged[i] or result.success)
    return replace(
        fits,
        x=x,
        objective=objective,
        minus2ll=problem.minus2ll(x),
        converged=converged,
        at_bound=problem.at_bound(x),
    )


def _standardised(problem: Problem, x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Standardised residuals: z of the quantified and u of the censored samples of the first profile."""
    data = problem.profiles
    f = problem.curve.log_curve(x[None, :-1], data.day[:1])[0]
    seen, cut = data.observed[0], data.blq[0]
    s = np.exp(x[-1])
    return (data.log_conc[0, seen] - f[seen]) / s, (data.log_lloq[0, cut] - f[cut]) / s


def _roots_observed(z: FloatArray, residual: Residual) -> tuple[FloatArray, FloatArray]:
    """Signed root of twice the negative log-density (constant left out), and its derivative."""
    if residual is Residual.NORMAL:
        return z, np.ones_like(z)
    root = np.sign(z) * np.sqrt(5.0 * np.log1p(0.25 * z * z))
    small = np.abs(z) < 1e-6
    by_z = np.where(small, np.sqrt(1.25), 1.25 * z / (1.0 + 0.25 * z * z) / np.where(small, 1.0, root))
    return root, by_z


def _roots_censored(u: FloatArray, residual: Residual) -> tuple[FloatArray, FloatArray]:
    """sqrt(-2 ln P(u)) and its derivative."""
    log_p = log_cdf(u, residual)
    root = np.sqrt(np.maximum(-2.0 * log_p, 0.0))
    mills = np.exp(log_density(u, residual) - log_p)
    return root, -mills / np.maximum(root, 1e-150) * (root > 0)


def _root_log_s(problem: Problem, x: FloatArray) -> float:
    left = problem.profiles.n_observed[0] - problem.spent[0]
    return float(np.sqrt(2.0 * left * max(x[-1] - problem.lower[0, -1] + _BELOW, 0.0)))
