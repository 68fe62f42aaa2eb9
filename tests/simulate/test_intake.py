"""The sample trials on their way in: nothing is refused, and the named peculiarities are what is found."""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cartpk.config import load
from cartpk.ingest import read_trial
from cartpk.simulate import DESIGNS, Scenario, simulate_trial
from cartpk.simulate.clinical_files import FILES, clinical_files
from cartpk.simulate.course import draw_course
from cartpk.simulate.designs import Arm

ROOT = Path(__file__).resolve().parents[2]
FOUND_AS = {Scenario.LATE_VISIT: "BI-040", Scenario.LOW_DOSE: "BI-056"}
"""Scenario -> the rule under which the intake lists it; the others are for the analysis to see."""

CLINICAL = {"BI-069", "BI-079", "BI-080", "BI-083", "CP-113", "CP-123"}
"""What the clinical course brings: HSCT and death, late assessments, remissions after HSCT, antibodies, DLTs whose
window the record does not state, premedication."""


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
    assert set(found["RULE"]) <= {"BI-006", *FOUND_AS.values(), *CLINICAL}
    course = draw_course(trial)
    ended = np.isfinite(course.death) | np.isfinite(course.hsct)
    assert sorted(found.loc[found["RULE"] == "BI-069", "USUBJID"]) == trial.subjects["USUBJID"][ended].tolist()
    late = trial.truth.loc[trial.truth["SCENARIO"] == Scenario.LATE_VISIT, "USUBJID"]
    assert set(found.loc[found["RULE"] == "BI-079", "USUBJID"]) <= set(late)
    transplanted = set(trial.subjects["USUBJID"][np.isfinite(course.hsct) | np.isfinite(course.progression)])
    assert set(found.loc[found["RULE"] == "BI-080", "USUBJID"]) <= transplanted


@pytest.mark.requirement("URS-112")
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


def test_the_clinical_course_arrives_as_simulated(case):
    """Deaths, transplantations, grades, responses, antibodies, components of the ACR-CRISS: all rows, the true days."""
    trial, intake, _ = case
    course, clinical, files = draw_course(trial), intake.clinical, clinical_files(trial)
    ids = trial.subjects["USUBJID"]
    first = clinical.adevent[clinical.adevent["FIRSTFL"] == "Y"]
    for event, day in (("DEATH", course.death), ("HSCT", course.hsct), ("LAST_CONTACT", course.last)):
        mine = first[first["EVENT"] == event].set_index("USUBJID")["ADY"]
        assert mine.to_dict() == dict(zip(ids[np.isfinite(day)], day[np.isfinite(day)], strict=True)), event
    name = {t: (FILES[t][0] if trial.design.layout == "sdtm" else f"{t}.csv") for t in FILES}
    for row in clinical.delivered.itertuples():
        there = files.get(name[row.DATA])
        assert (row.DELIVERED == "Y") == (there is not None)
        assert row.NROWS == row.NUSED == (0 if there is None else len(there))
    crs = clinical.adae[clinical.adae["AESI"] == "CRS"]
    assert crs.set_index("USUBJID")["ATOXGR"].to_dict() == {s: g for s, g in zip(ids, course.crs, strict=True) if g}
    assert set(crs["SCALE"]) <= {"ASTCT 2019"}
    dlt = clinical.adae[clinical.adae["DLTFL"] == "Y"]
    assert sorted(set(dlt["USUBJID"])) == [ids[k - 1] for k in sorted(course.design.dlt)]
    responders = set(clinical.adrs.loc[clinical.adrs["BORFL"].eq("Y") & clinical.adrs["RESPFL"].eq("Y"), "USUBJID"])
    assert responders <= set(ids[course.responder])
    induced = set(clinical.adis.loc[clinical.adis["ADACLASS"] == "TREATMENT-INDUCED", "USUBJID"])
    assert induced <= set(ids[course.ada == 2])
    if trial.design.trial == "NCT06871644":
        assert set(clinical.adcriss["PARAMCD"]) == set(case[2].clinical.criss)


def test_the_response_depends_on_exposure_as_declared():
    """400 virtual subjects: the slope of the latent response and of CRS on exposure is the declared coefficient."""
    base = DESIGNS["NCT06316427"]
    trial = simulate_trial(dataclasses.replace(base, arms=(Arm("AUTO", "all", 400),), scenarios={}), seed=3)
    course = draw_course(trial)
    beta = course.design.coefficients
    for latent, slope, sd in (
        (course.latent - beta.cd7 * course.weak, beta.response, 0.8),
        (course.crs_latent, beta.crs, 0.7),
    ):
        x = course.exposure - course.exposure.mean()
        estimate = (x @ latent) / (x @ x)
        assert estimate == pytest.approx(slope, abs=4 * sd / np.sqrt(x @ x))
