"""Box and every point of Cmax and of the areas over the windows, by dose level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    import plotnine as p9

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_2_7",
    number="14.2-7",
    title="Peak and exposure by dose level",
    inputs=("adsl.csv", "work/adpp_nca.csv"),
)
PRIMARY: Final = "in the box"
EXTRAPOLATED: Final = "extrapolated to the window's end, not in the box"
ZERO: Final = "0 (all BLQ), at the lower edge, in the box"
FEWEST: Final = 3
"""[choice] A box needs so many values."""
_WIDTH: Final = 8.0
_HEIGHT: Final = 4.0


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """One panel per parameter, one box per dose level, one mark per subject; first infusion, primary analyte."""
    from cartpk.figures import samples as s
    from cartpk.figures import wording

    rows = _parameters(data, config)
    values = rows.dropna(subset=["AVAL"])
    analyte = config.primary_analyte
    name = s.what(analyte.label, analyte.specimen)
    if not (values["AVAL"] > 0).any():
        return EmptyFigure(f"No peak and no area of {name} could be calculated.")
    labels = list(dict.fromkeys(rows["LABEL"]))
    height = _HEIGHT * -(-len(labels) // 3)
    return Figure(
        data=rows,
        caption=f"{', '.join(labels)} of {name} by dose level, every subject with a value. Box: quartiles and median; "
        f"whiskers: lowest and highest value; no box for fewer than {FEWEST} values.",
        footnotes=(
            "Areas extrapolated from the last sample to the end of the window are drawn open and are not in the box "
            "(sensitivity only).",
            *_not_calculated(rows),
        ),
        alt=f"Box plots on a logarithmic axis of {', '.join(labels)} of {name} by dose level with a mark for each of "
        f"{wording.counted(values['USUBJID'].nunique(), 'subject')}.",
        n=values["USUBJID"].nunique(),
        draw=lambda: _plot(values, data.cohorts, config, height),
        width=_WIDTH,
        height=height,
    )


def _parameters(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per subject and parameter, with ``COHORT``, ``LABEL`` and ``KIND`` (how it is drawn)."""
    import numpy as np
    import pandas as pd

    from cartpk.figures import samples as s

    names = _names(config)
    one = data.adpp[
        (data.adpp["PARCAT1"] == "NCA")
        & (data.adpp["PPCAT"] == config.primary_analyte.code)
        & data.adpp["PARAMCD"].isin(list(names))
        & (data.adpp["ATPTREF"].isna() | (data.adpp["ATPTREF"] == s.FIRST_INFUSION))
    ]
    rows = one.merge(data.adsl[["USUBJID", "COHORT"]], on="USUBJID", how="inner")
    flags = rows["FLAG"].fillna("").str.split(";")
    kind = np.select([flags.map(lambda f: "EXTRAPOLATED" in f), rows["AVAL"] == 0], [EXTRAPOLATED, ZERO], PRIMARY)
    rows = rows.assign(
        COHORT=pd.Categorical(rows["COHORT"], categories=list(data.cohorts), ordered=True),
        LABEL=pd.Categorical(rows["PARAMCD"].map(names), categories=list(names.values()), ordered=True),
        KIND=pd.Series(kind, index=rows.index).where(rows["AVAL"].notna()),
    )
    columns = ["USUBJID", "COHORT", "PARAMCD", "LABEL", "AVAL", "AVALU", "FLAG", "PCTEXTR", "PPREASND", "KIND"]
    return rows.sort_values(["LABEL", "COHORT", "USUBJID"], kind="stable")[columns].reset_index(drop=True)


def _names(config: TrialConfig) -> dict[str, str]:
    """Parameter code -> name as printed: Cmax, then the area over every window of the configuration."""
    return {"CMAX": "Cmax", **{f"AUC0_{day:g}D": f"AUC0-{day:g}d" for day in config.nca.windows.days}}


def _headings(rows: pd.DataFrame) -> dict[str, str]:
    """Parameter -> heading of its panel, with its unit."""
    from cartpk.figures import samples as s

    known = rows.dropna(subset=["AVALU"]).drop_duplicates("LABEL")
    return {str(row.LABEL): f"{row.LABEL}\n({s.printed_unit(str(row.AVALU))})" for row in known.itertuples()}


def _not_calculated(rows: pd.DataFrame) -> tuple[str, ...]:
    missing = rows[rows["AVAL"].isna()]
    if missing.empty:
        return ()
    counts = missing.groupby("LABEL", observed=True)["USUBJID"].nunique()
    return (f"Not calculated (NC): {', '.join(f'{label} in {n}' for label, n in counts.items())}; reasons in the listing.",)


def _boxes(values: pd.DataFrame, config: TrialConfig) -> pd.DataFrame:
    """Quartiles, median and range of the values that are not extrapolated, where there are enough."""
    import numpy as np

    from cartpk.core.summary import summarise

    used = values[values["KIND"] != EXTRAPOLATED]
    groups = used.groupby(["LABEL", "COHORT"], observed=True)
    made = groups.agg(N=("AVAL", "size")).reset_index()
    stats = summarise(used["AVAL"], groups.ngroup(), len(made), config.report.summaries.quartiles)
    made = made.assign(LOW=stats.minimum, Q1=stats.q1, MEDIAN=stats.median, Q3=stats.q3, HIGH=stats.maximum)
    made["X"] = made["COHORT"].cat.codes + 1.0
    return made[np.asarray(made["N"]) >= FEWEST]


def _plot(values: pd.DataFrame, cohorts: Sequence[str], config: TrialConfig, height: float) -> p9.ggplot:
    import plotnine as p9

    from cartpk.figures import samples as s
    from cartpk.figures import theme, wording
    from cartpk.figures.palette import LLOQ_INK, PAPER, dose_colours

    floor = values[values["AVAL"] > 0].groupby("LABEL", observed=True)["AVAL"].min() / 2.5
    marks = theme.swarmed(values.assign(Y=_floored(values, "AVAL", floor)), ["LABEL", "COHORT"])
    boxes = _boxes(values, config)
    for column in ("LOW", "Q1", "MEDIAN", "Q3", "HIGH"):
        boxes[column] = _floored(boxes, column, floor)
    counts = values.groupby(["LABEL", "COHORT"], observed=True).agg(N=("AVAL", "size")).reset_index()
    top = marks.groupby("LABEL", observed=True)["Y"].agg(lambda y: y.max() * (y.max() / y.min()) ** 0.1)
    counts = counts.assign(X=counts["COHORT"].cat.codes + 1.0, Y=counts["LABEL"].map(top).astype(float), TEXT="n = " + counts["N"].astype(str))
    colours = dict(zip(cohorts, dose_colours(len(cohorts)), strict=True))
    marks["DOSE"] = marks["COHORT"].astype(str)
    marks["INSIDE"] = marks["DOSE"].where(marks["KIND"] == PRIMARY, "OPEN")
    kinds = [kind for kind in (PRIMARY, EXTRAPOLATED, ZERO) if (marks["KIND"] == kind).any()]
    shapes = {PRIMARY: "o", EXTRAPOLATED: "D", ZERO: "v"}
    return (
        p9.ggplot(marks, p9.aes("X", "Y"))
        + p9.geom_boxplot(
            p9.aes(ymin="LOW", lower="Q1", middle="MEDIAN", upper="Q3", ymax="HIGH", y="MEDIAN", group="COHORT"),
            data=boxes, stat="identity", width=0.62, fill="#F0F2F5", color=LLOQ_INK, size=0.45,
        )
        + p9.geom_point(p9.aes(x="XSWARM", color="DOSE", fill="INSIDE", shape="KIND"), size=2.0, stroke=0.5)
        + p9.geom_text(p9.aes(label="TEXT"), data=counts, size=7.5, color=LLOQ_INK)
        + p9.facet_wrap("LABEL", scales="free_y", ncol=3, labeller=_headings(values))
        + theme.log_axis()
        + p9.scale_x_continuous(name="Dose level", breaks=list(range(1, len(cohorts) + 1)),
                                labels=[wording.wrapped(c, 1.6 / len(cohorts), 8.5) for c in cohorts], expand=(0, 0.55))
        + p9.scale_color_manual(values=colours, guide=None)
        + p9.scale_fill_manual(values={**colours, "OPEN": PAPER}, guide=None)
        + p9.scale_shape_manual(name="", values=shapes, breaks=kinds, guide=p9.guide_legend(
            override_aes={"fill": [LLOQ_INK if kind == PRIMARY else PAPER for kind in kinds], "color": LLOQ_INK}))
        + p9.labs(y="")
        + theme.note(wording.small_print(config))
        + theme.house_theme(_WIDTH, height)
        + p9.theme(panel_grid_major_x=p9.element_blank())
    )  # fmt: skip


def _floored(rows: pd.DataFrame, column: str, floor: pd.Series[float]) -> pd.Series[float]:
    """The column with 0 put at the lower edge of its panel: a log axis has no 0."""
    return rows[column].where(rows[column] > 0, rows["LABEL"].astype(str).map({str(k): v for k, v in floor.items()}))
