"""The analyst's way in: tidy tables with a column map, one row per result."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from cartpk.config import TrialConfig
from cartpk.ingest.cells import CellReader
from cartpk.ingest.corrections import Corrections
from cartpk.ingest.delivery import INFUSION, SAMPLE, Delivery, check_exclusions, excluded, stacked, subject_columns
from cartpk.ingest.findings import Findings
from cartpk.ingest.infusion_tables import read_infusion_tables, starting_late
from cartpk.ingest.readers import Request, read_file
from cartpk.ingest.records import Names
from cartpk.ingest.subjects import check_identifiers, first_known, known_numbers, with_identifiers
from cartpk.ingest.text import looked_up
from cartpk.ingest.tidy_times import tidy_times
from cartpk.ingest.wide import LINE, long_form, made_columns
from cartpk.terms import DAYS_PER_HOUR

__all__ = ["read_tidy"]


def read_tidy(config: TrialConfig, root: Path, findings: Findings, corrections: Corrections) -> Delivery:
    """A trial's tidy tables as a delivery; what cannot be read is in the findings.

    Parameters
    ----------
    config
        The trial; ``data.columns`` maps the columns.
    root
        Folder that the paths of the config start from.
    corrections
        Signed decisions on the cells, before anything is read from them.
    """
    frames: list[pd.DataFrame] = []
    samples: list[pd.DataFrame] = []
    for file in config.data.tables:
        data = config.data
        request = Request.of(config, root, file, _required(config), "tables", header_rows=data.header_rows)
        frame = read_file(request, findings)
        if frame is None:
            continue
        frame = corrections.applied(frame, file, _names(config))
        frames.append(frame)
        findings.name_columns(file, _column_names(config))
        _list_extra(frame, config, file, findings)
        # the lines of identifiers are known only before a table is turned
        by_subject = data.wide is not None and data.wide.names == "subject"
        turned = long_form(frame, data).set_index(LINE) if by_subject else frame
        named = with_identifiers(turned, data.columns.subject, file, findings)
        named = named.reset_index(names=LINE) if by_subject else long_form(named, data)
        samples.append(_samples(named, config, file, findings))
    check_exclusions(frames, config, findings)
    rows = stacked(samples, SAMPLE | _SUBJECT_CELLS | dict.fromkeys(config.groupings, "str"))
    given = read_infusion_tables(config, root, findings, corrections)
    ids = pd.concat([rows["USUBJID"], given["USUBJID"]]).drop_duplicates().reset_index(drop=True)
    check_identifiers(ids.tolist(), findings)
    reader = CellReader(config.intake)
    late = starting_late(given, findings)
    subjects = _subjects(ids, rows, config, reader, findings).assign(EXCLRS=looked_up(ids, late))
    rest = rows[~rows["USUBJID"].isin(given["USUBJID"])] if len(given) else rows
    if config.data.infusions:
        for subject in rest["USUBJID"].drop_duplicates():
            findings.add("CP-072", subject=subject)
    infusions = stacked([given, _infusions(rest, reader, findings)], INFUSION)
    return Delivery(rows[list(SAMPLE)], subjects, infusions)


_NAMES: Final = {
    "VALUE": "value",
    "TIME": "time",
    "NOMINAL": "nominal_time",
    "AVISIT": "visit",
    "UNIT": "unit",
    "LLOQ": "lloq",
    "LLOQU": "lloq_unit",
    "BLQ": "blq",
    "TEST": "analyte",
    "PCSPEC": "specimen",
    "PCMETHOD": "method",
    "DOSE": "dose",
    "DOSEU": "dose_unit",
    "WEIGHT": "weight",
    "AGE": "age",
    "SEX": "sex",
    "REPORTABLE": "reportable",
    "EVENTDY": "event_day",
    "EVENTTXT": "event",
}
"""Column of the record table -> setting that names it."""

_SUBJECT_CELLS: Final = dict.fromkeys(("DOSE", "DOSEU", "WEIGHT", "AGE", "SEX", "EVENTDY", "EVENTTXT"), "str")
"""Cells of a row that say something of its subject."""


def _column_names(config: TrialConfig) -> dict[str, str | None]:
    """Column of the record table -> column of the trial's tables."""
    columns = {ours: getattr(config.data.columns, theirs) for ours, theirs in _NAMES.items()}
    return columns | {name: grouping.column for name, grouping in config.groupings.items()}


def _names(config: TrialConfig) -> Names:
    """How a person names a row of these tables."""
    columns, analyte = config.data.columns, config.primary_analyte
    only = (analyte.code, analyte.label, *analyte.match) if columns.analyte is None else ()
    return Names(columns.subject, columns.time, columns.analyte, only, results=(columns.value,))


def _required(config: TrialConfig) -> tuple[str, ...]:
    """Columns that must be there: those without which nothing works, and all that the config names itself.

    Where the infusions have files of their own, the dose stands there.
    """
    data, columns = config.data, config.data.columns
    elsewhere = {"dose", "dose_unit"} if data.infusions else set()
    named = [getattr(columns, name) for name in columns.model_fields_set - elsewhere]
    wanted = [columns.subject, columns.time, columns.value, *sorted(n for n in named if n)]
    results = data.wide.columns if data.wide else ()
    groupings = [grouping.column for grouping in config.groupings.values()]
    return tuple(dict.fromkeys([*(n for n in wanted if n not in made_columns(data)), *results, *groupings]))


def _list_extra(frame: pd.DataFrame, config: TrialConfig, file: str, findings: Findings) -> None:
    used = {*config.data.columns.model_dump().values(), *(e.column for e in config.data.exclude)}
    used |= {grouping.column for grouping in config.groupings.values()}
    used |= set(config.data.wide.columns) if config.data.wide else set()
    extra = [name for name in frame.columns if name and name not in used]
    if extra:
        findings.add("BI-094", file=file, old=", ".join(extra))


def _samples(frame: pd.DataFrame, config: TrialConfig, file: str, findings: Findings) -> pd.DataFrame:
    """The file's rows with the names of the record table and the cells that say something of their subject."""
    columns = config.data.columns

    def cell(name: str | None) -> pd.Series[str]:
        if name is None or name not in frame:
            return pd.Series("", index=frame.index, dtype="str")
        return frame[name]

    named = {ours: cell(theirs) for ours, theirs in _column_names(config).items()}
    if columns.analyte is None:
        named["TEST"] = pd.Series(config.primary_analyte.code, index=frame.index, dtype="str")
    rows = frame[["USUBJID"]].assign(**named, SRCFILE=file, SRCROW=frame[LINE])
    times = tidy_times(rows, cell(columns.date), config, findings)
    return rows.assign(
        TIMERULE=times.rule,
        AFRLT=times.actual,
        NFRLT=times.planned,
        AVALC=named["VALUE"],
        NOTDONE=False,
        **excluded(frame, config.data.exclude),
    )


def _subjects(
    ids: pd.Series[str], rows: pd.DataFrame, config: TrialConfig, reader: CellReader, findings: Findings
) -> pd.DataFrame:
    """One row per subject of the tables, in order of appearance."""
    subjects = pd.DataFrame({"USUBJID": ids})

    def known(column: str) -> pd.Series[str]:
        return looked_up(subjects["USUBJID"], first_known(rows, column, findings, "CP-031"))

    event = known_numbers(ids, known("EVENTDY"), config.data.columns.event_day or "", reader, findings)
    weight = known_numbers(ids, known("WEIGHT"), config.data.columns.weight or "", reader, findings)
    subjects = subjects.assign(
        WEIGHT=weight.where(weight > 0),
        AGE=known_numbers(ids, known("AGE"), config.data.columns.age or "", reader, findings),
        SEX=known("SEX"),
        EVENTDY=event * (DAYS_PER_HOUR if config.time.unit == "hour" else 1.0),
        EVENTTXT=known("EVENTTXT"),
        **{name: known(name) for name in config.groupings},
    )
    return stacked([subjects], subject_columns(config))


def _infusions(rows: pd.DataFrame, reader: CellReader, findings: Findings) -> pd.DataFrame:
    """One infusion at day 0 for every subject of these rows: a table of results knows no other."""
    first = rows.drop_duplicates("USUBJID")
    text = looked_up(first["USUBJID"], first_known(rows, "DOSE", findings, "CP-031"))
    dose, refused = reader.numbers(text)
    findings.add_rows("CP-030", first[refused == "CP-010"], field="DOSE", old=text)
    none = first[dose <= 0]
    findings.add_rows("BI-058", none, field="DOSE", old=text[none.index])
    unit = looked_up(first["USUBJID"], first_known(rows, "DOSEU", findings, "CP-031"))
    table = first[["USUBJID", "SRCFILE", "SRCROW"]].assign(DAY=0.0, DOSE=dose.where(dose > 0), DOSEU=unit)
    return stacked([table], INFUSION)
