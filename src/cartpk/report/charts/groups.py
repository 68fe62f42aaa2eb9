"""Values of subjects in groups side by side, with a box over each group."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from cartpk.figures.palette import PAPER
from cartpk.report.charts import marks
from cartpk.report.charts.chart import Spec

__all__ = ["boxed"]

UPRIGHT: Final = 4
"""More groups than this are labelled aslant."""


def boxed(groups: Sequence[str], doses: Sequence[str], box: str | None = None, *, reach: Sequence[float] = ()) -> Spec:
    """A mark per subject (dataset ``rows``) beside a box per group (dataset ``boxes``).

    The groups stand at 0, 1, 2 ... of a linear axis, so that marks can stand beside each other within their group.

    Parameters
    ----------
    groups
        Names on the horizontal axis, in order.
    doses
        Dose levels, lowest first: of the marks.
    box
        Colour of all boxes; None = that of the marks.
    reach
        Values that the axis reaches at least.
    """
    last = len(groups) - 1
    x = {
        "field": "x",
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [-0.6, last + 0.6], "nice": False, "zero": False},
        "axis": {
            "values": list(range(len(groups))),
            "labelExpr": f"{json.dumps(list(groups))}[datum.value]",
            "labelAngle": 0 if len(groups) <= UPRIGHT else -35,
            "labelLimit": 150,
            "ticks": False,
            "grid": False,
        },
    }
    y = marks.values("")
    ink = {"value": box} if box else marks.dose_colour(doses, "G")
    unseen: Spec = {
        "data": {"values": [{"y": value} for value in reach]},
        "mark": {"type": "point", "opacity": 0},
        "encoding": {"y": y},
    }
    return marks.layered([*([unseen] if reach else []), *_boxes(x, y, ink), _rows(x, y, doses)], 270)


def _boxes(x: Spec, y: Spec, ink: Spec) -> list[Spec]:
    data = {"name": "boxes"}
    tip = [
        {"field": "G", "title": "Group"},
        {"field": "n", "title": "n"},
        {"field": "medians", "title": "Median"},
        {"field": "quartiles", "title": "Quartiles"},
        {"field": "range", "title": "Range"},
    ]
    across = {"x": {**x, "field": "x0"}, "x2": {"field": "x1"}}
    return [
        {
            "data": data,
            "mark": {"type": "rule", "strokeWidth": 1.2},
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": ink},
        },
        {
            "data": data,
            "mark": {"type": "rect", "fill": PAPER, "strokeWidth": 1.4},
            "encoding": {**across, "y": {**y, "field": "q1"}, "y2": {"field": "q3"}, "stroke": ink, "tooltip": tip},
        },
        {
            "data": data,
            "mark": {"type": "rule", "strokeWidth": 2.6},
            "encoding": {**across, "y": {**y, "field": "med"}, "color": ink},
        },
    ]


def _rows(x: Spec, y: Spec, doses: Sequence[str]) -> Spec:
    said: list[Spec] = [
        {"field": "S", "title": "Subject"},
        {"field": "D", "title": "Dose level"},
        {"field": "v", "title": "Value"},
        {"field": "flags", "title": "Flags"},
    ]
    return marks.subjects(x, y, doses, "datum.open", said)
