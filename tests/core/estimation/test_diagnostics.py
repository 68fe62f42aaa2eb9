"""NPDE and predictive checks: quiet under the model that made the data, loud under another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from cartpk.core.estimation.diagnostics import npde, simulate_population, visual_predictive_check
from cartpk.core.estimation.metropolis import Theta
from cartpk.core.estimation.population import OmegaPrior, PopulationFit
from cartpk.core.estimation.profiles import Profiles

pytestmark = pytest.mark.requirement("URS-408")

MU, OMEGA, S = np.array([3.0, -0.15]), np.array([0.8, 0.04]), 0.3
DAY = np.array([1.0, 3, 6, 10, 15, 20])
LLOQ = 3.0


@pytest.fixture(scope="module")
def profiles() -> Profiles:
    rng = np.random.default_rng(1)
    phi = MU + OMEGA * rng.standard_normal((120, 2))
    day = DAY + rng.uniform(-0.2, 0.2, (120, DAY.size))
    conc = np.exp(phi[:, :1] + phi[:, 1:] * day + S * rng.standard_normal(day.shape))
    row = np.repeat(np.arange(120), DAY.size)
    return Profiles.from_long(row, day.ravel(), conc.ravel(), np.full(row.size, LLOQ), (conc < LLOQ).ravel())


def population(mu=MU, omega=OMEGA, s=S) -> PopulationFit:
    theta = Theta(np.asarray(mu), np.asarray(omega), float(np.log(s)))
    return PopulationFit(theta, np.zeros((1, 5)), np.zeros((1, 1, 2)), converged=True, prior=OmegaPrior.none(2))


@pytest.fixture(scope="module")
def simulated(profiles):
    return lambda fit, k=600: simulate_population(Line(), profiles, fit, k, np.random.default_rng(2))


class Line:
    def log_curve(self, phi, day):
        return phi[:, :1] + phi[:, 1:] * day


def test_simulations_have_the_moments_of_the_population(simulated, profiles):
    values = simulated(population(), 2000)[:, 0, :]
    day = profiles.day[0]
    np.testing.assert_allclose(values.mean(axis=0), MU[0] + MU[1] * day, atol=0.1)
    np.testing.assert_allclose(values.var(axis=0), 0.64 + 0.0016 * day**2 + 0.09, rtol=0.12)


def test_npde_are_standard_normal_and_independent_under_the_right_model(simulated, profiles):
    assert 0.15 < profiles.n_blq.sum() / 720 < 0.45
    errors = npde(profiles, simulated(population()), np.random.default_rng(3))
    assert np.isfinite(errors).all()
    assert stats.kstest(errors.ravel(), "norm").pvalue > 0.01
    assert abs(errors.var() - 1) < 0.15
    between = np.corrcoef(errors, rowvar=False)[np.triu_indices(6, 1)]
    assert np.abs(between).max() < 0.3


@pytest.mark.parametrize(
    "wrong", [{"mu": MU + np.array([0.4, 0.0])}, {"mu": MU + np.array([0.0, 0.03])}, {"s": 0.6}, {"omega": OMEGA * 2}]
)
def test_npde_betray_a_wrong_model(simulated, profiles, wrong):
    errors = npde(profiles, simulated(population(**wrong)), np.random.default_rng(3)).ravel()
    assert stats.kstest(errors, "norm").pvalue < 1e-3


def test_dropping_what_is_below_the_limit_would_bias_the_npde(simulated, profiles):
    dropped = replace(profiles, blq=profiles.blq & False)
    errors = npde(dropped, simulated(population()), np.random.default_rng(3))
    assert np.isnan(errors[profiles.blq]).all()
    assert np.nanmean(errors) > 0.05


def test_the_predictive_check_by_hand(simulated, profiles):
    found = visual_predictive_check(profiles, simulated(population()), bins=6)
    assert found.n.sum() == 720
    assert (found.n == 120).all()
    np.testing.assert_allclose(found.day, DAY, atol=0.1)
    # on day 20 the tenth percentile lies below the limit in the data and in the simulations
    assert np.isneginf(found.observed[-1, 0])
    assert np.isneginf(found.middle[-1, 0])
    exact = stats.norm.cdf((np.log(LLOQ) - MU[0] - MU[1] * 20) / np.sqrt(0.64 + 0.0016 * 400 + 0.09))
    assert found.blq_middle[-1] == pytest.approx(exact, abs=0.03)


def test_the_predictive_check_holds_95_percent_of_trials_of_its_own_model(simulated, profiles):
    trials = simulated(population(), 460)
    percentiles, parts = [], []
    for log_y in trials[400:]:
        blq = log_y < np.log(LLOQ)
        virtual = replace(profiles, log_conc=np.where(blq, 0.0, log_y), observed=~blq, blq=blq)
        found = visual_predictive_check(virtual, trials[:400], bins=6)
        percentiles.append((found.low <= found.observed) & (found.observed <= found.high))
        parts.append((found.blq_low <= found.blq) & (found.blq <= found.blq_high))
    assert 0.91 < np.mean(percentiles) < 0.99
    assert 0.91 < np.mean(parts) < 0.995


def test_the_predictive_check_betrays_a_wrong_slope(simulated, profiles):
    found = visual_predictive_check(profiles, simulated(population(mu=MU + np.array([0.0, 0.08]))), bins=6)
    inside = (found.low <= found.observed) & (found.observed <= found.high)
    assert inside.mean() < 0.6
    assert found.observed[-2, 1] < found.low[-2, 1]
    assert found.blq[-1] > found.blq_high[-1]


def test_bins_keep_equal_times_together():
    day = np.tile([1.0, 7.0, 28.0], 30)
    n = np.arange(90) // 3
    data = Profiles.from_long(n, day, np.full(90, 5.0), np.ones(90), np.zeros(90, bool))
    found = visual_predictive_check(data, np.zeros((5, 30, 3)), bins=8)
    assert found.day.tolist() == [1.0, 7.0, 28.0]
    assert found.n.tolist() == [30, 30, 30]


def test_without_limits_there_is_no_check(profiles):
    with pytest.raises(ValueError, match="needs the limit of every sample"):
        visual_predictive_check(replace(profiles, log_limit=None), np.zeros((2, 120, 6)))
