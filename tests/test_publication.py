"""cartpk.publication: what looks like a person stays in the house, and so do dates."""

import pandas as pd
import pytest

from cartpk import schemas
from cartpk.config import TrialConfig
from cartpk.files import write_table
from cartpk.publication import refuse_identifiers, without_dates

pytestmark = pytest.mark.requirement("URS-309")


def config(*, pseudonymised=False, dates=False):
    return TrialConfig.model_validate(
        {
            "trial": {"id": "T1"},
            "product": {"name": "CAR-T", "cell": "T"},
            "data": {"layout": "tidy", "tables": ["x.csv"], "pseudonymised": pseudonymised},
            "analytes": [{"code": "CAR", "label": "CAR transgene"}],
            "report": {"synthetic": True, "dates": dates},
        }
    )


def findings(*rules, message="m"):
    rows = [
        {"RULE": rule, "SEVERITY": "warning", "SCOPE": "subject", "OLD": "L******", "MESSAGE": message}
        for rule in rules
    ]
    return schemas.checked(pd.DataFrame(rows, columns=list(schemas.FINDINGS.columns)), schemas.FINDINGS)


@pytest.mark.parametrize("file", ["work/findings_ingest.csv", "findings.csv"])
def test_an_identifier_that_looks_like_a_person_stops_the_publication(tmp_path, file):
    write_table(tmp_path / file, findings("BI-054", "BI-054", "BI-051"))
    with pytest.raises(ValueError, match=r"nothing is published: 2 subject identifiers .*L\*+.*pseudonymised: true"):
        refuse_identifiers(config(), tmp_path)
    refuse_identifiers(config(pseudonymised=True), tmp_path)


def test_a_text_that_holds_a_number_of_a_person_stops_it_too(tmp_path):
    write_table(tmp_path / "findings.csv", findings("BI-054", "CP-128"))
    with pytest.raises(ValueError, match=r"2 identifiers look like a person's own .*BI-054, CP-128 in"):
        refuse_identifiers(config(), tmp_path)


def test_other_findings_do_not(tmp_path):
    refuse_identifiers(config(), tmp_path)
    write_table(tmp_path / "findings.csv", findings("BI-051"))
    refuse_identifiers(config(), tmp_path)


@pytest.mark.parametrize(
    "text",
    ["2024-05-08", "2024-05-08T25:30", "2024-05-08T10:00+08:00", "2024/5/8 10:00", "03/04/2024", "8.5.2024",
     "08MAY2024", "2024年5月8日"],
)  # fmt: skip
def test_dates_are_masked_in_findings(text):
    table = findings("BI-035", message=f"pc.csv, line 5: the date “{text}” is odd.")
    assert without_dates(table, config())["MESSAGE"].tolist() == ["pc.csv, line 5: the date “[date]” is odd."]
    assert without_dates(table, config(dates=True)) is table


@pytest.mark.parametrize("text", ["day 14", "1.2.3", "10.5", "20400", "-1.5", "9.2-10", "S-01", "1/2"])
def test_what_is_no_date_stays(text):
    assert without_dates(findings("X", message=text), config())["MESSAGE"].tolist() == [text]


def test_the_date_of_a_signature_stays():
    text = "VALUE “2024-05-08” is corrected (A. Chen, 2031-02-03: typing error)."
    assert without_dates(findings("CP-208", message=text), config())["MESSAGE"].tolist() == [
        "VALUE “[date]” is corrected (A. Chen, 2031-02-03: typing error)."
    ]


def test_columns_of_dates_are_empty_and_study_days_stay():
    table = pd.DataFrame({"USUBJID": ["1"], "ADTM": ["2024-05-08"], "TRTSDTM": ["2024-05-01"], "AFRLT": [7.0]})
    out = without_dates(table, config())
    assert out[["ADTM", "TRTSDTM"]].isna().all(axis=None)
    assert out["AFRLT"].tolist() == [7.0]
    assert table["ADTM"].tolist() == ["2024-05-08"]
