"""Duration of response: Kaplan-Meier curve with limits and subjects at risk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_2_42",
    number="14.2-42",
    title="Duration of response, Kaplan-Meier",
    inputs=("adsl.csv", "work/adtte.csv"),
    endpoints=(Endpoint.DOR,),
    each_subject=False,
)


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """The curve of all subjects, transplants censored and not."""
    from cartpk.figures.survival import kaplan_meier_figure

    return kaplan_meier_figure(data, config, "DOR")
