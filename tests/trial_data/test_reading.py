"""A finished run as one value: what is there is read, what is not is an empty table of the right shape."""

import pandas as pd
import pytest

from cartpk import schemas
from cartpk.schemas.clinical import ADRS, DELIVERED
from cartpk.trial_data import PRINTED_SINGLY, cut, load, load_clinical, parameter_parts


def rows(schema, *records):
    return schemas.checked(pd.DataFrame(list(records), columns=list(schema.columns)), schema)


SUBJECT = {"STUDYID": "T", "USUBJID": "001", "COHORT": "high", "COHORTN": 2.0, "PKFL": "Y", "PDFL": "N"}
SAMPLE = {
    "STUDYID": "T", "USUBJID": "001", "PCSPEC": "BLOOD", "AVALU": "copies/ug", "BLQFL": "N", "ANLFL": "Y",
    "SRCFILE": "NA", "SRCROW": 2.0, "PCTESTCD": "CARTDNA", "PCTEST": "CAR", "COHORT": "high", "ATPTREF": "INFUSION 1",
}  # fmt: skip
PARAMETER = {"USUBJID": "001", "PARCAT1": "NCA", "PARAMCD": "CMAX", "PARAM": "Max Conc", "AVAL": 1.5}
FINDING = {"RULE": "A", "SEVERITY": "info", "SCOPE": "row", "MESSAGE": "read"}


@pytest.fixture(name="run")
def _run(tmp_path):
    (tmp_path / "work").mkdir()
    rows(schemas.ADSL, SUBJECT, {**SUBJECT, "USUBJID": "002", "COHORT": "low", "COHORTN": 1.0}).to_csv(
        tmp_path / "adsl.csv", index=False
    )
    rows(schemas.ADNCA, SAMPLE).to_csv(tmp_path / "adnca.csv", index=False)
    return tmp_path


def test_text_stays_text_and_absent_tables_are_empty(run):
    data = load(run)
    assert data.adsl["USUBJID"].tolist() == ["001", "002"]
    assert data.adnca["SRCFILE"].tolist() == ["NA"]
    assert list(data.adpd.columns) == list(schemas.ADPD.columns)
    assert {"USUBJID", "PPCAT"} <= set(data.fits.columns)
    for table in (data.adpd, data.adpp, data.predictions, data.lambda_z, data.fits, data.pd_change, data.findings):
        assert len(table) == 0


def test_dose_levels_are_ordered(run):
    assert load(run).cohorts == ("low", "high")


def test_parameters_of_all_commands_are_joined(run):
    rows(schemas.ADPP, PARAMETER).to_csv(run / "work/adpp_nca.csv", index=False)
    rows(schemas.ADPP, {**PARAMETER, "PARCAT1": "PD"}).to_csv(run / "work/adpp_pd.csv", index=False)
    rows(schemas.FINDINGS, FINDING).to_csv(run / "findings.csv", index=False)
    data = load(run)
    assert data.adpp["PARCAT1"].tolist() == ["NCA", "PD"]
    assert data.findings["RULE"].tolist() == ["A"]
    some = load(run, only=["adsl.csv", "work/adpp_pd.csv"])
    assert some.adpp["PARCAT1"].tolist() == ["PD"]
    assert len(some.findings) == len(some.adnca) == 0


def test_a_parameter_given_twice_is_caught(run):
    for name in ("nca", "model"):
        rows(schemas.ADPP, PARAMETER).to_csv(run / f"work/adpp_{name}.csv", index=False)
    with pytest.raises(ValueError, match="adpp does not hold to its schema"):
        load(run)


def test_a_run_without_its_first_step_says_which(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"adsl\.csv is not there: run `cartpk ingest"):
        load(tmp_path)


def test_clinical_tables_are_read_and_know_what_was_delivered(run):
    response = {
        "STUDYID": "T",
        "USUBJID": "001",
        "COHORT": "high",
        "PARAMCD": "OVRLRESP",
        "AVALC": "NA",
        "ANL01FL": "Y",
    }
    rows(ADRS, {**response, "BORFL": "Y", "ANLFL": "Y"}).to_csv(run / "work/adrs.csv", index=False)
    count = {"TABLE": "adrs", "NFILES": 1.0, "NROWS": 1.0, "NUSED": 1.0}
    kinds = ({"DATA": "responses", "DELIVERED": "Y"}, {"DATA": "criss", "DELIVERED": "N"})
    rows(DELIVERED, *({**count, **kind} for kind in kinds)).to_csv(run / "work/delivered.csv", index=False)
    clinical = load(run).clinical
    assert clinical.adrs["AVALC"].tolist() == ["NA"]
    assert [clinical.has(d) for d in ("responses", "criss", "antibodies")] == [True, False, False]
    assert clinical.adae.empty
    assert "ATOXGR" in clinical.adae
    assert load_clinical(run, only=["adsl.csv"]).adrs.empty


def test_of_very_many_subjects_everybody_has_what_summaries_read_and_few_have_all(run):
    both = [
        {**PARAMETER, "USUBJID": subject, "PPSTINT": "P0D", "AVAL": at} for subject, at in (("001", 1.5), ("002", 2))
    ]
    rows(schemas.ADPP, *both).to_csv(run / "work/adpp_nca.csv", index=False)
    rows(schemas.ADNCA, SAMPLE, {**SAMPLE, "USUBJID": "002", "AVALC": "<5"}).to_csv(run / "adnca.csv", index=False)
    pd.DataFrame([{"USUBJID": s, "PPCAT": "CAR"} for s in ("001", "002")]).to_csv(
        run / "work/lambda_z.csv", index=False
    )
    whole, data = load(run), load(run, singly=lambda subjects: subjects[-1:])
    assert load(run, singly=lambda subjects: subjects).single is whole.single is None
    for name, left_out in PRINTED_SINGLY.items():
        every, mine = getattr(data, name), getattr(data.single, name)
        pd.testing.assert_frame_equal(every, getattr(whole, name).drop(columns=list(left_out)))
        pd.testing.assert_frame_equal(mine, cut(getattr(whole, name), {"002"}))
    assert data.adsl["USUBJID"].tolist() == ["001", "002"]
    assert data.single.adsl["USUBJID"].tolist() == data.single.lambda_z["USUBJID"].tolist() == ["002"]
    pd.testing.assert_frame_equal(pd.concat(parameter_parts(run)), whole.adpp)
