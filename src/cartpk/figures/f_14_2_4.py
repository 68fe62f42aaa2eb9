"""Individual panels: samples, fitted curve with its band, terminal phase."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec

if TYPE_CHECKING:
    import pandas as pd
    import plotnine as p9

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_2_4",
    number="14.2-4",
    title="Individual profiles with fitted curve and terminal phase",
    inputs=("adsl.csv", "adnca.csv", "work/predictions.csv", "work/lambda_z.csv"),
)
MOST_PANELS: Final = 100
"""[choice] More panels than this are no picture any more; the page per subject shows the others."""
ONE_LINE: Final = 28
"""Characters that fit over a panel."""
TERMINAL_INK: Final = "#0B7285"
FITTED: Final = "fit with 95 % band"
TERMINAL: Final = "terminal phase"


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """One panel per subject and infusion of the primary analyte."""
    from cartpk.figures import samples as s
    from cartpk.figures import wording

    analyte = config.primary_analyte
    every = s.kinetic_samples(data, analyte)
    if every["DRAWN"].isna().all():
        return EmptyFigure(f"There is no usable result of {s.what(analyte.label, analyte.specimen)}.")
    drawn = _layers(data, config, every.dropna(subset=["DRAWN"]))
    n_all, n = every["USUBJID"].nunique(), drawn["USUBJID"].nunique()
    columns, rows = _grid(drawn["STRIP"].nunique())
    return Figure(
        data=drawn,
        caption=f"{wording.assay(analyte, every)} One panel per subject, by dose level; actual days from the start of the "
        f"first infusion. {_what_is_drawn(drawn, config)}",
        footnotes=(
            wording.OPEN_MARKS,
            *((f"The first {n} of {n_all} subjects are shown.",) if n < n_all else ()),
            *wording.undrawn(every),
            *wording.gdna_caveat(every),
        ),
        alt=f"{wording.counted(n, 'panel')}, one per subject: samples of {s.axis_title(analyte, every)} on a logarithmic "
        "axis against days, with the fitted curve, its band and the line of the terminal phase where there is one.",
        n=n,
        draw=lambda: _plot(drawn, every, config),
        width=max(8.0, 1.5 * columns),
        height=1.35 * rows + 1.2,
    )


def _grid(panels: int) -> tuple[int, int]:
    """Columns and rows: four columns on one page up to 20 panels, five up to 30, then wider."""
    columns = min(panels, 4) if panels <= 20 else max(5, math.ceil(math.sqrt(0.8 * panels)))
    return columns, math.ceil(panels / columns)


def _what_is_drawn(drawn: pd.DataFrame, config: TrialConfig) -> str:
    from cartpk.models import get_model

    fitted = drawn.loc[drawn["LAYER"] == "FIT", "USUBJID"].nunique()
    lines = drawn.loc[drawn["LAYER"] == "LAMBDA_Z", "USUBJID"].nunique()
    model = f"Solid line and band: {get_model(config.models.fit[0]).label} with 95 % band (n = {fitted}). " if fitted else ""
    return f"{model}Dashed line: terminal phase, with a ring around its points (n = {lines})." if lines else model.strip()


def _layers(data: TrialData, config: TrialConfig, shown: pd.DataFrame) -> pd.DataFrame:
    """Everything drawn, one row per point: ``LAYER`` is SAMPLE, FIT or LAMBDA_Z (points used for the line)."""
    import pandas as pd

    keys = ["USUBJID", "ATPTREF"]
    panels = shown[[*keys, "COHORT"]].drop_duplicates(keys)
    several = panels.duplicated("USUBJID", keep=False)
    suffix = (" " + panels["ATPTREF"].str.lower()).where(several, "")
    panels = panels.assign(STRIP=_strips(panels["USUBJID"] + suffix, panels["COHORT"].astype(str))).head(MOST_PANELS)
    code = config.primary_analyte.code
    predictions, points = data.predictions, data.lambda_z
    if len(predictions):
        predictions = predictions[(predictions["PPCAT"] == code) & (predictions["MODEL"] == config.models.fit[0])]
    if len(points):
        points = points[(points["PPCAT"] == code) & (points["LZFL"] == "Y")]
    parts = [
        shown.assign(LAYER="SAMPLE")[[*keys, "LAYER", "AFRLT", "AVAL", "ALLOQ", "BLQFL", "RESULT", "DRAWN"]],
        predictions.reindex(columns=[*keys, "AFRLT", "PRED", "PREDLO", "PREDHI"]).assign(LAYER="FIT"),
        points.reindex(columns=[*keys, "AFRLT", "ARRLT", "AVAL", "SLOPE", "INTERCEPT"]).assign(LAYER="LAMBDA_Z"),
    ]
    made = panels.merge(pd.concat([p for p in parts if len(p)], ignore_index=True), on=keys, how="left")
    return made.reset_index(drop=True)


def _strips(subjects: pd.Series[str], doses: pd.Series[str]) -> pd.Series[str]:
    """Headings of the panels: subject and dose on one line where all of them fit."""
    one_line = subjects + " · " + doses
    return one_line if one_line.str.len().max() <= ONE_LINE else subjects + "\n" + doses


def _plot(drawn: pd.DataFrame, every: pd.DataFrame, config: TrialConfig) -> p9.ggplot:
    import plotnine as p9

    from cartpk.figures import samples as s
    from cartpk.figures import theme, wording
    from cartpk.figures.palette import INK, PAPER, dose_colours

    strips = list(dict.fromkeys(drawn["STRIP"]))
    columns, height = _grid(len(strips))
    size = (max(8.0, 1.5 * columns), 1.35 * height + 1.2)
    rows = drawn.assign(STRIP=theme.in_order(drawn["STRIP"], strips), X=theme.root_days(drawn["AFRLT"]))
    rows["DOSE"] = rows["COHORT"].astype(str)
    points = rows[rows["LAYER"] == "SAMPLE"]
    rows["INSIDE"] = rows["DOSE"].where(rows["BLQFL"] != "Y", "BLQ")
    doses = list(s.count_labels(every))
    colours = dict(zip(doses, dose_colours(len(doses)), strict=True))
    floor = points["DRAWN"].min() / 1.6
    fit = _clipped(rows[rows["LAYER"] == "FIT"], floor)
    ends = rows[rows["LAYER"] == "LAMBDA_Z"]
    line = _terminal_lines(ends)
    plot = (
        p9.ggplot(rows[rows["LAYER"] == "SAMPLE"], p9.aes("X", "DRAWN"))
        + p9.geom_ribbon(p9.aes(ymin="PREDLO", ymax="PREDHI", y="PRED"), data=fit, fill="#9AA5B1", alpha=0.35)
        + theme.lloq_layer(s.lloq_lines(every), _others(fit, line))
        + p9.geom_line(p9.aes(y="PRED", linetype="KIND"), data=fit.assign(KIND=FITTED), color=INK, size=0.55)
        + p9.geom_line(p9.aes(y="PRED", linetype="KIND"), data=line.assign(KIND=TERMINAL), color=TERMINAL_INK, size=0.9)
        + p9.geom_point(p9.aes(fill="INSIDE", color="DOSE", shape="RESULT"), size=1.5, stroke=0.45)
        + p9.geom_point(p9.aes(y="AVAL"), data=ends, shape="o", fill="none", color=TERMINAL_INK, size=2.9, stroke=0.6)
        + p9.facet_wrap("STRIP", ncol=columns)
    )
    return (
        plot
        + theme.log_axis()
        + theme.root_time_axis(rows["AFRLT"], (size[0] - 1.0) / columns)
        + p9.scale_color_manual(values=colours, guide=None)
        + p9.scale_fill_manual(values={**colours, "BLQ": PAPER}, guide=None)
        + theme.blq_legend()
        + p9.labs(y=s.axis_title(config.primary_analyte, every))
        + theme.note(wording.small_print(config))
        + theme.house_theme(*size)
        + p9.theme(strip_text=p9.element_text(size=7.5), axis_text=p9.element_text(size=7.5), legend_text=p9.element_text(size=8))
    )


def _others(fit: pd.DataFrame, line: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Line type and colour of the lines that are there."""
    from cartpk.figures.palette import INK

    both = ((FITTED, "solid", INK, fit), (TERMINAL, "dashed", TERMINAL_INK, line))
    return {name: (kind, ink) for name, kind, ink, rows in both if len(rows)}


def _clipped(fit: pd.DataFrame, floor: float) -> pd.DataFrame:
    """The curve where it lies above the panel's floor: the model starts far below every limit."""
    return fit[fit["PRED"] >= floor].assign(PREDLO=lambda d: d["PREDLO"].clip(lower=floor))


def _terminal_lines(points: pd.DataFrame) -> pd.DataFrame:
    """``PRED`` of the line ln C = INTERCEPT + SLOPE (days from its infusion), first to last of its points."""
    import numpy as np
    import pandas as pd

    from cartpk.figures import theme

    parts = []
    for (strip, *_), one in points.groupby(["STRIP", "DOSE"], observed=True):
        day = np.linspace(one["ARRLT"].min(), one["ARRLT"].max(), 25)
        value = np.exp(one["INTERCEPT"].iloc[0] + one["SLOPE"].iloc[0] * day)
        day += one["AFRLT"].iloc[0] - one["ARRLT"].iloc[0]
        parts.append(pd.DataFrame({"STRIP": strip, "X": theme.root_days(day), "PRED": value}))
    made = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"STRIP": [], "X": [], "PRED": []})
    made["STRIP"] = pd.Categorical(made["STRIP"], categories=points["STRIP"].cat.categories, ordered=True)
    return made
