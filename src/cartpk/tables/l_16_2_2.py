"""Deviations from the plan by subject: doses outside their tolerance, samples outside their window or not taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import pandas as pd

from cartpk.tables.cells import BLANK, words
from cartpk.tables.groups import analysis_set, by_subject, plural
from cartpk.tables.listing import SUBJECT, dose_levels, in_order, subject_cells
from cartpk.tables.printing import days, dose, event_day, percent, unit_text
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_COLUMNS: Final = (
    *SUBJECT,
    Column("deviation", "Deviation", "text"),
    Column("visit", "Visit", "text"),
    Column("planned", "Planned", "text"),
    Column("actual", "Actual", "text"),
    Column("difference", "Difference", "text"),
    Column("allowed", "Allowed", "text"),
    Column("results", "Results concerned", "text"),
)
_NOT_TAKEN: Final = "no result (BI-006)"
_NAMES: Final = ["USUBJID", "NFRLT", "AVISIT"]


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per subject and deviation; samples of one visit are one row."""
    if data.adsl.empty:
        return NoTable("No subject came in.")
    samples = _samples(data)
    if data.adsl["DOSEP"].isna().all() and samples["NFRLT"].isna().all():
        return NoTable("The data name neither planned doses nor planned days: nothing can be held against a plan.")
    found = [*_doses(data, config), *_late(samples, data, config), *_missing(samples, data)]
    if not found:
        return NoTable("Every dose lies within its tolerance, every planned sample was taken within its window.")
    place = {s: i for i, s in enumerate(by_subject(data)["USUBJID"])}
    rows = tuple(row for _, row in sorted(found, key=lambda pair: place[pair[0]]))
    return Body(_COLUMNS, rows, analysis_set(data, "all").text, tuple(_notes(config)), "adsl.csv, adnca.csv, adpd.csv")


def _samples(data: TrialData) -> pd.DataFrame:
    """Kinetic samples and cell counts, one row each, with what they measure (``WHAT``)."""
    kinetic = data.adnca.assign(WHAT=data.adnca["PCTEST"], KINETIC=True)
    counts = data.adpd.assign(WHAT=data.adpd["PARAM"], KINETIC=False)
    columns = [*_NAMES, "AFRLT", "AVALC", "ANLRS", "WHAT", "KINETIC"]
    parts = [part[columns] for part in (kinetic, counts) if len(part)]
    return pd.concat(parts or [kinetic[columns]], ignore_index=True)


def _doses(data: TrialData, config: TrialConfig) -> Iterator[tuple[str, Row]]:
    limit = config.dosing.tolerance_pct
    for _, s in by_subject(data).iterrows():
        share = 100.0 * s["DOSEA"] / s["DOSEP"] if s["DOSEP"] else float("nan")
        if abs(share - 100.0) > limit:
            unit = unit_text(s["DOSEU"]) if isinstance(s["DOSEU"], str) else ""
            planned, actual = (f"{dose(float(s[name]))} {unit}".strip() for name in ("DOSEP", "DOSEA"))
            yield _row(data, s, "dose", "", planned, actual, f"{percent(share - 100.0)} %", f"±{limit:g} %", "")


def _late(samples: pd.DataFrame, data: TrialData, config: TrialConfig) -> Iterator[tuple[str, Row]]:
    allowed = samples["NFRLT"].map(dict(config.time.visit_window_days)).astype("float64")
    off = samples.assign(GAP=samples["AFRLT"] - samples["NFRLT"], ALLOWED=allowed)
    off = off[off["GAP"].abs() > off["ALLOWED"]]  # as the intake compares them (BI-040)
    for rows in _by_visit(in_order(off, data, "NFRLT", "AFRLT"), "AFRLT"):
        head = rows.iloc[0]
        gap, planned, actual = (float(head[name]) for name in ("GAP", "NFRLT", "AFRLT"))
        yield _row(
            data, head, "sample outside its window", str(head["AVISIT"]),
            f"day {event_day(planned)}", f"day {days(actual)}",
            f"{'+' if gap > 0 else ''}{days(gap)} d", f"±{head['ALLOWED']:g} d", _named(rows),
        )  # fmt: skip


def _missing(samples: pd.DataFrame, data: TrialData) -> Iterator[tuple[str, Row]]:
    for rows in _by_visit(in_order(samples[samples["ANLRS"].eq(_NOT_TAKEN)], data, "NFRLT")):
        head = rows.iloc[0]
        planned = f"day {event_day(float(head['NFRLT']))}" if pd.notna(head["NFRLT"]) else ""
        yield _row(data, head, "no result", head["AVISIT"], planned, "", "", "", _named(rows))


def _by_visit(rows: pd.DataFrame, *also: str) -> Iterator[pd.DataFrame]:
    """The rows of each subject and visit, in the order in which they come."""
    for _, own in rows.groupby([*_NAMES, *also], sort=False, dropna=False):
        yield own


def _named(rows: pd.DataFrame) -> str:
    """What was to be measured: analytes by name, cell counts by their number."""
    kinetic = list(dict.fromkeys(rows.loc[rows["KINETIC"], "WHAT"].astype("str")))
    n = rows.loc[~rows["KINETIC"], "WHAT"].nunique()
    return ", ".join([*kinetic, *([f"{n} {plural(n, 'cell count')}"] if n else [])])


def _row(data: TrialData, subject: pd.Series, *texts: object) -> tuple[str, Row]:
    """The subject and its row; an empty text is a blank."""
    name = str(subject["USUBJID"])
    cells = (words(text) if text != "" else BLANK for text in texts)
    return name, Row((*subject_cells(name, dose_levels(data)), *cells))


def _notes(config: TrialConfig) -> Iterator[str]:
    windows = config.time.visit_window_days
    yield (
        "Found by comparing the data with the configured plan (dosing.tolerance_pct, time.visit_window_days): other "
        "deviations from the protocol, and visits of which no row was delivered, are not known to this software."
    )
    yield (
        "A sample outside its window is used at its actual time; summaries by visit leave it out. No result: the row "
        "says that the sample was not taken, or is empty."
    )
    if not windows:
        yield "No visit windows are configured: no sample is held against one."


SPEC: Final = TableSpec("l_16_2_2", "16.2.2", "Deviations from the planned doses and samples by subject", table)
