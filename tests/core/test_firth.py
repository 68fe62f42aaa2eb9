"""Firth's logistic regression: a closed form, the maximum found by another method, separation, profile limits."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq, minimize
from scipy.stats import chi2

from cartpk.core.firth import firth_logistic, penalised_loglik

pytestmark = pytest.mark.requirement("URS-510")


@pytest.mark.parametrize(("a", "b", "c", "d"), [(3, 1, 1, 3), (5, 0, 0, 4), (0, 6, 2, 3), (7, 2, 1, 9)])
def test_a_table_of_two_by_two_is_the_odds_ratio_of_the_counts_plus_a_half(a, b, c, d):
    # Firth 1993: in a saturated model the penalty adds 1/2 to every cell
    x = [1] * (a + b) + [0] * (c + d)
    y = [1] * a + [0] * b + [1] * c + [0] * d
    fit = firth_logistic(x, y)
    expected = math.log((a + 0.5) * (d + 0.5) / ((b + 0.5) * (c + 0.5)))
    assert fit.coefficients[1] == pytest.approx(expected, abs=1e-6)
    assert fit.coefficients[0] == pytest.approx(math.log((c + 0.5) / (d + 0.5)), abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_no_other_point_is_higher(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(12, 2, (18, 2))
    y = (x[:, 0] + rng.normal(0, 1.5, 18) > 12).astype(float)
    design = np.column_stack([np.ones(18), x])
    fit = firth_logistic(x, y)
    found = minimize(
        lambda beta: -penalised_loglik(design, y, beta),
        fit.coefficients + rng.normal(0, 0.2, 3),
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 20_000, "maxfev": 20_000},
    )
    assert fit.loglik >= penalised_loglik((design - [0, *x.mean(0)]) / [1, *x.std(0)], y, np.zeros(3))
    assert penalised_loglik(design, y, fit.coefficients) >= -found.fun - 1e-9
    assert fit.coefficients == pytest.approx(found.x, abs=2e-4)


def test_separated_outcomes_have_a_finite_estimate_and_the_limits_of_the_profile():
    x = np.array([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    y = (x > 5).astype(float)
    fit = firth_logistic(x, y)
    assert 0 < fit.lower[1] < fit.coefficients[1] < fit.upper[1] < 20
    design = np.column_stack([np.ones(10), x])
    top = penalised_loglik(design, y, fit.coefficients)

    def profile(slope):
        best = minimize(
            lambda a: -penalised_loglik(design, y, np.array([a[0], slope])), [-slope * 5.5], method="Nelder-Mead",
            options={"xatol": 1e-9, "fatol": 1e-12},
        )  # fmt: skip
        return 2 * (top + best.fun) - chi2.ppf(0.95, 1)

    assert fit.lower[1] == pytest.approx(brentq(profile, 1e-6, fit.coefficients[1]), abs=1e-4)
    assert fit.p[1] < 0.05


def test_units_of_the_covariate_do_not_matter():
    rng = np.random.default_rng(2)
    x = rng.lognormal(10, 1, 20)
    y = (rng.random(20) < 0.4).astype(float)
    one, other = firth_logistic(x, y), firth_logistic(1000 * x + 5, y)
    assert other.coefficients[1] * 1000 == pytest.approx(one.coefficients[1])
    assert other.upper[1] * 1000 == pytest.approx(one.upper[1], rel=1e-5)


@pytest.mark.parametrize(("x", "y"), [([1, 2, 3, 4], [1, 1, 1, 1]), ([1, 1, 1, 1], [0, 1, 0, 1]), ([1, 2], [0, 1])])
def test_what_cannot_be_estimated_says_why(x, y):
    fit = firth_logistic(x, y)
    assert fit.reason
    assert np.isnan(fit.coefficients).all()


def test_outcomes_other_than_0_and_1_are_refused():
    with pytest.raises(ValueError, match="0 or 1"):
        firth_logistic([1, 2, 3], [0, 1, 2])
