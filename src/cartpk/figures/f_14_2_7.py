"""Box and every point of Cmax and of the areas over the windows, by dose level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec
from cartpk.figures.exposure_values import BOUND, EXTRAPOLATED, PRIMARY, ZERO, parameters
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    import plotnine as p9

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_2_7",
    number="14.2-7",
    title="Peak and exposure by dose level",
    inputs=("adsl.csv", "work/adpp_nca.csv"),
    endpoints=(Endpoint.CMAX_TMAX, Endpoint.AUC),
)
_BOUND_NOTE: Final = (
    "Triangles: a result lies above its upper limit of quantification, for which the limit stands; the value is a "
    "lower bound, and so is a box that holds it."
)
_EXTRAPOLATED_NOTE: Final = (
    "Areas extrapolated from the last sample to the window's end are drawn open and are not in the box."
)
FEW_GROUPS: Final = 4
"""More dose levels than this are labelled upright."""
DOT: Final = 0.09
"""Inches between two marks."""
MANY: Final = 40
"""More values in a group than this are drawn smaller, beneath their box."""
FEWEST: Final = 3
"""[choice] A box needs so many values."""
_STATISTICS: Final = ("LOW", "Q1", "MEDIAN", "Q3", "HIGH")


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """One panel per parameter, one box per dose level, one mark per subject; first infusion, primary analyte."""
    from cartpk.figures import samples as s
    from cartpk.figures import wording

    rows = parameters(data, config)
    values = rows.dropna(subset=["AVAL"])
    name = s.what(config.primary_analyte.label, config.primary_analyte.specimen)
    if not (values["AVAL"] > 0).any():
        return EmptyFigure(f"No peak and no area of {name} could be calculated.")
    method = config.primary_analyte.method or "method not stated in the configuration"
    labels = ", ".join(dict.fromkeys(values["LABEL"]))
    upright = len(data.cohorts) > FEW_GROUPS
    size = (8.0, (2.0 if upright else 1.0) + 3.0 * -(-values["LABEL"].nunique() // 3))
    return Figure(
        data=rows,
        caption=f"{labels} of {name} ({method}) by dose level, every subject with a value. Box: quartiles and median; "
        f"whiskers: lowest and highest value; no box for fewer than {FEWEST} values.",
        footnotes=(
            *((_EXTRAPOLATED_NOTE,) if (rows["KIND"] == EXTRAPOLATED).any() else ()),
            *((_BOUND_NOTE,) if (rows["KIND"] == BOUND).any() else ()),
            *(("Numbers above the boxes: subjects.",) if upright else ()),
            *_not_calculated(rows),
        ),
        alt=f"Box plots on a logarithmic axis of {labels} of {name} by dose level, with a mark for each of "
        f"{wording.counted(values['USUBJID'].nunique(), 'subject')}.",
        n=values["USUBJID"].nunique(),
        draw=lambda: _plot(values, data.cohorts, config, size),
        width=size[0],
        height=size[1],
    )


def _not_calculated(rows: pd.DataFrame) -> tuple[str, ...]:
    missing = rows[rows["AVAL"].isna()]
    if missing.empty:
        return ()
    counts = missing.groupby("LABEL", observed=True)["USUBJID"].nunique()
    each = ", ".join(f"{label} in {n}" for label, n in counts.items())
    return (f"Not calculated (NC), hence not drawn: {each}; the reasons are in the table of individual parameters.",)


def _boxes(values: pd.DataFrame, config: TrialConfig) -> pd.DataFrame:
    """Quartiles, median and range of the values that are not extrapolated, where there are enough."""
    from cartpk.core.summary import summarise

    used = values[values["KIND"] != EXTRAPOLATED]
    groups = used.groupby(["LABEL", "COHORT"], observed=True)
    made = groups.agg(N=("AVAL", "size")).reset_index()
    s = summarise(used["AVAL"], groups.ngroup(), len(made), config.report.summaries.quartiles)
    stats = dict(zip(_STATISTICS, (s.minimum, s.q1, s.median, s.q3, s.maximum), strict=True))
    return made.assign(X=made["COHORT"].cat.codes + 1.0, **stats)[made["N"] >= FEWEST]


def _plot(values: pd.DataFrame, cohorts: Sequence[str], config: TrialConfig, size: tuple[float, float]) -> p9.ggplot:
    import plotnine as p9

    from cartpk.figures import swarm, theme, wording
    from cartpk.figures.palette import LLOQ_INK

    k, wide = len(cohorts), _panel_width(size[0], values["LABEL"].nunique())
    many = values.groupby(["LABEL", "COHORT"], observed=True).size().max() > MANY
    dot = DOT / 2 if many else DOT
    floor = values[values["AVAL"] > 0].groupby("LABEL", observed=True)["AVAL"].min() / 2.5
    marks = values.assign(Y=_on_floor(values, "AVAL", floor))
    marks = swarm.swarmed(marks, "LABEL", "COHORT", (dot * k / wide, dot / (size[1] - 1.4)))
    marks["DOSE"] = marks["COHORT"].astype(str)
    marks["INSIDE"] = marks["DOSE"].where(marks["KIND"].isin([PRIMARY, BOUND]), "OPEN")
    point = p9.aes(x="XSWARM", color="DOSE", fill="INSIDE", shape="KIND")
    layers = [_box(_boxes(values, config), floor, k), p9.geom_point(point, size=0.9 if many else 2.0, stroke=0.5)]
    few = k <= FEW_GROUPS
    ticks = [wording.wrapped(cohort, 0.9 * wide / k, 8.5) for cohort in cohorts] if few else list(cohorts)
    return (
        p9.ggplot(marks, p9.aes("X", "Y"))
        + (layers[::-1] if many else layers)
        + p9.geom_text(p9.aes(label="TEXT"), _counts(marks, "n = " if few else ""), size=7.5, color=LLOQ_INK)
        + p9.facet_wrap("LABEL", scales="free_y", ncol=3, labeller=_headings(values))
        + theme.log_axis()
        + theme.groups(ticks, "Dose level" if k > 1 else "")
        + theme.dose_fills(cohorts, open_as="OPEN")
        + _kinds(marks)
        + p9.labs(y="")
        + theme.note(wording.small_print(config))
        + theme.house_theme(*size)
        + p9.theme(panel_grid_major_x=p9.element_blank(), axis_text_x=p9.element_text(rotation=0 if few else 90))
    )


def _box(boxes: pd.DataFrame, floor: pd.Series[float], groups: int) -> p9.geom_boxplot:
    """Boxes of computed statistics; without a fill they leave the marks visible."""
    import plotnine as p9

    from cartpk.figures.palette import LLOQ_INK

    drawn = boxes.assign(**{name: _on_floor(boxes, name, floor) for name in _STATISTICS})
    box = p9.aes("X", ymin="LOW", lower="Q1", middle="MEDIAN", upper="Q3", ymax="HIGH", y="MEDIAN", group="COHORT")
    width = 0.62 if groups > 1 else 0.3
    return p9.geom_boxplot(box, drawn, stat="identity", width=width, fill="none", color=LLOQ_INK, size=0.5)


def _panel_width(width: float, panels: int) -> float:
    """Inches of a panel without its axis."""
    columns = min(panels, 3)
    return (width - 0.2) / columns - 0.6


def _on_floor(rows: pd.DataFrame, column: str, floor: pd.Series[float]) -> pd.Series[float]:
    """The column with 0 put at the lower edge of its panel: a log axis has no 0."""
    return rows[column].where(rows[column] > 0, rows["LABEL"].astype(object).map(dict(floor)).astype(float))


def _counts(marks: pd.DataFrame, prefix: str) -> pd.DataFrame:
    """``TEXT`` with the number of marks of each group, ``X``, and ``Y`` above the highest mark of the panel."""
    made = marks.groupby(["LABEL", "COHORT"], observed=True).agg(N=("Y", "size"), X=("X", "first")).reset_index()
    top = marks.groupby("LABEL", observed=True)["Y"].agg(lambda y: y.max() * (y.max() / y.min()) ** 0.1 * 1.05)
    return made.assign(TEXT=prefix + made["N"].astype(str), Y=made["LABEL"].astype(object).map(dict(top)).astype(float))


def _headings(values: pd.DataFrame) -> dict[str, str]:
    """Parameter -> heading of its panel, with its unit."""
    from cartpk.figures import samples as s

    known = values.dropna(subset=["AVALU"]).drop_duplicates("LABEL")
    return {
        label: f"{label}\n({s.short_unit(unit)})" for label, unit in zip(known["LABEL"], known["AVALU"], strict=True)
    }


def _kinds(marks: pd.DataFrame) -> p9.scale_shape_manual:
    """Marks of the kinds that occur, with their legend."""
    import plotnine as p9

    from cartpk.figures.palette import LLOQ_INK, PAPER

    shapes = {PRIMARY: "o", BOUND: "^", EXTRAPOLATED: "D", ZERO: "v"}
    kinds = [kind for kind in shapes if (marks["KIND"] == kind).any()]
    if kinds == [PRIMARY]:
        return p9.scale_shape_manual(values=shapes, guide=None)
    looks = {"fill": [LLOQ_INK if kind in {PRIMARY, BOUND} else PAPER for kind in kinds], "color": LLOQ_INK}
    return p9.scale_shape_manual(name="", values=shapes, breaks=kinds, guide=p9.guide_legend(override_aes=looks))
