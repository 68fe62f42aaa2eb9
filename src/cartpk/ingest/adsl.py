"""ADSL: one row for every subject that any file names, whether it can be analysed or not."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from cartpk.config import TrialConfig
from cartpk.ingest.delivery import Delivery, typed
from cartpk.ingest.dosing import with_cohorts, with_doses
from cartpk.ingest.findings import Findings
from cartpk.ingest.text import factored, mapped
from cartpk.ingest.times import read_stamp
from cartpk.schemas import ADSL
from cartpk.terms import NO_USABLE_SAMPLE

__all__ = ["build_adsl", "with_events", "with_sets"]

_REINFUSION = "re-infusion"


def with_events(delivery: Delivery, starts: dict[str, list[float]], findings: Findings) -> pd.DataFrame:
    """The delivery's subjects with ``NINF``, ``REINFDY``, ``EVENTDY``, ``EVENTTXT`` and ``ENDDY``.

    The event is the first of re-infusion, HSCT and death; one that lies before the infusion excludes the subject
    (BI-084). HSCT or death after a re-infusion (``ENDDY``) ends the profile that the re-infusion began.
    """
    subjects = delivery.subjects
    ids = subjects["USUBJID"]
    count = delivery.infusions[delivery.infusions["DAY"].notna()].groupby("USUBJID").size()
    reinfusion = ids.map({s: days[1] for s, days in starts.items() if len(days) > 1}).astype("float64")
    number = ids.map(count).fillna(0.0).astype("float64")
    several = number > 1
    for subject, n, cut in zip(ids[several], number[several], reinfusion[several], strict=True):
        what = "" if np.isnan(cut) else f", the profile is cut at day {cut:.4g}"
        findings.add("BI-055", subject=str(subject), old=f"{n:.0f}", what=what)
    impossible = subjects["EVENTDY"] < 0
    wrong = subjects[impossible]
    for subject, when, what in zip(wrong["USUBJID"], wrong["EVENTDY"], wrong["EVENTTXT"], strict=True):
        findings.add("BI-084", subject=str(subject), old=f"{what} on day {when:.4g}")
    given = subjects["EVENTDY"].mask(impossible)
    first = reinfusion.fillna(np.inf) <= given.fillna(np.inf)
    day = reinfusion.where(first, given)
    text = pd.Series(_REINFUSION, index=subjects.index, dtype="str").where(first, subjects["EVENTTXT"].fillna("event"))
    cuts = np.isfinite(day)
    for subject, when, what in zip(ids[cuts], day[cuts], text[cuts], strict=True):
        findings.add("BI-069", subject=str(subject), old=f"{what} on day {when:.4g}")
    return subjects.assign(
        NINF=number,
        REINFDY=reinfusion,
        EVENTDY=day,
        EVENTTXT=text.where(day.notna()),
        ENDDY=given,
        EXCLRS=subjects["EXCLRS"].mask(
            impossible & subjects["EXCLRS"].isna(), "an event lies before the infusion (BI-084)"
        ),
    )


def build_adsl(
    subjects: pd.DataFrame, delivery: Delivery, starts: dict[str, list[float]], config: TrialConfig, findings: Findings
) -> pd.DataFrame:
    """The subjects with their doses and cohorts, sorted by cohort and identifier."""
    dosed = with_doses(subjects, delivery.infusions, starts, config.dosing, findings)
    grouped = _with_order(with_cohorts(dosed, config.dosing, findings), config)
    return grouped.assign(STUDYID=config.trial.id).sort_values(["COHORTN", "USUBJID"], kind="stable", ignore_index=True)


def _with_order(adsl: pd.DataFrame, config: TrialConfig) -> pd.DataFrame:
    """ADSL with the order of the first infusions and what is left of the DLT window at the data cut.

    Both stand in ADSL because they need dates, which the outputs do not hold; days left are known for a subject in
    the window only, so that no other date of infusion can be told from the data cut.
    """
    stamps = mapped(adsl["TRTSDTM"], read_stamp)
    begun = pd.Series([s.at.replace(tzinfo=None).timestamp() if s.at else np.nan for s in stamps], index=adsl.index)
    order = begun.where(adsl["NINF"] > 0).rank(method="min")
    left = pd.Series(np.nan, index=adsl.index)
    if config.report.data_cut is not None:
        cut = date.fromisoformat(config.report.data_cut)
        gone = pd.Series([(cut - s.day).days if s.day else np.nan for s in stamps], index=adsl.index, dtype="float64")
        windows = {n: config.escalation.window(n) for n in set(adsl["COHORTN"])}
        last = adsl["COHORTN"].map({n: w[1] if w else np.nan for n, w in windows.items()}).astype("float64")
        left = (last - gone).clip(lower=0.0)
    return adsl.assign(TRTORD=order, DLTLEFT=left)


def with_sets(adsl: pd.DataFrame, rows: pd.DataFrame, kinetic: pd.Series[bool], findings: Findings) -> pd.DataFrame:
    """ADSL with ``PKFL``, ``PDFL`` and, for a subject with neither, why (``EXCLRS``)."""
    used = rows["ANLRS"].isna()
    codes, ids = factored(rows["USUBJID"])

    def of(these: pd.Series[bool]) -> set[str]:
        return {ids[code] for code in np.unique(codes[these.to_numpy()]).tolist()}

    in_pk, in_pd = of(used & kinetic & (rows["AFRLT"] > 0)), of(used & ~kinetic)
    delivered = of(kinetic)
    pk, pd_ = adsl["USUBJID"].isin(in_pk), adsl["USUBJID"].isin(in_pd)
    for subject in adsl["USUBJID"][~pk & adsl["EXCLRS"].isna()]:
        found = "no usable result after the infusion" if subject in delivered else "no kinetic sample"
        findings.add("BI-051", subject=str(subject), old=found)
    reason = adsl["EXCLRS"].mask(~pk & ~pd_ & adsl["EXCLRS"].isna(), NO_USABLE_SAMPLE)
    full = adsl.assign(PKFL=np.where(pk, "Y", "N"), PDFL=np.where(pd_, "Y", "N"), EXCLRS=reason)
    return typed(full, ADSL)
