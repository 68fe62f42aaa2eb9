"""Exposure by response, grade of CRS and ICANS, and therapy: every subject, geometric means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_2_8",
    number="14.2-8",
    title="Exposure by outcome, therapy and other groups of subjects",
    inputs=("adsl.csv", "work/adpp_nca.csv", "work/subject_groups.csv"),
    endpoints=(Endpoint.EXPOSURE_RESPONSE,),
)
_SHOWN: Final = ("CMAX", "AUC0_28D", "AUC0_90D")


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """One row of panels per grouping, one panel per exposure measure, one mark per subject."""
    from cartpk.clinical.caveats import confounding
    from cartpk.figures import group_dots, wording

    if not config.exposure_response.show:
        return EmptyFigure("Not asked for (exposure_response.show).")
    rows = _values(data, config)
    if rows.empty:
        return EmptyFigure("Needs data: response or adverse events (data.clinical), with a calculable exposure.")
    groupings = list(dict.fromkeys(rows["GROUP"]))
    size = (8.0, 0.6 + 2.5 * len(groupings))
    return Figure(
        data=rows,
        caption=f"Exposure by {'; '.join(groupings)}. One mark per subject; bar: geometric mean, where a group has at "
        f"least {config.report.summaries.min_group} values. Logarithmic axes.",
        footnotes=(
            *confounding(config, set(rows["GROUPCD"])),
            "Effect sizes: Table 14.2-34.",
            *_left_out(data, rows),
        ),
        alt=f"Dot plots of exposure on logarithmic axes by {'; '.join(groupings)} for "
        f"{wording.counted(rows['USUBJID'].nunique(), 'subject')}.",
        n=rows["USUBJID"].nunique(),
        draw=lambda: group_dots.dots_by_group(rows, config, size),
        width=size[0],
        height=size[1],
    )


def _values(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per subject, grouping with at least two groups (not the dose) and exposure above 0."""
    from cartpk.clinical.exposures import exposure_labels, exposures

    labels = {code: name for code, name in exposure_labels(config).items() if code in _SHOWN}
    values = exposures(data, config, labels)
    groups = data.derived["subject_groups"]
    groups = groups[groups["VALUE"].notna() & groups["GROUPCD"].ne("DOSE")]
    rows = groups[["USUBJID", "GROUPCD", "GROUP", "VALUE", "VALUEN"]].merge(values, on="USUBJID")
    rows = rows[rows["AVAL"] > 0]
    several = rows.groupby("GROUPCD")["VALUE"].transform("nunique") > 1
    place = {code: i for i, code in enumerate(labels)}
    order = {code: i for i, code in enumerate(dict.fromkeys(groups["GROUPCD"]))}
    rows = rows[several].assign(_P=rows["PARAMCD"].map(place), _G=rows["GROUPCD"].map(order))
    rows = rows.sort_values(["_G", "_P", "VALUEN", "USUBJID"], kind="stable")
    return rows.drop(columns=["_P", "_G"]).reset_index(drop=True)


def _left_out(data: TrialData, rows: pd.DataFrame) -> tuple[str, ...]:
    missing = int(data.adsl["EXCLRS"].isna().sum()) - rows["USUBJID"].nunique()
    return (f"Not drawn: {missing} without a group, or with an exposure of 0 or none.",) if missing > 0 else ()
