"""Bone marrow beside blood: the ratio at matched samples, never of pooled profiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import pandas as pd

from cartpk.adpp.adnca import used_rows
from cartpk.adpp.derived import DERIVED
from cartpk.adpp.events import after_event
from cartpk.terms import BlqClass

__all__ = ["MarrowReason", "MarrowTables", "derive_marrow"]

_PROFILE: Final = ["USUBJID", "PPCAT", "PPSPEC", "ATPTREF"]


class MarrowReason(StrEnum):
    """Why a marrow sample has no ratio."""

    NO_BLOOD = "no blood sample near enough"
    BOTH_BLQ = "marrow and blood are below their limits of quantification"
    MARROW_BLQ = "marrow is below its limit of quantification: the ratio has an upper limit only"
    BLOOD_BLQ = "blood is below its limit of quantification: the ratio has a lower limit only"
    NO_LIMIT = "below a limit of quantification that is not stated"
    UNITS = "marrow and blood have different units"
    CONFLICT = "conflicting results at one time"
    ABOVE = "a result is above its upper limit of quantification"
    EVENT = "after the event that ends the profile"
    NO_PAIR = "no matched pair of samples is quantifiable in both"


@dataclass(frozen=True, eq=False)
class MarrowTables:
    """Ratios of bone marrow to blood."""

    pairs: pd.DataFrame
    """One row per used marrow sample after infusion (:data:`cartpk.schemas.MARROW_RATIO`)."""
    adpp: pd.DataFrame
    """BMBLRAT and BMBLNP of each marrow profile (:data:`cartpk.schemas.ADPP`)."""


def derive_marrow(
    adnca: pd.DataFrame, pairs: Mapping[str, str], window_days: float, events: pd.DataFrame | None = None
) -> MarrowTables:
    """The ratio of each marrow sample to the nearest blood sample of the same subject and infusion.

    Of two blood samples equally near the earlier one counts. A BLQ is no number: beside a quantifiable result it makes
    the ratio a limit (``AVALC``), which is not in the geometric mean.

    Parameters
    ----------
    adnca
        The samples, as :mod:`cartpk.schemas` has them.
    pairs
        Marrow analyte -> blood analyte.
    window_days
        Farthest that the two samples may lie apart, days.
    events
        Re-infusions, transplants and deaths: ``USUBJID`` and ``AFRLT``, days; samples after them have no ratio.
    """
    from cartpk.schemas import ADPP, MARROW_RATIO, checked  # noqa: PLC0415 - `cartpk nca` starts without pandera

    adnca = adnca if "BLQCLASS" in adnca else adnca.assign(BLQCLASS=pd.Series(index=adnca.index, dtype="str"))
    samples = adnca[used_rows(adnca) & (adnca["ARRLT"].to_numpy(dtype=np.float64) > 0)]
    marrow = samples[samples["PCTESTCD"].isin(pairs)]
    matched = _matched(_once(marrow), _once(samples[samples["PCTESTCD"].isin(pairs.values())]), pairs, window_days)
    made = _with_ratio(matched, events).reindex(columns=list(MARROW_RATIO.columns))
    made = made.sort_values([*_PROFILE, "AFRLT"], kind="stable", ignore_index=True)
    return MarrowTables(checked(made, MARROW_RATIO), checked(_parameters(made), ADPP))


def _once(samples: pd.DataFrame) -> pd.DataFrame:
    """One row per profile and time; ``CONFLICT`` where its results differ."""
    when = ["USUBJID", "PCTESTCD", "PCSPEC", "ATPTREF", "AFRLT"]
    rows = samples.drop_duplicates([*when, "AVAL", "BLQFL"])
    return rows.assign(CONFLICT=rows.duplicated(when, keep=False)).drop_duplicates(when)


def _matched(marrow: pd.DataFrame, blood: pd.DataFrame, pairs: Mapping[str, str], window: float) -> pd.DataFrame:
    """The marrow samples with the blood sample of each, where there is one."""
    left = marrow.rename(columns={"PCTESTCD": "PPCAT", "PCSPEC": "PPSPEC"}).reset_index(drop=True)
    left = left.assign(BLOODCAT=left["PPCAT"].map(pairs).astype("str"), AT=left.index)
    names = {
        "AFRLT": "BDAY",
        "AVAL": "BAVAL",
        "BLQFL": "BBLQFL",
        "ALLOQ": "BALLOQ",
        "AVALU": "BUNIT",
        "BLQCLASS": "BCLASS",
    }
    right = blood.rename(columns={**names, "PCTESTCD": "BLOODCAT", "CONFLICT": "BCONFLICT"})
    both = left[["AT", "USUBJID", "ATPTREF", "BLOODCAT", "AFRLT"]].merge(
        right[["USUBJID", "ATPTREF", "BLOODCAT", "BCONFLICT", *names.values()]], on=["USUBJID", "ATPTREF", "BLOODCAT"]
    )
    both = both.assign(DAYDIFF=both["BDAY"] - both["AFRLT"])
    near = both[both["DAYDIFF"].abs() <= window + 1e-9]
    order = near.assign(AWAY=near["DAYDIFF"].abs().round(9)).sort_values(["AT", "AWAY", "BDAY"], kind="stable")
    best = order.drop_duplicates("AT")[["AT", "DAYDIFF", "BCONFLICT", *names.values()]]
    return left.merge(best, on="AT", how="left").drop(columns="AT")


def _with_ratio(rows: pd.DataFrame, events: pd.DataFrame | None) -> pd.DataFrame:
    """The matched samples with the ratio, its limit, or the reason why there is neither."""
    marrow, blood = rows["AVAL"], rows["BAVAL"]
    m_blq, b_blq = rows["BLQFL"].eq("Y"), rows["BBLQFL"].eq("Y")
    conflict = rows["CONFLICT"].astype(bool) | rows["BCONFLICT"].eq(other=True)
    upper, lower = rows["ALLOQ"] / blood, marrow / rows["BALLOQ"]
    cases = {
        MarrowReason.EVENT: after_event(rows, events),
        MarrowReason.NO_BLOOD: rows["BDAY"].isna(),
        MarrowReason.CONFLICT: conflict,
        MarrowReason.ABOVE: rows["BLQCLASS"].eq(BlqClass.ABOVE) | rows["BCLASS"].eq(BlqClass.ABOVE),
        MarrowReason.UNITS: rows["AVALU"] != rows["BUNIT"],
        MarrowReason.BOTH_BLQ: m_blq & b_blq,
        MarrowReason.NO_LIMIT: (m_blq & upper.isna()) | (b_blq & lower.isna()),
        MarrowReason.MARROW_BLQ: m_blq,
        MarrowReason.BLOOD_BLQ: b_blq,
    }
    masks = [mask.to_numpy(dtype=np.bool_) for mask in cases.values()]
    reason = pd.Series(np.select(masks, [str(r) for r in cases], ""), index=rows.index, dtype="str")
    reason = reason.where(reason != "")
    limits = {MarrowReason.MARROW_BLQ: ("<", upper), MarrowReason.BLOOD_BLQ: (">", lower)}
    text = pd.Series(index=rows.index, dtype="str")
    for why, (sign, limit) in limits.items():
        own = reason.eq(why)
        text[own] = [f"{sign} {value:.3g}" for value in limit[own]]
    ratio = (marrow / blood).where(reason.isna())
    return rows.assign(RATIO=ratio, RATIOC=text, REASND=reason)


def _parameters(pairs: pd.DataFrame) -> pd.DataFrame:
    """BMBLRAT and BMBLNP of each marrow profile."""
    records: list[dict[str, object]] = []
    for profile, own in pairs.groupby(_PROFILE, sort=True):
        ratios = own["RATIO"].dropna().to_numpy(dtype=np.float64)
        key = dict(zip(_PROFILE, profile, strict=True)) | {"PARCAT1": "NCA"}
        mean = float(np.exp(np.log(ratios).mean())) if len(ratios) else float("nan")
        why = None if len(ratios) else str(MarrowReason.NO_PAIR)
        for code, value, reason in (("BMBLRAT", mean, why), ("BMBLNP", float(len(ratios)), None)):
            records.append(key | {"PARAMCD": code, "PARAM": DERIVED[code].label, "AVAL": value, "PPREASND": reason})
    columns = [*_PROFILE, "PARCAT1", "PARAMCD", "PARAM", "AVAL", "PPREASND"]
    return pd.DataFrame(records, columns=columns)
