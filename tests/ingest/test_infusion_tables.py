"""cartpk.ingest.infusion_tables: split doses and re-infusions of a tidy trial."""

import pytest

from cartpk.config.data import Data

HEAD = "SUBJECT,TIME_DAY,DOSE"
USUAL = "S-02,0,1e8\nS-03,0,2e8\n"


def with_infusions(trial, rows, head=HEAD, **settings):
    data = {"infusions": ["inf.csv"], **settings.pop("data", {})}
    return trial.tidy(settings={"data": data, **settings}, files={"inf.csv": f"{head}\n{rows}"})


def test_split_doses_are_one_profile_and_one_dose(trial):
    intake = with_infusions(trial, "S-01,0,1e7\nS-01,2.5,1.5e7\n" + USUAL)
    subject = intake.adsl.set_index("USUBJID").loc["S-01"]
    assert subject[["DOSEA", "NINF", "COHORT"]].tolist() == [2.5e7, 2.0, "2.5 × 10⁷ cells"]
    assert subject[["REINFDY", "EVENTDY"]].isna().all()
    assert set(intake.adnca["ATPTREF"]) == {"INFUSION 1"}
    assert intake.findings["RULE"].tolist() == ["BI-055"]


def test_a_later_infusion_is_a_re_infusion(trial):
    intake = with_infusions(trial, "S-01,20.5,1e8\nS-01,0,2.5e7\n" + USUAL)
    subject = intake.adsl.set_index("USUBJID").loc["S-01"]
    assert subject[["DOSEA", "NINF", "REINFDY", "EVENTDY"]].tolist() == [2.5e7, 2.0, 20.5, 20.5]
    mine = intake.adnca[intake.adnca["USUBJID"] == "S-01"]
    assert mine["ATPTREF"].tolist() == ["INFUSION 1"] * 6 + ["INFUSION 2"] * 2
    assert mine["ARRLT"].tolist() == [-1, 1, 3, 7, 10, 14, 7.5, 39.5]


def test_times_are_in_the_unit_of_the_table_and_doses_in_their_own(trial):
    rows = "S-01,0,25,10^6 cells\nS-01,492,100,10^6 cells\nS-02,0,100,10^6 cells\nS-03,0,200,10^6 cells\n"
    intake = with_infusions(
        trial, rows, head=f"{HEAD},U", data={"columns": {"dose_unit": "U"}}, time={"unit": "hour"},
    )  # fmt: skip
    subject = intake.adsl.set_index("USUBJID").loc["S-01"]
    assert subject[["DOSEA", "DOSEU", "REINFDY"]].tolist() == [2.5e7, "cells", 20.5]


def test_the_doses_may_stand_in_the_infusion_file_only(trial):
    change = {"infusions": ["inf.csv"]}
    intake = trial.tidy(
        columns=("DOSE",), settings={"data": change}, files={"inf.csv": f"{HEAD}\nS-01,0,2.5e7\n{USUAL}"}
    )
    assert not intake.stops
    assert intake.adsl["DOSEA"].tolist() == [2.5e7, 1e8, 2e8]


def test_a_subject_without_a_row_keeps_the_dose_of_the_table(trial):
    intake = with_infusions(trial, "S-01,0,2.5e7\n")
    assert intake.adsl["DOSEA"].tolist() == [2.5e7, 1e8, 2.05e8]
    assert intake.findings["RULE"].tolist() == ["CP-072", "CP-072"]


def test_a_subject_without_samples_comes_out(trial):
    intake = with_infusions(trial, "S-01,0,2.5e7\nS-09,0,1e8\n" + USUAL)
    assert intake.adsl.set_index("USUBJID").loc["S-09", "EXCLRS"] == "no usable sample on record (BI-051)"


def test_times_that_do_not_begin_at_the_infusion_exclude_the_subject(trial):
    intake = with_infusions(trial, "S-01,1,2.5e7\nS-01,3,2.5e7\n" + USUAL)
    assert intake.adsl.set_index("USUBJID").loc["S-01", "EXCLRS"] == "the first infusion is not at time 0 (CP-071)"
    assert set(intake.adnca.loc[intake.adnca["USUBJID"] == "S-01", "ANLFL"]) == {"N"}


@pytest.mark.parametrize(("row", "rule"), [("S-01,20,-5\n", "BI-058"), ("S-01,,1e8\n", "CP-070")])
def test_a_row_that_is_no_infusion_is_left_out(trial, row, rule):
    intake = with_infusions(trial, "S-01,0,2.5e7\n" + row + USUAL)
    assert rule in set(intake.findings["RULE"])
    assert intake.adsl.set_index("USUBJID").loc["S-01", "NINF"] == 1.0


def test_a_missing_column_stops_the_trial(trial):
    assert with_infusions(trial, "S-01,0\n", head="SUBJECT,TIME_DAY").stops


def test_only_a_tidy_trial_has_infusion_files():
    assert Data(layout="tidy", tables=("a.csv",), infusions=("b.csv",)).files() == ("a.csv", "b.csv")
    with pytest.raises(ValueError, match="belongs to layout: tidy"):
        Data(layout="sdtm", infusions=("b.csv",))
