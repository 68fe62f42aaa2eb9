"""Swimmer plot: every subject's course from the infusion to the last contact."""

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
    id="f_14_2_43",
    number="14.2-43",
    title="Course of each subject: response, CRS, tocilizumab, transplant, relapse, last contact",
    inputs=("adsl.csv", "work/adrs.csv", "work/adae.csv", "work/adcm.csv", "work/adevent.csv"),
    endpoints=(Endpoint.ORR, Endpoint.ORR_BY_SITE, Endpoint.OS, Endpoint.PFS, Endpoint.DOR),
)
MARKS: Final = {
    "First response": ("o", "#2F9E44"),
    "Progression or relapse": ("h", "#C2255C"),
    "CRS onset": ("^", "#E8590C"),
    "Tocilizumab": ("v", "#1971C2"),
    "HSCT": ("D", "#6741D9"),
    "New therapy": ("p", "#868E96"),
    "Death": ("s", "#1F2933"),
    "Alive at last contact": (">", "#1F2933"),
}
"""What is marked, with its mark and colour."""
_EVENTS: Final = {"HSCT": "HSCT", "NEW_THERAPY": "New therapy", "DEATH": "Death"}


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """One bar per infused subject, by dose level, the longest follow-up first."""
    from cartpk.figures import theme, wording

    marks = _marks(data, config)
    bars = marks[marks["MARK"].eq("Follow-up")]
    if bars.empty:
        return EmptyFigure("No infused subject has a day of a last contact, a death or an assessment.")
    n = len(bars)
    by_site = len(config.efficacy.responders or {}) > 1
    return Figure(
        data=marks,
        caption=f"Course of {wording.counted(n, 'subject')} from the start of the first infusion, by dose level, the "
        "longest follow-up first. A bar ends on the last day on which the subject is known of.",
        footnotes=(
            "First response: the first assessment that counts as a response"
            + (
                " at any disease site; how the sites combine is not stated in the registry record."
                if by_site and config.efficacy.site_combination_rule is None
                else "."
            ),
            "CRS onset and tocilizumab: the first after the infusion. Progression or relapse: the first.",
            "A subject is alive at last contact where no death is on record. Square-root time axis.",
        ),
        alt=f"Horizontal bars of follow-up for {wording.counted(n, 'subject')}, with marks for first response, "
        "progression or relapse, onset of CRS, tocilizumab, transplant, new therapy and death, and an arrow where the "
        "subject was alive at last contact.",
        n=n,
        draw=lambda: _plot(marks, config),
        width=theme.WIDTH,
        height=2.2 + 0.22 * n,
    )


def _marks(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per bar and mark: subject, dose level, what, day; bars are called Follow-up."""
    import pandas as pd

    from cartpk.clinical.assessments import assessments, infused
    from cartpk.clinical.response import first_response

    who = infused(data)
    clinical = data.clinical
    rows = assessments(data, config)
    progression = rows[rows["AVALC"].isin(config.clinical.responses.progression)]
    counted = rows[rows["BORFL"].eq("Y")]
    rule = config.efficacy.site_combination_rule
    first = [first_response(own.to_dict("records"), rule) for _, own in counted.groupby("USUBJID", sort=True)]
    events = clinical.adevent[clinical.adevent["FIRSTFL"].eq("Y") & clinical.adevent["ANLFL"].eq("Y")]
    crs = clinical.adae[
        clinical.adae["AESI"].eq("CRS") & clinical.adae["ANLFL"].eq("Y") & (clinical.adae["ASTDY"] >= 0)
    ]
    toci = clinical.adcm[clinical.adcm["CLASS"].eq("TOCILIZUMAB") & clinical.adcm["ANLFL"].eq("Y")]
    parts = [
        _earliest(pd.DataFrame([r for r in first if r is not None]), "AFRLT", "First response"),
        _earliest(progression, "AFRLT", "Progression or relapse"),
        _earliest(crs, "ASTDY", "CRS onset"),
        _earliest(toci[toci["ASTDY"] >= 0], "ASTDY", "Tocilizumab"),
        *(_earliest(events[events["EVENT"].eq(name)], "ADY", text) for name, text in _EVENTS.items()),
    ]
    found = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    last = pd.concat(
        [
            events[["USUBJID", "ADY"]].rename(columns={"ADY": "DAY"}),
            rows[["USUBJID", "AFRLT"]].rename(columns={"AFRLT": "DAY"}),
            found[["USUBJID", "DAY"]],
        ],
        ignore_index=True,
    )
    end = last.groupby("USUBJID")["DAY"].max()
    death = set(found.loc[found["MARK"].eq("Death"), "USUBJID"])
    bars = pd.DataFrame({"USUBJID": end.index, "MARK": "Follow-up", "DAY": end.to_numpy()})
    alive = bars[~bars["USUBJID"].isin(death)].assign(MARK="Alive at last contact")
    every = pd.concat([bars, found, alive], ignore_index=True)
    every = every.merge(who[["USUBJID", "COHORT", "COHORTN"]], on="USUBJID", how="inner")
    every["END"] = every["USUBJID"].map(end)
    order = ["Follow-up", *MARKS]
    every["PLACE"] = every["MARK"].map({name: i for i, name in enumerate(order)})
    every = every.sort_values(
        ["COHORTN", "END", "USUBJID", "PLACE"], ascending=[True, False, True, True], kind="stable"
    )
    return every[["USUBJID", "COHORT", "MARK", "DAY"]].dropna(subset=["DAY"]).reset_index(drop=True)


def _earliest(rows: pd.DataFrame, day: str, mark: str) -> pd.DataFrame:
    """First day of each subject in these rows, as a mark."""
    import pandas as pd

    if rows.empty:
        return pd.DataFrame({"USUBJID": pd.Series(dtype="str"), "DAY": pd.Series(dtype="float64"), "MARK": ""})
    days = rows.dropna(subset=[day]).groupby("USUBJID")[day].min()
    return pd.DataFrame({"USUBJID": days.index, "DAY": days.to_numpy(), "MARK": mark})


def _plot(marks: pd.DataFrame, config: TrialConfig) -> p9.ggplot:
    import plotnine as p9

    from cartpk.figures import theme, wording

    subjects = list(dict.fromkeys(marks["USUBJID"]))
    doses = list(dict.fromkeys(marks["COHORT"]))
    rows = marks.assign(X=theme.root_days(marks["DAY"]), WHO=theme.in_order(marks["USUBJID"], reversed(subjects)))
    rows["DOSE"] = theme.in_order(rows["COHORT"], doses)
    bars, points = rows[rows["MARK"].eq("Follow-up")], rows[rows["MARK"].ne("Follow-up")]
    names = [name for name in MARKS if name in set(points["MARK"])]
    points = points.assign(MARK=theme.in_order(points["MARK"], names))
    size = (theme.WIDTH, 2.2 + 0.22 * len(subjects))
    legend = p9.guide_legend(nrow=2)
    plot = (
        p9.ggplot(bars, p9.aes("X", "WHO"))
        + p9.geom_segment(p9.aes(x=0, xend="X", y="WHO", yend="WHO"), color="#C6CDD5", size=2.4)
        + p9.geom_point(p9.aes(shape="MARK", fill="MARK"), points, size=3.2, stroke=0.25, color="#FFFFFF")
        + p9.scale_shape_manual(values={name: MARKS[name][0] for name in names}, name="", guide=legend)
        + p9.scale_fill_manual(values={name: MARKS[name][1] for name in names}, name="", guide=legend)
        + theme.root_time_axis([0.0, *rows["DAY"]], theme.WIDTH - 2.0)
        + p9.labs(y="")
        + theme.note(wording.small_print(config))
        + theme.house_theme(*size, [names[: -(-len(names) // 2)]])
        + p9.theme(panel_grid_major_y=p9.element_blank(), axis_text_y=p9.element_text(size=7.5))
    )
    if len(doses) > 1:
        strips = p9.theme(strip_text_y=p9.element_text(angle=0))
        plot = plot + p9.facet_grid("DOSE", scales="free_y", space="free_y") + strips
    return plot
