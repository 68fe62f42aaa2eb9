"""Geometric mean and SD, or median and quartiles, by visit and dose level: Figure 14.2-1."""

from __future__ import annotations

from typing import Final

from cartpk.config import TrialConfig
from cartpk.figures import samples as s
from cartpk.figures.palette import PAPER
from cartpk.report.charts import marks
from cartpk.report.charts.chart import Chart, ChartSource, Control, Panel, Spec

FIGURE: Final = "f_14_2_1"
_STATISTIC: Final = Control(
    "statistic",
    "Statistic",
    {"mean": ("Geometric mean and SD", None), "median": ("Median and quartiles", None)},
)


def chart(source: ChartSource, config: TrialConfig) -> Chart | None:
    """The first infusion's profile of the primary analyte."""
    analyte = config.primary_analyte
    every = s.kinetic_samples(source.data, analyte)
    first = every[every["ATPTREF"] == s.FIRST_INFUSION]
    if first.empty or first["NFRLT"].isna().all():
        return None
    what = {"test": analyte.code, "specimen": analyte.specimen, "infusion": s.FIRST_INFUSION}
    title = s.axis_title(analyte, first)
    panel = Panel(
        "",
        marks.layered([*marks.limits(), *_layers(source.data.cohorts, title)], 320),
        {"means": ("means", what), "limits": ("limits", what)},
        f"Lines of the geometric mean, or of the median, of {title} against nominal days, one line per dose level.",
    )
    return Chart(
        FIGURE,
        (panel,),
        (_STATISTIC, marks.VALUES, marks.DAYS),
        (("No statistic at this visit, drawn at LLOQ/2", "#52606D", "circle", False),),
        note="Of the subjects shown. Too many BLQ results leave no geometric mean, as in the figure.",
    )


def _layers(doses: tuple[str, ...], title: str) -> list[Spec]:
    data = {"name": "means"}
    x, y = marks.days("Nominal days from first infusion"), marks.values(title)
    colour = marks.dose_colour(doses)
    tip = [
        {"field": "D", "title": "Dose level"},
        {"field": "day", "title": "Nominal day"},
        {"field": "n", "title": "n"},
        {"field": "nblq", "title": "BLQ"},
        {"field": "told", "title": "Value"},
        {"field": "spread", "title": "Spread"},
    ]
    return [
        {
            "data": data,
            "transform": [{"filter": "datum.lo !== null"}],
            "mark": {"type": "rule", "clip": True, "strokeWidth": 1.4, "opacity": 0.75},
            "encoding": {"x": x, "y": {**y, "field": "lo"}, "y2": {"field": "hi"}, "color": colour},
        },
        {
            "data": data,
            "transform": [{"filter": "!datum.none"}],
            "mark": {"type": "line", "clip": True, "strokeWidth": 2.2},
            "encoding": {"x": x, "y": y, "color": colour, "detail": {"field": "part"}},
        },
        {
            "data": data,
            "mark": {"type": "point", "clip": True, "size": 58, "strokeWidth": 1.2, "opacity": 1},
            "encoding": {
                "x": x,
                "y": y,
                "stroke": colour,
                "fill": {"condition": {"test": "datum.none", "value": PAPER}, **colour},
                "shape": marks.dose_shape(doses),
                "tooltip": tip,
            },
        },
    ]
