"""Times of a tidy table: numbers or labels, in the unit of their file, checked against planned times and dates."""

from __future__ import annotations

from typing import Final, NamedTuple

import pandas as pd

from cartpk.config import TrialConfig
from cartpk.config.data import Time
from cartpk.ingest.cells import CellReader
from cartpk.ingest.findings import Findings
from cartpk.ingest.nominal import label_days, list_undeclared, list_unmapped
from cartpk.ingest.text import mapped, truths
from cartpk.ingest.times import DateReader
from cartpk.terms import DAYS_PER_HOUR

__all__ = ["TidyTimes", "days_per_unit", "list_unit_doubts", "tidy_times"]

_ENOUGH: Final = 4
"""Times from which the unit of a file can be doubted."""
_HOURS: Final = (20.0, 28.8)
"""Quotients, or inverse quotients, that can only be hours taken for days (24 and a fifth)."""
_MOST: Final = 0.5
"""Share of a file's times that must be so."""
_FEWEST_DAYS: Final = 0.9
"""Shorter spans say nothing of the unit."""
_SECONDS_PER_DAY: Final = 86400.0


class TidyTimes(NamedTuple):
    """Columns of the record table."""

    actual: pd.Series[float]
    """Days from the start of the first infusion."""
    rule: pd.Series[str]
    """Rule that refuses the time; empty = none."""
    planned: pd.Series[float]
    """Days; NaN where nothing says so."""


def days_per_unit(time: Time, file: str) -> float:
    """Days that one unit of the file's time columns stands for.

    >>> days_per_unit(Time(units={"site2.csv": "hour"}), "site2.csv") * 24, days_per_unit(Time(), "site2.csv")
    (1.0, 1.0)
    """
    return DAYS_PER_HOUR if time.units.get(file, time.unit) == "hour" else 1.0


def tidy_times(rows: pd.DataFrame, dates: pd.Series[str], config: TrialConfig, findings: Findings) -> TidyTimes:
    """Actual and planned days of one file's rows; planned times that are no number or day are listed.

    Parameters
    ----------
    rows
        ``TIME``, ``NOMINAL``, ``AVISIT`` as delivered, ``USUBJID``, ``SRCFILE``, ``SRCROW``.
    dates
        Dates of the samples as delivered, empty where the table has none: they only check the unit of time.
    config
        The trial.
    """
    time, read = config.time, CellReader(config.intake)
    days, rule = read.numbers(rows["TIME"])
    nominal, unreadable = read.numbers(rows["NOMINAL"])
    words = rows.assign(TIME=rows["TIME"].where(rule == "CP-010", ""))
    labels = label_days(words["TIME"], time)
    undeclared = list_undeclared(words, "TIME", time, findings)
    rule = rule.astype("str").mask(undeclared, "BI-041")
    if labels.notna().any():
        # a column of visits: a text that is no number is a visit without a day
        unmapped = (words["TIME"] != "") & labels.isna() & ~undeclared
        list_unmapped(words[unmapped], "TIME", findings)
        rule = rule.mask(unmapped, "BI-042")
    planned = label_days(rows["NOMINAL"].where(unreadable == "CP-010", ""), time)
    for text, here in rows[(unreadable == "CP-010") & planned.isna()].groupby("NOMINAL", sort=True):
        findings.add_files("CP-014", here, field="NOMINAL", old=text)
    per_day = days_per_unit(time, str(rows["SRCFILE"].iloc[0])) if len(rows) else 1.0
    # a label counts days, whatever the unit of the numbers beside it
    planned = (nominal * per_day).fillna(planned).fillna(label_days(rows["AVISIT"], time))
    list_unmapped(rows[planned.isna()], "AVISIT", findings)
    actual = (days * per_day).fillna(labels)
    _check_dates(rows.assign(AFRLT=days * per_day), dates, time, findings)
    return TidyTimes(actual, rule.mask(labels.notna(), ""), planned)


def _check_dates(rows: pd.DataFrame, dates: pd.Series[str], time: Time, findings: Findings) -> None:
    """Compare the days since each subject's first sample by the time column and by the dates (BI-043)."""
    if not truths(dates, bool).any():
        return
    read = DateReader(time)

    def day(text: str) -> float:
        stamp = read(text)
        return float("nan") if stamp.at is None else stamp.at.timestamp() / _SECONDS_PER_DAY

    dated = rows.assign(_DAY=pd.Series(mapped(dates, day), index=rows.index, dtype="float64"))
    dated = dated[dated["_DAY"].notna() & dated["AFRLT"].notna()]
    first = dated.sort_values("_DAY", kind="stable").groupby("USUBJID")[["_DAY", "AFRLT"]].transform("first")
    compare = rows.loc[dated.index].assign(SAID=dated["AFRLT"] - first["AFRLT"], TRUE=dated["_DAY"] - first["_DAY"])
    _list(compare, "the dates", time, findings)


def list_unit_doubts(samples: pd.DataFrame, time: Time, findings: Findings) -> None:
    """List files whose actual times are 24 times, or a 24th of, their planned ones (BI-043)."""
    _list(samples.assign(SAID=samples["AFRLT"], TRUE=samples["NFRLT"]), "the planned time", time, findings)


def _list(compare: pd.DataFrame, against: str, time: Time, findings: Findings) -> None:
    """One finding per file whose times ``SAID`` are to the ``TRUE`` ones as hours to days."""
    usable = compare[compare["TRUE"].abs().ge(_FEWEST_DAYS) & compare["SAID"].abs().gt(0)]
    ratio = usable["SAID"] / usable["TRUE"]
    low, high = _HOURS
    hours, days = ratio.between(low, high), (1.0 / ratio).between(low, high)
    for file, here in usable.groupby("SRCFILE", sort=False):
        enough = len(here) >= _ENOUGH
        declared = time.units.get(str(file), time.unit)
        new = "hour" if declared == "day" else "day"
        for wrong, ratio_text in ((hours, "24"), (days, "1/24")):
            if enough and wrong[here.index].mean() > _MOST:
                findings.add_files(
                    "BI-043", here, field="TIME", old=declared, new=new, ratio=ratio_text, against=against
                )
