from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from cartpk.core.estimation.individual import fit_profiles, restrict
from cartpk.core.estimation.profiles import Profiles
from cartpk.core.estimation.uncertainty import (
    CHI2_95,
    ProfileLimits,
    Verdict,
    covariance,
    degrees_of_freedom,
    profile_curves,
    profile_limits,
    student_quantile,
)
from cartpk.models import get_model
from cartpk.models.fitting.individual import fit_model
from cartpk.simulate import simulate_profiles

pytestmark = pytest.mark.requirement("URS-403")


def test_the_covariance_of_a_line_is_that_of_regression(line, noisy):
    data = noisy.take([0, 1, 2])
    problem = line(data)
    fits = fit_profiles(problem, np.zeros((3, 1, 3)))
    cov = covariance(problem, fits.x, fits.at_bound)
    for i in range(3):
        design = np.column_stack([np.ones(14), data.day[i]])
        np.testing.assert_allclose(
            cov[i, :2, :2], np.exp(2 * fits.x[i, 2]) * np.linalg.inv(design.T @ design), rtol=1e-6
        )
        np.testing.assert_allclose(cov[i, 2, 2], 1 / (2 * 14))


def test_a_prior_adds_its_precision(line, noisy):
    data = noisy.take([0])
    problem = line(data, prior_sd=[0.2, 0.05, 0.4])
    fits = fit_profiles(problem, np.zeros((1, 1, 3)))
    plain = replace(problem, prior_precision=np.zeros((1, 3)))
    with_prior, without = (covariance(p, fits.x, fits.at_bound)[0] for p in (problem, plain))
    np.testing.assert_allclose(
        np.linalg.inv(with_prior) - np.linalg.inv(without), np.diag([25.0, 400.0, 6.25]), atol=1e-6
    )


def test_an_entry_on_its_bound_has_no_error(line, noisy):
    problem = line(noisy.take([0]))
    cov = covariance(problem, np.array([[2.0, -50.0, -1.0]]), np.array([[False, True, False]]))
    assert np.isnan(cov[0, 1]).all()
    assert np.isfinite(cov[0, [0, 2]][:, [0, 2]]).all()


def test_what_the_data_do_not_see_is_nan(line):
    one = Profiles.from_long([0, 0], [4.0, 4.0], [2.0, 3.0], [1.0, 1.0], [False, False])
    cov = covariance(line(one), np.array([[1.0, 0.0, 0.0]]), np.zeros((1, 3), bool))
    assert np.isnan(cov).all()


def test_the_profile_limits_of_a_line_are_exact(line, noisy):
    data = noisy.take([0, 1, 2])
    problem = line(data)
    fits = fit_profiles(problem, np.zeros((3, 1, 3)))
    half = np.sqrt(CHI2_95) * np.sqrt(np.diagonal(covariance(problem, fits.x, fits.at_bound), axis1=1, axis2=2))
    limits = profile_limits(problem, fits.x, (0, 1))
    for k in (0, 1):
        np.testing.assert_allclose(limits[k].lower, fits.x[:, k] - half[:, k], atol=0.03 * half[:, k].max())
        np.testing.assert_allclose(limits[k].upper, fits.x[:, k] + half[:, k], atol=0.03 * half[:, k].max())
        assert limits[k].verdicts() == [Verdict.BOUNDED] * 3


def test_the_priors_do_not_make_limits(line):
    # two samples at one time say nothing about the slope, however narrow its prior
    one = Profiles.from_long([0, 0], [4.0, 4.0], [2.0, 3.0], [1.0, 1.0], [False, False])
    problem = line(one, prior_sd=[1.0, 0.01, 0.3])
    problem.lower[:, 1], problem.upper[:, 1] = -5.0, 5.0
    fits = fit_profiles(problem, np.zeros((1, 1, 3)))
    limits = profile_limits(problem, fits.x, (1,))
    assert limits[1].verdicts() == [Verdict.NONE]
    assert np.isinf(limits[1].lower).all()


def test_censored_samples_give_one_limit_only(line):
    # rising time, everything after the first sample below the limit: the slope may be as steep as it likes
    profiles = Profiles.from_long(
        [0] * 4, [0.1, 5, 9, 12], [9.0, np.nan, np.nan, np.nan], [1.0] * 4, [False, True, True, True]
    )
    problem = line(profiles, prior_sd=[3.0, 1.0, 0.3])
    fits = fit_profiles(problem, np.zeros((1, 1, 3)))
    assert profile_limits(problem, fits.x, (1,))[1].verdicts() == [Verdict.UPPER_ONLY]


@pytest.mark.requirement("URS-404")
def test_the_four_verdicts():
    inf = np.inf
    limits = ProfileLimits(np.array([0.0, 0.0, -inf, -inf]), np.array([1.0, inf, 1.0, inf]))
    assert limits.verdicts() == [Verdict.BOUNDED, Verdict.LOWER_ONLY, Verdict.UPPER_ONLY, Verdict.NONE]


def test_limits_of_a_line_are_the_t_interval_of_regression(line, noisy):
    data = noisy.take([0, 1, 2])
    problem, fits = restrict(line(data), fit_profiles(line(data), np.zeros((3, 1, 3))))
    np.testing.assert_allclose(degrees_of_freedom(problem, fits.x), 14 - 2, rtol=1e-5)
    limits = profile_limits(problem, fits.x, (1,), student_quantile(problem, fits.x) ** 2)[1]
    for i in range(3):
        fit = stats.linregress(data.day[i], data.log_conc[i])
        half = stats.t.ppf(0.975, 12) * fit.stderr
        assert limits.lower[i] == pytest.approx(fit.slope - half, abs=0.02 * half)
        assert limits.upper[i] == pytest.approx(fit.slope + half, abs=0.02 * half)


def test_a_prior_of_s_and_censored_samples_add_degrees_of_freedom(line, noisy):
    data = noisy.take([0])
    plain, known = line(data), line(data, prior_sd=[1e9, 1e9, 0.4])
    x = fit_profiles(plain, np.zeros((1, 1, 3))).x
    more = degrees_of_freedom(known, x) - degrees_of_freedom(plain, x)
    assert more == pytest.approx(0.5 / 0.4**2)
    few = Profiles.from_long([0, 0], [1.0, 2.0], [2.0, np.nan], [1.0, 1.0], [False, True])
    without = Profiles.from_long([0], [1.0], [2.0], [1.0], [False])
    at = np.array([[0.0, 0.0, 0.0]])
    assert degrees_of_freedom(line(few), at) >= degrees_of_freedom(line(without), at) == 1.0


def test_the_profile_of_a_line_is_a_parabola_through_its_limits(line, noisy):
    data = noisy.take([0, 1, 2])
    problem = line(data)
    fits = fit_profiles(problem, np.zeros((3, 1, 3)))
    limits = profile_limits(problem, fits.x, (0, 1))
    for k, curve in profile_curves(problem, fits.x, limits, steps=5).items():
        assert curve.at.shape == curve.rise.shape == (3, 11)
        assert (np.diff(curve.at, axis=1) > 0).all()
        half = 0.5 * (limits[k].upper - limits[k].lower)[:, None]
        parabola = CHI2_95 * ((curve.at - fits.x[:, [k]]) / half) ** 2
        np.testing.assert_allclose(curve.rise, parabola, rtol=0.05, atol=1e-3)


def test_a_profile_without_a_limit_runs_to_the_bound_below_the_rise_wanted(line):
    one = Profiles.from_long([0, 0], [4.0, 4.0], [2.0, 3.0], [1.0, 1.0], [False, False])
    problem = line(one, prior_sd=[1.0, 0.01, 0.3])
    problem.lower[:, 1], problem.upper[:, 1] = -5.0, 5.0
    x = fit_profiles(problem, np.zeros((1, 1, 3))).x
    curve = profile_curves(problem, x, profile_limits(problem, x, (1,)))[1]
    assert curve.at[0, [0, -1]].tolist() == [-5.0, 5.0]
    assert (curve.rise < CHI2_95).all()


def test_a_curve_never_contradicts_the_limits_it_is_drawn_for():
    # with these seeds a walk from the minimum alone ends in a side valley of two subjects
    table = simulate_profiles("stein", 40, 7).table
    row = table["USUBJID"].rank(method="dense").astype(int) - 1
    profiles = Profiles.from_long(row, table["AFRLT"], table["AVAL"], table["ALLOQ"], table["BLQFL"].eq("Y"))
    fits = fit_model(get_model("stein"), profiles.take(profiles.n_observed > 0), polish=False)
    rise = student_quantile(fits.problem, fits.fits.x) ** 2
    limits = profile_limits(fits.problem, fits.fits.x, tuple(range(6)), rise)
    for k, curve in profile_curves(fits.problem, fits.fits.x, limits).items():
        assert (curve.rise[np.isneginf(limits[k].lower), 0] <= (rise + 0.05)[np.isneginf(limits[k].lower)]).all()
        assert (curve.rise[np.isposinf(limits[k].upper), -1] <= (rise + 0.05)[np.isposinf(limits[k].upper)]).all()
