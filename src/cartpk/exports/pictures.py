"""Figures for print and for slides: PDF with letters that can be searched, PNG of 1920 x 1080 with title and source."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.image import imread
from matplotlib.text import Text

from cartpk.figures.exhibit import Figure, FigureSpec
from cartpk.figures.palette import INK, PAPER
from cartpk.figures.render import drawn

if TYPE_CHECKING:
    from cartpk.config import TrialConfig

__all__ = ["SLIDE", "pdf_bytes", "slide_bytes"]

SLIDE: Final = (1920, 1080)
"""Pixels of a slide, 16:9."""
_DPI: Final = 200
_TOP, _BOTTOM, _SIDE = 150, 60, 40
"""Pixels above the picture (title), below it (source), and beside it."""
_LOW: Final = 4.35
"""Least height of the drawing, inches: its letters then match the title's."""
_FLATTER: Final = 0.75
"""Part of its height that a tall figure keeps: panels grow wider, letters larger."""
_QUIET, _WARNING = "#52606D", "#9A3412"
_NO_CLOCK: Final = {"CreationDate": None, "ModDate": None, "Creator": "cartpk", "Producer": None}
_PDF: Final[dict[Any, Any]] = {"pdf.fonttype": 42, "pdf.compression": 6}


def pdf_bytes(made: Figure) -> bytes:
    """The figure as PDF: vectors, letters as letters, no date; the same bytes each time."""
    stream = io.BytesIO()
    with drawn(made.draw()) as figure, mpl.rc_context(_PDF):
        figure.savefig(stream, format="pdf", metadata=_NO_CLOCK)
    return stream.getvalue()


def slide_bytes(spec: FigureSpec, made: Figure, config: TrialConfig) -> bytes:
    """The figure as a slide: its title above, drawn anew for the wide format, source and data mark below."""
    room = (SLIDE[0] - 2 * _SIDE, SLIDE[1] - _TOP - _BOTTOM)
    height = max(_LOW, _FLATTER * made.height)
    size = (height * room[0] / room[1], height)
    stream = io.BytesIO()
    with drawn(made.draw(), size) as figure:
        figure.savefig(stream, format="png", dpi=room[1] / height, metadata={"Software": None})
        stream.seek(0)
        return _framed(imread(stream), spec, made, config)


def _framed(picture: np.ndarray, spec: FigureSpec, made: Figure, config: TrialConfig) -> bytes:
    """The slide around the picture."""
    page = plt.figure(figsize=(SLIDE[0] / _DPI, SLIDE[1] / _DPI), dpi=_DPI, facecolor=PAPER)
    try:
        x = (SLIDE[0] - picture.shape[1]) // 2
        page.figimage(picture, x, _BOTTOM)
        across, up = 1 / SLIDE[0], 1 / SLIDE[1]
        left, right = _SIDE * across, 1 - _SIDE * across
        title = page.text(left, 1 - 24 * up, spec.title, ha="left", va="top", color=INK, fontsize=17, weight="bold")
        _shrink(title, right - left)
        under = f"{config.product.name} · {config.trial.id} · {made.n} subjects"
        page.text(left, 1 - 96 * up, under, ha="left", va="top", color=_QUIET, fontsize=11)
        source = f"Figure {spec.number}. Source: {', '.join(name.rpartition('/')[2] for name in spec.inputs)}"
        cut = f" Data cut {config.report.data_cut}." if config.report.data_cut else ""
        line = page.text(left, 18 * up, f"{source}.{cut}", ha="left", va="bottom", color=_QUIET, fontsize=8)
        _shrink(line, 0.8)
        if config.report.synthetic:
            page.text(
                right, 18 * up, "Synthetic data", ha="right", va="bottom", color=_WARNING, fontsize=11, weight="bold"
            )
        stream = io.BytesIO()
        page.savefig(stream, format="png", dpi=_DPI, metadata={"Software": None})
    finally:
        plt.close(page)
    return stream.getvalue()


def _shrink(text: Text, most: float) -> None:
    """Make a text's letters as small as it takes to fit into this part of the slide's width."""
    width = text.get_window_extent().width / SLIDE[0]
    if width > most:
        text.set_fontsize(float(text.get_fontsize()) * most / width)
