"""The analyst's way in: tidy tables with a column map, one row per result."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cartpk.config import TrialConfig
from cartpk.config.data import Columns
from cartpk.ingest.cells import CellReader
from cartpk.ingest.delivery import INFUSION, SAMPLE, SUBJECT, Delivery, check_exclusions, excluded, stacked
from cartpk.ingest.findings import Findings
from cartpk.ingest.readers import Request, read_file
from cartpk.ingest.subjects import check_identifiers, first_known, known_numbers, with_identifiers
from cartpk.ingest.text import looked_up
from cartpk.terms import DAYS_PER_HOUR

__all__ = ["read_tidy"]


def read_tidy(config: TrialConfig, root: Path, findings: Findings) -> Delivery:
    """A trial's tidy tables as a delivery; what cannot be read is in the findings.

    Parameters
    ----------
    config
        The trial; ``data.columns`` maps the columns.
    root
        Folder that the paths of the config start from.
    """
    frames: list[pd.DataFrame] = []
    samples: list[pd.DataFrame] = []
    for file in config.data.tables:
        frame = read_file(
            Request(root, file, _required(config.data.columns), config.data.encoding, config.data.skip_rows), findings
        )
        if frame is None:
            continue
        frames.append(frame)
        findings.name_columns(file, {ours: getattr(config.data.columns, theirs) for ours, theirs in _NAMES.items()})
        _list_extra(frame, config, file, findings)
        named = with_identifiers(frame, config.data.columns.subject, file, findings)
        samples.append(_samples(named, config, file, findings))
    check_exclusions(frames, config, findings)
    rows = stacked(samples, {**SAMPLE, **_SUBJECT_CELLS})
    check_identifiers(list(rows["USUBJID"].unique()), findings)
    reader = CellReader(config.intake)
    subjects = _subjects(rows, config, reader, findings)
    infusions = _infusions(rows, reader, findings)
    return Delivery(rows[list(SAMPLE)], subjects, infusions)


_NAMES = {
    "VALUE": "value",
    "TIME": "time",
    "UNIT": "unit",
    "LLOQ": "lloq",
    "BLQ": "blq",
    "TEST": "analyte",
    "PCSPEC": "specimen",
    "DOSE": "dose",
    "DOSEU": "dose_unit",
    "WEIGHT": "weight",
    "GROUP": "group",
    "EVENTDY": "event_day",
    "EVENTTXT": "event",
}
"""Column of the record table -> setting that names it."""

_SUBJECT_CELLS = dict.fromkeys(("DOSE", "DOSEU", "WEIGHT", "GROUP", "EVENTDY", "EVENTTXT"), "str")
"""Cells of a row that say something of its subject."""


def _required(columns: Columns) -> tuple[str, ...]:
    """Columns that must be there: those without which nothing works, and all that the config names itself."""
    named = [getattr(columns, name) for name in columns.model_fields_set]
    return tuple(dict.fromkeys([columns.subject, columns.time, columns.value, *sorted(n for n in named if n)]))


def _list_extra(frame: pd.DataFrame, config: TrialConfig, file: str, findings: Findings) -> None:
    used = {*config.data.columns.model_dump().values(), *(e.column for e in config.data.exclude)}
    extra = [name for name in frame.columns if name and name not in used]
    if extra:
        findings.add("BI-094", file=file, old=", ".join(extra))


def _samples(frame: pd.DataFrame, config: TrialConfig, file: str, findings: Findings) -> pd.DataFrame:
    """The file's rows with the names of the record table."""
    columns = config.data.columns

    def cell(name: str | None) -> pd.Series[str]:
        if name is None or name not in frame:
            return pd.Series("", index=frame.index, dtype="str")
        return frame[name]

    per_day = DAYS_PER_HOUR if config.time.unit == "hour" else 1.0
    read = CellReader(config.intake)
    time = cell(columns.time)
    days, rule = read.numbers(time)
    nominal, unreadable = read.numbers(cell(columns.nominal_time))
    wrong = frame.assign(SRCFILE=file, SRCROW=frame.index)[unreadable == "CP-010"]
    for text, here in wrong.groupby(columns.nominal_time or "USUBJID", sort=True):
        findings.add_files("CP-014", here, field=columns.nominal_time, old=text)
    test = cell(columns.analyte)
    if columns.analyte is None:
        test = pd.Series(config.primary_analyte.code, index=frame.index, dtype="str")
    return pd.DataFrame(
        {
            "USUBJID": frame["USUBJID"],
            "TEST": test,
            "PCSPEC": cell(columns.specimen),
            "PCMETHOD": cell(columns.method),
            "TIME": time,
            "TIMERULE": rule,
            "AFRLT": days * per_day,
            "NFRLT": nominal * per_day,
            "AVISIT": cell(columns.visit),
            "VALUE": cell(columns.value),
            "AVALC": cell(columns.value),
            "UNIT": cell(columns.unit),
            "LLOQ": cell(columns.lloq),
            "LLOQU": cell(columns.lloq_unit),
            "BLQ": cell(columns.blq),
            "NOTDONE": False,
            **excluded(frame, config.data.exclude),
            "SRCFILE": file,
            "SRCROW": frame.index,
            "DOSE": cell(columns.dose),
            "DOSEU": cell(columns.dose_unit),
            "WEIGHT": cell(columns.weight),
            "GROUP": cell(columns.group),
            "EVENTDY": cell(columns.event_day),
            "EVENTTXT": cell(columns.event),
        }
    )


def _subjects(rows: pd.DataFrame, config: TrialConfig, reader: CellReader, findings: Findings) -> pd.DataFrame:
    """One row per subject of the tables, in order of appearance."""
    subjects = pd.DataFrame({"USUBJID": rows["USUBJID"].unique()})

    def known(column: str) -> pd.Series[str]:
        return looked_up(subjects["USUBJID"], first_known(rows, column, findings, "CP-031"))

    ids = subjects["USUBJID"]
    event = known_numbers(ids, known("EVENTDY"), config.data.columns.event_day or "", reader, findings)
    weight = known_numbers(ids, known("WEIGHT"), config.data.columns.weight or "", reader, findings)
    subjects = subjects.assign(
        GROUP=known("GROUP"),
        WEIGHT=weight.where(weight > 0),
        EVENTDY=event * (DAYS_PER_HOUR if config.time.unit == "hour" else 1.0),
        EVENTTXT=known("EVENTTXT"),
    )
    return stacked([subjects], SUBJECT)


def _infusions(rows: pd.DataFrame, reader: CellReader, findings: Findings) -> pd.DataFrame:
    """One infusion at day 0 for every subject: a tidy table knows no other."""
    first = rows.drop_duplicates("USUBJID")
    text = looked_up(first["USUBJID"], first_known(rows, "DOSE", findings, "CP-031"))
    dose, refused = reader.numbers(text)
    findings.add_rows("CP-030", first[refused == "CP-010"], field="DOSE", old=text)
    none = first[dose <= 0]
    findings.add_rows("BI-058", none, field="DOSE", old=text[none.index])
    unit = looked_up(first["USUBJID"], first_known(rows, "DOSEU", findings, "CP-031"))
    table = first[["USUBJID", "SRCFILE", "SRCROW"]].assign(DAY=0.0, DOSE=dose.where(dose > 0), DOSEU=unit)
    return stacked([table], INFUSION)
