"""Forest of the individual estimates: every subject's value with its 95 % limits, by dose level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec

if TYPE_CHECKING:
    import pandas as pd
    import plotnine as p9

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_2_12c",
    number="14.2-12c",
    title="Individual fits: model parameters by dose level",
    inputs=("adsl.csv", "adnca.csv", "work/adpp_model.csv", "work/fits.csv", "work/model_choice.csv"),
    needs="models",
)
MOST_ROWS: Final = 60
"""[choice] More subjects than this are no picture any more."""
SHOWN: Final = {
    "MCMAX": "Cmax",
    "MTMAX": "Tmax (day)",
    "DBLTIME": "Doubling time (day)",
    "HLALPHA": "Half-life of\ncontraction (day)",
    "HLBETA": "Half-life of\npersistence (day)",
}
"""Quantities, in this order; those that the chosen models do not have are left out."""
BOUNDED: Final = "estimate with 95 % limits"
LIMIT: Final = "only a limit is known, or none (line to the edge)"
_COLUMNS: Final = [
    "USUBJID", "COHORT", "MODEL", "PARAMCD", "PARAM", "AVAL", "AVALU", "AVALLO", "AVALHI", "AVALC", "FLAG", "KIND",
    "LOW", "HIGH",
]  # fmt: skip
_NO_LIMIT: Final = (
    "A dotted line to the edge has no limit on that side: the data do not bound the value. Such a half-life of "
    "persistence has no mark; another such quantity has an open mark, which leans on the prior. Neither enters a mean."
)
_AT_ZERO: Final = (
    "An estimate of 0 (Tmax of a curve that is highest at the infusion) has no place on a logarithmic axis and is left "
    "out: {}."
)
_OPEN: Final = ("LOWER_ONLY", "UPPER_ONLY", "NOT_IDENTIFIED")


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """One row per subject, one panel per quantity and dose level: first infusion, chosen model."""
    from cartpk.figures import fitted, wording

    rows, n_all, at_zero = _rows(data, config)
    if rows.empty:
        return EmptyFigure(fitted.no_models(data))
    n = rows["USUBJID"].nunique()
    doses = rows["COHORT"].nunique()
    size = (8.0, min(11.0, 0.16 * n + 0.25 * doses + 1.7))
    models = rows.drop_duplicates("USUBJID")["MODEL"]
    return Figure(
        data=rows,
        caption="Every subject's estimate with its 95 % limits, first infusion, by dose level; the grey line is the "
        f"geometric mean of the dose level's bounded estimates. {fitted.model_names(list(models), config)} "
        f"Subjects with a fit: {n_all} of {len(data.adsl)}.",
        footnotes=(
            _NO_LIMIT,
            "Limits: profile likelihood. Differences between dose levels are described, not tested.",
            *((_AT_ZERO.format(wording.counted(at_zero, "subject")),) if at_zero else ()),
            *((f"The first {n} of {wording.counted(n_all, 'subject')} are shown.",) if n < n_all else ()),
        ),
        alt=f"Forest plot of {wording.counted(n, 'subject')}: one line per subject with estimate and limits on "
        "logarithmic axes, in columns by quantity and rows by dose level.",
        n=n,
        draw=lambda: _plot(rows, config, size),
        width=size[0],
        height=size[1],
    )


def _rows(data: TrialData, config: TrialConfig) -> tuple[pd.DataFrame, int, int]:
    """What is drawn, the number of subjects with a fit, and of those shown the number with an estimate of 0."""
    import numpy as np
    import pandas as pd

    from cartpk.figures import fitted

    rows = _of_chosen(data, config)
    rows = rows[rows["PARAMCD"].isin(list(SHOWN)) & rows["USUBJID"].isin(fitted.is_shown(data, config))]
    zero = rows["AVAL"] <= 0
    at_zero = set(rows.loc[zero, "USUBJID"])
    rows = rows[(rows[["AVAL", "AVALLO", "AVALHI"]] > 0).any(axis=1) & ~zero]
    if rows.empty:
        return pd.DataFrame(columns=_COLUMNS), 0, 0
    place = {code: at for at, code in enumerate(SHOWN)}
    rows = rows.sort_values("PARAMCD", key=lambda code: code.map(place), kind="stable")
    rows = fitted.with_dose(rows, data)
    n_all = rows["USUBJID"].nunique()
    kept = list(dict.fromkeys(rows["USUBJID"]))[:MOST_ROWS]
    rows = rows[rows["USUBJID"].isin(kept)].reset_index(drop=True)
    flags = rows["FLAG"].fillna("").str.split(";")
    rows["KIND"] = np.where(flags.map(lambda f: bool(set(f) & set(_OPEN))), LIMIT, BOUNDED)
    edge = pd.concat([_ends(own) for _, own in rows.groupby("PARAMCD", sort=False)])
    return rows.join(edge)[_COLUMNS], n_all, len(at_zero & set(kept))


def _of_chosen(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """Parameter rows of the chosen model of each subject's first profile; ``fits`` says which method is which model."""
    from cartpk.figures import fitted
    from cartpk.figures.samples import FIRST_INFUSION

    rows = data.adpp[data.adpp["PARCAT1"].eq("MODEL") & data.adpp["PPCAT"].eq(config.primary_analyte.code)]
    if rows.empty or "METHOD" not in data.fits or data.fits.empty:
        return rows.iloc[:0].assign(MODEL="")
    names = data.fits.drop_duplicates("METHOD").set_index("METHOD")["MODEL"]
    rows = rows.assign(MODEL=rows["PPANMETH"].map(names))
    rows = rows[rows["ATPTREF"].eq(FIRST_INFUSION)]
    return fitted.of_chosen(rows, data, config)


def _ends(own: pd.DataFrame) -> pd.DataFrame:
    """Ends of the lines of one quantity: its limits, or the edge of the panel where there is none."""
    import numpy as np

    known = own[["AVAL", "AVALLO", "AVALHI"]].to_numpy(dtype=float)
    inside = known[np.isfinite(known) & (known > 0)]
    low, high = (float(inside.min()) / 1.3, float(inside.max()) * 1.3)
    lower = own["AVALLO"].where(own["AVALLO"] > 0)  # the axis has no 0
    return own.assign(LOW=lower.fillna(low), HIGH=own["AVALHI"].fillna(high))[["LOW", "HIGH"]]


def _plot(drawn: pd.DataFrame, config: TrialConfig, size: tuple[float, float]) -> p9.ggplot:
    import plotnine as p9

    from cartpk.figures import samples as s
    from cartpk.figures import theme, wording

    there = [code for code in SHOWN if code in set(drawn["PARAMCD"])]
    unit = (
        s.short_unit(str(drawn.loc[drawn["PARAMCD"].eq("MCMAX"), "AVALU"].dropna().iloc[0])) if "MCMAX" in there else ""
    )
    labels = {code: f"{SHOWN[code]}\n({unit})" if code == "MCMAX" else SHOWN[code] for code in there}
    subjects = list(dict.fromkeys(drawn["USUBJID"]))
    doses = list(dict.fromkeys(drawn["COHORT"].astype(str)))
    rows = drawn.assign(
        WHAT=theme.in_order(drawn["PARAMCD"].map(labels), [labels[code] for code in there]),
        WHO=theme.in_order(drawn["USUBJID"], subjects[::-1]),
        DOSE=theme.in_order(drawn["COHORT"].astype(str).map(_wrapped), [_wrapped(dose) for dose in doses]),
        COLOUR=drawn["COHORT"].astype(str),
    )
    rows["INSIDE"] = rows["COLOUR"].where(rows["KIND"] == BOUNDED, "open")
    marks = rows[rows["AVAL"].notna()]
    means = _means(marks)
    scales = {"values": {BOUNDED: "solid", LIMIT: "dotted"}, "breaks": [BOUNDED, LIMIT], "name": ""}
    return (
        p9.ggplot(rows, p9.aes(y="WHO"))
        + p9.geom_vline(p9.aes(xintercept="AVAL"), means, color="#9AA5B1", size=1.2)
        + p9.geom_segment(p9.aes(x="LOW", xend="HIGH", yend="WHO", color="COLOUR", linetype="KIND"), size=0.7)
        + p9.geom_point(p9.aes(x="AVAL", color="COLOUR", fill="INSIDE"), marks, shape="o", size=1.7, stroke=0.6)
        + p9.facet_grid("DOSE", "WHAT", scales="free", space={"x": [1] * len(there), "y": _heights(rows, doses)})
        + theme.log_value_axis(0.02)
        + p9.scale_linetype_manual(**scales)
        + theme.dose_fills(doses, open_as="open")
        + p9.labs(x="Value (logarithmic axes)", y="")
        + theme.note(wording.small_print(config))
        + theme.house_theme(*size, [[BOUNDED, LIMIT]], letters=8)
        + p9.theme(
            axis_text=p9.element_text(size=7),
            axis_text_y=p9.element_text(size=6.5),
            strip_text=p9.element_text(size=7.5),
            panel_spacing_x=0.022,
        )
    )


def _wrapped(dose: str) -> str:
    from cartpk.figures import wording

    return wording.wrapped(dose, 1.2, 9)


def _heights(rows: pd.DataFrame, doses: list[str]) -> list[int]:
    """Subjects of each dose level: its panel's share of the height."""
    n = rows.groupby("COLOUR")["USUBJID"].nunique()
    return [int(n[dose]) + 1 for dose in doses]


def _means(marks: pd.DataFrame) -> pd.DataFrame:
    """Geometric mean of the values that the data bound, per panel."""
    import numpy as np

    used = marks[(marks["KIND"] == BOUNDED) & (marks["AVAL"] > 0)]
    grouped = used.assign(AVAL=np.log(used["AVAL"])).groupby(["DOSE", "WHAT"], observed=True)["AVAL"]
    return grouped.mean().map(np.exp).reset_index()
