"""CD7+ cells in percent of their baseline: individuals and median by visit and dose level."""

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
    id="f_14_2_21",
    number="14.2-21",
    title="CD7+ cells in percent of baseline: individuals and median",
    inputs=("adsl.csv", "work/pd_change.csv"),
    endpoints=(Endpoint.CD7_ABSOLUTE, Endpoint.CD7_PERCENT),
)
_BASELINES: Final = {
    "before_infusion": "the last value before the infusion",
    "before_lymphodepletion": "the last value before lymphodepletion",
    None: "not declared",
}


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """One panel per CD7+ count (per percentage where there is no count), logarithmic axis: 100 % = baseline."""
    from cartpk.figures import counts, wording

    every = _percent_of_baseline(data, config)
    rows = every.dropna(subset=["DRAWN"])
    if rows.empty:
        return EmptyFigure("There is no CD7+ measure with a quantified baseline and a later result.")
    panels = counts.panel_names(rows, config)
    width, height = counts.sheet(len(panels))
    return Figure(
        data=rows.drop(columns=["RESULT"]),
        caption=f"100 % is the baseline: {_BASELINES[config.pharmacodynamics.baseline]}. "
        f"{counts.lines_in_words(rows, data, config)} Logarithmic axis: 1 % is a fall by 2 log10.",
        footnotes=(
            *counts.footnotes(rows, config, "No line for a subject whose baseline is 0, BLQ or missing."),
            *wording.undrawn(every),
        ),
        alt=f"Lines of cells in percent of baseline on a logarithmic axis against days in panels: "
        f"{', '.join(panels.values())}. Thick lines are the medians by dose level.",
        n=rows["USUBJID"].nunique(),
        draw=lambda: counts.spaghetti(rows, config, _axis()),
        width=width,
        height=height,
    )


def _percent_of_baseline(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per result of a CD7+ measure at or after its quantified baseline; ``DRAWN`` is in % of the baseline."""
    import pandas as pd

    from cartpk.figures import counts
    from cartpk.figures import samples as s

    by_kind = [[m.code for m in counts.ordered(config, kind) if m.marker == "CD7+"] for kind in ("absolute", "percent")]
    codes = by_kind[0] or by_kind[1]
    table = data.pd_change
    later = (table["ABLFL"] == "Y") | table["PCHG"].notna()
    used = table["PARAMCD"].isin(codes) & (table["ANLFL"] == "Y") & (table["BASE"] > 0) & later
    made = s.to_event(s.placed(table[used], data.cohorts), data)
    percent = 100.0 * made["DRAWN"] / made["BASE"]
    made = made.assign(
        DRAWN=percent.where(percent > 0), PARAMCD=pd.Categorical(made["PARAMCD"], categories=codes, ordered=True)
    )
    return made.sort_values("PARAMCD", kind="stable").reset_index(drop=True)


def _axis() -> ValueAxis:
    import numpy as np

    from cartpk.figures.counts import ValueAxis

    return ValueAxis("% of baseline (log axis)", np.log10, tuple(10.0**power for power in range(-4, 7)), (100.0,))
