"""Infusions of the tidy way in: files with one row per infusion, where a subject has more than one."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from cartpk.config import TrialConfig
from cartpk.ingest.cells import CellReader
from cartpk.ingest.corrections import Corrections
from cartpk.ingest.delivery import INFUSION, stacked
from cartpk.ingest.findings import Findings
from cartpk.ingest.readers import Request, read_file
from cartpk.ingest.records import Names
from cartpk.ingest.subjects import with_identifiers
from cartpk.ingest.tidy_times import days_per_unit

__all__ = ["read_infusion_tables", "starting_late"]

_SAME_TIME: Final = 1e-9
"""days."""


def read_infusion_tables(config: TrialConfig, root: Path, findings: Findings, corrections: Corrections) -> pd.DataFrame:
    """The infusions of ``data.infusions`` (columns of ``INFUSION``); rows that are none are listed and left out.

    The files have the columns that ``data.columns`` names as subject, time and dose, and may have the dose's unit.

    Parameters
    ----------
    config
        The trial.
    root
        Folder that the paths of the config start from.
    corrections
        Signed decisions on the cells.
    """
    columns, data = config.data.columns, config.data
    needed = tuple(name for name in (columns.subject, columns.time, columns.dose) if name)
    parts: list[pd.DataFrame] = []
    for file in data.infusions:
        frame = read_file(Request.of(config, root, file, needed, "infusions"), findings)
        if frame is None:
            continue
        frame = corrections.applied(frame, file, Names(columns.subject, columns.time, samples=False))
        findings.name_columns(file, {"TIME": columns.time, "DOSE": columns.dose})
        named = with_identifiers(frame, columns.subject, file, findings)
        empty = pd.Series("", index=named.index, dtype="str")
        cells = {
            "TIME": named[columns.time],
            "DOSE": named[columns.dose] if columns.dose else empty,
            "DOSEU": named.get(columns.dose_unit, empty),
        }
        parts.append(named[["USUBJID"]].assign(**cells, SRCFILE=file, SRCROW=named.index))
    texts = {"USUBJID": "str", "TIME": "str", "DOSE": "str", "DOSEU": "str", "SRCFILE": "str", "SRCROW": "int64"}
    return _read(stacked(parts, texts), config, findings)


def _read(rows: pd.DataFrame, config: TrialConfig, findings: Findings) -> pd.DataFrame:
    """The rows with their times and doses as numbers, sorted by subject and time."""
    reader = CellReader(config.intake)
    day, _ = reader.numbers(rows["TIME"])
    day = day * rows["SRCFILE"].map(lambda file: days_per_unit(config.time, str(file))).astype("float64")
    undated = rows[day.isna()]
    findings.add_rows("CP-070", undated, field="TIME", old=rows["TIME"])
    dose, refused = reader.numbers(rows["DOSE"])
    findings.add_rows("CP-030", rows[refused == "CP-010"], field="DOSE", old=rows["DOSE"])
    none = rows[(dose <= 0) & day.notna()]
    findings.add_rows("BI-058", none, field="DOSE", old=rows["DOSE"])
    kept = rows.assign(DAY=day, DOSE=dose).drop(index=[*undated.index, *none.index])
    return stacked([kept.sort_values(["USUBJID", "DAY"], kind="stable")], INFUSION)


def starting_late(infusions: pd.DataFrame, findings: Findings) -> dict[str, str]:
    """Why subjects whose first infusion is not at time 0 are outside the analysis (CP-071)."""
    first = infusions.groupby("USUBJID", sort=True)["DAY"].min()
    late = first[first.abs() > _SAME_TIME]
    for subject, day in late.items():
        findings.add("CP-071", subject=str(subject), field="TIME", old=f"{day:g}")
    return {str(subject): "the first infusion is not at time 0 (CP-071)" for subject in late.index}
