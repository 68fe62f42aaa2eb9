"""The product in tumour tissue and in blood at the same visits: a dot per sample, a line per pair."""

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
    id="f_14_2_10b",
    number="14.2-10b",
    title="Product in tumour tissue beside blood",
    inputs=("adsl.csv", "adnca.csv"),
    endpoints=(Endpoint.TUMOUR_DISTRIBUTION,),
)
_PLACES: Final = ("Blood", "Tumour tissue")


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """One panel per visit; blood left, tissue right, one mark per sample and a line between those of a pair."""
    from cartpk.clinical.tissue import tissue_analytes, tissue_samples
    from cartpk.figures import samples as s
    from cartpk.figures import wording

    if not tissue_analytes(config):
        return EmptyFigure("Needs data: PC (specimen TISSUE). The trial's data hold no samples of tumour tissue.")
    rows = _long(tissue_samples(data, config), data)
    if rows.empty:
        return EmptyFigure("No usable sample of tumour tissue was taken after the infusion.")
    n, panels = rows["USUBJID"].nunique(), rows["VISIT"].nunique()
    size = (8.0, 1.4 + 3.0 * -(-panels // 4))
    label = next(a.label for a in config.analytes if a.code in tissue_analytes(config))
    return Figure(
        data=rows,
        caption=f"{label} ({wording.methods(rows, config.primary_analyte.method)}, {s.units(rows)}) of "
        f"{wording.counted(n, 'biopsied subject')}, beside {config.primary_analyte.label}: the sample nearest to the "
        f"biopsy, at most {config.nca.marrow.window_days:g} days away. A line joins the two of a subject.",
        footnotes=(
            wording.OPEN_MARKS,
            (
                "Copies per µg of DNA relate to all nucleated cells of a specimen, which differ between tissue and "
                "blood: the difference is no difference of cell numbers. Single values: Listing 16.2.5-6b."
            ),
        ),
        alt=f"Dots of {label} and of blood samples of the same visits on a logarithmic axis, joined by a line per "
        f"subject, for {wording.counted(n, 'subject')}.",
        n=n,
        draw=lambda: _plot(rows, config, size),
        width=size[0],
        height=size[1],
    )


def _long(pairs: pd.DataFrame, data: TrialData) -> pd.DataFrame:
    """Tissue and blood under one another, one row per sample that a log axis has a place for."""
    import pandas as pd

    from cartpk.figures import samples as s

    day = pairs["NFRLT"].fillna(pairs["AFRLT"].round())
    tissue = pairs.assign(PLACE=_PLACES[1], VISITDAY=day, AT=pairs["AFRLT"])
    blood = pairs.assign(
        PLACE=_PLACES[0], VISITDAY=day, AT=pairs["BDAY"], AVAL=pairs["BAVAL"], BLQFL=pairs["BBLQFL"]
    ).dropna(subset=["BLQFL"])
    both = pd.concat([blood, tissue], ignore_index=True).assign(PCMETHOD=None)
    placed = s.placed(both, data.cohorts).dropna(subset=["DRAWN"])
    placed = placed[placed["DRAWN"] > 0].sort_values(["VISITDAY", "COHORT", "USUBJID", "PLACE"], kind="stable")
    panels = {d: f"Day {d:g}" for d in sorted(placed["VISITDAY"].unique())}
    placed["VISIT"] = pd.Categorical(placed["VISITDAY"].map(panels), categories=list(panels.values()), ordered=True)
    keep = [
        "USUBJID",
        "COHORT",
        "VISIT",
        "PLACE",
        "AT",
        "AVAL",
        "AVALU",
        "ALLOQ",
        "BLQFL",
        "DRAWN",
        "RESULT",
        "PCMETHOD",
    ]
    return placed[keep].rename(columns={"AT": "AFRLT"}).reset_index(drop=True)


def _plot(rows: pd.DataFrame, config: TrialConfig, size: tuple[float, float]) -> p9.ggplot:
    import plotnine as p9

    from cartpk.figures import samples as s
    from cartpk.figures import theme, wording

    doses = s.count_labels(rows)
    columns = min(4, rows["VISIT"].nunique())
    drawn = rows.assign(
        X=rows["PLACE"].map({name: i + 1.0 for i, name in enumerate(_PLACES)}),
        DOSE=rows["COHORT"].astype(str),
        INSIDE=rows["COHORT"].astype(str).where(rows["BLQFL"].ne("Y"), "BLQ"),
    )
    n = drawn.groupby("VISIT", observed=True)["USUBJID"].nunique()
    heads = {str(panel): f"{panel} (n = {count})" for panel, count in n.items()}
    return (
        p9.ggplot(drawn, p9.aes("X", "DRAWN", color="DOSE"))
        + theme.lloq_layer(s.lloq_lines(rows))
        + p9.geom_line(p9.aes(group="USUBJID"), size=0.55, alpha=0.7, show_legend=False)
        + p9.geom_point(p9.aes(fill="INSIDE"), shape="o", size=2.2, stroke=0.5)
        + p9.facet_wrap("VISIT", ncol=columns, labeller=heads)
        + theme.log_axis()
        + theme.groups(list(_PLACES), "")
        + theme.dose_legend(list(doses), "BLQ", list(rows["COHORT"].cat.categories))
        + p9.labs(y=wording.wrapped(f"CAR transgene ({s.units(rows)})", size[1] - 1.4))
        + theme.note(wording.small_print(config))
        + theme.house_theme(*size, [list(s.lloq_lines(rows)["LABEL"]), list(doses)])
    )
