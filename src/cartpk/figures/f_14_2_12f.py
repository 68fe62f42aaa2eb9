"""Course of the population estimation: every estimate after each iteration of SAEM."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec

if TYPE_CHECKING:
    import pandas as pd
    import plotnine as p9

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_2_12f",
    number="14.2-12f",
    title="Population model: course of the estimation",
    inputs=("adsl.csv", "adnca.csv", "work/population_samples.csv", "work/population_trace.csv"),
    needs="population",
    each_subject=False,
)
_COLUMNS_OF_PANELS: Final = 4
_READ: Final = (
    "A run has settled where the lines are level to the right of the vertical line. Up to there (exploration) each "
    "iteration starts afresh; from there on it is averaged with all before it."
)


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """One panel per estimate of the population fit."""
    from cartpk.core.estimation.population import SaemSettings
    from cartpk.figures import fitted, wording

    shown = _rows(data)
    n = len(set(data.population_samples.get("USUBJID", ())) & fitted.is_shown(data, config))
    if shown.empty or not n:
        return EmptyFigure(fitted.no_population())
    panels = shown["ESTIMATE"].nunique()
    size = (8.0, max(3.2, 1.35 * math.ceil(panels / _COLUMNS_OF_PANELS) + 0.9))
    return Figure(
        data=shown,
        caption=f"{fitted.population_name(config)} Estimates after each of {int(shown['ITERATION'].max()) + 1} "
        "iterations of SAEM: typical values on the scale of their random effects (logarithm, or logit of a fraction), "
        f"SDs of the random effects, residual SD. Subjects: {n}.",
        footnotes=(_READ,),
        alt=f"{wording.counted(panels, 'panel')}, one per estimate: its value against the number of the iteration.",
        n=n,
        draw=lambda: _plot(shown, config, float(SaemSettings(seed=0).exploring), size),
        width=size[0],
        height=size[1],
    )


def _rows(data: TrialData) -> pd.DataFrame:
    """``ITERATION``, ``ESTIMATE`` (name), ``VALUE``, estimates in the order of the trace; every other iteration."""
    import pandas as pd

    trace = data.population_trace
    if trace.empty or "ITERATION" not in trace or data.population_samples.empty:
        return pd.DataFrame(columns=["ITERATION", "ESTIMATE", "VALUE"])
    names = [str(name) for name in trace.columns if name not in {"ITERATION", "MESSAGE"}]
    thin = trace[(trace["ITERATION"] % 2 == 0) | trace["ITERATION"].eq(trace["ITERATION"].max())]
    long = thin.melt("ITERATION", names, var_name="ESTIMATE", value_name="VALUE")
    return long.assign(ESTIMATE=[_name(name) for name in long["ESTIMATE"]])


def _name(column: str) -> str:
    """A column of the trace in words.

    Examples
    --------
    >>> _name("cmax"), _name("omega_cmax"), _name("sigma")
    ('cmax', 'SD of cmax', 'residual SD')
    """
    if column == "sigma":
        return "residual SD"
    return f"SD of {column.removeprefix('omega_')}" if column.startswith("omega_") else column.replace("_", " ")


def _plot(shown: pd.DataFrame, config: TrialConfig, exploring: float, size: tuple[float, float]) -> p9.ggplot:
    import plotnine as p9

    from cartpk.figures import theme, wording
    from cartpk.figures.palette import LLOQ_INK

    rows = shown.assign(ESTIMATE=theme.in_order(shown["ESTIMATE"], dict.fromkeys(shown["ESTIMATE"])))
    return (
        p9.ggplot(rows, p9.aes("ITERATION", "VALUE"))
        + p9.geom_vline(xintercept=exploring, color=LLOQ_INK, size=0.5, linetype="dashed")
        + p9.geom_line(color="#1B4F8A", size=0.6)
        + p9.facet_wrap("ESTIMATE", ncol=_COLUMNS_OF_PANELS, scales="free_y")
        + p9.scale_x_continuous(name="Iteration", minor_breaks=False, expand=(0.02, 0))
        + p9.scale_y_continuous(name="Estimate", minor_breaks=False)
        + theme.note(wording.small_print(config))
        + theme.house_theme(*size)
        + p9.theme(strip_text=p9.element_text(size=8), axis_text=p9.element_text(size=7))
    )
