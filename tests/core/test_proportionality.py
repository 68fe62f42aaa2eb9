"""The power model recovers its truth; Smith's published Cmax example is met."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cartpk.core.proportionality import Verdict, power_model, smith_criterion

pytestmark = pytest.mark.requirement("URS-209")


def test_smiths_published_example():
    s = smith_criterion(0.7615, 0.679, 0.844, 10.0)
    assert (s.rdnm, s.rdnm_lower, s.rdnm_upper) == pytest.approx((0.57743, 0.47753, 0.69823), abs=5e-6)
    assert (s.region_low, s.region_high) == pytest.approx((0.90309, 1.09691), abs=5e-6)
    assert s.verdict == Verdict.NOT_PROPORTIONAL


@pytest.mark.parametrize(
    ("lower", "upper", "verdict"),
    [
        (0.95, 1.05, Verdict.PROPORTIONAL),
        (0.85, 1.0, Verdict.INCONCLUSIVE),
        (0.5, 1.5, Verdict.INCONCLUSIVE),
        (1.2, 1.4, Verdict.NOT_PROPORTIONAL),
    ],
)
def test_verdict_follows_the_interval(lower, upper, verdict):
    assert smith_criterion((lower + upper) / 2, lower, upper, 10.0).verdict == verdict


@given(st.floats(-1, 2), st.floats(-3, 10))
@settings(deadline=None, max_examples=40)
def test_an_exact_power_law_is_recovered(slope, intercept):
    dose = np.array([2.5e7, 2.5e7, 1e8, 2e8])
    got = power_model(dose, np.exp(intercept) * dose**slope)
    assert got.slope == pytest.approx(slope, abs=1e-9)
    assert got.intercept == pytest.approx(intercept, abs=1e-6)
    assert (got.n, got.n_doses, got.dose_ratio) == (4, 3, 8.0)


def test_the_limits_are_those_of_ordinary_regression():
    rng = np.random.default_rng(7)
    dose = np.repeat([2.5e7, 1e8, 2e8], 6)
    value = np.exp(1 + 0.4 * np.log(dose) + rng.normal(0, 0.8, dose.size))
    got = power_model(dose, value, level=0.90)
    ref = stats.linregress(np.log(dose), np.log(value))
    half = stats.t.ppf(0.95, dose.size - 2) * ref.stderr
    assert (got.slope, got.lower, got.upper) == pytest.approx((ref.slope, ref.slope - half, ref.slope + half), rel=1e-9)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(11)
    dose = np.repeat([1.0, 3.0, 10.0], 4)
    fits = [power_model(dose, np.exp(0.7 * np.log(dose) + rng.normal(0, 0.5, 12))) for _ in range(600)]
    assert np.mean([f.lower <= 0.7 <= f.upper for f in fits]) == pytest.approx(0.90, abs=0.035)


def test_the_order_of_subjects_changes_nothing():
    dose, value = [1.0, 3.0, 3.0, 10.0], [5.0, 9.0, 30.0, 20.0]
    turned = power_model(dose[::-1], value[::-1])
    assert power_model(dose, value) == turned


@pytest.mark.parametrize(
    ("dose", "value"),
    [([1.0, 2.0], [1.0, 2.0]), ([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]), ([1.0, 2.0, 4.0], [0.0, 2.0, 3.0])],
)
def test_too_few_values_or_doses_say_so(dose, value):
    got = power_model(dose, value)
    assert "needs at least 3 values above 0 at 2 doses" in got.reason
    assert np.isnan(got.slope)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: power_model([1.0], [1.0, 2.0]), "shape"),
        (lambda: power_model([1.0], [1.0], level=90), "between 0 and 1"),
        (lambda: smith_criterion(1, 0.9, 1.1, 1.0), "above 1"),
        (lambda: smith_criterion(1, 0.9, 1.1, 10.0, bounds=(0.8, 0.9)), "0 < low < 1 < high"),
    ],
)
def test_callers_are_told_what_is_allowed(call, message):
    with pytest.raises(ValueError, match=message):
        call()
