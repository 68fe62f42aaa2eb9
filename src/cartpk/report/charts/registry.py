"""Every interactive chart: a module ``c_*.py`` with ``FIGURE``, the figure that it stands for, and ``chart``."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cartpk.config import TrialConfig
from cartpk.dose_words import has_dose_levels, worded
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
_TOOLTIP: Final = "Dose level"


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
    return {name: _in_trial(chart, data) for name, chart in made.items() if chart is not None}


def _in_trial(chart: Chart, data: TrialData) -> Chart:
    """The chart as it stands in this trial: where there are no dose levels, it does not speak of them."""
    if has_dose_levels(data):
        return chart
    panels = tuple(replace(panel, words=worded(panel.words, data), spec=_undosed(panel.spec)) for panel in chart.panels)
    return replace(chart, panels=panels, note=worded(chart.note, data))


def _undosed(part: Any) -> Any:  # noqa: ANN401 - any part of a specification
    """The part of a specification without the line of its tooltips that names the dose level."""
    if isinstance(part, dict):
        return {key: _undosed(value) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [_undosed(item) for item in part if not (isinstance(item, dict) and item.get("title") == _TOOLTIP)]
    return part
