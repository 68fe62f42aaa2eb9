"""The findings of the input checks as the page shows them: by severity, then by rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

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
_MOST_PLACES: Final = 4


@dataclass(frozen=True)
class FindingKind:
    """All findings of one rule: an example of its message, how often, and where (the first few places)."""

    rule: str
    message: str
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
    counts = ", ".join(f"{group.count} {group.heading.lower()}" for group in groups)
    return Findings(f"{plural(len(findings), 'finding')}: {counts}.", tuple(groups))


def _kind(rule: str, rows: pd.DataFrame) -> FindingKind:
    first = rows.iloc[0]
    messages = rows["MESSAGE"].nunique()
    more = f" (first of {messages} such messages)" if messages > 1 else ""
    suggestion = first["SUGGESTION"]
    return FindingKind(
        rule=rule,
        message=f"{first['MESSAGE']}{more}",
        suggestion=suggestion if isinstance(suggestion, str) else "",
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
