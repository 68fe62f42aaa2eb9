"""Geometric mean by dose level and visit, semi-logarithmic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_2_1",
    number="14.2-1",
    title="Geometric mean profile by dose level (semi-logarithmic)",
    inputs=("adsl.csv", "adnca.csv"),
    each_subject=False,
)


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """Geometric mean and geometric SD of the primary analyte at every nominal day of the first infusion's profile."""
    from cartpk.figures.mean_profile import mean_profile

    return mean_profile(data, config, logarithmic=True)
