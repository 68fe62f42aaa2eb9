"""Covariates and correlated random effects on a straight line, where maximum likelihood is known without simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import f as f_distribution
from scipy.stats import linregress, multivariate_normal

from cartpk.core.estimation.covariates import Regression, adjusted, likelihood_ratio, screen
from cartpk.core.estimation.evidence import importance_minus2ll, louis_information
from cartpk.core.estimation.population import OmegaPrior, SaemSettings, fit_population
from cartpk.core.estimation.profiles import Profiles

pytestmark = pytest.mark.requirement("URS-407")

MU, SD, RHO, S, EFFECT = np.array([3.0, -0.15]), np.array([0.8, 0.04]), 0.6, 0.3, 1.2
DAY = np.array([1.0, 3, 6, 10, 15, 20])
DESIGN = np.column_stack([np.ones(DAY.size), DAY])
QUICK = SaemSettings(seed=1, exploring=150, smoothing=150)
FREE = ~np.eye(2, dtype=bool)


def trial(n: int, seed: int, effect: float = EFFECT, rho: float = RHO) -> tuple[Profiles, Regression]:
    """Profiles whose intercepts follow a covariate, slopes and intercepts correlated."""
    rng = np.random.default_rng(seed)
    x = np.where(np.arange(n) % 2 == 0, 0.5, -0.5)
    root = np.linalg.cholesky(np.array([[1, rho], [rho, 1]]) * np.outer(SD, SD))
    phi = MU + rng.standard_normal((n, 2)) @ root.T
    phi[:, 0] += effect * x
    conc = np.exp(phi @ DESIGN.T + S * rng.standard_normal((n, DAY.size)))
    row = np.repeat(np.arange(n), DAY.size)
    profiles = Profiles.from_long(row, np.tile(DAY, n), conc.ravel(), np.full(row.size, 1e-9), np.zeros(row.size, bool))
    return profiles, Regression(x[:, None], np.array([0]))


def exact(profiles: Profiles, x: np.ndarray, v: np.ndarray) -> float:
    """-2LL at (mu, effect, ln omega, rho, ln s)."""
    omega = np.exp(v[3:5])
    spread = np.array([[1, v[5]], [v[5], 1]]) * np.outer(omega, omega)
    covariance = DESIGN @ spread @ DESIGN.T + np.exp(2 * v[6]) * np.eye(DAY.size)
    away = profiles.log_conc - (DESIGN @ v[:2]) - v[2] * x
    return float(-2 * multivariate_normal(np.zeros(DAY.size), covariance).logpdf(away).sum())


def fitted(line, profiles, regression=None, free=None, settings=QUICK, prior=None):
    curve = line(profiles).curve
    start = np.tile([2.0, -0.3], (profiles.n_profiles, 1)) + np.linspace(-0.2, 0.2, profiles.n_profiles)[:, None]
    return curve, fit_population(curve, profiles, start, settings, regression=regression, free=free, prior=prior)


def vector(theta) -> np.ndarray:
    return np.concatenate([theta.mu, theta.effects, np.log(theta.omega), [theta.correlation[0, 1]], [theta.log_s]])


@pytest.fixture(scope="module")
def known():
    return trial(60, seed=3)


def test_effect_and_correlation_are_those_of_maximum_likelihood(line, known):
    profiles, regression = known
    curve, fit = fitted(line, profiles, regression, FREE, SaemSettings(seed=1, exploring=150, smoothing=200, draws=250))
    x, at = regression.x, vector(fit.theta)
    begin = np.concatenate([MU, [EFFECT], np.log(SD), [RHO], [np.log(S)]])
    best = minimize(lambda v: exact(profiles, x, v), begin, method="BFGS")
    assert exact(profiles, x, at) - best.fun < 0.1
    np.testing.assert_allclose(at, best.x, atol=0.06)
    assert abs(fit.theta.effects[0] - EFFECT) < 0.4
    assert abs(fit.theta.correlation[0, 1] - RHO) < 0.25
    assert fit.converged
    assert fit.trace.shape == (350, 7)
    np.testing.assert_allclose(fit.trace[-1, 5:], [at[2], at[5]])

    found = importance_minus2ll(curve, profiles, fit, seed=3)
    assert abs(found.minus2ll - exact(profiles, x, at)) < max(4 * found.se, 0.02)

    step = np.array([1e-3, 1e-4, 1e-3, 1e-3, 1e-3, 1e-3, 1e-3])
    hessian = np.empty((7, 7))
    for i in range(7):
        for j in range(7):
            ends = [
                0.5 * exact(profiles, x, at + a * step * (np.arange(7) == i) + b * step * (np.arange(7) == j))
                for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1))
            ]
            hessian[i, j] = (ends[0] - ends[1] - ends[2] + ends[3]) / (4 * step[i] * step[j])
    se_exact, se_found = (
        np.sqrt(np.diag(np.linalg.inv(m))) for m in (hessian, louis_information(curve, profiles, fit))
    )
    np.testing.assert_allclose(se_found, se_exact, rtol=0.15)


def test_the_likelihood_ratio_of_a_covariate_is_that_of_the_integrals(line, known):
    profiles, regression = known
    values, exactly = [], []
    for used in (regression.without(np.array([0])), regression):
        curve, fit = fitted(line, profiles, used)
        values.append(tuple(importance_minus2ll(curve, profiles, fit, seed=1)))
        full = np.concatenate([fit.theta.mu, fit.theta.effects if used.n_effects else [0.0], np.log(fit.theta.omega)])
        exactly.append(exact(profiles, regression.x, np.concatenate([full, [0.0, fit.theta.log_s]])))
    found = likelihood_ratio(*values, df=1)
    assert abs(found.statistic - (exactly[0] - exactly[1])) < 4 * found.se
    assert found.decision == "yes"
    assert found.p < 0.05


def test_a_covariate_that_does_nothing_is_found_as_often_as_the_level_says(line):
    settings = SaemSettings(seed=1, exploring=60, smoothing=80, rows=120, draws=40)
    p = []
    for seed in range(24):
        profiles, regression = trial(24, seed=500 + seed, effect=0.0, rho=0.0)
        pair = []
        for used in (Regression.none(24), regression):
            curve, fit = fitted(line, profiles, used, settings=settings)
            pair.append(tuple(importance_minus2ll(curve, profiles, fit, seed=1, draws=250)))
        p.append(likelihood_ratio(*pair, df=1).p)
    small = int(np.sum(np.array(p) < 0.05))
    assert small <= 5  # binomial(24, 0.05): 6 or more in 0.1 %
    assert 0.25 < np.mean(p) < 0.75  # uniform: 0.5 with SD 0.06


def test_blocks_leave_the_other_covariances_at_zero():
    sample = np.array([[1.0, 0.5, 0.3], [0.5, 1.0, 0.2], [0.3, 0.2, 1.0]])
    free = np.zeros((3, 3), bool)
    free[0, 1] = free[1, 0] = True
    none = OmegaPrior.none(3)
    expected = np.array([[1.0, 0.5, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 1.0]])
    np.testing.assert_allclose(none.covariance(sample, 10, free), expected)
    prior = OmegaPrior(np.full(3, 0.5), np.array([3.0, 3.0, np.inf]))
    found = prior.covariance(sample, 12, free)
    # inverse Wishart: (n S + w D) / (n + w), and the third SD is fixed
    np.testing.assert_allclose(found[:2, :2], (12 * sample[:2, :2] + 3 * 0.25 * np.eye(2)) / 15)
    assert found[2, 2] == pytest.approx(0.25)


def test_an_inverse_wishart_prior_pulls_a_correlation_of_few_subjects_in(line):
    profiles, _ = trial(6, seed=11, rho=0.9)
    quick = SaemSettings(seed=1, exploring=100, smoothing=60, rows=120)
    free = fitted(line, profiles, free=FREE, settings=quick)[1].theta
    held = fitted(line, profiles, free=FREE, settings=quick, prior=OmegaPrior(SD, np.full(2, 6.0)))[1].theta
    assert abs(held.correlation[0, 1]) < abs(free.correlation[0, 1])


def test_the_same_seed_gives_the_same_bits(line, known):
    profiles, regression = known
    short = SaemSettings(seed=5, exploring=15, smoothing=15, rows=60, draws=5)
    first, second = (fitted(line, profiles, regression, FREE, short)[1] for _ in range(2))
    assert first.trace.tobytes() == second.trace.tobytes()
    assert first.draws.tobytes() == second.draws.tobytes()


def test_regression_is_generalised_least_squares():
    rng = np.random.default_rng(1)
    x = rng.standard_normal((30, 3))
    regression = Regression(x, np.array([0, 1, 1]))
    precision = np.linalg.inv(np.array([[2.0, 0.7], [0.7, 1e-6 + 0.5]]))
    mu, effects = np.array([1.0, -2.0]), np.array([0.5, 0.1, -0.3])
    phi = mu + regression.shift(effects, 2)
    found = regression.coefficients(phi, precision)
    np.testing.assert_allclose(found[0], mu, rtol=1e-9)
    np.testing.assert_allclose(found[1], effects, rtol=1e-9)
    np.testing.assert_allclose(np.einsum("npa,a->np", regression.design(2), np.concatenate([mu, effects])), phi)
    noisy = phi + rng.standard_normal(phi.shape)
    design = regression.design(2).reshape(-1, 5)
    weight = np.kron(np.eye(30), precision)
    expected = np.linalg.solve(design.T @ weight @ design, design.T @ weight @ noisy.ravel())
    np.testing.assert_allclose(np.concatenate(regression.coefficients(noisy, precision)), expected, rtol=1e-8)
    assert regression.without(np.array([1])).parameter.tolist() == [0, 1]


def test_a_test_within_its_monte_carlo_error_is_undecided():
    assert likelihood_ratio((103.8, 0.1), (100.0, 0.1), 1).decision == "undecided"
    assert likelihood_ratio((103.0, 0.1), (100.0, 0.1), 1).decision == "no"
    assert likelihood_ratio((104.8, 0.1), (100.0, 0.1), 1).decision == "yes"
    below = likelihood_ratio((99.5, 0.3), (100.0, 0.4), 2)
    assert (below.p, below.se) == (1.0, pytest.approx(0.5))


def test_screening_is_the_f_test_of_a_regression():
    rng = np.random.default_rng(2)
    x = rng.standard_normal(25)
    y = 0.4 * x + rng.standard_normal(25)
    found = screen(y, x[:, None])
    plain = linregress(x, y)
    assert found.p == pytest.approx(plain.pvalue, rel=1e-9)
    assert found.r2 == pytest.approx(plain.rvalue**2)
    three = rng.standard_normal((25, 3))
    found = screen(y, three)
    assert found.p == pytest.approx(f_distribution.sf(found.f, 3, 21), rel=1e-9)
    assert screen(y, np.ones((25, 1))) is None
    assert screen(np.ones(25), x[:, None]) is None
    assert screen(y[:2], x[:2, None]) is None


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_is_monotone_and_between_the_plain_and_the_bonferroni_value(values):
    p = np.array(values)
    found = adjusted(p)
    assert (found >= p).all()
    assert (found <= np.minimum(p * p.size, 1.0) + 1e-12).all() or (
        np.diff(found[np.argsort(p, kind="stable")]) >= 0
    ).all()
    assert (np.diff(found[np.argsort(p, kind="stable")]) >= 0).all()
