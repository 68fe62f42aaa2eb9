"""The registry of input checks: one rule is one entry; every finding refers to one.

The texts stand here, apart from the code that looks: the methods, the listing of excluded records and the
documentation read them. The entries are grouped by what they look at.
"""

from __future__ import annotations

from typing import Final

from cartpk.ingest.rules import (
    accepted,
    adam,
    changes,
    clinical,
    decisions,
    dosing,
    files,
    results,
    samples,
    subjects,
    times,
    units,
)
from cartpk.ingest.rules.base import Accepted, Rule

__all__ = ["ACCEPTED", "CATALOGUE", "RULES", "Accepted", "Rule"]

CATALOGUE: Final = tuple(f"BI-{number:03d}" for number in range(1, 96))
"""Identifiers of the catalogue of bad inputs: each is a rule or an accepted form."""

_ALL: Final = (
    *files.RULES,
    *changes.RULES,
    *decisions.RULES,
    *subjects.RULES,
    *results.RULES,
    *units.RULES,
    *times.RULES,
    *dosing.RULES,
    *samples.RULES,
    *clinical.RULES,
    *adam.RULES,
)

RULES: Final[dict[str, Rule]] = {rule.id: rule for rule in sorted(_ALL, key=lambda r: r.id)}
"""Every rule by its identifier."""

ACCEPTED: Final[dict[str, Accepted]] = {form.id: form for form in sorted(accepted.ACCEPTED, key=lambda f: f.id)}
"""Every form that is accepted without a finding, by its identifier."""

if len(RULES) != len(_ALL):
    raise ValueError("an identifier stands twice in the registry of input checks")
