"""CD7+ cells in percent of their baseline: Figure 14.2-21."""

from __future__ import annotations

from typing import Final

from cartpk.config import TrialConfig
from cartpk.report.charts.chart import Chart, ChartSource
from cartpk.report.charts.counts import counted

FIGURE: Final = "f_14_2_21"


def chart(source: ChartSource, config: TrialConfig) -> Chart | None:
    """One panel per measure that has a baseline; 100 % is the baseline, on a logarithmic axis."""
    return counted(source, config, FIGURE, "change")
