"""Individual profiles by dose level, semi-logarithmic, with the limit of quantification."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec

if TYPE_CHECKING:
    import pandas as pd
    import plotnine as p9

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_2_3",
    number="14.2-3",
    title="Individual profiles by dose level (semi-logarithmic)",
    inputs=("adsl.csv", "adnca.csv"),
)
_COLUMNS: Final = ["USUBJID", "COHORT", "PCTESTCD", "PCSPEC", "ATPTREF", "AFRLT", "AVAL", "AVALU", "ALLOQ", "BLQFL", "DRAWN"]


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """Every subject's profile of the primary analyte, one column of panels per dose level."""
    from cartpk.figures import samples as s
    from cartpk.figures import wording

    analyte = config.primary_analyte
    every = s.kinetic_samples(data, analyte)
    shown = every.dropna(subset=["DRAWN", "AFRLT"])
    if shown.empty:
        return EmptyFigure(f"There is no usable result of {s.what(analyte.label, analyte.specimen)}.")
    n = shown["USUBJID"].nunique()
    panels = s.count_labels(shown)
    return Figure(
        data=shown[_COLUMNS],
        caption=f"{wording.assay(analyte, shown)} Each line is one subject; actual days from the start of the first infusion.",
        footnotes=(
            wording.OPEN_MARKS,
            *wording.undrawn(every),
            *wording.gdna_caveat(shown),
        ),
        alt=f"Semi-logarithmic lines of {s.axis_title(analyte, shown)} against days, one line per subject, "
        f"{wording.counted(n, 'subject')} in {wording.counted(len(panels), 'panel')} by dose: {', '.join(panels.values())}.",
        n=n,
        draw=lambda: _plot(shown, config),
        width=8.0,
        height=5.2,
    )


def _plot(shown: pd.DataFrame, config: TrialConfig) -> p9.ggplot:
    import pandas as pd
    import plotnine as p9

    from cartpk.figures import samples as s
    from cartpk.figures import theme, wording
    from cartpk.figures.axes import time_windows
    from cartpk.figures.palette import PAPER, dose_colours

    panels = s.count_labels(shown)
    windows = time_windows(shown["AFRLT"].max())
    names = [f"{label}\n{window}" for window, _ in windows for label in panels.values()]
    rows = pd.concat(
        [shown[shown["AFRLT"] <= last].assign(FACET=lambda d, w=w: d["COHORT"].astype(str).map(panels) + f"\n{w}") for w, last in windows]
    )
    rows["FACET"] = pd.Categorical(rows["FACET"], categories=names, ordered=True)
    rows["SERIES"] = rows["USUBJID"] + rows["ATPTREF"]
    rows["INSIDE"] = rows["COHORT"].astype(str).where(rows["BLQFL"] == "N", "BLQ")
    colours = dict(zip(panels, dose_colours(len(panels)), strict=True))
    return (
        p9.ggplot(rows, p9.aes("AFRLT", "DRAWN", color="COHORT"))
        + theme.lloq_layer(s.lloq_lines(shown))
        + p9.geom_line(p9.aes(group="SERIES"), size=0.55, alpha=0.75)
        + p9.geom_point(p9.aes(shape="RESULT", fill="INSIDE"), size=1.7, stroke=0.45)
        + p9.facet_wrap("FACET", ncol=len(panels), scales="free_x")
        + theme.log_axis()
        + theme.days(2.3)
        + p9.scale_color_manual(values=colours, guide=None)
        + p9.scale_fill_manual(values={**colours, "BLQ": PAPER}, guide=None)
        + theme.blq_legend()
        + p9.labs(y=s.axis_title(config.primary_analyte, shown))
        + theme.note(wording.small_print(config))
        + theme.house_theme(8.0, 5.2)
    )
