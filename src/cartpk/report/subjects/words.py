"""Reasons and flags in plain words: what a reader without the program's vocabulary needs to know of a value."""

from __future__ import annotations

from typing import Final

from cartpk.core.nca.reasons import MoreReasons
from cartpk.pharmacodynamics.profiles import PdReason
from cartpk.roster import NO_SAMPLE
from cartpk.terms import AucFlag, NcaReason

__all__ = ["FLAGS", "REASONS", "flag_words", "reason_words"]

REASONS: Final[dict[str, str]] = {
    NO_SAMPLE: "no sample of this analyte was delivered, or none of them is usable",
    NcaReason.NO_DATA: "there is no result after the infusion",
    NcaReason.ALL_BLQ: "every result after the infusion is below the limit of quantification",
    NcaReason.NO_TIME_ZERO: "there is no record at time 0",
    NcaReason.TOO_FEW_SAMPLES: "there are fewer than 2 samples",
    NcaReason.TOO_FEW_POINTS: "too few quantifiable samples follow the peak to lay a line through",
    NcaReason.NO_DECLINE: "no set of last quantifiable samples falls well enough along a line: the decline is not "
    "log-linear, or was not followed long enough",
    NcaReason.NO_LAMBDA_Z: "there is no terminal line (lambda_z), which it needs",
    NcaReason.FLAT: "the last samples are equal: there is no decline to measure",
    NcaReason.NOT_POSITIVE: "the area is not above 0",
    NcaReason.DUPLICATE_TIMES: "two results of one time contradict each other, and no rule says which one holds",
    MoreReasons.WINDOW_NOT_REACHED: "every result is below the limit of quantification, and the last one lies before "
    "the end of the window: what came later is not known",
    MoreReasons.EVENT: "a re-infusion, transplantation or death came before the end of the window",
    MoreReasons.SPARSE: "there are too few results after the infusion",
    MoreReasons.PEAK_NOT_SAMPLED: "no result lies in the peak window: the peak, and with it most of the area, may have "
    "been missed",
    MoreReasons.BLQ_NOT_CONFIRMED: "the result below the limit of quantification after the last quantifiable one was "
    "not confirmed by another one",
    MoreReasons.EXTRAPOLATION: "too much of the area would lie after the last quantifiable sample, where nothing was "
    "measured",
    MoreReasons.NO_ACCEPTED_LAMBDA_Z: "the samples end, still quantifiable, before the end of the window, and there is "
    "no terminal line good enough to carry the area on",
    MoreReasons.ALL_BLQ_NC: "every result is below the limit of quantification; by setting such an area is not given",
    MoreReasons.NOT_RISING: "no quantifiable sample precedes the peak: the rise was not seen",
    MoreReasons.NO_GROWTH: "the samples up to the peak do not rise",
    MoreReasons.FEW_DECLINE_POINTS: "too few quantifiable samples lie in the phase of contraction",
    MoreReasons.NO_CONTRACTION: "the samples of the phase of contraction do not fall",
    MoreReasons.STILL_QUANTIFIABLE: "the last sample is still quantifiable: it had not happened by then",
    MoreReasons.STILL_DETECTED: "the product is still detected in the last sample: persistence had not ended by then",
    MoreReasons.NO_SAMPLE_BEFORE: "no sample precedes the first quantifiable one",
    MoreReasons.NOT_OBSERVED: "no quantifiable concentration is known on that day",
    MoreReasons.FEW_LEFT: "the analyst's choice leaves too few points for a line",
    MoreReasons.CHOSEN_DO_NOT_FALL: "the points that the analyst chose do not fall",
    MoreReasons.NO_DOSE: "no dose is on record",
    MoreReasons.NO_DOSE_UNIT: "the unit of the dose is not stated",
    MoreReasons.NO_WEIGHT: "no body weight is on record",
    MoreReasons.LATER_DOSE: "the dose of the re-infusion is not on record",
    PdReason.NO_DATA: "there is no measurement",
    PdReason.NO_POST: "there is no measurement after the infusion",
    PdReason.CUT: "there is no measurement between the infusion and the end of the search (event or setting)",
    PdReason.UNDECLARED: "the config declares no rule for the baseline",
    PdReason.NO_LD_DAY: "the config does not state the day of lymphodepletion, before which the baseline lies",
    PdReason.NO_BASELINE: "there is no measurement before the baseline's time",
    PdReason.BASELINE_BLQ: "the baseline is below the limit of quantification: nothing can be divided by it",
    PdReason.BASELINE_ZERO: "the baseline is 0: nothing can be divided by it",
    PdReason.NO_LIMIT: "the value is 0 and its sample has no limit of quantification",
    PdReason.UNITS: "the results are in more than one unit",
}
"""``PPREASND`` -> the same in plain words; what is not here stands as it is."""

FLAGS: Final[dict[str, str]] = {
    AucFlag.COMPLETE: "sampled through the end of the window",
    AucFlag.COMPLETE_BLQ: "fell below the limit of quantification before the end of the window",
    AucFlag.WINDOW: "the last sample lies within the visit window of its end; carried on to it",
    AucFlag.EXTRAPOLATED: "carried on from the last quantifiable sample (by lambda_z, or by the model)",
    AucFlag.ALL_BLQ: "never quantifiable",
    AucFlag.NC_INCOMPLETE: "the follow-up ends too early for this window",
    AucFlag.NC_SPARSE: "too few samples, or the peak was not sampled",
    AucFlag.NC_EVENT: "re-infusion, transplantation or death before the end of the window",
    AucFlag.NC_DUPLICATE: "conflicting results at one time",
    "EARLY_TMAX": "the peak is a sample taken soon after the infusion: it may be carry-over, not expansion",
    "PEAK_NOT_SAMPLED": "no result in the peak window: Cmax may be too low",
    "TMAX_AT_LAST": "the peak is the last result: the profile still rises",
    "SPARSE": "rests on one or two quantifiable results",
    "R2_LOW": "the terminal line fits its points poorly (R² below the limit)",
    "SPAN_SHORT": "the terminal line spans too few half-lives",
    "EXTRAP_HIGH": "much of the area to infinity lies after the last quantifiable sample",
    "LZ_MANUAL": "an analyst chose the points of the terminal line",
    "NCA_MANUAL": "an analyst left a sample out of the analysis",
    "ABOVE_ULOQ": "a result lies above its upper limit of quantification: the value is a lower bound",
    "AT_BOUND": "a number of the curve ended on a bound of its range: the data gave it no hold",
    "NOT_CONVERGED": "the fit stopped before it reached an optimum",
    "NOT_IDENTIFIED": "the data bound it on neither side: it is the prior's value, or the bound's",
    "LOWER_ONLY": "the data give it a lower limit only",
    "UPPER_ONLY": "the data give it an upper limit only",
    "BLQ": "rests on a result below the limit of quantification, which counts as 0",
    "LOWER_BOUND": "the true value is this one or larger",
}
"""Flag -> what it says of a value."""

_FEW: Final = str(NcaReason.TOO_FEW_POINTS).partition("3")


def reason_words(reason: str) -> str:
    """The reason in plain words.

    Examples
    --------
    >>> reason_words("no dose on record"), reason_words("fewer than 5 quantifiable samples after Tmax")
    ('no dose is on record', 'fewer than 5 quantifiable samples follow the peak: too few to lay a line through')
    >>> reason_words("not bounded by the data: > 87 day")
    'the data do not bound it on both sides; what they give is the limit: > 87 day'
    """
    if reason in REASONS:
        return REASONS[reason]
    if reason.startswith(_FEW[0]) and reason.endswith(_FEW[2]):
        number = reason[len(_FEW[0]) : -len(_FEW[2])]
        return f"fewer than {number} quantifiable samples follow the peak: too few to lay a line through"
    if reason.startswith("not bounded by the data: no"):
        return "the data bound it on neither side"
    if reason.startswith("not bounded by the data: "):
        return f"the data do not bound it on both sides; what they give is the limit: {reason.partition(': ')[2]}"
    return reason


def flag_words(flag: str) -> str:
    """What the flag says; the flag itself where nothing is known of it.

    Examples
    --------
    >>> flag_words("R2_LOW")
    'the terminal line fits its points poorly (R² below the limit)'
    """
    return FLAGS.get(flag, flag)
