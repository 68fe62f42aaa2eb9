"""One subject's series of one measure, as arrays, with its baseline and the day on which it is cut."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["BASELINE_RULES", "PdFlag", "PdProfile", "PdReason", "PdValue"]

Floats = NDArray[np.float64]

BASELINE_RULES: Final = {
    "before_infusion": "baseline: last value before infusion",
    "before_lymphodepletion": "baseline: last value before lymphodepletion",
    None: "baseline: not declared",
}
"""Setting ``pharmacodynamics.baseline`` -> its words (``PPANMETH``)."""


class PdReason(StrEnum):
    """Why a PD parameter or a change has no value (``PPREASND``, ``CHGREASN``)."""

    NO_DATA = "no measurement"
    NO_POST = "no measurement after infusion"
    CUT = "no measurement between infusion and the end of the search"
    UNDECLARED = "the baseline rule is not declared in the config"
    NO_LD_DAY = "the day of lymphodepletion is not stated in the config"
    NO_BASELINE = "no measurement before the baseline's time"
    BASELINE_BLQ = "baseline is below the limit of quantification"
    BASELINE_ZERO = "baseline is 0"
    NO_LIMIT = "value is 0 and the sample has no limit of quantification"
    NO_RESULT = "no result"
    NOT_USED = "not used in the analysis"
    NOT_AFTER = "not after baseline"
    ALL_BLQ = "all results are below the limit of quantification"
    UNITS = "results in more than one unit"


class PdFlag(StrEnum):
    """What to know about a PD value before it is used (``FLAG``)."""

    BLQ = "BLQ"
    """The value rests on a BLQ, which counts 0."""
    LOWER_BOUND = "LOWER_BOUND"
    """The true value is this one or larger."""


@dataclass(frozen=True, slots=True)
class PdValue:
    """A parameter's value, its flag and what is printed instead of the number, where something is."""

    value: float
    flag: PdFlag | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PdProfile:
    """Usable results of one subject and measure, in the order of time.

    Attributes
    ----------
    day
        Days from the start of the first infusion, shape (m,).
    value
        Result, shape (m,); a BLQ is 0.
    blq
        Whether the result is BLQ, shape (m,).
    lloq
        Lower limit of quantification, shape (m,); nan = none stated.
    baseline
        Index of the baseline, or why there is none.
    until
        Last day of the search for nadir and peak: the first of event and setting; inf = all follow-up.
    """

    day: Floats
    value: Floats
    blq: NDArray[np.bool_]
    lloq: Floats
    baseline: int | PdReason
    until: float

    @property
    def searched(self) -> NDArray[np.intp]:
        """Indices of the samples after infusion up to the end of the search; a sample on that day counts."""
        return np.flatnonzero((self.day > 0) & (self.day <= self.until))

    def divisor(self) -> float | PdReason:
        """The baseline as something to divide by, or why it cannot be."""
        if isinstance(self.baseline, PdReason):
            return self.baseline
        if self.blq[self.baseline]:
            return PdReason.BASELINE_BLQ
        value = float(self.value[self.baseline])
        return value if value > 0 else PdReason.BASELINE_ZERO
