"""Rules of profiles: what the analysis of a trial finds in their shape. Their findings are written by the kinetics."""

from __future__ import annotations

from typing import Final

from cartpk.rule import Rule
from cartpk.terms import Severity

__all__ = ["PROFILE_RULES"]

_INFO, _WARNING = Severity.INFO, Severity.WARNING

_ALL: Final = (
    Rule(
        "BI-061", "PROFILE_ALL_BLQ", _INFO, "profile", "no quantifiable result after the infusion",
        "all {old} results after the infusion are BLQ",
        "Cmax is BLQ, areas over a window follow the decision table, Tmax and half-life have no value; the subject "
        "counts as infused.",
        "Nothing to do where the cells did not expand.",
        "“<50” in every sample after the infusion",
    ),
    Rule(
        "BI-062", "PROFILE_SPARSE", _INFO, "profile", "one or two quantifiable results",
        "only {old} of the results after the infusion can be quantified",
        "Cmax and Tmax are flagged SPARSE; there is no half-life.",
        "Nothing to do where no more samples exist.",
        "“812” on day 7, “<50” on all other days",
    ),
    Rule(
        "BI-063", "AUC_PARTIAL", _INFO, "profile", "profile that ends before the end of a window",
        "the last result, on day {old}, is quantifiable and lies before the end of {windows}",
        "Areas over these windows are extrapolated or have no value (decision table); the area to the last one stays.",
        "Nothing to do where the follow-up ended.",
        "a last sample of “640” on day 21",
    ),
    Rule(
        "BI-064", "EARLY_TMAX", _WARNING, "profile", "peak in a sample at the infusion",
        "Cmax, {old}, is the result of day {day}; {without}",
        "A sample drawn through the infusion's own line is higher than the blood: the peak is flagged EARLY_TMAX.",
        "Check how the sample was drawn; leave it out by a signed decision if it is carry-over.",
        "“90000” an hour after the infusion, “31250” on day 10",
    ),
    Rule(
        "BI-065", "TMAX_AT_LAST", _WARNING, "profile", "peak in the last sample",
        "Cmax is the last result, on day {old}",
        "The profile still rises: Cmax may be higher, there is no half-life.",
        "Bring the later samples.",
        "“31250” on day 14, the last sample",
    ),
    Rule(
        "BI-066", "PEAK_TIED", _INFO, "profile", "two results of the highest value",
        "the highest result, {old}, stands on {number} days",
        "Tmax is the first of them.",
        "Nothing to do.",
        "“31250” on day 7 and on day 10",
    ),
    Rule(
        "BI-067", "PEAK_NOT_SAMPLED", _WARNING, "profile", "no sample when the peak is expected",
        "there is no result within nca.windows.peak_window_days",
        "Cmax may be too low: it is flagged PEAK_NOT_SAMPLED.",
        "Bring the missing samples.",
        "samples on day 3 and day 21 only",
    ),
)  # fmt: skip

PROFILE_RULES: Final[dict[str, Rule]] = {rule.id: rule for rule in _ALL}
"""Rule by its identifier."""
