"""Exposure by response, grade of CRS and ICANS, and therapy: every subject, geometric means."""

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
    id="f_14_2_8",
    number="14.2-8",
    title="Exposure by response, toxicity, therapy and source",
    inputs=("adsl.csv", "work/adpp_nca.csv", "work/subject_groups.csv"),
    endpoints=(Endpoint.EXPOSURE_RESPONSE,),
)
_SHOWN: Final = ("CMAX", "AUC0_28D", "AUC0_90D")


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """One row of panels per grouping, one panel per exposure measure, one mark per subject."""
    from cartpk.clinical.caveats import confounding
    from cartpk.figures import wording

    if not config.exposure_response.show:
        return EmptyFigure("Not asked for (exposure_response.show).")
    rows = _values(data, config)
    if rows.empty:
        return EmptyFigure("Needs data: response or adverse events (data.clinical), with a calculable exposure.")
    groupings = list(dict.fromkeys(rows["GROUP"]))
    size = (8.0, 1.0 + 2.2 * len(groupings))
    return Figure(
        data=rows,
        caption=f"Exposure by {'; '.join(groupings)}. One mark per subject; bar: geometric mean, where a group has at "
        f"least {config.report.summaries.min_group} values. Logarithmic axes.",
        footnotes=(
            *confounding(config, set(rows["GROUPCD"])),
            "Effect sizes: table 14.2-34.",
            *_left_out(data, rows),
        ),
        alt=f"Dot plots of exposure on logarithmic axes by {'; '.join(groupings)} for "
        f"{wording.counted(rows['USUBJID'].nunique(), 'subject')}.",
        n=rows["USUBJID"].nunique(),
        draw=lambda: _plot(rows, config, size),
        width=size[0],
        height=size[1],
    )


def _values(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per subject, grouping with at least two groups (not the dose) and exposure above 0."""
    from cartpk.clinical.exposures import exposure_labels, exposures

    labels = {code: name for code, name in exposure_labels(config).items() if code in _SHOWN}
    values = exposures(data, config, labels)
    groups = data.derived["subject_groups"]
    groups = groups[groups["VALUE"].notna() & groups["GROUPCD"].ne("DOSE")]
    rows = groups[["USUBJID", "GROUPCD", "GROUP", "VALUE", "VALUEN"]].merge(values, on="USUBJID")
    rows = rows[rows["AVAL"] > 0]
    several = rows.groupby("GROUPCD")["VALUE"].transform("nunique") > 1
    place = {code: i for i, code in enumerate(labels)}
    order = {code: i for i, code in enumerate(dict.fromkeys(groups["GROUPCD"]))}
    rows = rows[several].assign(_P=rows["PARAMCD"].map(place), _G=rows["GROUPCD"].map(order))
    rows = rows.sort_values(["_G", "_P", "VALUEN", "USUBJID"], kind="stable")
    return rows.drop(columns=["_P", "_G"]).reset_index(drop=True)


def _left_out(data: TrialData, rows: pd.DataFrame) -> tuple[str, ...]:
    missing = int(data.adsl["EXCLRS"].isna().sum()) - rows["USUBJID"].nunique()
    return (f"Not drawn: {missing} without a group or with an exposure of 0 or none.",) if missing > 0 else ()


def _plot(rows: pd.DataFrame, config: TrialConfig, size: tuple[float, float]) -> p9.ggplot:
    import numpy as np
    import pandas as pd
    import plotnine as p9

    from cartpk.figures import samples as s
    from cartpk.figures import theme, wording
    from cartpk.figures.palette import INK
    from cartpk.figures.swarm import offsets

    units = rows.dropna(subset=["AVALU"]).groupby("PARAM")["AVALU"].first()
    heads = [
        f"{wording.wrapped(g, 2.1, 8)}\n{p} ({s.short_unit(units[p])})"
        for g in dict.fromkeys(rows["GROUP"])
        for p in dict.fromkeys(rows["PARAM"])
    ]
    text = [
        f"{wording.wrapped(g, 2.1, 8)}\n{p} ({s.short_unit(units[p])})"
        for g, p in zip(rows["GROUP"], rows["PARAM"], strict=True)
    ]
    drawn = rows.assign(STRIP=theme.in_order(pd.Series(text, index=rows.index), heads))
    n = drawn.groupby(["STRIP", "VALUE"], observed=True)["AVAL"].transform("size")
    drawn["X"] = drawn["VALUE"].map(lambda v: wording.wrapped(v, 0.62, 7)).str.cat(n.astype(str), sep="\nn = ")
    order = list(dict.fromkeys(drawn.sort_values("VALUEN", kind="stable")["X"]))
    drawn["X"] = pd.Categorical(drawn["X"], categories=order, ordered=True)
    drawn["SHIFT"] = 0.0
    for _, part in drawn.groupby(["STRIP", "X"], observed=True):
        log = np.log10(part["AVAL"])
        drawn.loc[part.index, "SHIFT"] = offsets(log.to_numpy(), 0.09, 0.08)
    statistics = drawn.groupby(["STRIP", "X"], observed=True)["AVAL"].agg(
        N="size", MEAN=lambda v: float(np.exp(np.log(np.sort(v.to_numpy())).mean()))
    )
    means = statistics.reset_index()
    means = means[means["N"] >= config.report.summaries.min_group]
    columns = rows["PARAM"].nunique()
    # the place of a group within its own panel
    place = {
        strip: {x: i + 1.0 for i, x in enumerate(part["X"].cat.remove_unused_categories().cat.categories)}
        for strip, part in drawn.groupby("STRIP", observed=True)
    }
    drawn["AT"] = [place[a][b] + c for a, b, c in zip(drawn["STRIP"], drawn["X"], drawn["SHIFT"], strict=True)]
    means["AT"] = [place[a][b] for a, b in zip(means["STRIP"], means["X"], strict=True)]
    names = drawn.drop_duplicates(["STRIP", "X"]).assign(
        AT=lambda t: [place[a][b] for a, b in zip(t["STRIP"], t["X"], strict=True)]
    )
    low = drawn.groupby("STRIP", observed=True)["AVAL"].transform("min")
    high = drawn.groupby("STRIP", observed=True)["AVAL"].transform("max")
    names["Y"] = (low / (high / low).clip(lower=2) ** 0.28)[names.index]
    return (
        p9.ggplot(drawn, p9.aes("AT", "AVAL"))
        + p9.geom_point(shape="o", size=1.8, color=INK, fill="#9B2B7C", alpha=0.75, stroke=0.4)
        + p9.geom_segment(p9.aes(x="AT - 0.3", xend="AT + 0.3", y="MEAN", yend="MEAN"), means, size=1.0, color=INK)
        + p9.geom_text(p9.aes(y="Y", label="X"), names, size=7, va="top", color=INK, lineheight=1.2)
        + p9.facet_wrap("STRIP", ncol=columns, scales="free")
        + theme.log_axis()
        + p9.scale_x_continuous(breaks=[], minor_breaks=False, expand=(0, 0.5))
        + p9.expand_limits(x=[0.6, 2.4])
        + p9.geom_blank(p9.aes("AT", "LOW"), names.assign(LOW=names["Y"] / 3))
        + p9.labs(x="", y="")
        + theme.note(wording.small_print(config))
        + theme.house_theme(*size)
        + p9.theme(strip_text=p9.element_text(size=8))
    )
