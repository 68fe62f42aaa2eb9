"""What happened to each subject and when: response, relapse, CRS, tocilizumab, transplant, death, last contact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from cartpk.clinical.assessments import assessments, infused
from cartpk.clinical.response import first_response

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["COURSE", "course_marks", "earliest"]

COURSE: Final = (
    "First response", "Progression or relapse", "CRS onset", "Tocilizumab", "HSCT", "New therapy", "Death",
    "Alive at last contact",
)  # fmt: skip
"""Marks of a subject in their order."""
_EVENTS: Final = {"HSCT": "HSCT", "NEW_THERAPY": "New therapy", "DEATH": "Death"}


def course_marks(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per bar and mark: subject, dose level, what, day; bars are called Follow-up."""
    who = infused(data)
    clinical = data.clinical
    rows = assessments(data, config)
    progression = rows[rows["AVALC"].isin(config.clinical.responses.progression)]
    counted = rows[rows["BORFL"].eq("Y")]
    rule = config.efficacy.site_combination_rule
    first = [first_response(own.to_dict("records"), rule) for _, own in counted.groupby("USUBJID", sort=True)]
    events = clinical.adevent[clinical.adevent["FIRSTFL"].eq("Y") & clinical.adevent["ANLFL"].eq("Y")]
    crs = clinical.adae[
        clinical.adae["AESI"].eq("CRS") & clinical.adae["ANLFL"].eq("Y") & (clinical.adae["ASTDY"] >= 0)
    ]
    toci = clinical.adcm[clinical.adcm["CLASS"].eq("TOCILIZUMAB") & clinical.adcm["ANLFL"].eq("Y")]
    parts = [
        earliest(pd.DataFrame([r for r in first if r is not None]), "AFRLT", "First response"),
        earliest(progression, "AFRLT", "Progression or relapse"),
        earliest(crs, "ASTDY", "CRS onset"),
        earliest(toci[toci["ASTDY"] >= 0], "ASTDY", "Tocilizumab"),
        *(earliest(events[events["EVENT"].eq(name)], "ADY", text) for name, text in _EVENTS.items()),
    ]
    found = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    last = pd.concat(
        [
            events[["USUBJID", "ADY"]].rename(columns={"ADY": "DAY"}),
            rows[["USUBJID", "AFRLT"]].rename(columns={"AFRLT": "DAY"}),
            found[["USUBJID", "DAY"]],
        ],
        ignore_index=True,
    )
    end = last.groupby("USUBJID")["DAY"].max()
    death = set(found.loc[found["MARK"].eq("Death"), "USUBJID"])
    bars = pd.DataFrame({"USUBJID": end.index, "MARK": "Follow-up", "DAY": end.to_numpy()})
    alive = bars[~bars["USUBJID"].isin(death)].assign(MARK="Alive at last contact")
    every = pd.concat([bars, found, alive], ignore_index=True)
    every = every.merge(who[["USUBJID", "COHORT", "COHORTN"]], on="USUBJID", how="inner")
    every["END"] = every["USUBJID"].map(end)
    order = ["Follow-up", *COURSE]
    every["PLACE"] = every["MARK"].map({name: i for i, name in enumerate(order)})
    every = every.sort_values(
        ["COHORTN", "END", "USUBJID", "PLACE"], ascending=[True, False, True, True], kind="stable"
    )
    return every[["USUBJID", "COHORT", "MARK", "DAY"]].dropna(subset=["DAY"]).reset_index(drop=True)


def earliest(rows: pd.DataFrame, day: str, mark: str) -> pd.DataFrame:
    """First day of each subject in these rows, as a mark."""
    if rows.empty:
        return pd.DataFrame({"USUBJID": pd.Series(dtype="str"), "DAY": pd.Series(dtype="float64"), "MARK": ""})
    days = rows.dropna(subset=[day]).groupby("USUBJID")[day].min()
    return pd.DataFrame({"USUBJID": days.index, "DAY": days.to_numpy(), "MARK": mark})
