"""Overall survival, progression-free survival, duration of response: Kaplan-Meier, transplants censored and not."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from cartpk.clinical.time_to_event import curves_of, endpoint_reason
from cartpk.core.months import DAYS_PER_MONTH
from cartpk.tables.cells import Noted, counted, several, words
from cartpk.tables.groups import Group, analysis_set
from cartpk.tables.printing import fixed, percent
from cartpk.tables.table import Body, Cell, Column, NoTable, Row, TableSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.core.survival import Estimate, SurvivalCurve
    from cartpk.trial_data import TrialData

_NAMES: Final = {"OS": "Overall survival", "PFS": "Progression-free survival", "DOR": "Duration of response"}
_HANDLING: Final = {"N": "transplant not censored", "Y": "transplant censored"}
_LIMITS: Final = ("Estimate", "Lower limit", "Upper limit")
_FOLLOW_UP: Final = ("Median", "Minimum", "Maximum")


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """Rows by endpoint and handling of transplants, one column per dose level."""
    if not config.efficacy.time_to_event:
        return NoTable("The configuration names no time-to-event endpoint (efficacy.time_to_event).")
    rows = data.derived["adtte"]
    if rows.empty:
        return NoTable("No subject of the efficacy set: there is no time to an event.")
    who = analysis_set(data, "EFF", config)
    columns = (
        Column("endpoint", "Endpoint", "group"),
        Column("statistic", "Statistic", "statistic"),
        *(group.column() for group in who.groups),
    )
    noted = Noted()
    found: list[Row] = []
    missing: list[str] = []
    main = "Y" if config.efficacy.survival.hsct == "censored" else "N"
    for endpoint in config.efficacy.time_to_event:
        if (why := endpoint_reason(rows, endpoint)) is not None:
            missing.append(f"{_NAMES[endpoint]}: not shown, {why}.")
            continue
        for handling in (main, "N" if main == "Y" else "Y"):
            part = "main analysis" if handling == main else "sensitivity"
            head = words(f"{_NAMES[endpoint]} ({endpoint}), {part}: {_HANDLING[handling]}")
            own = rows[rows["PARAMCD"].eq(endpoint) & rows["HSCTCNS"].eq(handling)]
            key = {"endpoint": endpoint, "hsct": handling}
            found += _rows(head, key, own, who.groups, config, noted)
    if not found:
        return NoTable(" ".join(missing))
    notes = (*missing, *_notes(config), *noted.footnotes())
    return Body(columns, tuple(found), who.text, notes, "work/adtte.csv")


def _rows(
    head: Cell, key: dict[str, str], own: pd.DataFrame, groups: Sequence[Group], config: TrialConfig, noted: Noted
) -> Iterator[Row]:
    settings = config.efficacy.survival
    curves = curves_of(own, [group.subjects for group in groups], settings.level_pct / 100.0)

    def line(label: str, statistic: str, cells: Sequence[Cell], parts: tuple[str, ...] = ()) -> Row:
        return Row((head, words(label), *cells), parts, {**key, "statistic": statistic})

    inside = [own[own["USUBJID"].isin(group.subjects)] for group in groups]
    timed = [part[part["AVAL"].notna()] for part in inside]
    yield line("Subjects, n", "n", [counted(len(part)) for part in timed])
    yield line("Events, n", "events", [counted(int(part["CNSR"].eq(0).sum())) for part in timed])
    yield line("Censored, n", "censored", [counted(int(part["CNSR"].eq(1).sum())) for part in timed])
    late = [int(part["AVAL"].isna().sum()) for part in inside]
    if any(late) and key["endpoint"] != "DOR":
        yield line("Without a time, n", "without", [counted(n) for n in late])
    level = f"{settings.level_pct:g} % CI"
    medians = [_median(curve, noted) for curve in curves]
    yield line(f"Median ({level}), months", "median", medians, _LIMITS)
    for month in settings.landmark_months:
        cells = [_rate(curve, month, noted) for curve in curves]
        yield line(f"Without event at month {month:g}, % ({level})", f"rate_{month:g}", cells, _LIMITS)
    cells = [_range(part, noted) for part in timed]
    yield line("Follow-up of the censored, months: median (min; max)", "follow_up", cells, _FOLLOW_UP)


def _median(curve: SurvivalCurve | None, noted: Noted) -> Cell:
    if curve is None:
        return noted.cell("nobody in the group")
    median = curve.quantile()
    if math.isnan(median.value):
        return _not_reached(median)
    months = [value / DAYS_PER_MONTH for value in (median.value, median.lower, median.upper)]
    held = ["NR" if math.isnan(month) else month for month in months]
    return several("{} ({}; {})", held, [_months] * 3)


def _not_reached(median: Estimate) -> Cell:
    low = median.lower / DAYS_PER_MONTH
    held: list[float | str] = ["NR", "NR" if math.isnan(low) else low, "NR"]
    return Cell("NR", ("NR",)) if held[1] == "NR" else several("{} ({}; {})", held, [_months] * 3)


def _rate(curve: SurvivalCurve | None, month: float, noted: Noted) -> Cell:
    if curve is None:
        return noted.cell("nobody in the group")
    rate = curve.at(month * DAYS_PER_MONTH)
    if math.isnan(rate.value):
        return noted.cell("beyond the last observation")
    values = [100.0 * value for value in (rate.value, rate.lower, rate.upper)]
    return several("{} ({}; {})", values, [percent] * 3)


def _range(part: pd.DataFrame, noted: Noted) -> Cell:
    months = part.loc[part["CNSR"].eq(1), "AVALM"]
    if months.empty:
        return noted.cell("nobody is censored")
    values = [float(months.median()), float(months.min()), float(months.max())]
    return several("{} ({}; {})", values, [_months] * 3)


def _months(value: float) -> str:
    return fixed(value, 1)


def _notes(config: TrialConfig) -> tuple[str, ...]:
    settings = config.efficacy.survival
    therapy = (
        "PFS and DOR are censored at the last assessment up to a new anti-cancer therapy."
        if settings.new_therapy == "censored"
        else "PFS and DOR go on through a new anti-cancer therapy."
    )
    return (
        (
            "OS: first infusion to death. PFS: first infusion to progression, relapse or death. DOR: first response to "
            "progression, relapse or death, of the responders. Without event: OS ends at the last contact, PFS and DOR "
            "at the last assessment; without any at their origin."
        ),
        (
            "Transplant censored: OS ends on its day, PFS and DOR at the last assessment up to it. An event on the day "
            f"of a transplant or a new therapy counts. {therapy} No rule is applied to missed assessments."
        ),
        (
            "Kaplan-Meier estimate, limits on the log-log scale with Greenwood's variance; limits of the median by "
            "inverting them (Brookmeyer and Crowley 1982). NR = not reached; NC = not calculable: where nobody, or "
            "everybody, has had the event, there are no limits. A month is 30.4375 days."
        ),
        "Single-arm, exploratory; no comparison between dose levels is made.",
    )


SPEC: Final = TableSpec(
    "t_14_2_42",
    "14.2-42",
    "Overall survival, progression-free survival, duration of response",
    table,
    (Endpoint.OS, Endpoint.PFS, Endpoint.DOR),
)
