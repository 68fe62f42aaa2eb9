"""Goodness of fit of the individual curves: Figure 14.2-12."""

from __future__ import annotations

from typing import Final

from cartpk.config import TrialConfig
from cartpk.figures import samples as s
from cartpk.figures.palette import INK, LLOQ_INK
from cartpk.report.charts import marks
from cartpk.report.charts.chart import Chart, ChartSource, Panel, Spec
from cartpk.report.packed import packed

FIGURE: Final = "f_14_2_12"
_COLUMNS: Final = ("USUBJID", "MODEL", "AFRLT", "PRED", "RES", "SHOWN", "BLQFL")


def chart(source: ChartSource, config: TrialConfig) -> Chart | None:
    """Results against predictions, residuals against days and against predictions."""
    rows = source.figure_data()
    if rows is None:
        return None
    doses, unit = source.data.cohorts, s.units(s.kinetic_samples(source.data, config.primary_analyte))
    # a curve begins far below a limit: such predictions are drawn at the edge, as in the figure
    floor = 0.1 * float(rows["SHOWN"].min())
    table = packed(
        rows.assign(PRED=rows["PRED"].clip(lower=floor)), _COLUMNS, digits={"PRED": 4, "RES": 4, "AFRLT": 5, "SHOWN": 5}
    )
    log = {"type": "log", "nice": False, "padding": 8}
    predicted: Spec = {
        "field": "pred", "type": "quantitative", "title": f"Predicted ({unit})", "scale": log,
        "axis": {"labelExpr": marks.NUMBER, "tickCount": 4, "grid": False},
    }  # fmt: skip
    shown = {**predicted, "field": "y", "title": f"Observed ({unit})"}
    residual: Spec = {
        "field": "res",
        "type": "quantitative",
        "title": "Residual (SD)",
        "axis": {"gridColor": "#F1F3F5"},
    }
    day = marks.days(field="t") | {"scale": {"nice": False, "padding": 8}}
    low, high = float(min(floor, rows["PRED"].min())), float(max(rows["SHOWN"].max(), rows["PRED"].max()))
    identity: Spec = {
        "data": {"values": [{"pred": max(low, floor), "y": max(low, floor)}, {"pred": high, "y": high}]},
        "mark": {"type": "line", "color": INK, "strokeWidth": 0.9},
        "encoding": {"x": predicted, "y": shown},
    }
    data = {"rows": ("fitted", {"table": FIGURE})}
    lines = [_across(0.0, []), _across(1.96, [2, 3]), _across(-1.96, [2, 3])]
    panels = (
        Panel("Observed against predicted", marks.layered([identity, _points(predicted, shown, doses)], 270), data),
        Panel("Residuals against time", marks.layered([*lines, _points(day, residual, doses)], 270), data),
        Panel("Residuals against prediction", marks.layered([*lines, _points(predicted, residual, doses)], 270), data),
    )
    return Chart(FIGURE, panels, (), (("BLQ, drawn as the notes below say", LLOQ_INK, "circle", False),),
                 tables={FIGURE: table}, note="The means in bins are drawn in the files only.")  # fmt: skip


def _across(at: float, dash: list[int]) -> Spec:
    return {
        "data": {"values": [{"res": at}]},
        "mark": {"type": "rule", "color": LLOQ_INK, "strokeWidth": 0.9, "strokeDash": dash},
        "encoding": {"y": {"field": "res", "type": "quantitative"}},
    }


def _points(x: Spec, y: Spec, doses: tuple[str, ...]) -> Spec:
    said: list[Spec] = [
        {"field": "S", "title": "Subject"},
        {"field": "t", "title": "Day", "format": ".4~r"},
        {"field": "v", "title": "Observed"},
        {"field": "p", "title": "Predicted"},
        {"field": "res", "title": "Residual", "format": ".3~r"},
        {"field": "m", "title": "Model"},
    ]
    return marks.subjects(x, y, doses, "datum.blq", said)
