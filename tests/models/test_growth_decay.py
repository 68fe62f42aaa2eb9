"""Growth and decay is Stein's curve without its persistent part."""

from __future__ import annotations

import numpy as np

from cartpk.models.growth_decay import MODEL
from cartpk.models.stein import MODEL as STEIN


def test_it_is_stein_without_persistence():
    theta = np.array([[5000.0, 8.0, 0.7, 0.2]])
    tiny = np.array([[5000.0, 8.0, 0.7, 0.2, 1e-15, 0.001]])
    day = np.array([[0.5, 4.0, 8.0, 12.0, 28.0]])
    np.testing.assert_allclose(MODEL.curve(theta, day), STEIN.curve(tiny, day), rtol=1e-10)
    np.testing.assert_allclose(MODEL.area(theta, 28.0), STEIN.area(tiny, 28.0), rtol=1e-10)


def test_doubling_and_halving():
    theta = np.array([[1000.0, 10.0, np.log(2), np.log(2) / 4]])
    np.testing.assert_allclose(
        MODEL.curve(theta, np.array([[8.0, 9.0, 10.0, 14.0, 18.0]]))[0], [250, 500, 1000, 500, 250]
    )
