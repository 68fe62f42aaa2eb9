"""Gamma curve: its peak, its area, its tail."""

from __future__ import annotations

import numpy as np
from scipy.special import gamma

from cartpk.models.gamma import MODEL

THETA = np.array([[500.0, 8.0, 3.0]])


def test_peak_and_start():
    np.testing.assert_allclose(MODEL.curve(THETA, np.array([[8.0]])), 500.0)
    assert MODEL.curve(THETA, np.array([[0.0]]))[0, 0] < 1e-20
    assert np.isfinite(MODEL.log_value(THETA, np.array([[0.0]]))).all()


def test_the_whole_area_is_a_gamma_function():
    np.testing.assert_allclose(MODEL.area(THETA, 1e4), 500 * np.exp(3) * 8 * gamma(4) / 3**4, rtol=1e-12)


def test_the_tail_halves_after_the_half_life_it_tends_to():
    half = next(d for d in MODEL.derived if d.paramcd == "HLTERM").value(THETA)[0]
    day = np.array([[4000.0, 4000.0 + half]])
    conc = MODEL.log_value(THETA, day)[0]
    np.testing.assert_allclose(conc[0] - conc[1], np.log(2), rtol=5e-3)
