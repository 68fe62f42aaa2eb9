"""What both ways in hand over: samples, subjects and infusions as delivered, placed in time, not yet judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from cartpk.config import TrialConfig
from cartpk.config.data import Exclusion
from cartpk.ingest.findings import Findings
from cartpk.ingest.text import close_to, constant, mapped, plain, without_empty
from cartpk.schemas import checked, widened
from cartpk.schemas.conformity import TableSchema

__all__ = [
    "INFUSION",
    "SAMPLE",
    "SUBJECT",
    "Delivery",
    "check_exclusions",
    "excluded",
    "stacked",
    "subject_columns",
    "typed",
]

SAMPLE: Final[dict[str, str]] = {
    "USUBJID": "str",
    "TEST": "str",
    "TESTALT": "str",
    "PCSPEC": "str",
    "PCMETHOD": "str",
    "TIME": "str",
    "TIMERULE": "str",
    "AFRLT": "float64",
    "NFRLT": "float64",
    "AVISIT": "str",
    "ADTM": "str",
    "VALUE": "str",
    "VALUEN": "str",
    "AVALC": "str",
    "UNIT": "str",
    "LLOQ": "str",
    "LLOQU": "str",
    "BLQ": "str",
    "NOTDONE": "bool",
    "REPORTABLE": "str",
    "ANLRS": "str",
    "EXCLFIELD": "str",
    "EXCLTEXT": "str",
    "SRCFILE": "str",
    "SRCROW": "int64",
    "SRCSEQ": "str",
}
"""Columns of the record table, one row per delivered sample.

``TEST``, ``TESTALT``: the test's names, the first that fits counts.
``TIME``: the time cell as delivered, ``TIMERULE``: the rule that refuses it.
``VALUE``: the text that is read, ``VALUEN``: the number beside it in SDTM, ``AVALC``: the text that is listed.
``REPORTABLE``: the mark of the reportable one of several results.
``ANLRS``, ``EXCLFIELD``, ``EXCLTEXT``: a declared exclusion and the cell that it fits.
"""

SUBJECT: Final[dict[str, str]] = {
    "USUBJID": "str",
    "GROUP": "str",
    "WEIGHT": "float64",
    "TRTSDTM": "str",
    "EVENTDY": "float64",
    "EVENTTXT": "str",
    "AGE": "float64",
    "SEX": "str",
    "EXCLRS": "str",
}
"""Columns of the subject table: one row per subject that any file names. ``EVENTDY``: HSCT or death."""

INFUSION: Final[dict[str, str]] = {
    "USUBJID": "str",
    "DAY": "float64",
    "DOSE": "float64",
    "DOSEU": "str",
    "SRCFILE": "str",
    "SRCROW": "int64",
}
"""Columns of the infusion table: one row per infusion, ``DAY`` from the start of the subject's first one."""


@dataclass(frozen=True, eq=False)
class Delivery:
    """A trial's files as three tables (:data:`SAMPLE`, :data:`SUBJECT`, :data:`INFUSION`)."""

    samples: pd.DataFrame
    subjects: pd.DataFrame
    infusions: pd.DataFrame


def subject_columns(config: TrialConfig) -> dict[str, str]:
    """Columns of the subject table of this trial: those of :data:`SUBJECT` and one per grouping column."""
    return SUBJECT | dict.fromkeys(config.groupings, "str")


def stacked(parts: list[pd.DataFrame], columns: dict[str, str]) -> pd.DataFrame:
    """These tables one below the other, with exactly these columns and types; a column that none has is empty."""
    full = [_with_columns(part, columns) for part in parts if not part.empty]
    if not full:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})
    return pd.concat(full, ignore_index=True) if len(full) > 1 else full[0].reset_index(drop=True)


def _with_columns(part: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    """The table with exactly these columns and types."""
    nothing = constant(None, part.index)
    cells = {name: _cast(part.get(name, nothing), kind) for name, kind in columns.items()}
    return pd.DataFrame(cells, index=part.index)


def _cast(column: pd.Series[Any], kind: str) -> pd.Series[Any]:
    """The column as this type; nearly every one has it."""
    return column if column.dtype == kind else column.astype(pd.api.types.pandas_dtype(kind))


_EXCLUDED: Final = ("ANLRS", "EXCLFIELD", "EXCLTEXT")


def excluded(frame: pd.DataFrame, exclusions: tuple[Exclusion, ...]) -> dict[str, pd.Series[str]]:
    """Reason, column and cell of the first declared exclusion that fits each row (``ANLRS`` and two more)."""
    out = pd.DataFrame(dict.fromkeys(_EXCLUDED, constant(None, frame.index)))
    for rule in exclusions:
        if rule.column not in frame:
            continue
        fits = _fits(frame[rule.column], rule) & out["ANLRS"].isna()
        out.loc[fits, "ANLRS"] = rule.reason
        out.loc[fits, "EXCLFIELD"] = rule.column
        out.loc[fits, "EXCLTEXT"] = frame.loc[fits, rule.column]
    return {name: out[name] for name in _EXCLUDED}


def check_exclusions(frames: list[pd.DataFrame], config: TrialConfig, findings: Findings) -> None:
    """List declared exclusions whose column no file has, and those that fit no row."""
    known = sorted({name for frame in frames for name in frame.columns})
    for rule in config.data.exclude if frames else ():
        holding = [frame for frame in frames if rule.column in frame]
        condition = f"equals “{rule.equals}”" if rule.equals is not None else f"contains “{rule.contains}”"
        if not holding:
            near = close_to(rule.column, known)
            findings.add("CP-005", field=rule.column, old=condition, meant=f" (did you mean {near}?)" if near else "")
        elif not any(_fits(frame[rule.column], rule).any() for frame in holding):
            findings.add("CP-006", field=rule.column, old=condition)


def _fits(column: pd.Series[str], rule: Exclusion) -> pd.Series[bool]:
    equals, contains = plain(rule.equals or ""), plain(rule.contains or "")

    def fits(cell: str) -> bool:
        return plain(cell) == equals if rule.equals is not None else contains in plain(cell)

    return pd.Series(mapped(column, fits), index=column.index, dtype="bool")


def typed(rows: pd.DataFrame, schema: TableSchema) -> pd.DataFrame:
    """The schema's columns of these rows, empty texts as missing, text and numbers as the schema has them."""
    schema = widened(schema, rows.columns)
    nothing = constant(None, rows.index)
    cells = {name: _cast(rows.get(name, nothing), column.dtype) for name, column in schema.columns.items()}
    for name, values in cells.items():
        if schema.columns[name].dtype == "str":
            cells[name] = without_empty(values)
    return checked(pd.DataFrame(cells, index=rows.index).reset_index(drop=True), schema)
