"""cartpk.simulate.trials: scenarios are there, results follow the truth."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from cartpk.simulate import DESIGNS, Scenario, simulate_trial
from cartpk.simulate.designs import Arm

CAR_T = ["NCT06871644", "NCT06316427", "NCT04480788"]


@pytest.fixture(scope="module")
def trials():
    return {name: simulate_trial(design) for name, design in DESIGNS.items()}


def blood(trial) -> pd.DataFrame:
    k = trial.kinetics.merge(trial.truth[["USUBJID", "SCENARIO", "CMAX_TRUE"]], on="USUBJID")
    return k[(k["SPECIMEN"] == "BLOOD") & k["DONE"]].assign(DAY=k["MINUTE"] / 1440)


def only(frame: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    chosen = frame[frame["SCENARIO"] == scenario]
    assert len(set(chosen["USUBJID"])) == 1
    return chosen


@pytest.mark.parametrize("name", DESIGNS)
def test_every_scenario_of_the_design_is_in_the_truth(trials, name):
    design = DESIGNS[name]
    counts = trials[name].truth["SCENARIO"].value_counts().to_dict()
    assert counts.pop("TYPICAL") == design.subjects - len(design.scenarios)
    assert counts == {str(s): 1 for s in design.scenarios.values()}
    wanted = {Scenario.NEVER_EXPANDER, Scenario.LATE_PEAK, Scenario.EARLY_DROPOUT, Scenario.EARLY_HIGH}
    assert wanted <= set(design.scenarios.values())


@pytest.mark.parametrize("name", CAR_T)
def test_scenarios_look_as_they_are_called(trials, name):
    k = blood(trials[name])
    assert only(k, Scenario.NEVER_EXPANDER)["BLQ"].all()
    late = only(k, Scenario.LATE_PEAK)
    assert late.loc[late["VALUE"].idxmax(), "DAY"] > 18
    high = only(k, Scenario.EARLY_HIGH)
    assert high.loc[high["VALUE"].idxmax(), "DAY"] < 0.2
    for scenario in (Scenario.EARLY_DROPOUT, Scenario.DEATH):
        if scenario in DESIGNS[name].scenarios.values():
            assert 15 < only(k, scenario)["DAY"].max() < 28
    if Scenario.LATE_VISIT in DESIGNS[name].scenarios.values():
        assert only(k, Scenario.LATE_VISIT)["DAY"].between(31, 35).sum() == 1
    if Scenario.MISSED_PEAK in DESIGNS[name].scenarios.values():
        assert not only(k, Scenario.MISSED_PEAK)["DAY"].between(6.5, 15.5).any()


def test_scenarios_of_the_car_nk_trial(trials):
    k = blood(trials["NCT07117175"])
    gone = only(k, Scenario.NEVER_EXPANDER)
    assert gone.loc[gone["DAY"] > 6, "BLQ"].all()
    assert not gone.loc[gone["DAY"].between(0.01, 1.5), "BLQ"].any()
    late = only(k[k["DAY"] > 2.5], Scenario.LATE_PEAK)
    assert late.loc[late["VALUE"].idxmax(), "DAY"] > 11


def test_low_dose_is_outside_the_tolerance(trials):
    s = trials["NCT06871644"].subjects
    deviation = (s["DOSE"] / s["DOSEP"] - 1).abs()
    assert (deviation > 0.30).tolist() == (s["SCENARIO"] == Scenario.LOW_DOSE).tolist()


@pytest.mark.parametrize("name", ["NCT06316427", "NCT04480788"])
def test_no_dose_is_made_up(trials, name):
    assert trials[name].subjects[["DOSE", "DOSEP"]].isna().all(axis=None)


@pytest.mark.parametrize("name", DESIGNS)
def test_part_below_the_limit_is_that_of_a_real_trial(trials, name):
    k = blood(trials[name])
    post = k[(k["MINUTE"] > 0) & (k["SCENARIO"] != Scenario.NEVER_EXPANDER)]
    assert 0.10 < post["BLQ"].mean() < 0.45
    assert k.loc[k["MINUTE"] < 0, "BLQ"].all()
    assert trials[name].kinetics["DONE"].mean() > 0.9


@pytest.mark.parametrize("name", DESIGNS)
def test_results_are_what_a_laboratory_sends(trials, name):
    for frame in (trials[name].kinetics, trials[name].cells):
        shown = frame[frame["DONE"] & ~frame["BLQ"]]
        assert (shown["RESULT"].astype(float) == shown["VALUE"]).all()
        assert (shown["VALUE"] >= shown["LLOQ"]).all()
        assert shown["RESULT"].str.replace(".", "").str.lstrip("0").str.rstrip("0").str.len().max() <= 4
        assert (frame.loc[~frame["DONE"], "RESULT"] == "").all()


def test_residuals_have_the_models_sd():
    base = DESIGNS["NCT06871644"]
    arms = (Arm("A", "all", 400, 1e8),)
    design = dataclasses.replace(base, arms=arms, scenarios={}, panel=base.panel[:1])
    trial = simulate_trial(design, seed=5)
    k = blood(trial).merge(trial.truth.drop(columns=["SCENARIO", "CMAX_TRUE"]), on="USUBJID")
    d = k["DAY"] - k["TMAX"]
    fall = (1 - k["FB"]) * np.exp(-k["ALPHA"] * d) + k["FB"] * np.exp(-k["BETA"] * d)
    true = k["CMAX"] * np.where(d < 0, np.exp(k["RHO"] * d), fall)
    clear = true > 20 * k["LLOQ"]  # far above the limit, so that censoring bends nothing
    residual = np.log(k["VALUE"] / true)[clear]
    assert len(residual) > 1500
    assert residual.mean() == pytest.approx(0.0, abs=4 * 0.56 / np.sqrt(len(residual)))
    assert residual.std() == pytest.approx(0.56, rel=0.06)
    assert np.log(trial.truth["CMAX"]).mean() == pytest.approx(np.log(24000), abs=4 * 0.8 / 20)
    leaves = trial.kinetics.groupby("USUBJID")["VISIT"].max() < len(design.visits) - 1
    assert leaves.mean() == pytest.approx(design.dropout, abs=0.08)


@pytest.mark.parametrize("name", ["NCT06871644", "NCT07117175"])
def test_counts_and_percentages_agree(trials, name):
    c = trials[name].cells
    wide = c.pivot_table(index=["USUBJID", "VISIT"], columns="NAME", values="VALUE", aggfunc="first")
    ratio = 100 * wide["B cells"] / wide["Lymphocytes"] / wide["B cells of lymphocytes"]
    assert ratio.dropna().between(0.998, 1.002).all()
    whole = [n for n in wide if n.endswith(" of lymphocytes")]
    assert wide[whole].sum(axis=1).max() <= 100


def test_car_nk_cells_are_apart_from_the_hosts_own(trials):
    c = trials["NCT07117175"].cells.query("DONE")
    car = c[c["NAME"] == "NK cells CAR+"]
    assert car.loc[car["MINUTE"] < 0, "BLQ"].all()
    assert (car["VALUE"] > 5).sum() > 10


def test_marrow_is_sparse_and_its_own_specimen(trials):
    k = trials["NCT07117175"].kinetics
    most = k.groupby(["USUBJID", "SPECIMEN"]).size().groupby("SPECIMEN").max()
    assert most.to_dict() == {"BLOOD": 15, "BONE MARROW, LIQUID": 4, "TISSUE": 2}
    assert "BONE MARROW, LIQUID" not in set(trials["NCT06871644"].kinetics["SPECIMEN"])


def test_another_seed_is_another_trial():
    design = DESIGNS["NCT04480788"]
    assert not simulate_trial(design, 1).truth.equals(simulate_trial(design, 2).truth)
