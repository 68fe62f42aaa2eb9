"""Correlations and shifts against SciPy and by counting; limits that cover; what cannot be calculated says why."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from cartpk.core.ranks import cliff_delta, hodges_lehmann, spearman

pytestmark = pytest.mark.requirement("URS-510")


@pytest.mark.requirement("URS-514")
@pytest.mark.parametrize("seed", range(5))
def test_spearman_is_scipys_also_with_ties(seed):
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 8, 20), rng.integers(0, 5, 20) + rng.integers(0, 8, 20)
    found = spearman(x, y)
    assert found.value == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)
    half = 1.959963984540054 * math.sqrt((1 + found.value**2 / 2) / 17)
    assert (found.lower, found.upper) == pytest.approx(
        (math.tanh(math.atanh(found.value) - half), math.tanh(math.atanh(found.value) + half))
    )


@pytest.mark.requirement("URS-514")
def test_the_interval_of_spearman_covers_about_as_often_as_it_says():
    rng, rho, hits = np.random.default_rng(3), 0.6, 0
    truth = 6 / math.pi * math.asin(rho / 2)
    for _ in range(600):
        a = rng.normal(size=25)
        found = spearman(a, rho * a + math.sqrt(1 - rho**2) * rng.normal(size=25))
        hits += found.lower <= truth <= found.upper
    assert 0.92 < hits / 600 < 0.98


def test_pairs_with_a_gap_do_not_count_and_reasons_are_given():
    assert spearman([1, 2, np.nan, 4, 5, 6, 7], [1, 3, 2, np.nan, 2, 6, 5]).n == 5
    assert "equal" in spearman([1, 1, 1, 1, 1], [1, 2, 3, 4, 5]).reason
    assert spearman([1, 2, 3, 4, 5], [1, 2, 3, 4, 5]).value == 1.0
    assert "no interval" in spearman([1, 2, 3, 4, 5], [1, 2, 3, 4, 5]).reason
    assert "fewer than 2" in spearman([], []).reason
    assert "fewer than 5" in spearman([1, 2, 3], [2, 1, 3]).reason


def test_the_limits_of_the_shift_are_those_of_the_exact_rank_sum_test():
    rng = np.random.default_rng(8)
    a, b = rng.normal(1, 1, 6), rng.normal(0, 1, 7)
    found = hodges_lehmann(a, b)
    assert found.value == pytest.approx(np.median(np.subtract.outer(a, b)))
    for shift in np.linspace(-3, 4, 281):
        p = stats.mannwhitneyu(a - shift, b, method="exact").pvalue
        inside = found.lower < shift < found.upper
        assert inside == (p > 0.05)


def test_three_and_three_have_a_shift_but_no_interval_of_95_percent():
    found = hodges_lehmann([1, 2, 3], [4, 5, 6])
    assert found.value == -3
    assert math.isnan(found.lower)
    assert "too few" in found.reason
    assert not math.isnan(hodges_lehmann([1, 2, 3], [4, 5, 6], 0.9).lower)


def test_delta_counts_pairs():
    a, b = [1, 2, 2, 5], [2, 3, 0]
    wins = sum((x > y) - (x < y) for x, y in itertools.product(a, b))
    found = cliff_delta(a, b)
    assert found.value == pytest.approx(wins / 12)
    assert found.lower < found.value < found.upper
    mirrored = cliff_delta(b, a)
    assert (mirrored.lower, mirrored.upper) == pytest.approx((-found.upper, -found.lower))
    assert "do not overlap" in cliff_delta([3, 4], [1, 2]).reason


def test_the_interval_of_delta_covers_about_as_often_as_it_says():
    rng, hits = np.random.default_rng(4), 0
    truth = 2 * stats.norm.cdf(0.8 / math.sqrt(2)) - 1
    for _ in range(600):
        found = cliff_delta(rng.normal(0.8, 1, 15), rng.normal(0, 1, 12))
        hits += found.reason is not None or found.lower <= truth <= found.upper
    assert 0.92 < hits / 600 < 0.985
