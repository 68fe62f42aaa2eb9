"""Words of the exhibits in a trial without dose levels: what is said "by dose level" elsewhere is said without it.

Titles, captions and notes are written for a trial with dose levels. Where the data carry none, every subject is in one
group (:data:`cartpk.terms.ALL_SUBJECTS`): the words, and a column that would repeat that group, are taken out here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cartpk.terms import ALL_SUBJECTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cartpk.trial_data import TrialData

__all__ = ["all_worded", "has_dose_levels", "worded"]

_WITHOUT: Final = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        (r"\bBy dose level, then by\b", "By"),
        (r" by dose level, lowest below,", ""),
        (r" by dose level and\b", " by"),
        (r", one (?:line|row|panel) per dose level: [^.;]*", ""),
        (r",? one per dose level,?", ""),
        (r" and (?:rows by |the )?dose level\b(?!s)", ""),
        (r"(?: in columns)?,? by dose level\b", ""),
        (r" between dose levels and(?= between)", ""),
        (r" between dose levels\b", ""),
        (r" of the dose level's\b", " of the"),
        (r" per dose level\b", ""),
    )
)
"""What is taken out, what stands in its place; the longer words first."""


def has_dose_levels(data: TrialData) -> bool:
    """Whether the subjects stand in dose levels, or in one group because the data carry no dose."""
    return data.cohorts != (ALL_SUBJECTS,)


def worded(text: str, data: TrialData) -> str:
    """The text as this trial's exhibits say it: as it is, or without its words on dose levels.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> none = SimpleNamespace(cohorts=("All subjects",))
    >>> worded("Geometric mean profile by dose level (linear)", none)
    'Geometric mean profile (linear)'
    >>> worded("Thick lines: median by visit and dose level of the subjects shown.", none)
    'Thick lines: median by visit of the subjects shown.'
    >>> worded("Concentrations by nominal day and dose level", SimpleNamespace(cohorts=("1 × 10⁷ cells/kg",)))
    'Concentrations by nominal day and dose level'
    """
    return text if has_dose_levels(data) else _without(text)


def all_worded(texts: Iterable[str], data: TrialData) -> tuple[str, ...]:
    """Each of these texts, :func:`worded`."""
    return tuple(worded(text, data) for text in texts)


def _without(text: str) -> str:
    for pattern, instead in _WITHOUT:
        text = pattern.sub(instead, text)
    return text
