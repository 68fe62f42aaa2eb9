"""Stein with lag: flat first, then Stein's curve."""

from __future__ import annotations

import numpy as np

from cartpk.models import stein
from cartpk.models.stein_lag import MODEL, foldx

THETA = np.array([[24000.0, 9.3, 1.2, 0.16, 0.01, 0.003, 3.0]])


def test_it_is_flat_up_to_the_lag_and_steins_curve_from_there():
    flat = MODEL.curve(THETA, np.array([[0.0, 1.0, 2.99]]))[0]
    np.testing.assert_allclose(flat, 24000 * np.exp(-1.2 * 6.3), rtol=1e-12)
    day = np.array([[3.0, 5.0, 9.3, 20.0, 100.0]])
    np.testing.assert_allclose(MODEL.curve(THETA, day), stein.MODEL.curve(THETA[:, :6], day), rtol=1e-12)
    np.testing.assert_allclose(foldx(THETA), 24000 / flat[0], rtol=1e-12)


def test_the_area_of_the_typical_curve_with_a_lag():
    # typical tisa-cel curve, the doublings squeezed into Tmax - 3.27 d: 162,306 from day 0 to 28, computed apart
    rho = np.log(3900) / (9.3 - 3.27)
    one = np.array([[24000.0, 9.3, rho, 0.16, 0.0079, 0.0032, 3.27]])
    np.testing.assert_allclose(MODEL.area(one, 28.0), 162_306, rtol=1e-5)


def test_on_the_population_scale_the_lag_never_passes_tmax():
    scale = MODEL.population
    psi = np.array([[3900.0, 9.3, 24000.0, 0.16, 0.01, 0.003, 0.999]])
    theta = scale.theta(psi)
    assert theta[0, 6] < theta[0, 1]
    assert theta[0, 2] > 0
