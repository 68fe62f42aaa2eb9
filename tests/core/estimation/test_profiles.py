from __future__ import annotations

import numpy as np

from cartpk.core.estimation.profiles import Profiles


def make() -> Profiles:
    return Profiles.from_long(
        profile=[0, 0, 0, 2, 2, 2, 2, 2],
        day=[5, 1, -1, 3, 3, 0, 9, 4],
        conc=[10.0, np.nan, 7.0, 2.0, 4.0, 8.0, -1.0, np.nan],
        lloq=[1.0, 1.0, 1.0, np.nan, np.nan, np.nan, np.nan, np.nan],
        blq=[False, True, False, False, False, False, False, True],
        n_profiles=4,
    )


def test_samples_are_sorted_and_the_uninformative_ones_left_out():
    p = make()
    assert p.day.shape == (4, 2)
    assert p.day[0].tolist() == [1.0, 5.0]
    assert p.blq[0].tolist() == [True, False]
    assert p.observed[2].tolist() == [
        True,
        True,
    ]  # both of the duplicated time; not day 0, not -1, not BLQ without LLOQ
    assert p.n_observed.tolist() == [1, 0, 2, 0]
    assert p.n_blq.tolist() == [1, 0, 0, 0]


def test_what_is_read_off():
    p = make()
    assert p.last_day.tolist() == [5.0, 0.0, 3.0, 0.0]
    np.testing.assert_allclose(p.log_peak, [np.log(10), 0.0, np.log(4), 0.0])
    assert p.peak_day.tolist() == [5.0, 1.0, 3.0, 1.0]


def test_the_peak_of_a_censored_profile_is_its_lowest_limit():
    p = Profiles.from_long([0, 0], [1, 2], [np.nan, np.nan], [5.0, 2.0], [True, True])
    np.testing.assert_allclose(p.log_peak, [np.log(2)])


def test_scaling_divides_results_and_limits():
    p = make().scaled(np.log([10.0, 1.0, 2.0, 1.0]))
    np.testing.assert_allclose(np.exp(p.log_conc[0, 1]), 1.0)
    np.testing.assert_allclose(np.exp(p.log_lloq[0, 0]), 0.1)
    np.testing.assert_allclose(np.exp(p.log_conc[2]), [1.0, 2.0])


def test_substitution_turns_censored_into_half_the_limit():
    p = make().substituted()
    assert p.n_blq.tolist() == [0, 0, 0, 0]
    assert p.n_observed.tolist() == [2, 0, 2, 0]
    np.testing.assert_allclose(np.exp(p.log_conc[0]), [0.5, 10.0])


def test_no_rows_at_all():
    p = Profiles.from_long([], [], [], [], [], n_profiles=2)
    assert p.n_profiles == 2
    assert p.n_observed.tolist() == [0, 0]


def test_take_repeats_rows():
    p = make().take([2, 2, 0])
    assert p.n_observed.tolist() == [2, 2, 1]
