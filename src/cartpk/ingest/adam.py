"""The analysis data set as a way in: ADNCA or ADPC as they come, by the standard's names.

Times count from the first dose (``AFRLT``), doses from ``DOSEA`` and the reference dose of each record. Records that
were copied or derived for the analysis are listed and never counted twice.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from cartpk.config import TrialConfig
from cartpk.ingest.adam_records import dose_records, exclusions
from cartpk.ingest.cells import CellReader, Kind
from cartpk.ingest.corrections import Corrections
from cartpk.ingest.delivery import INFUSION, SAMPLE, Delivery, check_exclusions, excluded, stacked, subject_columns
from cartpk.ingest.findings import Findings
from cartpk.ingest.readers import Request, read_file
from cartpk.ingest.records import Names
from cartpk.ingest.subjects import check_identifiers, first_known, known_numbers, with_identifiers
from cartpk.ingest.text import key, looked_up, mapped
from cartpk.terms import DAYS_PER_HOUR

__all__ = ["read_adam"]

_REQUIRED: Final = ("USUBJID", "AFRLT", "AVAL")
_NAMES: Final = {"TIME": "AFRLT", "VALUE": "AVAL", "UNIT": "AVALU", "LLOQ": "ALLOQ", "TEST": "PARAMCD"}
"""Column of the record table -> the data set's name, in findings."""
_FIRST_UNIT: Final = ("FRLTU", "AFRLTU", "RRLTU")
"""Columns of the unit of AFRLT and NFRLT: the standard's first, RRLTU where a data set has only that."""
_REFERENCE_UNIT: Final = ("RRLTU", "FRLTU", "AFRLTU")
_DAYS: Final = {
    **dict.fromkeys(("d", "day", "days"), 1.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), DAYS_PER_HOUR),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), DAYS_PER_HOUR / 60.0),
}
_BESIDE: Final = ("AVALC", "PCSTRESC", "AVALCAT1")
"""Columns that say of a number in AVAL that it stands for "below the limit"."""
_NOT_GIVEN: Final = frozenset({"", "na"})
_SUBJECT: Final = {"WEIGHT": "WTBL", "AGE": "AGE", "SEX": "SEX", "TRTSDTM": "TRTSDTM"}


def read_adam(config: TrialConfig, root: Path, findings: Findings, corrections: Corrections) -> Delivery:
    """A trial's ADNCA or ADPC as a delivery; what cannot be read is in the findings.

    Parameters
    ----------
    config
        The trial; ``data.tables`` names the files.
    root
        Folder that the paths of the config start from.
    corrections
        Signed decisions on the cells, before anything is read from them.
    """
    frames: list[pd.DataFrame] = []
    parts: list[pd.DataFrame] = []
    groups = {name: grouping.column for name, grouping in config.groupings.items()}
    for file in config.data.tables:
        frame = read_file(Request.of(config, root, file, (*_REQUIRED, *groups.values()), "tables"), findings)
        if frame is None:
            continue
        test = "PARAMCD" if "PARAMCD" in frame else "PARAM"
        frame = corrections.applied(frame, file, Names("USUBJID", "AFRLT", test, results=("AVAL",)))
        frames.append(frame)
        findings.name_columns(file, {**_NAMES, "TEST": test})
        named = _without_r_missing(with_identifiers(frame, "USUBJID", file, findings))
        parts.append(_records(named, file, config, findings).assign(**{n: named[c] for n, c in groups.items()}))
    check_exclusions(frames, config, findings)
    extra = dict.fromkeys((*_SUBJECT, "DOSE", "DOSEU", "DOSED", "ATPTREF", "DTYPE", "FLAG", "FLAGTEXT", *groups), "str")
    rows = stacked(parts, {**SAMPLE, **extra, "ARRLT": "float64"})
    reader = CellReader(config.intake)
    infusions, samples = dose_records(rows, reader, findings)
    samples = exclusions(samples, findings)
    subjects = _subjects(rows, config, reader, findings)
    check_identifiers(subjects["USUBJID"].tolist(), findings)
    return Delivery(samples[list(SAMPLE)], subjects, stacked([infusions], INFUSION))


def _without_r_missing(frame: pd.DataFrame) -> pd.DataFrame:
    """The cells with R's ``NA`` as empty: a data set written by R has it in every column that is not text."""
    return frame.mask(frame == "NA", "")


def _records(frame: pd.DataFrame, file: str, config: TrialConfig, findings: Findings) -> pd.DataFrame:
    """The file's rows under the names of the record table, with what they say of dose and subject."""

    def cell(*names: str) -> pd.Series[str]:
        out = pd.Series("", index=frame.index, dtype="str")
        for name in names:
            if name in frame:
                out = out.where(out != "", frame[name])
        return out

    rows = frame[["USUBJID"]].assign(SRCFILE=file, SRCROW=frame.index)
    reader = CellReader(config.intake)
    first = _day_length(cell(*_FIRST_UNIT), rows, "FRLTU", findings)
    after, rule = reader.numbers(frame["AFRLT"])
    reference, _ = reader.numbers(cell("ARRLT"))
    planned, _ = reader.numbers(cell("NFRLT"))
    status = mapped(cell("PCSTAT"), key)
    return rows.assign(
        TEST=cell("PARAMCD", "PARAM"),
        TESTALT=cell("PARAM", "ANALYTE"),
        PCSPEC=cell("PCSPEC"),
        PCMETHOD=cell("PCMETHOD"),
        TIME=frame["AFRLT"],
        TIMERULE=pd.Series(rule, index=frame.index, dtype="str"),
        AFRLT=after * first,
        NFRLT=planned * first,
        ARRLT=reference * _day_length(cell(*_REFERENCE_UNIT), rows, "RRLTU", findings),
        AVISIT=cell("AVISIT", "VISIT"),
        ADTM=cell("ADTM", "PCDTC"),
        VALUE=_values(frame, reader),
        AVALC=cell("AVALC", "PCORRES", "AVAL"),
        UNIT=cell("AVALU"),
        LLOQ=cell("ALLOQ", "PCLLOQ"),
        LLOQU=cell("AVALU"),
        NOTDONE=[s == "notdone" for s in status],
        SRCSEQ=cell("SRCSEQ", "ASEQ", "PCSEQ"),
        DOSE=cell("DOSEA"),
        DOSEU=cell("DOSEU"),
        DOSED=cell("SRCDOM"),
        ATPTREF=cell("ATPTREF"),
        DTYPE=cell("DTYPE"),
        **{ours: cell(theirs) for ours, theirs in _SUBJECT.items()},
        **_flagged(frame),
        **excluded(frame, config.data.exclude),
    )


def _day_length(unit: pd.Series[str], rows: pd.DataFrame, field: str, findings: Findings) -> pd.Series[float]:
    """Days of one unit of each row; a unit that is not known makes the file's times unusable (CP-081)."""
    lengths = pd.Series([_DAYS.get(k, np.nan) for k in mapped(unit, key)], index=unit.index, dtype="float64")
    for text, here in rows[lengths.isna()].groupby(unit[lengths.isna()], sort=True):
        findings.add_files("CP-081", here, field=field, old=str(text), found=str(text) or "nothing")
    return lengths


def _values(frame: pd.DataFrame, reader: CellReader) -> pd.Series[str]:
    """The result that is read: AVAL, but the text beside it where that says "below the limit".

    An analysis data set has 0 or a half of the limit in AVAL of such a record, which is no measured value.
    """
    value = frame["AVAL"]
    below = {Kind.BLQ, Kind.NOT_DETECTED}
    found = pd.Series("", index=frame.index, dtype="str")
    for name in _BESIDE:
        if name in frame:
            texts = frame[name]
            says = pd.Series(mapped(texts, lambda t: reader(t).kind in below), index=frame.index, dtype="bool")
            found = found.where((found != "") | ~says, texts)
    return value.where(found == "", found)


def _flagged(frame: pd.DataFrame) -> dict[str, pd.Series[str]]:
    """The first flag of each record by which the data set itself excludes it: ``NCAwXRS``, ``NCAXFL``, ``ANL01FL``."""
    field = pd.Series("", index=frame.index, dtype="str")
    text = pd.Series("", index=frame.index, dtype="str")
    reasons = [c for c in frame.columns if c.startswith("NCA") and c.endswith("XRS")]
    for name in (*reasons, "NCAXFL", "ANL01FL"):
        if name in frame:
            cells = frame[name].str.strip()
            hit = {"NCAXFL": cells == "Y", "ANL01FL": cells != "Y"}.get(name, cells != "") & (field == "")
            field, text = field.mask(hit, name), text.mask(hit, cells.where(cells != "", "empty"))
    return {"FLAG": field, "FLAGTEXT": text}


def _subjects(rows: pd.DataFrame, config: TrialConfig, reader: CellReader, findings: Findings) -> pd.DataFrame:
    """One row per subject, in order of appearance."""
    ids = rows["USUBJID"].drop_duplicates().reset_index(drop=True)

    def known(column: str) -> pd.Series[str]:
        return looked_up(ids, first_known(rows, column, findings, "CP-031")).fillna("")

    weight = known_numbers(ids, known("WEIGHT"), _SUBJECT["WEIGHT"], reader, findings)
    subjects = pd.DataFrame({"USUBJID": ids}).assign(
        WEIGHT=weight.where(weight > 0),
        AGE=known_numbers(ids, known("AGE"), "AGE", reader, findings),
        SEX=known("SEX"),
        TRTSDTM=known("TRTSDTM"),
        **{name: known(name) for name in config.groupings},
    )
    return stacked([subjects], subject_columns(config))
