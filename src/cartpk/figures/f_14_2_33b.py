"""Time lag: the kinetic peak and the nadir of the CD7+ cells of each subject on one time axis."""

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
    id="f_14_2_33b",
    number="14.2-33b",
    title="Time of the kinetic peak and of the nadir of CD7+ cells by subject",
    inputs=("adsl.csv", "work/pkpd.csv"),
    endpoints=(Endpoint.PK_PD,),
)
_PEAK: Final = "Tmax"
_NADIR: Final = "Nadir"
_COLUMNS: Final = 3


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """One panel per CD7+ measure, one line per subject from Tmax to the nadir."""
    from cartpk.figures import wording

    rows = _lags(data, config)
    if rows.empty:
        return EmptyFigure("No subject has both a Tmax and a nadir of CD7+ cells.")
    n, panels = rows["USUBJID"].nunique(), rows["LABEL"].nunique()
    columns = min(_COLUMNS, panels)
    size = (8.0, 1.3 + -(-panels // columns) * (0.5 + 0.15 * n))
    medians = "; ".join(
        f"{label} {own['LAG'].median():.1f} days (n = {len(own)})"
        for label, own in rows.groupby("LABEL", observed=True)
    )
    return Figure(
        data=rows,
        caption=f"Circle: time of the kinetic peak; triangle: first day of the lowest count or percentage. Median lag, "
        f"nadir − Tmax: {medians}. By dose level, then by Tmax; square-root time axis.",
        footnotes=(
            (
                "Both days are those of samples: the truth lies between the neighbouring ones. Where counts stay below "
                "their limit the nadir is the first of them. Numbers by subject: Table 14.2-33."
            ),
        ),
        alt=f"A line from the day of the kinetic peak to the day of the nadir for {wording.counted(n, 'subject')}, in "
        f"{wording.counted(panels, 'panel')} by measure.",
        n=n,
        draw=lambda: _plot(rows, config, size, columns),
        width=size[0],
        height=size[1],
    )


def _lags(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per subject and measure with both days, by dose level and Tmax."""
    import pandas as pd

    labels = {m.code: m.label for m in config.pharmacodynamics.measures}
    rows = data.derived["pkpd"].dropna(subset=["TMAX", "TNADIR"])
    order = {cohort: i for i, cohort in enumerate(data.cohorts)}
    rows = rows.assign(_C=rows["COHORT"].map(order), LABEL=rows["MEASURE"].map(labels).astype("object"))
    there = [labels[m.code] for m in config.pharmacodynamics.measures if m.code in set(rows["MEASURE"])]
    rows["LABEL"] = pd.Categorical(rows["LABEL"], categories=list(dict.fromkeys(there)), ordered=True)
    rows = rows.sort_values(["LABEL", "_C", "TMAX", "USUBJID"], kind="stable")
    return rows[["USUBJID", "COHORT", "MEASURE", "LABEL", "TMAX", "TNADIR", "LAG"]].reset_index(drop=True)


def _plot(rows: pd.DataFrame, config: TrialConfig, size: tuple[float, float], columns: int) -> p9.ggplot:
    import pandas as pd
    import plotnine as p9

    from cartpk.figures import theme, wording
    from cartpk.figures.palette import INK, LLOQ_INK

    subjects = list(dict.fromkeys(rows.sort_values(["LABEL"], kind="stable")["USUBJID"]))
    heads = {
        str(label): wording.wrapped(str(label), size[0] / columns - 0.5, 9) for label in rows["LABEL"].cat.categories
    }
    placed = rows.assign(
        WHO=theme.in_order(rows["USUBJID"], reversed(subjects)), X=theme.root_days(rows["TMAX"]),
        XEND=theme.root_days(rows["TNADIR"]),
    )  # fmt: skip
    points = pd.concat([placed.assign(MARK=_PEAK), placed.assign(MARK=_NADIR, X=placed["XEND"])], ignore_index=True)
    points["MARK"] = theme.in_order(points["MARK"], [_PEAK, _NADIR])
    return (
        p9.ggplot(placed, p9.aes("X", "WHO"))
        + p9.geom_segment(p9.aes(xend="XEND", yend="WHO"), color=LLOQ_INK, size=0.7)
        + p9.geom_point(p9.aes(shape="MARK", fill="MARK"), points, size=2.0, stroke=0.35, color=INK)
        + p9.facet_wrap("LABEL", ncol=columns, labeller=heads)
        + p9.scale_shape_manual(values={_PEAK: "o", _NADIR: "v"}, name="")
        + p9.scale_fill_manual(values={_PEAK: "#9B2B7C", _NADIR: "#8CCFB3"}, name="")
        + theme.root_time_axis([0.0, *rows["TMAX"], *rows["TNADIR"]], (size[0] - 1.2) / columns)
        + p9.labs(y="")
        + theme.note(wording.small_print(config))
        + theme.house_theme(*size, [[_PEAK, _NADIR]])
        + p9.theme(axis_text_y=p9.element_text(size=7))
    )
