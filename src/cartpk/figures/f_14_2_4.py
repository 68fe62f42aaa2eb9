"""Individual panels: samples, fitted curve with its band, terminal phase."""

from __future__ import annotations

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
    inputs=("adsl.csv", "adnca.csv", "work/predictions.csv", "work/lambda_z.csv", "work/model_choice.csv"),
)
FITTED: Final = "fit with 95 % band"
TERMINAL: Final = "terminal phase"
TERMINAL_INK: Final = "#0B7285"
_KEYS: Final = ["USUBJID", "ATPTREF"]
_DRAWN: Final = [
    "MODEL", "LAYER", "AFRLT", "AVAL", "ALLOQ", "BLQFL", "RESULT", "DRAWN", "PRED", "PREDLO", "PREDHI", "ARRLT",
    "SLOPE", "INTERCEPT",
]  # fmt: skip
_LINE: Final = ["AFRLT", "ARRLT", "AVAL", "SLOPE", "INTERCEPT"]


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """One panel per subject and infusion of the primary analyte, with the curve of the model chosen for it."""
    from cartpk.figures import samples as s
    from cartpk.figures import wording
    from cartpk.figures.panels import panel_grid

    analyte = config.primary_analyte
    every = s.kinetic_samples(data, analyte)
    if every["DRAWN"].isna().all():
        return EmptyFigure(f"There is no usable result of {s.what(analyte.label, analyte.specimen)}.")
    drawn = _layers(data, config, every.dropna(subset=["DRAWN"]))
    n_all, n = every["USUBJID"].nunique(), drawn["USUBJID"].nunique()
    columns, rows = panel_grid(drawn["STRIP"].nunique())
    heading = int(drawn["STRIP"].str.count("\n").max())
    size = (max(8.0, 1.5 * columns), (1.35 + 0.15 * max(0, heading - 1)) * rows + 1.2)
    return Figure(
        data=drawn,
        caption=f"{wording.assay(analyte, every)} One panel per subject, by dose level; actual days from the start "
        f"of the first infusion on a square-root axis, on which straight lines bend. {_what_is_drawn(drawn, config)} "
        f"{wording.subjects_shown(n_all, data)}".replace("  ", " "),
        footnotes=(
            wording.OPEN_MARKS,
            *wording.above_limit(every),
            *((f"The first {n} of {n_all} subjects are shown.",) if n < n_all else ()),
            *wording.undrawn(every),
            *wording.gdna_caveat(every),
        ),
        alt=f"{wording.counted(n, 'panel')}, one per subject: samples of {s.axis_title(analyte, every)} on a "
        "logarithmic axis against days, with the fitted curve, its band and the terminal line where there is one.",
        n=n,
        draw=lambda: _plot(drawn, every, config, (columns, *size)),
        width=size[0],
        height=size[1],
    )


def _what_is_drawn(drawn: pd.DataFrame, config: TrialConfig) -> str:
    """The lines in words; empty where there are none."""
    from cartpk.figures import fitted

    subjects = drawn.groupby("LAYER")["USUBJID"].nunique()
    words = []
    if "FIT" in subjects:
        models = drawn[drawn["LAYER"] == "FIT"].drop_duplicates(_KEYS)["MODEL"]
        words.append(
            f"Solid line: fitted curve with its 95 % band (n = {subjects['FIT']}). "
            f"{fitted.model_names(list(models), config)}"
        )
    if "LAMBDA_Z" in subjects:
        words.append(f"Dashed line: terminal phase, with a ring around its points (n = {subjects['LAMBDA_Z']}).")
    return " ".join(words)


def _layers(data: TrialData, config: TrialConfig, shown: pd.DataFrame) -> pd.DataFrame:
    """Everything drawn, one row per point: ``LAYER`` is SAMPLE, FIT or LAMBDA_Z (the points of the line)."""
    import pandas as pd

    from cartpk.figures import fitted
    from cartpk.figures.panels import MOST_PANELS, panel_strips

    panels = shown[[*_KEYS, "COHORT"]].drop_duplicates(_KEYS).head(MOST_PANELS)
    code = config.primary_analyte.code
    fits, points = data.predictions, data.lambda_z.reindex(columns=[*_KEYS, "PPCAT", "LZFL", *_LINE])
    fits = fitted.of_chosen(fits, data, config)
    points = points[(points["PPCAT"] == code) & (points["LZFL"] == "Y")]
    parts = [
        shown.assign(LAYER="SAMPLE")[[*_KEYS, "LAYER", "AFRLT", "AVAL", "ALLOQ", "BLQFL", "RESULT", "DRAWN"]],
        fits.assign(LAYER="FIT")[[*_KEYS, "MODEL", "LAYER", "AFRLT", "PRED", "PREDLO", "PREDHI"]],
        points.assign(LAYER="LAMBDA_Z")[[*_KEYS, "LAYER", *_LINE]],
    ]
    rows = pd.concat([part for part in parts if len(part)], ignore_index=True)
    if len(config.models.fit) > 1 and len(fits):  # several models: each panel names its own
        named = panels.merge(fits.drop_duplicates(_KEYS)[[*_KEYS, "MODEL"]], on=_KEYS, how="left")["MODEL"]
        own = "\n" + named.fillna("no fit").str.replace("_", " ")
    else:
        own = pd.Series("", index=range(len(panels)))
    strips = panel_strips(panels) + own.to_numpy()
    made = panels.assign(STRIP=strips).merge(rows, on=_KEYS, how="left")
    # without a fit or a line their columns are there and empty
    return made.reindex(columns=[*made.columns[:4], *_DRAWN])


def _plot(drawn: pd.DataFrame, every: pd.DataFrame, config: TrialConfig, grid: tuple[int, float, float]) -> p9.ggplot:
    import plotnine as p9

    from cartpk.figures import samples as s
    from cartpk.figures import theme, wording
    from cartpk.figures.palette import INK

    columns, width, height = grid
    raster = drawn["STRIP"].nunique() > s.MOST_PATHS
    rows = drawn.assign(
        STRIP=theme.in_order(drawn["STRIP"], dict.fromkeys(drawn["STRIP"])),
        X=theme.root_days(drawn["AFRLT"]),
        DOSE=drawn["COHORT"].astype(str),
    )
    rows["INSIDE"] = rows["DOSE"].where(rows["BLQFL"] != "Y", "BLQ")
    samples, points = rows[rows["LAYER"] == "SAMPLE"], rows[rows["LAYER"] == "LAMBDA_Z"]
    fit, line = _above(rows[rows["LAYER"] == "FIT"], samples["DRAWN"].min() / 1.6), _terminal_lines(points)
    kinds = [(FITTED, "solid", INK, fit), (TERMINAL, "dashed", TERMINAL_INK, line)]
    names = {name: (kind, ink) for name, kind, ink, own in kinds if len(own)}
    lloq = s.lloq_lines(every)
    curve = p9.aes(y="PRED", linetype="KIND", group="PART")
    return (
        p9.ggplot(samples, p9.aes("X", "DRAWN"))
        + p9.geom_ribbon(
            p9.aes(y="PRED", ymin="PREDLO", ymax="PREDHI", group="PART"), fit, fill="#9AA5B1", alpha=0.35, raster=raster
        )
        + theme.lloq_layer(lloq, names)
        + p9.geom_line(curve, fit.assign(KIND=FITTED), color=INK, size=0.55, raster=raster)
        + p9.geom_line(curve, line.assign(KIND=TERMINAL, PART=0), color=TERMINAL_INK, size=0.9, raster=raster)
        + p9.geom_point(p9.aes(fill="INSIDE", color="DOSE", shape="RESULT"), size=1.5, stroke=0.45, raster=raster)
        + p9.geom_point(p9.aes(y="AVAL"), points, shape="o", fill="none", color=TERMINAL_INK, size=2.9, stroke=0.6)
        + p9.facet_wrap("STRIP", ncol=columns)
        + theme.log_axis()
        + theme.root_time_axis(rows["AFRLT"], (width - 1.0) / columns)
        + theme.dose_fills(list(s.count_labels(every)), open_as="BLQ")
        + theme.blq_legend(list(every["RESULT"].cat.categories))
        + p9.labs(y=wording.wrapped(s.axis_title(config.primary_analyte, every), height - 1.2))
        + theme.note(wording.small_print(config))
        + theme.house_theme(width, height, [[*names, *lloq["LABEL"]], list(every["RESULT"].cat.categories)], letters=8)
        + p9.theme(strip_text=p9.element_text(size=7.5), axis_text=p9.element_text(size=7.5))
    )


def _above(fit: pd.DataFrame, floor: float) -> pd.DataFrame:
    """The curve where it lies above the floor (a model starts far below every limit); ``PART`` numbers its parts."""
    above = fit["PRED"] >= floor
    new = (above != above.shift()) | (fit["STRIP"] != fit["STRIP"].shift())
    return fit.assign(PREDLO=fit["PREDLO"].clip(lower=floor), PART=new.cumsum())[above]


def _terminal_lines(points: pd.DataFrame) -> pd.DataFrame:
    """``PRED`` of ln C = INTERCEPT + SLOPE (days from its infusion), from the first to the last of its points."""
    import numpy as np
    import pandas as pd

    from cartpk.figures import theme

    ends = points.groupby("STRIP", observed=True).agg(
        FIRST=("ARRLT", "min"),
        LAST=("ARRLT", "max"),
        DAY=("AFRLT", "min"),
        A=("INTERCEPT", "first"),
        B=("SLOPE", "first"),
    )
    made = ends.reset_index().merge(pd.DataFrame({"AT": np.linspace(0.0, 1.0, 25)}), how="cross")
    day = made["FIRST"] + made["AT"] * (made["LAST"] - made["FIRST"])
    return made.assign(PRED=np.exp(made["A"] + made["B"] * day), X=theme.root_days(day + made["DAY"] - made["FIRST"]))
