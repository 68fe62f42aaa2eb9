"""Smooth peak: Cmax and Tmax are those of the curve, found numerically."""

from __future__ import annotations

import numpy as np
import pytest

from cartpk.models import stein
from cartpk.models.smooth_peak import MODEL, cmax, tmax

CURVES = [
    [24000.0, 9.3, 0.89, 0.16, 0.01, 0.003],
    [100.0, 20.0, 0.1, 1.5, 0.3, 0.001],
    [5.0, 3.0, 4.0, 0.05, 1e-3, 0.02],
]


@pytest.mark.parametrize("theta", CURVES)
def test_the_highest_point_is_that_of_a_fine_grid(theta):
    one = np.array([theta])
    day = np.linspace(0, 100, 400_001)
    curve = MODEL.curve(one, day[None])[0]
    assert cmax(one)[0] == pytest.approx(curve.max(), rel=1e-8)
    assert cmax(one)[0] >= curve.max() * (1 - 1e-12)
    assert tmax(one)[0] == pytest.approx(day[curve.argmax()], abs=3e-4)


def test_a_curve_that_falls_from_the_start_has_its_peak_at_time_0():
    one = np.array([[10.0, 0.5, 0.05, 2.0, 0.01, 0.001]])
    assert tmax(one)[0] == 0.0
    assert cmax(one)[0] == pytest.approx(MODEL.curve(one, np.zeros((1, 1)))[0, 0])


def test_away_from_the_peak_it_is_steins_curve():
    one = np.array([CURVES[0]])
    day = np.array([[0.1, 1.0, 25.0, 60.0, 300.0]])
    np.testing.assert_allclose(MODEL.curve(one, day), stein.MODEL.curve(one, day), rtol=3e-3)
