"""Stein with distribution: the sum of Stein's curve and the infused cells."""

from __future__ import annotations

import numpy as np

from cartpk.core.estimation.profiles import Profiles
from cartpk.models import stein
from cartpk.models.fitting.individual import fit_model
from cartpk.models.stein_distribution import MODEL

THETA = np.array([[24000.0, 9.3, 0.89, 0.16, 0.01, 0.003, 4000.0, 0.9]])


def test_it_is_the_sum():
    day = np.array([[0.0, 0.5, 3.0, 9.3, 28.0]])
    expected = stein.MODEL.curve(THETA[:, :6], day) + 4000 * np.exp(-0.9 * day)
    np.testing.assert_allclose(MODEL.curve(THETA, day), expected, rtol=1e-12)


def test_it_explains_a_fall_before_the_rise_better_than_stein_does():
    rng = np.random.default_rng(1)
    day = np.array([0.1, 0.3, 1, 2, 3, 4, 5, 7, 9, 11, 14, 21, 28, 60, 90, 180.0])
    conc = MODEL.curve(THETA, day[None]) * np.exp(0.3 * rng.normal(size=(12, day.size)))
    row = np.repeat(np.arange(12), day.size)
    profiles = Profiles.from_long(row, np.tile(day, 12), conc.ravel(), np.full(row.size, 5.0), np.zeros(row.size, bool))
    full, plain = (fit_model(m, profiles, polish=False) for m in (MODEL, stein.MODEL))
    assert full.aic.sum() + 100 < plain.aic.sum()
    np.testing.assert_allclose(np.median(full.theta[:, [0, 1, 2, 3, 7]], axis=0), THETA[0, [0, 1, 2, 3, 7]], rtol=0.2)
