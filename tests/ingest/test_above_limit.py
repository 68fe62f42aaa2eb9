"""Results above the upper limit of quantification: kept as lower bounds in profiles, not used elsewhere."""

import pytest

from cartpk.adpp import derive_params_trial
from cartpk.core.estimation.individual import Method
from cartpk.fits.intake import read_profiles

PEAK = 4  # day 10 of the first subject


def test_the_limit_stands_for_the_result_and_is_said(trial):
    intake = trial.tidy({(PEAK, "VALUE"): ">1e6"})
    row = intake.adnca[intake.adnca["AVALC"] == ">1e6"].iloc[0]
    assert row[["AVAL", "BLQFL", "ANLFL", "BLQCLASS"]].tolist() == [1e6, "N", "Y", "ABOVE QUANTIFICATION"]
    (found,) = intake.findings[intake.findings["RULE"] == "BI-010"].to_dict("records")
    assert found["SEVERITY"] == "warning"
    assert float(found["NEW"]) == 1e6


@pytest.mark.parametrize(("row", "text"), [(PEAK, ">ULOQ"), (PEAK, ">10"), (24, ">1000")])
def test_a_bound_without_a_number_below_the_lloq_or_in_a_count_is_not_used(row, text, trial):
    intake = trial.tidy({(row, "VALUE"): text})
    table = intake.adnca if row == PEAK else intake.adpd
    (mine,) = table[table["AVALC"] == text].to_dict("records")
    assert mine["ANLFL"] == "N"
    assert mine["ANLRS"] == "above the upper limit of quantification (BI-010)"
    assert (intake.findings["RULE"] == "BI-010").sum() == 1


def test_the_profile_is_flagged_and_its_areas_are_at_least_those_without(trial):
    bound = trial.tidy({(PEAK, "VALUE"): ">31250.25"})
    exact = trial.tidy()
    rows = derive_params_trial(bound.adnca).adpp
    plain = derive_params_trial(exact.adnca).adpp
    first = rows["USUBJID"] == "S-01"
    assert rows.loc[first, "FLAG"].fillna("").str.contains("ABOVE_ULOQ").all()
    assert not rows.loc[~first, "FLAG"].fillna("").str.contains("ABOVE_ULOQ").any()
    assert rows["AVAL"].equals(plain["AVAL"])


def test_a_bound_before_the_infusion_or_after_the_event_says_nothing_of_the_profile(trial):
    intake = trial.tidy({(PEAK, "VALUE"): ">1e6"})
    adnca = intake.adnca.copy()
    peak = adnca["AVALC"] == ">1e6"
    event = adnca[peak].assign(AFRLT=5.0)[["USUBJID", "AFRLT"]]
    cut = derive_params_trial(adnca, events=event).adpp
    assert not cut["FLAG"].fillna("").str.contains("ABOVE_ULOQ").any()


def test_no_model_passes_through_a_bound(trial):
    intake = trial.tidy({(PEAK, "VALUE"): ">1e6"})
    with_it = read_profiles(trial.tidy().adnca, 5, Method.MAP)
    without = read_profiles(intake.adnca, 5, Method.MAP)
    assert with_it.profiles.n_observed[0] - without.profiles.n_observed[0] == 1
    assert without.n_ignored[0] - with_it.n_ignored[0] == 1
