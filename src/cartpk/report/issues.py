"""The findings of the input checks as the page shows them: by severity, then by rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cartpk.ingest.rules import RULES
from cartpk.report.prose import plural
from cartpk.terms import Severity

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FindingKind", "Findings", "SeverityGroup", "group_findings"]

_HEADINGS: Final = {Severity.ERROR: "Error", Severity.WARNING: "Warning", Severity.INFO: "Information"}
_MEANINGS: Final = {
    Severity.ERROR: "What is named here was left out of the analysis.",
    Severity.WARNING: "Kept as delivered; to be looked at.",
    Severity.INFO: "Conversions and readings, for the record.",
}
_WORDS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_MOST_PLACES: Final = 4


@dataclass(frozen=True)
class FindingKind:
    """All findings of one rule.

    Attributes
    ----------
    rule, name
        Identifier, and the same as a word; the name is empty for a rule outside the input checks.
    message
        What was found, in a few words; the first finding's own words where the rule has none.
    example
        The first finding in its own words, with why it matters; empty where the message is that.
    suggestion
        How to mend it.
    count, where
        How often, and the first few places.
    """

    rule: str
    name: str
    message: str
    example: str
    suggestion: str
    count: int
    where: str


@dataclass(frozen=True)
class SeverityGroup:
    """All findings of one severity."""

    severity: str
    heading: str
    meaning: str
    count: int
    kinds: tuple[FindingKind, ...]


@dataclass(frozen=True)
class Findings:
    """The findings in one sentence and in groups, gravest first; severities without a finding are left out."""

    sentence: str
    groups: tuple[SeverityGroup, ...]


def group_findings(findings: pd.DataFrame) -> Findings:
    """The findings of a run, grouped for reading.

    Parameters
    ----------
    findings
        As :data:`cartpk.schemas.FINDINGS` has them.
    """
    if findings.empty:
        return Findings("The input checks found nothing to report.", ())
    groups = []
    for severity in Severity:
        of_this = findings[findings["SEVERITY"] == severity.value]
        if len(of_this):
            kinds = tuple(_kind(str(rule), rows) for rule, rows in of_this.groupby("RULE", sort=True))
            groups.append(SeverityGroup(severity.value, _HEADINGS[severity], _MEANINGS[severity], len(of_this), kinds))
    counts = ", ".join(plural(group.count, _WORDS[Severity(group.severity)]) for group in groups)
    return Findings(f"{plural(len(findings), 'finding')}: {counts}.", tuple(groups))


def _kind(identifier: str, rows: pd.DataFrame) -> FindingKind:
    first = rows.iloc[0]
    words = str(first["MESSAGE"])
    suggestion = first["SUGGESTION"] if isinstance(first["SUGGESTION"], str) else ""
    rule = RULES.get(identifier)
    kinds = rows["MESSAGE"].nunique()
    own = words if kinds == 1 else f"{words} (first of {kinds} such messages)"
    message = own if rule is None else f"{rule.reason[:1].upper()}{rule.reason[1:]}."
    return FindingKind(
        rule=identifier,
        name="" if rule is None else rule.name,
        message=message,
        example="" if rule is None else words,
        suggestion=suggestion,
        count=len(rows),
        where=_places(rows),
    )


def _places(rows: pd.DataFrame) -> str:
    """The first few places: subject, or file and line."""
    places = []
    for finding in rows.to_dict("records"):
        subject, file, line = finding["USUBJID"], finding["FILE"], finding["ROW"]
        where = [subject] if isinstance(subject, str) else []
        if isinstance(file, str):
            where.append(file.rsplit("/", 1)[-1] + (f":{line:.0f}" if line == line else ""))  # noqa: PLR0124 - not nan
        places.append(" ".join(where) or str(finding["SCOPE"]))
    distinct = list(dict.fromkeys(places))
    rest = len(distinct) - _MOST_PLACES
    return ", ".join(distinct[:_MOST_PLACES]) + (f" and {rest} more" if rest > 0 else "")
