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
SIDE_BY_SIDE: Final = 4
"""Dose levels that fit beside each other."""
_COLUMNS: Final = [
    "USUBJID", "COHORT", "PCTESTCD", "PCSPEC", "ATPTREF", "AFRLT", "AVAL", "AVALU", "ALLOQ", "BLQFL", "DRAWN",
]  # fmt: skip


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """Every subject's profile of the primary analyte, one column of panels per dose level."""
    from cartpk.figures import samples as s
    from cartpk.figures import wording

    analyte = config.primary_analyte
    every = s.kinetic_samples(data, analyte)
    shown = every.dropna(subset=["DRAWN"])
    if shown.empty:
        return EmptyFigure(f"There is no usable result of {s.what(analyte.label, analyte.specimen)}.")
    n, panels = shown["USUBJID"].nunique(), s.count_labels(shown)
    rows = _grid(shown)[1]
    size = (8.0, 1.2 + (2.6 if rows == 1 else 2.0) * rows)
    return Figure(
        data=shown[_COLUMNS],
        caption=f"{wording.assay(analyte, shown)} Each line is one subject; actual days from the start of the first "
        f"infusion. {wording.subjects_shown(n, data)}",
        footnotes=(
            wording.OPEN_MARKS,
            *wording.above_limit(shown),
            *wording.undrawn(every),
            *wording.gdna_caveat(shown),
        ),
        alt=f"Semi-logarithmic lines of {s.axis_title(analyte, shown)} against days, one line per subject, in panels "
        f"by dose level: {', '.join(panels.values())}.",
        n=n,
        draw=lambda: _plot(shown, config, size),
        width=size[0],
        height=size[1],
    )


def _grid(shown: pd.DataFrame) -> tuple[int, int]:
    """Columns and rows of panels: doses side by side, time windows below each other; many doses in one window."""
    from cartpk.figures.axes import time_windows

    doses, windows = shown["COHORT"].nunique(), len(time_windows(shown["AFRLT"].max()))
    if doses == 1:
        return windows, 1
    return (doses, windows) if doses <= SIDE_BY_SIDE else (3, -(-doses // 3))


def _plot(shown: pd.DataFrame, config: TrialConfig, size: tuple[float, float]) -> p9.ggplot:
    import plotnine as p9

    from cartpk.figures import samples as s
    from cartpk.figures import theme, windows, wording

    doses, columns = s.count_labels(shown), _grid(shown)[0]
    both = len(doses) <= SIDE_BY_SIDE
    rows = windows.by_window(shown, "AFRLT", shown["COHORT"].astype(str).map(doses), both=both)
    rows["SERIES"] = rows["USUBJID"] + " " + rows["ATPTREF"]
    rows["INSIDE"] = rows["COHORT"].astype(str).where(rows["BLQFL"] == "N", "BLQ")
    n = shown.groupby("COHORT", observed=True)["USUBJID"].nunique()
    look = s.weight(n.max(), n.sum())
    return (
        p9.ggplot(rows, p9.aes("AFRLT", "DRAWN", color="COHORT"))
        + theme.lloq_layer(s.lloq_lines(shown))
        + p9.geom_line(p9.aes(group="SERIES"), size=0.55, alpha=look.alpha, raster=look.raster)
        + p9.geom_point(p9.aes(shape="RESULT", fill="INSIDE"), size=look.mark, stroke=0.45, raster=look.raster)
        + p9.facet_wrap("FACET", ncol=columns, scales="free_x" if both else "fixed")
        + p9.expand_limits(x=0)
        + theme.log_axis()
        + theme.days((size[0] - 0.9) / columns)
        + theme.dose_fills(list(doses), open_as="BLQ")
        + theme.blq_legend(list(shown["RESULT"].cat.categories))
        + p9.labs(y=wording.wrapped(s.axis_title(config.primary_analyte, shown), size[1] - 1.2))
        + theme.note(wording.small_print(config))
        + theme.house_theme(*size, [list(s.lloq_lines(shown)["LABEL"]), list(shown["RESULT"].cat.categories)])
    )
