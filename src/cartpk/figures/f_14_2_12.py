"""Goodness of fit of the individual curves: observed against predicted, residuals against time and prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec

if TYPE_CHECKING:
    import pandas as pd
    from plotnine.composition import Compose

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_2_12",
    number="14.2-12",
    title="Individual fits: observed against predicted, and residuals",
    inputs=("adsl.csv", "adnca.csv", "work/model_samples.csv", "work/model_choice.csv"),
    needs="models",
)
_COLUMNS: Final = [
    "USUBJID", "ATPTREF", "COHORT", "MODEL", "AFRLT", "AVAL", "ALLOQ", "BLQFL", "PRED", "RES", "SHOWN", "RESULT",
]  # fmt: skip
_OPEN: Final = (
    "Open marks: below the LLOQ. Among the results they stand at their LLOQ: the curve should pass below it. Their "
    "residuals are drawn at random from below the limit, as the model has it (randomised quantile residuals)."
)
FLOOR: Final = 0.1
"""[choice] Predictions below this part of the lowest value shown are drawn there: a curve begins far below a limit."""


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """Every fitted sample of the primary analyte, under the chosen model of its profile."""
    from cartpk.figures import fitted, wording
    from cartpk.figures import samples as s

    shown = _rows(data, config)
    if shown.empty:
        return EmptyFigure(fitted.no_models(data))
    every = s.kinetic_samples(data, config.primary_analyte)
    n, profiles = shown["USUBJID"].nunique(), shown.drop_duplicates(["USUBJID", "ATPTREF"])
    blq = int(shown["BLQFL"].eq("Y").sum())
    below = int((shown["PRED"] < _floor(shown)).sum())
    return Figure(
        data=shown,
        caption=f"{wording.assay(config.primary_analyte, every)} Results against the predictions of their own "
        "curves, with the line of identity; standardised residuals, (ln result − ln prediction) / s, against time and "
        f"prediction, with their mean in bins. {fitted.model_names(list(profiles['MODEL']), config)} "
        f"{wording.counted(len(shown), 'sample')} of {wording.counted(n, 'subject')}, {blq} BLQ.",
        footnotes=(
            _OPEN,
            "Under the right model residuals scatter evenly about 0 and 95 % lie within ±1.96 (dotted lines).",
            *((f"{wording.counted(below, 'prediction')} below the axis are drawn at its lower end.",) if below else ()),
            *wording.gdna_caveat(every),
        ),
        alt=f"Three panels of {wording.counted(len(shown), 'sample')}: results against predictions on two logarithmic "
        "axes, and residuals against days and against predictions.",
        n=n,
        draw=lambda: _plot(shown, every, config),
        width=8.0,
        height=5.4,
    )


def _rows(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    from cartpk.figures import fitted
    from cartpk.figures.samples import QUANTIFIED

    rows = fitted.of_chosen(data.model_samples, data, config)
    if rows.empty:
        return pd.DataFrame(columns=_COLUMNS)
    rows = fitted.with_dose(rows[rows["USUBJID"].isin(fitted.is_shown(data, config))], data)
    blq = rows["BLQFL"] == "Y"
    rows["SHOWN"] = rows["AVAL"].where(~blq, rows["ALLOQ"])
    rows["RESULT"] = pd.Categorical(np.where(blq, fitted.BLQ_LIMIT, QUANTIFIED), [QUANTIFIED, fitted.BLQ_LIMIT])
    return rows[_COLUMNS]


def _floor(shown: pd.DataFrame) -> float:
    return FLOOR * float(shown["SHOWN"].min())


def _plot(shown: pd.DataFrame, every: pd.DataFrame, config: TrialConfig) -> Compose:
    import plotnine as p9

    from cartpk.figures import fitted, theme, wording
    from cartpk.figures import samples as s
    from cartpk.figures.palette import INK, LLOQ_INK, PAPER

    doses = list(dict.fromkeys(shown["COHORT"].astype(str)))
    rows = shown.assign(
        DOSE=shown["COHORT"].astype(str),
        AT=shown["PRED"].clip(lower=_floor(shown)),
        X=theme.root_days(shown["AFRLT"]),
    )
    rows["INSIDE"] = rows["DOSE"].where(rows["BLQFL"] == "N", "BLQ")
    look = s.weight(len(rows) // 14, rows["USUBJID"].nunique())
    unit = s.units(every)
    points = p9.geom_point(
        p9.aes(color="DOSE", fill="INSIDE", shape="RESULT"), size=look.mark, stroke=0.45, alpha=0.85, raster=look.raster
    )
    values = {s.QUANTIFIED: "o", fitted.BLQ_LIMIT: "o"}
    looks = {"fill": [LLOQ_INK, PAPER], "color": LLOQ_INK, "size": 2.2, "alpha": 1}
    legend = p9.scale_shape_manual(name="", values=values, drop=False, guide=p9.guide_legend(override_aes=looks))
    silent = p9.scale_shape_manual(name="", values=values, guide=None)
    within = [
        p9.geom_hline(yintercept=0, color=INK, size=0.5),
        p9.geom_hline(yintercept=[-1.96, 1.96], color=LLOQ_INK, size=0.5, linetype="dotted"),
    ]
    small = p9.theme(axis_title=p9.element_text(size=8.5), axis_text=p9.element_text(size=7.5))
    against = (
        p9.ggplot(rows, p9.aes("AT", "SHOWN"))
        + p9.geom_abline(intercept=0, slope=1, color=INK, size=0.5)
        + points
        + theme.log_value_axis()
        + theme.log_axis()
        + theme.dose_legend(doses, open_as="BLQ")
        + legend
        + p9.labs(x=f"Predicted ({unit})", y=f"Observed ({unit})")
        + theme.house_theme(8.0, 5.4, [doses, [s.QUANTIFIED, fitted.BLQ_LIMIT, " " * 60]], letters=8)
        + small
    )
    rest = [points, *within, *theme.dose_fills(doses, open_as="BLQ"), silent, theme.house_theme(8.0, 5.4), small]
    mean = {"color": "#0B7285", "size": 1.0}
    by_time = (
        p9.ggplot(rows, p9.aes("X", "RES"))
        + rest
        + p9.geom_line(p9.aes("X", "Y"), fitted.in_bins(rows["X"], rows["RES"]), **mean)
        + theme.root_time_axis(rows["AFRLT"], 3.2)
        + p9.labs(y="Residual (SD)")
    )
    by_prediction = (
        p9.ggplot(rows, p9.aes("AT", "RES"))
        + rest
        + p9.geom_line(p9.aes("X", "Y"), fitted.in_bins(rows["AT"], rows["RES"]), **mean)
        + theme.log_value_axis()
        + p9.labs(x=f"Predicted ({unit})", y="Residual (SD)")
        + theme.note(wording.small_print(config))
    )
    return against | (by_time / by_prediction)
