"""Parameters of living drugs against curves whose answer is known."""

import numpy as np
import pytest

from cartpk.core.nca import REASONS, CellTherapySettings, Flag, NcaSettings, Profiles, calculate_trial, codes_of_group
from cartpk.core.nca.parameters import Group
from cartpk.core.nca.reasons import MoreReasons
from cartpk.terms import NcaReason

pytestmark = pytest.mark.requirement("URS-204")

DAY = np.array([0.0, 1, 3, 5, 7, 10, 14, 21, 28, 35, 60, 90])
RHO, ALPHA, BETA, CMAX = 0.9, 0.25, 0.01, 20_000.0


def expansion(day=DAY):
    """Growth at RHO up to day 7, contraction at ALPHA, a slow tail at BETA."""
    after = day - 7.0
    rise = CMAX * np.exp(RHO * np.minimum(after, 0))
    fall = 0.98 * np.exp(-ALPHA * np.maximum(after, 0)) + 0.02 * np.exp(-BETA * np.maximum(after, 0))
    return rise * fall


def of(day, conc, blq=None, detected=None, peak_window=(7.0, 14.0), **cell):
    """Values and reasons of one profile."""
    settings = NcaSettings(cell_therapy=CellTherapySettings(**cell))
    p = Profiles.from_arrays(np.zeros(len(day), int), day, conc, blq, np.full(len(day), 50.0), detected)
    got = calculate_trial(p, settings).parameters
    codes = codes_of_group(*Group)
    return {c: got.value[c][0] for c in codes}, {c: REASONS[got.reasons[c][0]] for c in codes}, got.flags


def test_expansion_phase():
    conc = expansion()
    conc[:2] = 0  # BLQ
    value, _, _ = of(DAY, conc)
    assert value["TFST"] == value["TFDET"] == 3
    assert value["TLAG"] == 1
    assert value["GRWRATE"] == pytest.approx(RHO, rel=1e-12)
    assert value["DBLTIME"] == pytest.approx(np.log(2) / RHO, rel=1e-12)
    assert value["GRWNPT"] == 3
    assert value["FOLDEXP"] == pytest.approx(np.exp(RHO * 4), rel=1e-12)


def test_no_expansion_seen():
    value, why, _ = of([0, 3, 7, 14, 21], [0, 900, 500, 100, 60])
    for code in ("FOLDEXP", "GRWRATE", "DBLTIME", "GRWNPT"):
        assert np.isnan(value[code])
        assert why[code] == MoreReasons.NOT_RISING
    # the second sample lies below the first, the peak barely above: the line does not rise
    value, why, _ = of([0, 1, 2, 3, 4, 21], [0, 900, 1, 1, 901, 60])
    assert value["FOLDEXP"] == pytest.approx(901 / 900)
    slope = np.polyfit([1, 2, 3, 4], np.log([900, 1, 1, 901]), 1)[0]
    assert value["GRWRATE"] == pytest.approx(slope) if slope > 0 else why["GRWRATE"] == MoreReasons.NO_GROWTH
    value, why, _ = of([0, 1, 2, 3, 21], [0, 900, 1, 900.5, 60], growth_min_points=4)
    assert why["GRWRATE"] == MoreReasons.NOT_RISING


def test_contraction_beside_the_terminal_phase():
    value, _, _ = of(DAY, expansion(), contraction_days=7.5)
    assert value["CONHL"] == pytest.approx(np.log(2) / ALPHA, rel=0.06)
    assert value["CONNPT"] == 3
    assert value["LAMZHL"] == pytest.approx(np.log(2) / BETA, rel=0.12)
    longer, _, _ = of(DAY, expansion(), contraction_days=21.0)
    assert longer["CONNPT"] == 5
    assert longer["CONHL"] > value["CONHL"]


def test_contraction_not_calculable():
    _, why, _ = of([0, 7, 14, 60], [0, 900, 100, 60], contraction_days=20)
    assert why["CONHL"] == why["CONNPT"] == MoreReasons.FEW_DECLINE_POINTS
    value, why, _ = of([0, 7, 8, 9, 10, 60], [0, 900, 900, 900, 900, 60], contraction_days=20)
    assert why["CONHL"] == MoreReasons.NO_CONTRACTION
    assert np.isnan(value["CONHL"])


def test_ratio_of_the_peak_to_day_28():
    value, _, _ = of(DAY, expansion())
    assert value["CMAXC28"] == pytest.approx(value["CMAX"] / expansion(np.array([28.0]))[0], rel=1e-12)
    between, _, _ = of([0, 7, 21, 35], [0, 1000, 400, 100])
    assert between["CMAXC28"] == pytest.approx(1000 / 200)  # exponential between 400 and 100
    _, why, _ = of([0, 7, 14, 28], [0, 1000, 400, 0])
    assert why["CMAXC28"] == MoreReasons.NOT_OBSERVED
    _, why, _ = of([0, 7, 14, 21], [0, 1000, 400, 100])
    assert why["CMAXC28"] == MoreReasons.NOT_OBSERVED


def test_time_to_blq_and_its_confirmation():
    day, conc = [0, 7, 14, 21, 28, 60, 90], [0, 900, 100, 0, 60, 0, 0]
    assert of(day, conc)[0]["TBLQ"] == 21
    assert of(day, conc, blq_confirm=2)[0]["TBLQ"] == 60
    value, why, _ = of([0, 7, 14, 21], [0, 900, 100, 0], blq_confirm=2)
    assert np.isnan(value["TBLQ"])
    assert why["TBLQ"] == MoreReasons.BLQ_NOT_CONFIRMED
    assert of([0, 7, 14], [0, 900, 100])[1]["TBLQ"] == MoreReasons.STILL_QUANTIFIABLE


def test_confirmation_does_not_reach_into_the_next_profile():
    day = np.array([0.0, 7, 14, 0, 7, 14])
    conc = np.array([0.0, 900, 0, 0, 0, 900])
    p = Profiles.from_arrays([0, 0, 0, 1, 1, 1], day, conc)
    settings = NcaSettings(cell_therapy=CellTherapySettings(blq_confirm=2))
    got = calculate_trial(p, settings, codes=("TBLQ",)).parameters
    assert np.isnan(got.value["TBLQ"]).all()


def test_persistence_is_an_interval():
    day, conc = [0, 7, 14, 21, 28], [0, 900, 100, 60, 0]
    value, _, _ = of(day, conc)
    assert (value["TDET"], value["TDETUL"]) == (21, 28)
    value, why, _ = of(day[:-1], conc[:-1])
    assert value["TDET"] == 21
    assert why["TDETUL"] == MoreReasons.STILL_DETECTED


def test_persistence_by_the_limit_of_detection():
    day, conc = [0, 3, 7, 14, 21, 28], [0, 0, 900, 60, 0, 0]
    detected = [False, True, True, True, True, False]
    by_lloq, _, _ = of(day, conc, detected=detected)
    assert (by_lloq["TFDET"], by_lloq["TDET"], by_lloq["TDETUL"]) == (7, 14, 21)
    by_lod, _, _ = of(day, conc, detected=detected, persistence_by_detection=True)
    assert (by_lod["TFDET"], by_lod["TDET"], by_lod["TDETUL"]) == (3, 21, 28)


def test_never_detected():
    value, why, _ = of([0, 7, 14, 28], [0, 0, 0, 0])
    assert value["CMAX"] == value["CLST"] == value["AUCLST"] == value["AUCALL"] == 0
    for code in ("TMAX", "TFDET", "FOLDEXP", "DBLTIME", "CONHL", "CMAXC28", "TBLQ", "TDET", "TDETUL", "TLAG", "LAMZ"):
        assert np.isnan(value[code])
        assert why[code] == NcaReason.ALL_BLQ


def flags(day, conc, **cell):
    return Flag(int(of(day, conc, **cell)[2]["CMAX"][0]))


def test_flags_of_the_peak():
    assert flags([0, 7, 14, 28], [0, 9, 5, 3]) == Flag(0)
    assert flags([0, 0.02, 7, 14, 28], [0, 90, 9, 5, 3]) == Flag.EARLY_TMAX
    assert flags([0, 0.02, 7, 14, 28], [0, 90, 9, 5, 3], min_tmax_day=0.01) == Flag(0)
    assert flags([0, 3, 15, 28], [0, 9, 5, 3]) == Flag.PEAK_NOT_SAMPLED
    assert flags([0, 3, 7, 14], [0, 3, 5, 9]) == Flag.TMAX_AT_LAST
    assert flags([0, 7, 14, 28], [0, 9, 0, 0]) == Flag.SPARSE
    assert flags([0, 7, 14, 28], [0, 0, 0, 0]) == Flag(0)
    assert (Flag.TMAX_AT_LAST | Flag.SPARSE).text == "TMAX_AT_LAST;SPARSE"


def test_flags_of_the_terminal_line():
    _, _, got = of([0, 7, 14, 21, 28, 60], [0, 900, 500, 520, 480, 470])
    line = Flag(int(got["LAMZHL"][0]))
    assert Flag.R2_LOW in line
    assert Flag.SPAN_SHORT in line
    assert Flag.EXTRAP_HIGH in Flag(int(got["AUCIFO"][0]))
    assert Flag.EXTRAP_HIGH not in line
