"""Exposure by antibody status: every subject, geometric means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec
from cartpk.terms import AdaClass, Endpoint

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_2_50",
    number="14.2-50",
    title="Exposure by antibodies against the product",
    inputs=("adsl.csv", "work/adpp_nca.csv", "work/adis.csv", "work/delivered.csv"),
    endpoints=(Endpoint.IMMUNOGENICITY,),
)
_CLASSES: Final = {
    AdaClass.NEGATIVE: "Negative",
    AdaClass.PRE_EXISTING: "Pre-existing",
    AdaClass.INDUCED: "Induced",
    AdaClass.BOOSTED: "Boosted",
}
_SHOWN: Final = ("CMAX", "AUC0_28D", "AUC0_90D")


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """One row of panels per antibody test, one panel per exposure measure, one mark per subject."""
    from cartpk.figures import group_dots, wording

    if not data.clinical.has("antibodies"):
        return EmptyFigure("Needs data: IS (data.clinical.antibodies). No antibody results were delivered.")
    rows = _values(data, config)
    if rows.empty:
        return EmptyFigure("No subject has both an exposure above 0 and a class of antibodies.")
    tests = list(dict.fromkeys(rows["GROUP"]))
    size = (8.0, 0.6 + 2.6 * len(tests))
    n = rows["USUBJID"].nunique()
    return Figure(
        data=rows,
        caption=f"Exposure by class of {'; '.join(tests)}: {wording.counted(n, 'subject')}, one mark each; bar: "
        f"geometric mean, where a class has at least {config.report.summaries.min_group} values. Logarithmic axes.",
        footnotes=(
            (
                "Negative: in every sample. Induced: negative before, positive after the infusion. Boosted: positive "
                f"before, titre after it at least {config.immunogenicity.boost_fold:g} times the baseline's. "
                "Pre-existing: positive before, not boosted."
            ),
            (
                "Exploratory: antibodies are found later, and more often, in those who are followed longer; they may "
                "be a consequence of exposure as well as act on it. No comparison is made. Numbers: Tables 14.2-50 and "
                "14.2-50b."
            ),
            *_left_out(data, rows),
        ),
        alt=f"Dot plots of exposure on logarithmic axes by class of antibodies for {wording.counted(n, 'subject')}.",
        n=n,
        draw=lambda: group_dots.dots_by_group(rows, config, size),
        width=size[0],
        height=size[1],
    )


def _left_out(data: TrialData, rows: pd.DataFrame) -> tuple[str, ...]:
    """Subjects of the PK analysis set that have no mark, where there are any."""
    from cartpk.figures.wording import counted

    inside = data.adsl.loc[data.adsl["EXCLRS"].isna() & data.adsl["PKFL"].eq("Y"), "USUBJID"]
    missing = int((~inside.isin(rows["USUBJID"])).sum())
    if not missing:
        return ()
    return (f"Not drawn, without an exposure above 0 or without a class: {counted(missing, 'subject')}.",)


def _values(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per subject, antibody test and exposure above 0."""
    from cartpk.clinical.exposures import exposure_labels, exposures

    labels = {code: name for code, name in exposure_labels(config).items() if code in _SHOWN}
    values = exposures(data, config, labels)
    t = data.clinical.adis
    known = t[t["ANLFL"].eq("Y") & t["ADACLASS"].isin([str(c) for c in _CLASSES])]
    known = known.sort_values(["PARAMCD", "USUBJID"], kind="stable").drop_duplicates(["USUBJID", "PARAMCD"])
    classes = [str(c) for c in _CLASSES]
    groups = known[["USUBJID", "PARAMCD"]].rename(columns={"PARAMCD": "GROUPCD"})
    groups = groups.assign(
        GROUP=known["PARAM"].fillna(known["PARAMCD"]),
        VALUE=known["ADACLASS"].map({str(c): text for c, text in _CLASSES.items()}),
        VALUEN=known["ADACLASS"].map({c: float(i) for i, c in enumerate(classes)}),
    )
    rows = groups.merge(values, on="USUBJID")
    place = {code: i for i, code in enumerate(labels)}
    rows = rows[rows["AVAL"] > 0].assign(_P=rows["PARAMCD"].map(place))
    return (
        rows.sort_values(["GROUPCD", "_P", "VALUEN", "USUBJID"], kind="stable")
        .drop(columns="_P")
        .reset_index(drop=True)
    )
