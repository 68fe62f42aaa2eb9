"""The decision table for areas over a window: one case per row, per numbered point and per setting."""

import numpy as np
import pytest

from cartpk.core.nca import (
    REASONS,
    AllBlq,
    BlqImputation,
    BlqRule,
    NcaSettings,
    Profiles,
    WindowSettings,
    calculate_trial,
)
from cartpk.core.nca.analysis import Analysis
from cartpk.core.nca.reasons import MoreReasons
from cartpk.core.nca.windows import FLAGS, window_auc
from cartpk.terms import AucFlag, AucMethod, NcaReason

pytestmark = pytest.mark.requirement("URS-202")

F, M, N = AucFlag, MoreReasons, NcaReason
K = 0.05
"""Rate of the mono-exponential decline of the cases, 1/day."""


def trial(day, conc, window=28.0, event=np.nan, nca=None, **limits):
    """value, flag, percent, reason of one profile."""
    blq = np.asarray(conc) == 0
    p = Profiles.from_arrays(np.zeros(len(day), int), day, conc, blq, np.full(len(day), 10.0), n_profiles=1)
    got = calculate_trial(
        p, nca or NcaSettings(auc_method=AucMethod.LINEAR), WindowSettings(**limits), (window,), np.array([event])
    ).windows[window]
    return got.value[0], FLAGS[got.flag[0]], got.extrapolated_pct[0], REASONS[got.reason[0]]


def decline(days, peak=7.0, top=1000.0):
    """A profile from 0 at time 0 to ``top`` at the peak and an exponential decline through ``days``."""
    t = np.array([0.0, peak, *days])
    return t, np.where(t == 0, 0.0, top * np.exp(-K * (t - peak)))


def none(result, flag, reason):
    value, got, _, why = result
    assert got == flag
    assert np.isnan(value)
    assert why == reason


# --- row 1 -----------------------------------------------------------------------------------------------------------


def test_row_1_a_sample_at_T():
    value, flag, pct, _ = trial([0, 7, 14, 28], [0, 100, 50, 20])
    assert (value, flag, pct) == (350 + 525 + 490, F.COMPLETE, 0.0)


def test_row_1_quantifiable_on_both_sides_interpolates_at_T():
    value, flag, *_ = trial([0, 7, 14, 42], [0, 100, 50, 22])
    assert flag == F.COMPLETE
    assert value == pytest.approx(350 + 525 + 14 * (50 + 36) / 2)


def test_row_1_interpolates_by_the_rule_of_the_area():
    value, flag, *_ = trial(*decline([10, 21, 60]), nca=NcaSettings())
    assert flag == F.COMPLETE
    assert value == pytest.approx(3500 + 1000 / K * -np.expm1(-K * 21), rel=1e-13)


def test_row_1_a_blq_between_quantifiable_samples_follows_the_blq_rule_also_at_T():
    dropped, flag, *_ = trial([0, 7, 14, 28, 42], [0, 100, 50, 0, 22])
    assert flag == F.COMPLETE
    assert dropped == pytest.approx(350 + 525 + 14 * (50 + 36) / 2)
    zero = NcaSettings(auc_method=AucMethod.LINEAR, blq_rule=BlqRule.ZERO)
    kept, flag, *_ = trial([0, 7, 14, 28, 42], [0, 100, 50, 0, 22], nca=zero)
    assert flag == F.COMPLETE
    assert kept == pytest.approx(350 + 525 + 350)


def test_row_1_first_quantifiable_after_T_interpolates_from_0():
    value, flag, *_ = trial([0, 10, 20, 30], [0, 0, 0, 50])
    assert flag == F.COMPLETE
    assert value == pytest.approx(8 * 40 / 2)


# --- row 2 -----------------------------------------------------------------------------------------------------------


def test_row_2_next_sample_blq_before_T():
    value, flag, pct, _ = trial([0, 7, 14, 21, 28], [0, 100, 50, 0, 0])
    assert flag == F.COMPLETE_BLQ
    assert value == 350 + 525 + 175
    assert pct == pytest.approx(100 * 175 / 1050)


def test_row_2_next_sample_blq_after_T_is_cut_at_T():
    value, flag, *_ = trial([0, 7, 14, 21, 35], [0, 100, 50, 20, 0])
    assert flag == F.COMPLETE_BLQ
    assert value == pytest.approx(350 + 525 + 245 + 7 * (20 + 10) / 2)


def test_row_2_a_blq_at_T_after_the_last_quantifiable_sample():
    value, flag, *_ = trial([0, 7, 14, 28], [0, 100, 20, 0])
    assert flag == F.COMPLETE_BLQ
    assert value == 350 + 420 + 140


@pytest.mark.parametrize("method", list(AucMethod))
def test_row_2_is_linear_in_every_method(method):
    value, flag, *_ = trial([0, 7, 14, 21], [0, 100, 100, 0], nca=NcaSettings(auc_method=method), max_extrap_pct=50)
    assert flag == F.COMPLETE_BLQ
    assert value == pytest.approx(350 + 700 + 350)


def test_row_2_half_lloq_at_the_first_blq():
    value, flag, *_ = trial(
        [0, 7, 14, 21, 28], [0, 100, 50, 0, 0], blq_imputation=BlqImputation.HALF_LLOQ, max_extrap_pct=50
    )
    assert flag == F.COMPLETE_BLQ
    assert value == pytest.approx(350 + 525 + 7 * (50 + 5) / 2)  # to 5 at day 21, then 0


def test_row_2_above_the_limit():
    result = trial([0, 7, 14, 28], [0, 100, 50, 0])
    none(result, F.NC_INCOMPLETE, M.EXTRAPOLATION)
    assert result[2] == pytest.approx(100 * 350 / 1225)


def test_row_2_holds_whatever_the_blq_rule_drops():
    drop = NcaSettings(auc_method=AucMethod.LINEAR, blq_rule=BlqRule.DROP)
    value, flag, *_ = trial([0, 7, 14, 21, 28], [0, 100, 50, 0, 0], nca=drop)
    assert (value, flag) == (350 + 525 + 175, F.COMPLETE_BLQ)


def test_row_2_half_lloq_everywhere_does_not_hide_the_blq():
    half = NcaSettings(auc_method=AucMethod.LINEAR, blq_rule=BlqRule.HALF_LLOQ_ALL)
    value, flag, *_ = trial([0, 7, 14, 21, 28], [0, 100, 50, 0, 0], nca=half)
    assert flag == F.COMPLETE_BLQ
    assert value == 7 * 105 / 2 + 525 + 175


def test_blq_confirm_asks_for_more_only_when_the_last_result_is_before_the_window():
    early = ([0, 7, 10, 14, 18], [0, 100, 50, 10, 0])
    assert trial(*early)[1] == F.COMPLETE_BLQ
    none(trial(*early, blq_confirm=2), F.NC_INCOMPLETE, M.BLQ_NOT_CONFIRMED)
    twice = ([0, 7, 10, 14, 18, 20], [0, 100, 50, 10, 0, 0])
    assert trial(*twice, blq_confirm=2)[1] == F.COMPLETE_BLQ
    late = ([0, 7, 10, 14, 26], [0, 100, 50, 10, 0])
    assert trial(*late, blq_confirm=2)[1] == F.COMPLETE_BLQ


# --- rows 3 to 5 -----------------------------------------------------------------------------------------------------


def test_row_3_extends_by_lambda_z():
    day, conc = decline([10, 14, 21, 27], top=1000.0)
    conc = np.where(day == 0, 0, 1000 * np.exp(-0.2 * (day - 7)))
    value, flag, pct, _ = trial(day, conc, nca=NcaSettings())
    assert flag == F.WINDOW
    assert value == pytest.approx(3500 + 1000 / 0.2 * -np.expm1(-0.2 * 21), rel=1e-12)
    tail = 1000 / 0.2 * (np.exp(-0.2 * 20) - np.exp(-0.2 * 21))
    assert pct == pytest.approx(100 * tail / value, rel=1e-9)


def test_row_3_without_an_accepted_lambda_z_the_last_concentration_is_carried():
    value, flag, pct, _ = trial([0, 7, 14, 27], [0, 100, 50, 20])
    assert flag == F.WINDOW
    assert value == 350 + 525 + 455 + 20
    assert pct == pytest.approx(100 * 20 / 1350)


def test_row_3_reaches_down_to_T_minus_w_and_no_further():
    assert trial([0, 7, 14, 26], [0, 100, 50, 20])[1] == F.WINDOW
    assert trial([0, 7, 14, 25.99], [0, 100, 50, 20])[1] == F.NC_INCOMPLETE
    assert trial([0, 7, 14, 25.99], [0, 100, 50, 20], tolerance_days={28.0: 3.0})[1] == F.WINDOW


def test_row_3_above_the_limit():
    none(trial([0, 7, 14, 27], [0, 100, 50, 20], max_extrap_pct=1), F.NC_INCOMPLETE, M.EXTRAPOLATION)


def test_row_4_extrapolates_within_the_limit():
    day = np.array([0.0, 7, 10, 14, 18, 22])
    conc = np.where(day == 0, 0, 1000 * np.exp(-0.2 * (day - 7)))
    value, flag, pct, _ = trial(day, conc, nca=NcaSettings())
    assert flag == F.EXTRAPOLATED
    assert value == pytest.approx(3500 + 1000 / 0.2 * -np.expm1(-0.2 * 21), rel=1e-12)
    tail = 1000 / 0.2 * (np.exp(-0.2 * 15) - np.exp(-0.2 * 21))
    assert pct == pytest.approx(100 * tail / value, rel=1e-9)


def test_row_5_lambda_z_not_accepted():
    none(trial([0, 7, 14], [0, 100, 50], min_results=2), F.NC_INCOMPLETE, M.NO_ACCEPTED_LAMBDA_Z)


def test_row_5_too_much_extrapolated():
    day = np.array([0.0, 7, 10, 14, 18, 22])
    conc = np.where(day == 0, 0, 1000 * np.exp(-0.2 * (day - 7)))
    result = trial(day, conc, window=90.0, max_extrap_pct=2, nca=NcaSettings())
    none(result, F.NC_INCOMPLETE, M.EXTRAPOLATION)
    assert result[2] > 2


# --- the numbered points ---------------------------------------------------------------------------------------------


def test_point_1_a_sample_on_the_day_of_the_event_is_kept_and_later_ones_are_not():
    day, conc = [0, 7, 14, 21, 28], [0, 100, 50, 30, 20]
    assert trial(day, conc, event=28.0)[1] == F.COMPLETE
    none(trial(day, conc, event=27.0), F.NC_EVENT, M.EVENT)


def test_point_1_later_samples_do_not_even_interpolate_at_T():
    # cut at 29: the sample at 42 would have given COMPLETE
    late = ([0, 7, 10, 14, 42], [0, 100, 70, 50, 22])
    none(trial(*late, event=29.0), F.NC_INCOMPLETE, M.NO_ACCEPTED_LAMBDA_Z)
    assert trial(*late)[1] == F.COMPLETE


def test_point_1_other_parameters_are_cut_too():
    p = Profiles.from_arrays([0] * 5, [0, 7, 14, 40, 60], [0.0, 100, 50, 500, 20])
    got = calculate_trial(p, event_day=np.array([30.0])).parameters
    assert (got.value["CMAX"][0], got.value["TLST"][0]) == (100, 14)


def test_point_2_no_post_infusion_result():
    none(trial([-3, 0], [5, 5]), F.NC_SPARSE, N.NO_DATA)
    none(trial([], []), F.NC_SPARSE, N.NO_DATA)
    none(trial([0, 7, 14], [0, 100, 50], event=3.0), F.NC_SPARSE, N.NO_DATA)


def test_point_2_all_blq():
    assert trial([0, 7, 26], [0, 0, 0])[:2] == (0.0, F.ALL_BLQ)
    none(trial([0, 7, 25], [0, 0, 0]), F.NC_INCOMPLETE, M.WINDOW_NOT_REACHED)
    assert trial([0, 7, 14], [0, 0, 0], event=15.0)[:2] == (0.0, F.ALL_BLQ)
    none(trial([0, 7, 14], [0, 0, 0], event=29.0), F.NC_INCOMPLETE, M.WINDOW_NOT_REACHED)


def test_point_2_stands_before_the_sparse_rule():
    assert trial([0, 27], [0, 0])[:2] == (0.0, F.ALL_BLQ)


def test_point_2_all_blq_may_be_set_to_not_calculated():
    none(trial([0, 7, 28], [0, 0, 0], all_blq=AllBlq.NOT_CALCULATED), F.ALL_BLQ, M.ALL_BLQ_NC)


def test_point_2_a_positive_baseline_is_not_quantifiable_after_infusion():
    assert trial([0, 7, 28], [50, 0, 0])[:2] == (0.0, F.ALL_BLQ)


def test_point_3_event_before_T():
    none(trial([0, 7, 14, 21], [0, 100, 50, 40], event=22.0), F.NC_EVENT, M.EVENT)


def test_point_3_unless_the_last_kept_result_is_blq():
    value, flag, *_ = trial([0, 7, 10, 14, 40], [0, 100, 40, 0, 70], event=20.0)
    assert flag == F.COMPLETE_BLQ
    assert value == 350 + 210 + 80
    assert trial([0, 7, 10, 14], [0, 100, 40, 0], event=14.0)[1] == F.COMPLETE_BLQ


def test_point_3_too_much_after_the_last_quantifiable_is_the_events():
    none(trial([0, 7, 14, 21], [0, 100, 90, 0], event=22.0), F.NC_EVENT, M.EXTRAPOLATION)


def test_point_3_an_unconfirmed_blq_before_the_event():
    none(trial([0, 7, 10, 14], [0, 100, 40, 0], event=20.0, blq_confirm=2), F.NC_EVENT, M.EVENT)


def test_point_4_fewer_results_than_needed_and_a_blq_counts():
    none(trial([0, 7, 28], [0, 100, 50]), F.NC_SPARSE, M.SPARSE)
    assert trial([0, 3, 7, 28], [0, 0, 100, 50])[1] == F.COMPLETE
    assert trial([0, 7, 28], [0, 100, 50], min_results=2)[1] == F.COMPLETE


def test_point_4_peak_window():
    late = ([0, 3, 15, 28], [0, 100, 50, 20])
    none(trial(*late), F.NC_SPARSE, M.PEAK_NOT_SAMPLED)
    assert trial(*late, peak_window_days=None)[1] == F.COMPLETE
    assert trial(*late, peak_window_days=(15.0, 20.0))[1] == F.COMPLETE
    assert trial([0, 3, 14, 28], [0, 100, 50, 20])[1] == F.COMPLETE


def test_point_6_r2_and_span_accept_lambda_z():
    day = np.array([0.0, 7, 10, 14, 18, 22])
    conc = np.where(day == 0, 0, 1000 * np.exp(-0.2 * (day - 7)))
    conc[3] *= 1.3
    assert trial(day, conc, nca=NcaSettings())[1] == F.EXTRAPOLATED
    none(trial(day, conc, nca=NcaSettings(r2_min=0.9999)), F.NC_INCOMPLETE, M.NO_ACCEPTED_LAMBDA_Z)
    none(trial(day, conc, nca=NcaSettings(span_min=5.0)), F.NC_INCOMPLETE, M.NO_ACCEPTED_LAMBDA_Z)


def test_point_7_concentration_at_time_0():
    observed = trial([-1, 0, 7, 14, 28], [50, 20, 100, 50, 20])[0]
    moved = trial([-3, -1, 7, 14, 28], [90, 20, 100, 50, 20])[0]
    assumed = trial([7, 14, 28], [100, 50, 20])[0]
    assert observed == moved == 7 * 120 / 2 + 525 + 490
    assert assumed == 350 + 525 + 490


def test_point_7_conflicting_results_at_one_time():
    none(trial([0, 7, 7, 14, 28], [0, 100, 90, 50, 20]), F.NC_DUPLICATE, N.DUPLICATE_TIMES)
    assert trial([0, 7, 7, 14, 28], [0, 100, 100, 50, 20])[1] == F.COMPLETE
    # a conflict that the event cuts away, or of pre-infusion results that are not used, does no harm
    assert trial([-5, -5, 0, 7, 14, 28, 40, 40], [1, 2, 0, 100, 50, 20, 3, 4], event=30.0)[1] == F.COMPLETE


def test_point_7_the_peak_is_looked_for_after_infusion():
    p = Profiles.from_arrays([0] * 4, [0, 7, 14, 28], [500.0, 100, 50, 20])
    got = calculate_trial(p).parameters.value
    assert (got["CMAX"][0], got["TMAX"][0], got["TFST"][0]) == (100, 7, 7)


# --- the whole table -------------------------------------------------------------------------------------------------


def test_any_window_may_be_asked_for():
    day, conc = decline([10, 14, 21, 28, 60, 90, 180], top=800.0)
    p = Profiles.from_arrays(np.zeros(len(day), int), day, conc)
    got = calculate_trial(p, window_days=(7.0, 28.0, 45.5, 180.0)).windows
    for end, area in got.items():
        assert FLAGS[area.flag[0]] == F.COMPLETE
        assert area.value[0] == pytest.approx(2800 + 800 / K * -np.expm1(-K * (end - 7)), rel=1e-12)


def test_every_profile_has_a_value_or_a_reason():
    rng = np.random.default_rng(5)
    n, per = 3000, 8
    day = np.sort(rng.uniform(-2, 110, (n, per)), axis=1).ravel()
    conc = np.where(rng.random(n * per) < 0.3, 0.0, rng.lognormal(5, 2, n * per))
    event = np.where(rng.random(n) < 0.2, rng.uniform(1, 120, n), np.nan)
    p = Profiles.from_arrays(np.repeat(np.arange(n), per), day, conc)
    seen = set()
    for area in calculate_trial(p, event_day=event).windows.values():
        has = ~np.isnan(area.value)
        assert (has == (area.reason == 0)).all()
        assert (area.value[has] >= 0).all()
        not_calculated = {FLAGS.index(f) for f in AucFlag if f.startswith("NC_")}
        assert (has == ~np.isin(area.flag, list(not_calculated))).all()
        ok = has & ~np.isnan(area.extrapolated_pct)
        assert (area.extrapolated_pct[ok] <= 20).all()
        seen |= set(area.flag.tolist())
    assert len(seen) >= 7


def test_it_refuses_what_is_not_a_trial():
    p = Profiles.from_arrays([0], [7], [1.0])
    with pytest.raises(ValueError, match="post_infusion"):
        window_auc(Analysis(p, NcaSettings()), 28.0, WindowSettings(), np.array([np.nan]))
    with pytest.raises(ValueError, match="window -1"):
        window_auc(Analysis(p, NcaSettings(post_infusion=True)), -1.0, WindowSettings(), np.array([np.nan]))
    with pytest.raises(ValueError, match="not after time 0"):
        calculate_trial(p, event_day=np.array([0.0]))
    with pytest.raises(ValueError, match="shape"):
        calculate_trial(p, event_day=np.array([5.0, 6.0]))
