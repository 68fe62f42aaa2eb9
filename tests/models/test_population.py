"""A model fitted to a whole virtual trial: the truth comes back, whichever scale its random effects live on."""

from __future__ import annotations

import numpy as np
import pytest

from cartpk.core.estimation.population import SaemSettings
from cartpk.core.estimation.profiles import Profiles
from cartpk.models import MODELS
from cartpk.models.fitting.population import fit_model_population
from cartpk.models.fitting.population_errors import covariance_of_estimates
from cartpk.models.fitting.random_effects import PopulationCurve
from cartpk.models.fitting.typical import typical_rows

pytestmark = pytest.mark.requirement("URS-406")

DAY = np.array([1, 3, 5, 7, 9, 11, 14, 18, 21, 28, 42, 60, 90, 180, 360.0])
CENTRE = np.log([3900, 9.3, 24000, 0.16, 0.0079 / (1 - 0.0079), 0.0032])
OMEGA = np.array([1.0, 0.3, 0.8, 0.45, 0.9, 0.5])
SHORT = SaemSettings(seed=3, exploring=150, smoothing=100, rows=200)


@pytest.fixture(scope="module")
def stein():
    """True phi of 40 subjects and the fit of their profiles."""
    rng = np.random.default_rng(20)
    curve = PopulationCurve(MODELS["stein"])
    phi = CENTRE + OMEGA * rng.standard_normal((40, 6))
    day = DAY + rng.uniform(-0.3, 0.3, (40, DAY.size))
    conc = np.exp(curve.log_curve(phi, day) + 0.4 * rng.standard_normal(day.shape))
    row = np.repeat(np.arange(40), DAY.size)
    profiles = Profiles.from_long(row, day.ravel(), conc.ravel(), np.full(row.size, 100.0), (conc < 100).ravel())
    return phi, fit_model_population(MODELS["stein"], profiles, SHORT)


@pytest.mark.parametrize("name", sorted(MODELS))
def test_the_population_scale_leads_back_to_theta(name):
    curve = PopulationCurve(MODELS[name])
    theta = np.array([[p.prior.centre for p in MODELS[name].parameters]]) * [[1.1]]
    phi = curve.phi(theta)
    np.testing.assert_allclose(curve.theta(phi), theta, rtol=1e-10)
    day = np.array([[0.7, 5.0, 12.0, 60.0]])
    np.testing.assert_allclose(curve.log_curve(phi, day), MODELS[name].log_value(theta, day), rtol=1e-10)
    if MODELS[name].population is None:
        np.testing.assert_allclose(curve.log_expansion(phi, day)[1], MODELS[name].log_expansion(phi, day)[1], atol=1e-6)


def test_typical_values_spread_and_noise_are_recovered(stein):
    phi, found = stein
    theta = found.fit.theta
    sample, spread = phi.mean(axis=0), phi.std(axis=0)
    assert (np.abs(theta.mu - sample)[[1, 2, 3]] < 0.15).all()
    assert (np.abs(theta.mu - sample) < [0.5, 0.1, 0.15, 0.15, 0.4, 0.6]).all()
    np.testing.assert_allclose(theta.omega[[1, 2, 3]], spread[[1, 2, 3]], rtol=0.25)
    assert np.exp(theta.log_s) == pytest.approx(0.4, abs=0.04)


def test_typical_rows(stein):
    _, found = stein
    rows = {row.paramcd: row for row in typical_rows(found)}
    assert {"MCMAX", "MTMAX", "FOLDX", "DBLTIME", "HLALPHA", "HLBETA", "FB", "MAUC28D", "MAUC90D"} <= set(rows)
    assert rows["HLALPHA"].estimate == pytest.approx(np.log(2) / rows["ALPHA"].estimate)
    assert rows["HLALPHA"].omega == rows["ALPHA"].omega
    assert rows["DBLTIME"].estimate == pytest.approx(
        rows["MTMAX"].estimate * np.log(2) / np.log(rows["FOLDX"].estimate)
    )
    assert np.isnan(rows["DBLTIME"].omega)
    for row in rows.values():
        assert row.lower < row.estimate < row.upper
        assert 0 < row.rse < 100
    # with dense data the standard error of a mean is omega / sqrt(n)
    assert rows["MTMAX"].rse == pytest.approx(100 * rows["MTMAX"].omega / np.sqrt(40), rel=0.15)


def test_information_criteria(stein):
    _, found = stein
    samples = int((found.profiles.n_observed + found.profiles.n_blq).sum())
    assert found.n_parameters == 13
    assert found.aic == pytest.approx(found.evidence.minus2ll + 26)
    assert found.bicc == pytest.approx(found.evidence.minus2ll + 12 * np.log(40) + np.log(samples))


def test_individual_intervals_hold_the_truth(stein):
    phi, found = stein
    theta = found.curve.theta(phi)
    for code in ("MCMAX", "MTMAX", "HLALPHA", "MAUC28D"):
        entry = next(d for d in found.curve.model.derived if d.paramcd == code)
        value, sd, low, high = found.individual(entry)
        truth = entry.value(theta)
        assert (sd > 0).all()
        assert np.mean((low <= truth) & (truth <= high)) >= 0.85, code
        assert np.sqrt(np.mean(np.log(value / truth) ** 2)) < 0.3, code


def test_a_spread_that_is_not_there_is_reported():
    rng = np.random.default_rng(1)
    model = MODELS["growth_decay"]
    theta = np.tile([5000.0, 9.0, 0.8, 0.15], (25, 1))
    theta[:, 0] *= np.exp(0.7 * rng.standard_normal(25))
    day = np.tile(np.array([2.0, 4, 6, 8, 10, 13, 17, 21, 28]), (25, 1))
    conc = model.curve(theta, day) * np.exp(0.3 * rng.standard_normal(day.shape))
    row = np.repeat(np.arange(25), day.shape[1])
    profiles = Profiles.from_long(row, day.ravel(), conc.ravel(), np.ones(row.size), np.zeros(row.size, bool))
    found = fit_model_population(model, profiles, SaemSettings(seed=1, exploring=300, smoothing=100, rows=200))
    assert found.fit.theta.omega[0] == pytest.approx(0.7, rel=0.35)
    assert (found.fit.theta.omega[1:] < 0.1).all()
    assert found.collapsed.tolist()[0] is False
    np.testing.assert_allclose(found.fit.theta.mu, np.log(theta).mean(axis=0), atol=0.12)


def test_the_covariance_of_the_means_is_the_inverse_information():
    rng = np.random.default_rng(1)
    root = rng.standard_normal((7, 7))
    information = root @ root.T + np.eye(7)
    none = np.zeros(7, bool)
    np.testing.assert_allclose(covariance_of_estimates(information, 3, none), np.linalg.inv(information))
    fixed = np.arange(7) == 4
    kept = np.array([0, 1, 2, 3, 5, 6])
    expected = np.linalg.inv(information[np.ix_(kept, kept)])
    found = covariance_of_estimates(information, 3, fixed)
    np.testing.assert_allclose(found[np.ix_(kept, kept)], expected)
    assert np.isnan(found[4]).all()


@pytest.mark.parametrize("flat", [0.0, -2.0, 1e-14])
def test_a_mean_that_the_data_do_not_determine_takes_the_others_error_not_away(flat):
    information = np.diag([4.0, 25.0, 9.0, 1.0, 1.0, -1.0, 1.0])
    information[0, 2] = information[2, 0] = 1.0
    information[1, :] = information[:, 1] = 0.0
    information[1, 1] = flat
    found = covariance_of_estimates(information, 3, np.zeros(7, bool))
    if flat == 1e-14:  # small is not flat: the scale of a parameter plays no part
        assert found[1, 1] == pytest.approx(1e14)
    else:
        assert np.isnan(found[1]).all()
    expected = np.linalg.inv(np.array([[4.0, 1.0], [1.0, 9.0]]))
    np.testing.assert_allclose(found[np.ix_([0, 2], [0, 2])], expected)


def test_of_two_means_that_cannot_be_told_apart_one_is_taken_as_known():
    information = np.eye(7)
    information[:2, :2] = [[1.0, 1.0], [1.0, 1.0]]
    information[3, 3] = -1.0
    found = covariance_of_estimates(information, 3, np.zeros(7, bool))
    assert np.isnan(np.diagonal(found)[:3]).sum() == 1
    assert found[2, 2] == pytest.approx(1.0)
