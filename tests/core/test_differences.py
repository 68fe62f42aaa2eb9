"""Order statistics of differences: those of all differences made and sorted, however many there are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartpk.core import differences
from cartpk.core.differences import order_statistics
from cartpk.core.ranks import cliff_delta, hodges_lehmann


@settings(max_examples=60)
@given(
    st.lists(st.floats(-1e6, 1e6) | st.sampled_from([0.0, 1.0, 7.0]), min_size=1, max_size=25),
    st.lists(st.floats(-1e6, 1e6) | st.sampled_from([0.0, 1.0, 7.0]), min_size=1, max_size=25),
    st.integers(1, 8),
)
def test_what_is_found_by_counting_is_what_is_found_by_sorting(a, b, at_once):
    a, b = np.array(a), np.array(b)
    every = np.sort((a[:, None] - b[None, :]).ravel())
    ranks = list(range(1, every.size + 1, max(1, every.size // 9)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(differences, "MADE_AT_ONCE", at_once)
        assert order_statistics(a, b, ranks) == [every[rank - 1] for rank in ranks]


@pytest.mark.parametrize("rounded", [None, 1])
def test_a_thousand_in_each_group(rounded):
    rng = np.random.default_rng(3)
    a, b = rng.lognormal(1, 1, 1500), rng.lognormal(0, 1, 1200)
    if rounded is not None:
        a, b = a.round(rounded), b.round(rounded)
    every = np.sort((a[:, None] - b[None, :]).ravel())
    assert order_statistics(a, b, [1, 900_000, 900_001, every.size]) == [
        every[i - 1] for i in (1, 900_000, 900_001, every.size)
    ]
    assert hodges_lehmann(a, b).value == np.median(every)


def test_fifty_thousand_in_each_group_take_no_memory_to_speak_of():
    import tracemalloc

    rng = np.random.default_rng(4)
    a, b = rng.normal(0.5, 1, 50_000), rng.normal(0, 1, 40_000)
    tracemalloc.start()
    shift, delta = hodges_lehmann(a, b), cliff_delta(a, b)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100e6
    assert shift.lower < 0.5 < shift.upper
    assert shift.upper - shift.lower < 0.05
    assert delta.lower < 0.27632639 < delta.upper  # 2 Phi(0.5 / sqrt 2) - 1
