"""What an input check is: a rule that gives findings, or a form of the data that is accepted without one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cartpk.terms import Severity

__all__ = ["Accepted", "Rule", "Scope"]

Scope = Literal["trial", "file", "column", "subject", "profile", "row"]


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
    example
        An input that is found, as a person would describe it.
    """

    id: str
    name: str
    severity: Severity
    scope: Scope
    reason: str
    found: str
    why: str
    mend: str
    example: str = ""

    @property
    def stops(self) -> bool:
        """Whether one such finding stops the trial."""
        return self.severity is Severity.ERROR and self.scope in {"trial", "file"}


@dataclass(frozen=True, slots=True)
class Accepted:
    """A form of the data that looks wrong, is read as it is meant and gives no finding.

    Attributes
    ----------
    id, name
        As of a :class:`Rule`.
    what
        The form, in a few words.
    why
        How it is read, as a sentence.
    example
        The form as it stands in a file.
    """

    id: str
    name: str
    what: str
    why: str
    example: str
