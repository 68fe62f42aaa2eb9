"""Peak and exposure by dose level, every subject and a box: Figure 14.2-7."""

from __future__ import annotations

from typing import Final

from cartpk.config import TrialConfig
from cartpk.figures.exposure_values import EXTRAPOLATED
from cartpk.figures.samples import printed_unit
from cartpk.report.charts import marks
from cartpk.report.charts.chart import Chart, ChartSource, Panel
from cartpk.report.charts.groups import boxed
from cartpk.report.packed import packed

FIGURE: Final = "f_14_2_7"
_COLUMNS: Final = ("USUBJID", "COHORT", "PARAMCD", "AVAL", "AVALU", "FLAG")


def chart(source: ChartSource, config: TrialConfig) -> Chart | None:  # noqa: ARG001
    """One panel per parameter."""
    rows = source.figure_data()
    if rows is None:
        return None
    doses = source.data.cohorts
    panels = []
    for code, own in rows.dropna(subset=["AVAL"]).groupby("PARAMCD", sort=False):
        label, unit = str(own["LABEL"].iloc[0]), printed_unit(str(own["AVALU"].iloc[0]))
        what = {"table": FIGURE, "where": {"PARAMCD": str(code)}, "by": "COHORT", "order": list(doses)}
        panels.append(
            Panel(
                f"{label} ({unit})",
                boxed(doses, doses),
                {"rows": ("strip", what), "boxes": ("boxes", what)},
                f"{label} of each subject by dose level, with boxes of quartiles and median.",
            )
        )
    return Chart(
        FIGURE,
        tuple(panels),
        (marks.VALUES,),
        (("extrapolated, not in the box", "#52606D", "circle", False),) if (rows["KIND"] == EXTRAPOLATED).any() else (),
        tables={FIGURE: packed(rows, _COLUMNS, digits={"AVAL": 6})},
        note="Boxes are of the subjects shown.",
    )
