"""Rows with a start and an end: adverse events, medications, procedures."""

from __future__ import annotations

import pandas as pd

from cartpk.ingest.findings import Findings

__all__ = ["with_span_times"]


def with_span_times(rows: pd.DataFrame, what: str, findings: Findings) -> pd.DataFrame:
    """The rows with ``ASTDTM``, ``AENDTM``, ``ASTDY``, ``AENDY`` and ``ADURN``; none is left out for want of a day.

    A start that cannot be read or placed (CP-114), an end that cannot (CP-115) and an end before its start (CP-116) are
    listed; the day is then unknown.
    """
    used = rows["ANLRS"].isna()
    start, end = rows["start_date"], rows["end_date"]
    no_start = used & rows["start_at"].isna()
    findings.add_rows(
        "CP-114", rows[no_start], field="start_date", old=start.where(start != "", rows["start_day"]), what=what
    )
    no_end = used & rows["end_at"].isna() & ((end != "") | (rows["end_day"] != ""))
    findings.add_rows("CP-115", rows[no_end], field="end_date", old=end.where(end != "", rows["end_day"]))
    inverted = used & (rows["end_at"].round(6) < rows["start_at"].round(6)) & ~_same_day(rows)
    findings.add_rows("CP-116", rows[inverted], field="end_date", old=rows["end_at"], start=rows["start_at"])
    last = rows["end_at"].mask(inverted | (rows["end_at"] < rows["start_at"]))
    whole = (rows["start_at"] % 1 == 0) & (last % 1 == 0)
    return rows.assign(
        ASTDTM=rows["start_at_date"],
        AENDTM=rows["end_at_date"],
        ASTDY=rows["start_at"],
        AENDY=last,
        ADURN=last - rows["start_at"] + whole,
    )


def _same_day(rows: pd.DataFrame) -> pd.Series[bool]:
    """Whether both dates are one calendar day: one of them may have no time of day."""
    start, end = rows["start_date"].str[:10], rows["end_date"].str[:10]
    return (start == end) & (start != "")
