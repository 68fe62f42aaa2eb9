"""cartpk.ingest.dosing: dose basis, planned level, printed label."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartpk.ingest.dosing import dose_label

S1 = (*range(8), *range(24, 32), *range(48, 56))


@pytest.mark.parametrize(
    ("dose", "unit", "label"),
    [
        (2.5e7, "cells", "2.5 × 10⁷ cells"),
        (1e8, "CAR-T cells", "1 × 10⁸ cells"),
        (9.996e7, "cells", "1 × 10⁸ cells"),
        (1e7, "cells/kg", "1 × 10⁷ cells/kg"),
        (5.0, "10^6 cells/kg", "5 × 10⁶ cells/kg"),
        (100.0, "10^6 Therapeutic Cells", "1 × 10⁸ cells"),
        (54.0, "mg", "54 mg"),
    ],
)
def test_labels(dose, unit, label):
    assert dose_label(dose, unit) == label


@given(st.floats(1e5, 1e12))
@settings(max_examples=200, deadline=None)
def test_a_label_reads_back_as_the_dose(dose):
    mantissa, power = dose_label(dose, "cells").removesuffix(" cells").split(" × 10")
    exponent = int(power.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")))
    assert 1 <= float(mantissa) < 10
    assert float(mantissa) * 10.0**exponent == pytest.approx(dose, rel=0.006)


def test_cohorts_are_the_planned_levels_in_order(trial):
    adsl = trial.tidy().adsl
    assert adsl["COHORT"].tolist() == ["2.5 × 10⁷ cells", "1 × 10⁸ cells", "2 × 10⁸ cells"]
    assert adsl["COHORTN"].tolist() == [1.0, 2.0, 3.0]
    assert adsl["DOSEA"].tolist() == [2.5e7, 1e8, 2.05e8]
    assert adsl["DOSEP"].tolist() == [2.5e7, 1e8, 2e8]
    assert set(adsl["DOSEU"]) == {"cells"}


@pytest.mark.parametrize(("dose", "listed"), [("1.3e8", False), ("1.31e8", True), ("7e7", False), ("6.9e7", True)])
def test_the_tolerance_ends_where_the_config_says(dose, listed, trial):
    intake = trial.tidy({(i, "DOSE"): dose for i in S1})
    assert ("BI-056" in set(intake.findings["RULE"])) is listed
    assert intake.adsl.set_index("USUBJID").loc["S-01", "COHORT"] == "1 × 10⁸ cells"


def test_without_levels_every_dose_is_one(trial):
    intake = trial.tidy(settings={"dosing": {"levels": None}})
    assert intake.adsl["COHORT"].tolist() == ["2.5 × 10⁷ cells", "1 × 10⁸ cells", "2.05 × 10⁸ cells"]
    assert intake.adsl["DOSEP"].isna().all()


def test_without_doses_all_subjects_are_one_group(trial):
    intake = trial.tidy(columns=("DOSE",), settings={"data": {"columns": {"dose": None}}})
    assert set(intake.adsl["COHORT"]) == {"All subjects"}
    assert intake.findings.empty


def test_a_subject_without_a_dose_is_in_a_cohort_of_its_own(trial):
    intake = trial.tidy({(i, "DOSE"): "" for i in S1})
    subject = intake.adsl.set_index("USUBJID").loc["S-01"]
    assert subject["COHORT"] == "dose not stated"
    assert subject["COHORTN"] == 4.0


PER_KG = {"dosing": {"basis": "per_kg", "unit": "cells/kg", "levels": [1e6, 2e6, 4e6]}}
WEIGHTS = (
    "USUBJID,VSTESTCD,VSSTRESN,VSSTRESU\nS-01,WEIGHT,25,kg\nS-02,WEIGHT,50,kg\nS-03,WEIGHT,50,kg\nS-03,WEIGHT,51,kg\n"
)


def test_total_doses_become_doses_per_kg_by_weight(trial):
    settings = PER_KG | {"data": {"domains": {"vs": ["vs.csv"]}}}
    intake = trial.sdtm(settings=settings, files={"vs.csv": WEIGHTS})
    assert intake.adsl["DOSEA"].tolist() == [1e6, 2e6, 4.1e6]
    assert intake.adsl["COHORT"].tolist() == ["1 × 10⁶ cells/kg", "2 × 10⁶ cells/kg", "4 × 10⁶ cells/kg"]
    assert intake.findings["RULE"].tolist() == ["CP-032"] * 3
    assert intake.adsl["WEIGHT"].tolist() == [25.0, 50.0, 50.0]


def test_without_weight_only_the_dose_is_missing(trial):
    intake = trial.sdtm(settings=PER_KG)
    assert intake.adsl["DOSEA"].isna().all()
    assert set(intake.findings["RULE"]) == {"BI-057"}
    assert not intake.stops
    assert (intake.adsl["PKFL"] == "Y").all()


def test_doses_in_millions_are_brought_to_the_unit_of_the_levels(trial):
    intake = trial.sdtm(
        {("ex", i, "EXDOSU"): "10^6 cells" for i in range(3)}
        | {("ex", i, "EXDOSE"): d for i, d in enumerate(("25", "100", "205"))}
    )
    assert intake.adsl["DOSEA"].tolist() == [2.5e7, 1e8, 2.05e8]


def test_split_doses_are_added(trial):
    second = ("ex", 0, {"EXSTDTC": "2024-05-02T10:00", "EXENDTC": "2024-05-02T10:20", "EXDOSE": "1000000"})
    intake = trial.sdtm(add=[second])
    subject = intake.adsl.set_index("USUBJID").loc["S-01"]
    assert subject["DOSEA"] == 2.6e7
    assert subject["NINF"] == 2.0
    assert subject[["REINFDY", "EVENTDY"]].isna().all()


@pytest.mark.parametrize("unit", [None, "cells"])
def test_a_dose_per_kg_is_in_cells_per_kg_whatever_unit_was_delivered(unit, trial):
    dosing = {"basis": "per_kg", "unit": unit, "levels": None}
    settings = {"dosing": dosing, "data": {"domains": {"vs": ["vs.csv"]}}}
    adsl = trial.sdtm(settings=settings, files={"vs.csv": WEIGHTS}).adsl
    assert set(adsl["DOSEU"]) == {"cells/kg"}
    assert adsl["DOSEA"].tolist() == [1e6, 2e6, 4.1e6]
    assert adsl["COHORT"].tolist() == ["1 × 10⁶ cells/kg", "2 × 10⁶ cells/kg", "4.1 × 10⁶ cells/kg"]
