"""Laboratory shifts: before the infusion against the worst after it."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from cartpk.clinical.laboratory import GRADES, PLACES
from cartpk.tables.cells import counted, words
from cartpk.tables.groups import analysis_set
from cartpk.tables.safety import subject_row
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec
from cartpk.terms import NOT_STATED, Endpoint

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.tables.groups import Group
    from cartpk.trial_data import TrialData

NEEDS_LB: Final = "Needs data: LB (data.clinical.laboratory). No laboratory results were delivered."
_MISSING: Final = "No result"
_ORDER: Final = {name: k for k, name in enumerate((*GRADES, *PLACES, _MISSING))}


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """Per test, subjects by category before the infusion and worst category after it; one column per dose level."""
    if data.adsl.empty:
        return NoTable("No subject came in.")
    if not data.clinical.has("laboratory"):
        return NoTable(NEEDS_LB)
    shifts = data.derived["adlbshift"]
    if shifts.empty:
        return NoTable("No usable laboratory result of the safety set has a grade or a reference range.")
    who = analysis_set(data, "SAF", config)
    columns = (
        Column("test", "Laboratory test", "group"),
        Column("before", "Before infusion", "group"),
        Column("after", "Worst after infusion", "label"),
        Column("statistic", "Statistic", "statistic"),
        *(group.column() for group in who.groups),
    )
    notes = tuple(_notes(shifts, data, config))
    return Body(columns, tuple(_rows(shifts, who.groups)), who.text, notes, "work/adlbshift.csv")


def _rows(shifts: pd.DataFrame, groups: Sequence[Group]) -> Iterator[Row]:
    keys = ["PARAM", "PARAMCD", "PCSPEC", "ATOX", "SHIFT"]
    for head in shifts[keys].drop_duplicates().sort_values(keys, kind="stable").to_dict("records"):
        rows = shifts[_same(shifts, head)]
        several = shifts.loc[shifts["PARAM"].eq(head["PARAM"]), keys[1:]].drop_duplicates()
        given = [str(head[name]).lower() for name in ("PCSPEC", "ATOX") if isinstance(head[name], str)]
        label = f"{head['PARAM']} ({', '.join(given)})" if given and len(several) > 1 else str(head["PARAM"])
        key = {"test": str(head["PARAMCD"])}
        both = set(rows.loc[rows["BASEC"].notna() & rows["WORSTC"].notna(), "USUBJID"])
        cells = (counted(len(both.intersection(group.subjects))) for group in groups)
        yield Row((words(label), words("Result before and after"), words(""), words("n"), *cells), (), key)
        pairs = rows.fillna({"BASEC": _MISSING, "WORSTC": _MISSING})
        there = set(zip(pairs["BASEC"], pairs["WORSTC"], strict=True))
        for before, after in sorted(there, key=lambda pair: (_ORDER[pair[0]], _ORDER[pair[1]])):
            own = set(pairs.loc[pairs["BASEC"].eq(before) & pairs["WORSTC"].eq(after), "USUBJID"])
            shown = [text.capitalize() for text in (before, after)]
            yield subject_row((label, *shown, "n (%)"), {**key, "before": before, "after": after}, own, groups)


def _same(shifts: pd.DataFrame, head: dict[Hashable, Any]) -> pd.Series[bool]:
    """Rows of this test; empty cells are equal."""
    found = shifts["PARAM"].eq(head["PARAM"])
    for name in ("PARAMCD", "PCSPEC", "ATOX", "SHIFT"):
        found &= shifts[name].eq(head[name]) if isinstance(head[name], str) else shifts[name].isna()
    return found


def _notes(shifts: pd.DataFrame, data: TrialData, config: TrialConfig) -> Iterator[str]:
    last = config.clinical.laboratory.until_day
    until = "" if last is None else f" up to day {last:g}"
    yield (
        f"Before: last usable result up to the infusion. After: the worst of all results after it{until}, of "
        "unscheduled visits, too. Percentages are of all subjects of the column."
    )
    if shifts["SHIFT"].eq("GRADE").any():
        scale = config.safety.grading or NOT_STATED
        yield f"Grades are those delivered; none is computed here. Grading in the registry record: {scale}."
    if shifts["SHIFT"].eq("RANGE").any():
        used = data.clinical.adlb[data.clinical.adlb["ANLFL"].eq("Y")]
        derived = " or, where it has none, from its value and limits" if used["ANRINDS"].eq("LIMITS").any() else ""
        yield f"Low, normal, high: place in the laboratory's reference range, as delivered{derived}."
    yield "By subject: Listing 16.2.8-2."


SPEC: Final = TableSpec(
    "t_14_3_8",
    "14.3-8",
    "Laboratory: shifts from before the infusion to the worst after it",
    table,
    (Endpoint.LABORATORY,),
)
