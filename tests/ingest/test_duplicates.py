"""cartpk.ingest.duplicates: identical results count once, conflicting ones by a declared rule."""

import pytest

CAR7 = 3  # subject S-01, day 7, 20400


def rows_of(intake):
    table = intake.adnca
    return table[(table["USUBJID"] == "S-01") & (table["AFRLT"] == 7)]


def test_an_identical_repeat_is_used_once(trial):
    intake = trial.tidy(add=[(CAR7, {}), (CAR7, {"VALUE": "2.04E4"}), (0, {})])
    rows = rows_of(intake)
    assert rows["ANLFL"].tolist() == ["Y", "N", "N"]
    assert rows["ANLRS"].tolist()[1:] == ["repeat of an identical result (BI-044)"] * 2
    assert intake.findings["RULE"].tolist().count("BI-044") == 3
    assert (intake.adnca["ANLFL"] == "Y").sum() == 24


def test_without_a_rule_both_stay_and_are_listed(trial):
    intake = trial.tidy(add=[(CAR7, {"VALUE": "20500"})])
    rows = rows_of(intake)
    assert rows["ANLFL"].tolist() == ["Y", "Y"]
    assert not intake.stops
    found = intake.findings[intake.findings["RULE"] == "BI-045"]
    assert found["OLD"].tolist() == ["20400", "20500"]


@pytest.mark.parametrize(("rule", "value"), [("first", 20400.0), ("last", 20700.0)])
def test_first_and_last(rule, value, trial):
    intake = trial.tidy(
        add=[(CAR7, {"VALUE": "20500"}), (CAR7, {"VALUE": "20700"})], settings={"intake": {"duplicates": rule}}
    )
    rows = rows_of(intake)
    assert rows.loc[rows["ANLFL"] == "Y", "AVAL"].tolist() == [value]
    assert rows.loc[rows["ANLFL"] == "N", "ANLRS"].tolist() == ["different results at one time, resolved (CP-060)"] * 2


def test_the_mean_is_a_row_of_its_own_that_names_its_sources(trial):
    intake = trial.tidy(add=[(CAR7, {"VALUE": "20500"})], settings={"intake": {"duplicates": "mean"}})
    rows = rows_of(intake)
    assert len(rows) == 3
    mean = rows[rows["ANLFL"] == "Y"].iloc[0]
    assert mean["AVAL"] == 20450.0
    assert mean["DTYPE"] == "AVERAGE"
    assert mean["AVALC"] == "mean of 20400; 20500 (lines 5, 74)"
    assert (rows["ANLFL"] == "N").sum() == 2


def test_a_blq_beside_a_number_has_no_mean(trial):
    intake = trial.tidy(add=[(CAR7, {"VALUE": "<50"})], settings={"intake": {"duplicates": "mean"}})
    assert rows_of(intake)["ANLFL"].tolist() == ["Y", "Y"]
    assert set(intake.findings["RULE"]) == {"BI-045"}


def test_a_file_that_repeats_another_is_told(trial):
    whole = (trial.folder / "data.csv", trial.tidy())[0].read_text(encoding="utf-8")
    intake = trial.tidy(settings={"data": {"tables": ["data.csv", "cumulative.csv"]}}, files={"cumulative.csv": whole})
    overlap = intake.findings[intake.findings["RULE"] == "BI-047"]
    assert (
        overlap["MESSAGE"].tolist()[0].startswith("cumulative.csv: 72 rows with results that stand already in data.csv")
    )
    assert (intake.adnca["ANLFL"] == "Y").sum() == 24
    assert len(intake.adnca) == 48
