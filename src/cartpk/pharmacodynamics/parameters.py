"""PD parameters: each a function of a profile beside its entry in :data:`PARAMETERS`.

None of them has a CDISC parameter code; all codes are sponsor codes. Sponsor definitions are this project's own,
printed with every table that shows them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from cartpk.pharmacodynamics.profiles import PdFlag, PdProfile, PdReason, PdValue

__all__ = ["PARAMETERS", "PdParameter"]

Outcome = PdValue | PdReason
Function = Callable[[PdProfile], Outcome]
Unit = Callable[[str | None], str | None]
Kind = Literal["value", "time", "percent", "log"]

SPONSOR: Final = "sponsor definition"
LOG10_DECIMALS: Final = 2
PERCENT_DECIMALS: Final = 1


@dataclass(frozen=True, slots=True)
class PdParameter:
    """An entry: what a PD parameter is called, what it means and how it is computed.

    Attributes
    ----------
    code, label
        ``PARAMCD`` and ``PARAM``.
    unit
        Unit of the measure -> unit of the parameter; None = no unit.
    definition, source
        In words; where the definition comes from.
    kind
        ``value`` (unit of the measure), ``time`` (days), ``percent`` or ``log``: decides how it is printed.
    function
        Profile -> value or reason.
    markers
        CD7 status of the measures it is derived for; None among them = measures that are not split by CD7.
    """

    code: str
    label: str
    unit: Unit
    definition: str
    source: str
    kind: Kind
    function: Function
    markers: frozenset[str | None]

    def is_of(self, marker: str | None, population: str) -> bool:
        """Whether it is derived for a measure of these cells: peaks for those that expand, the product's among them."""
        return marker in self.markers or population == "CAR_NK"


def _same(unit: str | None) -> str | None:
    return unit


def _days(_unit: str | None) -> str | None:
    return "day"


def _percent(_unit: str | None) -> str | None:
    return "%"


def _none(_unit: str | None) -> str | None:
    return None


def _at(profile: PdProfile, index: int) -> PdValue:
    """The result at this index; a BLQ is 0, flagged, with its limit as text."""
    if not profile.blq[index]:
        return PdValue(float(profile.value[index]))
    limit = profile.lloq[index]
    return PdValue(0.0, PdFlag.BLQ, "BLQ" if np.isnan(limit) else f"< {limit:g}")


def _extreme(profile: PdProfile, sign: float) -> int | PdReason:
    """Index of the first minimum (sign +1) or maximum (-1) after infusion."""
    where = profile.searched
    if where.size:
        return int(where[np.argmin(sign * profile.value[where])])
    if not profile.day.size:
        return PdReason.NO_DATA
    return PdReason.CUT if np.any(profile.day > 0) else PdReason.NO_POST


def baseline(profile: PdProfile) -> Outcome:
    """Baseline result."""
    return profile.baseline if isinstance(profile.baseline, PdReason) else _at(profile, profile.baseline)


def baseline_day(profile: PdProfile) -> Outcome:
    """Day of the baseline sample."""
    return profile.baseline if isinstance(profile.baseline, PdReason) else PdValue(float(profile.day[profile.baseline]))


def nadir(profile: PdProfile) -> Outcome:
    """Smallest result after infusion."""
    index = _extreme(profile, 1.0)
    return index if isinstance(index, PdReason) else _at(profile, index)


def nadir_day(profile: PdProfile) -> Outcome:
    """Day of the first minimum; a BLQ is below every quantifiable result."""
    index = _extreme(profile, 1.0)
    return index if isinstance(index, PdReason) else PdValue(float(profile.day[index]))


def change_at_nadir(profile: PdProfile) -> Outcome:
    """Nadir minus baseline."""
    index, base = _extreme(profile, 1.0), profile.divisor()
    if isinstance(index, PdReason):
        return index
    if isinstance(base, PdReason) and base is not PdReason.BASELINE_ZERO:
        return base
    start = 0.0 if isinstance(base, PdReason) else base
    return PdValue(float(profile.value[index]) - start, PdFlag.BLQ if profile.blq[index] else None)


def percent_change_at_nadir(profile: PdProfile) -> Outcome:
    """100 (nadir - baseline) / baseline; where the nadir is BLQ, the text holds the value at the limit."""
    index, base = _extreme(profile, 1.0), profile.divisor()
    if isinstance(index, PdReason):
        return index
    if isinstance(base, PdReason):
        return base
    value = 100.0 * ((float(profile.value[index]) - base) / base)
    if not profile.blq[index]:
        return PdValue(value)
    limit = float(profile.lloq[index])
    known = np.isfinite(limit) and limit < base
    text = f"<= {100.0 * ((limit - base) / base):.{PERCENT_DECIMALS}f}" if known else None
    return PdValue(value, PdFlag.BLQ, text)


def log10_reduction(profile: PdProfile) -> Outcome:
    """log10(baseline / nadir), the nadir not below its limit of quantification; a lower bound where it is BLQ."""
    index, base = _extreme(profile, 1.0), profile.divisor()
    if isinstance(index, PdReason):
        return index
    if isinstance(base, PdReason):
        return base
    limit = float(profile.lloq[index])
    low = np.fmax(profile.value[index], limit)
    if not low > 0:
        return PdReason.NO_LIMIT
    value = float(np.log10(base / low))
    if profile.value[index] >= low:
        return PdValue(value)
    return PdValue(value, PdFlag.LOWER_BOUND, f">= {value:.{LOG10_DECIMALS}f}")


def peak(profile: PdProfile) -> Outcome:
    """Largest result after infusion."""
    index = _extreme(profile, -1.0)
    return index if isinstance(index, PdReason) else _at(profile, index)


def peak_day(profile: PdProfile) -> Outcome:
    """Day of the first maximum; not defined where every result is BLQ."""
    index = _extreme(profile, -1.0)
    if isinstance(index, PdReason):
        return index
    return PdReason.ALL_BLQ if profile.blq[index] else PdValue(float(profile.day[index]))


def peak_fold(profile: PdProfile) -> Outcome:
    """Peak over baseline."""
    index, base = _extreme(profile, -1.0), profile.divisor()
    if isinstance(index, PdReason):
        return index
    if isinstance(base, PdReason):
        return base
    return PdValue(float(profile.value[index]) / base, PdFlag.BLQ if profile.blq[index] else None)


ALL: Final = frozenset[str | None]({"CD7+", "CD7-", None})
NEGATIVE: Final = frozenset[str | None]({"CD7-"})
ONLY: Final = {"PDPEAK": NEGATIVE, "PDTPEAK": NEGATIVE, "PDFOLDPK": NEGATIVE}
EXPANDING: Final = "; derived for CD7- cells and CAR+ NK cells"
SEARCH: Final = "after infusion, up to re-infusion, HSCT, death or the configured day"

_ENTRIES: Final[tuple[tuple[str, str, Unit, Kind, Function, str], ...]] = (
    ("PDBASE", "Baseline", _same, "value", baseline, "Last usable result before the baseline's time."),
    ("PDTBASE", "Time of Baseline", _days, "time", baseline_day, "Actual time of the baseline sample."),
    ("PDNADIR", "Nadir", _same, "value", nadir, f"Smallest result {SEARCH}; a BLQ counts 0."),
    ("PDTNADIR", "Time to Nadir", _days, "time", nadir_day, "Actual time of the first minimum (the first BLQ)."),
    ("PDCHGN", "Change at Nadir", _same, "value", change_at_nadir, "Nadir - baseline."),
    ("PDPCHGN", "Percent Change at Nadir", _percent, "percent", percent_change_at_nadir,
     "100 (nadir - baseline) / baseline."),
    ("PDLOG10R", "Log10 Reduction at Nadir", _none, "log", log10_reduction,
     "log10(baseline / nadir), nadir not below its LLOQ: a lower bound where the nadir is BLQ."),
    ("PDPEAK", "Peak", _same, "value", peak, f"Largest result {SEARCH}{EXPANDING}."),
    ("PDTPEAK", "Time to Peak", _days, "time", peak_day, f"Actual time of the first maximum{EXPANDING}."),
    ("PDFOLDPK", "Peak over Baseline", _none, "value", peak_fold, f"Peak / baseline{EXPANDING}."),
)  # fmt: skip

PARAMETERS: Final[dict[str, PdParameter]] = {
    code: PdParameter(code, label, unit, definition, SPONSOR, kind, function, ONLY.get(code, ALL))
    for code, label, unit, kind, function, definition in _ENTRIES
}
"""Every PD parameter by its code, in the order in which it is printed."""
