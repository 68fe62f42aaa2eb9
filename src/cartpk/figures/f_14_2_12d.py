"""Visual predictive check of the population fit: percentiles of results, and the part of BLQ results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    import plotnine as p9
    from plotnine.composition import Compose

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_2_12d",
    number="14.2-12d",
    title="Population model: visual predictive check",
    inputs=("adsl.csv", "adnca.csv", "work/population_samples.csv", "work/population_vpc.csv"),
    needs="population",
    each_subject=False,
)
OBSERVED: Final = "observed"
SIMULATED: Final = "median of simulated trials"
RED: Final = "#B4232A"
"""Observed percentiles."""
_SIZE: Final = (8.0, 7.0)
_READ: Final = (
    "A model describes the trial where the lines of observed percentiles run within their bands. A percentile below "
    "the limit is not drawn; a band that reaches below the limit ends at the lower edge."
)
_COLUMNS: Final = [
    "LAYER", "USUBJID", "AFRLT", "AVAL", "ALLOQ", "BLQFL", "DRAWN", "N", "LEVEL", "OBS", "LOW", "MID", "HIGH",
]  # fmt: skip


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """Observed percentiles on the bands of simulated trials, above the part of BLQ results on its band."""
    from cartpk.figures import fitted, wording
    from cartpk.figures import samples as s

    shown = _rows(data, config)
    if shown.empty:
        return EmptyFigure(fitted.no_population())
    every = s.kinetic_samples(data, config.primary_analyte)
    n = shown["USUBJID"].nunique()
    levels = " / ".join(f"{100 * level:g}" for level in sorted(shown["LEVEL"].dropna().unique()))
    return Figure(
        data=shown,
        caption=f"{wording.assay(config.primary_analyte, every)} Above: percentiles {levels} of the results (lines) in "
        "bins of time and what trials simulated from the population model give (bands: 95 % of these trials). Below: "
        f"part of the results that are BLQ, likewise. {fitted.population_name(config)} "
        f"{wording.counted(n, 'subject')}.",
        footnotes=(
            _READ,
            wording.OPEN_MARKS,
            *wording.gdna_caveat(every),
        ),
        alt="Two panels against days: results with observed percentiles over bands of simulated percentiles on a "
        "logarithmic axis, and the part of BLQ results over its band.",
        n=n,
        draw=lambda: _plot(shown, every, config),
        width=_SIZE[0],
        height=_SIZE[1],
    )


def _rows(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """``LAYER`` SAMPLE: the results; PERCENTILE and BLQ: observed and simulated, one row per bin."""
    import numpy as np
    import pandas as pd

    from cartpk.figures import fitted

    samples, vpc = data.population_samples, data.population_vpc
    if samples.empty or vpc.empty or "LEVEL" not in vpc:
        return pd.DataFrame(columns=_COLUMNS)
    samples = samples[samples["USUBJID"].isin(fitted.is_shown(data, config))]
    drawn = samples["AVAL"].where(samples["BLQFL"] == "N", samples["ALLOQ"] / 2)
    parts = [
        samples.assign(LAYER="SAMPLE", DRAWN=drawn),
        vpc.assign(LAYER=np.where(vpc["LEVEL"].isna(), "BLQ", "PERCENTILE")),
    ]
    return pd.concat(parts, ignore_index=True).reindex(columns=_COLUMNS)


def _plot(shown: pd.DataFrame, every: pd.DataFrame, config: TrialConfig) -> Compose:
    from cartpk.figures import samples as s
    from cartpk.figures import theme, wording

    rows = shown.assign(X=theme.root_days(shown["AFRLT"]))
    samples = rows[rows["LAYER"] == "SAMPLE"].dropna(subset=["DRAWN"])
    samples = samples.assign(
        RESULT=theme.in_order(samples["BLQFL"].map({"Y": s.BLQ_MARK, "N": s.QUANTIFIED}), [s.QUANTIFIED, s.BLQ_MARK])
    )
    title = wording.wrapped(s.axis_title(config.primary_analyte, every), 2.6)
    below = _part_of_blq(rows[rows["LAYER"] == "BLQ"], samples) + theme.note(wording.small_print(config))
    return _percentiles(rows, samples, title) / (below + theme.house_theme(*_SIZE))


def _percentiles(rows: pd.DataFrame, samples: pd.DataFrame, title: str) -> p9.ggplot:
    """Results, and their percentiles on the bands of those of simulated trials."""
    import plotnine as p9

    from cartpk.figures import samples as s
    from cartpk.figures import theme
    from cartpk.figures.palette import LLOQ_INK, PAPER

    floor = float(samples["DRAWN"].min()) / 1.3
    lines = rows[rows["LAYER"] == "PERCENTILE"].assign(PART=lambda t: t["LEVEL"].map("{:g}".format))
    band = lines.dropna(subset=["HIGH"]).assign(LOW=lambda t: t["LOW"].fillna(floor).clip(lower=floor))
    fills = {f"{level:g}": "#5B8DB8" if level == 0.5 else "#C3CED9" for level in sorted(lines["LEVEL"].unique())}
    look = s.weight(len(samples) // 14, samples["USUBJID"].nunique())
    marks = [
        p9.geom_point(
            p9.aes(y="DRAWN", shape="RESULT"), samples[samples["BLQFL"] == flag], fill=fill, color=LLOQ_INK,
            size=look.mark * 0.9, stroke=0.4, alpha=0.75, raster=look.raster,
        )
        for flag, fill in (("N", LLOQ_INK), ("Y", PAPER))
    ]  # fmt: skip
    return (
        p9.ggplot(rows, p9.aes("X"))
        + p9.geom_ribbon(p9.aes(ymin="LOW", ymax="HIGH", fill="PART"), band[band["HIGH"] > floor], alpha=0.55)
        + marks
        + _lines(lines)
        + p9.scale_fill_manual(values=fills, guide=None)
        + _kinds(legend=True)
        + theme.blq_legend()
        + theme.log_axis()
        + theme.root_time_axis(samples["AFRLT"], 7.0)
        + p9.labs(x="", y=title)
        + theme.house_theme(*_SIZE, [[OBSERVED, SIMULATED], [s.QUANTIFIED, s.BLQ_MARK]])
    )


def _part_of_blq(part: pd.DataFrame, samples: pd.DataFrame) -> p9.ggplot:
    """Part of the results that are BLQ on the band of simulated trials, over the same days."""
    import plotnine as p9

    from cartpk.figures import theme

    return (
        p9.ggplot(part, p9.aes("X"))
        + p9.geom_ribbon(p9.aes(ymin="LOW", ymax="HIGH"), fill="#C3CED9", alpha=0.7)
        + _lines(part.assign(PART="BLQ"))
        + p9.geom_point(p9.aes(y="OBS"), color=RED, size=1.4)
        + _kinds(legend=False)
        + p9.scale_y_continuous(limits=(0, 1), breaks=[0, 0.25, 0.5, 0.75, 1], labels=_percent, minor_breaks=False)
        + p9.expand_limits(x=list(theme.root_days([float(samples["AFRLT"].min()), float(samples["AFRLT"].max())])))
        + theme.root_time_axis(samples["AFRLT"], 7.0)
        + p9.labs(y="Results that are BLQ")
    )


def _kinds(*, legend: bool) -> p9.scale_linetype_manual:
    """Observed and simulated lines, explained once."""
    import plotnine as p9

    from cartpk.figures.palette import INK

    values = {OBSERVED: "solid", SIMULATED: "dashed"}
    if not legend:
        return p9.scale_linetype_manual(name="", values=values, guide=None)
    guide = p9.guide_legend(override_aes={"color": [RED, INK], "size": [0.9, 0.5]})
    return p9.scale_linetype_manual(name="", values=values, breaks=[OBSERVED, SIMULATED], guide=guide)


def _lines(rows: pd.DataFrame) -> list[p9.geom_line]:
    """What the simulated trials have in the middle, and what was observed."""
    import plotnine as p9

    from cartpk.figures.palette import INK

    made = []
    for column, name, colour, size in (("MID", SIMULATED, INK, 0.5), ("OBS", OBSERVED, RED, 0.9)):
        own = rows.dropna(subset=[column]).assign(KIND=name)
        made.append(p9.geom_line(p9.aes(y=column, group="PART", linetype="KIND"), own, color=colour, size=size))
    return made


def _percent(parts: Sequence[float]) -> list[str]:
    return [f"{100 * part:g} %" for part in parts]
