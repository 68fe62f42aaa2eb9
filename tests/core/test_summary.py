"""Summaries recover known truth, agree with independent code and do not depend on order or neighbours."""

import math
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cartpk.core.summary import QUARTILE_METHODS, STATISTICS, Summary, SummaryReason, summarise

pytestmark = pytest.mark.requirement("URS-209")

positive = st.floats(1e-3, 1e7)
samples = st.lists(positive, min_size=2, max_size=30)


def one(values, **options) -> dict[str, float]:
    result = summarise(values, **options)
    return {name: float(getattr(result, name)[0]) for name in STATISTICS}


def same(a: Summary, i: int, b: Summary, j: int) -> bool:
    return all(np.array_equal(getattr(a, s)[i], getattr(b, s)[j], equal_nan=True) for s in STATISTICS)


@pytest.mark.parametrize(("geo_cv", "sd_ln"), [(163.4, 1.1403), (193.4, 1.2474)])
def test_geometric_cv_is_kirkwoods_formula(geo_cv, sd_ln):
    # two values whose ln have exactly this sample SD about ln(1000)
    half = sd_ln / math.sqrt(2)
    got = one([1000 * math.exp(half), 1000 * math.exp(-half)])
    assert got["geo_cv_pct"] == pytest.approx(geo_cv, abs=0.05)
    assert got["geo_mean"] == pytest.approx(1000, rel=1e-12)


def test_lognormal_truth_is_recovered():
    rng = np.random.default_rng(1)
    x = np.exp(rng.normal(math.log(24_000), 0.8, 200_000))
    got = one(x)
    assert got["geo_mean"] == pytest.approx(24_000, rel=0.01)
    assert got["geo_cv_pct"] == pytest.approx(100 * math.sqrt(math.exp(0.64) - 1), rel=0.02)


@given(samples)
@settings(deadline=None, max_examples=60)
def test_agrees_with_independent_code(values):
    got = one(values)
    assert got["n"] == len(values)
    assert got["mean"] == pytest.approx(statistics.fmean(values), rel=1e-12)
    assert got["sd"] == pytest.approx(statistics.stdev(values), rel=1e-9, abs=1e-9 * got["mean"])
    assert got["cv_pct"] == pytest.approx(100 * stats.variation(values, ddof=1), rel=1e-9, abs=1e-7)
    assert got["geo_mean"] == pytest.approx(statistics.geometric_mean(values), rel=1e-9)
    for p, name in ((0, "minimum"), (0.25, "q1"), (0.5, "median"), (0.75, "q3"), (1, "maximum")):
        assert got[name] == pytest.approx(np.quantile(values, p, method="linear"), rel=1e-12)
        type2 = one(values, quartiles="type2")[name]
        if 0 < p < 1:
            assert type2 == pytest.approx(np.quantile(values, p, method="averaged_inverted_cdf"), rel=1e-12)


@given(samples, samples, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=60)
def test_order_and_neighbours_change_nothing_to_the_last_bit(a, b, random):
    rows = [(x, 0) for x in a] + [(x, 2) for x in b]
    random.shuffle(rows)
    together = summarise([x for x, _ in rows], groups=[g for _, g in rows], n_groups=4)
    assert same(together, 0, summarise(a), 0)
    assert same(together, 2, summarise(b), 0)
    assert together.n.tolist() == [len(a), 0, len(b), 0]


@given(samples, st.floats(1e-3, 1e3))
@settings(deadline=None, max_examples=40)
def test_scaling_scales_places_and_keeps_relative_spread(values, factor):
    was, now = one(values), one([factor * v for v in values])
    for name in ("mean", "sd", "geo_mean", "minimum", "q1", "median", "q3", "maximum"):
        assert now[name] == pytest.approx(factor * was[name], rel=1e-9, abs=1e-9 * factor * was["mean"])
    for name in ("cv_pct", "geo_cv_pct"):
        assert now[name] == pytest.approx(was[name], rel=1e-6, abs=1e-4)


@given(samples)
@settings(deadline=None, max_examples=40)
def test_order_statistics_are_ordered(values):
    for method in QUARTILE_METHODS:
        got = one(values, quartiles=method)
        assert got["minimum"] <= got["q1"] <= got["median"] <= got["q3"] <= got["maximum"]


def test_zeros_count_in_n_and_mean_but_not_in_geometric_statistics():
    got = one([0.0, 10.0, 1000.0])
    assert (got["n"], got["n_positive"]) == (3, 2)
    assert got["mean"] == pytest.approx(1010 / 3)
    assert got["geo_mean"] == pytest.approx(100)
    assert got["median"] == 10


@given(positive, st.integers(1, 5))
@settings(deadline=None, max_examples=60)
def test_equal_values_come_back_exactly(value, n):
    got = one([value] * n)
    assert got["geo_mean"] == got["median"] == value
    assert n == 1 or got["geo_cv_pct"] == 0


def test_a_large_mean_does_not_swallow_a_small_spread():
    assert one([1e9 + 1, 1e9 + 2, 1e9 + 3])["sd"] == pytest.approx(1.0, rel=1e-6)


@pytest.mark.parametrize(
    ("values", "statistic", "reason"),
    [
        ([], "mean", SummaryReason.NO_VALUE),
        ([np.nan], "geo_mean", SummaryReason.NO_VALUE),
        ([5.0], "sd", SummaryReason.ONE_VALUE),
        ([5.0], "cv_pct", SummaryReason.ONE_VALUE),
        ([5.0], "geo_cv_pct", SummaryReason.ONE_POSITIVE),
        ([0.0, 5.0], "geo_cv_pct", SummaryReason.ONE_POSITIVE),
        ([0.0, 0.0], "geo_mean", SummaryReason.NO_POSITIVE),
        ([0.0, 0.0], "cv_pct", SummaryReason.NOT_POSITIVE),
        ([1e-150, 1e100], "geo_cv_pct", SummaryReason.SPREAD),
        ([1.0, 2.0], "sd", None),
        ([], "n", None),
    ],
)
def test_what_is_not_calculable_says_why(values, statistic, reason):
    result = summarise(values)
    assert result.reason(statistic) == reason
    assert np.isfinite(getattr(result, statistic)[0]) == (reason is None)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"values": [1.0, np.inf]}, "finite or nan"),
        ({"values": [1.0, 2.0], "groups": [0]}, "shape"),
        ({"values": [1.0], "groups": [3], "n_groups": 2}, "0..1"),
        ({"values": [1.0], "groups": [-1]}, "must lie in"),
        ({"values": [1.0], "quartiles": "type9"}, "type9"),
    ],
)
def test_callers_are_told_what_is_allowed(arguments, message):
    with pytest.raises(ValueError, match=message):
        summarise(**arguments)


def test_an_unknown_statistic_is_named():
    with pytest.raises(ValueError, match="'mode' is unknown"):
        summarise([1.0]).reason("mode")
