"""Progression-free survival: Figure 14.2-41."""

from __future__ import annotations

from typing import Final

from cartpk.config import TrialConfig
from cartpk.report.charts.chart import Chart, ChartSource
from cartpk.report.charts.survival import endpoint_chart

FIGURE: Final = "f_14_2_41"


def chart(source: ChartSource, config: TrialConfig) -> Chart | None:
    """Kaplan-Meier curves with and without censoring at transplant."""
    return endpoint_chart(source, config, FIGURE, "PFS")
