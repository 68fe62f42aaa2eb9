"""Rows with one time each: assessments, antibody samples, measured values; baselines."""

from __future__ import annotations

from typing import Final

import pandas as pd

from cartpk.config.clinical_reading import Measured
from cartpk.ingest.cells import CellReader
from cartpk.ingest.clinical.reading import because, excluding, where
from cartpk.ingest.findings import Findings
from cartpk.ingest.text import key, mapped_together, plain

__all__ = ["baseline", "measured", "with_point_times", "without_conflicts"]

_READ_NEVERTHELESS: Final = frozenset({"", "CP-012"})


def with_point_times(rows: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """The rows with ``AFRLT`` and ``ADTM``; one without a usable time is listed and not used."""
    for rule in sorted(set(rows["at_rule"])):
        here = rows[(rows["at_rule"] == rule) & rows["ANLRS"].isna()]
        if not rule or here.empty:
            continue
        text = here["date"].where(here["date"] != "", here["day"])
        if rule == "BI-035":
            findings.add_files(rule, here, field="date", old=str(text.iloc[0]))
        else:
            findings.add_rows(rule, here, field="date", old=text)
        if rule not in _READ_NEVERTHELESS:
            rows = excluding(rows, rows["at_rule"] == rule, because(rule))
    return rows.assign(AFRLT=rows["at"], ADTM=rows["at_date"])


def baseline(rows: pd.DataFrame, by: list[str], result: pd.Series[bool]) -> pd.Series[str]:
    """``Y`` on the last used row with a result up to the infusion, one per group; ``N`` on all others.

    ``result``: rows that have a result. A result of the day of infusion that has no time of day counts as before it.
    """
    early = rows[rows["ANLRS"].isna() & result & (rows["at"] <= 0)].sort_values("at", kind="stable")
    last = early.index[~early.duplicated(by, keep="last")]
    return pd.Series("N", index=rows.index, dtype="str").mask(where(rows, list(rows.index.isin(last))), "Y")


def measured(
    frame: pd.DataFrame, known: dict[str, Measured], by: list[str], reader: CellReader, findings: Findings
) -> pd.DataFrame:
    """The rows of declared quantities with ``PARAMCD``, ``AVAL``, ``ABLFL``; tests that none declares are left out.

    A cell that is no number (CP-120), a value outside its range (CP-121), or two different values
    at one time (CP-122) are listed and not used.
    """
    codes = {key(text): code for code, entry in known.items() for text in (code, *entry.match)}
    cells = [frame["test"], frame["test_name"]]
    found = mapped_together(cells, lambda t, n: codes.get(key(t), "") or codes.get(key(n), ""))
    code = pd.Series(found, index=frame.index, dtype="str")
    for test, here in frame[code == ""].groupby("test", sort=True):
        findings.add_files("CP-119", here, field="test", old=plain(str(test)), allowed=", ".join(known))
    named = frame[code != ""].assign(PARAMCD=code[code != ""], PARAM=frame["test_name"], AVISIT=frame["visit"])
    rows = with_point_times(named.assign(AVALC=named["value"], AVALU=named["unit"]), findings)
    number, rule = reader.numbers(rows["value"])
    wrong = (rule == "CP-010") & rows["ANLRS"].isna()
    empty = (rule == "CP-011") & rows["ANLRS"].isna()
    findings.add_rows("CP-120", rows[wrong], field="value", old=rows["value"], test=rows["PARAMCD"])
    findings.add_rows("CP-104", rows[empty], field="value")
    rows = excluding(excluding(rows, wrong, because("CP-120")), empty, because("CP-104"))
    rows = _in_range(rows.assign(AVAL=number), known, findings)
    rows = without_conflicts(rows, by, findings)
    return rows.assign(ABLFL=baseline(rows, by, rows["AVAL"].notna()))


def _in_range(rows: pd.DataFrame, known: dict[str, Measured], findings: Findings) -> pd.DataFrame:
    for code, entry in known.items():
        low = -float("inf") if entry.low is None else entry.low
        high = float("inf") if entry.high is None else entry.high
        mine = (rows["PARAMCD"] == code) & rows["AVAL"].notna() & rows["ANLRS"].isna()
        outside = mine & ~rows["AVAL"].between(low, high)
        allowed = f"at least {low:g}" if high == float("inf") else f"{low:g} to {high:g}"
        findings.add_rows("CP-121", rows[outside], field="value", old=rows["value"], test=code, allowed=allowed)
        rows = excluding(rows, outside, because("CP-121"))
    return rows


def without_conflicts(rows: pd.DataFrame, by: list[str], findings: Findings) -> pd.DataFrame:
    """The rows with those excluded that stand beside another value of their group and time (CP-122)."""
    used = rows[rows["ANLRS"].isna()]
    distinct = used.groupby([*by, "at"], sort=False, dropna=False)["AVAL"].transform("nunique")
    both = where(rows, list(rows.index.isin(used.index[distinct > 1])))
    findings.add_rows("CP-122", rows[both], field="value", old=rows["value"], test=rows["PARAMCD"], day=rows["at"])
    return excluding(rows, both, because("CP-122"))
