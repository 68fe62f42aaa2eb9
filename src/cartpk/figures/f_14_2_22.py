"""CAR kinetics above the CD7+ and CD7- counts of the same subject, on one time axis, with the fitted curves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec

if TYPE_CHECKING:
    import pandas as pd
    import plotnine as p9

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_2_22",
    number="14.2-22",
    title="CAR kinetics and CD7+ cells of each subject, with fitted curves",
    inputs=("adsl.csv", "adnca.csv", "adpd.csv", "work/predictions.csv", "work/pd_curves.csv"),
    needs="dynamics",
)
MOST_SUBJECTS: Final = 24
"""[choice] More subjects than this are no picture any more."""
COLUMNS: Final = 4
_KINETICS: Final = "CAR kinetics"
_INKS: Final = ("#343A40", "#C2255C", "#1971C2", "#2F9E44", "#E8590C")
_FIRST: Final = "INFUSION 1"


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """Two panels per subject whose counts were modelled, one above the other."""
    from cartpk.figures import samples as s
    from cartpk.figures import wording

    curves = data.pd_curves
    if curves.empty:
        return EmptyFigure("No CD7+ counts were modelled: see pharmacodynamics.dynamics in the configuration.")
    every, n_all = _layers(data, config)
    counted = every[(every["PANEL"] == "COUNTS") & (every["LAYER"] == "SAMPLE")]
    if counted.empty:
        return EmptyFigure("There is no usable CD7+ count of a subject whose counts were modelled.")
    n = counted["USUBJID"].nunique()
    columns = min(COLUMNS, n)
    size = (max(8.0, 2.1 * columns), 2.5 * -(-n // columns) + 1.3)
    names = [str(name) for name in every["SERIES"].cat.categories]
    return Figure(
        data=every,
        caption=f"Upper panels: {s.what(config.primary_analyte.label, config.primary_analyte.specimen)}; lower panels, "
        f"same subject and same time axis: {', '.join(names[1:])}. Lines: fitted curves; the predicted kinetics drive "
        "the killing of the CD7+ cells in the model. Days from the start of the first infusion on a square-root axis.",
        footnotes=(
            wording.OPEN_MARKS,
            *wording.above_limit(counted),
            "Subjects whose counts were not modelled are not drawn; the reasons are in Table 14.2-13.",
            *((f"The first {n} of {n_all} subjects are shown.",) if n < n_all else ()),
            "The model is an assumption of this project: a curve near the counts does not prove its mechanism.",
        ),
        alt=f"Two panels for each of {wording.counted(n, 'subject')}: CAR kinetics above, CD7+ and CD7- cell counts "
        "below, marks and fitted lines on logarithmic axes against days.",
        n=n,
        draw=lambda: _plot(every, config, columns, size),
        width=size[0],
        height=size[1],
    )


def _layers(data: TrialData, config: TrialConfig) -> tuple[pd.DataFrame, int]:
    """Samples and curves, one row per point, of the first subjects with modelled counts; and how many there are."""
    import pandas as pd

    from cartpk.figures import samples as s

    codes = list(dict.fromkeys(m.code for m in config.pharmacodynamics.measures))
    codes = [code for code in codes if code in set(data.pd_curves["PARAMCD"])]
    labels = {m.code: m.label for m in config.pharmacodynamics.measures}
    adpd = data.adpd
    fitted = set(data.pd_curves["USUBJID"])
    used = adpd[
        adpd["PARAMCD"].isin(codes) & (adpd["ANLFL"] == "Y") & adpd["AFRLT"].notna() & adpd["USUBJID"].isin(fitted)
    ]
    counts = s.placed(used, data.cohorts)
    counts = counts[counts["DRAWN"] > 0]
    order = list(dict.fromkeys(counts["USUBJID"]))
    kinetics = s.kinetic_samples(data, config.primary_analyte).dropna(subset=["DRAWN"])
    kinetics = kinetics[(kinetics["ATPTREF"] == _FIRST) & (kinetics["AFRLT"] > -1)]
    predicted = data.predictions
    predicted = predicted[
        (predicted["PPCAT"] == config.primary_analyte.code)
        & predicted["MODEL"].isin(config.models.fit[:1])
        & (predicted["ATPTREF"] == _FIRST)
    ]
    parts = [
        kinetics.assign(PANEL="KINETICS", LAYER="SAMPLE", SERIES=_KINETICS),
        predicted.assign(PANEL="KINETICS", LAYER="CURVE", SERIES=_KINETICS, DRAWN=predicted["PRED"]),
        counts.assign(PANEL="COUNTS", LAYER="SAMPLE", SERIES=counts["PARAMCD"].map(labels)),
        data.pd_curves.assign(
            PANEL="COUNTS", LAYER="CURVE", SERIES=data.pd_curves["PARAMCD"].map(labels), DRAWN=data.pd_curves["PRED"]
        ),
    ]
    columns = ["USUBJID", "PANEL", "LAYER", "SERIES", "AFRLT", "DRAWN", "RESULT", "BLQFL", "ALLOQ"]
    rows = pd.concat([p.reindex(columns=columns).astype({"RESULT": "object"}) for p in parts if len(p)])
    shown = order[:MOST_SUBJECTS]
    rows = rows[rows["USUBJID"].isin(shown)]
    rows["USUBJID"] = pd.Categorical(rows["USUBJID"], categories=shown, ordered=True)
    names = [_KINETICS, *(labels[code] for code in codes)]
    rows["SERIES"] = pd.Categorical(rows["SERIES"], categories=names, ordered=True)
    rows["PANEL"] = pd.Categorical(rows["PANEL"], categories=["KINETICS", "COUNTS"], ordered=True)
    rows = rows.sort_values(["USUBJID", "PANEL", "SERIES", "LAYER", "AFRLT"], kind="stable").reset_index(drop=True)
    return rows.assign(USUBJID=rows["USUBJID"].astype("str")), len(order)


def _plot(every: pd.DataFrame, config: TrialConfig, columns: int, size: tuple[float, float]) -> p9.ggplot:
    import plotnine as p9

    from cartpk.figures import samples as s
    from cartpk.figures import theme, wording

    panel = every["USUBJID"].str.cat(every["PANEL"].astype("str").map({"KINETICS": " · CAR", "COUNTS": " · cells"}))
    rows = every.assign(X=theme.root_days(every["AFRLT"]), STRIP=theme.in_order(panel, _stacked(every)))
    names = [str(name) for name in every["SERIES"].cat.categories]
    rows["INK"] = rows["SERIES"].astype("str")
    marks = rows[rows["LAYER"] == "SAMPLE"].copy()
    kinds = [s.QUANTIFIED, s.BLQ_MARK, *([s.ABOVE_MARK] if marks["RESULT"].eq(s.ABOVE_MARK).any() else [])]
    marks["RESULT"] = theme.in_order(marks["RESULT"].astype("str"), kinds)
    marks["INSIDE"] = marks["INK"].where(marks["BLQFL"] != "Y", "BLQ")
    floor = marks.groupby("PANEL", observed=True)["DRAWN"].min() / 3.0
    lines = rows[(rows["LAYER"] == "CURVE")]
    above = lines["DRAWN"] >= lines["PANEL"].astype("object").map(dict(floor)).astype(float)
    lines = lines.assign(PART=(above != above.shift()).cumsum())[above]
    inks = dict(zip(names, _INKS * (1 + len(names) // len(_INKS)), strict=False))
    return (
        p9.ggplot(marks, p9.aes("X", "DRAWN"))
        + p9.geom_line(p9.aes(color="INK", group="INK + PART.astype(str)"), lines, size=0.6)
        + p9.geom_point(p9.aes(color="INK", fill="INSIDE", shape="RESULT"), size=1.5, stroke=0.45)
        # down the columns, so that a subject's two panels stand together also where the last column is short
        + p9.facet_wrap("STRIP", nrow=2 * -(-rows["USUBJID"].nunique() // columns), dir="v", scales="free_y")
        + theme.log_axis()
        + theme.root_time_axis(rows["AFRLT"], (size[0] - 1.2) / columns)
        + p9.scale_color_manual(values=inks, breaks=names, name="")
        + p9.scale_fill_manual(values={**inks, "BLQ": "white"}, guide=None)
        + theme.blq_legend(kinds)
        + p9.labs(y="Upper panels: CAR level; lower panels: cell counts (log axes)")
        + theme.note(wording.small_print(config))
        + theme.house_theme(*size, [names, kinds], letters=8)
        + p9.theme(strip_text=p9.element_text(size=7.5), axis_text=p9.element_text(size=7.5))
    )


def _stacked(every: pd.DataFrame) -> list[str]:
    """Headings of the panels, down the columns: the kinetics of each subject, beneath them its counts."""
    return [f"{name} · {kind}" for name in dict.fromkeys(every["USUBJID"]) for kind in ("CAR", "cells")]
