from __future__ import annotations

import numpy as np
import pytest

from cartpk.core.estimation.individual import Method, effective_parameters, fit_profiles, restrict
from cartpk.core.estimation.profiles import Profiles
from cartpk.models import get_model
from cartpk.models.fitting.individual import build_problem, fit_model

pytestmark = pytest.mark.requirement("URS-403")

STEIN = get_model("stein")
DAY = np.array([1, 3, 5, 7, 9, 11, 14, 18, 21, 28, 35, 42, 60, 90, 120, 180, 270, 360.0])


def trial(n: int, sigma: float, seed: int, lloq: float = 100.0) -> tuple[np.ndarray, Profiles]:
    """Truth (n, 6) on the transformed scale, and profiles with BLQ."""
    rng = np.random.default_rng(seed)
    centre = STEIN.phi(np.array([24000.0, 9.3, np.log(3900) / 9.3, 0.16, 0.0079, 0.0032]))
    phi = centre + rng.normal(size=(n, 6)) * [0.8, 0.3, 0.3, 0.45, 0.9, 0.5]
    day = DAY + rng.uniform(-0.3, 0.3, (n, DAY.size))
    conc = np.exp(STEIN.log_curve(phi, day) + sigma * rng.normal(size=day.shape))
    row = np.repeat(np.arange(n), DAY.size)
    return phi, Profiles.from_long(row, day.ravel(), conc.ravel(), np.full(row.size, lloq), (conc < lloq).ravel())


def test_truth_is_recovered():
    truth, profiles = trial(40, 0.3, seed=1)
    fits = fit_model(STEIN, profiles, polish=False)
    assert fits.fits.converged.all()
    rmse = np.sqrt(np.mean((fits.phi - truth) ** 2, axis=0))
    # ln cmax, ln tmax, ln rho, ln alpha, logit fb, ln beta: about half of what sigma 0.56 gives
    assert (rmse < [0.22, 0.07, 0.16, 0.20, 0.40, 0.60]).all(), rmse
    assert abs(np.median(fits.sigma) - 0.3) < 0.08  # its prior sits at 0.5


def test_the_priors_hold_a_sparse_profile_together():
    truth, profiles = trial(30, 0.56, seed=2)
    few = profiles.take(np.arange(30))
    few.observed[:, 7:] = False
    few.blq[:, 7:] = False
    errors = {
        method: np.sqrt(np.mean((fit_model(STEIN, few, method, polish=False).phi[:, 3] - truth[:, 3]) ** 2))
        for method in (Method.MAP, Method.ML)
    }
    assert errors[Method.MAP] < 0.8 * errors[Method.ML]


def test_more_starts_find_nothing_better():
    _, profiles = trial(30, 0.56, seed=3)
    problem = build_problem(STEIN, profiles, Method.MAP)
    rng = np.random.default_rng(0)
    peak = profiles.log_peak[:, None, None] * (np.arange(6) == 0)
    start = np.concatenate([STEIN.starts(profiles.scaled(profiles.log_peak)) + peak, np.full((30, 8, 1), -0.5)], axis=2)
    more = np.concatenate(
        [start + rng.normal(0, [0.5, 0.3, 0.5, 0.6, 1.0, 0.7, 0.3], start.shape) for _ in range(8)], axis=1
    )
    few, many = fit_profiles(problem, start), fit_profiles(problem, more)
    assert (few.objective - many.objective > 1e-3).sum() <= 1


def test_the_sharp_minimum_on_a_sample_is_found():
    # one sample towers above the curve: the best peak lies exactly on it, where no gradient is zero
    day = np.array([2, 4, 6, 8, 10, 12, 14, 16, 20.0])
    theta = np.array([[1000.0, 10.0, 0.8, 0.2, 0.01, 0.003]])
    conc = STEIN.curve(theta, day[None])[0]
    conc[4] *= 5.0
    profiles = Profiles.from_long(np.zeros(9, int), day, conc, np.ones(9), np.zeros(9, bool))
    fits = fit_model(STEIN, profiles, polish=False)
    assert fits.theta[0, 1] == pytest.approx(10.0, abs=1e-6)
    problem, x = fits.problem, fits.fits.x
    for shift in (-1e-3, 1e-3):
        moved = x.copy()
        moved[0, 1] += shift
        assert problem.value(moved)[0] > problem.value(x)[0]


def test_the_restricted_sd_of_a_line_is_that_of_linear_regression(line, noisy):
    data = noisy.take([0, 1, 2])
    problem = line(data)
    problem, fits = restrict(problem, fit_profiles(problem, np.zeros((3, 1, 3))))
    np.testing.assert_allclose(problem.spent, 2.0, atol=1e-6)
    for i in range(3):
        design = np.column_stack([np.ones(14), data.day[i]])
        rss = np.linalg.lstsq(design, data.log_conc[i], rcond=None)[1][0]
        np.testing.assert_allclose(np.exp(fits.x[i, 2]), np.sqrt(rss / 12), rtol=1e-4)


def test_a_prior_spends_less_than_one_parameter(line, noisy):
    problem = line(noisy, prior_sd=[1e-3, 1e3, 1.0])
    fits = fit_profiles(problem, np.zeros((5, 1, 3)))
    spent = effective_parameters(problem, fits.x)
    assert ((spent > 0.9) & (spent < 1.1)).all()


def test_the_unit_of_the_assay_does_not_matter():
    _, profiles = trial(6, 0.4, seed=4)
    scale = np.log(np.array([1e-6, 1e-3, 1.0, 10.0, 1e5, 1e8]))
    one, other = fit_model(STEIN, profiles, polish=False), fit_model(STEIN, profiles.scaled(-scale), polish=False)
    np.testing.assert_allclose(other.phi[:, 0] - scale, one.phi[:, 0], atol=1e-4)
    np.testing.assert_allclose(other.phi[:, 1:], one.phi[:, 1:], atol=1e-3)


def test_the_same_input_gives_the_same_bits():
    _, profiles = trial(10, 0.5, seed=6)
    first, second = (fit_model(STEIN, profiles, polish=False).fits.x.tobytes() for _ in range(2))
    assert first == second
