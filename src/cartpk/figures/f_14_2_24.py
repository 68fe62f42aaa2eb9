"""Time to recovery of depleted CD7+ cells: steps of Kaplan and Meier, one line per measure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    import pandas as pd
    import plotnine as p9

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_2_24",
    number="14.2-24",
    title="Duration of depletion of CD7+ cells",
    inputs=("adsl.csv", "work/pd_effects.csv"),
    endpoints=(Endpoint.CD7_ABSOLUTE, Endpoint.CD7_PERCENT),
)


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """One panel per CD7+ measure: part of the depleted subjects not yet recovered, with limits and censoring marks."""
    from cartpk.figures import wording

    rows = _steps(data, config)
    if rows.empty:
        return EmptyFigure("No subject's CD7+ cells were depleted: there is no recovery to follow.")
    subjects = int(rows.groupby("PARAMCD")["N"].max().max())
    d = config.pharmacodynamics.depletion
    names = ", ".join(dict.fromkeys(rows["LABEL"].astype(str)))
    width, height = 8.0, 1.2 + 2.6 * -(-rows["LABEL"].nunique() // 2)
    return Figure(
        data=rows,
        caption="Proportion of the depleted subjects whose cells had not recovered, by days since the first sample "
        f"that showed depletion (Kaplan-Meier). Band: 95 % limits on the log(-log) scale. Recovery: {d.confirm} "
        f"consecutive results of {d.recovery_pct:g} % of baseline or more.",
        footnotes=(
            "Ticks: subjects censored at their last sample before any recovery.",
            "Recovery lies between the visit that shows it and the one before: intervals in Listing 16.2.6-1.",
        ),
        alt=f"Step curves of the part not recovered against days for {names}, "
        f"{wording.counted(subjects, 'subject')} at most.",
        n=subjects,
        draw=lambda: _plot(rows, config, (width, height)),
        width=width,
        height=height,
    )


def _steps(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """Corners of the curves, one row per time: FREE LOWER UPPER ATRISK EVENTS CENSORED."""
    import numpy as np
    import pandas as pd

    from cartpk.core.survival import kaplan_meier

    every = data.derived["pd_effects"]
    parts = []
    for m in config.pharmacodynamics.measures:
        rows = every[every["PPCAT"].eq(m.code) & every["PARAMCD"].eq("PDDURBEL") & every["CNSR"].notna()]
        if m.marker != "CD7+" or rows.empty:
            continue
        km = kaplan_meier(rows["AVAL"].to_numpy(), rows["CNSR"].eq(0.0).to_numpy())
        table = pd.DataFrame(
            {
                "PARAMCD": m.code,
                "LABEL": f"{m.label} (n = {km.n}, recovered {km.n_events})",
                "DAY": np.append(0.0, km.time),
                "FREE": np.append(1.0, km.survival),
                "LOWER": np.append(np.nan, km.lower),
                "UPPER": np.append(np.nan, km.upper),
                "ATRISK": np.append(float(km.n), km.at_risk),
                "CENSORED": np.append(0.0, km.censored),
                "N": km.n,
            }
        )
        parts.append(table)
    columns = ["PARAMCD", "LABEL", "DAY", "FREE", "LOWER", "UPPER", "ATRISK", "CENSORED", "N"]
    made = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    made["LABEL"] = pd.Categorical(made["LABEL"], categories=list(dict.fromkeys(made["LABEL"])), ordered=True)
    return made


def _plot(rows: pd.DataFrame, config: TrialConfig, size: tuple[float, float]) -> p9.ggplot:
    import pandas as pd
    import plotnine as p9

    from cartpk.figures import theme, wording
    from cartpk.figures.palette import INK, LLOQ_INK

    # a band of steps: each limit holds until the next time
    band = rows.dropna(subset=["LOWER", "UPPER"]).assign(END=rows.groupby("LABEL", observed=True)["DAY"].shift(-1))
    band["END"] = pd.Series(band["END"]).fillna(band["DAY"])
    ticks = rows[rows["CENSORED"] > 0]
    return (
        p9.ggplot(rows, p9.aes("DAY", "FREE"))
        + p9.geom_rect(
            p9.aes(xmin="DAY", xmax="END", ymin="LOWER", ymax="UPPER"),
            band,
            fill=LLOQ_INK,
            alpha=0.15,
            inherit_aes=False,
        )
        + p9.geom_step(direction="hv", color=INK, size=0.8)
        + p9.geom_point(data=ticks, shape="|", size=3, color=INK, stroke=0.7)
        + p9.facet_wrap("LABEL", ncol=2)
        + p9.scale_y_continuous(name="Not recovered", limits=(0, 1), labels=lambda ys: [f"{100 * y:g} %" for y in ys])
        + theme.days((size[0] - 0.9) / 2, "Days since depletion was seen")
        + theme.note(wording.small_print(config))
        + theme.house_theme(*size)
    )
