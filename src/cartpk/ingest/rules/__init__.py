"""The registry of input checks: one rule is one entry; every finding refers to one.

The texts stand here, apart from the code that looks: the methods, the listing of excluded records and the
documentation read them. The entries are grouped by what they look at.
"""

from __future__ import annotations

from typing import Final

from cartpk.ingest.rules import dosing, files, results, samples, subjects, times, units
from cartpk.ingest.rules.base import Rule

__all__ = ["RULES", "Rule"]

_ALL: Final = (
    *files.RULES,
    *subjects.RULES,
    *results.RULES,
    *units.RULES,
    *times.RULES,
    *dosing.RULES,
    *samples.RULES,
)

RULES: Final[dict[str, Rule]] = {rule.id: rule for rule in sorted(_ALL, key=lambda r: r.id)}
"""Every rule by its identifier."""

if len(RULES) != len(_ALL):
    raise ValueError("an identifier stands twice in the registry of input checks")
