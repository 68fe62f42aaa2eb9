"""Every interactive chart: a module ``c_*.py`` with ``FIGURE``, the figure that it stands for, and ``chart``."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cartpk.config import TrialConfig
from cartpk.report.charts.chart import Chart, ChartSource
from cartpk.trial_data import TrialData

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CHARTS", "make_charts"]

Maker = Callable[[ChartSource, TrialConfig], Chart | None]


def _discovered() -> dict[str, Maker]:
    names = sorted(m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)]) if m.name.startswith("c_"))
    modules = [importlib.import_module(f"cartpk.report.charts.{name}") for name in names]
    return {module.FIGURE: module.chart for module in modules}


CHARTS: Final[Mapping[str, Maker]] = _discovered()
"""Maker of a chart by the id of its figure."""


def make_charts(
    data: TrialData, config: TrialConfig, figures: Sequence[str], drawn: Callable[[str], pd.DataFrame | None]
) -> dict[str, Chart]:
    """The charts of a run by their figures, in the order of these.

    Parameters
    ----------
    data, config
        The run.
    figures
        Figures that the run has and that are not empty: no other has a chart.
    drawn
        Figure -> the data that it drew, None where there is no such file.
    """
    made = {
        name: CHARTS[name](ChartSource(data, functools.partial(drawn, name)), config)
        for name in figures
        if name in CHARTS
    }
    return {name: chart for name, chart in made.items() if chart is not None}
