"""CD7+ cells per volume: individuals and median by visit and dose level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.figures.counts import ValueAxis
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_2_20",
    number="14.2-20",
    title="CD7+ and related cell counts: individuals and median",
    inputs=("adsl.csv", "adpd.csv"),
    endpoints=(Endpoint.CD7_ABSOLUTE, Endpoint.LYMPHOCYTE_SUBSETS),
)


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """One panel per absolute count, CD7+ before CD7-; log10(x + c) axis, c stated."""
    from cartpk.figures import counts
    from cartpk.figures import samples as s

    rows = counts.measured(data, config, "absolute")
    if rows.empty:
        return EmptyFigure(counts.no_measure(config, "absolute"))
    constant, base = _constant(rows)
    axis = _axis(constant, s.units(rows))
    panels = counts.panel_names(rows, config)
    width, height = counts.sheet(len(panels))
    return Figure(
        data=rows.drop(columns=["RESULT"]),
        caption=f"{counts.lines_in_words(rows, data, config)} Vertical axis: "
        f"log10(x + {constant:g}), where {constant:g} is half of the lowest {base}.",
        footnotes=counts.footnotes(rows, config, "In medians a BLQ result counts as half of the LLOQ."),
        alt=f"Lines of cell counts ({s.units(rows)}) against days in panels: {', '.join(panels.values())}. Thick lines "
        "are the medians by dose level.",
        n=rows["USUBJID"].nunique(),
        draw=lambda: counts.spaghetti(rows, config, axis),
        width=width,
        height=height,
    )


def _constant(rows: pd.DataFrame) -> tuple[float, str]:
    """Constant of the axis and what it is half of: the lowest limit, or without one the lowest count above 0."""
    if rows["ALLOQ"].notna().any():
        return float(rows["ALLOQ"].min()) / 2, "LLOQ"
    above = rows.loc[rows["AVAL"] > 0, "AVAL"]
    return (float(above.min()) / 2 if len(above) else 0.5), "count above 0"


def _axis(constant: float, unit: str) -> ValueAxis:
    import numpy as np

    from cartpk.figures.counts import ValueAxis

    ticks = (0.0, *(10.0**power for power in range(-3, 8) if 10.0**power >= 2 * constant))
    return ValueAxis(f"Count ({unit})\nlog10(x + {constant:g}) axis", lambda x: np.log10(x + constant), ticks)
