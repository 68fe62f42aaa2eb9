"""SAEM on a straight line with normal random effects, where maximum likelihood is known without simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import multivariate_normal

from cartpk.core.estimation.evidence import importance_minus2ll, louis_information
from cartpk.core.estimation.likelihood import Residual
from cartpk.core.estimation.metropolis import Sampler, Theta
from cartpk.core.estimation.population import OmegaPrior, SaemSettings, fit_population
from cartpk.core.estimation.profiles import Profiles
from cartpk.core.estimation.sampled import SampledLikelihood

pytestmark = pytest.mark.requirement("URS-406")

MU, OMEGA, S = np.array([3.0, -0.15]), np.array([0.8, 0.04]), 0.3
DAY = np.array([1.0, 3, 6, 10, 15, 20])
DESIGN = np.column_stack([np.ones(DAY.size), DAY])
QUICK = SaemSettings(seed=1, exploring=150, smoothing=150)


def trial(n: int, seed: int, lloq: float = 1e-9) -> tuple[Profiles, np.ndarray]:
    """Profiles and the true phi, (n, 2)."""
    rng = np.random.default_rng(seed)
    phi = MU + OMEGA * rng.standard_normal((n, 2))
    conc = np.exp(phi @ DESIGN.T + S * rng.standard_normal((n, DAY.size)))
    row = np.repeat(np.arange(n), DAY.size)
    limit = np.full(row.size, lloq)
    return Profiles.from_long(row, np.tile(DAY, n), conc.ravel(), limit, (conc < lloq).ravel()), phi


def covariance(vector: np.ndarray) -> np.ndarray:
    return DESIGN @ np.diag(np.exp(2 * vector[2:4])) @ DESIGN.T + np.exp(2 * vector[4]) * np.eye(DAY.size)


def exact_minus2ll(profiles: Profiles, vector: np.ndarray) -> float:
    """-2LL at (mu, ln omega, ln s), the random effects integrated out in closed form."""
    return float(-2 * multivariate_normal(DESIGN @ vector[:2], covariance(vector)).logpdf(profiles.log_conc).sum())


def as_vector(theta: Theta) -> np.ndarray:
    return np.concatenate([theta.mu, np.log(theta.omega), [theta.log_s]])


def start(profiles: Profiles) -> np.ndarray:
    return np.tile([2.0, -0.3], (profiles.n_profiles, 1)) + np.linspace(-0.2, 0.2, profiles.n_profiles)[:, None]


@pytest.fixture
def curve(line):
    return line(trial(2, 0)[0]).curve


def test_the_estimates_are_those_of_maximum_likelihood(curve):
    profiles, _ = trial(40, seed=1)
    fit = fit_population(curve, profiles, start(profiles), QUICK)
    best = minimize(lambda v: exact_minus2ll(profiles, v), np.concatenate([MU, np.log(OMEGA), [np.log(S)]]), tol=1e-8)
    assert fit.converged
    assert exact_minus2ll(profiles, as_vector(fit.theta)) - best.fun < 0.1
    np.testing.assert_allclose(as_vector(fit.theta), best.x, atol=0.06)
    assert fit.trace.shape == (300, 5)


def test_the_likelihood_is_that_of_the_integral(curve):
    profiles, _ = trial(40, seed=2)
    fit = fit_population(curve, profiles, start(profiles), QUICK)
    found = importance_minus2ll(curve, profiles, fit, seed=3)
    assert 0 < found.se < 0.3
    assert abs(found.minus2ll - exact_minus2ll(profiles, as_vector(fit.theta))) < 4 * found.se


def test_the_information_is_the_second_derivative_of_the_likelihood(curve):
    profiles, _ = trial(60, seed=4)
    fit = fit_population(
        curve, profiles, start(profiles), SaemSettings(seed=1, exploring=150, smoothing=150, draws=300)
    )
    at, step = as_vector(fit.theta), np.array([1e-3, 1e-4, 1e-3, 1e-3, 1e-3])
    exact = np.empty((5, 5))
    for i in range(5):
        for j in range(5):
            shifts = [
                (si * step * (np.arange(5) == i)) + (sj * step * (np.arange(5) == j))
                for si in (1, -1)
                for sj in (1, -1)
            ]
            pp, pm, mp, mm = (0.5 * exact_minus2ll(profiles, at + s) for s in shifts)
            exact[i, j] = (pp - pm - mp + mm) / (4 * step[i] * step[j])
    found = louis_information(curve, profiles, fit)
    se_exact, se_found = (np.sqrt(np.diag(np.linalg.inv(m))) for m in (exact, found))
    np.testing.assert_allclose(se_found, se_exact, rtol=0.15)


def test_individual_estimates_are_the_best_linear_predictions(curve):
    profiles, phi = trial(30, seed=5)
    fit = fit_population(curve, profiles, start(profiles), QUICK)
    vector = as_vector(fit.theta)
    gain = np.diag(np.exp(2 * vector[2:4])) @ DESIGN.T @ np.linalg.inv(covariance(vector))
    blup = vector[:2] + (profiles.log_conc - DESIGN @ vector[:2]) @ gain.T
    assert (np.abs(fit.conditional_mean - blup) < [0.06, 0.006]).all()
    assert np.sqrt(np.mean((fit.conditional_mean[:, 0] - phi[:, 0]) ** 2)) < 0.25
    np.testing.assert_allclose(fit.shrinkage, 1 - blup.std(axis=0) / fit.theta.omega, atol=0.03)


def test_uncertain_draws_carry_the_covariance_of_the_estimates(curve):
    profiles, _ = trial(30, seed=5)
    fit = fit_population(curve, profiles, start(profiles), QUICK)
    sampled = SampledLikelihood.of(curve, profiles, fit, seed=1)
    vector = as_vector(fit.theta)
    omega = np.diag(np.exp(2 * vector[2:4]))
    conditional = omega - omega @ DESIGN.T @ np.linalg.inv(covariance(vector)) @ DESIGN @ omega
    known = np.zeros((5, 5))
    known[0, 0], known[1, 1] = 0.3**2, 0.02**2
    np.fill_diagonal(known[2:, 2:], 1e-12)
    drawn = sampled.uncertain(known, 10**6, seed=2)
    # Kass and Steffey: the conditional mean of phi moves with mu by C / Omega
    moved = conditional @ np.linalg.inv(omega)
    expected = np.sqrt(np.diagonal(conditional + moved @ known[:2, :2] @ moved.T))
    np.testing.assert_allclose(drawn.std(axis=0).mean(axis=0), expected, rtol=0.08)
    np.testing.assert_allclose(drawn.mean(axis=0), fit.conditional_mean, atol=0.15)
    assert drawn.tobytes() == sampled.uncertain(known, 10**6, seed=2).tobytes()
    known[3, 3] = np.nan  # a spread that the data do not determine is not one that is known
    assert (sampled.uncertain(known, 10**6, seed=2)[..., 1].std(axis=0) > 1.03 * drawn[..., 1].std(axis=0)).mean() > 0.8


@pytest.mark.requirement("URS-402")
def test_censoring_is_not_dropping(curve):
    full, _ = trial(80, seed=6)
    censored, _ = trial(80, seed=6, lloq=3.0)
    assert 0.15 < censored.n_blq.sum() / (80 * DAY.size) < 0.5
    dropped = Profiles(censored.day, censored.log_conc, censored.log_lloq, censored.observed, censored.blq & False)
    best, m3, drop = (fit_population(curve, p, start(p), QUICK).theta for p in (full, censored, dropped))
    assert abs(m3.mu[1] - best.mu[1]) < 0.01
    assert drop.mu[1] - best.mu[1] > 0.02
    assert abs(np.exp(m3.log_s) - S) < 0.04


def test_the_same_seed_gives_the_same_bits_and_another_seed_does_not(curve):
    profiles, _ = trial(12, seed=7)
    short = SaemSettings(seed=5, exploring=20, smoothing=20)
    first, second = (fit_population(curve, profiles, start(profiles), short) for _ in range(2))
    assert first.trace.tobytes() == second.trace.tobytes()
    assert first.draws.tobytes() == second.draws.tobytes()
    other = fit_population(curve, profiles, start(profiles), SaemSettings(seed=6, exploring=20, smoothing=20))
    assert other.trace.tobytes() != first.trace.tobytes()


def test_a_run_that_is_still_moving_is_not_converged(curve):
    profiles, _ = trial(12, seed=8)
    far = start(profiles) + np.array([8.0, 1.0])
    assert not fit_population(curve, profiles, far, SaemSettings(seed=1, exploring=2, smoothing=4)).converged


def test_one_subject_is_no_population(curve):
    profiles, _ = trial(1, seed=9)
    with pytest.raises(ValueError, match="at least 2 subjects, found 1"):
        fit_population(curve, profiles, start(profiles), QUICK)


def test_the_chains_have_the_conditional_distribution(curve):
    profiles, _ = trial(1, seed=10)
    rows = profiles.take(np.zeros(400, int))
    sampler = Sampler(curve, rows, np.tile(MU, (400, 1)), np.random.default_rng(0))
    theta = Theta(MU, OMEGA, float(np.log(S)))
    kept = []
    for k in range(160):
        sampler.adapting = k < 60
        sampler.sweep(theta)
        if k >= 60:
            kept.append(sampler.phi)
    draws = np.concatenate(kept)
    precision = DESIGN.T @ DESIGN / S**2 + np.diag(OMEGA**-2.0)
    mean = np.linalg.solve(precision, DESIGN.T @ profiles.log_conc[0] / S**2 + MU / OMEGA**2)
    sd = np.sqrt(np.diag(np.linalg.inv(precision)))
    np.testing.assert_allclose(draws.mean(axis=0), mean, atol=0.05 * sd.max())
    np.testing.assert_allclose(draws.std(axis=0), sd, rtol=0.06)


def test_student_residuals_find_scale_and_slope_in_spite_of_outliers(curve):
    rng = np.random.default_rng(12)
    phi = MU + OMEGA * rng.standard_normal((80, 2))
    log_y = phi @ DESIGN.T + S * rng.standard_t(4, (80, DAY.size))
    row, limit = np.repeat(np.arange(80), DAY.size), np.full(80 * DAY.size, 0.7)
    conc = np.exp(log_y).ravel()
    profiles = Profiles.from_long(row, np.tile(DAY, 80), conc, limit, conc < 0.7)
    fits = {shape: fit_population(curve, profiles, start(profiles), QUICK, residual=shape) for shape in Residual}
    theta = fits[Residual.STUDENT].theta
    assert np.exp(theta.log_s) == pytest.approx(S, abs=0.03)
    assert (np.abs(theta.mu - phi.mean(axis=0)) < [0.1, 0.012]).all()
    values = {shape: importance_minus2ll(curve, profiles, fit, seed=1) for shape, fit in fits.items()}
    gain = values[Residual.NORMAL].minus2ll - values[Residual.STUDENT].minus2ll
    assert profiles.n_blq.sum() > 20
    assert gain > 8.0
    # the standard error of ln s: by Louis' formula and by the curvature of the likelihood in ln s alone
    information = louis_information(curve, profiles, fits[Residual.STUDENT])
    assert np.sqrt(np.linalg.inv(information)[-1, -1]) == pytest.approx(1 / np.sqrt(480 * 8 / 7), rel=0.35)


def test_a_prior_keeps_a_spread_from_collapsing_and_an_infinite_one_fixes_it(curve):
    profiles, _ = trial(5, seed=20)
    flat = Profiles(
        profiles.day, profiles.log_conc.mean(axis=0) + 0 * profiles.log_conc, profiles.log_lloq, profiles.observed,
        profiles.blq,
    )  # fmt: skip
    sd = np.array([0.8, 0.04])
    short = SaemSettings(seed=1, exploring=200, smoothing=100)
    alone = fit_population(curve, flat, start(flat), short)
    held = fit_population(curve, flat, start(flat), short, prior=OmegaPrior(sd, np.array([3.0, np.inf])))
    assert alone.theta.omega[0] < 0.1
    # five subjects without any spread and three with 0.8
    assert held.theta.omega[0] == pytest.approx(np.sqrt(3 * 0.8**2 / 8), rel=0.05)
    assert held.theta.omega[1] == pytest.approx(0.04, rel=1e-12)
    assert held.prior.fixed.tolist() == [False, True]


def test_the_prior_of_a_spread_is_the_mode_of_an_inverse_chi_squared_one():
    prior, n, sample = OmegaPrior(np.array([0.5]), np.array([3.0])), 9, np.array([0.2])

    def minus_log_posterior(log_omega: float) -> float:
        omega = np.exp(log_omega)
        return float((n + 3) * log_omega + (n * sample[0] + 3 * 0.25) / (2 * omega**2))

    best = minimize(lambda v: minus_log_posterior(v[0]), [0.0]).x[0]
    assert prior.variance(sample, n)[0] == pytest.approx(np.exp(2 * best), rel=1e-5)

    def prior_part(log_omega: float) -> float:
        return 3 * log_omega + 3 * 0.25 / (2 * np.exp(2 * log_omega))

    step = 1e-4
    curvature = (prior_part(best + step) - 2 * prior_part(best) + prior_part(best - step)) / step**2
    assert prior.information(np.exp([best]))[0] == pytest.approx(curvature, rel=1e-4)
