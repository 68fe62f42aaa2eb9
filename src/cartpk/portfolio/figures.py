"""One figure per panel: every subject, and the middle of each trial and dose level with its limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cartpk.figures.exhibit import Figure, FigureSpec
from cartpk.tables.printing import significant, unit_text

if TYPE_CHECKING:
    import plotnine as p9

    from cartpk.portfolio.panels import Panel

__all__ = ["figure", "figure_spec"]

_WIDTH: Final = 8.0
_ROW, _AROUND = 0.3, 1.25
"""Inches of a row, and above and below all of them."""
_WHAT: Final = {
    "geometric": ("geometric mean", "its {level:g} % confidence limits (Student's t on the logarithm)"),
    "persistence": (
        "Kaplan-Meier median of the day of last detection",
        "its {level:g} % confidence limits (Brookmeyer-Crowley, log-log)",
    ),
    "reduction": (
        "Kaplan-Meier median, in which a lower bound is right-censored",
        "its {level:g} % confidence limits (Brookmeyer-Crowley, log-log)",
    ),
}

_APART: Final = {"NZERO": "all BLQ", "NAPART": "extrapolated"}
"""Count of a row -> what it is called beside its n."""


def figure_spec(panel: Panel, number: int, part: int) -> FigureSpec:
    """Name and number of a panel's figure, e.g. ``p_1_2``: the second panel of the first quantity."""
    title = f"{panel.quantity.label}: {panel.alike}"
    return FigureSpec(f"p_{number}_{part}", f"{number}.{part}", title, ("adsl.csv", "adnca.csv", "adpp.csv"))


def figure(panel: Panel, summary: pd.DataFrame, level_pct: float, synthetic: str) -> Figure | None:
    """The figure of a panel; None where no subject has a value.

    Parameters
    ----------
    panel, summary
        Its rows and their statistics.
    level_pct
        Confidence level of the limits, %.
    synthetic
        Small print, empty where the data are real.
    """
    marks = _marks(panel, summary)
    if marks.empty:
        return None
    middle, limits = _WHAT[panel.quantity.kind]
    limits = limits.format(level=level_pct)
    missing = int(summary["NMISSING"].sum())
    notes = [f"Diamond: {middle}; line: {limits}. Circle: one subject."]
    if panel.quantity.kind == "geometric":
        notes.append("A subject whose results are all BLQ has 0 and is on no logarithmic axis: counted in the table.")
    if panel.quantity.setting == "auc":
        notes.append("Open square: an area that is extrapolated; it is not in the geometric mean.")
    if panel.quantity.kind == "persistence":
        notes.append("Triangle: still detected at the last sample. A subject never detected has no day and is not in.")
    if panel.quantity.kind == "reduction":
        notes.append("log10(baseline / nadir). Triangle: the nadir is BLQ, the reduction is at least this.")
    if panel.quantity.kind != "geometric":
        notes.append("No diamond: the median is not reached. Dotted line: its upper limit is not reached.")
    if panel.lines:
        lines = "; ".join(f"{i} {line.who} {significant(line.value)}" for i, line in enumerate(panel.lines, 1))
        notes.append(f"Dashed lines, published: {lines}. Other products, diseases and assays; sources below.")
    if missing:
        notes.append(f"{missing} of {int(summary['N'].sum())} subjects have no value; their reasons are in the CSV.")
    height = _AROUND + _ROW * len(summary) + (0.3 if panel.lines else 0.0)
    return Figure(
        data=panel.rows,
        caption=f"{panel.quantity.label} by trial and dose level; {panel.alike}. {', '.join(panel.trials)}.",
        footnotes=tuple(notes),
        alt=f"Forest plot of {panel.quantity.label} with one row per trial and dose level: "
        + "; ".join(_said(row) for row in summary.to_dict("records"))
        + ".",
        n=int(panel.rows["USUBJID"].size),
        draw=lambda: _plot(panel, summary, marks, (_WIDTH, height), synthetic),
        width=_WIDTH,
        height=height,
    )


def _said(row: dict[Any, Any]) -> str:
    centre = row["CENTRE"]
    value = "no value" if np.isnan(centre) else significant(centre)
    return f"{row['TRIAL']} {row['COHORT']}: {value}"


def _marks(panel: Panel, summary: pd.DataFrame) -> pd.DataFrame:
    """Every subject with a value, at the row of its trial and dose level, with what its mark says."""
    place = {(t, c): i for i, (t, c) in enumerate(zip(summary["TRIAL"], summary["COHORT"], strict=True))}
    rows = panel.rows[panel.rows["AVAL"].notna()]
    if panel.quantity.kind == "geometric":
        rows = rows[rows["AVAL"] > 0]
    at = [float(len(place) - place[key]) for key in zip(rows["TRIAL"], rows["COHORT"], strict=True)]
    mark = np.where(rows["REASND"].notna(), "apart", np.where(rows["CNSR"].eq(1), "censored", "value"))
    return rows.assign(AT=at, MARK=mark)


def _plot(
    panel: Panel, summary: pd.DataFrame, marks: pd.DataFrame, size: tuple[float, float], synthetic: str
) -> p9.ggplot:
    import plotnine as p9  # noqa: PLC0415 - a second

    from cartpk.figures import theme  # noqa: PLC0415
    from cartpk.figures.palette import INK, LLOQ_INK, PAPER  # noqa: PLC0415

    top = len(summary)
    rows = summary.assign(AT=[float(top - i) for i in range(top)])
    names = [_name(row, panel) for row in rows.to_dict("records")]
    low, high = 0.4, top + (1.15 if panel.lines else 0.6)
    plot = (
        p9.ggplot(marks, p9.aes("AVAL", "AT"))
        + _between(rows)
        + _published(panel, low, high)
        + p9.geom_point(
            p9.aes(y="AT - 0.2", shape="MARK", fill="MARK"), size=1.5, color="#9B2B7C", alpha=0.65, stroke=0.4
        )
        + p9.scale_shape_manual(values={"value": "o", "censored": ">", "apart": "s"}, guide=None)
        + p9.scale_fill_manual(values={"value": "#9B2B7C", "censored": PAPER, "apart": PAPER}, guide=None)
        + p9.geom_segment(
            p9.aes(x="LOWER", xend="UPPER", y="AT + 0.1", yend="AT + 0.1"),
            rows.dropna(subset=["LOWER", "UPPER"]), size=0.8, color=INK,
        )
        + p9.geom_segment(
            p9.aes(x="LOWER", xend="EDGE", y="AT + 0.1", yend="AT + 0.1"),
            rows[rows["LOWER"].notna() & rows["UPPER"].isna()].assign(EDGE=marks["AVAL"].max()), size=0.8, color=INK,
            linetype="dotted",
        )
        + p9.geom_point(p9.aes("CENTRE", "AT + 0.1"), rows.dropna(subset=["CENTRE"]), shape="D", size=2.4, color=INK,
                        fill=INK)
        + p9.scale_y_continuous(breaks=rows["AT"].tolist(), labels=names, minor_breaks=False, expand=(0, 0))
        + p9.coord_cartesian(ylim=(low, high))
        + p9.labs(x=_axis(panel), y="")
        + theme.house_theme(*size)
        + p9.theme(
            panel_grid_major_y=p9.element_blank(), axis_ticks_major_y=p9.element_blank(),
            axis_text_y=p9.element_text(size=8.5, color=LLOQ_INK, ha="right"),
        )
    )  # fmt: skip
    plot += theme.log_value_axis() if panel.quantity.kind == "geometric" else _linear()
    return plot + theme.note(synthetic) if synthetic else plot


def _name(row: dict[Any, Any], panel: Panel) -> str:
    """Trial, dose level and n of a row, as printed beside it."""
    apart = [f"{row[key]:.0f} {text}" for key, text in _APART.items() if row[key]]
    if row["NCENSORED"]:
        what = "still detected" if panel.quantity.kind == "persistence" else "lower bounds"
        apart.append(f"{row['NCENSORED']:.0f} {what}")
    more = f" ({', '.join(apart)})" if apart else ""
    return f"{row['TRIAL']}   {row['COHORT']}   n = {row['NVALUE']:.0f}{more}"


def _axis(panel: Panel) -> str:
    unit = "" if panel.quantity.kind == "reduction" else f" ({unit_text(panel.unit)})"
    return f"{panel.quantity.label}{unit}"


def _linear() -> p9.scale_x_continuous:
    import plotnine as p9  # noqa: PLC0415

    return p9.scale_x_continuous(limits=_from_zero, minor_breaks=False, expand=(0.03, 0))


def _from_zero(found: tuple[float, float]) -> tuple[float, float]:
    return min(found[0], 0.0), max(found[1], 0.0)


def _between(rows: pd.DataFrame) -> list[object]:
    """A line between two trials."""
    import plotnine as p9  # noqa: PLC0415

    below = rows.groupby("TRIAL", sort=False)["AT"].min().to_numpy()[:-1] - 0.5
    return [p9.geom_hline(yintercept=list(below), color="#9AA5B1", size=0.5)] if below.size else []


def _published(panel: Panel, low: float, high: float) -> list[object]:
    """A dashed line per published value, numbered above the rows; neighbours stand at two heights."""
    import plotnine as p9  # noqa: PLC0415

    from cartpk.figures.palette import LLOQ_INK  # noqa: PLC0415

    if not panel.lines:
        return []
    table = pd.DataFrame({
        "VALUE": [line.value for line in panel.lines],
        "TEXT": [str(i) for i in range(1, len(panel.lines) + 1)],
        "Y": [high - 0.16 - 0.3 * (i % 2) for i in range(len(panel.lines))],
        "LOW": low,
    })  # fmt: skip
    return [
        p9.geom_segment(
            p9.aes("VALUE", "LOW", xend="VALUE", yend="Y - 0.16"), table, inherit_aes=False, linetype="dashed",
            color=LLOQ_INK, size=0.5,
        ),
        p9.geom_text(p9.aes("VALUE", "Y", label="TEXT"), table, inherit_aes=False, size=7.5, color=LLOQ_INK),
    ]  # fmt: skip
