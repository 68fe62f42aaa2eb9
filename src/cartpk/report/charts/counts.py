"""CD7+ cells and other counts against days, one panel per measure: subjects, medians and quartiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from cartpk.figures.samples import lloq_lines, short_unit
from cartpk.report.charts import marks
from cartpk.report.charts.chart import Chart, ChartSource, Control, Panel, Spec

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig

__all__ = ["counted"]

Kind = Literal["absolute", "percent", "change"]
_NOTE: Final = (
    "Medians are of the subjects shown, a BLQ at half of the LLOQ; bands: quartiles, for three subjects and more."
)


def counted(source: ChartSource, config: TrialConfig, figure: str, kind: Kind) -> Chart | None:
    """The chart of these measures; None where the figure drew none.

    Parameters
    ----------
    source, config
        The run.
    figure
        Id of the figure that it stands for: its rows say which measures there are.
    kind
        Counts per volume, percentages of a parent population, or both in percent of the baseline.
    """
    rows = source.figure_data()
    if rows is None or source.data.pd_change.empty:
        return None
    labels = {m.code: m.label for m in config.pharmacodynamics.measures}
    codes = [str(code) for code in dict.fromkeys(rows["PARAMCD"]) if str(code) in labels]
    doses = source.data.cohorts
    panels = [_panel(rows[rows["PARAMCD"] == code], code, labels[code], kind, doses) for code in codes]
    return Chart(figure, tuple(panels), (marks.SHOW, _axis(rows, kind), marks.DAYS), (marks.BLQ_LEGEND,), note=_NOTE)


def _axis(rows: pd.DataFrame, kind: Kind) -> Control:
    """The axis of the figure first."""
    if kind == "percent":
        return Control("values", "Axis", {"linear": marks.LINEAR, "log": marks.LOG})
    if kind == "change":
        return marks.VALUES
    known = rows["ALLOQ"].min() / 2 if rows["ALLOQ"].notna().any() else rows.loc[rows["AVAL"] > 0, "AVAL"].min() / 2
    constant = float(known) if known == known and known > 0 else 0.5  # noqa: PLR0124
    # a scale of log10(x + c): zero has a place on it
    shifted = {"type": "symlog", "constant": constant, "nice": False, "padding": 8}
    return Control("values", "Axis", {"shifted": (f"log10(x + {constant:g})", shifted), "linear": marks.LINEAR})


def _panel(own: pd.DataFrame, code: str, label: str, kind: Kind, doses: tuple[str, ...]) -> Panel:
    unit = "% of baseline" if kind == "change" else short_unit(str(own["AVALU"].dropna().iloc[0]))
    what = {"measure": code, "change": kind == "change"}
    x = marks.days()
    y = marks.values(unit)
    if kind == "absolute":
        low, high = float(own["DRAWN"].min()), float(own["DRAWN"].max())
        y["axis"] = {
            "labelExpr": marks.NUMBER,
            "values": [0, *(10.0**p for p in range(-2, 8) if low / 2 < 10.0**p <= high)],
        }
    limited = kind == "absolute" and len(lloq_lines(own)) > 0
    layers: list[Spec] = [*marks.limits()] if limited else []
    layers += [marks.rule(100.0)] if kind == "change" else []
    layers += [*marks.individuals(x, y, doses), *marks.medians(x, doses)]
    data = {"rows": ("counts", what), "visits": ("count_visits", what)}
    data |= {"limits": ("count_limits", what)} if limited else {}
    return Panel(
        label,
        marks.layered(layers, 250),
        data,
        f"Lines of {label} ({unit}) against days, one per subject, with medians by dose level.",
    )
