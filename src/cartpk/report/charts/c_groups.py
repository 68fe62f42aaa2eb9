"""Exposure by outcome, therapy and other groups: Figure 14.2-8."""

from __future__ import annotations

from typing import Final

from cartpk.config import TrialConfig
from cartpk.figures.palette import INK
from cartpk.figures.samples import printed_unit
from cartpk.report.charts import marks
from cartpk.report.charts.chart import Chart, ChartSource, Control, Panel
from cartpk.report.charts.groups import boxed
from cartpk.report.packed import packed

FIGURE: Final = "f_14_2_8"
_COLUMNS: Final = ("USUBJID", "GROUPCD", "VALUE", "PARAMCD", "AVAL", "AVALU", "FLAG")


def chart(source: ChartSource, config: TrialConfig) -> Chart | None:  # noqa: ARG001
    """One panel per grouping; the reader chooses the exposure."""
    rows = source.figure_data()
    if rows is None:
        return None
    doses = source.data.cohorts
    units = rows.dropna(subset=["AVALU"]).groupby("PARAMCD")["AVALU"].first()
    labels = {
        code: f"{label} ({printed_unit(units[code])})"
        for code, label in zip(rows["PARAMCD"], rows["PARAM"], strict=True)
    }
    measure = Control("measure", "Exposure", {str(code): (label, None) for code, label in labels.items()})
    table = packed(rows, _COLUMNS, digits={"AVAL": 6})
    panels = []
    for code, own in rows.groupby("GROUPCD", sort=False):
        order = [str(v) for v in own.sort_values("VALUEN", kind="stable")["VALUE"].drop_duplicates()]
        what = {"table": FIGURE, "where": {"GROUPCD": str(code)}, "by": "VALUE", "order": order, "pick": "PARAMCD"}
        panels.append(
            Panel(
                str(own["GROUP"].iloc[0]),
                boxed(order, doses, box=INK),
                {"rows": ("strip", what), "boxes": ("boxes", what)},
                f"Exposure of each subject by {own['GROUP'].iloc[0]}, with boxes of quartiles and median.",
            )
        )
    return Chart(
        FIGURE,
        tuple(panels),
        (measure, marks.VALUES),
        tables={FIGURE: table},
        note="In this chart boxes stand for the bars of the files: quartiles, median and range of the subjects shown, "
        "where there are three and more.",
    )
