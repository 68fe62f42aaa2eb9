"""Reductions over a long table: hand-made truth, empty segments, and no influence of the neighbours."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartpk.core.nca import ragged

pytestmark = pytest.mark.requirement("URS-210")

OFFSETS = np.array([0, 0, 3, 3, 5, 5])
VALUES = np.array([1.0, 4.0, 2.0, 7.0, 7.0])


def total(values, offsets):
    """Sum of every segment, whole."""
    return ragged.sum_between(values, offsets[:-1], offsets[1:])


def test_sum_and_max_treat_empty_segments():
    assert total(VALUES, OFFSETS).tolist() == [0.0, 7.0, 0.0, 14.0, 0.0]
    assert ragged.max_in(VALUES, OFFSETS).tolist() == [-np.inf, 4.0, -np.inf, 7.0, -np.inf]


def test_first_and_last_row():
    where = VALUES >= 2
    assert ragged.first_in(where, OFFSETS).tolist() == [-1, 1, -1, 3, -1]
    assert ragged.last_in(where, OFFSETS).tolist() == [-1, 2, -1, 4, -1]
    assert ragged.first_in(VALUES > 9, OFFSETS).tolist() == [-1] * 5
    assert ragged.count_in(where, OFFSETS).tolist() == [0, 2, 0, 2, 0]
    assert ragged.any_in(where, OFFSETS).tolist() == [False, True, False, True, False]


def test_pick_gives_nan_for_no_row():
    got = ragged.pick(VALUES, np.array([1, -1]))
    assert got[0] == 4.0
    assert np.isnan(got[1])
    assert np.isnan(ragged.pick(np.empty(0), np.array([-1]))).all()


def test_an_empty_table():
    none = np.array([0, 0])
    assert total(np.empty(0), none).tolist() == [0.0]
    assert ragged.max_in(np.empty(0), none).tolist() == [-np.inf]
    assert ragged.first_in(np.empty(0, dtype=bool), none).tolist() == [-1]


def test_shrink_gives_the_offsets_of_the_kept_rows():
    keep = np.array([True, False, True, False, True])
    assert ragged.shrink(OFFSETS, keep).tolist() == [0, 0, 2, 2, 3, 3]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.floats(-1e12, 1e12), max_size=40), min_size=1, max_size=8), st.data())
def test_a_segment_alone_has_the_bits_it_has_among_others(segments, data):
    chosen = data.draw(st.integers(0, len(segments) - 1))
    offsets = np.append(0, np.cumsum([len(s) for s in segments]))
    flat = np.array([x for s in segments for x in s], dtype=float)
    alone = np.array(segments[chosen], dtype=float)
    own = np.array([0, len(alone)])
    for reduce in (total, ragged.max_in):
        assert reduce(flat, offsets)[chosen].tobytes() == reduce(alone, own)[0].tobytes()


@pytest.mark.parametrize("n", [1, 7, 8, 9, 127, 128, 129, 1000])
def test_long_segments_sum_alike_at_every_alignment(n):
    rng = np.random.default_rng(n)
    x = rng.lognormal(0, 5, n)
    truth = total(x, np.array([0, n]))[0]
    for shift in range(1, 18):
        padded = np.concatenate([rng.normal(size=shift), x, rng.normal(size=5)])
        got = total(padded, np.array([0, shift, shift + n, shift + n + 5]))[1]
        assert got.tobytes() == truth.tobytes()
