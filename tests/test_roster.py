"""cartpk.roster: every subject that came in comes out."""

import pandas as pd
import pytest

from cartpk.roster import NO_SAMPLE, events, with_all_subjects

pytestmark = pytest.mark.requirement("URS-107")

ROWS = pd.DataFrame(
    {
        "USUBJID": ["A", "A", "A", "B"],
        "PARCAT1": "NCA",
        "PARAMCD": ["CMAX", "TMAX", "CMAX", "CMAX"],
        "PPCAT": ["CAR", "CAR", "MARROW", "MARROW"],
        "ATPTREF": "INFUSION 1",
        "AVAL": [1.0, 2.0, 3.0, 4.0],
        "PPREASND": None,
    }
)


def test_absent_subjects_get_every_parameter_with_a_reason():
    out = with_all_subjects(ROWS, ["A", "B", "C"], "CAR")
    pd.testing.assert_frame_equal(out.iloc[:4], ROWS, check_dtype=False)
    added = out.iloc[4:]
    assert list(zip(added["USUBJID"], added["PARAMCD"], strict=True)) == [
        ("B", "CMAX"), ("B", "TMAX"), ("C", "CMAX"), ("C", "TMAX"),
    ]  # fmt: skip
    assert added["AVAL"].isna().all()
    assert (added["PPREASND"] == NO_SAMPLE).all()


def test_nothing_is_added_where_nobody_is_absent():
    assert with_all_subjects(ROWS, ["A"], "CAR") is ROWS


def test_the_transplant_after_a_re_infusion_is_an_event_too():
    adsl = pd.DataFrame(
        {"USUBJID": ["A", "B", "C", "D"], "EVENTDY": [20.0, 30.0, None, 5.0], "ENDDY": [50.0, 30.0, None, None]}
    )
    assert events(adsl).to_numpy().tolist() == [["A", 20.0], ["A", 50.0], ["B", 30.0], ["D", 5.0]]
