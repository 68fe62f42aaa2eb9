"""Ticks: inside, apart, and written for people."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartpk.figures.axes import APART, log_breaks, number_label, power_labels, root_breaks, time_breaks, time_windows

pytestmark = pytest.mark.requirement("URS-109")

lengths = st.floats(1.0, 8.0)
ends = st.floats(1.0, 2000.0)


@settings(deadline=None, max_examples=60)
@given(low=st.floats(-30, 0), high=ends, inches=lengths)
def test_time_ticks_lie_inside_and_apart(low, high, inches):
    ticks = time_breaks(low, high, inches)
    assert 0.0 in ticks
    assert ticks == sorted(ticks)
    assert all(low <= tick <= high for tick in ticks)
    scale = inches / (high - low)
    assert all((b - a) * scale >= APART - 1e-9 for a, b in pairwise(ticks))


@settings(deadline=None, max_examples=60)
@given(high=ends, inches=lengths)
def test_root_ticks_are_apart_on_the_root_axis(high, inches):
    ticks = root_breaks(0.0, high, inches)
    scale = inches / math.sqrt(high)
    gaps = [(math.sqrt(b) - math.sqrt(a)) * scale for a, b in pairwise(ticks)]
    assert all(gap >= APART - 1e-9 for gap in gaps)


def test_a_wide_axis_has_the_days_of_the_visits():
    assert set(time_breaks(0, 180, 7.2)) >= {0, 14, 28, 60, 90, 180}
    assert time_breaks(0, 30, 3.5) == [0, 3, 7, 14, 21, 28]


@settings(deadline=None, max_examples=100)
@given(low=st.floats(1e-4, 1e6), factor=st.floats(1.2, 1e8))
def test_log_ticks_lie_inside_and_are_few(low, factor):
    ticks = log_breaks((low, low * factor))
    assert all(low * (1 - 1e-6) <= tick <= low * factor * (1 + 1e-6) for tick in ticks)
    assert ticks == sorted(set(ticks))
    assert len(ticks) <= 9


@settings(deadline=None, max_examples=60)
@given(low=st.floats(1e-3, 1e5), factor=st.floats(3.0, 1e7))
def test_a_log_axis_always_has_a_tick(low, factor):
    assert log_breaks((low, low * factor))


@pytest.mark.parametrize(
    ("ticks", "labels"),
    [
        ([1, 10, 100], ["1", "10", "100"]),
        ([1e2, 1e3, 1e4], ["10²", "10³", "10⁴"]),
        ([5000, 10000, 20000], ["5000", "10⁴", "2×10⁴"]),
        ([1e-4, 1e-3], ["10⁻⁴", "10⁻³"]),
        ([], []),
    ],
)
def test_log_labels(ticks, labels):
    assert power_labels(ticks) == labels


def test_a_limit_is_printed_plain():
    assert number_label(50.0) == "50"
    assert number_label(1.5e6) == "1.5×10⁶"


def test_short_follow_up_needs_no_second_panel():
    assert len(time_windows(56)) == 1
    assert [name for name, _ in time_windows(57)] == ["days 0–28", "whole follow-up"]
