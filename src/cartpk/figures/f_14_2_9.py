"""Persistence of the product: part of the subjects in whom it had not been lost, by day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    import plotnine as p9

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_2_9",
    number="14.2-9",
    title="Persistence of the product, Kaplan-Meier",
    inputs=("adsl.csv", "work/adpp_nca.csv"),
    endpoints=(Endpoint.PERSISTENCE,),
    each_subject=False,
)
_ALL: Final = "All subjects"
_HEIGHT: Final = 4.4


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """The curve of all subjects with its limits, and one of each dose level that is large enough."""
    from cartpk.clinical.persistence import persistence, without_a_time
    from cartpk.figures import samples as s
    from cartpk.figures import wording

    rows = persistence(data, config)
    analyte = config.primary_analyte
    what = s.what(analyte.label, analyte.specimen)
    known = rows[rows["TIME"].notna()]
    if known.empty:
        return EmptyFigure(f"{what} was found in no subject after the infusion: there is no persistence to follow.")
    steps = _steps(rows, data.cohorts, config.report.summaries.min_group)
    n, lost = len(known), int(known["CNSR"].eq(0.0).sum())
    limit = {"lloq": "quantifiable", "lod": "detected"}[config.nca.persistence_limit]
    return Figure(
        data=steps,
        caption=f"Proportion of {wording.counted(n, 'subject')} in whom {what} had not been lost, by days from the "
        f"first infusion (Kaplan-Meier); {lost or 'none'} lost it."
        + (" Band: 95 % limits (log-log) of all subjects." if lost else ""),
        footnotes=(
            (
                f"Lost: the first sample in which it was not {limit}, with none {limit} after it. Ticks: still {limit} "
                "at the last sample, censored there. Medians: Table 14.2-5."
            ),
            *_too_small(known, data.cohorts, config.report.summaries.min_group),
            *(
                f"{why}, in no curve: {wording.counted(count, 'subject')}."
                for why, count in without_a_time(rows, limit).items()
            ),
            "Persistence is known as long as subjects are followed; those who live longer are followed longer.",
        ),
        alt=f"Step curve of the part of {wording.counted(n, 'subject')} in whom {what} had not been lost against days, "
        f"with {'a band of confidence limits and ' if lost else ''}ticks at censored times.",
        n=n,
        draw=lambda: _plot(steps, data.cohorts, config),
        width=8.0,
        height=_HEIGHT,
    )


def _too_small(known: pd.DataFrame, cohorts: tuple[str, ...], least: int) -> tuple[str, ...]:
    """Dose levels without a curve of their own."""
    sizes = known["COHORT"].value_counts()
    small = [cohort for cohort in cohorts if len(cohorts) > 1 and sizes.get(cohort, 0) < least]
    return (f"Fewer than {least} subjects, no curve of its own: {', '.join(small)}.",) if small else ()


def _steps(rows: pd.DataFrame, cohorts: Sequence[str], fewest: int) -> pd.DataFrame:
    """Corners of every curve, all subjects first: ``GROUP`` ``LABEL`` ``DAY`` ``PART`` ``LOWER`` ``UPPER`` ..."""
    import numpy as np
    import pandas as pd

    from cartpk.clinical.persistence import persistence_curve

    levels = [c for c in cohorts if rows["COHORT"].eq(c).any()]
    parts = []
    for name in (_ALL, *(levels if len(levels) > 1 else ())):
        who = rows["USUBJID"] if name == _ALL else rows.loc[rows["COHORT"].eq(name), "USUBJID"]
        curve = persistence_curve(rows, list(who))
        if curve is None or (name != _ALL and curve.n < fewest):
            continue
        parts.append(
            pd.DataFrame(
                {
                    "GROUP": name,
                    "LABEL": f"{name} (n = {curve.n}, lost {curve.n_events})",
                    "DAY": np.append(0.0, curve.time),
                    "PART": np.append(1.0, curve.survival),
                    "LOWER": np.append(np.nan, curve.lower),
                    "UPPER": np.append(np.nan, curve.upper),
                    "ATRISK": np.append(float(curve.n), curve.at_risk),
                    "LOST": np.append(0.0, curve.events),
                    "CENSORED": np.append(0.0, curve.censored),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _plot(steps: pd.DataFrame, cohorts: Sequence[str], config: TrialConfig) -> p9.ggplot:
    import plotnine as p9

    from cartpk.figures import theme, wording
    from cartpk.figures.palette import INK, LLOQ_INK, dose_colours

    labels = dict(zip(steps["GROUP"], steps["LABEL"], strict=True))
    dose = dict(zip(cohorts, dose_colours(len(cohorts)), strict=True))
    inks = {label: INK if group == _ALL else dose[group] for group, label in labels.items()}
    kinds = {label: "solid" if group == _ALL else "dashed" for group, label in labels.items()}
    drawn = steps.assign(LINE=theme.in_order(steps["LABEL"], labels.values()))
    every = drawn[drawn["GROUP"].eq(_ALL)]
    band = every.assign(END=every["DAY"].shift(-1).fillna(every["DAY"])).dropna(subset=["LOWER", "UPPER"])
    size = (8.0, _HEIGHT)
    several = len(labels) > 1
    return (
        p9.ggplot(drawn, p9.aes("DAY", "PART", color="LINE", linetype="LINE"))
        + p9.geom_rect(
            p9.aes(xmin="DAY", xmax="END", ymin="LOWER", ymax="UPPER"),
            band,
            fill=LLOQ_INK,
            alpha=0.15,
            inherit_aes=False,
        )
        + p9.geom_step(direction="hv", size=0.8)
        + p9.geom_point(
            p9.aes("DAY", "PART", color="LINE"), drawn[drawn["CENSORED"] > 0], shape="|", size=3, stroke=0.7,
            show_legend=False, inherit_aes=False,
        )
        + p9.scale_color_manual(values=inks, name="")
        + p9.scale_linetype_manual(values=kinds, name="")
        + p9.scale_y_continuous(
            name="Product not lost", limits=(0, 1), minor_breaks=False, labels=lambda ys: [f"{100 * y:g} %" for y in ys]
        )
        + theme.days(size[0] - 1.0)
        + theme.note(wording.small_print(config))
        + theme.house_theme(*size, [list(labels.values())])
        + (p9.theme(legend_direction="vertical") if several else p9.theme())
    )  # fmt: skip
