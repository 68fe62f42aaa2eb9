"""The clinical course as files of the trial's layout, with the truth beside them."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd

from cartpk.config.clinical_data import VOCABULARIES
from cartpk.simulate.assay import printed
from cartpk.simulate.course import Course, draw_course
from cartpk.simulate.course_assessments import antibodies, criss, responses, tumour_cd7
from cartpk.simulate.course_events import adverse_events, disposition, medications, procedures
from cartpk.simulate.laboratory import laboratory, true_grades
from cartpk.simulate.schedule import DAY
from cartpk.simulate.trials import FIRST_DAY, VirtualTrial

__all__ = ["FILES", "clinical_files", "death_dates"]

Maker = Callable[[VirtualTrial, Course], pd.DataFrame]

FILES: Final = MappingProxyType(
    {
        "responses": ("rs.csv", "response assessments"),
        "adverse_events": ("ae.csv", "adverse events"),
        "antibodies": ("is.csv", "antibodies against the CAR"),
        "medications": ("cm.csv", "tocilizumab, steroids, new therapy"),
        "procedures": ("pr.csv", "transplantations"),
        "disposition": ("ds.csv", "death, loss to follow-up, last contact"),
        "criss": ("qs.csv", "components of the ACR-CRISS"),
        "tumour_cd7": ("cp_tumour.csv", "CD7 on tumour cells"),
        "laboratory": ("lb.csv", "safety laboratory with reference range and grade"),
    }
)
"""Clinical table -> SDTM file name (a tidy trial's file has the table's name) and content."""

_MALIGNANCY: Final[dict[str, Maker]] = {
    "responses": responses,
    "adverse_events": adverse_events,
    "antibodies": antibodies,
    "medications": medications,
    "procedures": procedures,
    "disposition": disposition,
    "tumour_cd7": tumour_cd7,
}
_SCLEROSIS: Final[dict[str, Maker]] = {
    "adverse_events": adverse_events,
    "antibodies": antibodies,
    "medications": medications,
    "disposition": disposition,
    "criss": criss,
}
_SEVERAL: Final = {
    "response": ("ORRES", "STRESC"),
    "result": ("ORRES", "STRESC"),
    "value": ("ORRES", "STRESC", "STRESN"),
    "unit": ("ORRESU", "STRESU"),
}
"""Names that fill several SDTM columns."""


def clinical_files(trial: VirtualTrial) -> dict[str, pd.DataFrame]:
    """File name -> table of text, with ``truth_clinical.csv``; the same seed gives the same tables."""
    course = draw_course(trial)
    makers = dict(_MALIGNANCY if course.design.disease == "malignancy" else _SCLEROSIS)
    if not course.design.cd7_share:
        makers.pop("tumour_cd7", None)
    if course.design.laboratory:
        makers["laboratory"] = laboratory
    files = {}
    for name, make in makers.items():
        table = make(trial, course)
        if trial.design.layout == "sdtm":
            files[FILES[name][0]] = _sdtm(name, table, trial)
        else:
            files[f"{name}.csv"] = _tidy(table)
    return {**files, "truth_clinical.csv": _truth(trial, course)}


def death_dates(trial: VirtualTrial) -> pd.Series:
    """ISO 8601 date of death of each subject, empty = alive at last contact."""
    course = draw_course(trial)
    start = trial.subjects["START"].to_numpy(dtype=np.int64) // DAY
    day = start + np.where(np.isfinite(course.death), course.death, 0.0).astype(np.int64)
    date = np.datetime_as_string(np.datetime64(FIRST_DAY, "D") + day, unit="D")
    return pd.Series(np.where(np.isfinite(course.death), date, ""), index=trial.subjects.index)


def _text(column: pd.Series) -> list[str]:
    if pd.api.types.is_numeric_dtype(column):
        return ["" if np.isnan(v) else printed(float(v)) for v in column]
    return [str(v) for v in column]


def _tidy(table: pd.DataFrame) -> pd.DataFrame:
    """The table with its own names in capitals; columns without a cell are left out."""
    names = ["subject", *(c for c in table if c != "subject")]
    shown = pd.DataFrame({str(name).upper(): _text(table[name]) for name in names})
    return shown.loc[:, [len(shown) == 0 or (shown[c] != "").any() for c in shown]]


def _sdtm(name: str, table: pd.DataFrame, trial: VirtualTrial) -> pd.DataFrame:
    """The table under SDTM names, with dates for days; ``--DY`` has no day 0."""
    vocabulary = VOCABULARIES[name]
    prefix = vocabulary.domain
    start = table["subject"].map(dict(zip(trial.subjects["USUBJID"], trial.subjects["START"] // DAY, strict=True)))
    number = [str(k + 1) for k in table.groupby("subject", sort=False).cumcount()]
    columns: dict[str, object] = {"STUDYID": trial.design.trial, "DOMAIN": prefix, "USUBJID": table["subject"]}
    columns[f"{prefix}SEQ"] = number
    for ours in vocabulary.columns:
        stem = ours.removesuffix("day") if ours in {"day", "start_day", "end_day"} else None
        if ours not in table or ours == "subject":
            continue
        if stem is not None:
            columns[vocabulary.columns[f"{stem}date"][0]] = _dates(table[ours], start)
            columns[vocabulary.columns[ours][0]] = _text(table[ours] + (table[ours] >= 0))
        elif ours == "visit_day":
            columns["VISITDY"] = _text(table[ours] + (table[ours] >= 0))
        elif ours in _SEVERAL:
            for part in _SEVERAL[ours]:
                columns[prefix + part] = _text(table[ours])
        else:
            for column in vocabulary.columns[ours] if name == "disposition" else vocabulary.columns[ours][:1]:
                columns[column] = _text(table[ours])
    return pd.DataFrame(columns, index=table.index)


def _dates(day: pd.Series, start: pd.Series) -> list[str]:
    first = np.datetime64(FIRST_DAY, "D")
    return [
        "" if np.isnan(d) else str(first + int(s) + int(d)) for d, s in zip(day.astype("float64"), start, strict=True)
    ]


def _truth(trial: VirtualTrial, course: Course) -> pd.DataFrame:
    """True course of every subject and the declared coefficients behind it."""
    beta = course.design.coefficients
    columns = {
        "EXPOSURE_SD": course.exposure,
        "CRS_LATENT": course.crs_latent,
        "CRS_GRADE": course.crs,
        "ICANS_GRADE": np.where(course.crs > 0, course.icans, 0),
        "RESPONSE_LATENT": course.latent,
        "RESPONDER": course.responder.astype(np.int64),
        "PROGRESSION_DAY": course.progression,
        "HSCT_DAY": course.hsct,
        "DEATH_DAY": course.death,
        "LAST_DAY": course.last,
        "CD7_WEAK": course.weak.astype(np.int64),
        "ADA_CLASS": course.ada,
        "B_CRS": np.full(course.exposure.size, beta.crs),
        "B_RESPONSE": np.full(course.exposure.size, beta.response),
        "B_LOG_HAZARD": np.full(course.exposure.size, beta.hazard),
        "B_CD7_WEAK": np.full(course.exposure.size, beta.cd7),
    }

    def as_text(v: float) -> str:
        return printed(float(f"{v:.6g}")) if np.isfinite(v) else ""

    shown = {name: [as_text(v) for v in value] for name, value in columns.items()}
    graded = true_grades(trial, course) if course.design.laboratory else {}
    return trial.subjects[["USUBJID", "SCENARIO", "ARM"]].assign(**shown, **graded, SEED=trial.seed)
