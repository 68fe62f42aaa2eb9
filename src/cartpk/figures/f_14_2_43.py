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


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """One bar per infused subject, by dose level, the longest follow-up first."""
    from cartpk.figures import theme, wording
    from cartpk.figures.course import course_marks

    marks = course_marks(data, config)
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
