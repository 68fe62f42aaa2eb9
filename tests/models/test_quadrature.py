"""Panels that double away from the peak: smooth curves to ten digits, also where they turn sharply."""

from __future__ import annotations

import numpy as np
import pytest

from cartpk.models.quadrature import area_around


@pytest.mark.parametrize("rate", [0.02, 0.3, 1.7])
@pytest.mark.parametrize("end", [0.5, 28.0, 400.0])
def test_a_hyperbolic_secant(rate, end):
    centre = np.array([9.3])
    found = area_around(lambda t: 1 / np.cosh(rate * (t - 9.3)), end, centre, np.array([0.25 / rate]))
    # the antiderivative is 2 atan(exp(x)) / rate; differences of atan written so that far tails keep their digits
    top, bottom = np.exp(rate * (end - 9.3)), np.exp(-rate * 9.3)
    exact = 2 / rate * np.arctan((top - bottom) / (1 + top * bottom))
    assert found[0] == pytest.approx(exact, rel=1e-9)
