"""cartpk.simulate.schedule: visits in order, within their windows."""

import numpy as np
import pytest

from cartpk.simulate.designs import DESIGNS
from cartpk.simulate.scenarios import Scenario
from cartpk.simulate.schedule import DAY, follow_up, schedule, starts
from cartpk.simulate.streams import Streams


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_visits_are_in_order_and_within_their_windows(design, seed):
    streams = Streams(seed)
    start = starts(design, streams)
    times = schedule(design, streams, start, follow_up(design, streams))
    assert (np.diff(times.minute, axis=1) > 0).all()
    nominal = np.array([v.day for v in design.visits])
    window = np.array([v.shift for v in design.visits])
    late = np.zeros(times.day.shape)
    for number, scenario in design.scenarios.items():
        late[number - 1, nominal == 28] = 5.0 * (scenario is Scenario.LATE_VISIT)
    assert (np.abs(times.day - late - nominal) <= window + 0.35).all()
    before = times.minute[:, nominal == 0]
    assert (before < 0).all()
    assert (before > -2.5 * 60).all()
    clock = (start[:, None] + times.minute)[:, nominal >= 1] % DAY
    assert clock.min() >= 6 * 60
    assert clock.max() <= 12 * 60


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_the_next_level_opens_only_after_28_days(design):
    start = starts(design, Streams(design.seed))
    arms = design.enrolment()
    assert (np.diff(start) > 0).all()
    if not design.interleaved:
        for k in range(1, len(arms)):
            if arms[k] is not arms[k - 1]:
                assert start[k] - start[k - 1] > 28 * DAY


def test_missed_samples_are_about_as_many_as_planned():
    design = DESIGNS["NCT06316427"]
    taken = np.concatenate(
        [schedule(design, Streams(s), starts(design, Streams(s)), np.full(24, np.inf)).taken for s in range(30)]
    )
    scenario = np.tile([k + 1 in design.scenarios for k in range(24)], 30)
    day = np.array([v.day for v in design.visits])
    part = 1 - taken[~scenario][:, day > 1].mean()
    assert part == pytest.approx(design.missed, abs=0.01)
