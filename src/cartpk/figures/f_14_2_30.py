"""CD7 of the tumour cells before infusion: percentage and intensity, with the limits of the record's classes."""

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
    id="f_14_2_30",
    number="14.2-30",
    title="CD7 of the tumour cells before infusion",
    inputs=("adsl.csv", "work/cd7_class.csv", "work/delivered.csv"),
    endpoints=(Endpoint.TUMOUR_CD7,),
)
_MARKS: Final = {"full": "o", "dim": "v", "partial": "s", "indeterminate": "D", "no classes declared": "o"}
_INKS: Final = {
    "full": "#2F9E44",
    "dim": "#1971C2",
    "partial": "#E8590C",
    "indeterminate": "#868E96",
    "no classes declared": "#343A40",
}


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """One mark per subject: CD7+ tumour cells in % across, intensity below normal T cells up."""
    from cartpk.figures import wording

    if not data.clinical.has("tumour_cd7"):
        return EmptyFigure("Needs data: CD7 of tumour cells (data.clinical.tumour_cd7).")
    every = data.derived["cd7_class"]
    rows = every[every["BASEFL"].eq("Y") & every["CD7PCT"].notna()].reset_index(drop=True)
    if rows.empty:
        return EmptyFigure("No percentage of CD7+ tumour cells lies before the infusion.")
    rows = rows.assign(CLASS=rows["CLASS"].fillna("no classes declared"))
    p = config.population
    limits = "" if p.cd7_classes is None else " Dashed lines: limits of the record's classes, which leave gaps."
    missing = int(rows["DELTA"].isna().sum())
    return Figure(
        data=rows,
        caption="Last result up to the infusion. Across: CD7+ tumour cells, %; up: log10 of the MFI of normal T cells "
        f"over that of tumour cells (0 = equal, 1 = ten times dimmer).{limits}",
        footnotes=(
            (
                "No classes of CD7 are declared for this trial. Counts: Table 14.1-3."
                if p.cd7_classes is None
                else "Indeterminate: in none of the record's classes; not assigned here. Counts: Table 14.1-3."
            ),
            *((f"Without an MFI, drawn at 0 as open marks: {missing}.",) if missing else ()),
        ),
        alt=f"Scatter of CD7+ tumour cells in % and log10 fold of MFI below normal T cells for "
        f"{wording.counted(rows['USUBJID'].nunique(), 'subject')}, by class.",
        n=rows["USUBJID"].nunique(),
        draw=lambda: _plot(rows, config),
        width=6.5,
        height=4.6,
    )


def _plot(rows: pd.DataFrame, config: TrialConfig) -> p9.ggplot:
    import plotnine as p9

    from cartpk.figures import theme, wording
    from cartpk.figures.palette import LLOQ_INK, PAPER

    names = [name for name in _MARKS if rows["CLASS"].eq(name).any()]
    drawn = rows.assign(Y=rows["DELTA"].fillna(0.0), INSIDE=rows["CLASS"].where(rows["DELTA"].notna(), "OPEN"))
    rules = config.population.cd7_classes
    lines = []
    if rules is not None:
        at = sorted({rules.full_above_pct, *rules.partial_pct})
        lines = [
            p9.geom_vline(xintercept=at, linetype="dashed", color=LLOQ_INK, size=0.5),
            p9.geom_hline(yintercept=rules.dim_log10, linetype="dashed", color=LLOQ_INK, size=0.5),
        ]
    return (
        p9.ggplot(drawn, p9.aes("CD7PCT", "Y", color="CLASS", shape="CLASS", fill="INSIDE"))
        + lines
        + p9.geom_point(size=2.4, stroke=0.6, alpha=0.85)
        + p9.scale_x_continuous(name="CD7+ tumour cells (%)", limits=(0, 100), minor_breaks=False)
        + p9.scale_y_continuous(name="log10(MFI normal T cells / MFI tumour cells)", minor_breaks=False)
        + p9.scale_color_manual(values=_INKS, breaks=names, name="")
        + p9.scale_shape_manual(values=_MARKS, breaks=names, name="")
        + p9.scale_fill_manual(values={**_INKS, "OPEN": PAPER}, guide=None)
        + theme.note(wording.small_print(config))
        + theme.house_theme(6.5, 4.6, [names])
    )
