"""Who is in which set, on subjects made for every way of being outside; sets lie within one another as defined."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartpk.clinical.analysis_sets import analysis_sets, derive, members
from cartpk.clinical.dlt import dlt_subjects
from cartpk.schemas import checked
from cartpk.schemas.derived import ADDLT, ADSET
from cartpk.tables.groups import analysis_set
from cartpk.terms import NO_USABLE_SAMPLE, SubjectSet

pytestmark = pytest.mark.requirement("URS-503")

SUBJECTS = {
    "full": {},
    "no_sample": {"PKFL": "N", "PDFL": "N", "EXCLRS": NO_USABLE_SAMPLE},
    "not_infused": {"NINF": 0.0, "PKFL": "N", "PDFL": "N", "EXCLRS": "not infused (CP-037)"},
    "no_record": {"NINF": 0.0},
    "out": {"EXCLRS": "cohort of EX other than of DM (BI-060)"},
    "no_pk": {"PKFL": "N"},
}


def records(**tables):
    contact = [{"USUBJID": s, "ADY": 90.0} for s in SUBJECTS if s != "no_pk"]
    return {"adevent": contact, **tables}


@pytest.fixture(name="data")
def _data(made):
    return made.trial(
        SUBJECTS,
        **records(
            adrs=[{"USUBJID": "full"}, {"USUBJID": "no_sample", "AVALC": "NE"}, {"USUBJID": "no_pk", "AFRLT": -2.0}],
            adis=[{"USUBJID": "no_sample"}, {"USUBJID": "full", "AFRLT": -1.0, "ABLFL": "Y"}],
        ),
    )


def test_members(made, data):
    config = made.config()
    expected = {
        SubjectSet.SAFETY: ("full", "no_sample", "no_pk"),
        SubjectSet.PK: ("full", "no_record"),
        SubjectSet.PD: ("full", "no_record", "no_pk"),
        SubjectSet.EFFICACY: ("full", "no_sample", "no_pk"),
        SubjectSet.EFFICACY_EVALUABLE: ("full",),
        SubjectSet.DLT: ("full", "no_sample"),
        SubjectSet.ADA: ("no_sample",),
    }
    for name, subjects in expected.items():
        assert members(data, config, name) == subjects, name


def test_each_reason(made, data):
    reasons = {name: why.to_dict() for name, why in analysis_sets(data, made.config()).items()}
    assert reasons[SubjectSet.SAFETY]["no_record"] == "not infused"
    assert reasons[SubjectSet.SAFETY]["not_infused"] == "not infused (CP-037)"
    assert reasons[SubjectSet.PK]["no_sample"] == "no usable result after infusion"
    assert reasons[SubjectSet.EFFICACY_EVALUABLE]["no_sample"] == "no usable assessment after infusion"
    assert reasons[SubjectSet.ADA]["full"] == "no usable antibody result after infusion"
    assert reasons[SubjectSet.DLT]["no_pk"] == "no day of last contact"
    assert all(why["out"] == "cohort of EX other than of DM (BI-060)" for why in reasons.values())


def test_a_set_whose_data_were_not_delivered_says_so(made):
    data = made.trial({"a": {}}, absent=("adrs", "adcriss", "adis", "adae"), adevent=[{"USUBJID": "a"}])
    reasons = analysis_sets(data, made.config())
    assert reasons[SubjectSet.EFFICACY]["a"] == "no response and no ACR-CRISS data were delivered"
    assert reasons[SubjectSet.ADA]["a"] == "no antibody data were delivered"
    assert reasons[SubjectSet.DLT]["a"] == "no adverse events were delivered"


def test_the_choice_of_the_efficacy_set(made, data):
    config = made.config(sets={"efficacy": "evaluable"})
    assert members(data, config, SubjectSet.EFFICACY) == ("full",)
    assert "assessment of efficacy after infusion): 1 of 6" in analysis_set(data, "EFF", config).text


def test_the_table_holds_every_subject_in_every_set(made, data):
    table = checked(derive(data, made.config()), ADSET)
    assert len(table) == len(SUBJECTS) * len(SubjectSet)
    assert (table["REASON"].isna() == table["SETFL"].eq("Y")).all()
    assert list(dict.fromkeys(table["USUBJID"])) == list(data.adsl["USUBJID"])


def test_n_of_the_tables_follows_from_the_sets(made, data):
    config = made.config()
    for name in SubjectSet:
        who = analysis_set(data, str(name), config)
        assert sorted(who.subjects) == sorted(members(data, config, name))
        assert f": {len(who.subjects)} of {len(SUBJECTS)} subjects" in who.text
    with pytest.raises(ValueError, match="the set SAF depends on the trial's configuration"):
        analysis_set(data, "SAF")


@pytest.mark.parametrize(
    ("last", "event", "left", "status", "reason"),
    [
        (28.0, None, 0.0, "NO DLT, OBSERVED", None),
        (27.0, "DEATH", 0.0, "NOT OBSERVED", "died; observed to day 27 of a window to day 28"),
        (21.0, "WITHDRAWAL", math.nan, "NOT OBSERVED", "left the trial; observed to day 21 of a window to day 28"),
        (20.0, None, 5.0, "IN WINDOW", "in the window; observed to day 20 of a window to day 28"),
        (20.0, None, math.nan, "IN WINDOW", "in the window; observed to day 20 of a window to day 28"),
        (
            20.0,
            None,
            0.0,
            "NOT OBSERVED",
            "the window ended before the data cut; observed to day 20 of a window to day 28",
        ),
    ],
)
def test_the_window_of_a_subject_without_dlt(made, last, event, left, status, reason):
    events = [{"USUBJID": "a", "ADY": last}, *([{"USUBJID": "a", "EVENT": event, "ADY": last}] if event else [])]
    row = dlt_subjects(made.trial({"a": {"DLTLEFT": left}}, adevent=events), made.config()).iloc[0]
    assert row["STATUS"] == status
    assert row["REASON"] == reason or (reason is None and row.isna()["REASON"])
    if status == "IN WINDOW":
        assert (row["DAYSLEFT"], row["LEFTSRC"]) == (
            (5.0, "data cut") if left == 5.0 else (8.0, "last record of the subject")
        )


def test_two_dlts_are_one_subject_and_count_before_the_window_ends(made):
    dlt = {"USUBJID": "a", "AEDLT": "Y", "DLTFL": "Y", "ATOXGR": 3.0}
    rows = [{**dlt, "AEDECOD": "Hypoxia", "ASTDY": 7.0}, {**dlt, "AEDECOD": "ALT increased", "ASTDY": 6.0}]
    data = made.trial({"a": {"DLTLEFT": 20.0}}, adae=rows, adevent=[{"USUBJID": "a", "ADY": 8.0}])
    table = checked(dlt_subjects(data, made.config()), ADDLT)
    assert (table["STATUS"].iloc[0], table["NDLT"].iloc[0]) == ("DLT", 2.0)
    assert table["DLTTERM"].iloc[0] == "ALT increased (grade 3, day 6); Hypoxia (grade 3, day 7)"
    assert members(data, made.config(), SubjectSet.DLT) == ("a",)


def test_windows_differ_by_level_and_one_may_not_be_stated(made):
    levels = [{"window_days": [14, 28]}, {"window_days": None}]
    subjects = {"a": {}, "b": {"COHORTN": 2.0, "COHORT": "level 2"}}
    contacts = [{"USUBJID": "a", "ADY": 15.0}, {"USUBJID": "b", "ADY": 90.0}]
    data = made.trial(subjects, adevent=contacts)
    last = made.config(escalation={"levels": levels})
    first = made.config(escalation={"levels": levels}, sets={"dlt_observed_to": "first"})
    assert members(data, last, SubjectSet.DLT) == ()
    assert members(data, first, SubjectSet.DLT) == ("a",)
    table = dlt_subjects(data, first)
    assert table["STATUS"].tolist() == ["NO DLT, OBSERVED", "WINDOW NOT STATED"]
    assert table["REASON"].iloc[1] == "DLT window not stated in the registry record"


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([0.0, 1.0]), st.sampled_from(["Y", "N"]), st.sampled_from([None, NO_USABLE_SAMPLE, "out"]),
            st.booleans(), st.booleans(), st.floats(0, 60),
        ),
        max_size=6,
    )
)  # fmt: skip
def test_the_sets_lie_within_safety(made, rows):
    subjects = {f"s{i}": {"NINF": n, "PKFL": pk, "EXCLRS": why} for i, (n, pk, why, *_) in enumerate(rows)}
    data = made.trial(
        subjects,
        adrs=[{"USUBJID": f"s{i}"} for i, row in enumerate(rows) if row[3]],
        adis=[{"USUBJID": f"s{i}"} for i, row in enumerate(rows) if row[4]],
        adevent=[{"USUBJID": f"s{i}", "ADY": row[5]} for i, row in enumerate(rows)],
    )
    sets = {name: set(members(data, made.config(), name)) for name in SubjectSet}
    for name in (SubjectSet.EFFICACY, SubjectSet.EFFICACY_EVALUABLE, SubjectSet.DLT, SubjectSet.ADA):
        assert sets[name] <= sets[SubjectSet.SAFETY]
    assert sets[SubjectSet.SAFETY] == {f"s{i}" for i, r in enumerate(rows) if r[0] > 0 and r[2] != "out"}
