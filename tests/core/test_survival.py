"""Kaplan-Meier: the published 6-MP remissions, Greenwood by hand, and statsmodels as a second implementation."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from cartpk.core.survival import kaplan_meier

pytestmark = pytest.mark.requirement("URS-505")

# Remission in weeks, acute leukaemia of children: Freireich EJ et al. The effect of 6-mercaptopurine on the duration
# of steroid-induced remissions in acute leukemia. Blood 1963;21:699-716. + = censored.
SIX_MP = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def read(text):
    cells = text.split()
    return [float(c.rstrip("+")) for c in cells], [not c.endswith("+") for c in cells]


def by_hand(time, event, z=1.959963984540054):
    """Product limit, Greenwood's sum and log-log limits, one event time after the other."""
    s, greenwood, found = 1.0, 0.0, {}
    for x in sorted({t for t, d in zip(time, event, strict=True) if d}):
        n = sum(t >= x for t in time)
        d = sum(t == x and e for t, e in zip(time, event, strict=True))
        s *= 1 - d / n
        if s == 0:
            found[x] = (0.0, math.nan, math.nan)
            break
        greenwood += d / (n * (n - d))
        width = z * math.sqrt(greenwood) / math.log(s)
        found[x] = (s, s ** math.exp(-width), s ** math.exp(width))
    return found


def test_the_published_remissions():
    six, placebo = kaplan_meier(*read(SIX_MP)), kaplan_meier(*read(PLACEBO))
    known = {6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378, 23: 0.4482}
    for week, survival in known.items():
        assert six.at(week).value == pytest.approx(survival, abs=5e-5)
    assert (six.n, six.n_events) == (21, 9)
    assert six.quantile().value == 23
    assert placebo.quantile().value == 8
    assert [six.risk(week) for week in (0, 6, 7, 10, 23, 36)] == [21, 21, 17, 15, 6, 0]
    assert six.at(35).value == pytest.approx(0.4482, abs=5e-5)
    assert math.isnan(six.at(36).value), "nothing is known after the last observation"
    assert placebo.at(30).value == 0.0, "all have relapsed"


@pytest.mark.parametrize("text", [SIX_MP, PLACEBO])
def test_limits_are_greenwoods_on_the_log_log_scale(text):
    time, event = read(text)
    curve = kaplan_meier(time, event)
    for x, (s, low, high) in by_hand(time, event).items():
        found = curve.at(x)
        assert (found.value, found.lower, found.upper) == pytest.approx((s, low, high), rel=1e-12, nan_ok=True)


@pytest.mark.parametrize("text", [SIX_MP, PLACEBO])
@pytest.mark.parametrize("p", [0.25, 0.5, 0.6])
def test_quantiles_agree_with_statsmodels(text, p):
    time, event = read(text)
    other = SurvfuncRight(np.array(time), np.array(event, dtype=int))
    found = kaplan_meier(time, event).quantile(p)
    with np.errstate(divide="ignore", invalid="ignore"):  # its last proportion is 0
        low, high = other.quantile_ci(p, method="cloglog")
    assert found.value == pytest.approx(other.quantile(p), nan_ok=True)
    assert found.lower == pytest.approx(low)
    assert (math.inf if math.isnan(found.upper) else found.upper) == pytest.approx(high)


def test_a_flat_part_at_one_half_has_the_median_in_its_middle():
    assert kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1]).quantile().value == 2.5
    assert math.isnan(kaplan_meier([1, 2, 3, 4], [1, 0, 0, 0]).quantile().value)


def test_nobody_with_an_event_has_no_limits():
    curve = kaplan_meier([3, 5], [False, False])
    assert curve.at(4).value == 1.0
    assert math.isnan(curve.at(4).lower)
    assert math.isnan(curve.quantile().value)


@pytest.mark.parametrize(("time", "event"), [([], []), ([1, -1], [1, 1]), ([1, np.nan], [1, 1]), ([1, 2], [1])])
def test_what_is_no_survival_time_is_refused(time, event):
    with pytest.raises(ValueError, match="kaplan_meier"):
        kaplan_meier(time, event)


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=25))
def test_any_data_agree_with_the_second_implementation(data):
    time, event = [float(t) for t, _ in data], [d for _, d in data]
    curve = kaplan_meier(time, event)
    for x, (s, low, high) in by_hand(time, event).items():
        found = curve.at(x)
        assert (found.value, found.lower, found.upper) == pytest.approx((s, low, high), abs=1e-9, nan_ok=True)
    assert curve.n == len(data)
    assert np.all(np.diff(curve.survival) <= 1e-12)
    assert curve.at_risk[0] == len(data)
    median = curve.quantile()
    if not (math.isnan(median.lower) or math.isnan(median.value)):
        assert median.lower <= median.value
    if not math.isnan(median.upper):
        assert median.value <= median.upper
