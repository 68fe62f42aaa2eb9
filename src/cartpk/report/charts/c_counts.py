"""CD7+ and related cells per volume: Figure 14.2-20."""

from __future__ import annotations

from typing import Final

from cartpk.config import TrialConfig
from cartpk.report.charts.chart import Chart, ChartSource
from cartpk.report.charts.counts import counted

FIGURE: Final = "f_14_2_20"


def chart(source: ChartSource, config: TrialConfig) -> Chart | None:
    """One panel per absolute count; the log10(x + c) axis of the figure."""
    return counted(source, config, FIGURE, "absolute")
