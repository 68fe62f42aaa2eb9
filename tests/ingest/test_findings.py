"""cartpk.ingest.findings: one row per finding, in a fixed order, in words a person can act on."""

from string import Formatter

import pandas as pd
import pytest

from cartpk.ingest.findings import Findings
from cartpk.ingest.rules import RULES
from cartpk.schemas import FINDINGS, checked
from cartpk.terms import Severity

pytestmark = pytest.mark.requirement("URS-303")

ROWS = pd.DataFrame(
    {"USUBJID": ["S-1", "S-2"], "SRCFILE": ["b.csv", "a.csv"], "SRCROW": [7, 3], "OLD": ["POS", "+"]}, index=[10, 20]
)


def test_an_empty_collection_is_an_empty_table_of_the_schema():
    table = Findings().table()
    assert table.empty
    assert list(table.columns) == list(FINDINGS.columns)


def test_rows_become_findings_with_place_and_sentence():
    findings = Findings()
    findings.add_rows("BI-008", ROWS, field="VALUE", old=ROWS["OLD"])
    table = checked(findings.table(), FINDINGS)
    assert table["FILE"].tolist() == ["a.csv", "b.csv"]
    assert table["ROW"].tolist() == [3.0, 7.0]
    assert table["MESSAGE"][0].startswith("a.csv, line 3, subject S-2: the result “+” has no number.")


def test_a_finding_for_many_rows_names_their_number_and_first_lines():
    findings = Findings()
    many = pd.DataFrame({"USUBJID": "S-1", "SRCFILE": "a.csv", "SRCROW": range(2, 22)})
    findings.add_files("BI-021", many, field="UNIT", old="copies/mL", allowed="copies/ug")
    (message,) = findings.table()["MESSAGE"]
    assert "in 20 rows (lines 2, 3, 4, 5, 6 ...)" in message
    assert findings.table()["ROW"].tolist() == [2.0]


def test_order_does_not_depend_on_the_order_of_discovery():
    one, other = Findings(), Findings()
    for findings, ids in ((one, ("BI-006", "BI-011", "BI-008")), (other, ("BI-008", "BI-006", "BI-011"))):
        for rule in ids:
            findings.add_rows(rule, ROWS, field="VALUE", old="x", cell=["the cell is empty"] * len(ROWS))
    pd.testing.assert_frame_equal(one.table(), other.table())
    assert one.table()["SEVERITY"].tolist() == ["error"] * 2 + ["warning"] * 2 + ["info"] * 2


def test_a_finding_names_the_column_as_the_file_does():
    findings = Findings()
    findings.name_columns("a.csv", {"VALUE": "RESULT", "UNIT": None})
    findings.add_rows("BI-008", ROWS, field="VALUE", old="+")
    assert findings.table()["FIELD"].tolist() == ["RESULT", "VALUE"]


def details(rule):
    """A value for every detail that the sentences of a rule name."""
    fields = [f for text in (rule.found, rule.why, rule.mend) for f in Formatter().parse(text) if f[1]]
    return {name: 1.0 if form else "x" for _, name, form, _ in fields}


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda r: r.id)
@pytest.mark.parametrize("strict", [False, True])
def test_what_stops_a_trial(rule, strict):
    findings = Findings(strict=strict)
    place = dict.fromkeys(("subject", "file", "row", "field", "old", "new"))
    findings._append(rule, place, {k: v for k, v in details(rule).items() if k not in place})
    expected = rule.severity is not Severity.INFO if strict else rule.stops
    assert findings.stops is expected


def test_a_sentence_without_its_details_is_a_mistake_of_the_program():
    with pytest.raises(KeyError):
        Findings().add("BI-009", old="31")
    with pytest.raises(KeyError):
        Findings().add("BI-999")
