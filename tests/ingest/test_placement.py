"""cartpk.ingest.placement, nominal, adsl: which profile a sample belongs to, what ends it, who is in."""

import pandas as pd
import pytest

from cartpk.config.data import Time
from cartpk.ingest.findings import Findings
from cartpk.ingest.nominal import nominal_days
from cartpk.ingest.placement import profile_starts

pytestmark = pytest.mark.requirement("URS-312")

AGAIN = ("ex", 0, {"EXSEQ": "2", "EXSTDTC": "2024-05-15T10:00", "EXENDTC": "2024-05-15T10:20"})


def test_infusions_near_a_start_are_one_dose():
    infusions = pd.DataFrame({"USUBJID": "A", "DAY": [0.0, 7.0, 40.0, 44.0, 90.0]})
    assert profile_starts(infusions, 7.0) == {"A": [0.0, 40.0, 90.0]}
    assert profile_starts(infusions, 0.0) == {"A": [0.0, 7.0, 40.0, 44.0, 90.0]}


def test_a_reinfusion_begins_a_profile_and_cuts_the_first(trial):
    intake = trial.sdtm(add=[AGAIN])
    mine = intake.adnca[intake.adnca["USUBJID"] == "S-01"]
    assert mine["AFRLT"].tolist() == [-1, 1, 3, 7, 10, 14, 28, 60]
    # the sample at the very time of the re-infusion still belongs to the first profile
    assert mine["ATPTREF"].tolist() == ["INFUSION 1"] * 6 + ["INFUSION 2"] * 2
    assert mine["ARRLT"].tolist() == [-1, 1, 3, 7, 10, 14, 14, 46]
    subject = intake.adsl.set_index("USUBJID").loc["S-01"]
    assert subject["REINFDY"] == 14.0
    assert subject["EVENTDY"] == 14.0
    assert subject["EVENTTXT"] == "re-infusion"
    assert subject["DOSEA"] == 2.5e7
    assert (intake.adnca.loc[intake.adnca["USUBJID"] != "S-01", "ATPTREF"] == "INFUSION 1").all()


@pytest.mark.parametrize(("died", "day", "event"), [("2024-05-10", 9, "death"), ("2024-06-10", 14, "re-infusion")])
def test_the_first_event_counts(died, day, event, trial):
    adsl = trial.sdtm({("dm", 0, "DTHDTC"): died}, add=[AGAIN]).adsl.set_index("USUBJID")
    assert adsl.loc["S-01", "EVENTDY"] == day
    assert adsl.loc["S-01", "EVENTTXT"] == event
    assert adsl.loc["S-02", ["EVENTDY"]].isna().all()


def test_an_event_of_a_tidy_table_counts_too(trial):
    cells = {(None, "HSCT"): ""} | {(i, "HSCT"): "30" for i in range(8)} | {(None, "WHAT"): "HSCT"}
    intake = trial.tidy(cells, settings={"data": {"columns": {"event_day": "HSCT", "event": "WHAT"}}})
    assert intake.adsl["EVENTDY"].tolist()[0] == 30.0
    assert intake.adsl["EVENTTXT"].tolist()[0] == "HSCT"
    assert intake.adsl["EVENTDY"].isna().tolist() == [False, True, True]


def test_time_zero_may_be_the_end_of_the_infusion(trial):
    start = trial.sdtm().adnca["AFRLT"]
    end = trial.sdtm(settings={"time": {"origin": "infusion_end"}}).adnca["AFRLT"]
    assert (start - end).round(9).unique().tolist() == [round(20 / 1440, 9)]


def test_hours_become_days(trial):
    intake = trial.tidy({(i, "TIME_DAY"): "36" for i in (1, 9, 17)}, settings={"time": {"unit": "hour"}})
    assert (intake.adnca.groupby("USUBJID")["AFRLT"].apply(lambda t: (t == 1.5).sum()) == 1).all()


def test_dates_without_a_time_count_in_whole_days_or_at_the_declared_hour(trial):
    cells = {("pc", 3, "PCDTC"): "2024-05-08"}
    for clock, day in ((None, 7.0), ("12:00", 7 + 2 / 24)):
        intake = trial.sdtm(cells, settings={"time": {"date_only_clock": clock}})
        mine = intake.adnca[(intake.adnca["USUBJID"] == "S-01") & (intake.adnca["SRCROW"] == 5)]
        assert mine["AFRLT"].tolist() == [pytest.approx(day)]
        assert mine["ANLFL"].tolist() == ["Y"]
        assert intake.findings["RULE"].tolist() == ["BI-032"]


def test_a_sample_without_a_time_is_kept_and_not_used(trial):
    intake = trial.sdtm({("pc", 3, "PCDTC"): ""})
    row = intake.adnca[intake.adnca["SRCROW"] == 5]
    assert row["ANLFL"].tolist() == ["N"]
    assert row["ANLRS"].tolist() == ["no time (CP-011)"]
    assert row["NCAXFL"].tolist() == ["Y"]
    assert len(intake.adnca) == 24


NOMINAL = pd.DataFrame(
    {
        "VISIT": ["DAY -7", "Day 0", "DAY 14", "UNSCHEDULED"],
        "VISITDY": ["-7", "1", "15", ""],
        "PCTPTNUM": ["0", "2", "", ""],
        "USUBJID": "A",
        "SRCFILE": "pc.csv",
        "SRCROW": range(2, 6),
    }
)


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (Time(), [-7, 0, 14, None]),
        (Time(day_zero="infusion_is_day_0"), [-7, 0, 14, None]),
        (Time(day_zero="infusion_is_day_1"), [-7, 0, 13, None]),
        (Time(timepoint_unit="hour"), [-7, 2 / 24, 14, None]),
        (Time(timepoint_unit="day"), [-7, 2, 14, None]),
    ],
)
def test_planned_days(time, expected):
    days = nominal_days(NOMINAL, "PC", time, Findings())
    assert [None if pd.isna(d) else pytest.approx(d) for d in days] == expected


def test_a_planned_day_0_needs_a_declaration():
    frame = NOMINAL.assign(VISITDY=["-7", "0", "14", ""], VISIT="x")
    findings = Findings()
    assert nominal_days(frame, "PC", Time(), findings).isna().tolist() == [False, True, True, True]
    assert findings.table()["RULE"].tolist() == ["BI-042", "CP-018"], "the label x is on no map either"
    declared = nominal_days(frame, "PC", Time(day_zero="infusion_is_day_0"), Findings())
    assert declared.tolist()[:3] == [-7, 0, 14]


@pytest.mark.requirement("URS-107")
def test_every_subject_that_came_in_comes_out(trial):
    intake = trial.sdtm(
        {("pc", i, "USUBJID"): "S-04" for i in range(8)},
        add=[("dm", 0, {"USUBJID": "S-05"}), ("dm", 0, {"USUBJID": "S-06"}), ("cp", 0, {"USUBJID": "S-06"})],
    )
    adsl = intake.adsl.set_index("USUBJID")
    assert set(adsl.index) == {f"S-0{i}" for i in range(1, 7)}
    assert adsl["PKFL"].to_dict() == {"S-01": "N", "S-02": "Y", "S-03": "Y", "S-04": "N", "S-05": "N", "S-06": "N"}
    assert adsl["PDFL"].to_dict() == {"S-01": "Y", "S-02": "Y", "S-03": "Y", "S-04": "N", "S-05": "N", "S-06": "N"}
    assert adsl.loc["S-01":"S-03", "EXCLRS"].isna().all()
    assert adsl.loc["S-04", "EXCLRS"] == "not in DM (BI-050)"
    assert adsl.loc["S-05", "EXCLRS"] == "not infused (CP-037)"
    assert adsl.loc["S-06", "EXCLRS"] == "no infusion on record: no time axis (BI-031)"
    gone = intake.adnca[intake.adnca["USUBJID"] == "S-04"]
    assert len(gone) == 8
    assert set(gone["ANLRS"]) == {"not in DM (BI-050)"}
