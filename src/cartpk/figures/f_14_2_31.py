"""CD7 of the tumour cells before infusion against grades of toxicity, DLT and response: one mark per subject."""

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
    id="f_14_2_31",
    number="14.2-31",
    title="CD7 of the tumour cells against safety and response",
    inputs=(
        "adsl.csv", "work/adae.csv", "work/delivered.csv", "work/cd7_class.csv", "work/subject_groups.csv",
        "work/correlations.csv",
    ),
    endpoints=(Endpoint.TUMOUR_CD7_CORRELATION,),
)  # fmt: skip
_SHOWN: Final = "CD7PCT"
_COLUMNS: Final = 3


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """One panel per outcome, method and specimen; the correlation with its limits stands over it."""
    from cartpk.clinical.caveats import confounding
    from cartpk.figures import wording

    if not config.exposure_response.tumour_cd7:
        return EmptyFigure("Not asked for (exposure_response.tumour_cd7).")
    if not data.clinical.has("tumour_cd7"):
        return EmptyFigure("Needs data: CD7 of tumour cells (data.clinical.tumour_cd7).")
    rows = _points(data)
    if rows.empty:
        return EmptyFigure("No subject has both CD7 of the tumour cells before infusion and an outcome.")
    panels = rows[["YCODE", "OF"]].drop_duplicates()
    size = (8.0, 1.1 + 2.3 * -(-len(panels) // _COLUMNS))
    methods = "; ".join(dict.fromkeys(rows["OF"]))
    return Figure(
        data=rows,
        caption=f"Across: CD7+ tumour cells, last result up to the infusion ({methods}); up: the outcome. Over each "
        "panel Spearman's correlation ρ with its 95 % limits and the number of subjects.",
        footnotes=(
            (
                "Marks of one value are set beside each other in height. Adverse events: treatment-emergent. Numbers, "
                "and the same for the intensity of CD7: Table 14.2-31."
            ),
            *confounding(config, late=False),
            "Entry to the trial asked for CD7 on the tumour cells: the range is narrowed, and with it any correlation.",
        ),
        alt=f"Scatter plots of CD7+ tumour cells in % against {', '.join(dict.fromkeys(rows['Y']))}, one mark per "
        f"subject, {wording.counted(rows['USUBJID'].nunique(), 'subject')}.",
        n=rows["USUBJID"].nunique(),
        draw=lambda: _plot(rows, config, size),
        width=size[0],
        height=size[1],
    )


def _points(data: TrialData) -> pd.DataFrame:
    """One row per subject and outcome with both values, with the correlation of its panel."""
    import pandas as pd

    from cartpk.clinical.correlations import cd7_pairs

    parts = []
    for xcode, _, ycode, yname, of, x, y, _ in cd7_pairs(data):
        both = x.dropna().index.intersection(y.dropna().index).sort_values()
        if xcode == _SHOWN and len(both):
            table = pd.DataFrame({"USUBJID": both, "CD7PCT": x[both].to_numpy(), "OUTCOME": y[both].to_numpy()})
            parts.append(table.assign(YCODE=ycode, Y=yname, OF=of))
    if not parts:
        return pd.DataFrame()
    found = data.derived["correlations"]
    found = found[found["SET"].eq("CD7") & found["XCODE"].eq(_SHOWN)]
    rows = pd.concat(parts, ignore_index=True)
    return rows.merge(found[["YCODE", "OF", "N", "RHO", "LOWER", "UPPER", "REASND"]], on=["YCODE", "OF"], how="left")


def _heading(row: pd.Series, *, named: bool) -> str:
    """Outcome, correlation with limits or why there is none, subjects."""
    from cartpk.figures import wording

    name = f"{row['Y'][0].upper()}{row['Y'][1:]}" + (f", {row['OF']}" if named else "")
    reason = row["REASND"] if isinstance(row["REASND"], str) else "not calculable"
    limits = "" if row["LOWER"] != row["LOWER"] else f" ({row['LOWER']:.2f}; {row['UPPER']:.2f})"
    rho = f"ρ {row['RHO']:.2f}{limits}" if row["RHO"] == row["RHO"] else reason
    return wording.wrapped(f"{name}\n{rho}, n\u00a0=\u00a0{row['N']:.0f}", 2.4, 8.5)


def _spread(rows: pd.DataFrame) -> pd.Series[float]:
    """Height of each mark: those of one outcome that are near each other in CD7 are moved aside."""
    from cartpk.figures.swarm import offsets

    made = rows["OUTCOME"].astype(float).copy()
    for _, own in rows.groupby(["YCODE", "OF", "OUTCOME"], sort=True):
        reach = max(float(rows.loc[rows["YCODE"].eq(own["YCODE"].iloc[0]), "OUTCOME"].max()), 1.0)
        made[own.index] += reach * 0.5 * offsets(own["CD7PCT"].to_numpy(), 0.14, 2.5)
    return made


def _plot(rows: pd.DataFrame, config: TrialConfig, size: tuple[float, float]) -> p9.ggplot:
    import pandas as pd
    import plotnine as p9

    from cartpk.figures import theme, wording
    from cartpk.figures.palette import INK

    named = len(set(rows["OF"])) > 1
    text = [_heading(row, named=named) for _, row in rows.iterrows()]
    drawn = rows.assign(STRIP=theme.in_order(pd.Series(text, index=rows.index), dict.fromkeys(text)), AT=_spread(rows))
    return (
        p9.ggplot(drawn, p9.aes("CD7PCT", "AT"))
        + p9.geom_point(shape="o", size=2.2, color=INK, fill="#9B2B7C", alpha=0.75, stroke=0.4)
        + p9.facet_wrap("STRIP", ncol=_COLUMNS, scales="free_y")
        + p9.expand_limits(y=[-0.3, 1.3])
        + p9.scale_x_continuous(name="CD7+ tumour cells (%)", minor_breaks=False, expand=(0.06, 0))
        + p9.scale_y_continuous(name="Outcome (grade; 0 = no, 1 = yes)", breaks=[0, 1, 2, 3, 4, 5], minor_breaks=False)
        + theme.note(wording.small_print(config))
        + theme.house_theme(*size)
        + p9.theme(strip_text=p9.element_text(size=8))
    )
