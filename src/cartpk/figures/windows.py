"""The same rows in two panels: the expansion phase, and the whole follow-up."""

from __future__ import annotations

import pandas as pd
import plotnine as p9

from cartpk.figures.axes import time_windows
from cartpk.figures.theme import in_order

__all__ = ["by_window", "strips"]


def by_window(
    rows: pd.DataFrame, time: str, panels: pd.Series[str] | None = None, *, both: bool = True
) -> pd.DataFrame:
    """The rows once per time window, the window named in ``FACET``.

    Parameters
    ----------
    rows, time
        The rows, and the column of their day.
    panels
        Panel that a row belongs to within a window, in the order in which they shall stand; it is printed above the
        window's name.
    both
        False = the whole follow-up only.
    """
    windows = time_windows(rows[time].max())[0 if both else -1 :]
    parts = []
    for name, last in windows:
        inside = rows[time] <= last
        facet = (
            pd.Series(name, index=rows.index) if panels is None else panels + (f"\n{name}" if len(windows) > 1 else "")
        )
        parts.append(rows.assign(FACET=facet)[inside])
    made = pd.concat(parts, ignore_index=True)
    made["FACET"] = in_order(made["FACET"], dict.fromkeys(made["FACET"]))
    return made


def strips(rows: pd.DataFrame) -> p9.theme:
    """No heading over a single panel that would only say that it shows everything."""
    if len(rows["FACET"].cat.categories) > 1:
        return p9.theme()
    return p9.theme(strip_text=p9.element_blank(), strip_background=p9.element_blank())
