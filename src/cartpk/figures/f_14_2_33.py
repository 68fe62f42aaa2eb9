"""Hysteresis: exposure against the fall of the CD7+ cells of each subject, joined in the order of time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    import plotnine as p9

    from cartpk.config import TrialConfig
    from cartpk.config.pharmacodynamics import PdMeasure
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_2_33",
    number="14.2-33",
    title="Hysteresis of exposure and CD7+ cells by subject",
    inputs=("adsl.csv", "adnca.csv", "adpd.csv", "work/pkpd.csv"),
    endpoints=(Endpoint.PK_PD,),
)
MOST_SUBJECTS: Final = 25
"""[choice] More subjects than this are no picture any more."""
_LINE: Final = 5


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """One panel per subject with enough paired samples: CAR level across, log10 reduction up, an arrow through time."""
    from cartpk.figures import samples as s
    from cartpk.figures import wording

    measure = _measure(config)
    if measure is None:
        return EmptyFigure("The trial's data hold no count of CD7+ cells that are not blasts.")
    every = _points(data, config, measure)
    if every.empty:
        return EmptyFigure(f"No subject has enough kinetic samples near counts of {measure.label} for a loop.")
    subjects = list(dict.fromkeys(every["USUBJID"]))
    rows = every[every["USUBJID"].isin(subjects[:MOST_SUBJECTS])].reset_index(drop=True)
    n = rows["USUBJID"].nunique()
    size = (8.0, 1.3 + 1.65 * -(-n // min(_LINE, n)))
    analyte = config.primary_analyte
    what = s.what(analyte.label, analyte.specimen)
    title = f"{s.axis_title(analyte, s.kinetic_samples(data, analyte))}, log axis"
    apart = config.pharmacodynamics.depletion.pair_days
    return Figure(
        data=rows,
        caption=f"Across: {what}; up: log10 reduction of {measure.label} from the last count before infusion. "
        f"Each mark is a count with the kinetic sample nearest to it, at most "
        f"{apart:g} day{'' if apart == 1 else 's'} away; "
        "arrows join them in the order of time. Numbers: the first day, the day of the largest reduction and the "
        "last. A loop means that the effect lags behind the exposure or outlasts it.",
        footnotes=(
            (
                "A BLQ of the kinetics is drawn at half of its limit; a BLQ count enters with its limit, so that the "
                "reduction is at least what is drawn (open marks)."
            ),
            f"At least {_least()} paired samples are needed. Signed area of the loop, and the time lag: Table 14.2-33.",
            *((f"The first {n} of {len(subjects)} subjects are shown.",) if n < len(subjects) else ()),
        ),
        alt=f"{wording.counted(n, 'panel')}, one per subject: reduction of {measure.label} against {what}, joined by "
        "arrows in the order of time.",
        n=n,
        draw=lambda: _plot(rows, data.cohorts, title, config, size),
        width=size[0],
        height=size[1],
    )


def _least() -> int:
    from cartpk.clinical.pkpd import MIN_PAIRS

    return MIN_PAIRS


def _measure(config: TrialConfig) -> PdMeasure | None:
    """The CD7+ measure that is drawn: the first absolute count in blood, else the first measure."""
    found = [m for m in config.pharmacodynamics.measures if m.marker == "CD7+" and m.population != "BLAST"]
    return next((m for m in found if m.kind == "absolute" and m.specimen == "BLOOD"), found[0] if found else None)


def _points(data: TrialData, config: TrialConfig, measure: PdMeasure) -> pd.DataFrame:
    """One row per paired sample of the subjects with enough of them, by dose level, subject and day."""
    import numpy as np
    import pandas as pd

    from cartpk.clinical.pkpd import MIN_PAIRS, paired

    parts = []
    table = data.derived["pkpd"]
    loops = table[table["MEASURE"].eq(measure.code)]
    for subject, cohort, loop in zip(loops["USUBJID"], loops["COHORT"], loops["LOOP"], strict=True):
        day, level, fall, bound = paired(data, config, str(subject), measure)
        if day.size >= MIN_PAIRS:
            made = pd.DataFrame(
                {"AFRLT": day, "LEVEL": 10.0**level, "LOG10R": fall, "BOUND": np.where(bound, "Y", "N")}
            )
            parts.append(made.assign(USUBJID=subject, COHORT=cohort, LOOP=loop))
    if not parts:
        return pd.DataFrame()
    return pd.concat(parts, ignore_index=True)[["USUBJID", "COHORT", "AFRLT", "LEVEL", "LOG10R", "BOUND", "LOOP"]]


def _plot(
    rows: pd.DataFrame, cohorts: Sequence[str], title: str, config: TrialConfig, size: tuple[float, float]
) -> p9.ggplot:
    import numpy as np
    import plotnine as p9

    from cartpk.figures import theme, wording
    from cartpk.figures.palette import INK

    subjects = list(dict.fromkeys(rows["USUBJID"]))
    after = rows.groupby("USUBJID", sort=False)[["LEVEL", "LOG10R"]].shift(-1)
    drawn = rows.assign(
        STRIP=theme.in_order(rows["USUBJID"], subjects), DAY=rows["AFRLT"].round().map("{:g}".format),
        INSIDE=np.where(rows["BOUND"].eq("Y"), "OPEN", rows["COHORT"]),
    )  # fmt: skip
    arrows = drawn.assign(XEND=after["LEVEL"], YEND=after["LOG10R"]).dropna(subset=["XEND"])
    doses = list(dict.fromkeys(rows["COHORT"]))
    last = rows.groupby("USUBJID")["AFRLT"].transform("max")
    first = rows.groupby("USUBJID")["AFRLT"].transform("min")
    deepest = rows.groupby("USUBJID")["LOG10R"].idxmax()
    marked = drawn[rows["AFRLT"].eq(first) | rows["AFRLT"].eq(last) | rows.index.isin(deepest)]
    return (
        p9.ggplot(drawn, p9.aes("LEVEL", "LOG10R", color="COHORT"))
        + p9.geom_segment(
            p9.aes(xend="XEND", yend="YEND"), arrows, size=0.5, show_legend=False,
            arrow=p9.arrow(length=0.05, type="closed", angle=22),
        )
        + p9.geom_point(p9.aes(fill="INSIDE"), shape="o", size=1.6, stroke=0.45)
        + p9.geom_text(p9.aes(label="DAY"), marked, size=6, color=INK, nudge_y=0.16)
        + p9.facet_wrap("STRIP", ncol=min(_LINE, len(subjects)))
        + theme.log_value_axis(0.1)
        + theme.dose_legend(doses, "OPEN", cohorts)
        + p9.scale_y_continuous(minor_breaks=False, expand=(0.1, 0))
        + p9.labs(x=title, y="log10 reduction of CD7+ cells")
        + theme.note(wording.small_print(config))
        + theme.house_theme(*size, [doses])
        + (p9.theme() if len(cohorts) > 1 else p9.theme(legend_position="none"))
        + p9.theme(
            strip_text=p9.element_text(size=7.5), axis_text=p9.element_text(size=7.5)
        )
    )  # fmt: skip
