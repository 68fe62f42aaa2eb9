"""The checks of an analyst's decisions on samples: what each says in the findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cartpk.terms import Severity

__all__ = ["DECISION_RULES", "DecisionRule"]

_ROW_OUT: Final = " No decision on this profile is applied: its points are chosen automatically."
_UNSIGNED: Final = "A decision without who, when and why is not applied."


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """One check of the rows of the signed file.

    Attributes
    ----------
    id
        Identifier in the findings.
    severity
        An error voids all decisions on the row's profile.
    found
        What was found, with details in braces.
    mend
        How to mend it.
    """

    id: str
    severity: Severity
    found: str
    mend: str = ""

    @property
    def message(self) -> str:
        """``found``, with what it means where it is an error."""
        return self.found + _ROW_OUT if self.severity is Severity.ERROR else self.found


_ALL: Final = (
    DecisionRule(
        "NCA_LZ_ACTION", Severity.ERROR,
        "The action “{old}” is not known.",
        "Allowed are include, exclude and exclude_sample.",
    ),
    DecisionRule(
        "NCA_LZ_UNSIGNED", Severity.ERROR,
        f"{{missing}} is missing or not a date. {_UNSIGNED}",
        "Fill in WHO, WHEN (YYYY-MM-DD) and WHY.",
    ),
    DecisionRule(
        "NCA_LZ_SUBJECT", Severity.ERROR,
        "There is no subject “{old}” with kinetic samples.{near}",
        "Correct USUBJID.",
    ),
    DecisionRule(
        "NCA_LZ_PROFILE", Severity.ERROR,
        "The row does not name one profile of the subject; there are {known}.",
        "Fill in PPCAT, PPSPEC or ATPTREF.",
    ),
    DecisionRule(
        "NCA_LZ_TIME", Severity.ERROR,
        "The subject's profile has no sample on day {old} (± {tolerance} day); the nearest is on day {nearest}.",
        "Correct AFRLT: days from the first infusion, as in adnca.csv.",
    ),
    DecisionRule(
        "NCA_LZ_NOT_A_DAY", Severity.ERROR,
        "The time “{old}” is not a number of days.",
        "Correct AFRLT: days from the first infusion, as in adnca.csv.",
    ),
    DecisionRule(
        "NCA_LZ_SEVERAL", Severity.ERROR,
        "The profile has {old} samples at this time: which one is meant is not known.",
        "Resolve the duplicates (intake.duplicates, data.exclude).",
    ),
    DecisionRule(
        "NCA_LZ_TWICE", Severity.ERROR,
        "Line {old} decides on the same sample.",
        "Keep one of the rows.",
    ),
    DecisionRule(
        "NCA_LZ_UNUSED", Severity.ERROR,
        "The sample is not used in the analysis ({why}): it cannot be a point of lambda_z.",
        "Remove the row.",
    ),
    DecisionRule(
        "NCA_LZ_NO_EFFECT", Severity.WARNING,
        "The sample is not used in the analysis anyway ({why}): the row changes nothing.",
        "Remove the row.",
    ),
    DecisionRule(
        "NCA_LZ_BLQ", Severity.ERROR,
        "The sample is below its limit of quantification: it cannot be a point of lambda_z.",
        "Remove the row.",
    ),
    DecisionRule(
        "NCA_LZ_BEFORE", Severity.ERROR,
        "The sample was taken before or at the infusion: it cannot be a point of lambda_z.",
        "Remove the row.",
    ),
    DecisionRule(
        "NCA_LZ_PEAK", Severity.WARNING,
        "The sample is not after Tmax (day {tmax}); as the analyst decided, it is a point of lambda_z.",
        "Check that the decline begins there.",
    ),
    DecisionRule(
        "NCA_LZ_FEW", Severity.WARNING,
        "Too few points are left for lambda_z (at least {needed} are needed): it is not calculable.",
        "Include or leave more samples, or accept that there is no half-life.",
    ),
    DecisionRule(
        "NCA_LZ_VOID", Severity.WARNING,
        "The row is not applied: another row on the same profile does not hold (line {old}).",
        "Mend that row.",
    ),
    DecisionRule(
        "NCA_LZ_APPLIED", Severity.INFO,
        "Applied: {action}, sample of day {day} ({value}). {who}, {when}: {why}",
    ),
)  # fmt: skip

DECISION_RULES: Final[dict[str, DecisionRule]] = {rule.id: rule for rule in _ALL}
"""Every check by its identifier."""
