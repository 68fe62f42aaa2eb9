"""Normalised prediction distribution errors of the population fit, BLQ results included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec

if TYPE_CHECKING:
    import pandas as pd
    from plotnine.composition import Compose

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_2_12e",
    number="14.2-12e",
    title="Population model: normalised prediction distribution errors",
    inputs=("adsl.csv", "adnca.csv", "work/population_samples.csv"),
    needs="population",
    each_subject=False,
)
BLQ: Final = "BLQ (imputed by the model)"
_SIZE: Final = (8.0, 5.4)
_COLUMNS: Final = ["USUBJID", "COHORT", "AFRLT", "AVAL", "ALLOQ", "BLQFL", "PRED", "NPDE", "EXPECTED", "LOW", "HIGH"]
_READ: Final = (
    "Under the right model the errors are standard normal whatever the time and the prediction: the points of the left "
    "panel lie within the grey band (95 % for each of them), those on the right scatter evenly about 0."
)


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """The errors against the normal distribution, against time, against the prediction of the typical subject."""
    from cartpk.figures import fitted, wording
    from cartpk.figures import samples as s

    shown = _rows(data, config)
    if shown.empty:
        return EmptyFigure(fitted.no_population())
    every = s.kinetic_samples(data, config.primary_analyte)
    n, blq = shown["USUBJID"].nunique(), int(shown["BLQFL"].eq("Y").sum())
    return Figure(
        data=shown,
        caption=f"{wording.assay(config.primary_analyte, every)} Each result is ranked among those that the population "
        "model simulates for its subject and time, made independent of the subject's other results. Left: ordered "
        "errors against those expected; right: against time and the typical subject's prediction, with their mean in "
        f"bins. {fitted.population_name(config)} {wording.counted(len(shown), 'sample')} of "
        f"{wording.counted(n, 'subject')}, {blq} BLQ.",
        footnotes=(
            _READ,
            f"Mean {shown['NPDE'].mean():.2f} (expected 0), SD {shown['NPDE'].std():.2f} (expected 1).",
            "Open marks: below the LLOQ; each is given a simulated value below the limit (Nguyen 2012).",
        ),
        alt=f"Three panels of {wording.counted(len(shown), 'error')}: against normal quantiles with a band, against "
        "days, and against the typical prediction.",
        n=n,
        draw=lambda: _plot(shown, every, config),
        width=_SIZE[0],
        height=_SIZE[1],
    )


def _rows(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """The errors with the normal quantiles of their ranks and the 95 % band of such an order statistic."""
    import numpy as np
    import pandas as pd
    from scipy.special import betaincinv, ndtri

    from cartpk.figures import fitted

    rows = data.population_samples
    if rows.empty or "NPDE" not in rows:
        return pd.DataFrame(columns=_COLUMNS)
    rows = rows[rows["USUBJID"].isin(fitted.is_shown(data, config)) & rows["NPDE"].notna()]
    rows = fitted.with_dose(rows, data).sort_values("NPDE", kind="stable").reset_index(drop=True)
    n = len(rows)
    rank = np.arange(1, n + 1)
    rows["EXPECTED"] = ndtri((rank - 0.5) / max(n, 1))
    # the k-th of n uniform numbers follows a beta distribution (k, n + 1 - k)
    rows["LOW"], rows["HIGH"] = (ndtri(betaincinv(rank, n + 1 - rank, part)) for part in (0.025, 0.975))
    return rows[_COLUMNS]


def _plot(shown: pd.DataFrame, every: pd.DataFrame, config: TrialConfig) -> Compose:
    import plotnine as p9

    from cartpk.figures import fitted, theme, wording
    from cartpk.figures import samples as s
    from cartpk.figures.palette import INK, LLOQ_INK, PAPER

    doses = [dose for dose in shown["COHORT"].cat.categories if (shown["COHORT"] == dose).any()]
    names = {"N": s.QUANTIFIED, "Y": BLQ}
    rows = shown.assign(
        DOSE=shown["COHORT"].astype(str),
        X=theme.root_days(shown["AFRLT"]),
        RESULT=theme.in_order(shown["BLQFL"].map(names), [s.QUANTIFIED, BLQ]),
    )
    rows["INSIDE"] = rows["DOSE"].where(rows["BLQFL"] == "N", "BLQ")
    look = s.weight(len(rows) // 14, rows["USUBJID"].nunique())
    points = p9.geom_point(
        p9.aes(color="DOSE", fill="INSIDE", shape="RESULT"), size=look.mark, stroke=0.45, alpha=0.85, raster=look.raster
    )
    small = p9.theme(axis_title=p9.element_text(size=8.5), axis_text=p9.element_text(size=7.5))
    looks = {"fill": [LLOQ_INK, PAPER], "color": LLOQ_INK, "size": 2.2, "alpha": 1}
    values = {s.QUANTIFIED: "o", BLQ: "o"}
    quantiles = (
        p9.ggplot(rows, p9.aes("EXPECTED", "NPDE"))
        + p9.geom_ribbon(p9.aes(ymin="LOW", ymax="HIGH"), fill="#C3CED9", alpha=0.7)
        + p9.geom_abline(intercept=0, slope=1, color=INK, size=0.5)
        + points
        + theme.dose_legend(doses, open_as="BLQ")
        + p9.scale_shape_manual(name="", values=values, drop=False, guide=p9.guide_legend(override_aes=looks))
        + p9.labs(x="Expected (normal quantile)", y="NPDE")
        + theme.house_theme(*_SIZE, [doses, [s.QUANTIFIED, BLQ, " " * 60]], letters=8)
        + small
    )
    rest = [
        points,
        p9.geom_hline(yintercept=0, color=INK, size=0.5),
        p9.geom_hline(yintercept=[-1.96, 1.96], color=LLOQ_INK, size=0.5, linetype="dotted"),
        *theme.dose_fills(doses, open_as="BLQ"),
        p9.scale_shape_manual(name="", values=values, guide=None),
        theme.house_theme(*_SIZE),
        small,
    ]

    def mean(x: str) -> p9.geom_line:
        return p9.geom_line(p9.aes("X", "Y"), fitted.in_bins(rows[x], rows["NPDE"]), color="#0B7285", size=1.0)

    by_time = p9.ggplot(rows, p9.aes("X", "NPDE")) + rest + mean("X") + theme.root_time_axis(rows["AFRLT"], 3.2)
    by_prediction = (
        p9.ggplot(rows, p9.aes("PRED", "NPDE"))
        + rest
        + mean("PRED")
        + theme.log_value_axis()
        + p9.labs(x=f"Prediction of the typical subject ({s.units(every)})")
        + theme.note(wording.small_print(config))
    )
    return quantiles | (by_time / by_prediction)
