"""Intervals agree with scipy's own and keep their coverage and symmetry."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cartpk.core.intervals import clopper_pearson, geometric_mean_ratio

pytestmark = pytest.mark.requirement("URS-209")

groups = st.lists(st.floats(1e-2, 1e6), min_size=2, max_size=12, unique=True)


@pytest.mark.requirement("URS-504")
@given(st.integers(1, 60), st.data(), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
@settings(deadline=None, max_examples=60)
def test_clopper_pearson_equals_the_binomial_test(n, data, level):
    x = data.draw(st.integers(0, n))
    low, high = clopper_pearson(x, n, level)
    exact = stats.binomtest(x, n).proportion_ci(level, "exact")
    assert (float(low), float(high)) == pytest.approx((exact.low, exact.high), abs=1e-9)


def test_clopper_pearson_covers_at_least_its_level():
    n, p = 18, 0.37
    x = np.arange(n + 1)
    low, high = clopper_pearson(x, n)
    assert stats.binom.pmf(x[(low <= p) & (p <= high)], n, p).sum() >= 0.95


def test_nobody_looked_at_has_no_limits():
    low, high = clopper_pearson([0, 1], [0, 1])
    assert np.isnan(low[0])
    assert np.isnan(high[0])
    assert high[1] == 1.0


@pytest.mark.parametrize(("events", "n"), [(3, 2), (-1, 2), (0.5, 2)])
def test_impossible_counts_are_refused(events, n):
    with pytest.raises(ValueError, match="0 <= events <= n"):
        clopper_pearson(events, n)


@given(groups, groups, st.sampled_from(["pooled", "welch"]))
@settings(deadline=None, max_examples=60)
def test_ratio_equals_the_t_interval_of_the_logs(a, b, variance):
    got = geometric_mean_ratio(a, b, variance=variance)
    t = stats.ttest_ind(np.log(a), np.log(b), equal_var=variance == "pooled").confidence_interval(0.95)
    assert np.log([got.lower, got.upper]) == pytest.approx([t.low, t.high], rel=1e-7, abs=1e-7)
    assert got.ratio == pytest.approx(stats.gmean(a) / stats.gmean(b), rel=1e-9)
    back = geometric_mean_ratio(b, a, variance=variance)
    assert (1 / back.ratio, 1 / back.upper) == pytest.approx((got.ratio, got.lower), rel=1e-9)


def test_zeros_and_missing_values_do_not_count():
    got = geometric_mean_ratio([0.0, np.nan, 20.0, 40.0], [10.0, 20.0])
    assert (got.n_test, got.n_reference) == (2, 2)
    assert got.ratio == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("test", "reason"), [([0.0], "no value above 0"), ([], "no value above 0"), ([5.0], "fewer than 2")]
)
def test_a_small_group_says_why_there_is_no_interval(test, reason):
    got = geometric_mean_ratio(test, [1.0, 2.0])
    assert reason in got.reason
    assert np.isnan(got.lower)


def test_equal_values_in_both_groups_give_a_point():
    got = geometric_mean_ratio([2.0, 2.0], [1.0, 1.0], variance="welch")
    assert (got.lower, got.ratio, got.upper) == pytest.approx((2.0, 2.0, 2.0))


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_a_level_is_a_fraction(level):
    with pytest.raises(ValueError, match="between 0 and 1"):
        geometric_mean_ratio([1.0, 2.0], [1.0, 2.0], level=level)


def test_a_variance_rule_is_one_of_two():
    with pytest.raises(ValueError, match="pooled or welch"):
        geometric_mean_ratio([1.0, 2.0], [1.0, 2.0], variance="equal")
