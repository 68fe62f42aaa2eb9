"""The look of all figures: one theme, one set of axes, one legend of limits and BLQ marks."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import plotnine as p9
from numpy.typing import ArrayLike, NDArray

from cartpk.figures.axes import log_breaks, power_labels, root_breaks, time_breaks
from cartpk.figures.palette import INK, LLOQ_INK, PAPER, dose_colours, dose_marks
from cartpk.figures.samples import ABOVE_MARK, BLQ_MARK, QUANTIFIED

__all__ = [
    "DPI",
    "WIDTH",
    "blq_legend",
    "days",
    "dose_fills",
    "dose_legend",
    "dose_scales",
    "groups",
    "house_theme",
    "in_order",
    "linear_axis",
    "lloq_layer",
    "log_axis",
    "log_value_axis",
    "note",
    "root_days",
    "root_time_axis",
]

Layers = list[Any]
"""plotnine has no common type of what can be added to a plot."""

WIDTH: Final = 8.0
"""Inches of a figure: letters are legible in a column of 900 px and on an A4 page."""
DPI: Final = 200
_MARGINS: Final = 0.3
_GRID: Final = "#E4E7EB"
_FRAME: Final = "#9AA5B1"
_LIMIT_LINES: Final = ("dashed", "dotted", "dashdot", "solid")


def house_theme(width: float, height: float, legends: Sequence[Sequence[str]] = (), letters: float = 9) -> p9.theme:
    """The theme of a figure of this size (inches).

    Parameters
    ----------
    width, height
        Inches.
    legends
        Texts of each legend: legends that do not fit side by side are put below each other.
    letters
        Size of the legends' letters, points.
    """
    below = math.fsum(_inches(texts, letters) for texts in legends) > width - _MARGINS
    return p9.theme_bw(base_size=10) + p9.theme(
        figure_size=(width, height),
        dpi=DPI,
        text=p9.element_text(color=INK),
        axis_title=p9.element_text(size=10),
        axis_text=p9.element_text(size=8.5, color=INK),
        axis_ticks=p9.element_line(color=_FRAME, size=0.6),
        axis_ticks_minor=p9.element_blank(),
        panel_grid_minor=p9.element_blank(),
        panel_grid_major=p9.element_line(color=_GRID, size=0.6),
        panel_border=p9.element_rect(color=_FRAME, fill=None, size=0.8),
        panel_spacing=0.012,
        strip_background=p9.element_rect(fill="#F0F2F5", color=_FRAME, size=0.8),
        strip_text=p9.element_text(size=9, color=INK, linespacing=1.25),
        legend_position="bottom",
        legend_title=p9.element_blank(),
        legend_text=p9.element_text(size=letters),
        legend_key=p9.element_blank(),
        legend_key_width=22,
        legend_background=p9.element_blank(),
        legend_box="vertical" if below else "horizontal",
        legend_box_just="center",
        legend_box_spacing=0.02,
        legend_spacing=0 if below else 8,
        legend_margin=2,
        plot_caption=p9.element_text(size=7, color=LLOQ_INK, ha="right"),
        plot_background=p9.element_rect(fill=PAPER, color=PAPER),
        plot_margin=0.012,
    )


def _inches(texts: Sequence[str], letters: float = 9) -> float:
    """Width of a legend in one row, inches: letters of this size (points) and a key before each text."""
    return math.fsum(0.0082 * letters * len(text) + 0.42 for text in texts) + 0.1


def log_axis() -> p9.scale_y_log10:
    """A log10 axis with ticks at decades, written 10², 10³ ... where the numbers grow long."""
    return p9.scale_y_log10(breaks=log_breaks, labels=power_labels, minor_breaks=False)


def linear_axis() -> p9.scale_y_continuous:
    """A linear axis whose numbers have their thousands set apart."""
    return p9.scale_y_continuous(labels=_grouped, minor_breaks=False, expand=(0.02, 0, 0.05, 0))


def _grouped(ticks: Sequence[float]) -> list[str]:
    return [f"{tick:,.10g}" for tick in ticks]


def log_value_axis(margin: float = 0.05) -> p9.scale_x_log10:
    """A horizontal log10 axis with the ticks of :func:`log_axis`."""
    return p9.scale_x_log10(breaks=log_breaks, labels=power_labels, minor_breaks=False, expand=(margin, 0))


def days(inches: float, name: str = "Days from first infusion") -> p9.scale_x_continuous:
    """A linear time axis in days whose panels are so many inches wide."""
    breaks = functools.partial(_breaks, inches=inches)
    return p9.scale_x_continuous(name=name, breaks=breaks, labels=_plain, minor_breaks=False, expand=(0.03, 0))


def _breaks(limits: Sequence[float], inches: float) -> list[float]:
    return time_breaks(limits[0], limits[1], inches)


def _plain(ticks: Sequence[float]) -> list[str]:
    return [f"{tick:g}" for tick in ticks]


def root_days(day: ArrayLike) -> NDArray[np.float64]:
    """Signed square root of days: the place of a day on a square-root time axis."""
    at = np.asarray(day, dtype=np.float64)
    return np.sign(at) * np.sqrt(np.abs(at))


def root_time_axis(day: ArrayLike, inches: float) -> p9.scale_x_continuous:
    """A square-root time axis for data placed by :func:`root_days`: wide for the expansion, short for persistence."""
    at = np.asarray(day, dtype=np.float64)
    ticks = root_breaks(float(np.nanmin(at)), float(np.nanmax(at)), inches)
    return p9.scale_x_continuous(
        name="Days from first infusion (square-root axis)",
        breaks=list(root_days(ticks)),
        labels=_plain(ticks),
        minor_breaks=False,
        expand=(0.04, 0),
    )


def groups(labels: Sequence[str], name: str) -> p9.scale_x_continuous:
    """An axis of groups placed at 1, 2 ...; continuous, so that marks may stand beside their group's middle."""
    places = [float(place) for place in range(1, len(labels) + 1)]
    return p9.scale_x_continuous(name=name, breaks=places, labels=labels, minor_breaks=False, expand=(0, 0.55))


def dose_scales(labels: Sequence[str]) -> Layers:
    """Colour, fill and mark of the dose levels, lowest first, in one legend."""
    colours = dict(zip(labels, dose_colours(len(labels)), strict=True))
    marks = dict(zip(labels, dose_marks(len(labels)), strict=True))
    nrow = math.ceil(_inches(labels) / (WIDTH - _MARGINS))
    scales = (
        (p9.scale_color_manual, colours),
        (p9.scale_fill_manual, colours),
        (p9.scale_shape_manual, marks),
    )
    # a guide of its own for each: plotnine keeps state in it, and merges equal legends by itself
    return [scale(name="", values=values, guide=p9.guide_legend(nrow=nrow)) for scale, values in scales]


def dose_fills(doses: Sequence[str], open_as: str) -> Layers:
    """Colour of the dose levels, and a fill in which ``open_as`` is paper: for panels that name the dose themselves."""
    colours = dict(zip(doses, dose_colours(len(doses)), strict=True))
    return [
        p9.scale_color_manual(values=colours, guide=None),
        p9.scale_fill_manual(values={**colours, open_as: PAPER}, guide=None),
    ]


def dose_legend(doses: Sequence[str], open_as: str, among: Sequence[str] | None = None) -> Layers:
    """As :func:`dose_fills`, with a legend of the dose levels where no panel names them.

    ``among`` are all levels of the trial, where not each of them is drawn: a dose keeps its colour in every figure.
    """
    every = among or doses
    inks = dict(zip(every, dose_colours(len(every)), strict=True))
    colours = {dose: inks[dose] for dose in doses}
    looks = {"fill": list(colours.values()), "shape": "o", "size": 2.2, "alpha": 1}
    return [
        p9.scale_color_manual(name="", values=colours, breaks=list(doses), guide=p9.guide_legend(override_aes=looks)),
        p9.scale_fill_manual(values={**colours, open_as: PAPER}, guide=None),
    ]


def in_order(texts: pd.Series[str], order: Iterable[str]) -> pd.Series[pd.CategoricalDtype]:
    """The texts as categories in this order; panels and legends follow it."""
    return pd.Series(pd.Categorical(texts, categories=list(order), ordered=True), index=texts.index)


def lloq_layer(lines: pd.DataFrame, beside: Mapping[str, tuple[str, str]] | None = None) -> Layers:
    """Lines at the limits of quantification, named in the legend.

    Parameters
    ----------
    lines
        ``ALLOQ`` and ``LABEL``; no row where no limit is known.
    beside
        (line type, colour) of other lines that share the legend, by their names.
    """
    others = dict(beside or {})
    free = [kind for kind in _LIMIT_LINES if kind not in [used for used, _ in others.values()]]
    kinds = {**{name: kind for name, (kind, _) in others.items()}, **dict(zip(lines["LABEL"], free, strict=False))}
    if not kinds:
        return []
    inks = [ink for _, ink in others.values()] + [LLOQ_INK] * len(lines)
    guide = p9.guide_legend(override_aes={"color": inks, "size": 0.8})
    layers: Layers = [p9.scale_linetype_manual(name="", values=kinds, breaks=list(kinds), guide=guide)]
    if len(lines):
        layers.append(p9.geom_hline(p9.aes(yintercept="ALLOQ", linetype="LABEL"), lines, color=LLOQ_INK, size=0.55))
    return layers


def blq_legend(kinds: Sequence[str] = (QUANTIFIED, BLQ_MARK)) -> p9.scale_shape_manual:
    """Legend of these kinds of ``RESULT``: quantified (filled circle), BLQ (open), above the limit (triangle)."""
    looks = {"fill": [PAPER if kind == BLQ_MARK else LLOQ_INK for kind in kinds], "color": LLOQ_INK, "size": 2.2}
    values = {kind: "^" if kind == ABOVE_MARK else "o" for kind in kinds}
    return p9.scale_shape_manual(name="", values=values, drop=False, guide=p9.guide_legend(override_aes=looks))


def note(text: str) -> p9.labs:
    """Small print in the lower right corner."""
    return p9.labs(caption=text)
