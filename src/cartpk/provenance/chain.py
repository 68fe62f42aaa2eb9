"""The rule log: every imputation, exclusion, conversion and decision of a run, one JSON line each, chained by hashes.

``rule_log.jsonl`` is made from the tables of a run and nothing else: the same tables give the same bytes. Each line
holds the SHA-256 of the line before it, so that no line can be changed, taken out, put in or moved without a break.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, NamedTuple

from cartpk.provenance.records import canonical_json, sha256_file, sha256_text

__all__ = ["LOG", "Break", "Kind", "breaks", "chained", "head", "kind_of", "rule_log"]

LOG: Final = "rule_log.jsonl"
"""Name of the file, below the results."""

_START: Final = "0" * 64
_FINDINGS: Final = ("work/findings.csv", "work/findings_ingest.csv", "findings.csv")


class Kind(StrEnum):
    """What an entry records."""

    DECISION = "decision"
    """A person decided it, with who, when and why."""
    EXCLUSION = "exclusion"
    """A record, a subject or a measure is not used."""
    IMPUTATION = "imputation"
    """Something that was not observed is assumed, or several results became one."""
    CONVERSION = "conversion"
    """Something was read as something else: a unit, a spelling, a form."""
    NOTE = "note"
    """Kept as it is, and listed."""


_DECISIONS: Final = frozenset({"CP-208", "CP-209", "CP-210", "CP-212"})
_IMPUTATIONS: Final = frozenset(
    {"BI-032", "CP-015", "CP-019", "CP-056", "CP-060", "CP-072", "CP-127", "NCA_C0_ASSUMED", "NCA_C0_MOVED"}
)
"""Rules by which something that was not observed is assumed; every other rule tells its kind by what it did."""

_EXCLUDING: Final = frozenset({"row", "subject", "profile", "column"})


class Break(NamedTuple):
    """A place where the chain does not hold."""

    line: int
    what: str


def kind_of(finding: Mapping[str, str], *, unused: bool = False) -> Kind:
    """What a finding records.

    Parameters
    ----------
    finding
        A row of the findings; an empty cell is an empty text.
    unused
        Whether the record that it names is not used in the analysis.
    """
    rule = finding["RULE"]
    if rule in _DECISIONS or rule == "NCA_LZ_APPLIED":
        return Kind.DECISION
    if rule in _IMPUTATIONS:
        return Kind.IMPUTATION
    if unused or (finding["SEVERITY"] == "error" and finding["SCOPE"] in _EXCLUDING):
        return Kind.EXCLUSION
    return Kind.CONVERSION if finding["NEW"] else Kind.NOTE


def rule_log(results: Path, trial: str) -> str:
    """The text of ``rule_log.jsonl`` for the tables of this run.

    The first line names the trial and the findings it was made from; then one line for each finding, in their order,
    and one for each unused record and excluded subject that no finding names.

    Parameters
    ----------
    results
        Folder of the run.
    trial
        Registry number.
    """
    found = next((results / name for name in _FINDINGS if (results / name).is_file()), None)
    findings = [] if found is None else list(_rows(found))
    unused = {(row["file"], row["row"]): row for row in _unused(results)}
    entries: list[dict[str, Any]] = [{"log": 1, "trial": trial, "findings": None if found is None else _source(found)}]
    told = set()
    for finding in findings:
        place = (finding["FILE"], _line(finding["ROW"]))
        told.add(place)
        entries.append(_entry(finding, unused.get(place)))
    entries += [row for place, row in unused.items() if place not in told]
    entries += _excluded_subjects(results)
    return chained(entries)


def _source(found: Path) -> dict[str, str]:
    name = found.name if found.parent.name != "work" else f"work/{found.name}"
    return {"file": name, "sha256": sha256_file(found)}


def _entry(finding: Mapping[str, str], unused: Mapping[str, Any] | None) -> dict[str, Any]:
    cells = {name.lower(): text or None for name, text in finding.items() if name != "ROW"}
    kind = kind_of(finding, unused=unused is not None)
    entry = {"kind": str(kind), **cells, "row": _line(finding["ROW"])}
    return entry if unused is None else entry | {"table": unused["table"], "reason": unused["reason"]}


def _unused(results: Path) -> Iterator[dict[str, Any]]:
    """Every delivered record that is not used, by table and row of it."""
    for folder in (results, results / "work"):
        for path in sorted(folder.glob("ad*.csv")):
            for row in _rows(path):
                if row.get("ANLFL") == "N" and "SRCFILE" in row:
                    yield {
                        "kind": str(Kind.EXCLUSION),
                        "table": path.stem,
                        "usubjid": row["USUBJID"] or None,
                        "file": row["SRCFILE"],
                        "row": _line(row["SRCROW"]),
                        "reason": row.get("ANLRS") or None,
                    }


def _excluded_subjects(results: Path) -> Iterator[dict[str, Any]]:
    for row in _rows(results / "adsl.csv"):
        if row.get("EXCLRS"):
            yield {
                "kind": str(Kind.EXCLUSION), "table": "adsl", "usubjid": row["USUBJID"], "reason": row["EXCLRS"],
            }  # fmt: skip


def _rows(path: Path) -> Iterator[dict[str, str]]:
    if path.is_file():
        with path.open(encoding="utf-8", newline="") as stream:
            yield from csv.DictReader(stream)


def _line(text: str) -> int | None:
    return int(float(text)) if text else None


def chained(entries: Iterable[Mapping[str, Any]]) -> str:
    """These entries as lines, each with its number and the hash of the line before it.

    Examples
    --------
    >>> text = chained([{"kind": "note"}, {"kind": "exclusion"}])
    >>> len(text.splitlines()), breaks(text)
    (2, ())
    """
    previous, lines = _START, []
    for number, entry in enumerate(entries):
        line = canonical_json({"n": number, "previous": previous, **entry})
        lines.append(line + "\n")
        previous = sha256_text(line)
    return "".join(lines)


def head(text: str) -> dict[str, Any]:
    """Number of lines and hash of the last one: what the manifest holds of the chain."""
    lines = _lines(text)
    return {"file": LOG, "lines": len(lines), "head": sha256_text(lines[-1]) if lines else _START}


def breaks(text: str) -> tuple[Break, ...]:
    """Places where the chain does not hold, by line (1 = first)."""
    found, previous = [], _START
    for number, line in enumerate(_lines(text)):
        try:
            entry = json.loads(line)
        except ValueError:
            entry = None
        if not isinstance(entry, dict) or "previous" not in entry:
            found.append(Break(number + 1, "this line is no entry of the log any more"))
        elif entry["previous"] != previous:
            found.append(Break(number + 1, "the line before it is not the one that was written"))
        elif entry.get("n") != number:
            found.append(Break(number + 1, f"it says that it is entry {entry.get('n')}, and stands at {number}"))
        previous = sha256_text(line)
    return tuple(found)


def _lines(text: str) -> Sequence[str]:
    """Lines without their ends: cut at the line feed alone, as they were written."""
    return text.removesuffix("\n").split("\n") if text else ()
