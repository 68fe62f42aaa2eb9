"""Logistic rise: the textbook curve in other parameters."""

from __future__ import annotations

import numpy as np

from cartpk.models import stein
from cartpk.models.logistic import MODEL, RISE

THETA = np.array([[24000.0, 9.3, 1.1, 0.16, 0.01, 0.003, 7.0]])


def test_the_rise_is_the_textbook_curve():
    k = 24000 * (1 + np.exp(-1.1 * (9.3 - 7.0)))
    r0 = k / (1 + np.exp(1.1 * 7.0))
    day = np.array([[0.0, 2.0, 6.0, 9.2]])
    np.testing.assert_allclose(MODEL.curve(THETA, day), k / (1 + (k / r0 - 1) * np.exp(-1.1 * day)), rtol=1e-12)
    np.testing.assert_allclose(RISE.capacity(THETA), k, rtol=1e-12)
    np.testing.assert_allclose(RISE.foldx(THETA), 24000 / r0, rtol=1e-12)


def test_without_a_capacity_in_sight_it_is_steins_curve():
    late = THETA.copy()
    late[:, 6] = 60.0
    day = np.array([[0.5, 4.0, 9.0, 15.0, 90.0]])
    np.testing.assert_allclose(MODEL.curve(late, day), stein.MODEL.curve(THETA[:, :6], day), rtol=1e-9)
    np.testing.assert_allclose(MODEL.area(late, 28.0), stein.MODEL.area(THETA[:, :6], 28.0), rtol=1e-9)
