"""When the samples were really taken: clock times, visit windows, missed visits, drop-outs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cartpk.core.estimation.profiles import BoolArray, FloatArray, IntArray
from cartpk.simulate.designs import Design
from cartpk.simulate.scenarios import Scenario
from cartpk.simulate.streams import Streams

__all__ = ["Schedule", "follow_up", "schedule", "starts"]

DAY = 24 * 60
"""Minutes of a day."""


@dataclass(frozen=True)
class Schedule:
    """Actual times of n subjects at v visits.

    Attributes
    ----------
    minute
        Minutes from the start of the infusion, (n, v).
    planned
        Whether the subject was still in the trial, (n, v).
    taken
        Whether the sample was taken, (n, v).
    """

    minute: IntArray
    planned: BoolArray
    taken: BoolArray

    @property
    def day(self) -> FloatArray:
        """Days from the start of the infusion, (n, v)."""
        value: FloatArray = self.minute / float(DAY)
        return value


def starts(design: Design, streams: Streams) -> IntArray:
    """Start of each subject's infusion, (n,) minutes from midnight of the trial's first day.

    Within an arm subjects follow every 14 days (arms in turn: every 10); the next arm opens 35 days after the last.
    """
    arms = design.enrolment()
    gaps = [0]
    for before, after in pairwise(arms):
        opens = before is not after and not design.interleaved
        gaps.append(10 if design.interleaved else 35 if opens else 14)
    clock = 600 + 5 * np.floor(streams.between("infusion clock", 0, 48, design.subjects)).astype(np.int64)
    value: IntArray = np.cumsum(gaps).astype(np.int64) * DAY + clock
    return value


def follow_up(design: Design, streams: Streams) -> FloatArray:
    """Last day each subject is seen, (n,); infinity = to the end."""
    n = design.subjects
    leaves = streams.uniform("dropout", n) < design.dropout
    value: FloatArray = np.where(leaves, streams.between("dropout day", 45, 170, n), np.inf)
    for number, scenario in design.scenarios.items():
        early = scenario in {Scenario.EARLY_DROPOUT, Scenario.DEATH}
        value[number - 1] = 22.5 if early else np.inf
    return value


def schedule(design: Design, streams: Streams, start: IntArray, last_day: FloatArray) -> Schedule:
    """Actual times: hours after the infusion within minutes, later visits in the morning within their window."""
    n, v = design.subjects, len(design.visits)
    clock = np.clip(np.round(480 + 50 * streams.normal("clock", n, v)), 400, 700).astype(np.int64)
    shift = streams.normal("visit shift", n, v)
    minute = np.empty((n, v), dtype=np.int64)
    for k, visit in enumerate(design.visits):
        jitter = streams.uniform(f"minutes {visit.elapsed}", n)
        if visit.day == 0:
            minute[:, k] = -(30 + np.floor(90 * jitter)).astype(np.int64)
        elif 0 < visit.day < 1:
            minute[:, k] = np.round(visit.day * DAY * (0.9 + 0.2 * jitter)).astype(np.int64)
        else:
            days = np.clip(np.round(0.5 * visit.shift * shift[:, k]), -visit.shift, visit.shift).astype(np.int64)
            minute[:, k] = (int(visit.day) + days) * DAY + clock[:, k] - start % DAY
    day = np.array([visit.day for visit in design.visits])
    late = [number - 1 for number, s in design.scenarios.items() if s is Scenario.LATE_VISIT]
    minute[np.ix_(late, day == 28)] += 5 * DAY
    return Schedule(minute, minute / float(DAY) <= last_day[:, None], ~_missed(design, streams, day))


def _missed(design: Design, streams: Streams, day: FloatArray) -> BoolArray:
    """Samples not taken, (n, v)."""
    missed: BoolArray = (streams.uniform("missed", design.subjects, day.size) < design.missed) & (day > 1)
    for number, scenario in design.scenarios.items():
        k = number - 1
        if scenario is Scenario.MISSED_PEAK:
            missed[k] |= (day >= 7) & (day <= 14)
        elif scenario in {Scenario.NEVER_EXPANDER, Scenario.LATE_PEAK, Scenario.LATE_VISIT, Scenario.EARLY_HIGH}:
            missed[k] = False
    return missed
