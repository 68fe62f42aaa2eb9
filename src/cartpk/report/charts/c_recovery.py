"""Duration of depletion of CD7+ cells, until recovery: Figure 14.2-24."""

from __future__ import annotations

from typing import Any, Final

from cartpk.config import TrialConfig
from cartpk.figures.palette import INK
from cartpk.report.charts.chart import Chart, ChartSource, Panel
from cartpk.report.charts.survival import curves
from cartpk.report.packed import packed

FIGURE: Final = "f_14_2_24"
_Z95: Final = 1.959963984540054


def chart(source: ChartSource, config: TrialConfig) -> Chart | None:
    """One panel per CD7+ measure."""
    if source.figure_data() is None:
        return None
    every = source.data.derived["pd_effects"]
    rows = every[every["PARAMCD"].eq("PDDURBEL") & every["CNSR"].notna()]
    panels = []
    for measure in config.pharmacodynamics.measures:
        if measure.marker != "CD7+" or not rows["PPCAT"].eq(measure.code).any():
            continue
        what: dict[str, Any] = {
            "table": "pd_durations",
            "where": {"PPCAT": measure.code},
            "lines": None,
            "band": "",
            "time": "AVAL",
            "per": 1,
            "z": _Z95,
        }
        spec = curves([measure.label], [INK], "Days since depletion was seen", "Not recovered")
        what["name"] = measure.label
        data = {"steps": ("survival", what), "risk": ("at_risk", what)}
        panels.append(Panel(measure.label, spec, data, "Step curve of the part of the subjects not recovered."))
    if not panels:
        return None
    table = packed(rows, ("USUBJID", "PPCAT", "AVAL", "CNSR"), digits={"AVAL": 8})
    note = "Curves, limits and the numbers at risk above the axis are of the subjects shown."
    return Chart(FIGURE, tuple(panels), (), (), doses=False, tables={"pd_durations": table}, note=note)
