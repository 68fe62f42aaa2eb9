"""cartpk.simulate.laboratory: results, indicators and grades agree with each other and with the adverse events."""

import pytest

from cartpk.simulate import DESIGNS, simulate_trial
from cartpk.simulate.course import draw_course
from cartpk.simulate.course_events import adverse_events
from cartpk.simulate.laboratory import TESTS, laboratory, true_grades


@pytest.fixture(name="drawn", scope="module")
def _drawn():
    trial = simulate_trial(DESIGNS["NCT06871644"])
    return trial, draw_course(trial)


def test_every_result_lies_where_its_indicator_and_grade_say(drawn):
    table = laboratory(*drawn)
    for test in TESTS:
        own = table[table["test"] == test.code]
        low = own["value"] < (test.low if test.low is not None else float("-inf"))
        high = own["value"] > (test.high if test.high is not None else float("inf"))
        assert (own["indicator"] == low.map({True: "LOW", False: ""}).where(~high, "HIGH").replace("", "NORMAL")).all()
        for grade, (least, most) in enumerate(test.bands, start=1):
            inside = own.loc[own["grade"] == str(grade), "value"]
            assert inside.between(least, most).all(), (test.code, grade)


def test_a_grade_is_that_of_the_event_that_goes_on(drawn):
    trial, course = drawn
    table, events = laboratory(trial, course), adverse_events(trial, course)
    platelets = events[events["decoded"] == "Platelet count decreased"].iloc[0]
    during = table[
        (table["subject"] == platelets["subject"])
        & (table["test"] == "PLAT")
        & table["day"].between(platelets["start_day"], platelets["end_day"])
    ]
    assert len(during)
    assert set(during["grade"]) == {str(platelets["grade"])}
    assert set(table.loc[table["day"] < 0, "grade"]) <= {"0", "1", ""}, "no event of a count begins before day -4"


def test_the_truth_is_the_worst_grade_after_the_infusion(drawn):
    trial, course = drawn
    truth = true_grades(trial, course)
    assert set(truth) == {"LB_NEUT", "LB_PLAT", "LB_HGB", "LB_ALT", "LB_K"}
    table = laboratory(trial, course)
    after = table[(table["test"] == "NEUT") & (table["day"] > 0)]
    worst = after.assign(g=after["grade"].astype(int)).groupby("subject")["g"].max()
    assert dict(zip(trial.subjects["USUBJID"], map(int, truth["LB_NEUT"]), strict=True)) == worst.to_dict()
    assert worst.max() >= 3
