"""Course of each subject from the first infusion: Figure 14.2-43."""

from __future__ import annotations

from typing import Any, Final

from cartpk.config import TrialConfig
from cartpk.figures.f_14_2_43 import MARKS
from cartpk.figures.palette import PAPER
from cartpk.report.charts import marks
from cartpk.report.charts.chart import Chart, ChartSource, Control, Panel
from cartpk.report.packed import packed

FIGURE: Final = "f_14_2_43"
_SHAPES: Final = {
    "o": "circle", "^": "triangle-up", "v": "triangle-down", "s": "square", "D": "diamond", ">": "triangle-right",
    "p": marks.vega_shape(5), "h": marks.vega_shape(6),
}  # fmt: skip
"""matplotlib's names of marks as Vega's."""
_SCALE: Final = Control(
    "days", "Days", {"root": ("Square root", {"type": "sqrt"}), "linear": ("Linear", {"type": "linear"})}
)


def chart(source: ChartSource, config: TrialConfig) -> Chart | None:  # noqa: ARG001
    """One bar per subject with its events, the longest follow-up first within each dose level."""
    rows = source.figure_data()
    if rows is None:
        return None
    doses = source.data.cohorts
    names = [name for name in MARKS if rows["MARK"].eq(name).any()]
    spec = {
        "width": "container",
        "height": {"step": 15},
        "layer": [_bars(doses), _events(names)],
        "resolve": {"scale": {"shape": "independent", "color": "independent"}},
    }
    panel = Panel(
        "",
        spec,
        {"bars": ("course_bars", {"table": FIGURE}), "rows": ("course_marks", {"table": FIGURE})},
        "Horizontal bars of follow-up, one per subject, with marks for events.",
    )
    legend = [(name, MARKS[name][1], _SHAPES[MARKS[name][0]], True) for name in names]
    return Chart(FIGURE, (panel,), (_SCALE,), legend, tables={FIGURE: packed(rows, tuple(rows.columns))})


def _encoded(look: dict[str, Any], *told: dict[str, str]) -> dict[str, Any]:
    """Days against subjects, who are in the order of the table; how a mark looks; what it tells of itself."""
    x = marks.days(field="t")
    x["title"] = "Days from first infusion"
    axis = {"ticks": False, "domain": False, "grid": False, "labelLimit": 140, "labelOverlap": "greedy"}
    return {
        "x": x,
        "y": {"field": "S", "type": "nominal", "title": None, "sort": None, "axis": axis},
        **look,
        "opacity": {"field": "o", "type": "quantitative", "scale": None, "legend": None},
        "tooltip": [{"field": "S", "title": "Subject"}, {"field": "D", "title": "Dose level"}, *told],
    }


def _bars(doses: tuple[str, ...]) -> dict[str, Any]:
    """A bar of follow-up per subject."""
    look = {"color": marks.dose_colour(doses)}
    return {
        "data": {"name": "bars"},
        "mark": {"type": "bar", "height": {"band": 0.42}, "opacity": 0.55},
        "encoding": _encoded(look, {"field": "t", "title": "Followed until day"}),
    }


def _events(names: list[str]) -> dict[str, Any]:
    """A mark per event of these names."""
    scale = {"domain": names, "range": [MARKS[name][1] for name in names]}
    shapes = {"domain": names, "range": [_SHAPES[MARKS[name][0]] for name in names]}
    look = {
        "fill": {"field": "m", "type": "nominal", "scale": scale, "legend": None},
        "shape": {"field": "m", "type": "nominal", "scale": shapes, "legend": None},
    }
    return {
        "data": {"name": "rows"},
        "mark": {"type": "point", "size": 75, "stroke": PAPER, "strokeWidth": 0.6, "opacity": 1},
        "encoding": _encoded(look, {"field": "m", "title": "Event"}, {"field": "t", "title": "Day"}),
    }
