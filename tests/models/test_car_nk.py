"""CAR-NK: two peaks, either of which may be the higher one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cartpk.core.estimation.profiles import Profiles
from cartpk.models.car_nk import MODEL, peaks, tmax
from cartpk.models.fitting.individual import fit_model

FIRST_HIGHER = [5000.0, 1.4, 800.0, 7.0, 0.55, 0.17]
SECOND_HIGHER = [500.0, 1.4, 8000.0, 7.0, 0.55, 0.17]


@pytest.mark.parametrize(("theta", "day"), [(FIRST_HIGHER, 0.0), (SECOND_HIGHER, 7.0)])
def test_the_highest_point_of_the_curve(theta, day):
    one = np.array([theta])
    grid = np.linspace(0, 40, 40001)
    curve = MODEL.curve(one, grid[None])[0]
    assert tmax(one)[0] == day
    assert peaks(one)[0].max() == pytest.approx(curve.max(), rel=1e-9)
    assert grid[curve.argmax()] == pytest.approx(day, abs=2e-3)


def test_without_expansion_it_is_a_plain_decline():
    one = np.array([[1000.0, 0.5, 1e-12, 7.0, 0.5, 0.2]])
    np.testing.assert_allclose(MODEL.curve(one, np.array([[2.0, 4.0]]))[0], 1000 * np.exp([-1.0, -2.0]), rtol=1e-9)


def test_simulated_subjects_are_recovered():
    rng = np.random.default_rng(3)
    n, day = 24, np.array([0.04, 0.2, 1, 2, 3, 5, 7, 9, 11, 14, 18, 21, 28])
    centre = np.log([5000.0, 1.4, 3000.0, 7.0, 0.55, 0.17])
    phi = centre + rng.normal(size=(n, 6)) * [0.5, 0.3, 0.8, 0.2, 0.25, 0.3]
    truth = np.exp(phi)
    log_c = MODEL.log_value(truth, np.broadcast_to(day, (n, day.size))) + rng.normal(size=(n, day.size)) * 0.25
    conc = np.exp(log_c)
    row = np.repeat(np.arange(n), day.size)
    blq = (conc < 50).ravel()
    profiles = Profiles.from_long(row, np.tile(day, n), conc.ravel(), np.full(row.size, 50.0), blq)
    fits = fit_model(MODEL, profiles, polish=False)
    error = np.sqrt(np.mean((fits.phi - phi) ** 2, axis=0))
    # ln c0, ln kd, ln cexp, ln tm, ln rho, ln alpha
    assert (error < [0.35, 0.30, 0.30, 0.15, 0.35, 0.25]).all(), error
    assert fits.fits.converged.all()
    area = np.log(MODEL.area(fits.theta, 28.0) / MODEL.area(truth, 28.0))
    assert np.sqrt(np.mean(area**2)) < 0.2
    assert abs(np.median(fits.sigma) - 0.25) < 0.08


def test_it_beats_the_others_on_its_own_kind_of_data():
    shared = Path(__file__).resolve().parents[3] / "shared" / "reference" / "kinetics" / "sim_carnk_A_data.csv"
    if not shared.exists():
        pytest.skip("the shared reference data are not beside the project")
    rows = np.genfromtxt(shared, delimiter=",", names=True, dtype=None, encoding="utf-8")
    subject = np.unique(rows["SUBJECT"], return_inverse=True)[1]
    value = np.where(rows["BLQ"] == 1, np.nan, rows["VALUE"].astype(float))
    profiles = Profiles.from_long(subject, rows["TIME_DAY"], value, rows["LLOQ"], rows["BLQ"] == 1)
    from cartpk.models import MODELS

    rivals = ("car_nk", "stein", "growth_decay", "stein_distribution", "exponential_decline")
    aic = {name: fit_model(MODELS[name], profiles, polish=False).aic.sum() for name in rivals}
    assert min(aic, key=aic.get) == "car_nk"
