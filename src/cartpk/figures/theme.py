"""The look of all figures: one theme, one set of axes."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
import plotnine as p9
from numpy.typing import ArrayLike, NDArray

from cartpk.figures.axes import log_breaks, power_labels, time_breaks, time_windows
from cartpk.figures.samples import BLQ_MARK, QUANTIFIED
from cartpk.figures.palette import INK, LLOQ_INK, PAPER, dose_colours, dose_linetypes, dose_marks

__all__ = ["DPI", "FONT", "WIDTH", "days", "dose_scales", "blq_legend", "house_theme", "lloq_layer", "log_axis", "note"]

WIDTH: Final = 8.0
"""Inches of every figure: fills a column of 900 px and an A4 page with margins at a legible size."""
DPI: Final = 200
FONT: Final = "DejaVu Sans"
"""Comes with matplotlib: the same letters on every machine."""
_LIMIT_LINES: Final = ("dashed", "dotted", "dashdot", "solid")
_GRID: Final = "#E4E7EB"


def house_theme(width: float, height: float, legend: str = "bottom") -> p9.theme:
    """The theme of a figure of this size (inches)."""
    return p9.theme_bw(base_size=10, base_family=FONT) + p9.theme(
        figure_size=(width, height),
        dpi=DPI,
        text=p9.element_text(color=INK),
        axis_title=p9.element_text(size=10),
        axis_text=p9.element_text(size=8.5, color=INK),
        axis_ticks=p9.element_line(color="#9AA5B1", size=0.6),
        panel_grid_minor=p9.element_blank(),
        panel_grid_major=p9.element_line(color=_GRID, size=0.6),
        panel_border=p9.element_rect(color="#9AA5B1", fill=None, size=0.8),
        panel_spacing=0.012,
        strip_background=p9.element_rect(fill="#F0F2F5", color="#9AA5B1", size=0.8),
        strip_text=p9.element_text(size=9, color=INK, linespacing=1.25),
        legend_position=legend,
        legend_title=p9.element_blank(),
        legend_text=p9.element_text(size=9),
        legend_key=p9.element_blank(),
        legend_key_width=22,
        legend_background=p9.element_blank(),
        legend_box_spacing=0.02,
        legend_margin=2,
        axis_ticks_minor=p9.element_blank(),
        plot_caption=p9.element_text(size=7, color=LLOQ_INK, ha="right"),
        plot_background=p9.element_rect(fill=PAPER, color=PAPER),
        plot_margin=0.012,
    )


def log_axis() -> p9.scale_y_log10:
    """A log10 axis with ticks at decades, written 10², 10³ ... where the numbers grow long."""
    return p9.scale_y_log10(breaks=log_breaks, labels=power_labels)


def days(inches: float, name: str = "Days from first infusion") -> p9.scale_x_continuous:
    """A time axis in days whose panels are so many inches wide."""
    breaks = functools.partial(_breaks, inches=inches)
    return p9.scale_x_continuous(name=name, breaks=breaks, labels=_plain, expand=(0.03, 0))


def _breaks(limits: Sequence[float], inches: float) -> list[float]:
    return time_breaks(limits[0], limits[1], inches)


def _plain(ticks: Sequence[float]) -> list[str]:
    return [f"{tick:g}" for tick in ticks]


def dose_scales(labels: Sequence[str], aesthetics: Sequence[str], name: str = "") -> list[p9.scales.scale.scale]:
    """One scale per aesthetic (colour, fill, shape, linetype) for dose levels in ascending order."""
    n = len(labels)
    values = {
        "color": (p9.scale_color_manual, dose_colours(n)),
        "fill": (p9.scale_fill_manual, dose_colours(n)),
        "shape": (p9.scale_shape_manual, dose_marks(n)),
        "linetype": (p9.scale_linetype_manual, dose_linetypes(n)),
    }
    return [scale(name=name, values=dict(zip(labels, given, strict=True))) for scale, given in map(values.__getitem__, aesthetics)]


def by_window(rows: pd.DataFrame, time: str) -> pd.DataFrame:
    """The rows once per time window (expansion phase, whole follow-up), named in ``FACET``."""
    windows = time_windows(rows[time].max())
    parts = [rows[rows[time] <= last].assign(FACET=name) for name, last in windows]
    made = pd.concat(parts, ignore_index=True)
    made["FACET"] = in_order(made["FACET"], [name for name, _ in windows])
    return made


def in_order(texts: pd.Series[str], order: Iterable[str]) -> pd.Series[pd.CategoricalDtype]:
    """The texts as categories in this order; panels and legends follow it."""
    return pd.Series(pd.Categorical(texts, categories=list(order), ordered=True), index=texts.index)


def lloq_layer(lines: pd.DataFrame, beside: Mapping[str, tuple[str, str]] | None = None) -> list[object]:
    """Lines at the limits of quantification, named in the legend; nothing where no limit is known.

    ``beside``: (line type, colour) of other lines that share the legend, by their names.
    """
    others = dict(beside or {})
    free = [kind for kind in _LIMIT_LINES if kind not in [used for used, _ in others.values()]]
    kinds = {**{name: kind for name, (kind, _) in others.items()}, **dict(zip(lines["LABEL"], free, strict=False))}
    inks = [ink for _, ink in others.values()] + [LLOQ_INK] * len(lines)
    guide = p9.guide_legend(override_aes={"color": inks, "size": 0.8})
    layers: list[object] = [p9.scale_linetype_manual(name="", values=kinds, breaks=list(kinds), guide=guide)] if kinds else []
    if len(lines):
        layers += [p9.geom_hline(p9.aes(yintercept="ALLOQ", linetype="LABEL"), data=lines, color=LLOQ_INK, size=0.55)]
    return layers


def root_days(day: ArrayLike) -> NDArray[np.float64]:
    """Signed square root of days: the place of a day on a square-root time axis."""
    days_ = np.asarray(day, dtype=np.float64)
    return np.sign(days_) * np.sqrt(np.abs(days_))


def root_time_axis(day: ArrayLike, inches: float) -> p9.scale_x_continuous:
    """A square-root time axis for data placed by :func:`root_days`: wide for the expansion, short for persistence."""
    days_ = np.asarray(day, dtype=np.float64)
    low, high = root_days(np.nanmin(days_)), root_days(np.nanmax(days_))
    ticks: list[float] = []
    for tick in (0.0, 28.0, 180.0, 90.0, 365.0, 730.0, 7.0, 1095.0, 14.0, 60.0):
        at = float(root_days(tick))
        if low <= at <= high and all(abs(at - root_days(t)) >= 0.34 * (high - low) / inches for t in ticks):
            ticks.append(tick)
    ticks.sort()
    return p9.scale_x_continuous(
        name="Days from first infusion (square-root axis)",
        breaks=list(root_days(ticks)),
        labels=[f"{tick:g}" for tick in ticks],
        expand=(0.04, 0),
    )


def blq_legend() -> p9.scale_shape_manual:
    """Legend of filled (quantified) and open (BLQ) circles for layers with ``shape = RESULT``."""
    looks = {"fill": [LLOQ_INK, PAPER], "color": LLOQ_INK, "size": 2.2}
    values = {QUANTIFIED: "o", BLQ_MARK: "o"}
    return p9.scale_shape_manual(name="", values=values, drop=False, guide=p9.guide_legend(override_aes=looks))


def note(text: str) -> p9.labs:
    """Small print in the lower right corner."""
    return p9.labs(caption=text) if text else p9.labs()


def swarmed(rows: pd.DataFrame, by: Sequence[str], dot: tuple[float, float] = (0.11, 0.034)) -> pd.DataFrame:
    """The rows with ``X`` (place of the dose level) and ``XSWARM`` (moved aside where marks would overlap).

    Parameters
    ----------
    rows
        With ``COHORT`` (ordered) and ``Y`` (above 0, drawn on a log axis).
    by
        Panel and group; the first one is the panel.
    dot
        A mark's width (1 = distance of two dose levels) and height (1 = the panel's height).
    """
    made = rows.assign(X=rows["COHORT"].cat.codes + 1.0, XSWARM=0.0)
    for _, panel in made.groupby(by[0], observed=True):
        log = np.log10(panel["Y"])
        height = max(float(log.max() - log.min()), 1e-9) * dot[1]
        for _, group in panel.groupby(list(by[1:]), observed=True):
            made.loc[group.index, "XSWARM"] = _swarm(log[group.index].to_numpy(), dot[0], height)
    made["XSWARM"] += made["X"]
    return made


def _swarm(y: NDArray[np.float64], width: float, height: float) -> NDArray[np.float64]:
    """Offsets that keep marks apart, the nearest free place to the middle first, at most 0.42 to a side."""
    steps = int(0.42 / width)
    places = [side * step * width for step in range(steps + 1) for side in ((1, -1) if step else (1,))]
    out = np.zeros(y.size)
    order = np.argsort(y, kind="stable")
    for k, i in enumerate(order):
        near = [j for j in order[:k] if y[i] - y[j] < height]
        free = (p for p in places if all(abs(p - out[j]) > width / 2 for j in near))
        out[i] = next(free, places[k % len(places)])
    return out
