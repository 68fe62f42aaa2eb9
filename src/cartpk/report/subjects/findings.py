"""The findings of each subject, gravest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cartpk.report.subjects.coding import Texts, rounded, starts
from cartpk.terms import Severity

if TYPE_CHECKING:
    from cartpk.trial_data import TrialData

__all__ = ["MOST", "findings"]

MOST: Final = 40
"""Findings of one subject on its page; ``findings.csv`` has them all."""


def findings(data: TrialData, subjects: list[str], texts: Texts) -> dict[str, Any]:
    """Findings by subject, severity, rule and the order of their table; ``beyond`` counts those only the file has."""
    place = {subject: i for i, subject in enumerate(subjects)}
    grave = [severity.value for severity in Severity]
    table = data.findings[data.findings["USUBJID"].isin(subjects)]
    table = table.assign(_WHO=table["USUBJID"].map(place), _AT=table["SEVERITY"].map(grave.index))
    table = table.sort_values(["_WHO", "_AT", "RULE"], kind="stable")
    counts = table["_WHO"].value_counts()
    kept = table.groupby("_WHO", sort=False).head(MOST)
    return {
        "start": starts([int(i) for i in kept["_WHO"]], len(subjects)),
        "severity": texts.codes(kept["SEVERITY"]),
        "rule": texts.codes(kept["RULE"]),
        "message": texts.codes(kept["MESSAGE"]),
        "suggestion": texts.codes(kept["SUGGESTION"]),
        "file": texts.codes(kept["FILE"]),
        "row": [rounded(float(line), 0) for line in kept["ROW"]],
        "field": texts.codes(kept["FIELD"]),
        "old": texts.codes(kept["OLD"]),
        "new": texts.codes(kept["NEW"]),
        "beyond": [max(int(counts.get(i, 0)) - MOST, 0) for i in range(len(subjects))],
    }
