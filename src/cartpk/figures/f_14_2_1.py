"""Geometric mean by dose level and visit, semi-logarithmic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec

if TYPE_CHECKING:
    import pandas as pd
    import plotnine as p9

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_2_1",
    number="14.2-1",
    title="Geometric mean profile by dose level (semi-logarithmic)",
    inputs=("adsl.csv", "adnca.csv"),
)
_SIZE: Final = (8.0, 4.2)
_ASIDE: Final = 0.007
"""Distance of the dose levels' marks of one day, as a part of the panel's width."""


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """Geometric mean and geometric SD of the primary analyte at every nominal day of the first infusion's profile."""
    from cartpk.figures import samples as s
    from cartpk.figures import wording

    analyte = config.primary_analyte
    name = s.what(analyte.label, analyte.specimen)
    every = s.kinetic_samples(data, analyte)
    first = every[every["ATPTREF"] == s.FIRST_INFUSION]
    if first.empty:
        return EmptyFigure(f"There is no usable result of {name}.")
    if first["NFRLT"].isna().all():
        return EmptyFigure(f"The results of {name} carry no nominal days: a mean by visit cannot be formed.")
    means = s.visit_summary(first, config)
    if means["GMEAN"].isna().all():
        return EmptyFigure(f"Too many results of {name} are BLQ at every visit: no mean is shown.")
    doses, n = s.count_labels(first), first["USUBJID"].nunique()
    return Figure(
        data=means,
        caption=f"{wording.assay(analyte, first)} Geometric mean and geometric SD (the mean divided and multiplied by "
        f"it) at nominal days from the first infusion. {wording.subjects_shown(n, data)}",
        footnotes=(
            f"{_blq_rule(config)} One subject alone has no SD. Marks of the same day are set apart for legibility.",
            *wording.above_limit(first),
            *wording.outside_windows(s.in_visit_window(first, config)),
            *wording.undrawn(first),
            *wording.gdna_caveat(first),
        ),
        alt=f"Semi-logarithmic lines of the geometric mean of {s.axis_title(analyte, first)} against nominal days, one "
        f"line per dose level: {', '.join(doses.values())}.",
        n=n,
        draw=lambda: _plot(means, first, config),
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


def _plot(means: pd.DataFrame, first: pd.DataFrame, config: TrialConfig) -> p9.ggplot:
    import plotnine as p9

    from cartpk.figures import samples as s
    from cartpk.figures import theme, windows, wording
    from cartpk.figures.palette import PAPER

    labels = list(s.count_labels(first).values())
    rows = windows.by_window(_parts(means), "NFRLT")
    rows["DOSE"] = theme.in_order(rows["COHORT"].astype(str).map(s.count_labels(first)), labels)
    width = rows.groupby("FACET", observed=True)["NFRLT"].transform("max")
    rows["X"] = rows["NFRLT"] + _ASIDE * width * (rows["DOSE"].cat.codes - (len(labels) - 1) / 2)
    shown, hidden = rows.dropna(subset=["GMEAN"]), rows[rows["GMEAN"].isna()].dropna(subset=["HALFLLOQ"])
    title = f"Geometric mean, {s.axis_title(config.primary_analyte, first)}"
    return (
        p9.ggplot(shown, p9.aes("X", "GMEAN", color="DOSE", fill="DOSE", shape="DOSE"))
        + theme.lloq_layer(s.lloq_lines(first))
        + p9.geom_linerange(p9.aes(ymin="LOWER", ymax="UPPER"), shown.dropna(subset=["GSD"]), size=0.55, alpha=0.7)
        + p9.geom_line(p9.aes(group="PART"), size=0.8)
        + p9.geom_point(size=2.4, stroke=0.3)
        + p9.geom_point(p9.aes(y="HALFLLOQ"), hidden, fill=PAPER, size=1.7, stroke=0.4, show_legend=False)
        + p9.facet_wrap("FACET", nrow=1, scales="free_x")
        + p9.expand_limits(x=0)
        + theme.log_axis()
        + theme.days((_SIZE[0] - 0.9) / rows["FACET"].nunique(), "Nominal days from first infusion")
        + theme.dose_scales(labels)
        + p9.labs(y=wording.wrapped(title, _SIZE[1] - 1.4))
        + theme.note(wording.small_print(config))
        + theme.house_theme(*_SIZE, [list(s.lloq_lines(first)["LABEL"]), labels])
        + windows.strips(rows)
    )


def _parts(means: pd.DataFrame) -> pd.DataFrame:
    """The means with ``PART``: visits of a dose level between which no visit is without a mean."""
    shown = means["GMEAN"].notna()
    new = (shown != shown.shift()) | (means["COHORT"] != means["COHORT"].shift())
    return means.assign(PART=new.cumsum())
