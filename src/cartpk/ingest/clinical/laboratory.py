"""ADLB: results of the safety laboratory with their place in the reference range and their toxicity grade."""

from __future__ import annotations

import math
import re
from typing import Final

import numpy as np
import pandas as pd

from cartpk.config import TrialConfig
from cartpk.config.clinical_reading import Laboratory
from cartpk.ingest.cells import CellReader
from cartpk.ingest.clinical.points import baseline, with_point_times, without_conflicts
from cartpk.ingest.clinical.reading import because, excluding, where
from cartpk.ingest.findings import Findings
from cartpk.ingest.text import counted, key, mapped, plain

__all__ = ["laboratory"]

_GRADE: Final = re.compile(r"(?:grade|gr|g)?\.? ?-?(?P<n>[0-5])(?:\.0)? ?级?", re.IGNORECASE)
"""CDISC gives the grades of a low value with a minus sign: -2 is grade 2."""
_BY: Final = ["USUBJID", "PARAMCD", "PCSPEC"]


def laboratory(frame: pd.DataFrame, config: TrialConfig, findings: Findings) -> pd.DataFrame:
    """The results with the columns of ``ADLB``.

    A text (``<5``) stays a result: it has no number, but may have an indicator or a grade. A row with none of the three
    is listed and not used. No grade is ever computed here: grades come from the data.

    Parameters
    ----------
    frame
        Table ``laboratory`` as :func:`read_clinical_table` gives it.
    """
    reader = CellReader(config.intake)
    rows = frame.assign(
        PARAMCD=frame["test"],
        PARAM=frame["test_name"].where(frame["test_name"] != "", frame["test"]),
        PARCAT1=frame["category"],
        PCSPEC=frame["specimen"],
        AVALC=frame["value"],
        AVALU=frame["unit"],
        ATOX=frame["toxicity"],
        AVISIT=frame["visit"],
    )
    rows = with_point_times(rows, findings)
    number, rule = reader.numbers(rows["value"])
    rows = rows.assign(AVAL=number.where(rule != "CP-010"))
    rows = _with_limits(rows, reader, findings)
    rows = _with_grades(rows, findings)
    rows = _with_indicators(rows, config.clinical.laboratory, findings)
    nothing = rows["AVAL"].isna() & rows["ANRIND"].isna() & rows["ATOXGR"].isna() & rows["ANLRS"].isna()
    empty, unread = nothing & (rows["value"] == ""), nothing & (rows["value"] != "")
    findings.add_rows("CP-104", rows[empty], field="value")
    findings.add_rows("CP-120", rows[unread], field="value", old=rows["value"], test=rows["PARAMCD"])
    rows = excluding(excluding(rows, empty, because("CP-104")), unread, because("CP-120"))
    rows = without_conflicts(rows, _BY, findings)
    _list_units(rows, findings)
    usable = rows["AVAL"].notna() | rows["ANRIND"].notna() | rows["ATOXGR"].notna()
    return rows.assign(ABLFL=baseline(rows, _BY, usable))


def _with_limits(rows: pd.DataFrame, reader: CellReader, findings: Findings) -> pd.DataFrame:
    """The rows with ``ANRLO`` and ``ANRHI``; limits that are no numbers or crossed are listed (CP-130)."""
    low, low_rule = reader.numbers(rows["low"])
    high, high_rule = reader.numbers(rows["high"])
    words = (low_rule == "CP-010") | (high_rule == "CP-010")
    crossed = low > high
    what = pd.Series("is not a pair of numbers", index=rows.index, dtype="str").mask(crossed, "has its limits crossed")
    wrong = (words | crossed) & rows["ANLRS"].isna()
    shown = "“" + rows["low"] + "” to “" + rows["high"] + "”"
    findings.add_rows("CP-130", rows[wrong], field="low", old=shown, test=rows["PARAMCD"], what=what)
    usable = ~(words | crossed)
    return rows.assign(ANRLO=low.where(usable), ANRHI=high.where(usable))


def _with_grades(rows: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """The rows with ``ATOXGR``; a grade that cannot be read is listed (CP-129)."""
    match = [_GRADE.fullmatch(plain(text)) for text in rows["grade"]]
    grade = pd.Series([float(m["n"]) if m else math.nan for m in match], index=rows.index, dtype="float64")
    unread = grade.isna() & (rows["grade"] != "") & rows["ANLRS"].isna()
    findings.add_rows("CP-129", rows[unread], field="grade", old=rows["grade"], test=rows["PARAMCD"])
    return rows.assign(ATOXGR=grade)


def _with_indicators(rows: pd.DataFrame, settings: Laboratory, findings: Findings) -> pd.DataFrame:
    """The rows with ``ANRIND``: the delivered indicator, else the place that value and limits give."""
    known = {key(text): name for name, texts in settings.indicators.items() for text in texts}
    said = pd.Series(mapped(rows["indicator"], lambda t: known.get(key(t), "")), index=rows.index, dtype="str")
    unknown = (said == "") & (rows["indicator"] != "") & rows["ANLRS"].isna()
    findings.add_rows("CP-131", rows[unknown], field="indicator", old=rows["indicator"], test=rows["PARAMCD"])
    limited = rows["AVAL"].notna() & (rows["ANRLO"].notna() | rows["ANRHI"].notna())
    place = np.select([rows["AVAL"] < rows["ANRLO"], rows["AVAL"] > rows["ANRHI"]], ["LOW", "HIGH"], "NORMAL")
    made = pd.Series(place, index=rows.index, dtype="str").where(limited, "")
    differs = where(rows, [_contradicts(s, m) for s, m in zip(said, made, strict=True)]) & rows["ANLRS"].isna()
    findings.add_rows(
        "CP-132", rows[differs], field="indicator", old=rows["value"], test=rows["PARAMCD"],
        what=said + ", the limits say " + made,
    )  # fmt: skip
    chosen = said.where(said != "", made)
    source = pd.Series(np.where(said != "", "DELIVERED", "LIMITS"), index=rows.index, dtype="str")
    return rows.assign(ANRIND=chosen.where(chosen != ""), ANRINDS=source.where(chosen != ""))


def _contradicts(said: str, made: str) -> bool:
    """Whether the limits say another thing; ABNORMAL agrees with low and with high."""
    if not said or not made:
        return False
    return made == "NORMAL" if said == "ABNORMAL" else said != made


def _list_units(rows: pd.DataFrame, findings: Findings) -> None:
    used = rows[rows["ANLRS"].isna() & (rows["unit"] != "")]
    for test, mine in used.groupby("PARAMCD", sort=True):
        units = sorted({key(unit): unit for unit in mine["unit"]}.values())
        if len(units) > 1:
            findings.add(
                "CP-133", file=str(mine["SRCFILE"].iloc[0]), row=float(mine["SRCROW"].iloc[0]), field="unit",
                old=", ".join(units), test=str(test), count=counted(len(mine)),
            )  # fmt: skip
