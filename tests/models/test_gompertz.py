"""Gompertz rise: the textbook curve in other parameters."""

from __future__ import annotations

import numpy as np
import pytest

from cartpk.models.gompertz import MODEL, RISE

THETA = np.array([[24000.0, 9.3, 0.4, 0.16, 0.01, 0.003, 5.0]])


def test_the_rise_is_the_textbook_curve():
    k = 24000 * np.exp(np.exp(-0.4 * (9.3 - 5.0)))
    r0 = k * np.exp(-np.exp(0.4 * 5.0))
    day = np.array([[0.0, 2.0, 6.0, 9.2]])
    np.testing.assert_allclose(MODEL.curve(THETA, day), k * np.exp(np.log(r0 / k) * np.exp(-0.4 * day)), rtol=1e-12)
    np.testing.assert_allclose(RISE.capacity(THETA), k, rtol=1e-12)
    np.testing.assert_allclose(RISE.foldx(THETA), 24000 / r0, rtol=1e-12)


def test_its_growth_rate_falls_exponentially():
    day, step = np.array([[1.0, 3.0, 5.0]]), 1e-5
    rate = (MODEL.log_value(THETA, day + step) - MODEL.log_value(THETA, day - step)) / (2 * step)
    np.testing.assert_allclose(rate[0, 1:] / rate[0, :-1], np.exp(-0.8), rtol=1e-6)


def test_the_mean_doubling_time():
    entry = next(d for d in MODEL.derived if d.paramcd == "DBLMEAN")
    assert entry.value(THETA)[0] == pytest.approx(9.3 / np.log2(RISE.foldx(THETA)[0]))
