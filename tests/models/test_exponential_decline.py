"""Exponential decline: a straight line on the log scale."""

from __future__ import annotations

import numpy as np
import pytest

from cartpk.core.estimation.individual import Method
from cartpk.core.estimation.profiles import Profiles
from cartpk.models.exponential_decline import MODEL
from cartpk.models.fitting.individual import fit_model


def test_without_priors_and_limits_it_is_linear_regression():
    rng = np.random.default_rng(2)
    day = np.array([1, 3, 7, 14, 21, 28.0])
    conc = np.exp(6.0 - 0.1 * day + 0.2 * rng.normal(size=6))
    profiles = Profiles.from_long(np.zeros(6, int), day, conc, np.ones(6), np.zeros(6, bool))
    fits = fit_model(MODEL, profiles, Method.ML, polish=False)
    slope, level = np.polyfit(day, np.log(conc), 1)
    assert np.log(fits.theta[0, 0]) == pytest.approx(level, abs=1e-4)
    assert -fits.theta[0, 1] == pytest.approx(slope, abs=1e-5)


def test_its_highest_point_is_time_0():
    values = {d.paramcd: d.value(np.array([[100.0, np.log(2) / 5]]))[0] for d in MODEL.derived}
    assert values["MCMAX"] == 100
    assert values["MTMAX"] == 0
    assert values["HLALPHA"] == pytest.approx(5.0)
    assert values["MAUC28D"] == pytest.approx(100 * 5 / np.log(2) * (1 - 2 ** (-28 / 5)))
