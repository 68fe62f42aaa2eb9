"""Tables of adverse events, DLT and antibodies, on small trials whose counts are plain to see."""

import math

import pytest

from cartpk.clinical.safety import onset_and_duration, worst
from cartpk.tables import NoTable, spec

pytestmark = pytest.mark.requirement("URS-507")

RULES = {"0/3": "next level", "1/3": "three more", "1/6": None, ">=2/3": None}


def printed(table_id, data, config):
    body = spec(table_id).make(data, config).body
    assert not isinstance(body, NoTable), body.reason
    return {tuple(sorted(row.key.items())): [c.text for c in row.cells] for row in body.rows}, body


def cell(rows, **key):
    return rows[tuple(sorted(key.items()))][-1]


def events():
    crs = {"AEDECOD": "CRS", "AESI": "CRS", "SCALE": "ASTCT 2019", "AESOC": "Immune system disorders"}
    return [
        {"USUBJID": "a", "ATOXGR": 1.0, "ASTDY": 2.0},
        {"USUBJID": "a", "ATOXGR": 3.0, "ASTDY": 4.0, "AREL": "Y", "AESER": "Y"},
        {"USUBJID": "b", "ATOXGR": 2.0, "ASTDY": -2.0, "TRTEMFL": "N"},
        {**crs, "USUBJID": "a", "ATOXGR": 2.0, "ASTDY": 3.0, "AENDY": 5.0},
        {**crs, "USUBJID": "a", "ATOXGR": 4.0, "ASTDY": 8.0, "AENDY": 9.0},
        {**crs, "USUBJID": "b", "ATOXGR": math.nan, "ASTDY": 1.0, "AENDY": math.nan},
        {"USUBJID": "out", "ATOXGR": 5.0, "ANLFL": "N"},
    ]


def small(made, **more):
    subjects = {"a": {}, "b": {}, "c": {}, "out": {"EXCLRS": "excluded"}}
    return made.trial(subjects, adae=events(), adcm=[{"USUBJID": "a"}, {"USUBJID": "c"}], **more)


def test_overview_counts_subjects_once_and_keeps_scales_and_phases_apart(made):
    config = made.config(pharmacodynamics={"lymphodepletion_start_day": -5})
    rows, body = printed("t_14_3_2", small(made), config)
    assert body.population == "Safety set (infused): 3 of 4 subjects"
    of = {"phase": "emergent", "of": "subjects"}
    assert cell(rows, kind="any", **of) == "2 (66.7)"
    assert cell(rows, kind="any", phase="emergent", of="events") == "5"
    assert cell(rows, kind="severe CTCAE", **of) == "1 (33.3)"
    assert cell(rows, kind="severe ASTCT 2019", **of) == "1 (33.3)"
    assert cell(rows, kind="related serious", **of) == "1 (33.3)"
    assert cell(rows, kind="fatal", **of) == "0 (0.0)"
    assert cell(rows, kind="any", phase="lymphodepletion", of="subjects") == "1 (33.3)"


def test_by_term_shows_the_worst_grade_of_each_subject(made):
    rows, _ = printed("t_14_3_3", small(made), made.config())
    here = {"system": "General disorders", "term": "Pyrexia"}
    assert cell(rows, grade="any", **here) == "1 (33.3)"
    assert cell(rows, grade="CTCAE 3", **here) == "1 (33.3)"
    assert not any(dict(key).get("grade") == "CTCAE 1" for key in rows)


def test_special_interest_by_its_own_scale_with_onset_duration_and_treatment(made):
    rows, _ = printed("t_14_3_5", small(made), made.config())
    assert cell(rows, **{"class": "CRS", "what": "any"}) == "2 (66.7)"
    assert cell(rows, **{"class": "CRS", "what": "ASTCT 2019 4"}) == "1 (33.3)"
    assert cell(rows, **{"class": "CRS", "what": "no_grade"}) == "1 (33.3)"
    assert cell(rows, **{"class": "CRS", "what": "onset"}) == "2 [1; 3]"
    assert cell(rows, **{"class": "CRS", "what": "duration"}) == "7 [7; 7]"
    assert cell(rows, **{"class": "CRS", "what": "ongoing"}) == "1 (33.3)"
    assert cell(rows, **{"class": "CRS", "what": "tocilizumab"}) == "1 (33.3)"
    assert cell(rows, **{"class": "ICANS", "what": "any"}) == "0 (0.0)"


def test_worst_grades_of_two_scales_stay_apart(made):
    rows = made.clinical(adae=[{"USUBJID": "a", "SCALE": s, "ATOXGR": g} for s, g in (("A", 2), ("B", 1), ("A", 1))])
    found = worst(rows.adae)
    assert list(found.itertuples(index=False, name=None)) == [("A", "a", 2.0), ("B", "a", 1.0)]


def test_duration_needs_every_end(made):
    rows = [{"USUBJID": "a", "ASTDY": 2.0, "AENDY": 4.0}, {"USUBJID": "a", "ASTDY": 6.0, "AENDY": math.nan}]
    found = onset_and_duration(made.clinical(adae=rows).adae).iloc[0]
    assert (found["ONSET"], bool(found["ENDED"])) == (2.0, False)
    assert math.isnan(found["DURATION"])


def dlts(made, n, where, **more):
    subjects = {f"s{i}": {"TRTORD": float(i), **more} for i in range(n)}
    rows = [{"USUBJID": f"s{i}", "AEDLT": "Y", "DLTFL": "Y", "ATOXGR": 3.0} for i in where]
    return made.trial(subjects, adae=rows, adevent=[{"USUBJID": s} for s in subjects])


def state(made, data, rules=RULES, **more):
    config = made.config(escalation={"design": "3+3", "dlt_window_days": 28, "rules": rules, **more})
    rows, _ = printed("t_14_3_1b", data, config)
    return [cells[-3:] for cells in rows.values()]


@pytest.mark.requirement("URS-506")
def test_the_rule_is_quoted_and_a_person_decides(made):
    assert state(made, dlts(made, 3, [1])) == [
        ["1 of 3 evaluable, stage of 3; rule 1/3", "“three more”", "decision required"]
    ]


def test_a_state_without_words_says_so(made):
    for n, where in ((3, [0, 2]), (6, [1])):
        ((_, said, follows),) = state(made, dlts(made, n, where))
        assert said == "not stated in the registry record"
        assert follows == "not stated in the registry record: decision required"


def test_an_open_stage_and_an_unknown_order(made):
    ((where, _, follows),) = state(made, dlts(made, 5, [0]))
    assert (where, follows) == ("1 of 5 evaluable, stage of 6: 1 more to be evaluated", "stage not complete")
    found = state(made, dlts(made, 4, [0], TRTORD=math.nan))
    assert [row[0].startswith("either: ") for row in found] == [True, True]


@pytest.mark.requirement("URS-506")
def test_two_dlts_of_one_subject_are_one_in_the_rule(made):
    ((where, _, _),) = state(made, dlts(made, 3, [1, 1]))
    assert where == "1 of 3 evaluable, stage of 3; rule 1/3"
    rows, _ = printed("t_14_3_1", dlts(made, 3, [1, 1]), made.config())
    assert cell(rows, count="dlt") == "1 (33.3)"
    assert cell(rows, count="events") == "2"


def test_a_window_that_is_not_stated_makes_nobody_evaluable(made):
    ((where, _, follows),) = state(made, dlts(made, 3, [1]), dlt_window_days=None)
    assert where.startswith("not determined: DLT window not stated in the registry record; 1 DLT subject of 3 infused")
    assert follows == "decision required"


@pytest.mark.requirement("URS-508")
def test_antibodies_over_those_tested(made):
    base = [{"USUBJID": s, "AFRLT": -1.0, "NFRLT": -1.0, "ABLFL": "Y"} for s in "abc"]
    after = [
        {"USUBJID": "a", "RESULT": "POSITIVE", "ADACLASS": "TREATMENT-INDUCED"},
        {"USUBJID": "b"},
        {"USUBJID": "a", "AFRLT": 91.0, "NFRLT": 91.0, "ADACLASS": "TREATMENT-INDUCED"},
    ]
    base[0]["ADACLASS"] = "TREATMENT-INDUCED"
    rows, _ = printed("t_14_2_50", small(made, adis=[*base, *after]), made.config())
    assert cell(rows, test="ADA_BAB", point="baseline").startswith("0/3 (0.0)")
    assert cell(rows, test="ADA_BAB", point="day 28").startswith("1/2 (50.0) [1.3; 98.7]")
    assert cell(rows, test="ADA_BAB", point="day 91").startswith("0/1 (0.0)")
    assert cell(rows, test="ADA_BAB", point="any").startswith("1/2 (50.0)")
    assert cell(rows, test="ADA_BAB", point="class TREATMENT-INDUCED") == "1 (50.0)"


def test_what_is_not_delivered_is_a_named_gap(made):
    data = made.trial({"a": {}}, absent=("adae", "adis"))
    for name in ("t_14_3_1", "t_14_3_2", "t_14_3_3", "t_14_3_5", "l_16_2_7_2"):
        assert spec(name).make(data, made.config()).body.reason.startswith("Needs data: AE (data.clinical.")
    assert spec("t_14_2_50").make(data, made.config()).body.reason.startswith("Needs data: IS (data.clinical.")
