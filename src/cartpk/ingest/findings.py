"""Findings: one row for every exclusion, imputation, conversion or doubt."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from cartpk.ingest.rules import RULES, Rule
from cartpk.ingest.text import counted
from cartpk.schemas import FINDINGS, checked
from cartpk.terms import Severity

__all__ = ["Findings"]

_EXAMPLES: Final = 5
"""Lines named in a finding that stands for many rows."""

_FOUND: Final = "_found"
"""Column of the order of findings of one rule, file and subject."""
_LINES: Final = re.compile(r"\blines? \d+(, \d+)*")
_NUMBER: Final = re.compile(r"\d+(\.\d+)?")

_ORDER: Final = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


class Findings:
    """Collects findings; nothing is raised, so that all problems of all files come out at once.

    Parameters
    ----------
    strict
        Warnings become errors, and every error stops the trial.
    """

    def __init__(self, *, strict: bool = False) -> None:
        self._strict = strict
        self._rows: list[dict[str, Any]] = []
        self._stops = False
        self._columns: dict[str, dict[str, str]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def stops(self) -> bool:
        """Whether a finding stops the trial."""
        return self._stops

    def name_columns(self, file: str, columns: Mapping[str, str | None]) -> None:
        """Say how the file calls its columns: a finding names the column that a person sees there."""
        self._columns[file] = {ours: theirs for ours, theirs in columns.items() if theirs}

    def add(
        self,
        rule_id: str,
        *,
        subject: str | None = None,
        file: str | None = None,
        row: float | None = None,
        field: str | None = None,
        old: str | None = None,
        new: str | None = None,
        **details: object,
    ) -> None:
        """Add one finding of this rule; ``details`` fill the braces of its sentences.

        Raises
        ------
        KeyError
            There is no such rule, or its sentences name a detail that is not given: a mistake of the program.
        """
        place = {"subject": subject, "file": file, "row": row, "field": field, "old": old or None, "new": new or None}
        self._append(RULES[rule_id], place, details)

    def _append(self, rule: Rule, place: dict[str, Any], details: Mapping[str, object]) -> None:
        severity = Severity.ERROR if self._strict and rule.severity is Severity.WARNING else rule.severity
        self._stops |= rule.stops or (self._strict and severity is Severity.ERROR)
        place["field"] = self._columns.get(place["file"] or "", {}).get(place["field"] or "", place["field"])
        filled = {**details, **place}
        sentence = rule.found.format_map(filled)
        self._rows.append(
            {
                "RULE": rule.id,
                "SEVERITY": severity.value,
                "SCOPE": rule.scope,
                "USUBJID": place["subject"],
                "FILE": place["file"],
                "ROW": place["row"],
                "FIELD": place["field"],
                "OLD": place["old"],
                "NEW": place["new"],
                "MESSAGE": _message(rule, sentence, filled),
                "SUGGESTION": rule.mend.format_map(filled) or None,
                # what is of a whole file or subject stays in the order in which it was looked for
                _FOUND: "" if place["row"] is None else _in_order(sentence),
            }
        )

    def add_rows(
        self,
        rule_id: str,
        rows: pd.DataFrame,
        *,
        field: str | None = None,
        old: pd.Series[Any] | str | None = None,
        new: pd.Series[Any] | str | None = None,
        **details: object,
    ) -> None:
        """Add one finding for each of these rows (columns ``USUBJID``, ``SRCFILE``, ``SRCROW``).

        ``old``, ``new`` and the details may be columns aligned with ``rows`` or one value for all.
        """
        if rows.empty:
            return
        columns = {"old": old, "new": new, **details}
        lists = {name: _cells(value, rows) for name, value in columns.items()}
        for i, (subject, file, line) in enumerate(zip(rows["USUBJID"], rows["SRCFILE"], rows["SRCROW"], strict=True)):
            values = {name: cells[i] for name, cells in lists.items()}
            fixed = {"subject": _text(subject), "file": _text(file), "row": float(line), "field": field}
            place = fixed | {name: _text(values.pop(name)) for name in ("old", "new")}
            self._append(RULES[rule_id], place, values)

    def add_files(
        self,
        rule_id: str,
        rows: pd.DataFrame,
        *,
        field: str | None = None,
        old: object = None,
        new: object = None,
        **details: object,
    ) -> None:
        """Add one finding per file of these rows: its first line, the ``count`` and the ``examples``."""
        for file, here in rows["SRCROW"].groupby(rows["SRCFILE"], sort=False):
            lines = [f"{line:.0f}" for line in here.iloc[:_EXAMPLES]]
            shown = ", ".join(lines) + (" ..." if len(here) > _EXAMPLES else "")
            count = counted(len(here))
            examples = f"{count} ({'line' if len(here) == 1 else 'lines'} {shown})"
            first = {"subject": None, "file": str(file), "row": float(lines[0])}
            place = first | {"field": field, "old": _text(old), "new": _text(new)}
            self._append(RULES[rule_id], place, {**details, "count": count, "examples": examples})

    def table(self) -> pd.DataFrame:
        """All findings, errors first, then by rule, file, subject and what was found; columns of ``FINDINGS``.

        The line counts last: the same rows in another order are listed in the same order.
        """
        frame = pd.DataFrame(self._rows, columns=[*FINDINGS.columns, _FOUND])
        if not frame.empty:
            rank = frame["SEVERITY"].map({s.value: n for s, n in _ORDER.items()})
            frame = frame.assign(_rank=rank).sort_values(
                ["_rank", "RULE", "FILE", "USUBJID", _FOUND, "ROW"], kind="stable", na_position="first"
            )
        return checked(frame[list(FINDINGS.columns)].reset_index(drop=True), FINDINGS)


def _cells(value: object, rows: pd.DataFrame) -> list[Any]:
    if isinstance(value, pd.Series):
        return list(value.reindex(rows.index))
    return [value] * len(rows)


def _text(value: object) -> str | None:
    """The value as a cell of text; a missing one stays missing."""
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _in_order(sentence: str) -> str:
    """The sentence so that its numbers sort as numbers, and lines of the file that it names do not count.

    >>> sorted(["on day 14", "on day 7"], key=_in_order)
    ['on day 7', 'on day 14']
    >>> _in_order("as in line 12") == _in_order("as in line 3")
    True
    """
    return _NUMBER.sub(lambda number: f"{float(number[0]):020.6f}", _LINES.sub("", sentence))


def _message(rule: Rule, sentence: str, details: Mapping[str, object]) -> str:
    row = details["row"]
    places = [
        str(details["file"]) if details["file"] else "",
        # a finding that stands for many rows names them in its sentence
        f"line {row:.0f}" if isinstance(row, float | int) and "examples" not in details else "",
        f"subject {details['subject']}" if details["subject"] else "",
    ]
    where = ", ".join(p for p in places if p)
    why = rule.why.format_map(details)
    return f"{where}: {sentence}. {why}" if where else f"{sentence[:1].upper()}{sentence[1:]}. {why}"
