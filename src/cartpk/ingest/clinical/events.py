"""ADEVENT: death, HSCT, new therapy, withdrawal and last contact of each subject, from every table that knows them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from cartpk.config import TrialConfig
from cartpk.ingest.clinical.points import with_point_times
from cartpk.ingest.clinical.reading import because, excluding, nothing, where
from cartpk.ingest.findings import Findings
from cartpk.ingest.text import key, looked_up, mapped
from cartpk.schemas.clinical import ADEVENT
from cartpk.terms import ClinicalEvent, TherapyClass

__all__ = ["events", "subjects_with_events", "with_last_contact"]

_COLUMNS: Final = ("USUBJID", "EVENT", "EVENTTXT", "ADTM", "ADY", "SRCDOM", "ANLRS", "SRCFILE", "SRCROW", "SRCSEQ")
_DEATH: Final = str(ClinicalEvent.DEATH)
_CONTACT: Final = str(ClinicalEvent.LAST_CONTACT)


def events(
    subjects: pd.DataFrame,
    disposition: pd.DataFrame,
    adae: pd.DataFrame,
    adcm: pd.DataFrame,
    config: TrialConfig,
    findings: Findings,
) -> pd.DataFrame:
    """Every event that a table names, with the columns of ``ADEVENT``; ``FIRSTFL`` marks the one that counts.

    A death before a later last contact (CP-125) takes the subject out of the time-to-event analyses; two different
    days of death are listed and the first is used (CP-126).

    Parameters
    ----------
    subjects
        Subjects of the delivery, with the HSCT or death that its own tables name.
    disposition
        Table ``disposition`` as :func:`read_clinical_table` gives it.
    adae, adcm
        Adverse events (a fatal one ends in death) and therapies with their days.
    """
    parts = [_of_subjects(subjects, config), _of_adverse_events(adae), _of_therapies(adcm)]
    if len(disposition):
        parts.append(_of_disposition(disposition, config, findings))
    full = [p[list(_COLUMNS)] for p in parts if len(p)]
    if not full:
        return nothing(ADEVENT)
    table = pd.concat(full, ignore_index=True)
    table = table.assign(ADY=table["ADY"].astype("float64"), ANLRS=table["ANLRS"].astype("str"))
    return _with_first(_checked(table, findings))


def _named(frame: pd.DataFrame, **columns: Any) -> pd.DataFrame:  # noqa: ANN401 - columns of any type
    return frame.assign(**{c: "" for c in _COLUMNS if c not in frame and c not in columns}, **columns)


def _of_subjects(subjects: pd.DataFrame, config: TrialConfig) -> pd.DataFrame:
    """Events that DM, or the event columns of a tidy table, name."""
    known = {key(t): _DEATH for t in config.clinical.events.get("DEATH", ())}
    known |= {key(t): str(ClinicalEvent.HSCT) for t in config.clinical.therapies.get("HSCT", ())}
    found = pd.Series(mapped(subjects["EVENTTXT"], lambda t: known.get(key(t), "")), index=subjects.index, dtype="str")
    here = subjects[(found != "") & subjects["EVENTDY"].notna()]
    return _named(
        here[["USUBJID", "EVENTTXT"]],
        EVENT=found[here.index],
        ADY=here["EVENTDY"],
        SRCDOM="DM" if config.data.layout == "sdtm" else "TABLES",
        ANLRS=np.nan,
        SRCROW=np.nan,
    )


def _of_disposition(frame: pd.DataFrame, config: TrialConfig, findings: Findings) -> pd.DataFrame:
    """Events of DS; other terms are listed once each and left aside (CP-124)."""
    known = {key(text): str(name) for name, texts in config.clinical.events.items() for text in (name, *texts)}
    found = pd.Series(mapped(frame["term"], lambda t: known.get(key(t), "")), index=frame.index, dtype="str")
    for term, here in frame[found == ""].groupby("term", sort=True):
        findings.add_files("CP-124", here, field="term", old=str(term))
    rows = with_point_times(frame[found != ""], findings)
    text = rows["term_original"].where(rows["term_original"] != "", rows["term"])
    return _named(rows, EVENT=found[rows.index], EVENTTXT=text, ADY=rows["at"], SRCDOM="DS")


def _of_adverse_events(adae: pd.DataFrame) -> pd.DataFrame:
    """Deaths that an adverse event reports: on the day of its end."""
    fatal = adae[(adae["AESDTH"] == "Y") & adae["AENDY"].notna() & adae["ANLRS"].isna()]
    return _named(fatal, EVENT=_DEATH, EVENTTXT=fatal["AEDECOD"], ADTM=fatal["AENDTM"], ADY=fatal["AENDY"], SRCDOM="AE")


def _of_therapies(adcm: pd.DataFrame) -> pd.DataFrame:
    """HSCT and new anti-cancer therapy after the infusion; one before it is history."""
    wanted = [str(TherapyClass.HSCT), str(TherapyClass.NEW_THERAPY)]
    here = adcm[adcm["CLASS"].isin(wanted) & (adcm["ASTDY"] > 0) & adcm["ANLRS"].isna()]
    return _named(here, EVENT=here["CLASS"], EVENTTXT=here["CMTRT"], ADTM=here["ASTDTM"], ADY=here["ASTDY"])


def _checked(table: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """Deaths that contradict each other or a later contact."""
    used = table[table["ANLRS"].isna() & table["ADY"].notna()]
    deaths = used[used["EVENT"] == _DEATH]
    days = deaths.groupby("USUBJID")["ADY"].agg(["min", "max"])
    for subject, low, high in days[days["max"].sub(days["min"]) >= 1.0].itertuples():
        findings.add("CP-126", subject=str(subject), old=f"day {low:.4g} and day {high:.4g}", new=f"day {low:.4g}")
    contact = used[used["EVENT"] == _CONTACT].groupby("USUBJID")["ADY"].max()
    last = contact.reindex(days.index)
    wrong = days[last - days["max"] >= 1.0]
    for subject, day, later in zip(wrong.index, wrong["max"], last[wrong.index], strict=True):
        findings.add("CP-125", subject=str(subject), old=f"death on day {day:.4g}, contact on day {later:.4g}")
    contradicted = table["USUBJID"].isin(wrong.index) & table["EVENT"].isin([_DEATH, _CONTACT])
    return excluding(table, contradicted, because("CP-125"))


def _with_first(table: pd.DataFrame) -> pd.DataFrame:
    """The events sorted by subject, event and day, with ``FIRSTFL``: the first of a kind, the last contact."""
    rows = table.sort_values(["USUBJID", "EVENT", "ADY", "SRCDOM"], kind="stable", ignore_index=True)
    used = rows[rows["ANLRS"].isna() & rows["ADY"].notna()]
    keys = ["USUBJID", "EVENT"]
    contact = used["EVENT"] == _CONTACT
    chosen = [
        *used.index[~contact & ~used.duplicated(keys)],
        *used.index[contact & ~used.duplicated(keys, keep="last")],
    ]
    return rows.assign(FIRSTFL=np.where(where(rows, list(rows.index.isin(chosen))), "Y", "N"))


def with_last_contact(table: pd.DataFrame, latest: Mapping[str, float], findings: Findings) -> pd.DataFrame:
    """The events with a derived last contact for every subject that has none (CP-127).

    Parameters
    ----------
    latest
        Latest day of any used record of each infused subject.
    """
    have = set(table.loc[(table["EVENT"] == _CONTACT) & (table["FIRSTFL"] == "Y"), "USUBJID"])
    excluded = set(table.loc[(table["EVENT"] == _CONTACT) & table["ANLRS"].notna(), "USUBJID"])
    missing = [s for s in sorted(latest) if s not in have | excluded and math.isfinite(latest[s])]
    if not missing:
        return table
    for subject in missing:
        findings.add("CP-127", subject=subject, new=f"day {latest[subject]:.4g}")
    rows = pd.DataFrame({"USUBJID": missing, "ADY": [latest[s] for s in missing]})
    derived = _named(
        rows, EVENT=_CONTACT, EVENTTXT="latest day of any record", SRCDOM="DERIVED", ANLRS=np.nan, SRCROW=np.nan
    )
    derived = derived[[*_COLUMNS]].assign(FIRSTFL="Y", ANLRS=derived["ANLRS"].astype("str"))
    both = pd.concat([table, derived], ignore_index=True) if len(table) else derived
    return both.sort_values(["USUBJID", "EVENT", "ADY", "SRCDOM"], kind="stable", ignore_index=True)


def subjects_with_events(subjects: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """The delivery's subjects with ``EVENTDY`` and ``EVENTTXT``: the first HSCT or death that any table names."""
    ends = [str(ClinicalEvent.HSCT), _DEATH]
    mine = table[table["EVENT"].isin(ends) & (table["FIRSTFL"] == "Y")].sort_values("ADY", kind="stable")
    first = mine.drop_duplicates("USUBJID").set_index("USUBJID")
    day = subjects["USUBJID"].map(first["ADY"]).astype("float64")
    names = {_DEATH: "death", str(ClinicalEvent.HSCT): "HSCT"}
    text = looked_up(subjects["USUBJID"], {str(s): names[e] for s, e in first["EVENT"].items()})
    earlier = day.notna() & ~(subjects["EVENTDY"] <= day)
    return subjects.assign(
        EVENTDY=subjects["EVENTDY"].mask(earlier, day), EVENTTXT=subjects["EVENTTXT"].mask(earlier, text)
    )
