"""Adverse events of special interest over time: onset, duration and grade by subject, with tocilizumab and steroids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec
from cartpk.terms import Endpoint, class_text

if TYPE_CHECKING:
    import pandas as pd
    import plotnine as p9

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_3_2",
    number="14.3-2",
    title="Adverse events of special interest over time, with tocilizumab and steroids",
    inputs=("adsl.csv", "work/adae.csv", "work/adcm.csv", "work/adevent.csv", "work/delivered.csv"),
    endpoints=(Endpoint.SPECIAL_INTEREST,),
)
_INKS: Final = ("#C2255C", "#6741D9", "#E8590C", "#1971C2", "#2F9E44", "#868E96", "#343A40", "#0B7285")
_DRUGS: Final = {"TOCILIZUMAB": ("Tocilizumab", "v"), "STEROID": ("Steroid", "D")}
_COLUMNS: Final = ["USUBJID", "COHORT", "KIND", "TERM", "GRADE", "SCALE", "START", "END", "OPEN"]
"""A class of so few letters is an abbreviation (CRS, ICANS)."""
_LANE: Final = 0.16
"""Inches of a class's lane in a subject's row."""


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """One row per subject with such an event, one lane per class, a bar from onset to end."""
    from cartpk.figures import theme, wording

    if not data.clinical.has("adverse_events"):
        return EmptyFigure("Needs data: AE (data.clinical.adverse_events). No adverse events were delivered.")
    rows = _courses(data, config)
    if rows.empty:
        return EmptyFigure("No adverse event of special interest began on a known day after the infusion.")
    events = rows[~rows["KIND"].isin(list(_DRUGS))]
    n, classes = events["USUBJID"].nunique(), [class_text(k) for k in _classes(events, config)]
    height = 1.9 + _lanes(rows) * _LANE + 0.12 * rows["USUBJID"].nunique()
    undated = _undated(data)
    return Figure(
        data=rows,
        caption=f"{', '.join(classes)} of {wording.counted(n, 'subject')}, by dose level: a bar from onset to end, its "
        "number the grade. Triangles: tocilizumab; diamonds: steroid, first days of each course.",
        footnotes=(
            (
                "Events of one class and grading scale that overlap are one bar with their worst grade. CRS and ICANS "
                "have a scale of their own: their grades do not compare with those of other classes. Single events: "
                "Listing 16.2.7-2."
            ),
            (
                "An arrow: the event goes on or its end is not known; its bar reaches to the last day known of the "
                "subject. Square-root time axis. Subjects without such an event are not drawn."
            ),
            *((f"Not drawn, having no day of onset: {wording.counted(undated, 'event')}.",) if undated else ()),
        ),
        alt=f"Bars of {', '.join(classes)} from onset to end against days for {wording.counted(n, 'subject')}, with "
        "marks where tocilizumab and steroids were given.",
        n=n,
        draw=lambda: _plot(rows, config, (theme.WIDTH, height)),
        width=theme.WIDTH,
        height=height,
    )


def _classes(events: pd.DataFrame, config: TrialConfig) -> list[str]:
    """Classes that occur, in the order of the configuration."""
    declared = list(config.clinical.adverse_events.special_interest)
    return [*(k for k in declared if events["KIND"].eq(k).any()), *sorted(set(events["KIND"]) - set(declared))]


def _lanes(rows: pd.DataFrame) -> int:
    """Lanes of all subjects together."""
    return int(rows[~rows["KIND"].isin(list(_DRUGS))].groupby("USUBJID")["KIND"].nunique().sum())


def _undated(data: TrialData) -> int:
    from cartpk.clinical.safety import emergent

    events = emergent(data)
    return int((events["AESI"].notna() & events["ASTDY"].isna()).sum())


def _courses(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per event of special interest and per course of a drug, of the subjects with such an event."""
    import numpy as np
    import pandas as pd

    from cartpk.clinical.safety import emergent

    events = emergent(data)
    events = events[events["AESI"].notna() & events["ASTDY"].notna()]
    seen = data.clinical.adevent
    last = seen[seen["ANLFL"].eq("Y") & seen["ADY"].notna()].groupby("USUBJID")["ADY"].max()
    known = events["USUBJID"].map(dict(last)).fillna(events["ASTDY"])
    made = events.assign(
        KIND=events["AESI"],
        TERM=events["AEDECOD"],
        GRADE=events["ATOXGR"],
        START=events["ASTDY"],
        OPEN=np.where(events["AENDY"].isna(), "Y", "N"),
        END=events["AENDY"].fillna(known).clip(lower=events["ASTDY"]),
    )
    made = _joined(made[_COLUMNS])
    drugs = data.clinical.adcm
    drugs = drugs[drugs["ANLFL"].eq("Y") & drugs["POSTFL"].eq("Y") & drugs["CLASS"].isin(list(_DRUGS))]
    drugs = drugs[drugs["USUBJID"].isin(made["USUBJID"]) & drugs["ASTDY"].notna()]
    given = drugs.assign(
        KIND=drugs["CLASS"], TERM=drugs["CMTRT"], GRADE=float("nan"), SCALE=None, START=drugs["ASTDY"],
        END=drugs["AENDY"].fillna(drugs["ASTDY"]), OPEN="N",
    )  # fmt: skip
    both = pd.concat([part[_COLUMNS] for part in (made, given) if len(part)] or [made], ignore_index=True)
    classes = [*config.clinical.adverse_events.special_interest, *sorted(set(made["KIND"])), *_DRUGS]
    place = {name: i for i, name in reversed(list(enumerate(classes)))}
    levels = {cohort: i for i, cohort in enumerate(data.cohorts)}
    both = both.assign(_C=both["COHORT"].map(levels), _K=both["KIND"].map(place))
    both = both.sort_values(["_C", "USUBJID", "_K", "START", "TERM"], kind="stable")
    return both.drop(columns=["_C", "_K"]).reset_index(drop=True)


def _joined(events: pd.DataFrame) -> pd.DataFrame:
    """One row per stretch of overlapping events of a subject, class and scale, with the worst grade."""
    ordered = events.assign(SCALE=events["SCALE"].fillna("")).sort_values(
        ["USUBJID", "KIND", "SCALE", "START", "END", "TERM"], kind="stable"
    )
    keys = ["USUBJID", "COHORT", "KIND", "SCALE"]
    before = ordered.groupby(keys)["END"].transform(lambda end: end.cummax().shift())
    ordered["STRETCH"] = (~(ordered["START"] <= before)).cumsum()
    joined = ordered.groupby([*keys, "STRETCH"], as_index=False, sort=True).agg(
        TERM=("TERM", lambda terms: "; ".join(dict.fromkeys(terms))),
        GRADE=("GRADE", "max"),
        START=("START", "min"),
        END=("END", "max"),
        OPEN=("OPEN", "max"),
    )
    return joined[_COLUMNS]


def _placed(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, dict[float, str]]:
    """Events and drugs with their height ``Y`` and place ``X``; and the height of each subject's name."""
    from cartpk.figures import theme

    events, drugs = rows[~rows["KIND"].isin(list(_DRUGS))], rows[rows["KIND"].isin(list(_DRUGS))]
    heights: dict[tuple[str, str], float] = {}
    names: dict[float, str] = {}
    y = 0.0
    for subject, own in events.groupby("USUBJID", sort=False):
        kinds = list(dict.fromkeys(own["KIND"]))
        for i, kind in enumerate(kinds):
            heights[str(subject), str(kind)] = y - i
        names[y - (len(kinds) - 1) / 2] = str(subject)
        y -= len(kinds) + 0.75
    top = {s: max(v for (who, _), v in heights.items() if who == s) for s in dict.fromkeys(events["USUBJID"])}
    placed = events.assign(
        Y=[heights[s, k] for s, k in zip(events["USUBJID"], events["KIND"], strict=True)],
        X=theme.root_days(events["START"]),
        XEND=theme.root_days(events["END"] + 1.0),  # the day of the end counts
    )
    given = drugs.assign(Y=drugs["USUBJID"].map(top).astype(float) + 0.62, X=theme.root_days(drugs["START"]))
    return placed, given, names


def _plot(rows: pd.DataFrame, config: TrialConfig, size: tuple[float, float]) -> p9.ggplot:
    import plotnine as p9

    from cartpk.figures import theme, wording
    from cartpk.figures.palette import INK

    events, given, names = _placed(rows)
    kinds = [class_text(k) for k in _classes(events, config)]
    events = events.assign(KIND=[class_text(k) for k in events["KIND"]])
    # a class has the same colour in every trial that declares the same classes
    declared = dict.fromkeys([*map(class_text, config.clinical.adverse_events.special_interest), *kinds])
    inks = {kind: _INKS[i % len(_INKS)] for i, kind in enumerate(declared)}
    doses = list(dict.fromkeys(rows["COHORT"]))
    heads = dict(zip(rows["USUBJID"], rows["COHORT"], strict=True))
    several = len(doses) > 1

    def panelled(part: pd.DataFrame) -> pd.DataFrame:
        return part.assign(DOSE=theme.in_order(part["USUBJID"].map(heads), doses))

    labels = [_DRUGS[k][0] for k in _DRUGS if given["KIND"].eq(k).any()]
    given = given.assign(DRUG=theme.in_order(given["KIND"].map({k: t for k, (t, _) in _DRUGS.items()}), labels))
    going_on, graded = events[events["OPEN"].eq("Y")], events.dropna(subset=["GRADE"])
    graded = graded.assign(TEXT=graded["GRADE"].map("{:.0f}".format))
    plot = (
        p9.ggplot(panelled(events), p9.aes("X", "Y"))
        + p9.geom_segment(p9.aes(xend="XEND", yend="Y", color="KIND"), size=2.6)
        + p9.geom_point(p9.aes("XEND", color="KIND"), panelled(going_on), shape=">", size=2.2, show_legend=False)
        + p9.geom_text(p9.aes(label="TEXT"), panelled(graded), size=6, color=INK, ha="right", nudge_x=-0.05)
        + p9.scale_color_manual(values=inks, breaks=kinds, name="", guide=p9.guide_legend(nrow=1))
        + p9.scale_y_continuous(breaks=list(names), labels=list(names.values()), minor_breaks=False, expand=(0, 0.9))
        + theme.root_time_axis([0.0, *(rows["END"] + 1.0)], theme.WIDTH - 2.0)
        + p9.labs(y="")
        + theme.note(wording.small_print(config))
        + theme.house_theme(*size, [kinds, labels])
        + p9.theme(panel_grid_major_y=p9.element_blank(), axis_text_y=p9.element_text(size=7.5))
    )
    if len(given):
        marks = {_DRUGS[k][0]: _DRUGS[k][1] for k in _DRUGS}
        plot = (
            plot
            + p9.geom_point(
                p9.aes("X", "Y", shape="DRUG"), panelled(given), fill=INK, color="#FFFFFF", size=2.3, stroke=0.3
            )
            + p9.scale_shape_manual(values=marks, name="")
        )
    if several:
        strips = p9.theme(strip_text_y=p9.element_text(angle=0))
        plot = plot + p9.facet_grid("DOSE", scales="free_y", space="free_y") + strips
    return plot
