"""Population model: effects of covariates as ratios with their confidence intervals (forest)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec

if TYPE_CHECKING:
    import pandas as pd
    import plotnine as p9

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_2_12g",
    number="14.2-12g",
    title="Population model: effects of covariates",
    inputs=("adsl.csv", "adnca.csv", "work/population_samples.csv", "work/population_covariates.csv"),
    needs="covariates",
    each_subject=False,
)
_COLUMNS: Final = ["PARAM", "EFFECT", "N", "RATIO", "LOWER", "UPPER", "DECISION"]
_READ: Final = (
    "Ratio of typical values and its 95 % confidence interval; an interval that holds 1 shows no effect, nor that "
    "there is none. Filled: the likelihood-ratio test decides for an effect at 5 %; open: it does not, or is undecided "
    "within its Monte Carlo error. No correction for the number of covariates."
)
_WIDTH: Final = 8.0


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """One line per coefficient, one panel per parameter, logarithmic axis."""
    from cartpk.figures import fitted, wording

    shown = _rows(data, config)
    n = len(set(data.population_samples.get("USUBJID", ())) & fitted.is_shown(data, config))
    if shown.empty or not n:
        return EmptyFigure("The population model has no effect of a covariate to show.")
    height = max(2.6, 0.42 * len(shown) + 0.55 * shown["PARAM"].nunique() + 1.3)
    return Figure(
        data=shown,
        caption=f"{fitted.population_name(config)} Typical value at the first value of each contrast by that at the "
        f"second. {wording.counted(n, 'subject')}.",
        footnotes=(_READ,),
        alt=f"{wording.counted(len(shown), 'ratio')} with confidence intervals on a logarithmic axis around 1, in "
        f"panels by parameter: {', '.join(dict.fromkeys(shown['PARAM']))}.",
        n=n,
        draw=lambda: _plot(shown, config, height),
        width=_WIDTH,
        height=height,
    )


def _rows(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """``PARAM``, ``EFFECT`` (covariate and contrast), ``N``, ratio, limits, decision; those without limits left out."""
    import pandas as pd

    rows = data.population_covariates
    if rows.empty or "RATIO" not in rows:
        return pd.DataFrame(columns=_COLUMNS)
    rows = rows.dropna(subset=["RATIO", "LOWER", "UPPER"])
    names = {grouping.column: grouping.name for grouping in config.groupings.values()}
    labels = [f"{names.get(c, c)}: {contrast}" for c, contrast in zip(rows["COVARIATE"], rows["CONTRAST"], strict=True)]
    return rows.assign(EFFECT=labels).reindex(columns=_COLUMNS).reset_index(drop=True)


def _plot(shown: pd.DataFrame, config: TrialConfig, height: float) -> p9.ggplot:
    import plotnine as p9

    from cartpk.figures import theme, wording
    from cartpk.figures.palette import INK, LLOQ_INK, PAPER

    rows = shown.assign(
        TARGET=theme.in_order(shown["PARAM"], dict.fromkeys(shown["PARAM"])),
        LINE=theme.in_order(shown["EFFECT"], list(dict.fromkeys(shown["EFFECT"]))[::-1]),
    )
    shows = rows["DECISION"].eq("yes")
    return (
        p9.ggplot(rows, p9.aes("RATIO", "LINE"))
        + p9.geom_vline(xintercept=1.0, color=LLOQ_INK, size=0.5, linetype="dashed")
        + p9.geom_segment(p9.aes("LOWER", "LINE", xend="UPPER", yend="LINE"), color=INK, size=0.7)
        + p9.geom_point(data=rows[shows], fill=INK, color=INK, size=2.6)
        + p9.geom_point(data=rows[~shows], fill=PAPER, color=INK, size=2.6, stroke=0.7)
        + p9.facet_grid("TARGET ~ .", scales="free_y", space="free_y")
        + p9.scale_x_log10(name="Ratio of typical values (log axis)")
        + p9.labs(y="")
        + theme.note(wording.small_print(config))
        + theme.house_theme(_WIDTH, height)
        + p9.theme(strip_text_y=p9.element_text(angle=0))
    )
