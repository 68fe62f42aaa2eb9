"""Numbers as text: half up, once, from the unrounded value."""

import math
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartpk.tables.printing import count, days, dose, fixed, percent, significant, unit_text

pytestmark = pytest.mark.requirement("URS-110")

numbers = st.floats(1e-4, 9e7)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (32654.2, "32,700"), (300000.0, "300,000"), (19500, "19,500"), (21.74, "21.7"), (2.7, "2.70"),
        (0.0111, "0.0111"),
        (999.5, "1,000"), (99.95, "100"), (9.995, "10.0"), (0.0, "0"), (-1234.5, "-1,230"), (1.235, "1.24"),
        (99_999_999.0, "1.00 × 10⁸"), (1.18e9, "1.18 × 10⁹"), (9.999e9, "1.00 × 10¹⁰"), (1.2345e-7, "1.23 × 10⁻⁷"),
    ],
)  # fmt: skip
def test_three_significant_digits(value, text):
    assert significant(value) == text


@pytest.mark.parametrize(("digits", "text"), [(2, "33,000"), (4, "32,650"), (6, "32,654.2")])
def test_other_digits(digits, text):
    assert significant(32654.2, digits) == text


@given(numbers, st.integers(2, 6))
@settings(deadline=None, max_examples=200)
def test_the_print_is_the_number_rounded_half_up_once(value, digits):
    exact = Decimal(repr(value))
    want = exact.quantize(Decimal(1).scaleb(exact.adjusted() - digits + 1), ROUND_HALF_UP)
    text = significant(value, digits)
    if "×" not in text:
        assert Decimal(text.replace(",", "")) == want
        assert text.count(".") <= 1
    assert significant(-value, digits) == f"-{text}"


@given(st.floats(-1e6, 1e6), st.integers(0, 4))
@settings(deadline=None, max_examples=200)
def test_fixed_is_within_half_a_unit_and_has_no_minus_zero(value, decimals):
    text = fixed(value, decimals)
    assert abs(float(text.replace(",", "")) - value) <= 0.5000001 * 10**-decimals
    assert not (text.startswith("-") and float(text.replace(",", "")) == 0)


@pytest.mark.parametrize(
    ("value", "text"), [(2.675, "2.68"), (1.005, "1.01"), (0.125, "0.13"), (-2.675, "-2.68"), (9.83, "9.83")]
)
def test_halves_go_up_as_a_reader_does_it(value, text):
    assert fixed(value, 2) == text


@pytest.mark.parametrize(
    ("value", "text"), [(9.83, "9.83"), (0.0111, "0.01"), (9.996, "10.0"), (170.0, "170.0"), (-1.5, "-1.50")]
)
def test_days(value, text):
    assert days(value) == text


def test_the_rest():
    assert percent(193.44) == "193.4"
    assert percent(0.05) == "0.1"
    assert count(1234) == "1,234"
    assert [dose(v) for v in (2.5e7, 1e8, 9.995e7, 3.0, 120.0, 0.0)] == [
        "2.5 × 10⁷",
        "1 × 10⁸",
        "1 × 10⁸",
        "3",
        "120",
        "0",
    ]
    assert unit_text("day*copies/μg") == "day·copies/µg"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_not_printed_as_one(value):
    for style in (significant, days, percent, count, dose):
        with pytest.raises(ValueError, match="only finite numbers"):
            style(value)
