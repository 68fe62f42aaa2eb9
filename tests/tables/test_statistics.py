"""Statistics of groups as rows; what rests on a BLQ says so whatever is put for it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartpk.config.summaries import Summaries
from cartpk.tables.cells import words
from cartpk.tables.printing import significant
from cartpk.tables.statistics import line_names, statistic_rows, summed

pytestmark = pytest.mark.requirement("URS-110")


def test_a_group_without_values_is_nc_and_one_value_has_no_spread():
    rows = statistic_rows(
        (words("p"),), {"p": "x"}, summed([[1.0, 3.0], [4115.0], []], Summaries()), ["mean", "geo_mean"], significant
    )
    assert [[c.text for c in row.cells[1:]] for row in rows] == [
        ["Mean (SD)", "2.00 (1.41)", "4,120 (NC)", "NC"],
        ["Geometric mean (CV %)", "1.73 (91.0)", "4,120 (NC)", "NC"],
    ]
    assert rows[1].key == {"p": "x", "statistic": "geo_mean"}


def test_zeros_bring_a_line_that_says_how_many_are_above():
    rows = statistic_rows(
        (words("p"),), {}, summed([[0.0, 10.0, 1000.0], [5.0, 6.0]], Summaries()), ["geo_mean"], significant
    )
    assert [c.text for c in rows[0].cells[1:]] == ["n above 0", "2", "2"]
    assert rows[1].cells[2].text.startswith("100 ")


@pytest.mark.parametrize(
    ("style", "kind", "names"),
    [
        ("geometric", "amount", ("geo_mean", "median")),
        ("arithmetic", "amount", ("mean", "median")),
        ("full", "amount", ("mean", "cv", "geo_mean", "median", "quartiles")),
        ("geometric", "time", ("median",)),
        ("full", "time", ("median", "quartiles")),
    ],
)
def test_the_style_decides_the_lines_and_times_have_no_means(style, kind, names):
    assert line_names(style, kind) == names


@pytest.mark.parametrize(
    ("quantified", "n_blq", "median"),
    [([10.0], 1, "BLQ"), ([10.0, 20.0], 1, 10.0), ([10.0, 20.0], 2, "BLQ"), ([10.0, 20.0, 30.0], 2, 10.0)],
)
def test_a_median_that_rests_on_a_blq_is_blq(quantified, n_blq, median):
    values, blq = [0.0] * n_blq + quantified, [True] * n_blq + [False] * len(quantified)
    assert summed([values], Summaries(), [blq]).value("median", 0) == median


@given(st.lists(st.floats(1, 1e6), max_size=8), st.integers(0, 8), st.floats(0, 1), st.sampled_from(["type7", "type2"]))
@settings(deadline=None, max_examples=80)
def test_what_is_printed_as_a_number_does_not_depend_on_what_stands_for_a_blq(quantified, n_blq, instead, quartiles):
    setting = Summaries(quartiles=quartiles)
    blq = [True] * n_blq + [False] * len(quantified)
    zero = summed([[0.0] * n_blq + quantified], setting, [blq])
    other = summed([[instead] * n_blq + quantified], setting)
    for name in ("minimum", "q1", "median", "q3", "maximum"):
        value = zero.value(name, 0)
        if value != "BLQ" and np.isfinite(value):
            assert value == pytest.approx(other.value(name, 0), rel=1e-12)
    if n_blq and n_blq >= len(quantified):
        assert zero.value("median", 0) == "BLQ"
