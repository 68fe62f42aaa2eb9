"""cartpk.ingest.adam: doses, copies and limits of an analysis data set."""

import importlib.util
from pathlib import Path

import pytest

spec = importlib.util.spec_from_file_location("examples_adam", Path(__file__).parent / "examples" / "adam.py")
examples = importlib.util.module_from_spec(spec)
spec.loader.exec_module(examples)
read = examples.read


def test_dose_records_are_infusions_and_no_samples(trial):
    intake = read(trial)
    assert len(intake.adnca) == 10
    assert intake.adsl["DOSEA"].tolist() == [1e8, 1e8]
    assert intake.adnca["AFRLT"].tolist()[:5] == pytest.approx([-2 / 24, 3, 7, 10, 28])
    assert intake.findings.empty


def test_an_imputed_value_below_the_limit_is_no_measured_value(trial):
    last = read(trial).adnca.iloc[4]
    assert (last["BLQFL"], last["ALLOQ"]) == ("Y", 50)
    assert last["AVAL"] != 25


def test_a_copy_is_listed_and_counted_once(trial):
    intake = read(trial, add=[(3, {"DTYPE": "COPY", "ATPTREF": "DAY 8"})])
    same = intake.adnca[(intake.adnca["USUBJID"] == "S-01") & (intake.adnca["AFRLT"] == 7)]
    assert same["ANLFL"].tolist() == ["Y", "N"]
    assert "copied for the analysis" in same["ANLRS"].iloc[1]


@pytest.mark.parametrize(("unit", "days"), [("Hours", 7), ("h", 7), ("DAYS", 168), ("min", 7 / 60)])
def test_times_by_their_unit(trial, unit, days):
    intake = read(trial, {(i, "FRLTU"): unit for i in range(12)} | {(i, "RRLTU"): unit for i in range(12)})
    assert intake.adnca["AFRLT"].iloc[2] == pytest.approx(days)


def test_without_dose_records_every_reference_dose_is_one(trial):
    late = {(i, "ATPTREF"): "DAY 29" for i in (4, 5)} | {(4, "ARRLT"): "24", (5, "ARRLT"): "456"}
    cells = {(0, "SRCDOM"): "PC", (0, "PARAMCD"): "CAR", (0, "AVAL"): "0", (0, "AVALU"): "copies/ug"} | late
    intake = read(trial, cells)
    first = intake.adsl.set_index("USUBJID").loc["S-01"]
    # 240 h less 24 h: the second dose was given on day 9, more than a week after the first
    assert (first["NINF"], first["REINFDY"]) == (2, 9)


def test_flags_of_the_data_set_hold_and_name_their_reason(trial):
    intake = read(trial, {(3, "ANL01FL"): ""})
    out = intake.adnca[intake.adnca["ANLFL"] == "N"]
    assert out["SRCROW"].tolist() == [5]
    assert "ANL01FL" in out["ANLRS"].iloc[0]
