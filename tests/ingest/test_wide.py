"""Tables with one column per visit, subject or analyte, headers of two rows, visits as labels."""

import pytest
from pydantic import ValidationError

from cartpk.config import TrialConfig

BASE = {
    "trial": {"id": "T1"},
    "product": {"name": "CAR", "cell": "T"},
    "analytes": [{"code": "CAR", "label": "CAR", "unit": "copies/ug", "lloq": 50}],
    "report": {"synthetic": True},
}
LONG = "ID,DAY,RESULT\nA,0,<50\nA,7,900\nA,14,80\nB,0,<50\nB,7,\nB,14,700\n"
COLUMNS = {"subject": "ID", "time": "DAY", "value": "RESULT"}


def read(trial, text, **data):
    time = data.pop("day_zero", None)
    settings = {**BASE, "data": {"layout": "tidy", "tables": ["d.csv"], "columns": COLUMNS, **data}}
    return trial.read({**settings, "time": {"day_zero": time}}, {"d.csv": text})


def profile(intake):
    rows = intake.adnca.sort_values(["USUBJID", "AFRLT"])
    return [(r.USUBJID, r.AFRLT, r.AVALC if isinstance(r.AVALC, str) else "") for r in rows.itertuples()]


EXPECTED = [("A", 0, "<50"), ("A", 7, "900"), ("A", 14, "80"), ("B", 0, "<50"), ("B", 7, ""), ("B", 14, "700")]


@pytest.mark.parametrize(
    ("text", "data"),
    [
        (LONG, {}),
        ("ID,D0,D7,D14\nA,<50,900,80\nB,<50,,700\n",
         {"wide": {"columns": ["D0", "D7", "D14"], "names": "time"}, "day_zero": "infusion_is_day_0"}),
        ("ID,D1,D8,D15\nA,<50,900,80\nB,<50,,700\n",
         {"wide": {"columns": ["D1", "D8", "D15"], "names": "time"}, "day_zero": "infusion_is_day_1"}),
        ("ID,0,7,14\nA,<50,900,80\nB,<50,,700\n", {"wide": {"columns": ["0", "7", "14"], "names": "time"}}),
        ("DAY,A,B\n0,<50,<50\n7,900,\n14,80,700\n", {"wide": {"columns": ["A", "B"], "names": "subject"}}),
        ("ID,DAY,CAR,IL-6\nA,0,<50,1\nA,7,900,1\nA,14,80,1\nB,0,<50,1\nB,7,,1\nB,14,700,1\n",
         {"wide": {"columns": ["CAR", "IL-6"], "names": "analyte"}, "columns": {**COLUMNS, "analyte": "WHAT"}}),
        ("ID,Time,CAR\n,DAY,RESULT\nA,0,<50\nA,7,900\nA,14,80\nB,0,<50\nB,7,\nB,14,700\n",
         {"header_rows": 2, "columns": {"subject": "ID", "time": "Time DAY", "value": "CAR RESULT"}}),
        (LONG.replace(",0,", ",D0,").replace(",7,", ",Day 7,").replace(",14,", ",第14天,"),
         {"day_zero": "infusion_is_day_0"}),
    ],
    ids=["long", "visits", "visits from day 1", "numbers", "subjects", "analytes", "two rows", "labels"],
)  # fmt: skip
def test_every_shape_is_the_same_trial(trial, text, data):
    intake = read(trial, text, **data)
    assert profile(intake) == EXPECTED
    assert not intake.stops


def test_rows_of_a_wide_table_name_their_own_line(trial):
    intake = read(trial, "ID,0,7\nA,1,900\nB,2,700\n", wide={"columns": ["0", "7"], "names": "time"})
    assert sorted(zip(intake.adnca["USUBJID"], intake.adnca["SRCROW"], strict=True)) == [("A", 2)] * 2 + [("B", 3)] * 2


def test_a_finding_on_an_identifier_names_its_line(trial):
    by_visit = read(trial, "ID,0,7\nA,99,900\nMean,80,700\n", wide={"columns": ["0", "7"], "names": "time"})
    by_subject = read(trial, "DAY,A,Mean\n0,99,99\n7,900,800\n", wide={"columns": ["A", "Mean"], "names": "subject"})
    for intake, lines in ((by_visit, [3]), (by_subject, [2, 3])):
        assert intake.findings.loc[intake.findings["RULE"] == "BI-091", "ROW"].tolist() == lines
        assert set(intake.adsl["USUBJID"]) == {"A"}


def test_a_column_of_results_that_is_not_there_stops_the_trial(trial):
    intake = read(trial, "ID,0,7\nA,1,900\n", wide={"columns": ["0", "8"], "names": "time"})
    assert intake.stops
    assert "there is no column 8" in " ".join(intake.findings["MESSAGE"])


def test_labels_are_not_read_without_a_day_zero(trial):
    intake = read(trial, LONG.replace(",0,", ",D0,"))
    assert intake.stops
    assert (intake.adnca["ANLFL"] == "Y").sum() == 3
    assert "BI-041" in set(intake.findings["RULE"])


@pytest.mark.parametrize("change", [{"infusions": ["i.csv"]}, {"wide": {"columns": ["A"], "names": "analyte"}}])
def test_what_cannot_be_together_is_refused(change):
    data = {"layout": "tidy", "tables": ["d.csv"], "wide": {"columns": ["A"], "names": "time"}, **change}
    with pytest.raises(ValidationError, match="wide"):
        TrialConfig.model_validate({**BASE, "data": data})
