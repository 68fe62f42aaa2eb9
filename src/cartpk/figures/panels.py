"""Figures of one panel per subject: how many, in how many columns, and what stands over each."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MOST_PANELS", "panel_grid", "panel_strips"]

MOST_PANELS: Final = 100
"""[choice] More panels than this are no picture any more."""
ONE_LINE: Final = 26
"""Characters that fit over a panel."""


def panel_grid(panels: int) -> tuple[int, int]:
    """Columns and rows: four columns up to 20 panels, five up to 30 (an A4 page), then a wider sheet."""
    columns = min(panels, 4) if panels <= 20 else max(5, math.ceil(math.sqrt(0.8 * panels)))
    return columns, math.ceil(panels / columns)


def panel_strips(panels: pd.DataFrame) -> pd.Series[str]:
    """Headings of the panels: subject, infusion where there are several, dose where there are several."""
    again = panels["ATPTREF"].str.lower().where(panels.duplicated("USUBJID", keep=False), "")
    subject = (panels["USUBJID"] + " " + again).str.strip()
    if len(panels["COHORT"].unique()) == 1:
        return subject
    one_line = subject + " · " + panels["COHORT"].astype(str)
    return one_line if one_line.str.len().max() <= ONE_LINE else subject + "\n" + panels["COHORT"].astype(str)
