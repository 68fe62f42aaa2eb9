"""What the analysis of a trial had to move, assume or leave out: one finding each."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cartpk.adpp.adnca import ProfileTable
from cartpk.adpp.profile_findings import profile_findings
from cartpk.core.nca.calculation import TrialResult
from cartpk.core.nca.ragged import Bools, Floats
from cartpk.core.nca.trial import TimeZeroRecord

__all__ = ["findings_of"]


def findings_of(table: ProfileTable, result: TrialResult) -> pd.DataFrame:
    """Findings of a trial's analysis, by profile within each rule.

    Returns
    -------
    DataFrame
        RULE, SEVERITY, SCOPE (profile), USUBJID, FIELD, OLD, NEW, MESSAGE, SUGGESTION.
    """
    moved = result.time_zero == TimeZeroRecord.MOVED
    assumed = result.time_zero == TimeZeroRecord.ASSUMED
    cut = result.n_cut > 0
    n_cut = _written(result.n_cut[cut].astype(np.float64))
    parts = [
        _rows(table, moved).assign(
            RULE="NCA_C0_MOVED",
            FIELD="AFRLT",
            OLD=_written(result.moved_from[moved]),
            NEW="0",
            MESSAGE="No result at the infusion: the last pre-infusion result stands for time 0 in the areas.",
        ),
        _rows(table, assumed).assign(
            RULE="NCA_C0_ASSUMED",
            FIELD="AVAL",
            OLD="",
            NEW="0",
            MESSAGE="No result up to the infusion: 0 is assumed at time 0 in the areas.",
        ),
        _rows(table, cut).assign(
            RULE="NCA_EVENT_CUT",
            FIELD="AFRLT",
            OLD=n_cut + np.where(result.n_cut[cut] == 1, " result", " results"),
            NEW="not used",
            MESSAGE="The profile ends with the event (re-infusion, transplant or death) on day "
            + _written(result.event_day[cut])
            + ": "
            + n_cut
            + np.where(result.n_cut[cut] == 1, " later result is not used.", " later results are not used."),
        ),
    ]
    own = pd.concat(parts, ignore_index=True).assign(SEVERITY="info", SCOPE="profile", SUGGESTION="")
    everyone = _rows(table, np.ones(len(table.profiles), dtype=np.bool_)).reset_index(drop=True)
    rows = pd.concat([own, profile_findings(table, result, everyone)], ignore_index=True)
    rows["MESSAGE"] = rows.pop("PROFILE") + rows["MESSAGE"]
    columns = ["RULE", "SEVERITY", "SCOPE", "USUBJID", "FIELD", "OLD", "NEW", "MESSAGE", "SUGGESTION"]
    return rows[columns].astype("str")


def _rows(table: ProfileTable, where: Bools) -> pd.DataFrame:
    """Subject and, where keys tell profiles apart, "CART BLOOD: " of the profiles ``where`` True."""
    own = {key: pd.Series(labels[where]).astype("str") for key, labels in table.labels.items()}
    name = pd.Series("", index=own["USUBJID"].index, dtype="str")
    for key, labels in table.labels.items():
        if key != "USUBJID" and len(labels.categories) > 1:
            name += own[key].fillna("-") + " "
    return pd.DataFrame({"USUBJID": own["USUBJID"], "PROFILE": name.where(name == "", name.str.rstrip() + ": ")})


def _written(values: Floats) -> pd.Series:
    """Numbers as text without needless zeros."""
    return pd.Series(values, dtype="float64").map("{:g}".format).astype("str")
