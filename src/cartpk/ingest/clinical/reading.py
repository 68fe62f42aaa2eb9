"""Clinical files as tables of text under cartpk's names, every row with its days from the infusion."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Final

import pandas as pd

from cartpk.config import TrialConfig
from cartpk.config.clinical_data import VOCABULARIES, ClinicalTable
from cartpk.ingest.cells import CellReader
from cartpk.ingest.clock import Clock
from cartpk.ingest.corrections import Corrections
from cartpk.ingest.findings import Findings
from cartpk.ingest.identities import masked, number_within
from cartpk.ingest.nominal import nominal_days
from cartpk.ingest.readers import Request, read_file
from cartpk.ingest.records import Names
from cartpk.ingest.rules import RULES
from cartpk.ingest.subjects import with_identifiers
from cartpk.ingest.text import counted, factored, key, mapped, mapped_together
from cartpk.ingest.times import Stamp, days_between
from cartpk.schemas import numbers
from cartpk.schemas.conformity import TableSchema
from cartpk.terms import DAYS_PER_HOUR

__all__ = ["because", "excluding", "nothing", "read_clinical_table", "where"]

_NOT_GIVEN: Final = frozenset({"", "na", "n/a", "."})
"""Cells that are empty, or empty as R and SAS write them."""
_NO_ROWS: Final = pd.DataFrame({c: pd.Series(dtype="str") for c in ("USUBJID", "SRCFILE")})
_EMPTY: Final[dict[str, pd.DataFrame]] = {}
"""Schema -> its table without rows, made once: most trials deliver few of the clinical tables."""
_RESULTS: Final = ("response", "result", "value")
"""cartpk's names of the results that are read."""
_KEYS: Final = frozenset({"subject", "sequence"})
"""Columns that are looked at elsewhere, or hold nothing but numbers of rows."""
_SHIFTED: Final = re.compile(r"_?(date|day)$")


def because(rule_id: str) -> str:
    """The reason that is listed with a row which this rule excludes.

    >>> because("BI-033")
    'incomplete date (BI-033)'
    """
    return f"{RULES[rule_id].reason} ({rule_id})"


def where(frame: pd.DataFrame, true: list[bool]) -> pd.Series[bool]:
    """A mask of these rows; a bare list would name columns where it is empty."""
    return pd.Series(true, index=frame.index, dtype="bool")


def excluding(frame: pd.DataFrame, these: pd.Series[bool], reason: str) -> pd.DataFrame:
    """The rows with this reason on those that have none yet."""
    return frame.assign(ANLRS=frame["ANLRS"].mask(these & frame["ANLRS"].isna(), reason))


def nothing(schema: TableSchema) -> pd.DataFrame:
    """A table of this schema without rows."""
    name = schema.name
    if name not in _EMPTY:
        kinds = {c: "float64" if c in numbers(schema) else "str" for c in schema.columns}
        _EMPTY[name] = pd.DataFrame(columns=list(kinds)).astype(kinds)
    return _EMPTY[name].copy()


def read_clinical_table(
    name: str,
    config: TrialConfig,
    root: Path,
    zero: dict[str, Stamp],
    findings: Findings,
    corrections: Corrections,
) -> pd.DataFrame:
    """All files of a clinical table, one below the other; without rows (and columns) where there is none.

    Columns: cartpk's names as text (an empty cell is an empty text), ``USUBJID``, ``SRCFILE``, ``SRCROW``, ``SRCSEQ``,
    ``ANLRS``; days from the infusion (``at``, or ``start_at`` and ``end_at``) with the rule that refuses them
    (``at_rule``: empty, or ``CP-011`` where nothing is given) and the date where it is one (``at_date``); ``NFRLT``
    where the table has visits.
    """
    vocabulary, table = VOCABULARIES[name], getattr(config.data.clinical, name)
    parts = [p for f in table.files if (p := _read(f, name, table, config, root, findings, corrections)) is not None]
    full = pd.concat([p for p in parts if len(p)] or [_NO_ROWS], ignore_index=True)
    if full.empty:
        return full
    full = full.assign(ANLRS=corrections.exclusions(full))
    full = _without_repeats(full, findings)
    full = _not_done(full, findings)
    clock = Clock(None, config.report.data_cut, config.time)
    for stem in dict.fromkeys(_SHIFTED.sub("", c) for c in vocabulary.columns if _SHIFTED.search(c)):
        if stem != "visit":
            full = _placed(full, stem, clock, zero, config)
    return full.assign(NFRLT=_nominal(full, config, findings)) if "visit" in full else full


def _read(
    file: str,
    name: str,
    table: ClinicalTable,
    config: TrialConfig,
    root: Path,
    findings: Findings,
    corrections: Corrections,
) -> pd.DataFrame | None:
    mapped_here = dict(table.columns)
    if config.data.layout == "tidy":
        mapped_here.setdefault("subject", config.data.columns.subject)
    needed = tuple(dict.fromkeys(mapped_here.values()))
    vocabulary = VOCABULARIES[name]
    request = Request.of(config, root, file, needed, name, may_be_empty=True)
    frame = read_file(request, findings)
    if frame is None:
        return None
    found = {
        name: [c for c in ((mapped_here[name],) if name in mapped_here else (*names, name.upper())) if c in frame]
        for name, names in vocabulary.columns.items()
    }
    absent = [name for name in vocabulary.required if not found[name]]
    for lacking in absent:
        wanted, there = " or ".join(vocabulary.columns[lacking]), ", ".join(str(c) for c in frame.columns if c)
        text = f"there is no column {wanted} ({lacking}); found are {there}"
        findings.add("BI-089", file=file, field=wanted, old=there, found=text)
    if absent:
        return None
    findings.name_columns(file, {name: columns[0] for name, columns in found.items() if columns})
    if config.data.layout == "tidy":
        used = {c for columns in found.values() for c in columns}
        extra = [str(c) for c in frame.columns if c and c not in used]
        if extra:
            findings.add("BI-094", file=file, old=", ".join(extra))
    frame = corrections.applied(frame, file, _names(found), if_named=True)
    _list_identities(frame, found, file, findings)
    if frame.empty:
        findings.add("CP-101", file=file, old="0 rows")
    named = with_identifiers(frame, found["subject"][0], file, findings) if len(frame) else frame.assign(USUBJID="")
    cells = {name: _first_given(named, columns) for name, columns in found.items()}
    return named[["USUBJID"]].assign(**cells, SRCFILE=file, SRCROW=named.index, SRCSEQ=cells["sequence"])


def _names(found: dict[str, list[str]]) -> Names:
    """How a person names a row of this file."""

    def first(*names: str) -> str | None:
        return next((column for name in names for column in found.get(name, ())), None)

    results = tuple(column for name in _RESULTS for column in found.get(name, ()))
    time = first("date", "start_date", "day", "start_day")
    return Names(found["subject"][0], time, first("test", "term", "treatment"), results=results)


def _list_identities(frame: pd.DataFrame, found: dict[str, list[str]], file: str, findings: Findings) -> None:
    """List texts that hold a number or address of a person's own, one finding per text, masked (CP-128)."""
    for column in dict.fromkeys(c for name, columns in found.items() if name not in _KEYS for c in columns):
        codes, distinct = factored(frame[column])
        for code, text in enumerate(distinct):
            if known := number_within(text):
                rows = frame.index[codes == code]
                what, number = known
                findings.add(
                    "CP-128", file=file, row=float(rows[0]), field=column, old=masked(number), what=what,
                    count=counted(len(rows)),
                )  # fmt: skip


def _first_given(frame: pd.DataFrame, columns: list[str]) -> pd.Series[str]:
    """The first of these columns that has something in the row."""
    out = pd.Series("", index=frame.index, dtype="str")
    for column in columns:
        given = where(frame, [key(t) not in _NOT_GIVEN for t in frame[column]])
        out = out.mask((out == "") & given, frame[column].str.strip())
    return out


def _without_repeats(frame: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """Records that are there twice, cell by cell, count once (CP-102)."""
    cells = [c for c in frame.columns if c not in {"SRCFILE", "SRCROW", "SRCSEQ", "sequence"}]
    again = frame.duplicated(cells)
    findings.add_rows("CP-102", frame[again], old=frame["USUBJID"])
    return excluding(frame, again, because("CP-102"))


def _not_done(frame: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    if "status" not in frame:
        return frame
    undone = where(frame, [s == "notdone" for s in mapped(frame["status"], key)])
    findings.add_rows("CP-103", frame[undone], field="status", old=frame["status"])
    return excluding(frame, undone, because("CP-103"))


def _placed(frame: pd.DataFrame, stem: str, clock: Clock, zero: dict[str, Stamp], config: TrialConfig) -> pd.DataFrame:
    """The rows with the days of this date, and the rule that refuses it.

    A date counts in whole days where it has no time of day. Without a date, or without an infusion to count from, the
    day column is read: days from the infusion in a tidy table, the CDISC study day (no day 0) in SDTM.
    """
    prefix = f"{stem}_" if stem else ""
    column = f"{prefix}at"
    reader = CellReader(config.intake)
    sdtm = config.data.layout == "sdtm"
    per_day = DAYS_PER_HOUR if config.time.unit == "hour" and not sdtm else 1.0
    nothing = Stamp()

    def place(subject: str, date: str, day: str) -> tuple[float, str, bool]:
        stamp = clock.read(date) if date else nothing
        at = days_between(zero.get(subject, nothing), stamp)
        if not math.isnan(at):
            return at, "CP-012" if stamp.rule == "CP-012" else "", True
        if date and stamp.at is None:
            return math.nan, stamp.rule, False
        number = reader.signed(day) if day else math.nan
        if number is None or (sdtm and number == 0):
            return math.nan, "CP-010", stamp.at is not None
        if math.isnan(number):
            return math.nan, "CP-011", stamp.at is not None
        return (number - (number > 0) if sdtm else number * per_day), "", stamp.at is not None

    cells = [frame["USUBJID"], frame[f"{prefix}date"], frame[f"{prefix}day"]]
    results = mapped_together(cells, place)
    return frame.assign(
        **{
            column: pd.Series([r[0] for r in results], index=frame.index, dtype="float64"),
            f"{column}_rule": pd.Series([r[1] for r in results], index=frame.index, dtype="str"),
            f"{column}_date": frame[f"{prefix}date"].where(where(frame, [r[2] for r in results]), ""),
        }
    )


def _nominal(frame: pd.DataFrame, config: TrialConfig, findings: Findings) -> pd.Series[float]:
    """Planned day of each row's visit; NaN where nothing says so."""
    if config.data.layout == "sdtm":
        renamed = frame[["SRCFILE", "SRCROW", "visit", "visit_day"]].rename(
            columns={"visit": "VISIT", "visit_day": "VISITDY"}
        )
        return nominal_days(renamed, "--", config.time, findings)
    number, rule = CellReader(config.intake).numbers(frame["visit_day"])
    for text, here in frame[rule == "CP-010"].groupby("visit_day", sort=True):
        findings.add_files("CP-014", here, field="visit_day", old=str(text))
    return number * (DAYS_PER_HOUR if config.time.unit == "hour" else 1.0)
