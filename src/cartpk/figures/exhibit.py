"""What a figure is before it is a file: an entry of the registry, and the value that its function returns."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from cartpk.dose_words import all_worded, worded
from cartpk.shown import note, of_shown

if TYPE_CHECKING:
    import pandas as pd
    import plotnine as p9
    from plotnine.composition import Compose

    from cartpk.config import TrialConfig
    from cartpk.terms import Endpoint, Need
    from cartpk.trial_data import TrialData

__all__ = ["SUFFIXES", "EmptyFigure", "Figure", "FigureSpec"]

SUFFIXES = ("png", "svg", "csv", "json")
"""Files of a figure: picture for slides, picture for print, the data drawn, its words."""


@dataclass(frozen=True)
class FigureSpec:
    """A figure's entry: what it is called, what it shows, which files of a run it reads.

    Attributes
    ----------
    id
        Name of its module and of its files, e.g. ``f_14_2_3``.
    number
        Number in the report (ICH E3), e.g. ``14.2-3``.
    title
        Title in the report; it does not stand in the picture.
    inputs
        Files it reads, relative to the results folder.
    needs
        What the config must ask for, else a run has no such figure.
    endpoints
        Endpoints that it answers (``docs/trials.md`` is written from them); a trial whose config asks for none of them
        has no such figure. Empty = every trial has it.
    each_subject
        Whether it shows single subjects: of very many, only a sample (:mod:`cartpk.shown`), and its caption says so.
    """

    id: str
    number: str
    title: str
    inputs: tuple[str, ...]
    needs: Need | None = None
    endpoints: tuple[Endpoint, ...] = ()
    each_subject: bool = True

    @property
    def module(self) -> str:
        """Module that makes it."""
        return f"cartpk.figures.{self.id}"

    @property
    def outputs(self) -> tuple[str, ...]:
        """Files it becomes, relative to the results folder."""
        return tuple(f"figures/{self.id}.{suffix}" for suffix in SUFFIXES)

    def make(self, data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
        """The figure of this trial."""
        function = cast(
            "Callable[[TrialData, TrialConfig], Figure | EmptyFigure]", importlib.import_module(self.module).figure
        )
        made = function(of_shown(data, config) if self.each_subject else data, config)
        if not isinstance(made, Figure):
            return made
        said = note(data, config) if self.each_subject else None
        return replace(
            made,
            caption=worded(made.caption, data) + (f" {said}" if said else ""),
            footnotes=all_worded(made.footnotes, data),
            alt=worded(made.alt, data),
        )

    def in_trial(self, data: TrialData) -> FigureSpec:
        """The entry with its title in this trial: without the words on dose levels where there are none."""
        return replace(self, title=worded(self.title, data))


@dataclass(frozen=True, eq=False)
class Figure:
    """A figure with everything that is printed about it.

    Attributes
    ----------
    data
        One row per thing drawn: becomes the figure's CSV.
    caption
        What is shown, of whom, in one or two sentences.
    footnotes
        How limits of quantification, intervals and exclusions were handled.
    alt
        The picture in words, for those who cannot see it.
    n
        Subjects drawn.
    draw
        Builds the plot anew at each call.
    width, height
        Size, inches.
    """

    data: pd.DataFrame
    caption: str
    footnotes: tuple[str, ...]
    alt: str
    n: int
    draw: Callable[[], p9.ggplot | Compose]
    width: float
    height: float


@dataclass(frozen=True)
class EmptyFigure:
    """No figure, and why: a full sentence that the report prints in its place."""

    reason: str
