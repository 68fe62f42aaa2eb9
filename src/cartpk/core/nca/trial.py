"""From profiles as they were sampled to profiles as a trial analyses them: cut at events, with a record at time 0."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from cartpk.core.nca.profiles import Profiles
from cartpk.core.nca.ragged import Floats, Indices, any_in, last_in, pick

__all__ = ["TimeZeroRecord", "TrialProfiles", "prepare_trial"]


class TimeZeroRecord(IntEnum):
    """Where the record at time 0 came from."""

    OBSERVED = 0
    """A result at time 0."""
    MOVED = 1
    """The last pre-infusion result, moved to time 0."""
    ASSUMED = 2
    """No result up to time 0: 0 is assumed."""
    NONE = 3
    """No result after time 0: there is nothing to analyse."""


@dataclass(frozen=True, slots=True)
class TrialProfiles:
    """Profiles of a trial; arrays have shape (m,)."""

    profiles: Profiles
    """Cut at the event, one record at time 0, none before it; ``row`` is -1 for an assumed record."""
    event_day: Floats
    """days; first re-infusion, transplant or death after time 0, NaN: none."""
    time_zero: NDArray[np.int8]
    """:class:`TimeZeroRecord` of each profile."""
    moved_from: Floats
    """days; where the moved result stood, NaN where none was moved."""
    n_cut: Indices
    """Results after the event that are not used."""


def prepare_trial(profiles: Profiles, event_day: Floats | None = None) -> TrialProfiles:
    """Profiles cut after ``event_day`` and anchored at time 0 (conventions of the decision table).

    The record at time 0 is the result there; else the last pre-infusion result moved to 0; else 0. Earlier results
    leave the profile. A result on the day of the event is kept.

    Parameters
    ----------
    profiles
        The profiles as sampled.
    event_day
        Shape (m,), days; NaN where nothing happened.

    Raises
    ------
    ValueError
        If ``event_day`` has another length, or an event is not after time 0.
    """
    m = len(profiles)
    event = np.full(m, np.nan) if event_day is None else np.asarray(event_day, dtype=np.float64)
    if event.shape != (m,):
        raise ValueError(f"event_day has shape {event.shape}, allowed is ({m},)")
    if (event <= 0).any():
        raise ValueError(f"event_day {event[event <= 0][0]} of profile {np.argmax(event <= 0)} is not after time 0")
    p = profiles.until(event)
    n_cut = np.diff(profiles.offsets) - np.diff(p.offsets)
    at_zero = any_in(p.day == 0, p.offsets)
    some = any_in(p.day > 0, p.offsets)
    before = last_in(p.day < 0, p.offsets)
    moved = some & ~at_zero & (before >= 0)
    moved_from = pick(p.day, np.where(moved, before, -1))
    keep = p.day >= 0
    keep[before[moved]] = True
    p = p.select(keep)
    p = _with_day(p, np.maximum(p.day, 0.0))
    assumed = some & ~at_zero & ~moved
    record = np.select(
        [~some, at_zero, moved],
        [TimeZeroRecord.NONE, TimeZeroRecord.OBSERVED, TimeZeroRecord.MOVED],
        TimeZeroRecord.ASSUMED,
    )
    return TrialProfiles(
        p.with_zeros(p.offsets[:-1][assumed], assumed), event, record.astype(np.int8), moved_from, n_cut
    )


def _with_day(p: Profiles, day: Floats) -> Profiles:
    """The same rows at other times."""
    return Profiles(p.offsets, day, p.conc, p.blq, p.lloq, p.detected, p.conflict, p.row)
