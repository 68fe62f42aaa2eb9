"""ACR-CRISS: known values of the formula, organ events, missing components, the revised count."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartpk.clinical.criss import derive
from cartpk.core.criss import COMPONENTS, improved, probability
from cartpk.schemas import checked
from cartpk.schemas.derived import DERIVED
from cartpk.tables import NoTable, csv_text, spec
from cartpk.trial_data import Derived

pytestmark = pytest.mark.requirement("URS-509")

BASE = {"MRSS": 20.0, "FVCPP": 80.0, "HAQDI": 1.5, "PTGA": 5.0, "PHGA": 5.0}
BETTER = {"MRSS": -8.0, "FVCPP": 3.0, "HAQDI": -0.5, "PTGA": -1.0, "PHGA": -2.0}
NONE = {"RENCRIS": 0.0, "PAH": 0.0, "LVEF": 60.0}


def rows_of(change, organs=NONE, start=BASE, subject="A", day=90.0, lung=0.0):
    rows = [{"USUBJID": subject, "PARAMCD": c, "AVAL": v, "AFRLT": -5.0, "ABLFL": "Y"} for c, v in start.items()]
    rows.append({"USUBJID": subject, "PARAMCD": "ILD", "AVAL": lung, "AFRLT": -5.0, "ABLFL": "Y"})
    rows += [{"USUBJID": subject, "PARAMCD": c, "AVAL": start[c] + d, "AFRLT": day} for c, d in change.items()]
    return rows + [{"USUBJID": subject, "PARAMCD": c, "AVAL": v, "AFRLT": day} for c, v in organs.items()]


def answers(made, rows, subjects=("A",), **criss):
    config = made.config(efficacy={"criss": criss, "endpoint": "Rate of decline", "caution": "Not as written."})
    data = made.trial({s: {} for s in subjects}, adcriss=rows)
    return checked(derive(data, config), DERIVED["adcrissr"]), data, config


def of(rows, code):
    return rows.set_index("PARAMCD").loc[code]


def test_known_values():
    assert probability(dict.fromkeys(COMPONENTS, 0.0)) == pytest.approx(0.00391117, abs=5e-9)
    assert probability(BETTER) == pytest.approx(0.98959490, abs=5e-9)
    with pytest.raises(ValueError, match="no change of HAQDI"):
        probability({k: v for k, v in BETTER.items() if k != "HAQDI"})


@given(st.fixed_dictionaries({name: st.floats(-60, 60) for name in COMPONENTS}), st.sampled_from(sorted(COMPONENTS)))
def test_a_benefit_never_lowers_the_probability(change, name):
    better = {**change, name: change[name] + (5.0 if name == "FVCPP" else -5.0)}
    assert 0.0 <= probability(change) <= probability(better) <= 1.0


def test_the_known_subject_comes_out(made):
    rows, *_ = answers(made, rows_of(BETTER))
    assert of(rows, "ACR2016")["AVAL"] == pytest.approx(0.98959490, abs=5e-9)
    assert of(rows, "ACR2016")["IMPFL"] == "Y"
    assert of(rows, "REVISED")["AVAL"] == 4.0, "40, 33, 20 and 40 %; FVC 3.75 %"
    assert of(rows, "FVCPP")["PCHG"] == pytest.approx(3.75)
    assert of(rows, "STEP1")["IMPFL"] == "N"


@pytest.mark.parametrize(
    ("organs", "change", "lung", "event"),
    [
        ({**NONE, "RENCRIS": 1.0}, BETTER, 0.0, "new scleroderma renal crisis"),
        ({**NONE, "PAH": 1.0}, BETTER, 0.0, "new pulmonary arterial hypertension"),
        ({**NONE, "LVEF": 45.0}, BETTER, 0.0, "new left ventricular failure"),
        (NONE, {**BETTER, "FVCPP": -12.0}, 1.0, "decline of FVC with interstitial lung disease"),
    ],
)
def test_an_organ_event_makes_the_probability_0(made, organs, change, lung, event):
    rows, *_ = answers(made, rows_of(change, organs, lung=lung))
    assert of(rows, "STEP1")["AVALC"] == event
    assert of(rows, "ACR2016")["AVAL"] == 0.0
    assert of(rows, "ACR2016")["IMPFL"] == "N"


def test_what_is_no_organ_event(made):
    fell_without_lung = rows_of({**BETTER, "FVCPP": -12.0})
    rows, *_ = answers(made, fell_without_lung)
    assert of(rows, "STEP1")["IMPFL"] == "N"
    known_before = [*rows_of(BETTER, {**NONE, "LVEF": 40.0}), *rows_of({}, {}, {"LVEF": 42.0})[:1]]
    rows, *_ = answers(made, known_before)
    assert of(rows, "STEP1")["IMPFL"] == "N", "not new"


def test_a_missing_component_has_a_reason(made):
    change = {k: v for k, v in BETTER.items() if k != "PTGA"}
    rows, *_ = answers(made, rows_of(change))
    assert math.isnan(of(rows, "ACR2016")["AVAL"])
    assert of(rows, "ACR2016")["REASND"] == "no assessment in the window (PTGA)"
    assert of(rows, "REVISED")["IMPFL"] == "Y", "three are improved whatever the fourth is"
    rows, *_ = answers(made, rows_of({k: BETTER[k] for k in ("MRSS", "FVCPP", "HAQDI")}))
    assert of(rows, "REVISED")["REASND"] == "no assessment in the window (PTGA, PHGA)"


def test_an_organ_event_without_record_is_not_taken_as_absent(made):
    rows, *_ = answers(made, rows_of(BETTER, {"LVEF": 60.0}))
    assert "no record of new scleroderma renal crisis" in of(rows, "ACR2016")["REASND"]
    rows, *_ = answers(made, rows_of(BETTER, {}), without_record="no_event")
    assert of(rows, "ACR2016")["IMPFL"] == "Y"


def test_the_closest_assessment_stands_for_the_day_and_the_window_holds(made):
    both = [*rows_of(BETTER, day=95.0), *rows_of(dict.fromkeys(BASE, 0.0), day=80.0)[6:]]
    rows, *_ = answers(made, both)
    assert of(rows, "MRSS")["ADY"] == 95.0
    rows, *_ = answers(made, rows_of(BETTER, day=105.0))
    assert of(rows, "MRSS")["REASND"] == "no assessment in the window"


def test_the_limits_are_settings(made):
    rows, *_ = answers(made, rows_of(BETTER), improved_from=0.995)
    assert of(rows, "ACR2016")["IMPFL"] == "N"
    strict = dict.fromkeys(BASE, 35.0) | {"FVCPP": 5.0}
    rows, *_ = answers(made, rows_of(BETTER), improvement_pct=strict)
    assert of(rows, "REVISED")["AVAL"] == 2.0
    with pytest.raises(ValueError, match="needs all five components; missing: FVCPP"):
        made.config(efficacy={"criss": {"improvement_pct": {"MRSS": 20, "HAQDI": 20, "PTGA": 20, "PHGA": 20}}})


def test_a_percentage_at_the_limit_counts_in_the_right_direction():
    assert improved("MRSS", -20.0, 20.0)
    assert not improved("MRSS", 20.0, 20.0)
    assert improved("FVCPP", 100 * (0.6 - 0.5) / 0.5, 20.0)
    assert not improved("FVCPP", -20.0, 20.0)


def test_table_and_listing(made):
    worse = rows_of(dict.fromkeys(BASE, 0.0), subject="B")
    rows, data, config = answers(made, [*rows_of(BETTER), *worse], subjects=("A", "B", "C"))
    data = replace(data, derived=Derived({"adcrissr": rows}))
    body = spec("t_14_2_60").make(data, config).body
    cells = {(r.key["part"], r.key["statistic"]): r.cells[-1] for r in body.rows}
    assert cells["ACR2016", "n"].text == "2 (66.7)"
    assert cells["ACR2016", "improved"].text == "1 (33.3)"
    assert cells["ACR2016", "probability"].values[1:] == pytest.approx((0.00391117, 0.98959490), abs=1e-8)
    assert cells["REVISED", "improved"].text == "1 (33.3)"
    assert cells["MRSS", "change"].text == "-4.00 [-8.00; 0.00]"
    assert body.footnotes[0] == (
        'Endpoint of the registry record: "Rate of decline". Not as written. Shown: the probability of improvement and '
        "the proportion improved."
    )
    listing = spec("l_16_2_6_3").make(data, config).body
    assert len(listing.rows) == 3 * 8
    assert csv_text(body)
    assert csv_text(listing)


def test_a_gap_is_named(made):
    config = made.config(efficacy={"criss": {}})
    for number in ("t_14_2_60", "l_16_2_6_3"):
        nothing = spec(number).make(made.trial({"A": {}}, absent=("adcriss",)), config).body
        assert nothing.reason == "Needs data: QS, the components of the ACR-CRISS (data.clinical.criss)."
        assert isinstance(spec(number).make(made.trial({"A": {}}), made.config()).body, NoTable)
