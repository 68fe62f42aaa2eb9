"""Dose-limiting toxicity by dose level: who counts, who is still in the window, who had one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import pandas as pd

from cartpk.clinical.dlt import DltStatus, dlt_subjects
from cartpk.tables.cells import BLANK, counted, share, words
from cartpk.tables.groups import Group, analysis_set
from cartpk.tables.safety import SHARE, no_events
from cartpk.tables.table import Body, Cell, Column, NoTable, Row, TableSpec
from cartpk.terms import NOT_STATED, Endpoint

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["cut_note", "window_text"]

_NOBODY: Final = "nobody in the window"
_NO_DLT: Final = "none"


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per count, one column per dose level."""
    if (nothing := no_events(data)) is not None:
        return nothing
    who = analysis_set(data, "SAF", config)
    columns = (
        Column("count", "Subjects", "group"),
        Column("statistic", "Statistic", "statistic"),
        *(group.column() for group in who.groups),
    )
    rows = _rows(data, dlt_subjects(data, config), who.groups)
    stated = config.escalation.registry_timeframe
    notes = (
        f"DLT time frame in the registry record: “{stated}”." if stated else "The registry record gives no time frame.",
        "Subjects are counted, not events: two DLTs in one subject are one DLT subject.",
        (
            "Evaluable: a DLT in the window, or observed without one to its "
            f"{config.sets.dlt_observed_to} day. Reasons by subject: Listing 16.2.3; terms: Listing 16.2.7-1."
        ),
        cut_note(config),
    )
    return Body(columns, tuple(rows), who.text, notes, "work/addlt.csv")


def cut_note(config: TrialConfig) -> str:
    """As of when, and what days left count from."""
    cut = config.report.data_cut
    if cut is None:
        return "The data cut is not stated: days left in the window count from the last record of the subject."
    return f"As of the data cut of {cut}; days left in the window count from it where the day of infusion has a date."


def window_text(first: float, last: float) -> str:
    """The window as printed.

    Examples
    --------
    >>> window_text(28, 28), window_text(14, 28), window_text(float("nan"), float("nan"))
    ('day 0 to 28', 'day 0 to 14-28', 'not stated in the registry record')
    """
    if math.isnan(last):
        return NOT_STATED
    return f"day 0 to {last:g}" if first == last else f"day 0 to {first:g}-{last:g}"


def _rows(data: TrialData, table: pd.DataFrame, groups: tuple[Group, ...]) -> Iterator[Row]:
    safe = table[table["STATUS"].ne(str(DltStatus.OUTSIDE))]
    inside = [safe[safe["USUBJID"].isin(group.subjects)] for group in groups]

    def shares(label: str, key: str, holds: pd.Series[bool]) -> Row:
        cells = (share(int(holds.reindex(part.index).sum()), len(part)) for part in inside)
        return Row((words(label), words("n (%)"), *cells), SHARE, {"count": key})

    def texts(label: str, key: str, cells: list[Cell]) -> Row:
        return Row((words(label), words(""), *cells), (), {"count": key})

    windows = [{window_text(*w) for w in zip(p["WINFIRST"], p["WINLAST"], strict=True)} for p in inside]
    yield texts("DLT window", "window", [words(_windows(w)) if w else BLANK for w in windows])
    yield Row((words("Infused"), words("n"), *(counted(len(part)) for part in inside)), (), {"count": "infused"})
    yield shares("Evaluable for DLT", "evaluable", safe["REASON"].isna())
    for status, label, key in (
        (DltStatus.IN_WINDOW, "Still in the window", "in_window"),
        (DltStatus.NOT_OBSERVED, "Not evaluable: not observed to the end of the window", "not_observed"),
        (DltStatus.NO_WINDOW, "Not determined: DLT window not stated", "no_window"),
    ):
        yield shares(label, key, safe["STATUS"].eq(str(status)))
    left = [part["DAYSLEFT"].dropna().sort_values() for part in inside]
    yield texts(
        "Days left in the window", "days_left", [words("; ".join(f"{d:g}" for d in days) or _NOBODY) for days in left]
    )
    yield shares("With a DLT (DLT subjects)", "dlt", safe["NDLT"].gt(0))
    events = (counted(int(part["NDLT"].sum())) for part in inside)
    yield Row((words("DLT events"), words("n"), *events), (), {"count": "events"})
    terms = [words("; ".join(_terms(part, data)) or _NO_DLT) for part in inside]
    yield texts("DLT terms (grade), one per subject and term", "terms", terms)


def _windows(found: set[str]) -> str:
    """The window of these subjects, or that their dose levels have several."""
    return next(iter(found)) if len(found) == 1 else "differs by dose level"


def _terms(part: pd.DataFrame, data: TrialData) -> Iterator[str]:
    events = data.clinical.adae
    own = events[events["DLTFL"].eq("Y") & events["USUBJID"].isin(part["USUBJID"])]
    once = own.drop_duplicates(["USUBJID", "AEDECOD", "ATOXGR"])
    for (term, grade), rows in once.groupby(["AEDECOD", "ATOXGR"], sort=True, dropna=False):
        times = f" x {len(rows)}" if len(rows) > 1 else ""
        number = float(str(grade))
        yield f"{term} ({'grade not given' if math.isnan(number) else f'{number:.0f}'}){times}"


SPEC: Final = TableSpec("t_14_3_1", "14.3-1", "Dose-limiting toxicity by dose level", table, (Endpoint.DLT,))
