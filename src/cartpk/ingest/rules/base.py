"""What a rule of the input checks is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from cartpk.terms import Severity

__all__ = ["ERROR", "INFO", "WARNING", "Rule", "Scope"]

Scope = Literal["trial", "file", "column", "subject", "profile", "row"]

ERROR: Final = Severity.ERROR
WARNING: Final = Severity.WARNING
INFO: Final = Severity.INFO


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the input checks.

    Attributes
    ----------
    id
        ``BI-001`` ... where the catalogue of bad inputs has the case, ``CP-001`` ... otherwise.
    name
        The same as a word, e.g. ``BELOW_LLOQ_UNFLAGGED``.
    severity
        How a finding acts on the run.
    scope
        What a finding touches; an error of scope trial or file stops the trial, any other one excludes what it names.
    reason
        What was found, in a few words: printed in the listing of excluded records.
    found
        The same as a sentence with the details of the finding in braces.
    why
        Why it matters, or what cartpk did, as a sentence.
    mend
        How to mend it; may hold details in braces.
    """

    id: str
    name: str
    severity: Severity
    scope: Scope
    reason: str
    found: str
    why: str
    mend: str

    @property
    def stops(self) -> bool:
        """Whether one such finding stops the trial."""
        return self.severity is ERROR and self.scope in {"trial", "file"}
