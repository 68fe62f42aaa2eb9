"""cartpk.ingest.clinical: titres, windows, classes, events, and that no delivered row vanishes."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartpk.config.clinical import Escalation, Immunogenicity
from cartpk.config.data import Intake
from cartpk.ingest.cells import CellReader
from cartpk.ingest.clinical.adverse_events import dlt_window
from cartpk.ingest.clinical.antibodies import _read, ada_class
from cartpk.terms import AdaClass

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "cdisc" / "pharmaversesdtm"
AE = "USUBJID,AETERM,AETOXGR,AESTDTC,AEENDTC,AESER,AEREL\n"


def clinical(trial, settings=None, **files):
    """The clean SDTM trial with these files (table -> text)."""
    own = settings or {}
    tables = {name: {"files": [f"{name}.csv"]} for name in files}
    return trial.sdtm(settings=own | {"data": {"clinical": tables}}, files={f"{n}.csv": t for n, t in files.items()})


@pytest.mark.parametrize(
    ("result", "titre", "expected"),
    [
        ("NEGATIVE", "", ("NEGATIVE", np.nan, False)),
        ("Pos", "", ("POSITIVE", np.nan, False)),
        ("Pos", "1:160", ("POSITIVE", 160.0, False)),
        ("1:40", "", ("POSITIVE", 40.0, False)),
        ("1 : 40", "", ("POSITIVE", 40.0, False)),
        ("1.51", "", ("POSITIVE", 1.51, False)),
        ("<10", "", ("NEGATIVE", 10.0, True)),
        ("< 1:10", "", ("NEGATIVE", 10.0, True)),
        ("0", "", ("NEGATIVE", 0.0, False)),
        ("阳性", "", ("POSITIVE", np.nan, False)),
        ("", "1:20", ("POSITIVE", 20.0, False)),
        ("indeterminate", "", ("", np.nan, False)),
        ("1:40 to 1:80", "", ("", np.nan, False)),
        (">1:40", "", ("", np.nan, False)),
        ("-5", "", ("", np.nan, False)),
    ],
)
def test_antibody_cells(result, titre, expected):
    got = _read(result, titre, Immunogenicity(), CellReader(Intake()))
    assert (got.result, got.below) == (expected[0], expected[2])
    np.testing.assert_equal(got.titre, expected[1])


def results(*rows):
    return pd.DataFrame(list(rows), columns=["RESULT", "TITRE"])


NEG, POS = ("NEGATIVE", np.nan), ("POSITIVE", np.nan)


@pytest.mark.requirement("URS-508")
@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([NEG], [NEG, NEG], AdaClass.NEGATIVE),
        ([NEG], [NEG, POS], AdaClass.INDUCED),
        ([("POSITIVE", 40.0)], [NEG], AdaClass.PRE_EXISTING),
        ([("POSITIVE", 40.0)], [("POSITIVE", 159.0)], AdaClass.PRE_EXISTING),
        ([("POSITIVE", 40.0)], [("POSITIVE", 160.0)], AdaClass.BOOSTED),
        ([POS], [("POSITIVE", 160.0)], AdaClass.PRE_EXISTING),
        ([], [POS], AdaClass.UNKNOWN),
        ([NEG], [], AdaClass.UNKNOWN),
    ],
)
def test_antibody_classes(before, after, expected):
    assert ada_class(results(*before), results(*after), 4.0) is expected


def test_the_window_of_a_level_comes_before_that_of_the_trial():
    levels = [{"window_days": [14, 28]}, {"window_days": None}]
    escalation = Escalation.model_validate({"dlt_window_days": 21, "levels": levels})
    assert [dlt_window(escalation, level) for level in (1.0, 2.0, 3.0)] == [28.0, None, 21.0]
    assert dlt_window(Escalation(), 1.0) is None


@pytest.mark.parametrize(("choice", "day"), [("closest", 92.0), ("last", 97.0)])
def test_one_assessment_stands_for_its_time_point(trial, choice, day):
    rs = "USUBJID,RSSTRESC,RSDTC\nS-01,PR,2024-07-26\nS-01,CR,2024-08-01\nS-01,CR,2024-08-06\nS-01,NE,2024-07-31\n"
    own = {
        "efficacy": {"orr_months": [3], "orr_window_days": 7},
        "clinical": {"responses": {"in_window": choice}},
    }
    adrs = clinical(trial, own, responses=rs).clinical.adrs
    assert adrs["AFRLT"].tolist() == [86.0, 91.0, 92.0, 97.0]
    assert adrs.loc[adrs["ANL01FL"] == "Y", "AFRLT"].tolist() == [day]
    assert set(adrs["AWTARGET"]) == {91.0}
    assert adrs["AWTDIFF"].tolist() == [-5.0, 0.0, 1.0, 6.0]


def test_a_dlt_counts_only_inside_its_window_and_in_an_infused_subject(trial):
    ae = AE.replace("\n", ",AEDLT\n") + "".join(
        f"S-0{i},Sepsis,4,2024-05-{day},,Y,Y,Y\n" for i, day in ((1, 29), (2, 31), (3, "03"))
    )
    adae = clinical(trial, {"escalation": {"dlt_window_days": 28}}, adverse_events=ae).clinical.adae
    assert dict(zip(adae["USUBJID"], adae["DLTFL"], strict=True)) == {"S-01": "Y", "S-02": "N", "S-03": "Y"}
    assert adae["AEDLT"].eq("Y").all()


def test_an_hscts_day_ends_the_profile_and_a_new_therapy_the_best_response(trial):
    intake = clinical(
        trial,
        procedures="USUBJID,PRTRT,PRSTDTC\nS-01,HSCT,2024-06-10\n",
        medications="USUBJID,CMTRT,CMCAT,CMSTDTC\nS-02,nelarabine,NEW ANTI-CANCER THERAPY,2024-06-01\n",
        responses="USUBJID,RSSTRESC,RSDTC\nS-02,CR,2024-05-30\nS-02,CR,2024-06-30\n",
    )
    subject = intake.adsl.set_index("USUBJID").loc["S-01"]
    assert (subject["EVENTDY"], subject["EVENTTXT"]) == (40.0, "HSCT")
    assert intake.clinical.adrs["BORFL"].tolist() == ["Y", "N"]
    events = intake.clinical.adevent
    assert set(events["EVENT"]) == {"HSCT", "NEW_THERAPY", "LAST_CONTACT"}
    assert set(events.loc[events["EVENT"] == "LAST_CONTACT", "SRCDOM"]) == {"DERIVED"}


def test_not_delivered_is_not_the_same_as_delivered_and_empty(trial):
    delivered = clinical(trial, adverse_events=AE).clinical.delivered.set_index("DATA")
    assert delivered.loc["adverse_events", ["DELIVERED", "NROWS"]].tolist() == ["Y", 0.0]
    assert delivered.loc["responses", ["DELIVERED", "NROWS"]].tolist() == ["N", 0.0]


CELLS = st.sampled_from(["", "NA", "S-01", "3", "Grade 2", "x", "2024-05-03", "2024-05", "03/04/2024", "Y", "5"])


@settings(deadline=None, max_examples=8)
@given(st.lists(st.tuples(*[CELLS] * 6), min_size=1, max_size=6))
def test_no_event_vanishes_whatever_its_cells_say(session_trial, rows):
    text = AE + "".join(",".join((("S-01", "S-02", "S-09")[i % 3], *row)) + "\n" for i, row in enumerate(rows))
    intake = clinical(session_trial, adverse_events=text)
    listed = intake.findings[(intake.findings["RULE"] == "BI-091") & (intake.findings["FILE"] == "adverse_events.csv")]
    seen = [*intake.clinical.adae["SRCROW"], *listed["ROW"]]  # a row with nothing but a subject is a footnote
    assert sorted(seen) == [i + 2.0 for i in range(len(rows))]
    unused = intake.clinical.adae[intake.clinical.adae["ANLFL"] == "N"]
    assert unused["ANLRS"].notna().all()


@pytest.mark.skipif(not SHARED.is_dir(), reason="the CDISC examples are not beside the project")
def test_the_cdisc_example_of_adverse_events_and_antibodies_comes_in_whole(trial):
    files = {"adverse_events": "ae.csv", "antibodies": "is_ada.csv"}
    text = {name: (SHARED / file).read_text(encoding="utf-8") for name, file in files.items()}
    with (SHARED / "ae.csv").open(encoding="utf-8") as stream:
        events = list(csv.DictReader(stream))
    found = clinical(trial, **text)
    assert len(found.clinical.adae) == len(events)
    assert set(found.clinical.adae["ANLFL"]) == {"N"}, "no such subject is in DM"
    # two cells are NA, one is "POSITIVE CONFIRMATION"
    assert found.clinical.adis["RESULT"].isna().sum() == 3
    assert {"CP-104", "CP-117"} <= set(found.findings["RULE"])
    assert "CP-109" in set(found.findings["RULE"])
