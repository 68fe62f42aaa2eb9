"""Geometric mean by dose level and visit on a linear axis: how high the peak is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_2_2",
    number="14.2-2",
    title="Geometric mean profile by dose level (linear)",
    inputs=("adsl.csv", "adnca.csv"),
    each_subject=False,
)


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """The means of Figure 14.2-1 on a linear axis."""
    from cartpk.figures.mean_profile import mean_profile

    return mean_profile(data, config, logarithmic=False)
