"""CD7+ cells in percent of their parent population: Figure 14.2-20b."""

from __future__ import annotations

from typing import Final

from cartpk.config import TrialConfig
from cartpk.report.charts.chart import Chart, ChartSource
from cartpk.report.charts.counts import counted

FIGURE: Final = "f_14_2_20b"


def chart(source: ChartSource, config: TrialConfig) -> Chart | None:
    """One panel per percentage; a linear axis."""
    return counted(source, config, FIGURE, "percent")
