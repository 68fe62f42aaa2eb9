"""Laboratory shifts and their table: a hand-made trial of four subjects at two levels."""

import pandas as pd
import pytest

from cartpk.clinical import derive_all
from cartpk.clinical.laboratory import derive
from cartpk.tables import l_16_2_8_2, t_14_3_8
from cartpk.trial_data import Derived

LEVELS = {"A": {}, "B": {}, "C": {"COHORT": "level 2", "COHORTN": 2.0}, "D": {"NINF": 0.0, "EXCLRS": "not infused"}}
GRADES = [
    ("A", -1, 0), ("A", 3, 2), ("A", 7, 4), ("A", 10, 4), ("A", 28, 1),
    ("B", -8, 3), ("B", 0, 1), ("B", 60, 2),  # baseline = the last up to the infusion
    ("C", 7, 3),  # nothing before
    ("D", -1, 0), ("D", 7, 4),  # never infused
]  # fmt: skip
PLACES = [("A", -1, "NORMAL"), ("A", 3, "HIGH"), ("A", 7, "LOW"), ("B", -1, "HIGH"), ("B", 3, "NORMAL")]


def rows(grades=GRADES, places=PLACES):
    graded = [{"USUBJID": s, "AFRLT": float(d), "ATOXGR": float(g), "ANRIND": "LOW"} for s, d, g in grades]
    crp = {"PARAMCD": "CRP", "PARAM": "C reactive protein", "AVALU": "mg/L"}
    return [*graded, *({**crp, "USUBJID": s, "AFRLT": float(d), "ANRIND": p} for s, d, p in places)]


@pytest.fixture(name="trial")
def _trial(made):
    return made.trial(LEVELS, adlb=rows())


def shifts(table, test):
    own = table[table["PARAMCD"] == test].set_index("USUBJID")
    return {s: tuple(None if pd.isna(v) else v for v in own.loc[s, ["BASEC", "WORSTC", "WORSTDY"]]) for s in own.index}


def test_the_worst_grade_after_the_infusion_against_the_last_before_it(trial, made):
    table = derive(trial, made.config())
    assert set(table.loc[table["PARAMCD"] == "NEUT", "SHIFT"]) == {"GRADE"}
    assert shifts(table, "NEUT") == {
        "A": ("Grade 0", "Grade 4", 7.0),
        "B": ("Grade 1", "Grade 2", 60.0),
        "C": (None, "Grade 3", 7.0),
    }


def test_a_test_without_grades_is_shown_by_its_range_and_low_and_high_is_both(trial, made):
    table = derive(trial, made.config())
    assert shifts(table, "CRP") == {
        "A": ("NORMAL", "LOW AND HIGH", 3.0),
        "B": ("HIGH", "NORMAL", 3.0),
        "C": (None, None, None),
    }


@pytest.mark.parametrize(
    ("settings", "kinds", "worst"),
    [
        ({"shifts": "both"}, {("NEUT", "GRADE"), ("NEUT", "RANGE"), ("CRP", "RANGE")}, "Grade 4"),
        ({"shifts": "grade"}, {("NEUT", "GRADE")}, "Grade 4"),
        ({"until_day": 3.0}, {("NEUT", "GRADE"), ("CRP", "RANGE")}, "Grade 2"),
    ],
)
def test_what_counts_is_configured(trial, made, settings, kinds, worst):
    table = derive(trial, made.config(clinical={"laboratory": settings}))
    assert set(zip(table["PARAMCD"], table["SHIFT"], strict=True)) == kinds
    assert table.set_index(["USUBJID", "PARAMCD", "SHIFT"]).loc[("A", "NEUT", "GRADE"), "WORSTC"] == worst


def test_unused_rows_do_not_count(made):
    unused = rows([("A", -1, 0), ("A", 3, 1)], [])
    bad = {"USUBJID": "A", "AFRLT": 7.0, "ATOXGR": 4.0, "ANLFL": "N", "ANLRS": "not a number"}
    table = derive(made.trial({"A": {}}, adlb=[*unused, bad]), made.config())
    assert shifts(table, "NEUT") == {"A": ("Grade 0", "Grade 1", 3.0)}


def with_shifts(trial, config):
    tables = {entry.name: table for entry, table in derive_all(trial, config)}
    return type(trial)(**{**trial.__dict__, "derived": Derived(tables)})


def test_the_table_counts_subjects_by_level(trial, made):
    config = made.config()
    body = t_14_3_8.table(with_shifts(trial, config), config)
    assert body.population == "Safety set (infused): 3 of 4 subjects"
    printed = [tuple(cell.text for cell in row.cells) for row in body.rows]
    assert printed == [
        ("C reactive protein", "Result before and after", "", "n", "2", "0", "2"),
        ("C reactive protein", "Normal", "Low and high", "n (%)", "1 (50.0)", "0 (0.0)", "1 (33.3)"),
        ("C reactive protein", "High", "Normal", "n (%)", "1 (50.0)", "0 (0.0)", "1 (33.3)"),
        ("C reactive protein", "No result", "No result", "n (%)", "0 (0.0)", "1 (100.0)", "1 (33.3)"),
        ("Neutrophils", "Result before and after", "", "n", "2", "0", "2"),
        ("Neutrophils", "Grade 0", "Grade 4", "n (%)", "1 (50.0)", "0 (0.0)", "1 (33.3)"),
        ("Neutrophils", "Grade 1", "Grade 2", "n (%)", "1 (50.0)", "0 (0.0)", "1 (33.3)"),
        ("Neutrophils", "No result", "Grade 3", "n (%)", "0 (0.0)", "1 (100.0)", "1 (33.3)"),
    ]
    assert any("none is computed here" in note for note in body.footnotes)


def test_the_listing_holds_what_is_out_of_the_ordinary(trial, made):
    body = l_16_2_8_2.table(trial, made.config())
    assert len(body.rows) == len(rows()) - 2, "two of CRP are normal and have no grade"
    assert body.footnotes[0].startswith("14 of 16 results")
    plain = made.trial({"A": {}}, adlb=[{"USUBJID": "A"}])
    reason = l_16_2_8_2.table(plain, made.config()).reason
    assert reason == "Every laboratory result (1) lies in its reference range, with no grade above 0."


def test_without_the_data_there_is_a_named_gap(made):
    absent = made.trial({"A": {}}, absent=("adlb",))
    for module in (t_14_3_8, l_16_2_8_2):
        assert module.table(absent, made.config()).reason.startswith("Needs data: LB (data.clinical.laboratory).")
    empty = made.trial({"A": {}})
    assert t_14_3_8.table(empty, made.config()).reason.startswith("No usable laboratory result")
