"""Change of CD7+ cells from baseline in percent: individuals and median by visit and dose level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.figures.counts import ValueAxis
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_2_21",
    number="14.2-21",
    title="CD7+ cells: change from baseline",
    inputs=("adsl.csv", "work/pd_change.csv"),
)
_BASELINES: Final = {
    "before_infusion": "last value before the infusion",
    "before_lymphodepletion": "last value before lymphodepletion",
    None: "not declared",
}
MOST_LINEAR: Final = 300.0
"""[choice] Rises above this many percent go to a symmetric log axis."""


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """One panel per CD7+ measure: percent change from baseline, -100 % = none left."""
    from cartpk.figures import counts, wording
    from cartpk.figures import samples as s

    rows = _changes(data, config)
    if rows.empty:
        return EmptyFigure(
            "No percent change of CD7+ cells could be calculated: it needs a quantified baseline and a later result."
        )
    axis = _axis(rows)
    panels = counts.panel_names(rows, config)
    width, height = counts.sheet(len(panels))
    scale = "" if rows["PCHG"].max() <= MOST_LINEAR else " Vertical axis sign(x) log10(1 + |x|/100)."
    return Figure(
        data=rows.drop(columns=["RESULT", "DRAWN"]),
        caption=f"Percent change from baseline ({_BASELINES[config.pharmacodynamics.baseline]}). Thin lines: subjects, "
        f"actual days. Thick lines: median by dose level at nominal days.{scale}",
        footnotes=(
            counts.populations(rows),
            "Open marks: BLQ, a change of -100 %. No change is calculated where the baseline is 0, BLQ or missing.",
            *wording.outside_windows(s.in_visit_window(rows, config)),
        ),
        alt=f"Lines of the percent change from baseline against days in panels: {', '.join(panels.values())}. Thick "
        "lines are the medians by dose level.",
        n=rows["USUBJID"].nunique(),
        draw=lambda: counts.spaghetti(rows, config, axis, column="PCHG"),
        width=width,
        height=height,
    )


def _changes(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per result of a CD7+ measure with a percent change; counts where there are any."""
    import pandas as pd

    from cartpk.figures import counts
    from cartpk.figures import samples as s

    by_kind = [[m.code for m in counts.ordered(config, kind) if m.marker == "CD7+"] for kind in ("absolute", "percent")]
    codes = by_kind[0] or by_kind[1]
    table = data.pd_change
    rows = table[table["PARAMCD"].isin(codes) & (table["ANLFL"] == "Y") & table["PCHG"].notna()]
    made = s.placed(rows, data.cohorts)
    made["PARAMCD"] = pd.Categorical(made["PARAMCD"], categories=codes, ordered=True)
    return made.sort_values("PARAMCD", kind="stable").reset_index(drop=True)


def _axis(rows: pd.DataFrame) -> ValueAxis:
    import numpy as np

    from cartpk.figures.counts import ValueAxis

    title = "Change from baseline (%)"
    if rows["PCHG"].max() <= MOST_LINEAR:
        return ValueAxis(title, lambda x: x, (-100.0, -50.0, 0.0, 50.0, 100.0, 200.0, 300.0), (-100.0, 0.0))
    ticks = (-100.0, 0.0, 100.0, 1e3, 1e4, 1e5, 1e6)
    return ValueAxis(
        f"{title}\nsymmetric log axis", lambda x: np.sign(x) * np.log10(1 + np.abs(x) / 100), ticks, (-100.0, 0.0)
    )
