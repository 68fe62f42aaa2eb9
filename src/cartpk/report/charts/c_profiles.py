"""Expansion of every subject, with medians and quartiles by visit and dose level: Figure 14.2-3."""

from __future__ import annotations

from typing import Final

from cartpk.config import TrialConfig
from cartpk.figures import samples as s
from cartpk.report.charts import marks
from cartpk.report.charts.chart import Chart, ChartSource, Panel

FIGURE: Final = "f_14_2_3"


def chart(source: ChartSource, config: TrialConfig) -> Chart | None:
    """All doses in one drawing: the dose filter of the page takes them apart."""
    analyte = config.primary_analyte
    every = s.kinetic_samples(source.data, analyte)
    if every.empty:
        return None
    doses = source.data.cohorts
    x, y = marks.days(), marks.values(s.axis_title(analyte, every))
    what = {"test": analyte.code, "specimen": analyte.specimen}
    layers = [*marks.limits(), *marks.individuals(x, y, doses), *marks.medians(x, doses)]
    panel = Panel(
        "",
        marks.layered(layers, 360),
        {"rows": ("samples", what), "visits": ("visits", what), "limits": ("limits", what)},
        f"Lines of {s.axis_title(analyte, every)} against days, one per subject, with medians by dose level.",
    )
    return Chart(
        FIGURE,
        (panel,),
        (marks.SHOW, marks.VALUES, marks.DAYS),
        (marks.BLQ_LEGEND,),
        note="Thick lines: median by visit of the subjects shown, BLQ at half of the LLOQ; bands: quartiles, for three "
        "subjects and more.",
    )
