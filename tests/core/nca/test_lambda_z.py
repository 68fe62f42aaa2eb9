"""The terminal phase against known truth and against a plain, slow statement of the rule."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartpk.core.nca.lambda_z import regress_tails, terminal_phase
from cartpk.core.nca.reasons import REASONS
from cartpk.terms import NcaReason

pytestmark = pytest.mark.requirement("URS-205")


def phase(day, conc, **choices):
    day, conc = np.asarray(day, float), np.asarray(conc, float)
    peak = day[int(np.argmax(conc))] if len(day) else 0.0
    candidate = choices.pop("candidate", (day > peak) & (conc > 0))
    return terminal_phase(np.array([0, len(day)]), day, conc, candidate, **choices)


def plain_rule(day, conc, min_points=3, factor=1e-4):
    """The rule in words: every window, one after the other."""
    windows = []
    for n in range(min_points, len(day) + 1):
        t, y = day[-n:], np.log(conc[-n:])
        slope = np.polynomial.polynomial.polyfit(t - t[-1], y, 1)[1]
        total = ((y - y.mean()) ** 2).sum()
        if total == 0:
            continue
        r2 = (((t - t.mean()) * (y - y.mean())).sum()) ** 2 / (((t - t.mean()) ** 2).sum() * total)
        windows.append((n, -slope, 1 - (1 - r2) * (n - 1) / (n - 2)))
    if not windows:
        return None
    best = max(w[2] for w in windows)
    good = [w for w in windows if w[1] > 0 and w[2] > best - factor]
    return max(good) if good else None


def test_an_exact_exponential_takes_all_points_after_the_peak():
    day = np.array([0.0, 7, 10, 14, 21, 28, 60])
    conc = np.where(day < 7, 1.0, 500 * np.exp(-0.05 * day))
    got = phase(day, conc)
    assert got.lambda_z[0] == pytest.approx(0.05, rel=1e-13)
    assert got.half_life[0] == pytest.approx(np.log(2) / 0.05, rel=1e-13)
    assert (got.n_points[0], got.first_day[0], got.last_day[0]) == (5, 10, 60)
    assert got.r2[0] == pytest.approx(1.0, abs=1e-14)
    assert got.span[0] == pytest.approx(50 * 0.05 / np.log(2))
    assert got.predicted(np.array([100.0]))[0] == pytest.approx(500 * np.exp(-5.0), rel=1e-12)
    assert got.used.tolist() == [2, 3, 4, 5, 6]


def test_biphasic_decline_leaves_the_fast_phase_out():
    day = np.array([0.0, 5, 6, 7, 8, 10, 20, 40, 60, 80])
    conc = 1e5 * np.exp(-1.5 * (day - 5)) + 50 * np.exp(-0.02 * (day - 5))
    conc[0] = 0.0
    got = phase(day, conc)
    assert got.lambda_z[0] == pytest.approx(0.02, rel=2e-3)
    assert got.first_day[0] >= 10


@pytest.mark.parametrize(
    ("day", "conc", "reason"),
    [
        ([0, 1, 2, 3], [0, 9, 5, 3], NcaReason.TOO_FEW_POINTS),
        ([0, 1, 2, 3, 4], [0, 9, 5, 5, 5], NcaReason.FLAT),
        ([0, 1, 2, 3, 4], [0, 9, 1, 2, 4], NcaReason.NO_DECLINE),
    ],
)
def test_why_there_is_no_terminal_phase(day, conc, reason):
    got = phase(day, conc)
    assert np.isnan(got.lambda_z[0])
    assert REASONS[got.reason[0]] == reason
    assert got.used.tolist() == []


def test_a_rising_tail_with_the_best_fit_gives_none_although_a_longer_window_falls():
    day = np.array([0.0, 1, 2, 3, 10, 11, 12, 13])
    conc = np.array([0.0, 9e5, 5e4, 9e4, 1.0, 2.0, 4.0, 8.0])
    assert REASONS[phase(day, conc).reason[0]] == NcaReason.NO_DECLINE


def test_ties_within_the_factor_take_the_most_points():
    day = np.array([0.0, 10, 20, 30, 40, 50])
    conc = 1000 * np.exp(-0.05 * day)
    conc[1] *= 1.002  # costs the longest window less than the factor
    conc[0] = 2e3
    assert phase(day, conc, adj_r2_factor=1e-4).n_points[0] == 5
    assert phase(day, conc, adj_r2_factor=1e-12).n_points[0] == 4


def test_more_min_points():
    day = np.array([0.0, 1, 2, 3, 4, 5])
    conc = np.array([0.0, 9, 5, 3, 2, 1])
    assert phase(day, conc, min_points=4).n_points[0] == 4
    assert REASONS[phase(day, conc, min_points=5).reason[0]] == NcaReason.TOO_FEW_POINTS
    with pytest.raises(ValueError, match="min_points is 2"):
        phase(day, conc, min_points=2)


def test_an_analyst_fixes_the_points():
    day = np.array([0.0, 1, 2, 3, 4, 5])
    conc = np.array([0.0, 9, 5, 3, 2, 1])
    chosen = np.array([False, True, False, True, False, True])
    got = phase(day, conc, chosen=chosen)
    assert got.used.tolist() == [1, 3, 5]
    assert got.lambda_z[0] == pytest.approx(-np.polyfit(day[chosen], np.log(conc[chosen]), 1)[0], rel=1e-12)


tails = st.lists(st.tuples(st.floats(0.1, 30), st.floats(-3, 3)), min_size=3, max_size=14)


@settings(max_examples=200, deadline=None)
@given(tails)
def test_the_walk_equals_the_plain_rule(steps):
    day = np.cumsum([s[0] for s in steps])
    conc = np.round(np.exp(8 + np.array([s[1] for s in steps])), 1)  # as an assay reports
    got = phase(day, conc, candidate=np.ones(len(day), dtype=bool))
    want = plain_rule(day, conc)
    if want is None or np.isnan(got.lambda_z[0]):  # a slope of 0 may come out as a rounding error on either side
        assert want is None or want[1] < 1e-12
        assert not got.lambda_z[0] > 1e-12
        return
    # where two windows are equal to rounding either is right
    if got.n_points[0] == want[0]:
        assert got.lambda_z[0] == pytest.approx(want[1], rel=1e-8, abs=1e-12)
        assert got.r2_adj[0] == pytest.approx(want[2], rel=1e-9, abs=1e-9)
    else:
        assert got.r2_adj[0] == pytest.approx(want[2], abs=1.0001e-4)


@settings(max_examples=60, deadline=None)
@given(st.lists(tails, min_size=2, max_size=6), st.data())
def test_a_profile_alone_has_the_bits_it_has_among_others(many, data):
    days = [np.cumsum([s[0] for s in steps]) for steps in many]
    concs = [np.exp(8 + np.array([s[1] for s in steps])) for steps in many]
    offsets = np.append(0, np.cumsum([len(d) for d in days]))
    every = np.ones(offsets[-1], dtype=bool)
    together = terminal_phase(offsets, np.concatenate(days), np.concatenate(concs), every)
    i = data.draw(st.integers(0, len(many) - 1))
    alone = terminal_phase(np.array([0, len(days[i])]), days[i], concs[i], every[: len(days[i])])
    for name in ("lambda_z", "r2", "r2_adj", "n_points", "first_day", "last_day", "mean_ln", "mean_day"):
        assert getattr(together, name)[i].tobytes() == getattr(alone, name)[0].tobytes(), name


def test_tails_of_profiles_without_rows():
    lines = regress_tails(np.array([0, 0, 2, 2]), np.array([1.0, 2.0]), np.array([4.0, 2.0]))
    assert lines.n_points.tolist() == [2, 1]
    assert lines.slope[0] == pytest.approx(-np.log(2))
    assert np.isnan(lines.slope[1])
