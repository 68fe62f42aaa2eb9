"""Published typical values and their closed-form consequences (Stein 2019)."""

from __future__ import annotations

import numpy as np
import pytest

from cartpk.core.estimation.profiles import Profiles
from cartpk.models.stein import MODEL

FOLDX, TMAX, CMAX, ALPHA, FB, BETA = 3900.0, 9.3, 24000.0, 0.16, 0.0079, 0.0032
TYPICAL = np.array([[CMAX, TMAX, np.log(FOLDX) / TMAX, ALPHA, FB, BETA]])


def quantity(code: str) -> float:
    entry = next(d for d in MODEL.derived if d.paramcd == code)
    return float(entry.value(TYPICAL)[0])


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("MCMAX", 24000.0),
        ("MTMAX", 9.3),
        ("FOLDX", 3900.0),
        ("DBLTIME", 0.779596),
        ("HLALPHA", np.log(2) / 0.16),
        ("HLBETA", np.log(2) / 0.0032),
        ("FB", 0.0079),
        ("MAUC28D", 171774.285),
        ("MAUC90D", 189285.685),
    ],
)
def test_the_typical_patient(code, value):
    assert quantity(code) == pytest.approx(value, rel=1e-6)


(SWITCH,) = (d for d in MODEL.derived if d.paramcd == "TSWITCH")


def test_the_typical_curve():
    at = MODEL.curve(TYPICAL, np.array([[0.0, 9.3, 28.0]]))[0]
    by_hand = CMAX * ((1 - FB) * np.exp(-ALPHA * 18.7) + FB * np.exp(-BETA * 18.7))
    assert at == pytest.approx([6.153846, 24000.0, by_hand], rel=1e-6)
    assert at[2] == pytest.approx(1373.576, rel=2e-5)


def test_the_switch_is_where_both_phases_are_equal():
    day = SWITCH.value(TYPICAL)[0]
    assert day - TMAX == pytest.approx(30.8, abs=0.05)
    after = day - TMAX
    assert (1 - FB) * np.exp(-ALPHA * after) == pytest.approx(FB * np.exp(-BETA * after))


def test_no_switch_where_persistence_leads_from_the_peak():
    led = TYPICAL.copy()
    led[:, 4] = 0.7
    assert np.isnan(SWITCH.value(led)).all()


def test_the_codes_held_stable():
    codes = [d.paramcd for d in MODEL.derived]
    stable = ["MCMAX", "MTMAX", "FOLDX", "DBLTIME", "HLALPHA", "HLBETA", "FB", "MAUC28D", "MAUC90D"]
    assert [c for c in codes if c in stable] == stable


def test_eight_starts_around_the_peak():
    profiles = Profiles.from_long([0] * 3, [2, 9, 30], [0.01, 1.0, 0.1], [0.001] * 3, [False] * 3)
    starts = MODEL.theta(MODEL.starts(profiles))
    assert starts.shape == (1, 8, 6)
    assert sorted(set(starts[0, :, 1].round(6))) == [8.4, 9.8]
