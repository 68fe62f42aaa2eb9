"""Model parameters by dose level, every subject and a box: Figure 14.2-12c."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.config import TrialConfig
from cartpk.figures.samples import printed_unit
from cartpk.report.charts import marks
from cartpk.report.charts.chart import Chart, ChartSource, Panel
from cartpk.report.charts.groups import boxed
from cartpk.report.packed import packed
from cartpk.tables.printing import name_text

if TYPE_CHECKING:
    import pandas as pd

FIGURE: Final = "f_14_2_12c"
_COLUMNS: Final = ("USUBJID", "COHORT", "MODEL", "PARAMCD", "AVAL", "AVALU", "AVALLO", "AVALHI", "FLAG")


def chart(source: ChartSource, config: TrialConfig) -> Chart | None:  # noqa: ARG001
    """One panel per parameter of the model."""
    rows = source.figure_data()
    if rows is None:
        return None
    doses = source.data.cohorts
    panels = []
    for code, own in rows.dropna(subset=["AVAL"]).groupby("PARAMCD", sort=False):
        unit, name = own["AVALU"].dropna(), name_text(str(own["PARAM"].iloc[0]))
        what = {"table": FIGURE, "where": {"PARAMCD": str(code)}, "by": "COHORT", "order": list(doses)}
        panels.append(
            Panel(
                name + (f" ({printed_unit(str(unit.iloc[0]))})" if len(unit) else ""),
                boxed(doses, doses, reach=_reach(own["AVAL"])),
                {"rows": ("strip", what), "boxes": ("boxes", what)},
                f"{name} of each subject by dose level, with boxes of quartiles and median.",
            )
        )
    return Chart(
        FIGURE,
        tuple(panels),
        (marks.VALUES,),
        tables={FIGURE: packed(rows, _COLUMNS, digits={"AVALLO": 4, "AVALHI": 4, "AVAL": 6})},
        note="In this chart boxes stand for the grey lines of the files: quartiles, median and range of the subjects "
        "shown, where there are three and more. Limits are not drawn here: point at a mark to read its own.",
    )


def _reach(values: pd.Series[float]) -> tuple[float, ...]:
    """An axis of one value alone would have that value as its only tick: it spans half to twice of it."""
    low, high = float(values.min()), float(values.max())
    return () if low < high else (low / 2, high * 2)
