"""Profiles of the likelihood of each subject's half-lives: how far the data bound them, and where they do not."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec

if TYPE_CHECKING:
    import pandas as pd
    import plotnine as p9

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_2_12b",
    number="14.2-12b",
    title="Individual fits: profile likelihood of doubling time and half-lives",
    inputs=("adsl.csv", "adnca.csv", "work/model_profiles.csv", "work/model_choice.csv"),
    needs="models",
)
MOST_PANELS: Final = 30
"""[choice] More panels than this do not fit on an A4 page."""
SHOWN: Final = {
    "DBLTIME": ("doubling time", "solid", "#B45309"),
    "HLALPHA": ("half-life of contraction", "dashed", "#0B7285"),
    "HLBETA": ("half-life of persistence", "dotted", "#6D28D9"),
}
"""Quantity -> its name, line and colour."""
_TOP: Final = 1.6
"""[choice] The curves are cut where they have risen to this multiple of the rise at a limit."""
_WHAT: Final = (
    "Each curve moves one quantity away from its estimate (mark) and fits everything else again: the higher it rises, "
    "the worse the data agree. Where it crosses the line at 1 lies a 95 % limit; a curve that stays below the line has "
    "no limit on that side."
)
_HEADING: Final = (
    "The heading names the half-life of persistence: 'not bounded' = the data give no limit; > or < = a limit on one "
    "side only, in days (d). Such a half-life is never reported as a number."
)
_NO_PERSISTENCE: Final = "The model has no phase of persistence, and so no half-life of one."
_NOTES: Final = (
    (
        "Vertical axis: rise of −2 log-likelihood over that at a 95 % limit (square of Student's t with the degrees of "
        "freedom of the residual SD). Priors play no part in the curves, so that a mark may stand beside the lowest "
        "point; the residual SD is held."
    ),
)
_KEYS: Final = ["USUBJID", "ATPTREF"]
_COLUMNS: Final = [
    "USUBJID", "ATPTREF", "COHORT", "STRIP", "MODEL", "PARAMCD", "VALUE", "RISE", "LIMIT", "RELATIVE", "AVAL", "AVALLO",
    "AVALHI", "VERDICT", "SAID",
]  # fmt: skip


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """One panel per subject: the curves of its doubling time and half-lives under the chosen model."""
    from cartpk.figures import fitted, wording

    rows, n_all = _rows(data, config)
    if rows.empty:
        return EmptyFigure(f"{fitted.no_models(data)[:-1]}, or its model has no half-life.")
    panels = rows["STRIP"].nunique()
    n = rows["USUBJID"].nunique()
    columns = min(panels, 4) if panels <= 20 else 5
    size = (8.0, 1.45 * math.ceil(panels / columns) + 1.3)
    profiles = rows.drop_duplicates(_KEYS)
    persists = rows["PARAMCD"].eq("HLBETA").any()
    quantities = [name for code, (name, *_) in SHOWN.items() if rows["PARAMCD"].eq(code).any()]
    return Figure(
        data=rows,
        caption=f"{_WHAT} {fitted.model_names(list(profiles['MODEL']), config)} "
        f"Subjects with a fit: {n_all} of {len(data.adsl)}.",
        footnotes=(
            _HEADING if persists else _NO_PERSISTENCE,
            *_NOTES,
            *((f"The first {n} of {wording.counted(n_all, 'subject')} are shown.",) if n < n_all else ()),
        ),
        alt=f"{wording.counted(panels, 'panel')}, one per subject: curves of the rise of the likelihood over days on a "
        f"logarithmic axis, for {', '.join(quantities)}.",
        n=n,
        draw=lambda: _plot(rows, config, (columns, *size)),
        width=size[0],
        height=size[1],
    )


def _rows(data: TrialData, config: TrialConfig) -> tuple[pd.DataFrame, int]:
    """What is drawn, and the number of subjects with a fit."""
    import pandas as pd

    from cartpk.figures import fitted

    rows = fitted.of_chosen(data.model_profiles, data, config)
    rows = rows[rows["USUBJID"].isin(fitted.is_shown(data, config))]
    if rows.empty or "PARAMCD" not in rows:
        return pd.DataFrame(columns=_COLUMNS), 0
    rows = rows[rows["PARAMCD"].isin(list(SHOWN)) & rows["RISE"].notna() & (rows["VALUE"] > 0)]
    rows = fitted.with_dose(rows, data)
    n_all = rows["USUBJID"].nunique()
    kept = rows.drop_duplicates(_KEYS)[_KEYS].head(MOST_PANELS)
    rows = rows.merge(kept, on=_KEYS, how="inner")
    rows["RELATIVE"] = rows["RISE"] / rows["LIMIT"]
    rows["SAID"] = [verdict(*row) for row in zip(rows["VERDICT"], rows["AVALLO"], rows["AVALHI"], strict=True)]
    beta = rows[rows["PARAMCD"].eq("HLBETA")].drop_duplicates(_KEYS).set_index(_KEYS)["SAID"]
    again = rows["ATPTREF"].str.lower().where(rows["USUBJID"].map(_infusions(kept)) > 1, "")
    names = (rows["USUBJID"] + " " + again).str.strip()
    place = pd.MultiIndex.from_frame(rows[_KEYS])
    said = pd.Series(beta.reindex(place).to_numpy(), index=rows.index)
    # said in the panels only where it tells them apart
    rows["STRIP"] = names if beta.empty else names + ("\npersistence " + said).fillna("\nno persistence in the model")
    return rows[_COLUMNS], n_all


def _infusions(kept: pd.DataFrame) -> dict[str, int]:
    return {str(name): int(count) for name, count in kept["USUBJID"].value_counts().items()}


def verdict(code: str, lower: float, upper: float) -> str:
    """What the data say about a time, in days.

    Examples
    --------
    >>> verdict("bounded", 1.234, 5.6), verdict("lower-only", 31.0, float("nan")), verdict("none", 1.0, 2.0)
    ('1.23–5.6 d', '> 31 d', 'not bounded')
    """
    if code == "bounded":
        return f"{lower:.3g}–{upper:.3g} d"
    if code == "lower-only" and lower == lower:  # noqa: PLR0124 - nan
        return f"> {lower:.3g} d"
    if code == "upper-only" and upper == upper:  # noqa: PLR0124 - nan
        return f"< {upper:.3g} d"
    return "not bounded"


def _plot(drawn: pd.DataFrame, config: TrialConfig, grid: tuple[int, float, float]) -> p9.ggplot:
    import plotnine as p9

    from cartpk.figures import theme, wording
    from cartpk.figures.palette import LLOQ_INK, PAPER

    columns, width, height = grid
    there = [code for code in SHOWN if code in set(drawn["PARAMCD"])]
    names = [SHOWN[code][0] for code in there]
    rows = drawn.assign(
        STRIP=theme.in_order(drawn["STRIP"], dict.fromkeys(drawn["STRIP"])),
        KIND=theme.in_order(drawn["PARAMCD"].map(lambda code: SHOWN[code][0]), names),
    )
    marks = rows.drop_duplicates([*_KEYS, "PARAMCD"])
    return (
        p9.ggplot(rows, p9.aes("VALUE", "RELATIVE", color="KIND"))
        + p9.geom_hline(yintercept=1.0, color=LLOQ_INK, size=0.6)
        + p9.geom_line(p9.aes(linetype="KIND"), size=0.8)
        + p9.geom_point(p9.aes(x="AVAL", y=0.0), marks, fill=PAPER, shape="o", size=1.6, stroke=0.7, show_legend=False)
        + p9.facet_wrap("STRIP", ncol=columns)
        + p9.scale_color_manual(name="", values={SHOWN[code][0]: SHOWN[code][2] for code in there})
        + p9.scale_linetype_manual(name="", values={SHOWN[code][0]: SHOWN[code][1] for code in there})
        + theme.log_value_axis()
        + p9.scale_y_continuous(breaks=[0.0, 0.5, 1.0, 1.5], minor_breaks=False)
        + p9.coord_cartesian(ylim=(-0.05, _TOP))
        + p9.labs(
            x="Days (logarithmic axis)", y=wording.wrapped("Rise of −2 log-likelihood / rise at a 95 % limit", height)
        )
        + theme.note(wording.small_print(config))
        + theme.house_theme(width, height, [names])
        + p9.theme(strip_text=p9.element_text(size=7.5), axis_text=p9.element_text(size=7.5))
    )
