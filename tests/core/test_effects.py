"""Depletion, recovery, crossover, areas and loops against constructed truth."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartpk.core.effects import (
    Occurrence,
    auec,
    duration,
    first_crossover,
    first_depletion,
    first_recovery,
    loop_index,
)

pytestmark = pytest.mark.requirement("URS-502")

DAYS = np.array([1.0, 3, 7, 14, 28, 60, 90])


def flags(text):
    return np.array([letter == "x" for letter in text])


def test_depletion_and_recovery_lie_between_two_samples():
    gone = first_depletion(DAYS, flags("..xxx.."))
    assert (gone.lower, gone.upper, gone.censored, gone.day) == (3, 7, False, 7)
    back = first_recovery(DAYS, flags("xx...xx"), gone.at, 2)
    assert (back.lower, back.upper, back.day) == (28, 60, 60)
    assert duration(gone, back) == (53, 21, 57)


def test_one_sample_does_not_confirm_and_is_censored_before_the_rise():
    back = first_recovery(DAYS, flags("xx..x.x"), 2, 2)
    assert (back.lower, back.upper, back.censored) == (60, math.inf, True)
    assert first_recovery(DAYS, flags("xx..x.x"), 2, 1).upper == 28
    value, least, most = duration(Occurrence(3, 7, 2), back)
    assert (value, least, most) == (53, 53, math.inf)


def test_what_never_happened_is_censored_at_the_last_sample():
    assert first_depletion(DAYS, flags(".......")) == Occurrence(90, math.inf, None)
    assert first_depletion(DAYS, flags("x......")).lower == 0


def test_crossover_is_the_first_sample_with_more_negative_cells():
    day = np.array([-1.0, 1, 3, 7, 14])
    found = first_crossover(day, np.array([5.0, 4, 5, 30, 80]), np.array([50.0, 20, 5, 4, 1]))
    assert (found.lower, found.upper) == (3, 7)
    assert first_crossover(day, np.full(5, 9.0), np.full(5, 8.0)) is None
    assert first_crossover(day, np.zeros(5), np.ones(5)).censored


def test_area_of_a_triangle_and_of_what_lies_below_the_start():
    # 100 falls to 0 on day 10, rises to 200 on day 30: below 100 until day 20
    area, below = auec(np.array([10.0, 30.0]), np.array([0.0, 200.0]), 100.0, 30.0)
    assert area == pytest.approx(500 + 2000)
    assert below == pytest.approx(500 + 500)
    # the window cuts a segment
    assert auec(np.array([10.0, 30.0]), np.array([0.0, 200.0]), 100.0, 20.0)[0] == pytest.approx(500 + 500)
    # the last sample is carried forward
    assert auec(np.array([10.0]), np.array([50.0]), 50.0, 28.0) == pytest.approx((1400, 0))


@given(st.lists(st.floats(0, 1e4), min_size=1, max_size=12), st.floats(0.1, 1e4), st.floats(5, 100))
def test_area_above_minus_area_below_is_the_whole(values, start, end):
    day = np.arange(1.0, len(values) + 1) * 7
    value = np.array(values)
    area, below = auec(day, value, start, end)
    above = auec(day, 2 * start - value, start, end)[1]  # mirrored at the start
    assert area == pytest.approx(start * end - below + above, rel=1e-9, abs=1e-6)
    assert below >= -1e-9


def test_an_effect_that_lags_turns_counter_clockwise():
    phase = np.linspace(0, 2 * math.pi, 60, endpoint=False)
    late = loop_index(np.sin(phase), np.sin(phase - 0.8))
    assert late == pytest.approx(math.pi * math.sin(0.8) / 4, abs=0.01)
    assert loop_index(np.sin(phase), np.sin(phase + 0.8)) == pytest.approx(-late, abs=1e-9)
    assert abs(loop_index(np.sin(phase), np.sin(phase))) < 1e-12
    assert math.isnan(loop_index(np.ones(4), np.arange(4.0)))
