"""Laboratory results outside the reference range, by subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.tables.cells import words
from cartpk.tables.groups import analysis_set
from cartpk.tables.listing import SUBJECT, in_order, optional
from cartpk.tables.printing import count, days, unit_text
from cartpk.tables.t_14_3_8 import NEEDS_LB
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_COLUMNS: Final = (
    *SUBJECT,
    Column("test", "Test", "text"),
    Column("visit", "Visit", "text"),
    Column("day", "Day", "number", unit="day"),
    Column("result", "Result", "text"),
    Column("unit", "Unit", "text"),
    Column("range", "Reference range", "text"),
    Column("indicator", "In the range", "text"),
    Column("grade", "Grade", "number"),
    Column("flags", "Marks", "text"),
    Column("why", "Not used because", "text"),
)


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per laboratory result that is out of the ordinary: outside its range, graded 1 or more, or not used."""
    if not data.clinical.has("laboratory"):
        return NoTable(NEEDS_LB)
    results = in_order(data.clinical.adlb, data, "PARAM", "PCSPEC", "AFRLT")
    if results.empty:
        return NoTable("Laboratory results were delivered: the file has no row.")
    inside = results["ANRIND"].eq("NORMAL") & ~results["ATOXGR"].gt(0) & results["ANLFL"].eq("Y")
    shown = results[~inside]
    if shown.empty:
        return NoTable(f"Every laboratory result ({len(results)}) lies in its reference range, with no grade above 0.")
    rows = []
    for r in shown.to_dict("records"):
        cells = (
            *map(words, (r["USUBJID"], r["COHORT"], r["PARAM"], r["AVISIT"])),
            optional(r["AFRLT"], days),
            words(r["AVALC"]),
            words(unit_text(r["AVALU"]) if isinstance(r["AVALU"], str) else None),
            words(_range(r["ANRLO"], r["ANRHI"])),
            words(r["ANRIND"].lower() if isinstance(r["ANRIND"], str) else None),
            optional(r["ATOXGR"], count),
            words("baseline" if r["ABLFL"] == "Y" else None),
            words(r["ANLRS"]),
        )
        rows.append(Row(cells, key={"file": str(r["SRCFILE"]), "row": f"{r['SRCROW']:.0f}"}))
    notes = (
        (
            f"{len(shown)} of {len(results)} results: those outside their range, without a known place in it, of grade "
            "1 or more, or not used. All of them stand in work/adlb.csv."
        ),
        "Days from the infusion (infusion = day 0). Results, units and grades as delivered.",
        "In the range: the delivered indicator, else from value and limits.",
    )
    return Body(_COLUMNS, tuple(rows), analysis_set(data, "all", config).text, notes, "work/adlb.csv")


def _range(low: float, high: float) -> str | None:
    """The limits as printed: both, one, or none."""
    has_low, has_high = low == low, high == high  # noqa: PLR0124 - nan is not itself
    if has_low and has_high:
        return f"{low:g} to {high:g}"
    if has_low:
        return f"from {low:g}"
    return f"up to {high:g}" if has_high else None


SPEC: Final = TableSpec(
    "l_16_2_8_2",
    "16.2.8-2",
    "Laboratory results outside the reference range, by subject",
    table,
    (Endpoint.LABORATORY,),
)
