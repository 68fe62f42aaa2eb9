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
_WIDTH: Final = 8.0
_HEIGHT: Final = 4.2


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """Geometric mean with its geometric SD at every nominal day of the first infusion's profile."""
    from cartpk.figures import samples as s
    from cartpk.figures import wording

    analyte = config.primary_analyte
    every = s.kinetic_samples(data, analyte)
    first = every[every["ATPTREF"] == s.FIRST_INFUSION]
    name = s.what(analyte.label, analyte.specimen)
    if first.empty:
        return EmptyFigure(f"There is no usable result of {name}.")
    if first["NFRLT"].isna().all():
        return EmptyFigure(f"The results of {name} carry no nominal days: a mean by visit cannot be formed.")
    means = s.visit_summary(first, config)
    drawn = means.dropna(subset=["GMEAN"])
    if drawn.empty:
        return EmptyFigure(f"Too many results of {name} are BLQ at every visit: no mean is shown.")
    doses = s.count_labels(first)
    return Figure(
        data=means,
        caption=f"{wording.assay(analyte, first)} Geometric mean and geometric SD (mean divided and multiplied by it) at "
        "nominal days from the first infusion.",
        footnotes=(
            f"{_blq_rule(config)} One subject alone has no SD. Marks of the same day are set apart for legibility.",
            *wording.outside_windows(s.in_visit_window(first, config)),
            *wording.undrawn(first),
            *wording.gdna_caveat(first),
        ),
        alt=f"Semi-logarithmic lines of the geometric mean of {s.axis_title(analyte, first)} against nominal days, one "
        f"line per dose: {', '.join(doses.values())}.",
        n=first["USUBJID"].nunique(),
        draw=lambda: _plot(drawn, first, config),
        width=_WIDTH,
        height=_HEIGHT,
    )


def _blq_rule(config: TrialConfig) -> str:
    chosen = config.report.summaries
    entry = {"half_lloq": "enter at half of the LLOQ", "quantifiable_only": "do not enter"}[chosen.geometric_blq]
    return f"BLQ results {entry}; a visit with more than {chosen.max_blq_pct:g} % of its results BLQ has no mean."


def _plot(drawn: pd.DataFrame, first: pd.DataFrame, config: TrialConfig) -> p9.ggplot:
    import plotnine as p9

    from cartpk.figures import samples as s
    from cartpk.figures import theme, wording

    labels = s.count_labels(first)
    rows = theme.by_window(drawn.assign(DOSE=drawn["COHORT"].astype(str).map(labels)), "NFRLT")
    rows["DOSE"] = theme.in_order(rows["DOSE"], labels.values())
    panels = rows["FACET"].nunique()
    # marks of one day stand side by side: 0.7 % of the panel's width apart
    rank = rows["DOSE"].cat.codes - (len(labels) - 1) / 2
    rows["X"] = rows["NFRLT"] + rank * 0.007 * rows.groupby("FACET", observed=True)["NFRLT"].transform(lambda d: d.max() - d.min())
    bars = rows.dropna(subset=["GSD"])
    return (
        p9.ggplot(rows, p9.aes("X", "GMEAN", color="DOSE", fill="DOSE", shape="DOSE"))
        + theme.lloq_layer(s.lloq_lines(first))
        + p9.geom_linerange(p9.aes(ymin="LOWER", ymax="UPPER"), data=bars, size=0.55, alpha=0.7)
        + p9.geom_line(p9.aes(group="DOSE"), size=0.8)
        + p9.geom_point(size=2.4, stroke=0.3)
        + p9.facet_wrap("FACET", nrow=1, scales="free_x")
        + theme.log_axis()
        + theme.days((_WIDTH - 0.9) / panels, name="Nominal days from first infusion")
        + theme.dose_scales(list(labels.values()), ("color", "fill", "shape"))
        + p9.expand_limits(x=0)
        + p9.labs(y=wording.wrapped(f"Geometric mean, {s.axis_title(config.primary_analyte, first)}", _HEIGHT - 1.4))
        + theme.note(wording.small_print(config))
        + theme.house_theme(_WIDTH, _HEIGHT)
    )
