"""A plot as files: PNG and SVG from one drawing, the same bytes each time."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib import font_manager
from matplotlib.text import Text
from plotnine.exceptions import PlotnineWarning

from cartpk.figures.palette import INK, PAPER
from cartpk.figures.theme import DPI

if TYPE_CHECKING:
    import plotnine as p9
    from matplotlib.figure import Figure as MplFigure
    from plotnine.composition import Compose

__all__ = ["blank_pictures", "drawn", "pictures"]

# letters as paths: the picture needs no font where it is shown; ids from a fixed salt; no date
_SETTINGS: Final[dict[Any, Any]] = {
    "svg.fonttype": "path",
    "svg.hashsalt": "cartpk",
    "text.hinting": "no_hinting",  # letters are as wide on the screen as in the SVG: both share one layout
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib: the same letters on every machine
}
_CHINESE: Final = ("Noto Sans CJK SC", "Noto Sans CJK JP", "Microsoft YaHei", "PingFang SC", "WenQuanYi Zen Hei")
_EXPECTED: Final = (
    "geom_path: Each group consist of only one observation",  # a subject with one sample has a mark and no line
)


def pictures(plot: p9.ggplot | Compose) -> tuple[bytes, bytes]:
    """PNG and SVG of the plot, or of several side by side."""
    with _settings():
        return _saved(_draw(plot))


@contextmanager
def drawn(plot: p9.ggplot | Compose, size: tuple[float, float] | None = None) -> Iterator[MplFigure]:
    """The plot as a matplotlib figure, everything in its place, for other files of it; it is closed at the end.

    Parameters
    ----------
    plot
        What a figure's ``draw`` gives.
    size
        Width and height, inches; None = as the plot has it.
    """
    with _settings():
        figure = _draw(plot)
        if size:
            figure.set_size_inches(*size)
        try:
            _place(figure)
            yield figure
        finally:
            plt.close(figure)


def _draw(plot: p9.ggplot | Compose) -> MplFigure:
    for message in _EXPECTED:
        warnings.filterwarnings("ignore", message, PlotnineWarning)
    figure: MplFigure = plot.draw()
    return figure


def blank_pictures(text: str) -> tuple[bytes, bytes]:
    """PNG and SVG of a small sheet with this text, for a figure that cannot be drawn."""
    with _settings():
        figure = plt.figure(figsize=(8.0, 1.0), dpi=DPI, facecolor=PAPER)
        figure.text(0.5, 0.5, text, ha="center", va="center", color=INK, fontsize=9, wrap=True)
        return _saved(figure)


@contextmanager
def _settings() -> Iterator[None]:
    """Matplotlib's own defaults and ours: a user's matplotlibrc changes no figure, and no screen is asked for."""
    plt.switch_backend("agg")
    with mpl.rc_context(), warnings.catch_warnings():
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        yield


def _saved(figure: MplFigure) -> tuple[bytes, bytes]:
    _place(figure)
    png, svg = io.BytesIO(), io.BytesIO()
    try:
        figure.savefig(png, format="png", dpi=DPI, metadata={"Software": None})
        figure.savefig(svg, format="svg", dpi=DPI, metadata={"Date": None, "Creator": "cartpk"})
    finally:
        plt.close(figure)
    return png.getvalue(), svg.getvalue()


def _place(figure: MplFigure) -> None:
    """Put everything in its place once for all files: matplotlib would do it again for each of them."""
    mpl.rcParams.update(_SETTINGS)
    _lend_letters(figure)
    if engine := figure.get_layout_engine():
        engine.execute(figure)
        figure.set_layout_engine(None)


def _lend_letters(figure: MplFigure) -> None:
    """Give texts with Chinese letters a second font, where one is installed."""
    texts = [
        text for text in figure.findobj(Text) if isinstance(text, Text) and any(c >= "\u2e80" for c in text.get_text())
    ]
    if not texts:
        return
    installed = {font.name for font in font_manager.fontManager.ttflist}
    for text in texts:
        text.set_fontfamily(["DejaVu Sans", *[name for name in _CHINESE if name in installed][:1]])
