"""cartpk.simulate.assay: four digits, plain numbers, limits."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cartpk.simulate.assay import four_digits, measured, printed, results

POSITIVE = st.floats(1e-6, 1e9)


@settings(deadline=None, max_examples=100)
@given(POSITIVE)
def test_four_significant_digits(value):
    rounded = float(four_digits(np.array([value]))[0])
    assert abs(rounded - value) <= 5.001e-4 * value
    assert float(f"{rounded:.3e}") == rounded


@settings(deadline=None, max_examples=100)
@given(POSITIVE)
def test_printed_numbers_have_no_exponent_and_read_back(value):
    text = printed(value)
    assert "e" not in text
    assert float(text) == value


def test_below_the_limit_is_text():
    value, below, text = results(np.array([49.99, 49.996, 50.0, 1234.567]), 50.0, "<{lloq}")
    assert text == ["<50", "50", "50", "1235"]
    assert below.tolist() == [True, False, False, False]
    assert np.isnan(value[0])
    assert results(np.array([0.05]), 0.1, "BLQ")[2] == ["BLQ"]


def test_error_is_log_normal():
    noise = np.array([-1.0, 0.0, 1.0])
    np.testing.assert_allclose(np.log(measured(np.full(3, 100.0), noise, 0.5) / 100.0), 0.5 * noise)
