"""CAR kinetics above CD7+ and CD7- counts on one time axis: medians of all subjects, with thin lines of each."""

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
    id="f_14_2_22b",
    number="14.2-22b",
    title="CAR kinetics and cell counts on one time axis: median and individuals",
    inputs=("adsl.csv", "adnca.csv", "adpd.csv"),
    endpoints=(Endpoint.PK_PD,),
)
_INKS: Final = ("#343A40", "#C2255C", "#1971C2", "#2F9E44", "#E8590C", "#7048E8")
_MARKS: Final = ("o", "^", "s", "D", "v", "p")
_FIRST: Final = "INFUSION 1"


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """Upper panel: kinetics; lower panel: absolute counts that are split by CD7, or all of them; no blasts."""
    from cartpk.figures import samples as s
    from cartpk.figures import wording

    made = _series(data, config)
    if made is None:
        return EmptyFigure("There is no kinetic sample or no absolute cell count to set it against.")
    rows, medians = made
    names = list(dict.fromkeys(rows.loc[rows["PANEL"].eq("COUNTS"), "SERIES"]))
    what = s.what(config.primary_analyte.label, config.primary_analyte.specimen)
    size = (8.0, 6.4)
    drawn = [m for m in config.pharmacodynamics.measures if m.label in names]
    return Figure(
        data=rows,
        caption=f"Above: {what}; below: {', '.join(names)}, {s.units(rows[rows['PANEL'].eq('COUNTS')])}. Thick lines: "
        "medians at nominal days of all subjects; thin lines: subjects at actual days. Square-root time axis.",
        footnotes=(
            f"BLQ results are drawn, and count in medians, at half of their LLOQ. {wording.blasts_apart(drawn)}",
            *wording.above_limit(rows),
            *wording.gdna_caveat(rows[rows["PANEL"].eq("KINETICS")]),
        ),
        alt=f"Two panels on one time axis in days: median {what} above, median cell counts below, logarithmic axes.",
        n=rows["USUBJID"].nunique(),
        draw=lambda: _plot(rows, medians, config, size),
        width=size[0],
        height=size[1],
    )


def _series(data: TrialData, config: TrialConfig) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Samples of both panels, one row each, and their medians by nominal day; None where a panel would be empty."""
    import pandas as pd

    from cartpk.figures import samples as s

    normal = [m for m in config.pharmacodynamics.measures if m.kind == "absolute" and m.population != "BLAST"]
    split = [m for m in normal if m.marker] or normal
    labels = {m.code: m.label for m in split if m.specimen == split[0].specimen}
    kinetics = s.kinetic_samples(data, config.primary_analyte).dropna(subset=["DRAWN"])
    kinetics = kinetics[kinetics["ATPTREF"].eq(_FIRST) & (kinetics["AFRLT"] > -1)]
    table = data.adpd
    used = table[table["PARAMCD"].isin(list(labels)) & table["ANLFL"].eq("Y") & table["AFRLT"].notna()]
    counts = s.to_event(s.placed(used, data.cohorts).dropna(subset=["DRAWN"]), data)
    counts = counts[counts["DRAWN"] > 0]
    if kinetics.empty or counts.empty:
        return None
    kinetics = kinetics.assign(PANEL="KINETICS", SERIES="CAR kinetics")
    counts = counts.assign(PANEL="COUNTS", SERIES=counts["PARAMCD"].map(labels).astype("object"))
    keep = ["USUBJID", "PANEL", "SERIES", "AFRLT", "NFRLT", "DRAWN", "AVAL", "AVALU", "BLQFL", "ALLOQ", "RESULT"]
    keep.append("EVENTDY")
    rows = pd.concat([p[keep].astype({"RESULT": "str"}) for p in (kinetics, counts)], ignore_index=True)
    order = [labels[m.code] for m in split if m.code in labels]
    rows["PANEL"] = pd.Categorical(rows["PANEL"], categories=["KINETICS", "COUNTS"], ordered=True)
    place = {name: i for i, name in enumerate(["CAR kinetics", *order])}
    rows = rows.assign(_P=rows["SERIES"].map(place)).sort_values(["_P", "USUBJID", "AFRLT"], kind="stable")
    rows = rows.drop(columns="_P").reset_index(drop=True)
    medians = s.visit_summary(rows, config, by=("PANEL", "SERIES"))
    return rows, medians


def _plot(rows: pd.DataFrame, medians: pd.DataFrame, config: TrialConfig, size: tuple[float, float]) -> p9.ggplot:
    import plotnine as p9

    from cartpk.figures import samples as s
    from cartpk.figures import theme, wording

    names = list(dict.fromkeys(rows["SERIES"]))
    unit = {panel: s.units(part) for panel, part in rows.groupby("PANEL", observed=True)}
    heads = {
        "KINETICS": f"{s.what(config.primary_analyte.label, config.primary_analyte.specimen)} ({unit['KINETICS']})",
        "COUNTS": f"Cell counts ({unit['COUNTS']})",
    }
    strips = list(heads.values())
    strip = theme.in_order(rows["PANEL"].astype("str").map(heads), strips)
    drawn = rows.assign(X=theme.root_days(rows["AFRLT"]), STRIP=strip)
    drawn["LINE"] = drawn["USUBJID"].str.cat(drawn["SERIES"], sep="|")
    middle = medians.assign(
        X=theme.root_days(medians["NFRLT"]), STRIP=theme.in_order(medians["PANEL"].astype("str").map(heads), strips)
    )
    inks = dict(zip(names, _INKS * (1 + len(names) // len(_INKS)), strict=False))
    look = s.weight(rows["USUBJID"].nunique(), rows["USUBJID"].nunique())
    return (
        p9.ggplot(drawn, p9.aes("X", "DRAWN", color="SERIES"))
        + p9.geom_line(p9.aes(group="LINE"), size=0.35, alpha=0.4 * look.alpha, raster=look.raster)
        + p9.geom_line(p9.aes(y="MEDIAN", group="SERIES"), middle, size=1.1)
        + p9.geom_point(p9.aes(y="MEDIAN", shape="SERIES", fill="SERIES"), middle, size=2.0, stroke=0.4)
        + p9.facet_wrap("STRIP", ncol=1, scales="free_y")
        + theme.log_axis()
        + theme.root_time_axis(rows["AFRLT"], size[0] - 1.2)
        + p9.scale_color_manual(values=inks, breaks=names, name="")
        + p9.scale_fill_manual(values=inks, breaks=names, name="")
        + p9.scale_shape_manual(values=dict(zip(names, _MARKS * 3, strict=False)), breaks=names, name="")
        + p9.labs(y="Median and individuals (log axes)")
        + theme.note(wording.small_print(config))
        + theme.house_theme(*size, [names])
    )
