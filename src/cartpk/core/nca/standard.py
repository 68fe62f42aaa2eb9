"""The standard parameters of a non-compartmental analysis, each beside its entry in the registry."""

from __future__ import annotations

import numpy as np

from cartpk.core.nca.analysis import Analysis
from cartpk.core.nca.parameters import SPONSOR, SummaryRule, UnitRule, parameter
from cartpk.core.nca.ragged import Floats
from cartpk.core.nca.reasons import Outcome, outcome
from cartpk.core.nca.settings import AfterLast
from cartpk.terms import NcaReason

__all__ = ["interval_auc"]

_CT = "CDISC SDTM Controlled Terminology 2025-03-25"
_OWN = "[sponsor definition]"
_GEO, _MED = SummaryRule.GEOMETRIC, SummaryRule.MEDIAN_RANGE
_CONC, _DAY, _AUC, _AUMC = UnitRule.CONC, UnitRule.DAY, UnitRule.CONC_DAY, UnitRule.CONC_DAY2


def _observed(a: Analysis, values: Floats) -> Outcome:
    """A landmark: not there when nothing is quantifiable."""
    return outcome(values, (a.all_blq, NcaReason.ALL_BLQ), known=a.known)


@parameter("CMAX", "Max Conc", "C70918", _CONC, _GEO, "max C; 0 when all results are BLQ", _CT)
def cmax(a: Analysis) -> Outcome:
    """Largest concentration."""
    return outcome(a.cmax, known=a.known)


@parameter("TMAX", "Time of CMAX Observation", "C70919", _DAY, _MED, "first time of Cmax", _CT)
def tmax(a: Analysis) -> Outcome:
    """First time of the largest concentration."""
    return _observed(a, a.tmax)


@parameter("TLST", "Time of Last Nonzero Conc", "C85822", _DAY, _MED, "last time with C > 0", _CT)
def tlst(a: Analysis) -> Outcome:
    """Time of the last quantifiable sample."""
    return _observed(a, a.tlast)


@parameter("CLST", "Last Nonzero Conc", "C85655", _CONC, _GEO, "C(Tlast); 0 when all results are BLQ", _CT)
def clst(a: Analysis) -> Outcome:
    """Last quantifiable concentration."""
    return outcome(np.where(a.all_blq, 0.0, a.clast), known=a.known)


@parameter("TFST", "Time of First Nonzero Conc", SPONSOR, _DAY, _MED, "first time with C > 0", _OWN)
def tfst(a: Analysis) -> Outcome:
    """Time of the first quantifiable sample."""
    return _observed(a, a.tfirst)


def _area(a: Analysis, values: Floats) -> Outcome:
    return outcome(values, known=a.no_area)


@parameter("AUCLST", "AUC to Last Nonzero Conc", "C85565", _AUC, _GEO, "sum of the segments from 0 to Tlast", _CT)
def auclst(a: Analysis) -> Outcome:
    """Area from time 0 to Tlast."""
    return _area(a, a.auc_last)


@parameter(
    "AUCALL",
    "AUC All",
    "C85564",
    _AUC,
    _GEO,
    "AUClast + (t(next BLQ) - Tlast) Clast / 2 when a BLQ result is kept after Tlast",
    _CT,
)
def aucall(a: Analysis) -> Outcome:
    """Area from time 0 to the first BLQ after Tlast."""
    triangle = 0.5 * (a.next_kept_day - a.tlast) * a.clast
    return _area(a, a.auc_last + np.where(np.isnan(triangle), 0.0, triangle))


def _to_infinity(a: Analysis, values: Floats) -> Outcome:
    """A quantity that needs the area to Tlast and lambda_z."""
    return outcome(values, known=a.no_infinity)


def _auc_inf(a: Analysis) -> Floats:
    return a.auc_last + a.clast / a.terminal.lambda_z


def _aumc_inf(a: Analysis) -> Floats:
    rate = a.terminal.lambda_z
    return a.aumc_last + a.clast * a.tlast / rate + a.clast / (rate * rate)


@parameter("AUCIFO", "AUC Infinity Obs", "C85761", _AUC, _GEO, "AUClast + Clast / lambda_z", _CT)
def aucifo(a: Analysis) -> Outcome:
    """Area to infinity from the observed last concentration."""
    return _to_infinity(a, _auc_inf(a))


@parameter(
    "AUCIFP",
    "AUC Infinity Pred",
    "C85785",
    _AUC,
    _GEO,
    "AUClast + C* / lambda_z, C* = exp(intercept - lambda_z Tlast) of the terminal line",
    _CT,
)
def aucifp(a: Analysis) -> Outcome:
    """Area to infinity from the last concentration on the terminal line."""
    return _to_infinity(a, a.auc_last + a.terminal.predicted(a.tlast) / a.terminal.lambda_z)


def _ratio(over: Floats, under: Floats) -> Floats:
    """``over / under``, NaN where ``under`` is not above 0."""
    return over / np.where(under > 0, under, np.nan)


@parameter("AUCPEO", "AUC %Extrapolation Obs", "C85764", UnitRule.PERCENT, _MED, "100 (1 - AUClast / AUCIFO)", _CT)
def aucpeo(a: Analysis) -> Outcome:
    """Part of the area to infinity that lies after Tlast, percent."""
    return _to_infinity(a, 100.0 * (1.0 - a.auc_last / _auc_inf(a)))


@parameter(
    "AUMCLST", "AUMC to Last Nonzero Conc", "C85569", _AUMC, _GEO, "sum of the segments' first moments 0..Tlast", _CT
)
def aumclst(a: Analysis) -> Outcome:
    """First moment from time 0 to Tlast."""
    return _area(a, a.aumc_last)


@parameter(
    "AUMCIFO",
    "AUMC Infinity Obs",
    "C85765",
    _AUMC,
    _GEO,
    "AUMClast + Clast Tlast / lambda_z + Clast / lambda_z^2",
    _CT,
)
def aumcifo(a: Analysis) -> Outcome:
    """First moment to infinity."""
    return _to_infinity(a, _aumc_inf(a))


@parameter("MRTLST", "MRT to Last Nonzero Conc", SPONSOR, _DAY, _GEO, "AUMClast / AUClast", _OWN)
def mrtlst(a: Analysis) -> Outcome:
    """Mean residence time to Tlast."""
    none = ~(a.auc_last > 0)
    return outcome(
        _ratio(a.aumc_last, a.auc_last),
        (a.all_blq, NcaReason.ALL_BLQ),
        (none, NcaReason.NOT_POSITIVE),
        known=a.no_area,
    )


@parameter("MRTIFO", "MRT Infinity Obs", SPONSOR, _DAY, _GEO, "AUMCIFO / AUCIFO", _OWN)
def mrtifo(a: Analysis) -> Outcome:
    """Mean residence time to infinity."""
    return _to_infinity(a, _aumc_inf(a) / _auc_inf(a))


def _terminal(a: Analysis, values: Floats) -> Outcome:
    """A property of the terminal line, with the reason why there is no line."""
    return outcome(values, known=a.no_line)


@parameter("LAMZ", "Lambda z", "C85652", UnitRule.PER_DAY, _GEO, "-slope of ln C on t over the terminal points", _CT)
def lamz(a: Analysis) -> Outcome:
    """Rate constant of the terminal phase."""
    return _terminal(a, a.terminal.lambda_z)


@parameter("LAMZHL", "Half-Life Lambda z", "C85818", _DAY, _GEO, "ln 2 / lambda_z", _CT)
def lamzhl(a: Analysis) -> Outcome:
    """Terminal half-life."""
    return _terminal(a, a.terminal.half_life)


@parameter("LAMZNPT", "Number of Points for Lambda z", "C85816", UnitRule.ONE, _MED, "points of the line", _CT)
def lamznpt(a: Analysis) -> Outcome:
    """Points of the terminal line."""
    return _terminal(a, a.terminal.n_points)


@parameter("LAMZLL", "Lambda z Lower Limit", "C85653", _DAY, _MED, "time of the first point of the line", _CT)
def lamzll(a: Analysis) -> Outcome:
    """First time of the terminal line."""
    return _terminal(a, a.terminal.first_day)


@parameter("LAMZUL", "Lambda z Upper Limit", "C85654", _DAY, _MED, "time of the last point of the line", _CT)
def lamzul(a: Analysis) -> Outcome:
    """Last time of the terminal line."""
    return _terminal(a, a.terminal.last_day)


@parameter("LAMZSPN", "Lambda z Span", "C135492", UnitRule.ONE, _MED, "(LAMZUL - LAMZLL) / LAMZHL", _CT)
def lamzspn(a: Analysis) -> Outcome:
    """Length of the terminal line in half-lives."""
    return _terminal(a, a.terminal.span)


@parameter("R2", "R Squared", "C85542", UnitRule.ONE, _MED, "squared correlation of ln C and t over the points", _CT)
def r2(a: Analysis) -> Outcome:
    """R squared of the terminal line."""
    return _terminal(a, a.terminal.r2)


@parameter("R2ADJ", "R Squared Adjusted", "C85553", UnitRule.ONE, _MED, "1 - (1 - R2) (n - 1) / (n - 2)", _CT)
def r2adj(a: Analysis) -> Outcome:
    """R squared of the terminal line, adjusted for its points."""
    return _terminal(a, a.terminal.r2_adj)


def interval_auc(a: Analysis, end: float) -> tuple[Outcome, Floats]:
    """Area from time 0 to ``end`` days by the ``after_last`` setting (CDISC AUCINT), conc * day.

    With it the percent of the area that lies after the last quantifiable sample, shape (m,); NaN where there is none.
    """
    after = a.area_after(end)
    values = np.where(a.all_blq, 0.0, a.area_to(np.minimum(end, a.tlast)) + after)
    needs_line = ~a.all_blq & (a.tlast < end) & (a.settings.after_last is AfterLast.EXTRAPOLATE)
    found = outcome(values, (needs_line & np.isnan(a.terminal.lambda_z), NcaReason.NO_LAMBDA_Z), known=a.known)
    return found, 100.0 * _ratio(after, found[0])
