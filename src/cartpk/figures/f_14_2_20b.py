"""CD7+ cells in percent of their parent gate: individuals and median by visit and dose level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_2_20b",
    number="14.2-20b",
    title="CD7+ and related cells in percent of their parent population: individuals and median",
    inputs=("adsl.csv", "adpd.csv"),
    endpoints=(Endpoint.CD7_PERCENT, Endpoint.LYMPHOCYTE_SUBSETS),
)


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """One panel per percentage, CD7+ before CD7-; linear axis from 0."""
    from cartpk.figures import counts

    rows = counts.measured(data, config, "percent")
    if rows.empty:
        return EmptyFigure(counts.no_measure(config, "percent"))
    axis = counts.ValueAxis(
        "% of parent population", lambda x: x, tuple(float(t) for t in range(0, 101, 20)), (0.0, 100.0)
    )
    panels = counts.panel_names(rows, config)
    width, height = counts.sheet(len(panels))
    return Figure(
        data=rows.drop(columns=["RESULT"]),
        caption=f"{counts.lines_in_words(rows, data, config)} A percentage moves with its parent population: "
        "read it beside the absolute counts.",
        footnotes=counts.footnotes(rows, config, "In medians a BLQ result counts as half of the LLOQ."),
        alt=f"Lines of percentages against days in panels: {', '.join(panels.values())}. Thick lines are the medians "
        "by dose level.",
        n=rows["USUBJID"].nunique(),
        draw=lambda: counts.spaghetti(rows, config, axis),
        width=width,
        height=height,
    )
