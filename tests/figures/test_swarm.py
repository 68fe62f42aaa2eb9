"""Marks that would overlap stand side by side."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cartpk.figures.swarm import REACH, offsets, swarmed

pytestmark = pytest.mark.requirement("URS-109")


@settings(deadline=None, max_examples=60)
@given(y=arrays(float, st.integers(1, 12), elements=st.floats(0, 10)))
def test_no_two_marks_overlap_where_there_is_room(y):
    width, height = 0.06, 0.8
    x = offsets(y, width, height)
    assert (np.abs(x) <= REACH).all()
    for i in range(y.size):
        for j in range(i):
            assert abs(y[i] - y[j]) >= height or abs(x[i] - x[j]) > width / 2


def test_marks_without_neighbours_stay_in_the_middle():
    assert offsets(np.array([1.0, 2.0, 3.0]), 0.1, 0.5).tolist() == [0, 0, 0]


def test_crowded_marks_stay_within_reach():
    assert np.abs(offsets(np.zeros(200), 0.1, 1.0)).max() <= REACH


def test_groups_are_placed_by_their_order():
    cohort = pd.Categorical(["low", "high", "high"], categories=["low", "high"], ordered=True)
    rows = pd.DataFrame({"LABEL": "Cmax", "COHORT": cohort, "Y": [10.0, 1000.0, 1000.0]})
    made = swarmed(rows, "LABEL", "COHORT", (0.1, 0.05))
    assert made["X"].tolist() == [1, 2, 2]
    assert made["XSWARM"].tolist() == [1.0, 2.0, 2.1]
