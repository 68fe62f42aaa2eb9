"""Counts and kinetics as the model of the CD7+ cells takes them, with a reason for everybody who cannot be fitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from cartpk.core.estimation.profiles import BoolArray, FloatArray, Profiles

if TYPE_CHECKING:
    from cartpk.config.pharmacodynamics import Dynamics

__all__ = ["Counts", "DynamicsReason", "driven", "follow_up", "padded", "sorted_out", "usable"]

_FINE: Final = 60.0
"""Up to this day the kinetics are followed every quarter of a day, later every day."""


class DynamicsReason(StrEnum):
    """Why a subject has no fit of its counts, or a parameter no value (``PPREASND``)."""

    NO_COUNT = "no usable CD7+ count"
    TOO_FEW = "too few quantified CD7+ counts for a fit"
    NO_KINETICS = "no fitted CAR kinetics to drive the cells"
    UNITS = "counts in more than one unit"
    UNLEARNT = "not learnt from these data"
    NO_RECOVERY = "recovery of the CD7+ cells was not seen"
    NO_NEGATIVE = "no CD7- count of the same population"


@dataclass(frozen=True, eq=False)
class Counts:
    """Samples of the subjects that can be fitted, and why the others cannot."""

    subjects: list[str]
    rows: list[pd.DataFrame]
    reasons: dict[str, str]


def usable(adpd: pd.DataFrame, adsl: pd.DataFrame, codes: Sequence[str], specimen: str) -> pd.DataFrame:
    """Counts that inform a logarithm, up to re-infusion, transplant or death."""
    end = adpd["USUBJID"].map(dict(zip(adsl["USUBJID"], adsl["EVENTDY"], strict=True))).fillna(np.inf)
    blq = adpd["BLQFL"].eq("Y")
    known = np.where(blq, adpd["ALLOQ"] > 0, adpd["AVAL"] > 0)
    keep = adpd["PARAMCD"].isin(codes) & adpd["PCSPEC"].eq(specimen) & adpd["ANLFL"].eq("Y")
    keep &= adpd["AFRLT"].notna() & (adpd["AFRLT"] <= end) & known
    return adpd[keep].sort_values(["USUBJID", "AFRLT", "PARAMCD"], kind="stable")


def sorted_out(adsl: pd.DataFrame, used: pd.DataFrame, driving: pd.DataFrame, code: str, asked: Dynamics) -> Counts:
    """Subjects in order; those without enough counts or without kinetics with their reason."""
    series = dict(iter(used.groupby("USUBJID", sort=False)))
    fitted = set(driving["USUBJID"])
    found = Counts([], [], {})
    for subject in adsl.to_dict("records"):
        name = subject["USUBJID"]
        rows = series.get(name)
        reason = subject["EXCLRS"] if isinstance(subject["EXCLRS"], str) and subject["EXCLRS"] else ""
        positive = None if rows is None else rows[rows["PARAMCD"].eq(code)]
        if not reason and (rows is None or positive is None or positive.empty):
            reason = str(DynamicsReason.NO_COUNT)
        if not reason and rows is not None and len(set(rows["AVALU"])) > 1:
            reason = str(DynamicsReason.UNITS)
        if not reason and positive is not None:
            seen = positive[positive["BLQFL"].ne("Y")]
            if len(seen) < asked.min_counts or not (positive["AFRLT"] > 0).any():
                reason = f"{DynamicsReason.TOO_FEW}: {len(seen)} of the {asked.min_counts} needed"
        if not reason and name not in fitted:
            reason = str(DynamicsReason.NO_KINETICS)
        if reason or rows is None:
            found.reasons[name] = reason
        else:
            found.subjects.append(name)
            found.rows.append(rows)
    return found


def follow_up(last: float) -> FloatArray:
    """Common days from 0 on: four a day at first, one a day later."""
    end = max(last, 1.0)
    fine = np.arange(0.0, min(end, _FINE), 0.25)
    return np.unique(np.concatenate([fine, np.arange(_FINE, end, 1.0), [end]]))


def driven(driving: pd.DataFrame, subjects: Sequence[str], grid: FloatArray) -> FloatArray:
    """Logarithm of the predicted kinetics on the grid, (n, g): straight lines, and the last slope goes on."""
    series = dict(iter(driving.groupby("USUBJID", sort=False)))
    out = np.empty((len(subjects), grid.size))
    for i, name in enumerate(subjects):
        rows = series[name].sort_values("AFRLT", kind="stable").drop_duplicates("AFRLT")
        day = rows["AFRLT"].to_numpy(dtype=np.float64)
        log_conc = np.log(np.maximum(rows["PRED"].to_numpy(dtype=np.float64), 1e-300))
        out[i] = np.interp(grid, day, log_conc)
        if day.size > 1:
            slope = (log_conc[-1] - log_conc[-2]) / (day[-1] - day[-2])
            out[i] += np.minimum(slope, 0.0) * np.maximum(grid - day[-1], 0.0)
    return out


def padded(rows: Sequence[pd.DataFrame], code: str) -> tuple[Profiles, BoolArray]:
    """Counts of both kinds as padded arrays, and which are CD7- cells."""
    shape = (len(rows), max(len(r) for r in rows))
    made = Profiles(np.ones(shape), np.zeros(shape), np.zeros(shape), np.zeros(shape, bool), np.zeros(shape, bool))
    negative = np.zeros(shape, dtype=np.bool_)
    for i, own in enumerate(rows):
        m = len(own)
        blq = own["BLQFL"].eq("Y").to_numpy(dtype=np.bool_)
        made.day[i, :m] = own["AFRLT"]
        made.log_conc[i, :m] = np.log(np.where(blq, 1.0, own["AVAL"]))
        made.log_lloq[i, :m] = np.log(np.where(blq, own["ALLOQ"], 1.0))
        made.observed[i, :m], made.blq[i, :m] = ~blq, blq
        negative[i, :m] = own["PARAMCD"].ne(code)
    return made, negative
