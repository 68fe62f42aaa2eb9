"""Dose and exposure, log-log: every subject, the fitted power model with its band, and a line of slope 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec

if TYPE_CHECKING:
    import pandas as pd
    import plotnine as p9

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_2_11",
    number="14.2-11",
    title="Dose and exposure: power model (log-log)",
    inputs=("adsl.csv", "work/adpp_nca.csv"),
    needs="doses",
    each_subject=False,  # the slopes are those of Table 14.2-8
)
FITTED: Final = "power model with 90 % band of the mean"
PROPORTIONAL: Final = "proportional to dose (slope 1)"
_BAND_INK: Final = "#9AA5B1"
_LEVEL: Final = 0.90
_POINTS: Final = 25
_COLUMNS: Final = ["LAYER", "USUBJID", "COHORT", "LABEL", "DOSEA", "DOSEU", "AVAL", "AVALU", "LOWER", "UPPER"]


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """One panel per parameter of the primary analyte: the values of Table 14.2-8 against the actual dose."""
    from cartpk.core.proportionality import MIN_LEVELS, MIN_VALUES
    from cartpk.figures import samples as s
    from cartpk.figures import wording

    if not data.adsl["DOSEA"].gt(0).any():
        return EmptyFigure("The data carry no dose: exposure cannot be set against it.")
    values = _values(data, config)
    name = s.what(config.primary_analyte.label, config.primary_analyte.specimen)
    levels = values["COHORT"].nunique()
    if len(values) < MIN_VALUES or levels < MIN_LEVELS:
        return EmptyFigure(
            f"A power model needs at least {MIN_VALUES} values above 0 at {MIN_LEVELS} dose levels; {name} has "
            f"{len(values)} at {levels}."
        )
    lines, slopes = _lines(values)
    n = values["USUBJID"].nunique()
    labels = ", ".join(dict.fromkeys(values["LABEL"].astype("str")))
    unit = str(values["DOSEU"].dropna().iloc[0]) if values["DOSEU"].notna().any() else "unit not stated"
    return Figure(
        data=_all_drawn(values, lines),
        caption=f"{labels} of {name} against the actual dose ({s.printed_unit(unit)}), one mark per subject of the PK "
        f"analysis set with a value above 0 (n = {n}). {slopes}".strip(),
        footnotes=(
            (
                "Power model ln(parameter) = a + b ln(dose), least squares; band: 90 % confidence interval of the mean "
                "by Student's t. The dashed line has slope 1 and passes through the geometric means. Table 14.2-8 "
                "judges the slope."
            ),
            (
                "Extrapolated areas and lower bounds are left out. Exploratory: the cells multiply after infusion, "
                "exposure proportional to dose is not expected."
            ),
            *_without(values, data),
        ),
        alt=f"Log-log scatter of {labels} of {name} against dose for {wording.counted(n, 'subject')}, with the fitted "
        "power model and a line of slope 1.",
        n=n,
        draw=lambda: _plot(values, lines, data.cohorts, config),
        width=8.0,
        height=4.1,
    )


def _without(values: pd.DataFrame, data: TrialData) -> tuple[str, ...]:
    """How many subjects with a dose have no place here, where there are any."""
    from cartpk.figures import wording

    dosed = set(data.adsl.loc[data.adsl["DOSEA"].gt(0), "USUBJID"])
    n = len(dosed - set(values["USUBJID"]))
    return (f"Not drawn, having no value above 0: {wording.counted(n, 'subject')}.",) if n else ()


def _values(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per subject of the PK set and parameter above 0 that the model may use."""
    from cartpk.clinical.analysis_sets import outside_kinetics
    from cartpk.figures.exposure_values import PRIMARY, parameters
    from cartpk.terms import SubjectSet

    rows = parameters(data, config)
    outside = outside_kinetics(data.adsl, SubjectSet.PK)
    dosed = data.adsl[data.adsl["USUBJID"].isin(outside.index[outside.isna()]) & data.adsl["DOSEA"].gt(0)]
    used = rows[rows["KIND"].eq(PRIMARY) & rows["AVAL"].gt(0)]
    made = used.merge(dosed[["USUBJID", "DOSEA", "DOSEU"]], on="USUBJID", how="inner")
    return made.assign(LABEL=made["LABEL"].cat.remove_unused_categories())


def _lines(values: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The power model of each parameter on a grid of doses with its band, and the slopes as a sentence."""
    import numpy as np
    import pandas as pd
    from scipy.special import stdtrit

    from cartpk.core.proportionality import power_model

    made, slopes = [], []
    for label, rows in values.groupby("LABEL", observed=True):
        fit = power_model(rows["DOSEA"], rows["AVAL"], _LEVEL)
        if fit.reason or rows["COHORT"].nunique() < 2:
            continue
        x = np.log(rows["DOSEA"].to_numpy(dtype=np.float64))
        grid = np.linspace(x.min(), x.max(), _POINTS)
        mean = fit.intercept + fit.slope * grid
        spread = 1.0 / x.size + (grid - x.mean()) ** 2 / ((x - x.mean()) @ (x - x.mean()))
        half = float(stdtrit(fit.n - 2, 0.5 + _LEVEL / 2.0)) * fit.residual_sd * np.sqrt(spread)
        one = fit.intercept + fit.slope * x.mean() + (grid - x.mean())
        band = {"LOWER": np.exp(mean - half), "UPPER": np.exp(mean + half)}
        dose = np.exp(grid)
        made.append(pd.DataFrame({"LABEL": label, "LAYER": FITTED, "DOSEA": dose, "AVAL": np.exp(mean), **band}))
        made.append(pd.DataFrame({"LABEL": label, "LAYER": PROPORTIONAL, "DOSEA": dose, "AVAL": np.exp(one)}))
        slopes.append(f"{label} {fit.slope:.2f} ({fit.lower:.2f} to {fit.upper:.2f})")
    if not made:
        empty = pd.DataFrame({c: pd.Series(dtype="float64") for c in ("DOSEA", "AVAL", "LOWER", "UPPER")})
        return empty.assign(LABEL=pd.Series(dtype="str"), LAYER=pd.Series(dtype="str")), ""
    table = pd.concat(made, ignore_index=True)
    kinds = values["LABEL"].cat.categories
    table["LABEL"] = pd.Categorical(table["LABEL"].astype("str"), categories=list(kinds), ordered=True)
    return table, f"Slope b (90 % CI): {'; '.join(slopes)}."


def _all_drawn(values: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    parts = [values.assign(LAYER="SUBJECT"), *([lines] if len(lines) else [])]
    drawn = pd.concat([part.astype({"LABEL": "str"}) for part in parts], ignore_index=True)
    return drawn.reindex(columns=_COLUMNS)


def _plot(values: pd.DataFrame, lines: pd.DataFrame, cohorts: tuple[str, ...], config: TrialConfig) -> p9.ggplot:
    import plotnine as p9

    from cartpk.figures import samples as s
    from cartpk.figures import theme, wording
    from cartpk.figures.palette import INK, dose_colours, dose_marks

    units = dict(zip(values["LABEL"].astype("str"), values["AVALU"], strict=True))
    heads = {label: f"{label}\n({s.short_unit(unit)})" for label, unit in units.items()}
    present = [c for c in cohorts if c in set(values["COHORT"].astype("str"))]
    colours = dict(zip(cohorts, dose_colours(len(cohorts)), strict=True))
    marks = dict(zip(cohorts, dose_marks(len(cohorts)), strict=True))

    def panelled(rows: pd.DataFrame) -> pd.DataFrame:
        return rows.assign(
            FACET=theme.in_order(rows["LABEL"].astype("str").map(heads), heads.values()),
            DOSE=theme.in_order(rows["COHORT"].astype("str"), present) if "COHORT" in rows else None,
        )

    drawn = panelled(lines)
    raster = values["USUBJID"].nunique() > s.MOST_PATHS
    unit = s.printed_unit(str(values["DOSEU"].dropna().iloc[0])) if values["DOSEU"].notna().any() else "unit not stated"
    kinds = {FITTED: "solid", PROPORTIONAL: "dashed"}
    size = (8.0, 4.1)
    return (
        p9.ggplot(panelled(values), p9.aes("DOSEA", "AVAL"))
        + p9.geom_ribbon(p9.aes(ymin="LOWER", ymax="UPPER"), drawn.dropna(subset=["LOWER"]), fill=_BAND_INK, alpha=0.35)
        + p9.geom_line(p9.aes(linetype="LAYER"), drawn, color=INK, size=0.7)
        + p9.geom_point(p9.aes(fill="DOSE", shape="DOSE"), size=2.3, stroke=0.3, color="#FFFFFF", raster=raster)
        + p9.facet_wrap("FACET", ncol=3, scales="free_y")
        + theme.log_value_axis()
        + theme.log_axis()
        + p9.scale_linetype_manual(name="", values=kinds, breaks=list(kinds), guide=p9.guide_legend(nrow=1))
        + p9.scale_fill_manual(name="", values={c: colours[c] for c in present}, guide=p9.guide_legend(nrow=1))
        + p9.scale_shape_manual(name="", values={c: marks[c] for c in present}, guide=p9.guide_legend(nrow=1))
        + p9.labs(x=f"Actual dose ({unit})", y="")
        + theme.note(wording.small_print(config))
        + theme.house_theme(*size, [list(kinds), present])
    )
