"""Individual profiles with what happened to the subject: infusions, tocilizumab, steroids, response, HSCT, relapse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec

if TYPE_CHECKING:
    import pandas as pd
    import plotnine as p9

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_2_5",
    number="14.2-5",
    title="Individual profiles with infusions, therapies and clinical events",
    inputs=(
        "adsl.csv", "adnca.csv", "work/adrs.csv", "work/adcm.csv", "work/adae.csv", "work/adevent.csv",
        "work/delivered.csv",
    ),
)  # fmt: skip
MARKS: Final = {
    "Tocilizumab": ("v", "#1971C2", 0),
    "Steroid": ("D", "#E8590C", 1),
    "First response": ("o", "#2F9E44", 2),
    "Progression or relapse": ("h", "#C2255C", 2),
    "HSCT": ("D", "#6741D9", 1),
    "New therapy": ("p", "#868E96", 0),
    "Death": ("s", "#1F2933", 2),
}
"""What is marked: its mark, its colour, its lane above the profile (what is given, then outcomes)."""
_LANES: Final = (2.5, 7.0, 20.0)
"""Heights of the lanes: so many times the highest result."""
_COLUMNS: Final = ["USUBJID", "COHORT", "LAYER", "AFRLT", "AVAL", "AVALU", "ALLOQ", "BLQFL", "RESULT", "DRAWN"]


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """One panel per subject of the primary analyte, by dose level."""
    from cartpk.figures import samples as s
    from cartpk.figures import wording
    from cartpk.figures.panels import MOST_PANELS, panel_grid

    analyte = config.primary_analyte
    every = s.kinetic_samples(data, analyte).dropna(subset=["DRAWN"])
    if every.empty:
        return EmptyFigure(f"There is no usable result of {s.what(analyte.label, analyte.specimen)}.")
    subjects = list(dict.fromkeys(every["USUBJID"]))
    shown = every[every["USUBJID"].isin(subjects[:MOST_PANELS])]
    marks, later = _marks(data, config, shown)
    if not marks["LAYER"].eq("MARK").any() and data.adsl["REINFDY"].isna().all():
        return EmptyFigure(
            "No re-infusion, therapy, response or event is on record within the time of the samples: Figure 14.2-4 "
            "shows the profiles."
        )
    n_all, n = len(subjects), shown["USUBJID"].nunique()
    columns, rows = panel_grid(n)
    size = (max(8.0, 1.5 * columns), 1.3 * rows + 1.5)
    drawn = _all_drawn(shown, marks)
    return Figure(
        data=drawn,
        caption=f"{wording.assay(analyte, shown)} One panel per subject, by dose level; actual days from the start of "
        f"the first infusion on a square-root axis. Vertical lines: infusions. {_marked(marks)} "
        f"{wording.subjects_shown(n_all, data)}",
        footnotes=(
            wording.OPEN_MARKS,
            *wording.above_limit(shown),
            *((f"The first {n} of {n_all} subjects are shown.",) if n < n_all else ()),
            *(
                (f"Not drawn, after the last sample of any subject: {wording.counted(later, 'event')}.",)
                if later
                else ()
            ),
            "Treatment for CRS is given because of expansion: its place in a profile says nothing of its effect.",
            *wording.gdna_caveat(shown),
        ),
        alt=f"{wording.counted(n, 'panel')}, one per subject: lines of {s.axis_title(analyte, shown)} on a logarithmic "
        "axis against days, with marks above them for what happened.",
        n=n,
        draw=lambda: _plot(shown, marks, config, (columns, *size)),
        width=size[0],
        height=size[1],
    )


def _marked(marks: pd.DataFrame) -> str:
    """What the marks are, in words."""
    names = [name for name in MARKS if marks["MARK"].eq(name).any()]
    words = ["response" if name == "First response" else name if name == "HSCT" else name.lower() for name in names]
    return f"Marks above the lines, the first of each: {', '.join(words)}." if words else ""


def _marks(data: TrialData, config: TrialConfig, shown: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """First day of each mark of a subject within the time drawn, and how many lie after it; ``LAYER`` INFUSION, too."""
    import pandas as pd

    from cartpk.figures.course import course_marks, earliest

    drugs = data.clinical.adcm
    steroid = drugs[drugs["CLASS"].eq("STEROID") & drugs["ANLFL"].eq("Y") & drugs["ASTDY"].ge(0)]
    found = pd.concat([course_marks(data, config), earliest(steroid, "ASTDY", "Steroid")], ignore_index=True)
    found = found[found["MARK"].isin(list(MARKS)) & found["USUBJID"].isin(shown["USUBJID"])]
    inside = found["DAY"] <= shown["AFRLT"].max()
    again = data.adsl[["USUBJID", "REINFDY"]].dropna().rename(columns={"REINFDY": "DAY"})
    first = shown[["USUBJID"]].drop_duplicates().assign(DAY=0.0)
    lines = pd.concat([first, again[again["USUBJID"].isin(first["USUBJID"])]], ignore_index=True)
    parts = [found[inside].assign(LAYER="MARK"), lines.assign(MARK="Infusion", LAYER="INFUSION")]
    every = pd.concat([part.astype({"MARK": "str"}) for part in parts], ignore_index=True)
    place = {name: i for i, name in enumerate([*MARKS, "Infusion"])}
    order = every.assign(_P=every["MARK"].map(place)).sort_values(["USUBJID", "_P", "DAY"], kind="stable")
    return order.drop(columns="_P").reset_index(drop=True), int((~inside).sum())


def _all_drawn(shown: pd.DataFrame, marks: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    samples = shown.assign(LAYER="SAMPLE")[_COLUMNS].astype({"RESULT": "str", "COHORT": "str"})
    cohort = dict(zip(samples["USUBJID"], samples["COHORT"], strict=True))
    events = marks.rename(columns={"DAY": "AFRLT"}).assign(COHORT=marks["USUBJID"].map(cohort))
    return pd.concat([samples, events], ignore_index=True)[[*_COLUMNS, "MARK"]]


def _plot(shown: pd.DataFrame, marks: pd.DataFrame, config: TrialConfig, grid: tuple[int, float, float]) -> p9.ggplot:
    import plotnine as p9

    from cartpk.figures import samples as s
    from cartpk.figures import theme, wording
    from cartpk.figures.palette import PAPER, dose_colours
    from cartpk.figures.panels import panel_strips

    columns, width, height = grid
    panels = shown[["USUBJID", "COHORT", "ATPTREF"]].drop_duplicates("USUBJID").assign(ATPTREF="")
    heads = dict(zip(panels["USUBJID"], panel_strips(panels), strict=True))
    top, doses = shown["DRAWN"].max(), s.count_labels(shown)

    def panelled(rows: pd.DataFrame, time: str) -> pd.DataFrame:
        strip = theme.in_order(rows["USUBJID"].map(heads), heads.values())
        return rows.assign(STRIP=strip, X=theme.root_days(rows[time]))

    rows = panelled(shown, "AFRLT").assign(DOSE=shown["COHORT"].astype("str"))
    rows["INSIDE"] = rows["DOSE"].where(rows["BLQFL"].ne("Y"), "BLQ")
    lines = panelled(marks[marks["LAYER"].eq("INFUSION")], "DAY")
    points = panelled(marks[marks["LAYER"].eq("MARK")], "DAY")
    names = [name for name in MARKS if points["MARK"].eq(name).any()]
    points = points.assign(
        Y=[top * _LANES[MARKS[name][2]] for name in points["MARK"]], MARK=theme.in_order(points["MARK"], names)
    )
    raster = len(heads) > s.MOST_PATHS
    inks = dict(zip(doses, dose_colours(len(doses)), strict=True))
    fills = {**inks, "BLQ": PAPER, **{name: MARKS[name][1] for name in names}}
    looks = {"fill": [MARKS[name][1] for name in names], "color": PAPER, "size": 2.6}
    legend = p9.guide_legend(nrow=-(-len(names) // 4), override_aes=looks) if names else None
    shapes = {name: MARKS[name][0] for name in names}
    point = p9.aes("X", "Y", shape="MARK", fill="MARK")
    return (
        p9.ggplot(rows, p9.aes("X", "DRAWN"))
        + p9.geom_vline(p9.aes(xintercept="X"), lines, color="#9AA5B1", size=0.5)
        + theme.lloq_layer(s.lloq_lines(shown))
        + p9.geom_line(p9.aes(color="DOSE", group="ATPTREF"), size=0.55, raster=raster)
        + p9.geom_point(p9.aes(color="DOSE", fill="INSIDE"), shape="o", size=1.3, stroke=0.4, raster=raster)
        + p9.geom_point(point, points, color=PAPER, size=2.6, stroke=0.25)
        + p9.facet_wrap("STRIP", ncol=columns)
        + p9.expand_limits(y=1.6 * points["Y"].max() if len(points) else top)
        + theme.log_axis()
        + theme.root_time_axis([*rows["AFRLT"], *points["DAY"]], (width - 1.0) / columns)
        + p9.scale_color_manual(values=inks, guide=None)
        + p9.scale_fill_manual(values=fills, guide=None)
        + p9.scale_shape_manual(values=shapes, breaks=names, name="", guide=legend)
        + p9.labs(y=wording.wrapped(s.axis_title(config.primary_analyte, shown), height - 1.2))
        + theme.note(wording.small_print(config))
        + theme.house_theme(width, height, [list(s.lloq_lines(shown)["LABEL"]), names], letters=8)
        + p9.theme(strip_text=p9.element_text(size=7.5), axis_text=p9.element_text(size=7.5))
    )
