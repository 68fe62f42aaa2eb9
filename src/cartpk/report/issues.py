"""The findings of the input checks as the page shows them: by severity and rule, and by subject."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cartpk.adpp import PROFILE_RULES
from cartpk.ingest.rules import RULES
from cartpk.report.prose import plural
from cartpk.terms import Severity

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FindingKind", "Findings", "OfSubject", "SeverityGroup", "SubjectFindings", "group_findings"]

_HEADINGS: Final = {Severity.ERROR: "Errors", Severity.WARNING: "Warnings", Severity.INFO: "Notes"}
_MEANINGS: Final = {
    Severity.ERROR: "What is named here was left out of the analysis.",
    Severity.WARNING: "Kept as delivered; to be looked at.",
    Severity.INFO: "Conversions and readings, for the record.",
}
_WORDS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_MOST_PLACES: Final = 4
_MOST_SUBJECTS: Final = 20
_MOST_OF_SUBJECT: Final = 25
"""What the page shows of very many findings; findings.csv has all of them."""


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
class OfSubject:
    """Findings of a subject that say the same: severity in words, rule, what was found, what to do, where, how often.

    ``where`` has files and lines; empty where the finding is of the subject as a whole.
    """

    severity: str
    word: str
    rule: str
    message: str
    suggestion: str
    where: str
    count: int


@dataclass(frozen=True)
class SubjectFindings:
    """The findings of one subject: counts in words, and the findings, gravest first; ``beyond``: those not shown."""

    subject: str
    counts: str
    findings: tuple[OfSubject, ...]
    beyond: int


@dataclass(frozen=True)
class Findings:
    """The findings in one sentence, in groups, gravest first, and by subject.

    Severities without a finding are left out; ``subjects_beyond``: subjects with findings that are not shown.
    """

    sentence: str
    groups: tuple[SeverityGroup, ...]
    subjects: tuple[SubjectFindings, ...] = ()
    subjects_beyond: int = 0


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
    subjects = _by_subject(findings)
    return Findings(
        f"{plural(len(findings), 'finding')}: {_counted(findings)}.",
        tuple(groups),
        tuple(subjects[:_MOST_SUBJECTS]),
        max(len(subjects) - _MOST_SUBJECTS, 0),
    )


def _counted(findings: pd.DataFrame) -> str:
    """How many of each severity, in words."""
    counts = findings["SEVERITY"].value_counts()
    return ", ".join(plural(int(counts[s.value]), _WORDS[s]) for s in Severity if s.value in counts)


def _by_subject(findings: pd.DataFrame) -> list[SubjectFindings]:
    """The findings of each subject; those with the gravest and most findings come first."""
    order = [severity.value for severity in Severity]
    ranked = findings.assign(_AT=findings["SEVERITY"].map(order.index)).sort_values("_AT", kind="stable")
    found = []
    for subject, rows in ranked.groupby("USUBJID", sort=True):
        shown = _alike(rows)[:_MOST_OF_SUBJECT]
        counts = [int((rows["SEVERITY"] == severity).sum()) for severity in order]
        one = SubjectFindings(str(subject), _counted(rows), shown, len(rows) - sum(item.count for item in shown))
        found.append(([-n for n in counts], one))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def _alike(rows: pd.DataFrame) -> tuple[OfSubject, ...]:
    """The findings in their order, those that differ in their place only as one."""
    same: dict[tuple[str, ...], list[tuple[str, float]]] = {}
    for row in rows.to_dict("records"):
        key = (row["SEVERITY"], row["RULE"], _without_place(row), _text(row))
        same.setdefault(key, []).append((row["FILE"] if isinstance(row["FILE"], str) else "", float(row["ROW"])))
    return tuple(
        OfSubject(severity, _WORDS[Severity(severity)], rule, message, suggestion, _lines(places), len(places))
        for (severity, rule, message, suggestion), places in same.items()
    )


def _without_place(finding: Mapping[Hashable, Any]) -> str:
    """The message without the file, line and subject that it begins with: they stand beside it."""
    message, line = str(finding["MESSAGE"]), float(finding["ROW"])
    parts = [finding["FILE"] if isinstance(finding["FILE"], str) else "", f"line {line:.0f}" if line == line else ""]  # noqa: PLR0124 - not nan
    for places in (parts, [parts[0]], []):
        start = ", ".join(part for part in (*places, f"subject {finding['USUBJID']}") if part) + ": "
        if message.startswith(start):
            return message[len(start) : len(start) + 1].upper() + message[len(start) + 1 :]
    return message


def _lines(places: Sequence[tuple[str, float]]) -> str:
    """Files with their lines, neighbouring lines as a range.

    Examples
    --------
    >>> _lines([("a/cp.csv", 7.0), ("a/cp.csv", 8.0), ("a/cp.csv", 9.0), ("a/pc.csv", 4.0), ("", float("nan"))])
    'cp.csv, lines 7 to 9; pc.csv, line 4'
    """
    files: dict[str, list[int]] = {}
    for file, line in places:
        if file:
            files.setdefault(file.rsplit("/", 1)[-1], []).extend([int(line)] if line == line else [])  # noqa: PLR0124
    said = []
    for name, numbers in files.items():
        runs: list[list[int]] = []
        for number in sorted(set(numbers)):
            if runs and number == runs[-1][-1] + 1:
                runs[-1].append(number)
            else:
                runs.append([number])
        words = [f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs]
        noun = "line" if len(set(numbers)) == 1 else "lines"
        said.append(f"{name}, {noun} {', '.join(words)}" if words else name)
    return "; ".join(said)


def _text(finding: Mapping[Hashable, Any]) -> str:
    return finding["SUGGESTION"] if isinstance(finding["SUGGESTION"], str) else ""


def _kind(identifier: str, rows: pd.DataFrame) -> FindingKind:
    first = rows.iloc[0]
    words = str(first["MESSAGE"])
    suggestion = first["SUGGESTION"] if isinstance(first["SUGGESTION"], str) else ""
    rule = RULES.get(identifier) or PROFILE_RULES.get(identifier)
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
