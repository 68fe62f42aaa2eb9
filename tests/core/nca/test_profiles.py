"""The long table: order, repeats, empties and what it refuses."""

import numpy as np
import pytest

from cartpk.core.nca.profiles import Profiles


def test_rows_are_sorted_by_profile_and_day_and_remember_where_they_came_from():
    p = Profiles.from_arrays([1, 0, 1, 0], [7, 14, 0, 0], [5.0, np.nan, 1.0, 2.0], [False, True, False, False])
    assert p.offsets.tolist() == [0, 2, 4]
    assert p.day.tolist() == [0, 14, 0, 7]
    assert p.conc.tolist() == [2, 0, 1, 5]
    assert p.blq.tolist() == [False, True, False, False]
    assert p.row.tolist() == [3, 1, 2, 0]


def test_a_profile_without_rows_is_kept():
    p = Profiles.from_arrays([1], [7], [5.0], n_profiles=3)
    assert len(p) == 3
    assert p.offsets.tolist() == [0, 0, 1, 1]


def test_identical_repeats_are_one_row_and_conflicting_ones_are_marked():
    same = Profiles.from_arrays([0, 0, 0], [7, 7, 14], [5.0, 5.0, 2.0])
    assert same.day.tolist() == [7, 14]
    assert not same.conflict.any()
    differ = Profiles.from_arrays([0, 0, 0], [7, 7, 14], [5.0, 6.0, 2.0])
    assert differ.day.tolist() == [7, 14]
    assert differ.conflict.tolist() == [True, False]
    blq = Profiles.from_arrays([0, 0], [7, 7], [0.0, 6.0], [True, False])
    assert blq.conflict.tolist() == [True]


def test_the_order_of_repeats_does_not_show():
    one = Profiles.from_arrays([0, 0, 0], [7, 7, 7], [5.0, 6.0, 4.0])
    two = Profiles.from_arrays([0, 0, 0], [7, 7, 7], [4.0, 5.0, 6.0])
    assert one.conc.tolist() == two.conc.tolist()
    assert one.conflict.tolist() == two.conflict.tolist() == [True]


def test_until_keeps_the_row_on_the_day():
    p = Profiles.from_arrays([0, 0, 0, 1], [0, 7, 14, 20], [1.0, 2, 3, 4])
    cut = p.until(np.array([7.0, np.nan]))
    assert cut.day.tolist() == [0, 7, 20]
    assert cut.offsets.tolist() == [0, 2, 3]


def test_with_zeros_puts_an_assumed_record():
    p = Profiles.from_arrays([0, 1, 1], [3, 0, 3], [1.0, 2, 3], lloq=[5, 5, 5])
    q = p.with_zeros(np.array([0]), np.array([True, False]))
    assert q.day.tolist() == [0, 3, 0, 3]
    assert q.conc.tolist() == [0, 1, 2, 3]
    assert q.row.tolist() == [-1, 0, 1, 2]
    assert q.offsets.tolist() == [0, 2, 4]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"profile": [0], "day": [np.inf], "conc": [1.0]}, "day of row 0 is inf"),
        ({"profile": [0], "day": [1.0], "conc": [-1.0]}, "conc of row 0 is -1.0"),
        ({"profile": [0], "day": [1.0], "conc": [np.nan]}, "conc of row 0 is nan"),
        ({"profile": [0, 0], "day": [1.0], "conc": [1.0]}, "one length"),
        ({"profile": [-1], "day": [1.0], "conc": [1.0]}, "profile number -1"),
        ({"profile": [3], "day": [1.0], "conc": [1.0], "n_profiles": 2}, "profile number 3 found, allowed are 0 to 1"),
    ],
)
def test_what_is_refused(args, message):
    with pytest.raises(ValueError, match=message):
        Profiles.from_arrays(**args)
