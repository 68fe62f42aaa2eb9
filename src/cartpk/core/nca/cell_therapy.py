"""Parameters of living drugs: detection, expansion, contraction, persistence.

None of them exists in the CDISC terminology of 2025-03-25 (TLAG apart), so each states its own definition.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from cartpk.core.nca.analysis import Analysis
from cartpk.core.nca.areas import concentration_at
from cartpk.core.nca.lambda_z import regress_tails
from cartpk.core.nca.parameters import SPONSOR, Group, SummaryRule, UnitRule, parameter
from cartpk.core.nca.ragged import Bools, Floats, first_in, last_in, pick, shrink, spread
from cartpk.core.nca.reasons import MoreReasons, Outcome, outcome
from cartpk.terms import LN2, NcaReason

__all__ = ["RATIO_DAY"]

RATIO_DAY: Final = 28.0
"""days; the concentration that Cmax is divided by in CMAXC28."""

_OWN = "[sponsor definition]"
_CT = "CDISC SDTM Controlled Terminology 2025-03-25"
_GEO, _MED, _CELL = SummaryRule.GEOMETRIC, SummaryRule.MEDIAN_RANGE, Group.CELL_THERAPY
_DAY, _ONE = UnitRule.DAY, UnitRule.ONE


@parameter(
    "TLAG",
    "Time Until First Nonzero Conc",
    "C85824",
    _DAY,
    _MED,
    "time of the sample before the first quantifiable one; 0 when the first sample is quantifiable",
    _CT,
    _CELL,
)
def tlag(a: Analysis) -> Outcome:
    """Time of the last sample before the first quantifiable one."""
    p = a.profiles
    row = first_in(a.seen & (p.conc > 0), p.offsets)
    before = row > p.offsets[:-1]
    day = np.where(before, pick(p.day, np.where(before, row - 1, -1)), 0.0)
    return outcome(np.maximum(day, 0.0), (row < 0, NcaReason.ALL_BLQ), known=a.known)


@parameter(
    "TFDET",
    "Time of First Detection",
    SPONSOR,
    _DAY,
    _MED,
    "time of the first sample at or above the limit of persistence: of quantification, by setting of detection",
    _OWN,
    _CELL,
)
def tfdet(a: Analysis) -> Outcome:
    """Time of the first detection, by the same limit as the last one (``<100`` says nothing of detection)."""
    p = a.profiles
    row = first_in(_present(a), p.offsets)
    return outcome(pick(p.day, row), (row < 0, NcaReason.ALL_BLQ), known=a.known)


@parameter(
    "FOLDEXP",
    "Fold Expansion",
    SPONSOR,
    _ONE,
    _GEO,
    "Cmax / first quantifiable concentration, when that is before Tmax",
    _OWN,
    _CELL,
)
def foldexp(a: Analysis) -> Outcome:
    """Rise from the first quantifiable concentration to the peak."""
    return outcome(
        a.cmax / pick(a.conc, a.first_row),
        (a.all_blq, NcaReason.ALL_BLQ),
        (a.first_row == a.peak_row, MoreReasons.NOT_RISING),
        known=a.known,
    )


def _line_over(a: Analysis, rows: Bools) -> tuple[Floats, Floats]:
    """Slope (1/day) and points of the line of ln C on day over ``rows``, shape (m,) each; NaN and 0 without rows."""
    offsets = shrink(a.offsets, rows)
    lines = regress_tails(offsets, a.profiles.day[rows], a.conc[rows])
    first = np.where(np.diff(offsets) > 0, offsets[:-1], -1)
    return pick(lines.slope, first), np.diff(offsets).astype(np.float64)


def _growth(a: Analysis) -> tuple[Floats, Floats]:
    """Slope and points of the ascending phase."""
    return _line_over(a, a.quantifiable & (a.profiles.day <= spread(a.tmax, a.offsets)))


def _growing(a: Analysis, slope: Floats, points: Floats, values: Floats) -> Outcome:
    few = points < a.settings.cell_therapy.growth_min_points
    return outcome(
        values,
        (a.all_blq, NcaReason.ALL_BLQ),
        (few, MoreReasons.NOT_RISING),
        (~(slope > 0), MoreReasons.NO_GROWTH),
        known=a.known,
    )


_ASCENT = "least squares of ln C on t over the quantifiable samples up to and with Tmax"


@parameter("GRWRATE", "Growth Rate", SPONSOR, UnitRule.PER_DAY, _GEO, f"slope, {_ASCENT}", _OWN, _CELL)
def grwrate(a: Analysis) -> Outcome:
    """Rate of the ascending phase."""
    slope, points = _growth(a)
    return _growing(a, slope, points, slope)


@parameter("DBLTIME", "Doubling Time", SPONSOR, _DAY, _GEO, f"ln 2 / slope, {_ASCENT}", _OWN, _CELL)
def dbltime(a: Analysis) -> Outcome:
    """Doubling time of the ascending phase."""
    slope, points = _growth(a)
    return _growing(a, slope, points, LN2 / np.where(slope > 0, slope, np.nan))


@parameter("GRWNPT", "Number of Points for Growth Rate", SPONSOR, _ONE, _MED, f"samples, {_ASCENT}", _OWN, _CELL)
def grwnpt(a: Analysis) -> Outcome:
    """Samples of the ascending phase."""
    slope, points = _growth(a)
    return _growing(a, slope, points, points)


def _contraction(a: Analysis) -> tuple[Floats, Floats]:
    """Slope and points of the contraction phase."""
    day, peak = a.profiles.day, spread(a.tmax, a.offsets)
    length = a.settings.cell_therapy.contraction_days
    return _line_over(a, a.quantifiable & (day >= peak) & (day <= peak + length))


def _contracting(a: Analysis, slope: Floats, points: Floats, values: Floats) -> Outcome:
    few = points < a.settings.cell_therapy.contraction_min_points
    return outcome(
        values,
        (a.all_blq, NcaReason.ALL_BLQ),
        (few, MoreReasons.FEW_DECLINE_POINTS),
        (~(slope < 0), MoreReasons.NO_CONTRACTION),
        known=a.known,
    )


_DESCENT = "least squares of ln C on t over the quantifiable samples from Tmax to Tmax + contraction_days"


@parameter("CONHL", "Contraction Half-Life", SPONSOR, _DAY, _GEO, f"-ln 2 / slope, {_DESCENT}", _OWN, _CELL)
def conhl(a: Analysis) -> Outcome:
    """Half-life of the contraction phase."""
    slope, points = _contraction(a)
    return _contracting(a, slope, points, -LN2 / np.where(slope < 0, slope, np.nan))


@parameter("CONNPT", "Number of Points for Contraction", SPONSOR, _ONE, _MED, f"samples, {_DESCENT}", _OWN, _CELL)
def connpt(a: Analysis) -> Outcome:
    """Samples of the contraction phase."""
    slope, points = _contraction(a)
    return _contracting(a, slope, points, points)


@parameter(
    "CMAXC28",
    "Ratio of Max Conc to Conc at Day 28",
    SPONSOR,
    _ONE,
    _GEO,
    "Cmax / C(28), C(28) interpolated by the trapezoidal rule between quantifiable samples",
    _OWN,
    _CELL,
)
def cmaxc28(a: Analysis) -> Outcome:
    """Decline from the peak to day 28."""
    level = concentration_at(a.segments, RATIO_DAY)
    known = (level > 0) & (a.tlast >= RATIO_DAY) & (a.tfirst <= RATIO_DAY)
    return outcome(
        a.cmax / np.where(known, level, np.nan),
        (a.all_blq, NcaReason.ALL_BLQ),
        (~known, MoreReasons.NOT_OBSERVED),
        known=a.known,
    )


@parameter(
    "TBLQ",
    "Time to Below Limit of Quantification",
    SPONSOR,
    _DAY,
    _MED,
    "time of the first of blq_confirm consecutive BLQ samples after Tmax",
    _OWN,
    _CELL,
)
def tblq(a: Analysis) -> Outcome:
    """Time to the first confirmed result below the limit of quantification after the peak."""
    p, confirm = a.profiles, a.settings.cell_therapy.blq_confirm
    below = p.blq & (p.day > spread(a.tmax, p.offsets))
    run = below.copy()
    left = np.repeat(p.offsets[1:], np.diff(p.offsets)) - np.arange(len(p.day))
    for step in range(1, confirm):
        run[:-step] &= below[step:]
        run &= left > step
    row = first_in(run, p.offsets)
    once = first_in(below, p.offsets) >= 0
    return outcome(
        pick(p.day, row),
        (a.all_blq, NcaReason.ALL_BLQ),
        ((row < 0) & once, MoreReasons.BLQ_NOT_CONFIRMED),
        (row < 0, MoreReasons.STILL_QUANTIFIABLE),
        known=a.known,
    )


def _present(a: Analysis) -> Bools:
    """Seen rows in which the cells persist, by the limit of the settings."""
    p = a.profiles
    return a.seen & (p.detected if a.settings.cell_therapy.persistence_by_detection else p.conc > 0)


@parameter(
    "TDET",
    "Persistence, Time of Last Detection",
    SPONSOR,
    _DAY,
    _MED,
    "time of the last sample at or above the limit (of quantification, or of detection by setting); "
    "persistence ends in [TDET, TDETUL)",
    _OWN,
    _CELL,
)
def tdet(a: Analysis) -> Outcome:
    """Time of the last detection."""
    row = last_in(_present(a), a.offsets)
    return outcome(pick(a.profiles.day, row), (row < 0, NcaReason.ALL_BLQ), known=a.known)


@parameter(
    "TDETUL",
    "Persistence, Time of First Sample without Detection",
    SPONSOR,
    _DAY,
    _MED,
    "time of the first sample after TDET; none: persistence is censored at TDET",
    _OWN,
    _CELL,
)
def tdetul(a: Analysis) -> Outcome:
    """Upper end of the interval in which persistence ended."""
    p = a.profiles
    last = last_in(_present(a), p.offsets)
    row = np.where((last >= 0) & (last + 1 < p.offsets[1:]), last + 1, -1)
    return outcome(
        pick(p.day, row), (last < 0, NcaReason.ALL_BLQ), (row < 0, MoreReasons.STILL_DETECTED), known=a.known
    )
