"""Colours that survive a black-and-white printer."""

from __future__ import annotations

from itertools import pairwise

import pytest

from cartpk.figures.palette import PAPER, dose_colours, dose_marks

pytestmark = pytest.mark.requirement("URS-109")


def lightness(colour):
    """CIE lightness L* (0 black, 100 white) of an sRGB colour: IEC 61966-2-1 for the linear channels, CIE 15 for L*."""
    channels = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    y = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 116 * y ** (1 / 3) - 16 if y > 216 / 24389 else y * 24389 / 27


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6])
def test_a_higher_dose_is_darker_by_a_step_one_can_see(n):
    light = [lightness(colour) for colour in dose_colours(n)]
    steps = [a - b for a, b in pairwise(light)]
    assert all(step >= 8 for step in steps)


@pytest.mark.parametrize("n", [1, 3, 6])
def test_every_dose_stands_off_the_paper(n):
    assert all(lightness(PAPER) - lightness(colour) >= 25 for colour in dose_colours(n))


def test_three_doses_are_far_apart_in_grey():
    light = [lightness(colour) for colour in dose_colours(3)]
    assert min(a - b for a, b in pairwise(light)) >= 25


def test_marks_differ_up_to_eight_doses():
    assert len(set(dose_marks(8))) == 8
    assert len(dose_marks(11)) == 11


@pytest.mark.parametrize(("colour", "value"), [("#FF0000", 53.24), ("#00FF00", 87.73), ("#0000FF", 32.30)])
def test_lightness_of_the_srgb_primaries(colour, value):
    # CIE L* of the sRGB primaries under D65
    assert lightness(colour) == pytest.approx(value, abs=0.01)
