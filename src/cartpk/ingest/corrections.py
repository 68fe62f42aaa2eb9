"""Signed decisions on records (``data.corrections``): cells corrected, records and subjects excluded.

The raw files are never touched. A decision that does not hold stops the trial: a list that is applied in part is
nobody's decision. Each one that is applied is a finding with file, line, column, old, new, and who, when and why.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import pandas as pd

from cartpk.config import TrialConfig
from cartpk.ingest.delivery import Delivery
from cartpk.ingest.findings import Findings
from cartpk.ingest.records import Names, Record, fits, is_file
from cartpk.ingest.text import close_to, constant, counted, identifier, plain
from cartpk.signed import SIGNATURE, SignedRow, read_signed

__all__ = ["CORRECTED", "OPTIONAL", "REQUIRED", "Corrections"]

REQUIRED: Final = ("ACTION", *SIGNATURE)
"""Columns the file must have."""
OPTIONAL: Final = ("FILE", "ROW", "USUBJID", "TIME", "ANALYTE", "FIELD", "OLD", "NEW")
"""Columns that name the record and the cell; empty where a row does not need them."""
CORRECTED: Final = "CORRECTED"
"""``DTYPE`` of a record with a corrected cell."""

_CORRECT: Final = "correct"
_EXCLUDE: Final = "exclude"
_SUBJECT: Final = "exclude_subject"
_PLACES: Final = ("FILE", "ROW", "USUBJID", "TIME", "ANALYTE")
_SHOWN: Final = 5
"""Records named in one message."""


@dataclass(eq=False)
class Corrections:
    """The decisions of a trial, laid on its files one after another (:meth:`applied`), then on the whole delivery.

    Examples
    --------
    >>> none = Corrections("", (), Findings())
    >>> frame = pd.DataFrame({"ID": ["01"]})
    >>> none.applied(frame, "data.csv", Names("ID")) is frame
    True
    """

    file: str
    """The file of decisions as the config names it; empty = there is none."""
    rows: tuple[SignedRow, ...]
    """Decisions that are signed and say what to do."""
    findings: Findings
    _fitting: dict[int, list[Record]] = field(default_factory=dict)
    """Line of a decision -> the records it fits."""
    _files: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, config: TrialConfig, root: Path, findings: Findings) -> Corrections:
        """The trial's decisions; those that are unsigned or incomplete are listed and stop the trial."""
        file = config.data.corrections
        if file is None:
            return cls("", (), findings)
        path = root / file
        if not path.is_file():
            findings.add("CP-001", file=file, old=file, meant="")
            return cls(file, (), findings)
        try:
            rows = read_signed(path, file, REQUIRED, OPTIONAL, "the corrections")
        except ValueError as error:
            findings.add("CP-200", file=file, found=" ".join(str(error).split()).removeprefix(f"{file}: "))
            return cls(file, (), findings)
        made = cls(file, (), findings)
        made.rows = tuple(row for row in rows if made._is_whole(row))
        return made

    def _is_whole(self, row: SignedRow) -> bool:
        """Whether the row is signed and says what to do; lists what it lacks."""
        if row.unsigned:
            self._add("CP-201", row, ", ".join(row.unsigned))
        found = _lacks(row)
        if found:
            self._add("CP-202", row, "ACTION", found=found)
        return not row.unsigned and not found

    def applied(self, frame: pd.DataFrame, file: str, names: Names, *, if_named: bool = False) -> pd.DataFrame:
        """The file's cells (index = line) with the corrections that are on them.

        A record is named by what was delivered, whatever another decision makes of it. With ``if_named`` only
        decisions that name the file reach it: subject and time alone mean a sample, not a response of the same day.
        """
        if not self.rows:
            return frame
        self._files.append(file)
        out = frame.copy()
        for row in self.rows:
            named = is_file(row.cells["FILE"], file) and (row.cells["FILE"] or not if_named)
            if _action(row) == _SUBJECT or not named:
                continue
            here = [Record.of(frame, file, int(str(n)), names) for n in frame.index[fits(row, frame, names)]]
            self._fitting.setdefault(row.line, []).extend(here)
            if len(here) != 1:
                continue
            if _action(row) == _EXCLUDE and not names.samples:
                self._add("CP-211", row, where=str(here[0]), found="it says who was treated, when or with what")
            elif row.cells["FIELD"] and not self._holds(row, here[0], frame):
                continue
            elif _action(row) == _CORRECT:
                out.loc[here[0].line, row.cells["FIELD"]] = row.cells["NEW"]
        return out

    def _holds(self, row: SignedRow, at: Record, frame: pd.DataFrame) -> bool:
        """Whether the cell is there and holds what the decision says it does; lists it where not."""
        name, old = row.cells["FIELD"], row.cells["OLD"]
        if name not in frame:
            near = close_to(name, [str(c) for c in frame.columns if c])
            meant = f" (did you mean {near}?)" if near else ""
            self._add("CP-205", row, "FIELD", found=f"{at.file} has no column {name}{meant}")
            return False
        holds = str(frame.loc[at.line, name])
        if plain(holds) != plain(old):
            self._add("CP-206", row, name, old=old or None, said=old, holds=holds.strip(), where=str(at))
            return False
        return True

    def exclusions(self, rows: pd.DataFrame) -> pd.Series[str]:
        """Why a decision excludes each of these rows (``SRCFILE``, ``SRCROW``); missing where none does."""
        reasons = {at.key: _excluded(row) for row, at in self._placed() if _action(row) == _EXCLUDE}
        keys = zip(rows["SRCFILE"], rows["SRCROW"], strict=True) if reasons else ()
        found = [reasons.get((str(file), int(line))) for file, line in keys]
        return pd.Series(found, index=rows.index, dtype="str") if reasons else constant(None, rows.index)

    def closed(self, delivery: Delivery) -> Delivery:
        """The delivery with excluded records and subjects marked; every decision is now a finding.

        ``AVALC`` of a corrected result is what was delivered, not what it became.
        """
        if not self.file:
            return delivery
        self._list_unplaced()
        self._list_conflicts()
        subjects = self._without_subjects(delivery.subjects)
        if self.findings.stops:
            return replace(delivery, subjects=subjects)
        self._list_applied()
        return replace(delivery, subjects=subjects, samples=self._marked(delivery.samples))

    def dtype(self, samples: pd.DataFrame) -> pd.Series[str]:
        """``DTYPE`` of these rows: CORRECTED where a decision changed a cell, else missing."""
        changed = {at.key for row, at in self._placed() if _action(row) == _CORRECT}
        keys = zip(samples["SRCFILE"], samples["SRCROW"], strict=True) if changed else ()
        marks = [CORRECTED if (file, int(line)) in changed else None for file, line in keys]
        return pd.Series(marks, index=samples.index, dtype="str") if changed else constant(None, samples.index)

    def _placed(self) -> list[tuple[SignedRow, Record]]:
        """Decisions on one record each, with the record."""
        found = [(row, self._fitting.get(row.line, [])) for row in self.rows]
        return [(row, here[0]) for row, here in found if len(here) == 1]

    def _list_unplaced(self) -> None:
        """List decisions that fit no record, and such as fit several."""
        for row in self.rows:
            here = self._fitting.get(row.line, [])
            column = "ROW" if row.cells["ROW"] else "USUBJID"
            if _action(row) == _SUBJECT:
                continue
            if not here:
                said = ", ".join(f"{name} {row.cells[name]}" for name in _PLACES if row.cells[name])
                file = row.cells["FILE"]
                known = any(is_file(file, f) for f in self._files)
                none = "" if known else f" (the trial reads no file {file}; it reads {', '.join(self._files)})"
                self._add("CP-203", row, column, found=said + none)
            elif len(here) > 1:
                more = " ..." if len(here) > _SHOWN else ""
                self._add("CP-204", row, column, found=f"{counted(len(here))}: {_listed(here[:_SHOWN])}{more}")

    def _list_conflicts(self) -> None:
        """List decisions that stand against an earlier one: on the same cell, or on an excluded record."""
        earlier: dict[tuple[str, int], list[SignedRow]] = {}
        for row, at in self._placed():
            others = earlier.setdefault(at.key, [])
            for other in others:
                same_cell = row.cells["FIELD"] == other.cells["FIELD"]
                if _EXCLUDE in (_action(row), _action(other)) or same_cell:
                    what = "cell" if _action(row) == _action(other) == _CORRECT else "record"
                    self._add("CP-207", row, "ACTION", old=str(other.line), what=what)
                    break
            others.append(row)

    def _without_subjects(self, subjects: pd.DataFrame) -> pd.DataFrame:
        """The subjects with the reason of those that a decision excludes."""
        known = sorted({str(s) for s in subjects["USUBJID"]})
        decided: dict[str, SignedRow] = {}
        for row in (row for row in self.rows if _action(row) == _SUBJECT):
            subject = identifier(row.cells["USUBJID"])
            if subject not in known:
                near = close_to(subject, known)
                meant = f" (did you mean {near}?)" if near else ""
                self._add("CP-203", row, "USUBJID", found=f"the subject {subject}{meant}")
            elif subject in decided:
                self._add("CP-207", row, "ACTION", old=str(decided[subject].line), what="subject")
            else:
                decided[subject] = row
        if not decided:
            return subjects
        reasons = {s: f"excluded by a signed decision{_signed(row)} (CP-210)" for s, row in decided.items()}
        reason = pd.Series([reasons.get(str(s)) for s in subjects["USUBJID"]], index=subjects.index, dtype="str")
        return subjects.assign(EXCLRS=reason.fillna(subjects["EXCLRS"]))

    def _list_applied(self) -> None:
        """One finding per decision."""
        corrected = {(at.key, row.cells["FIELD"]) for row, at in self._placed() if _action(row) == _CORRECT}
        for row in (row for row in self.rows if _action(row) == _SUBJECT):
            self.findings.add("CP-210", subject=identifier(row.cells["USUBJID"]), **self._words(row))
        for row, at in self._placed():
            cells, corrects = row.cells, _action(row) == _CORRECT
            unread = at.read not in {None, cells["FIELD"]} and cells["FIELD"] in at.results
            unread = unread and (at.key, at.read) not in corrected
            self.findings.add(
                ("CP-212" if unread else "CP-208") if corrects else "CP-209",
                subject=at.subject,
                file=at.file,
                row=float(at.line),
                field=cells["FIELD"] if corrects else None,
                old=cells["OLD"] if corrects else None,
                new=cells["NEW"] if corrects else None,
                read=str(at.read),
                **self._words(row),
            )

    def _words(self, row: SignedRow) -> dict[str, Any]:
        return {"signed": _signed(row), "decided": f"{self.file}:{row.line}"}

    def _marked(self, samples: pd.DataFrame) -> pd.DataFrame:
        """The samples with the reason of those excluded, and their results as delivered."""
        out = samples.copy()
        for row, at in self._placed():
            here = (samples["SRCFILE"] == at.file) & (samples["SRCROW"] == at.line)
            if _action(row) == _EXCLUDE:
                out.loc[here, "ANLRS"] = _excluded(row)
                # not one of the exclusions that the config declares
                out.loc[here, ["EXCLFIELD", "EXCLTEXT"]] = None
            elif row.cells["FIELD"] in at.results:
                out.loc[here & (samples["AVALC"] == row.cells["NEW"]), "AVALC"] = row.cells["OLD"]
        return out

    def _add(
        self, rule: str, row: SignedRow, column: str | None = None, *, old: str | None = None, **details: str
    ) -> None:
        """A finding on a row of the file of decisions."""
        subject = identifier(row.cells["USUBJID"]) or None
        self.findings.add(rule, subject=subject, file=self.file, row=float(row.line), field=column, old=old, **details)


def _action(row: SignedRow) -> str:
    return row.cells["ACTION"].lower()


def _signed(row: SignedRow) -> str:
    """Who, when and why, in brackets."""
    return f" ({row.cells['WHO']}, {row.cells['WHEN']}: {row.cells['WHY']})"


def _excluded(row: SignedRow) -> str:
    """The reason that stands on the record."""
    return f"excluded by a signed decision{_signed(row)} (CP-209)"


def _listed(records: list[Record]) -> str:
    return ", ".join(map(str, records))


def _lacks(row: SignedRow) -> str:
    """What a decision lacks, in words; empty = it says what to do."""
    cells, action = row.cells, _action(row)
    if action not in {_CORRECT, _EXCLUDE, _SUBJECT}:
        return f"the action “{cells['ACTION']}” is not known"
    if action == _SUBJECT:
        more = [name for name in ("ROW", "TIME", "ANALYTE", "FIELD", "OLD", "NEW") if cells[name]]
        said = f"the whole subject is excluded, but {', '.join(more)} is filled in" if more else ""
        return said if cells["USUBJID"] else "no USUBJID says whom"
    if not cells["ROW"] and not cells["USUBJID"]:
        return "neither ROW nor USUBJID names the record"
    if cells["ROW"] and not (cells["ROW"].isascii() and cells["ROW"].isdigit()):
        return f"ROW “{cells['ROW']}” is no line of a file"
    if action == _CORRECT and not (cells["FIELD"] and cells["NEW"]):
        return "a correction needs FIELD and NEW (a result is removed by excluding its record)"
    if action == _EXCLUDE and cells["NEW"]:
        return "the record is excluded, but NEW is filled in"
    return ""
