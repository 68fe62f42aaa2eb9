"""Events that end a profile: re-infusions, transplants, deaths."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from cartpk.adpp.adnca import ProfileTable
from cartpk.core.nca.ragged import Floats, max_in

__all__ = ["SAME_TIME", "after_event", "all_events", "event_days"]

SAME_TIME: Final = 1e-6
"""days; an infusion is no event of its own profile, though its time is known only as a difference."""


def all_events(starts: pd.DataFrame, events: pd.DataFrame | None) -> pd.DataFrame:
    """The events given, and the re-infusions that the samples themselves tell of."""
    if events is None:
        return starts
    missing = [c for c in ("USUBJID", "AFRLT") if c not in events]
    if missing:
        raise ValueError(f"events: no column {', '.join(missing)}; allowed are USUBJID and AFRLT (days)")
    return pd.concat([events, starts[["USUBJID", "AFRLT"]]], ignore_index=True) if len(starts) else events


def event_days(table: ProfileTable, events: pd.DataFrame) -> Floats:
    """Day of the first event after each profile's own time 0, shape (m,); NaN where there is none."""
    if events.empty:
        return np.full(len(table.profiles), np.nan)
    day = pd.to_numeric(events["AFRLT"], errors="coerce").to_numpy(dtype=np.float64)
    if np.isnan(day).any():
        raise ValueError(f"events: AFRLT of row {int(np.argmax(np.isnan(day)))} is not a number of days")
    subjects = table.labels["USUBJID"]
    own = pd.Index(subjects.categories).get_indexer(pd.Index(events["USUBJID"].astype("str")))
    order = np.argsort(own, kind="stable")
    start = np.searchsorted(own[order], np.arange(len(subjects.categories) + 1))
    # every event of the subject beside every profile of the subject
    of_subject = np.diff(start)[subjects.codes]
    offsets = np.append(0, np.cumsum(of_subject))
    at = np.repeat(start[subjects.codes] - offsets[:-1], of_subject) + np.arange(offsets[-1])
    own_day = day[order][at] - np.repeat(table.shift, of_subject)
    first = -max_in(np.where(own_day > SAME_TIME, -own_day, -np.inf), offsets)
    return np.where(np.isinf(first), np.nan, first)


def after_event(samples: pd.DataFrame, events: pd.DataFrame | None) -> pd.Series[bool]:
    """Samples taken after an event (``USUBJID``, ``AFRLT``) that lies after the start of their own profile."""
    if events is None or events.empty:
        return pd.Series(data=False, index=samples.index)
    rows = samples[["USUBJID", "AFRLT", "ARRLT"]].assign(AT=samples.index)
    both = rows.merge(events[["USUBJID", "AFRLT"]].rename(columns={"AFRLT": "EVENT"}), on="USUBJID")
    start = both["AFRLT"] - both["ARRLT"]
    late = both[(both["EVENT"] > start + SAME_TIME) & (both["AFRLT"] > both["EVENT"])]
    return pd.Series(samples.index.isin(late["AT"]), index=samples.index)
