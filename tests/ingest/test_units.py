"""cartpk.ingest.units and spellings: one unit under many spellings, nothing pooled that is not one unit."""

import pytest

from cartpk.ingest.spellings import canonical_specimen, canonical_unit

pytestmark = pytest.mark.requirement("URS-313")


@pytest.mark.parametrize(
    ("spelling", "unit"),
    [
        ("copies/ug", "copies/ug"),
        ("copies/ug gDNA", "copies/ug"),
        ("copies/µg", "copies/ug"),
        ("copies/μg", "copies/ug"),
        ("COPIES / µg gDNA", "copies/ug"),
        ("copies/mcg", "copies/ug"),
        ("DNA copies/ug", "copies/ug"),
        ("拷贝/μg", "copies/ug"),
        ("cells/uL", "cells/uL"),
        ("/µL", "cells/uL"),
        ("10^6/L", "cells/uL"),
        ("10⁶/L", "cells/uL"),
        ("×10^6/L", "cells/uL"),
        ("10^9/L", "10^9/L"),
        ("％", "%"),
        ("percent", "%"),
        ("copies/mL", "copies/mL"),
        ("pg/mL", "pg/mL"),
        ("  U /  L ", "U / L"),
        ("g/L", "g/L"),
        ("106/L", "106/L"),
    ],
)
def test_spellings_of_units(spelling, unit):
    assert canonical_unit(spelling) == unit


@pytest.mark.parametrize(
    ("spelling", "specimen"),
    [("PB", "BLOOD"), ("外周血", "BLOOD"), ("bone  marrow", "BONE MARROW, LIQUID"), ("CSF", "CEREBROSPINAL FLUID")],
)
def test_spellings_of_specimens(spelling, specimen):
    assert canonical_specimen(spelling) == specimen


def test_each_spelling_is_one_finding_per_file(trial):
    intake = trial.tidy({(3, "UNIT"): "拷贝/μg", (4, "UNIT"): "拷贝/μg", (5, "UNIT"): "copies/µg gDNA"})
    found = intake.findings[intake.findings["RULE"] == "BI-023"]
    assert sorted(found["OLD"]) == ["copies/µg gDNA", "拷贝/μg"]
    assert set(intake.adnca["AVALU"]) == {"copies/ug"}
    assert (intake.adnca["ANLFL"] == "Y").all()


def test_counts_per_volume_are_converted_with_their_limit(trial):
    plain = trial.tidy().adpd
    intake = trial.tidy(
        {(i, c): v for i in range(24, 32) for c, v in (("UNIT", "10^9/L"), ("LLOQ", "0.001"))}
        | {(24, "VALUE"): "0.8455", (25, "VALUE"): "0.31", (26, "VALUE"): "0.0125", (27, "VALUE"): "<0.001"}
        | {(28, "VALUE"): "<0.001", (29, "VALUE"): "0.00225", (30, "VALUE"): "0.04", (31, "VALUE"): "0.13"}
    )
    columns = ["USUBJID", "PARAMCD", "AFRLT", "AVAL", "ALLOQ", "AVALU", "BLQFL"]
    assert intake.adpd[columns].compare(plain[columns].round(9)).empty or (
        (intake.adpd["AVAL"] - plain["AVAL"]).abs().max() < 1e-9
    )
    assert (intake.adpd["ALLOQ"] - plain["ALLOQ"]).abs().max() < 1e-12
    assert intake.adpd["BLQFL"].equals(plain["BLQFL"])
    assert intake.findings["RULE"].tolist() == ["CP-042"]
    assert intake.adpd.loc[0, "AVALC"] == "0.8455"


def test_a_unit_is_never_assumed(trial):
    intake = trial.tidy(columns=("UNIT",), settings={"analytes": [{"code": "CAR", "label": "CAR transgene"}]})
    assert intake.stops
    assert "BI-022" in set(intake.findings["RULE"])


def test_the_unit_of_the_data_is_kept_where_the_config_has_none(trial):
    intake = trial.tidy(settings={"analytes": [{"code": "CAR", "label": "CAR transgene"}]})
    assert set(intake.adnca["AVALU"]) == {"copies/ug"}
    assert not intake.stops


def test_two_analytes_of_one_name_are_told_apart_by_their_unit(trial):
    two = [
        {"code": "CARUG", "label": "per ug", "match": ["CAR transgene"], "unit": "copies/ug"},
        {"code": "CARML", "label": "per mL", "match": ["CAR transgene"], "unit": "copies/mL"},
    ]
    intake = trial.tidy({(i, "UNIT"): "copies/mL" for i in range(8, 16)}, settings={"analytes": two})
    assert not intake.stops
    codes = intake.adnca.groupby("USUBJID")["PCTESTCD"].unique().map(list).to_dict()
    assert codes == {"S-01": ["CARUG"], "S-02": ["CARML"], "S-03": ["CARUG"]}


def test_a_result_that_is_not_there_needs_no_unit(trial):
    intake = trial.tidy({(3, "VALUE"): "", (3, "UNIT"): ""})
    assert intake.findings["RULE"].tolist() == ["BI-006"]
