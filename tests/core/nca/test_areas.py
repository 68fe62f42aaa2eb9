"""Segments: the textbook integrals, exact where the textbook forms cancel."""

import itertools
from decimal import Decimal, getcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartpk.core.nca.areas import area_between, concentration_at, log_ratio, segments
from cartpk.terms import AucMethod

pytestmark = pytest.mark.requirement("URS-201")

getcontext().prec = 60


def one(t1, c1, t2, c2, method=AucMethod.LIN_UP_LOG_DOWN, tmax=0.0):
    return segments(np.array([0, 2]), np.array([t1, t2]), np.array([c1, c2]), np.array([tmax]), method)


def exact(t1, c1, t2, c2):
    """Area and first moment of an exponential segment with 60 digits."""
    t1, c1, t2, c2 = map(Decimal, (t1, c1, t2, c2))
    x, dt = (c2 / c1).ln(), t2 - t1
    return float(dt * (c2 - c1) / x), float(dt * (t2 * c2 - t1 * c1) / x - dt * dt * (c2 - c1) / (x * x))


@pytest.mark.parametrize("fall", [1e-15, 1e-12, 1e-9, 1e-6, 1e-3, 0.1, 0.3, 0.49, 0.51, 0.9, 1 - 1e-6, 1 - 1e-12])
def test_log_segment_to_the_last_digits_at_every_ratio(fall):
    c1 = 345.678
    c2 = c1 * (1.0 - fall)
    seg = one(2.5, c1, 9.25, c2)
    area, moment = exact(2.5, c1, 9.25, c2)
    assert seg.area[0] == pytest.approx(area, rel=4e-15)
    assert seg.moment()[0] == pytest.approx(moment, rel=4e-14)


@settings(max_examples=200, deadline=None)
@given(st.floats(1e-3, 1e9), st.floats(1e-9, 0.999999), st.floats(0, 300), st.floats(0.01, 100))
def test_log_segment_against_sixty_digits(c1, ratio, t1, dt):
    c2, t2 = c1 * ratio, t1 + dt
    seg = one(t1, c1, t2, c2)
    area, moment = exact(t1, c1, t2, c2)
    assert seg.area[0] == pytest.approx(area, rel=1e-13)
    assert seg.moment()[0] == pytest.approx(moment, rel=1e-12)


@settings(max_examples=100, deadline=None)
@given(st.floats(1e-3, 1e9), st.floats(1e-14, 1e-3), st.floats(0.01, 100))
def test_the_log_rule_becomes_the_linear_rule_as_neighbours_meet(c, eps, dt):
    log = one(0.0, c, dt, c * (1 - eps)).area[0]
    straight = one(0.0, c, dt, c * (1 - eps), AucMethod.LINEAR).area[0]
    assert log == pytest.approx(straight, rel=eps * eps / 6 + 4e-16)
    assert log <= straight * (1 + 4e-16)


def test_log_ratio_of_extreme_values():
    got = log_ratio(np.array([1e300, 1e-300, 1.0]), np.array([1e-300, 1e300, 1.0]))
    assert got == pytest.approx([-1381.551055796427, 1381.551055796427, 0.0], rel=1e-14)


def test_which_segments_are_logarithmic():
    day = np.array([0.0, 1, 2, 3, 4, 5])
    conc = np.array([0.0, 4, 8, 8, 2, 0])
    offsets, tmax = np.array([0, 6]), np.array([2.0])
    rows = {m: segments(offsets, day, conc, tmax, m).log_rows.tolist() for m in AucMethod}
    assert rows[AucMethod.LINEAR] == []
    assert rows[AucMethod.LIN_UP_LOG_DOWN] == [3]  # never from or to 0, never at equality
    assert rows[AucMethod.LIN_LOG] == [3]
    rising_after = segments(offsets, day, np.array([0.0, 9, 4, 6, 2, 1]), np.array([1.0]), AucMethod.LIN_LOG)
    assert rising_after.log_rows.tolist() == [1, 2, 3, 4]  # after Tmax the rising one too


def test_the_last_row_of_a_profile_joins_nothing():
    seg = segments(
        np.array([0, 2, 4]), np.array([0.0, 1, 0, 1]), np.array([1.0, 1, 3, 3]), np.zeros(2), AucMethod.LINEAR
    )
    assert seg.area.tolist() == [1.0, 0.0, 3.0, 0.0]


def test_area_between_cuts_by_the_rule_of_the_segment():
    k = 0.3
    day = np.array([0.0, 10.0, 20.0])
    seg = segments(np.array([0, 3]), day, 50 * np.exp(-k * day), np.zeros(1), AucMethod.LIN_UP_LOG_DOWN)
    truth = 50 / k * (np.exp(-k * 3) - np.exp(-k * 17))
    assert area_between(seg, 3.0, np.array([17.0]))[0] == pytest.approx(truth, rel=1e-14)
    inside = 50 / k * (np.exp(-k * 3) - np.exp(-k * 4))
    assert area_between(seg, 3.0, np.array([4.0]))[0] == pytest.approx(inside, rel=1e-13)
    straight = segments(np.array([0, 2]), np.array([0.0, 10.0]), np.array([0.0, 20.0]), np.zeros(1), AucMethod.LINEAR)
    assert area_between(straight, 2.0, np.array([5.0]))[0] == pytest.approx(21.0)


def test_concentration_at_a_day():
    seg = one(0.0, 8.0, 2.0, 2.0)
    assert concentration_at(seg, 1.0)[0] == pytest.approx(4.0)
    assert concentration_at(seg, 0.0)[0] == 8.0
    assert concentration_at(seg, 2.0)[0] == 2.0
    assert np.isnan(concentration_at(seg, 2.5)[0])
    assert concentration_at(one(0.0, 8.0, 2.0, 2.0, AucMethod.LINEAR), 1.0)[0] == 5.0


times = st.lists(st.floats(0.05, 20), min_size=2, max_size=12).map(lambda gaps: np.append(0.0, np.cumsum(gaps)))


@pytest.mark.parametrize(("low", "high"), [(5e-324, 1.0), (1e-300, 1e300), (1e-12, 1e12)])
def test_a_segment_between_the_smallest_and_a_large_value(low, high):
    day = np.array([0.0, 1, 2, 3.5])
    for conc, tmax in (([0.0, high, low, high], 1.0), ([0.0, low, high, low], 1.0)):
        seg = segments(np.array([0, 4]), day, np.array(conc), np.array([tmax]), AucMethod.LIN_LOG)
        whole = area_between(seg, 0.0, day[-1:])[0]
        for middle in (0.5, 1.5, 1.999, 2.001, 2.5, 3.4):
            parts = area_between(seg, 0.0, np.array([middle]))[0] + area_between(seg, middle, day[-1:])[0]
            assert parts == pytest.approx(whole, rel=1e-11)
            assert 0 <= concentration_at(seg, middle)[0] <= high
        assert seg.moment()[1:3] == pytest.approx([_moment(seg, 1), _moment(seg, 2)], rel=1e-3)


def _moment(seg, row):
    """The first moment of one segment by 1,500 windows."""
    edges = np.linspace(seg.t1[row], seg.t2[row], 1501)
    areas = [area_between(seg, a, np.array([b]))[0] for a, b in itertools.pairwise(edges)]
    return float(np.dot(areas, (edges[1:] + edges[:-1]) / 2))


@settings(max_examples=80, deadline=None)
@given(times, st.data(), st.sampled_from(list(AucMethod)))
def test_areas_add_up_over_windows(day, data, method):
    conc = np.array(data.draw(st.lists(st.floats(0, 1e6), min_size=len(day), max_size=len(day))))
    middle = data.draw(st.floats(0, float(day[-1])))
    tmax = np.array([day[int(np.argmax(conc))]])
    seg = segments(np.array([0, len(day)]), day, conc, tmax, method)
    end = day[-1:]
    whole = area_between(seg, 0.0, end)[0]
    parts = area_between(seg, 0.0, np.array([middle]))[0] + area_between(seg, middle, end)[0]
    assert parts == pytest.approx(whole, rel=1e-11, abs=1e-300)
    assert whole == pytest.approx(seg.area.sum(), rel=1e-13)


@settings(max_examples=80, deadline=None)
@given(times, st.data(), st.sampled_from(list(AucMethod)))
def test_a_sample_on_the_curve_changes_nothing(day, data, method):
    conc = np.array(data.draw(st.lists(st.floats(1e-3, 1e6), min_size=len(day), max_size=len(day))))
    tmax = np.array([day[int(np.argmax(conc))]])
    seg = segments(np.array([0, len(day)]), day, conc, tmax, method)
    extra = data.draw(st.floats(0, 1)) * day[-1]
    if np.isin(extra, day):
        return
    level = concentration_at(seg, extra)[0]
    at = np.searchsorted(day, extra)
    more = segments(np.array([0, len(day) + 1]), np.insert(day, at, extra), np.insert(conc, at, level), tmax, method)
    assert more.area.sum() == pytest.approx(seg.area.sum(), rel=1e-11)
