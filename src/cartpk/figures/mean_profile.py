"""Geometric mean by dose level and visit, on a logarithmic or a linear axis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import plotnine as p9

from cartpk.figures import samples as s
from cartpk.figures import theme, windows, wording
from cartpk.figures.axes import time_windows
from cartpk.figures.exhibit import EmptyFigure, Figure
from cartpk.figures.palette import PAPER

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["mean_profile", "parts"]

_SIZE: Final = (8.0, 4.2)
_CAPTION: Final = (
    "Geometric mean and geometric SD (the mean divided and multiplied by it) at nominal days from the first infusion."
)
_LINEAR: Final = (
    "Geometric mean at nominal days from the first infusion, up to day {last:g}. The spread and the whole follow-up: "
    "Figure 14.2-1."
)
_ASIDE: Final = 0.007
"""Distance of the dose levels' marks of one day, as a part of the panel's width."""


def mean_profile(data: TrialData, config: TrialConfig, *, logarithmic: bool) -> Figure | EmptyFigure:
    """The figure on a logarithmic or on a linear axis."""
    analyte = config.primary_analyte
    name = s.what(analyte.label, analyte.specimen)
    every = s.kinetic_samples(data, analyte)
    first = every[every["ATPTREF"] == s.FIRST_INFUSION]
    if first.empty:
        return EmptyFigure(f"There is no usable result of {name}.")
    if first["NFRLT"].isna().all():
        return EmptyFigure(f"The results of {name} carry no nominal days: a mean by visit cannot be formed.")
    means = s.visit_summary(first, config)
    if not logarithmic:  # persistence is a line at 0 there
        means = means[means["NFRLT"] <= time_windows(float(means["NFRLT"].max()))[0][1]].reset_index(drop=True)
    if means["GMEAN"].isna().all():
        return EmptyFigure(f"Too many results of {name} are BLQ at every visit: no mean is shown.")
    doses, n = s.count_labels(first), first["USUBJID"].nunique()
    said = _CAPTION if logarithmic else _LINEAR.format(last=means["NFRLT"].max())
    return Figure(
        data=means,
        caption=f"{wording.assay(analyte, first)} {said} {wording.subjects_shown(n, data)}",
        footnotes=(
            (
                f"{_blq_rule(config)} {'One subject alone has no SD. ' if logarithmic else ''}Marks of the same day "
                "are set apart for legibility."
            ),
            *wording.above_limit(first),
            *wording.outside_windows(first, s.in_visit_window(first, config)),
            *wording.undrawn(first),
            *wording.gdna_caveat(first),
        ),
        alt=f"{'Semi-logarithmic' if logarithmic else 'Linear'} lines of the geometric mean of "
        f"{s.axis_title(analyte, first)} against nominal days, one line per dose level: {', '.join(doses.values())}.",
        n=n,
        draw=lambda: _plot(means, first, config, logarithmic=logarithmic),
        width=_SIZE[0],
        height=_SIZE[1],
    )


def _blq_rule(config: TrialConfig) -> str:
    chosen = config.report.summaries
    entry = {"half_lloq": "enter at half of the LLOQ", "quantifiable_only": "do not enter"}[chosen.geometric_blq]
    return (
        f"BLQ results {entry}. A visit with more than {chosen.max_blq_pct:g} % of its results BLQ has no mean: it has "
        "an open mark at half of the LLOQ, and no line."
    )


def _plot(means: pd.DataFrame, first: pd.DataFrame, config: TrialConfig, *, logarithmic: bool) -> p9.ggplot:
    labels = list(s.count_labels(first).values())
    rows = windows.by_window(parts(means), "NFRLT")
    rows["DOSE"] = theme.in_order(rows["COHORT"].astype(str).map(s.count_labels(first)), labels)
    width = rows.groupby("FACET", observed=True)["NFRLT"].transform("max")
    rows["X"] = rows["NFRLT"] + _ASIDE * width * (rows["DOSE"].cat.codes - (len(labels) - 1) / 2)
    shown, hidden = rows.dropna(subset=["GMEAN"]), rows[rows["GMEAN"].isna()].dropna(subset=["HALFLLOQ"])
    spread = p9.aes(ymin="LOWER", ymax="UPPER")
    title = f"Geometric mean, {s.axis_title(config.primary_analyte, first)}"
    return (
        p9.ggplot(shown, p9.aes("X", "GMEAN", color="DOSE", fill="DOSE", shape="DOSE"))
        + theme.lloq_layer(s.lloq_lines(first))
        + (p9.geom_linerange(spread, shown.dropna(subset=["GSD"]), size=0.55, alpha=0.7) if logarithmic else [])
        + p9.geom_line(p9.aes(group="PART"), size=0.8)
        + p9.geom_point(size=2.4, stroke=0.3)
        + p9.geom_point(p9.aes(y="HALFLLOQ"), hidden, fill=PAPER, size=1.7, stroke=0.4, show_legend=False)
        + p9.facet_wrap("FACET", nrow=1, scales="free_x")
        + p9.expand_limits(x=0, **({} if logarithmic else {"y": 0}))
        + (theme.log_axis() if logarithmic else theme.linear_axis())
        + theme.days((_SIZE[0] - 0.9) / rows["FACET"].nunique(), "Nominal days from first infusion")
        + theme.dose_scales(labels)
        + p9.labs(y=wording.wrapped(title, _SIZE[1] - 1.4))
        + theme.note(wording.small_print(config))
        + theme.house_theme(*_SIZE, [list(s.lloq_lines(first)["LABEL"]), labels])
        + windows.strips(rows)
    )


def parts(means: pd.DataFrame) -> pd.DataFrame:
    """The means with ``PART``: visits of a dose level between which no visit is without a mean."""
    shown = means["GMEAN"].notna()
    new = (shown != shown.shift()) | (means["COHORT"] != means["COHORT"].shift())
    return means.assign(PART=new.cumsum())
