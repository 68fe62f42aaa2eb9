"""Kaplan-Meier curves of the subjects shown: steps, band, marks of censoring, subjects at risk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Final

from cartpk.core.months import DAYS_PER_MONTH
from cartpk.figures.palette import INK
from cartpk.report.charts.chart import Chart, ChartSource, Panel, Spec

if TYPE_CHECKING:
    from cartpk.config import TrialConfig

__all__ = ["curves", "endpoint_chart"]

_LINES: Final = {"N": "Transplant not censored", "Y": "Transplant censored"}
_INKS: Final = ("#9B2B7C", INK)
_ROW: Final = 0.085
"""Height of a row of subjects at risk, as a part of the axis."""


def endpoint_chart(source: ChartSource, config: TrialConfig, figure: str, endpoint: str) -> Chart | None:
    """The curves of one endpoint in months, following subjects beyond a transplant and ending their time there."""
    if source.figure_data() is None:
        return None
    main = "Y" if config.efficacy.survival.hsct == "censored" else "N"
    what: dict[str, Any] = {
        "table": "adtte",
        "where": {"PARAMCD": endpoint},
        "lines": {"column": "HSCTCNS", "names": _LINES},
        "band": main,
        "time": "AVAL",
        "per": DAYS_PER_MONTH,
        "z": _z(config.efficacy.survival.level_pct),
    }
    origin = "first response" if endpoint == "DOR" else "first infusion"
    spec = curves(list(_LINES.values()), _INKS, f"Months from {origin}", "Without event")
    panel = Panel("", spec, _data(what), "Step curves of the proportion without event against months.")
    legend = [(name, ink, "stroke", True) for name, ink in zip(_LINES.values(), _INKS, strict=True)]
    return Chart(figure, (panel,), (), legend, doses=False, note="Curves and limits of the subjects shown.")


def _z(level_pct: float) -> float:
    return NormalDist().inv_cdf(0.5 + level_pct / 200.0)


def _data(what: Mapping[str, Any]) -> dict[str, tuple[str, Mapping[str, Any]]]:
    return {"steps": ("survival", what), "risk": ("at_risk", what)}


def curves(lines: Sequence[str], inks: Sequence[str], x_title: str, y_title: str) -> Spec:
    """Steps of the lines over their subjects at risk (datasets ``steps``, ``risk``)."""
    colour = {"field": "line", "type": "nominal", "scale": {"domain": list(lines), "range": list(inks)}, "legend": None}
    dashes = {"domain": list(lines), "range": [[1, 0], [5, 3]][: len(lines)]}
    dash = {"field": "line", "type": "nominal", "scale": dashes, "legend": None}
    bottom = -0.06 - _ROW * len(lines)
    x = {"field": "t", "type": "quantitative", "title": x_title, "axis": {"grid": False}, "scale": {"nice": True}}
    y = {
        "field": "s",
        "type": "quantitative",
        "title": y_title,
        "scale": {"domain": [bottom, 1.03], "nice": False},
        "axis": {"values": [0, 0.25, 0.5, 0.75, 1], "format": "%"},
    }
    tip = [
        {"field": "line", "title": "Line"},
        {"field": "t", "title": x_title.split(" ", maxsplit=1)[0], "format": ".3~r"},
        {"field": "s", "title": y_title, "format": ".1%"},
        {"field": "limits", "title": "Limits"},
        {"field": "n", "title": "At risk"},
        {"field": "who", "title": "Subjects"},
    ]
    steps = {"name": "steps"}
    return {
        "width": "container",
        "height": 300,
        "layer": [
            {
                "data": steps,
                "transform": [{"filter": "datum.lo !== null"}],
                "mark": {"type": "area", "interpolate": "step-after", "opacity": 0.14},
                "encoding": {"x": x, "y": {**y, "field": "lo"}, "y2": {"field": "hi"}, "color": colour},
            },
            {
                "data": steps,
                "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
                "encoding": {"x": x, "y": y, "color": colour, "strokeDash": dash},
            },
            {
                "data": steps,
                "mark": {"type": "point", "filled": True, "size": 90, "opacity": 0},
                "encoding": {"x": x, "y": y, "tooltip": tip},
            },
            {
                "data": steps,
                "transform": [{"filter": "datum.c > 0"}],
                "mark": {"type": "tick", "orient": "vertical", "thickness": 1.6, "size": 10},
                "encoding": {"x": x, "y": y, "color": colour, "tooltip": tip},
            },
            {
                "data": {"name": "risk"},
                "mark": {"type": "text", "fontSize": 10},
                "encoding": {"x": x, "y": {**y, "field": "y"}, "text": {"field": "n"}, "color": colour},
            },
        ],
    }
