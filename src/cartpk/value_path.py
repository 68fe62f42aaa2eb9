"""The path of one value: from the rows of the delivered files, through findings and settings, to table and page."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pandas as pd

from cartpk.ingest.text import close_to
from cartpk.provenance import FileRecord, describe_file
from cartpk.report.choices import printed, settings
from cartpk.report.packed import from_runs
from cartpk.report.prose import anchor
from cartpk.report.tables import read_tables
from cartpk.report.why.definitions import ROLES, Definition, definition
from cartpk.report.why.summaries import behind
from cartpk.trial_data import TrialData, load

if TYPE_CHECKING:
    from cartpk.config import TrialConfig

__all__ = ["Exhibit", "Finding", "Sample", "ValuePath", "value_paths"]


@dataclass(frozen=True)
class Sample:
    """One delivered row of the value's profile: where it stands, what it says, whether and as what it is used."""

    file: str
    row: int
    day: float
    result: str
    use: str
    terminal: bool
    """Whether it is a point of the terminal line."""


@dataclass(frozen=True)
class Finding:
    """One finding on the subject, or on a file that the profile comes from."""

    rule: str
    severity: str
    message: str


@dataclass(frozen=True)
class Exhibit:
    """A table, listing or figure that the value goes into: its file with the lines of it, its place in the page."""

    name: str
    file: str
    lines: tuple[int, ...]
    anchor: str


@dataclass(frozen=True)
class ValuePath:
    """One row of ``adpp.csv`` with everything that stands before and behind it.

    Attributes
    ----------
    row
        The row, cell by cell; a missing cell is None.
    line
        Its line in ``adpp.csv`` (header = line 1).
    definition
        Formula, source, role, settings with the values of the run.
    sources
        The delivered files of the profile, as they are now.
    samples, findings, exhibits
        In the order of time, of the findings, of the report.
    page
        Address of the subject's page.
    """

    row: Mapping[str, Any]
    line: int
    definition: Definition
    sources: tuple[FileRecord, ...]
    samples: tuple[Sample, ...]
    findings: tuple[Finding, ...]
    exhibits: tuple[Exhibit, ...]
    page: str

    @property
    def rests_on(self) -> str:
        """Which samples the value rests on, in words."""
        return ROLES[self.definition.role]


def value_paths(results: Path, config: TrialConfig, subject: str, code: str) -> tuple[ValuePath, ...]:
    """The path of every value of this parameter of this subject: one per analyte, specimen, infusion and method.

    Parameters
    ----------
    results
        Folder of a finished run.
    config
        The trial's config.
    subject, code
        USUBJID and PARAMCD.

    Raises
    ------
    ValueError
        There is no such subject or parameter: says which there are.
    """
    data = load(results)
    adpp = pd.read_csv(results / "adpp.csv", dtype=str, keep_default_na=False, na_values=[""])
    mine = adpp[adpp["USUBJID"] == subject]
    if mine.empty:
        raise ValueError(f"the run in {results} has no subject {subject!r}; there are: {_some(adpp['USUBJID'])}")
    rows = mine[mine["PARAMCD"] == code]
    if rows.empty:
        near = close_to(code, dict.fromkeys(mine["PARAMCD"]))
        meant = f" (did you mean {near}?)" if near else ""
        raise ValueError(f"subject {subject} has no parameter {code!r}{meant}; there are: {_some(mine['PARAMCD'])}")
    known = tuple((path, printed(value)) for path, value, _ in settings(config))
    shown = _Shown(results, data, config)
    return tuple(
        _path(results, data, shown, {str(k): None if pd.isna(v) else v for k, v in row.items()}, int(line) + 2, known)
        for line, row in zip(rows.index, rows.to_dict("records"), strict=True)
    )


def _some(names: pd.Series) -> str:
    distinct = list(dict.fromkeys(names))
    return ", ".join(distinct[:40]) + (f" and {len(distinct) - 40} more" if len(distinct) > 40 else "")


def _path(
    results: Path, data: TrialData, shown: _Shown, row: dict[str, Any], line: int, known: tuple[tuple[str, str], ...]
) -> ValuePath:
    category, subject = row["PARCAT1"], row["USUBJID"]
    samples = tuple(_samples(data, row))
    files = tuple(dict.fromkeys(sample.file for sample in samples))
    return ValuePath(
        row=row,
        line=line,
        definition=definition(category, row["PPANMETH"], row["PARAMCD"], row["PARAM"], row["AVALU"] or "", known),
        sources=tuple(describe_file(Path(name), name) for name in files if Path(name).is_file()),
        samples=samples,
        findings=tuple(_findings(data, subject, samples)),
        exhibits=(*shown.tables(row), *_figures(results, row)),
        page=f"report.html#subject/{quote(subject, safe='')}",
    )


def _samples(data: TrialData, row: Mapping[str, Any]) -> Iterator[Sample]:
    """Delivered rows of the value's profile, by time."""
    if row["PARCAT1"] == "PD":
        table, named = data.adpd, "PARAMCD"
        wanted = {named: row["PPCAT"], "PCSPEC": row["PPSPEC"]}
    else:
        table, named = data.adnca, "PCTESTCD"
        wanted = {named: row["PPCAT"], "PCSPEC": row["PPSPEC"], "ATPTREF": row["ATPTREF"]}
    mine = table[table["USUBJID"] == row["USUBJID"]]
    for column, value in wanted.items():
        if value is not None:
            mine = mine[mine[column] == value]
    points = _terminal(data, row)
    for one in mine.sort_values("AFRLT", kind="stable").to_dict("records"):
        yield Sample(
            str(one["SRCFILE"]), int(one["SRCROW"]), float(one["AFRLT"]), _result(one), _use(one),
            terminal=any(abs(float(one["AFRLT"]) - day) < 1e-9 for day in points),
        )  # fmt: skip


def _terminal(data: TrialData, row: Mapping[str, Any]) -> list[float]:
    """Days of the points of the terminal line of the profile."""
    points = data.lambda_z
    if row["PARCAT1"] != "NCA" or points.empty:
        return []
    for column in ("USUBJID", "PPCAT", "PPSPEC", "ATPTREF"):
        if row[column] is not None:
            points = points[points[column] == row[column]]
    return [float(day) for day in points.loc[points["LZFL"] == "Y", "AFRLT"]]


def _result(one: Mapping[Any, Any]) -> str:
    """The result as delivered; beside it what it was read as, where that is another number."""
    verbatim = "" if pd.isna(one["AVALC"]) else str(one["AVALC"])
    read = "BLQ" if one["BLQFL"] == "Y" else "" if pd.isna(one["AVAL"]) else f"{one['AVAL']:.12g}"
    unit = "" if pd.isna(one["AVALU"]) else f" {one['AVALU']}"
    limit = "" if pd.isna(one["ALLOQ"]) or read != "BLQ" else f", LLOQ {one['ALLOQ']:.12g}{unit}"
    meant = "" if verbatim == read or not read else f" = {read}"
    if not (verbatim or read):
        return "empty"
    return f"{verbatim or 'empty'}{meant}{'' if read == 'BLQ' else unit}{limit}"


def _use(one: Mapping[Any, Any]) -> str:
    if one["ANLFL"] != "Y":
        return f"not used: {'reason not given' if pd.isna(one['ANLRS']) else one['ANLRS']}"
    if one.get("NCAXFL") == "Y":
        return "not used in NCA"
    return "used" if pd.isna(one["DTYPE"]) else f"used ({one['DTYPE']})"


def _findings(data: TrialData, subject: str, samples: tuple[Sample, ...]) -> Iterator[Finding]:
    """What was found on the subject as a whole, on its samples, and on the files they come from."""
    places = {(sample.file, float(sample.row)) for sample in samples}
    files = {sample.file for sample in samples}
    for one in data.findings.to_dict("records"):
        of_whole = one["SCOPE"] not in {"row", "profile"} and (pd.isna(one["FILE"]) or one["FILE"] in files)
        own = one["USUBJID"] == subject and (one["SCOPE"] != "row" or (one["FILE"], one["ROW"]) in places)
        if own or (pd.isna(one["USUBJID"]) and (of_whole or (one["FILE"], one["ROW"]) in places)):
            yield Finding(str(one["RULE"]), str(one["SEVERITY"]), str(one["MESSAGE"]))


class _Shown:
    """The tables and listings of a run, and what stands behind their cells."""

    def __init__(self, results: Path, data: TrialData, config: TrialConfig) -> None:
        self._subjects = list(dict.fromkeys(data.adsl["USUBJID"]))
        self._blocks = read_tables(results)
        self._behind = behind(self._blocks, data, config, self._subjects)

    def tables(self, row: Mapping[str, Any]) -> Iterator[Exhibit]:
        """Tables and listings that print the value, or a summary that it goes into."""
        at = self._subjects.index(row["USUBJID"]) if row["USUBJID"] in self._subjects else -1
        for block in self._blocks:
            known = self._behind.get(block.anchor)
            if known is None or block.file is None:
                continue
            lines = tuple(_listed(known, at, row) if block.is_listing else _summarised(known, at, row))
            if lines:
                yield Exhibit(f"{block.kind} {block.number}", block.file, lines, f"report.html#{block.anchor}")


def _listed(known: Mapping[str, Any], at: int, row: Mapping[str, Any]) -> Iterator[int]:
    """Lines of a listing that show the parameter of the subject."""
    if row["PARAMCD"] not in known.get("codes", ()):
        return
    mine = [row["PPCAT"], row["PPSPEC"], row["ATPTREF"]]
    for i, (subject, profile) in enumerate(zip(from_runs(known["subjects"]), known["profiles"], strict=True)):
        if subject == at and (profile is None or profile == mine):
            yield i + 2


def _summarised(known: Mapping[str, Any], at: int, row: Mapping[str, Any]) -> Iterator[int]:
    """Lines of a summary whose statistic is of this parameter, where the subject is in the set."""
    if at not in known["groups"][-1]:
        return
    mine = [row["PARCAT1"], row["PARAMCD"], row["PPCAT"], row["PPSPEC"], row["ATPTREF"]]
    for i, one in enumerate(known["rows"]):
        if one and "p" in one and one["p"][:5] == mine and one["p"][5] in {"", row["PPANMETH"]}:
            yield i + 2


def _figures(results: Path, row: Mapping[str, Any]) -> Iterator[Exhibit]:
    """Figures that draw the subject with this parameter, or the profile that it comes from."""
    for path in sorted((results / "figures").glob("*.csv")):
        lines = []
        with path.open(encoding="utf-8", newline="") as stream:
            for i, drawn in enumerate(csv.DictReader(stream)):
                if drawn.get("USUBJID") == row["USUBJID"] and _same(drawn, row):
                    lines.append(i + 2)
        if lines:
            place = f"report.html#{anchor('figure', path.stem)}"
            number = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["number"]
            yield Exhibit(f"Figure {number}", f"figures/{path.name}", tuple(lines), place)


def _same(drawn: Mapping[str, str], row: Mapping[str, Any]) -> bool:
    """Whether what is drawn is of the value, as far as the columns of the figure tell."""
    if "PARAMCD" in drawn and row["PARCAT1"] != "PD":
        return bool(drawn["PARAMCD"] == row["PARAMCD"])
    code = drawn.get("PCTESTCD") or drawn.get("PPCAT") or drawn.get("PARAMCD")
    if code is None:  # a figure of the primary analyte names none
        return bool(row["PARCAT1"] != "PD" and drawn.get("ATPTREF", row["ATPTREF"]) == row["ATPTREF"])
    return bool(code == row["PPCAT"] and drawn.get("ATPTREF", row["ATPTREF"]) == row["ATPTREF"])
