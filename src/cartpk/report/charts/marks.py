"""Layers and scales that several charts share: the days, the dose levels, lines, marks, limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cartpk.figures.palette import INK, LLOQ_INK, PAPER, dose_colours
from cartpk.report.charts.chart import Control, Spec, chosen

__all__ = [
    "BLQ_LEGEND",
    "DAYS",
    "LINEAR",
    "LOG",
    "NUMBER",
    "SHOW",
    "VALUES",
    "days",
    "dose_colour",
    "dose_shape",
    "individuals",
    "layered",
    "limits",
    "medians",
    "subjects",
    "values",
    "vega_shape",
]

_SHAPES: Final = (
    "circle",
    "triangle-up",
    "square",
    "diamond",
    "triangle-down",
    "M0,-0.93L0.88,-0.28L0.55,0.75L-0.55,0.75L-0.88,-0.28Z",
    "M0,-0.93L0.8,-0.47L0.8,0.47L0,0.93L-0.8,0.47L-0.8,-0.47Z",
    "M0.35,-0.87L0.87,-0.35L0.87,0.35L0.35,0.87L-0.35,0.87L-0.87,0.35L-0.87,-0.35L-0.35,-0.87Z",
)
"""The figures' marks as Vega draws them, in the order of the dose levels."""
BLQ_LEGEND: Final = ("BLQ, drawn at LLOQ/2", LLOQ_INK, "circle", False)

DAYS: Final = Control(
    "days",
    "Days",
    {"whole": ("Whole follow-up", {"nice": False, "padding": 8}), "28": ("0–28", {"domain": [-1, 30], "nice": False})},
)
"""Expansion is over in two weeks, persistence lasts for months."""
LOG: Final = ("Log", {"type": "log", "nice": False, "padding": 8})
LINEAR: Final = ("Linear", {"type": "linear"})
VALUES: Final = Control("values", "Axis", {"log": LOG, "linear": LINEAR})
SHOW: Final = Control(
    "show", "Show", {"both": ("Subjects and median", None), "subjects": ("Subjects", None), "median": ("Median", None)}
)
"""Without a choice of the reader many subjects are shown as medians only."""


NUMBER: Final = "datum.label === '' ? '' : format(datum.value, ',.12~g')"
"""Label of a tick: plain, thousands apart; none where the axis has none."""


def vega_shape(place: int) -> str:
    """Vega's name or path of the mark of the dose level at this place (0 = lowest)."""
    return _SHAPES[place % len(_SHAPES)]


def dose_colour(doses: Sequence[str], field: str = "D") -> Spec:
    """Colour by dose level, as in the figures."""
    scale = {"domain": list(doses), "range": list(dose_colours(len(doses)))}
    return {"field": field, "type": "nominal", "scale": scale, "legend": None}


def dose_shape(doses: Sequence[str]) -> Spec:
    """Mark by dose level, as in the figures."""
    scale = {"domain": list(doses), "range": [vega_shape(i) for i in range(len(doses))]}
    return {"field": "D", "type": "nominal", "scale": scale, "legend": None}


def days(title: str = "Days from first infusion", field: str = "t") -> Spec:
    """The axis of days, as long as the reader chooses."""
    return {"field": field, "type": "quantitative", "title": title, "scale": chosen("days"), "axis": {"grid": False}}


def values(title: str, field: str = "y") -> Spec:
    """The axis of values, logarithmic or linear as the reader chooses."""
    # of a logarithmic axis the powers of ten stand out
    power = "abs(log(datum.value) / LN10 - round(log(datum.value) / LN10)) < 1e-6"
    grid = {"condition": {"test": power, "value": "#DDE1E6"}, "value": "#F1F3F5"}
    axis = {"labelExpr": NUMBER, "tickCount": 6, "gridColor": grid}
    return {"field": field, "type": "quantitative", "title": title, "scale": chosen("values"), "axis": axis}


def layered(layers: Sequence[Spec], height: int = 300) -> Spec:
    """Layers as one drawing that is as wide as its place on the page."""
    return {"width": "container", "height": height, "layer": list(layers)}


def limits() -> list[Spec]:
    """Lines of the limits of quantification (dataset ``limits``), each with its label."""
    y = {"field": "y", "type": "quantitative"}
    return [
        {
            "data": {"name": "limits"},
            "mark": {"type": "rule", "strokeDash": [5, 3], "color": LLOQ_INK, "clip": True},
            "encoding": {"y": y},
        },
        {
            "data": {"name": "limits"},
            "mark": {"type": "text", "align": "right", "dy": -6, "dx": -2, "color": LLOQ_INK, "fontSize": 10},
            "encoding": {"y": y, "x": {"value": "width"}, "text": {"field": "label"}},
        },
    ]


_TIP: Final = [
    {"field": "S", "title": "Subject"},
    {"field": "D", "title": "Dose level"},
    {"field": "t", "title": "Day", "format": ".4~r"},
    {"field": "v", "title": "Result"},
    {"field": "flags", "title": "Flags"},
    {"field": "from", "title": "Source"},
]


def individuals(x: Spec, y: Spec, doses: Sequence[str]) -> list[Spec]:
    """Thin lines of the subjects with their samples (dataset ``rows``); a BLQ result is an open mark.

    Dragging moves the axes, the wheel with Ctrl or Shift zooms, a double click brings all back.
    """
    zoom = {
        "name": "zoom",
        "select": {
            "type": "interval",
            "translate": "[mousedown, window:mouseup] > window:mousemove!",
            "zoom": "wheel![event.ctrlKey || event.shiftKey]",
        },
        "bind": "scales",
    }
    faint = {"field": "o", "type": "quantitative", "scale": None, "legend": None}
    fill = {"condition": {"test": "datum.blq", "value": PAPER}, **dose_colour(doses)}
    return [
        {
            "data": {"name": "rows"},
            "params": [zoom],
            "mark": {"type": "line", "clip": True, "strokeJoin": "round"},
            "encoding": {
                "x": x,
                "y": y,
                "color": dose_colour(doses),
                "detail": [{"field": "S"}, {"field": "series"}],
                "opacity": faint,
                "strokeWidth": {"field": "w", "type": "quantitative", "scale": None, "legend": None},
            },
        },
        {
            "data": {"name": "rows"},
            "mark": {"type": "point", "shape": "circle", "clip": True, "strokeWidth": 1.1, "cursor": "pointer"},
            "encoding": {
                "x": x,
                "y": y,
                "stroke": dose_colour(doses),
                "fill": fill,
                "opacity": faint,
                "size": {"field": "a", "type": "quantitative", "scale": None, "legend": None},
                "tooltip": _TIP,
            },
        },
    ]


def medians(x: Spec, doses: Sequence[str], tip: Sequence[Spec] = ()) -> list[Spec]:
    """Thick lines of the medians by visit and dose level with their quartiles (dataset ``visits``)."""
    at = {**x, "field": "t"}
    y = {"field": "med", "type": "quantitative"}
    told = [
        {"field": "D", "title": "Dose level"},
        {"field": "t", "title": "Nominal day"},
        {"field": "n", "title": "n"},
        {"field": "nblq", "title": "BLQ"},
        {"field": "medians", "title": "Median"},
        {"field": "quartiles", "title": "Quartiles"},
        *tip,
    ]
    return [
        {
            "data": {"name": "visits"},
            "mark": {"type": "area", "clip": True, "opacity": 0.16, "line": False},
            "encoding": {
                "x": at,
                "y": {"field": "q1", "type": "quantitative"},
                "y2": {"field": "q3"},
                "color": dose_colour(doses),
            },
        },
        {
            "data": {"name": "visits"},
            "mark": {"type": "line", "clip": True, "strokeWidth": 2.6},
            "encoding": {"x": at, "y": y, "color": dose_colour(doses)},
        },
        {
            "data": {"name": "visits"},
            "mark": {"type": "point", "clip": True, "filled": True, "size": 62, "opacity": 1, "stroke": PAPER},
            "encoding": {"x": at, "y": y, "color": dose_colour(doses), "shape": dose_shape(doses), "tooltip": told},
        },
    ]


def rule(at: float, color: str = INK) -> Spec:
    """A line across the drawing at this value."""
    return {
        "data": {"values": [{"y": at}]},
        "mark": {"type": "rule", "color": color, "strokeWidth": 0.8},
        "encoding": {"y": {"field": "y", "type": "quantitative"}},
    }


def subjects(x: Spec, y: Spec, doses: Sequence[str], hollow: str, said: Sequence[Spec]) -> Spec:
    """A mark per row of the dataset ``rows``, which the reader can point at and choose.

    Parameters
    ----------
    x, y
        Where it stands.
    doses
        Dose levels, lowest first: colour and mark are those of the chart's key.
    hollow
        Expression of Vega: which marks are not filled.
    said
        Fields that are shown beside it.
    """
    return {
        "data": {"name": "rows"},
        "mark": {"type": "point", "strokeWidth": 1.1, "cursor": "pointer"},
        "encoding": {
            "x": x,
            "y": y,
            "stroke": dose_colour(doses),
            "fill": {"condition": {"test": hollow, "value": PAPER}, **dose_colour(doses)},
            "shape": dose_shape(doses),
            "opacity": {"field": "o", "type": "quantitative", "scale": None, "legend": None},
            "size": {"field": "a", "type": "quantitative", "scale": None, "legend": None},
            "tooltip": list(said),
        },
    }
