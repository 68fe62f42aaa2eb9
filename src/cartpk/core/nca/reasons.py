"""Why there is no value, as small codes: 0 is "there is one"."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cartpk.core.nca.ragged import Bools, Floats
from cartpk.terms import NcaReason

__all__ = ["REASONS", "Codes", "MoreReasons", "Outcome", "code_of", "outcome", "reason_codes", "reason_texts"]

Codes: TypeAlias = NDArray[np.int8]
Outcome: TypeAlias = tuple[Floats, Codes]
"""Values, shape (m,), NaN where there is none, and the code of the reason, shape (m,), 0 where there is one."""


class MoreReasons(StrEnum):
    """Reasons of the decision table and of the cell-therapy parameters."""

    WINDOW_NOT_REACHED = "the last result is before the window's end and all results are BLQ"
    EVENT = "re-infusion, transplant or death before the window's end"
    SPARSE = "too few post-infusion results"
    PEAK_NOT_SAMPLED = "no result in the peak window"
    BLQ_NOT_CONFIRMED = "the BLQ after the last quantifiable result is not confirmed"
    EXTRAPOLATION = "the extrapolated part exceeds the limit"
    NO_ACCEPTED_LAMBDA_Z = "no acceptable lambda_z and the last result is before the window"
    ALL_BLQ_NC = "all results are below the limit of quantification (area set to not calculated)"
    NOT_RISING = "no quantifiable sample before Tmax"
    NO_GROWTH = "the samples up to Tmax do not rise"
    FEW_DECLINE_POINTS = "too few quantifiable samples in the contraction phase"
    NO_CONTRACTION = "the samples of the contraction phase do not fall"
    STILL_QUANTIFIABLE = "still quantifiable at the last sample"
    STILL_DETECTED = "still detected at the last sample"
    NO_SAMPLE_BEFORE = "no sample before the first quantifiable one"
    NOT_OBSERVED = "no quantifiable concentration known at this day"
    FEW_LEFT = "too few points of lambda_z are left by the analyst's choice"
    CHOSEN_DO_NOT_FALL = "the points of lambda_z that the analyst chose do not fall"
    NO_DOSE = "no dose on record"
    NO_DOSE_UNIT = "the unit of the dose is not stated"
    NO_WEIGHT = "no body weight on record"
    LATER_DOSE = "the dose of a re-infusion is not on record"


REASONS: Final[tuple[str, ...]] = ("", *map(str, NcaReason), *map(str, MoreReasons))
"""Text of each code; "" for 0."""

_CODE: Final = {text: number for number, text in enumerate(REASONS)}


def reason_texts(min_points: int = 3) -> dict[int, str]:
    """Text of each code where lambda_z needs this many points.

    Examples
    --------
    >>> reason_texts(5)[int(code_of(NcaReason.TOO_FEW_POINTS))]
    'fewer than 5 quantifiable samples after Tmax'
    """
    few = str(NcaReason.TOO_FEW_POINTS)
    return dict(enumerate(REASONS)) | {_CODE[few]: few.replace("3", str(min_points))}


def code_of(reason: NcaReason | MoreReasons) -> np.int8:
    """Code of a reason, an index into :data:`REASONS`."""
    return np.int8(_CODE[str(reason)])


def reason_codes(known: Codes, *rules: tuple[Bools, NcaReason | MoreReasons]) -> Codes:
    """Codes by rules of falling precedence, shape (m,); what is ``known`` stands before every rule.

    Parameters
    ----------
    known
        Shape (m,): codes; 0 where nothing is known yet.
    rules
        (mask of shape (m,), reason): the first rule whose mask is True names the reason.
    """
    codes = known.copy()
    for mask, reason in rules:
        if mask.any():
            codes[(codes == 0) & mask] = code_of(reason)
    return codes


def outcome(values: Floats, *rules: tuple[Bools, NcaReason | MoreReasons], known: Codes | None = None) -> Outcome:
    """Values and reasons by rules of falling precedence.

    Parameters
    ----------
    values
        Shape (m,); what holds where no rule applies.
    rules
        (mask of shape (m,), reason): no value where the mask is True; the first rule that applies names the reason.
    known
        Codes that stand before every rule (0: none).

    Raises
    ------
    ValueError
        If a value is NaN where no rule applies: every missing value has a reason.
    """
    codes = reason_codes(np.zeros(len(values), dtype=np.int8) if known is None else known, *rules)
    there = codes == 0
    out = np.where(there, values, np.nan)
    bare = np.isnan(out) & there
    if bare.any():
        raise ValueError(f"{int(bare.sum())} values are missing without a reason (first: profile {np.argmax(bare)})")
    return out, codes
