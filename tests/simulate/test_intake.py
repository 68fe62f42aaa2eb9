"""The sample trials on their way in: nothing is refused, and the named peculiarities are what is found."""

from pathlib import Path

import pandas as pd
import pytest

from cartpk.config import load
from cartpk.ingest import read_trial
from cartpk.simulate import DESIGNS, Scenario, simulate_trial

ROOT = Path(__file__).resolve().parents[2]
FOUND_AS = {Scenario.LATE_VISIT: "BI-040", Scenario.LOW_DOSE: "BI-056", Scenario.DEATH: "BI-069"}
"""Scenario -> the rule under which the intake lists it; the others are for the analysis to see."""


@pytest.fixture(scope="module", params=DESIGNS)
def case(request):
    config = load(ROOT / "config" / "trials" / f"{request.param}.yaml")
    return simulate_trial(DESIGNS[request.param]), read_trial(config, ROOT), config


def test_nothing_is_refused_and_only_scenarios_are_found(case):
    trial, intake, _ = case
    found = intake.findings
    assert (found["SEVERITY"] != "error").all()
    expected = {r: trial.truth.loc[trial.truth["SCENARIO"] == s, "USUBJID"].tolist() for s, r in FOUND_AS.items()}
    for rule, subjects in expected.items():
        assert sorted(set(found.loc[found["RULE"] == rule, "USUBJID"])) == subjects, rule
    assert set(found["RULE"]) <= {"BI-006", *FOUND_AS.values()}


def test_values_times_and_limits_arrive_as_simulated(case):
    trial, intake, config = case
    code = {a.specimen: a.code for a in config.analytes}
    made = trial.kinetics.assign(PCTESTCD=trial.kinetics["SPECIMEN"].map(code))
    made = made[made["DONE"]].assign(DAY=made["MINUTE"] / 1440)
    got = intake.adnca[intake.adnca["ANLFL"] == "Y"]
    assert len(got) == len(made)
    keys = ["USUBJID", "PCTESTCD", "DAY"]
    a = made.sort_values(keys, ignore_index=True)
    b = got.sort_values(["USUBJID", "PCTESTCD", "AFRLT"], ignore_index=True)
    assert (a["USUBJID"] == b["USUBJID"]).all()
    assert (a["DAY"] - b["AFRLT"]).abs().max() < 0.001
    pd.testing.assert_series_equal(a["VALUE"], b["AVAL"], check_names=False)
    assert (a["BLQ"] == (b["BLQFL"] == "Y")).all()
    assert (a["LLOQ"] == b["ALLOQ"]).all()
    nominal = a["VISIT"].map(lambda k: trial.design.visits[k].day)
    assert (nominal - b["NFRLT"]).abs().max() < 0.001


def test_cells_arrive_too(case):
    trial, intake, config = case
    used = intake.adpd[intake.adpd["ANLFL"] == "Y"]
    assert len(used) == trial.cells["DONE"].sum()
    assert set(used["PARAMCD"]) == {m.code for m in config.pharmacodynamics.measures}
    assert len(intake.adsl) == trial.design.subjects
