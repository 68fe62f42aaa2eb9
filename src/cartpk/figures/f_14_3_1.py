"""Flow of the cohorts: every infused subject in the order of infusion, and where it stands in the assessment of DLT."""

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
    id="f_14_3_1",
    number="14.3-1",
    title="Cohorts and dose-limiting toxicity, subject by subject",
    inputs=("adsl.csv", "work/addlt.csv"),
    endpoints=(Endpoint.DLT,),
)
_STATES: Final = {
    "DLT": ("With DLT", "#E8738F"),
    "NO DLT, OBSERVED": ("No DLT, window observed", "#8CCFB3"),
    "IN WINDOW": ("Still in the window", "#FFE08A"),
    "NOT OBSERVED": ("Window not observed to its end", "#CED4DA"),
    "WINDOW NOT STATED": ("Window not stated in the record", "#E7E9EE"),
}
"""Status of the DLT assessment -> as printed, its colour; in a grey print the circle still marks who has one."""
_WINDOWED: Final = frozenset({"NO DLT, OBSERVED", "IN WINDOW", "NOT OBSERVED"})
"""States that only a subject whose dose level has a window can be in."""
_MOST_IN_A_ROW: Final = 12
_FEWEST_IN_A_ROW: Final = 6


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """One row of tiles per dose level, lowest below; one tile per infused subject."""
    from cartpk.figures import theme, wording

    rows = _tiles(data)
    if rows.empty:
        return EmptyFigure("No subject was infused: no cohort can be shown.")
    n = len(rows)
    limiting = int((rows["NDLT"] > 0).sum())
    lines = int(rows.groupby("COHORT", observed=True)["LINE"].max().add(1).sum())
    order = (
        "in the order of infusion" if data.adsl["TRTORD"].notna().any() else "by subject number (no dates are given)"
    )
    return Figure(
        data=rows,
        caption=f"{wording.counted(n, 'infused subject')} by dose level, lowest below, from left to right {order}; "
        f"{wording.counted(limiting, 'subject')} with at least one event that counts as DLT.",
        footnotes=(
            "Subjects are counted, not events: a circled number is that subject's DLT events.",
            (
                "Evaluable: with DLT, or observed to the end of the window. Numbers by dose level: Table 14.3-1. Where "
                "the record has a rule, its state is in Table 14.3-1b; every decision is one of people."
            ),
        ),
        alt=f"Rows of tiles, one per dose level, with a tile for each of {wording.counted(n, 'infused subject')}, "
        f"coloured by the state of the assessment of DLT; {limiting} with DLT.",
        n=n,
        draw=lambda: _plot(rows, config, (theme.WIDTH, 1.5 + 0.62 * lines)),
        width=theme.WIDTH,
        height=1.5 + 0.62 * lines,
    )


def _tiles(data: TrialData) -> pd.DataFrame:
    """One row per infused subject: dose level, place in it, status, DLT events."""
    import pandas as pd

    table = data.derived["addlt"]
    rows = table[table["STATUS"].isin(list(_STATES))].merge(data.adsl[["USUBJID", "TRTORD"]], on="USUBJID", how="left")
    rows = rows.sort_values(["COHORTN", "TRTORD", "USUBJID"], kind="stable", na_position="last")
    place = rows.groupby("COHORTN").cumcount()
    rows = rows.assign(LINE=place // _MOST_IN_A_ROW, PLACE=place % _MOST_IN_A_ROW + 1.0)
    rows["COHORT"] = pd.Categorical(
        rows["COHORT"], categories=[c for c in data.cohorts if rows["COHORT"].eq(c).any()], ordered=True
    )
    keep = ["USUBJID", "COHORT", "LINE", "PLACE", "STATUS", "NDLT", "DLTTERM", "DAYSLEFT", "REASON"]
    return rows[keep].reset_index(drop=True)


def _heads(rows: pd.DataFrame) -> dict[str, str]:
    """Dose level -> heading with its numbers of subjects."""
    heads = {}
    for cohort, own in rows.groupby("COHORT", observed=True):
        evaluable = str(int(own["STATUS"].isin(["DLT", "NO DLT, OBSERVED"]).sum()))
        if own["STATUS"].eq("WINDOW NOT STATED").any() and not own["STATUS"].isin(_WINDOWED).any():
            evaluable = "not stated"
        limiting = int((own["NDLT"] > 0).sum())
        heads[str(cohort)] = f"{cohort}\ninfused {len(own)} · evaluable {evaluable}\nwith DLT {limiting}"
    return heads


def _plot(rows: pd.DataFrame, config: TrialConfig, size: tuple[float, float]) -> p9.ggplot:
    import plotnine as p9

    from cartpk.figures import theme, wording
    from cartpk.figures.palette import INK, PAPER

    heads = _heads(rows)
    there = [code for code in _STATES if rows["STATUS"].eq(code).any()]
    names = [_STATES[code][0] for code in there]
    inks = {_STATES[code][0]: _STATES[code][1] for code in there}
    above = list(reversed([str(c) for c in rows["COHORT"].cat.categories]))
    drawn = rows.assign(
        STATE=theme.in_order(rows["STATUS"].map({c: _STATES[c][0] for c in there}), names),
        STRIP=theme.in_order(rows["COHORT"].astype(str).map(heads), [heads[c] for c in above]),
        Y=-1.0 * rows["LINE"],
        WHO=rows["USUBJID"].str.split("-").str[-1],
    )
    limiting = drawn[drawn["NDLT"] > 0]
    limiting = limiting.assign(TEXT=limiting["NDLT"].map("{:.0f}".format))
    return (
        p9.ggplot(drawn, p9.aes("PLACE", "Y"))
        + p9.geom_tile(p9.aes(fill="STATE"), width=0.9, height=0.86, color="#FFFFFF", size=0.6)
        + p9.geom_text(p9.aes(label="WHO"), size=7, color=INK, nudge_y=-0.22)
        + p9.geom_point(p9.aes("PLACE", "Y + 0.14"), limiting, shape="o", size=5.2, fill=PAPER, color=INK, stroke=0.5)
        + p9.geom_text(p9.aes("PLACE", "Y + 0.13", label="TEXT"), limiting, size=7.5, color=INK)
        + p9.facet_grid("STRIP", scales="free_y", space="free_y")
        + p9.scale_fill_manual(values=inks, name="")
        + p9.scale_x_continuous(limits=(0.45, max(_FEWEST_IN_A_ROW, rows["PLACE"].max()) + 0.55), breaks=[])
        + p9.scale_y_continuous(breaks=[], expand=(0, 0.1))
        + p9.labs(x="", y="")
        + theme.note(wording.small_print(config))
        + theme.house_theme(*size, [names])
        + p9.theme(strip_text_y=p9.element_text(angle=0, ha="left", size=8), panel_grid_major=p9.element_blank())
    )
