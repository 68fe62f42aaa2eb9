"""``cartpk tables``: one file per table with content, one JSON of all, nothing left of an earlier run."""

import csv
import json

import pandas as pd
import pytest
from click.testing import CliRunner

from cartpk import schemas
from cartpk.cli import cli
from cartpk.config import load
from cartpk.tables.registry import wanted

CONFIG = """
trial: {id: T1}
product: {name: CAR-T, cell: T}
data: {layout: tidy, tables: [x.csv]}
analytes: [{code: CARTDNA, label: CAR transgene, method: qPCR}]
report: {synthetic: true}
"""


def write(path, schema, *records):
    schemas.checked(pd.DataFrame(list(records), columns=list(schema.columns)), schema).to_csv(path, index=False)


@pytest.fixture(name="run")
def _run(tmp_path):
    (tmp_path / "tables").mkdir()
    (tmp_path / "work").mkdir()
    (tmp_path / "trial.yaml").write_text(CONFIG, encoding="utf-8")
    subject = {"STUDYID": "T1", "USUBJID": "S1", "COHORT": "All subjects", "COHORTN": 1.0, "PKFL": "Y", "PDFL": "N"}
    sample = {
        "STUDYID": "T1", "USUBJID": "S1", "PCSPEC": "BLOOD", "AVALU": "copies/ug", "ALLOQ": 50.0, "BLQFL": "N",
        "ANLFL": "Y", "SRCFILE": "x.csv", "PCTESTCD": "CARTDNA", "PCTEST": "CAR transgene", "COHORT": "All subjects",
        "ATPTREF": "INFUSION 1",
    }  # fmt: skip
    days = [(0.5, 60.0), (7.0, 4115.0), (14.0, 200.0)]
    samples = [
        {**sample, "AFRLT": d, "NFRLT": d, "AVAL": v, "AVALC": f"{v:g}", "SRCROW": i}
        for i, (d, v) in enumerate(days, 2)
    ]
    row = {"USUBJID": "S1", "PARCAT1": "NCA", "PPCAT": "CARTDNA", "PPSPEC": "BLOOD", "ATPTREF": "INFUSION 1"}
    write(tmp_path / "adsl.csv", schemas.ADSL, subject)
    write(tmp_path / "adnca.csv", schemas.ADNCA, *samples)
    write(
        tmp_path / "work/adpp_nca.csv",
        schemas.ADPP,
        {**row, "PARAMCD": "CMAX", "PARAM": "Max Conc", "AVAL": 4115.0, "AVALU": "copies/ug"},
        {**row, "PARAMCD": "LAMZHL", "PARAM": "Half-Life Lambda z", "AVALU": "day", "PPREASND": "no decline"},
    )
    return tmp_path


def call(run):
    return CliRunner().invoke(cli, ["tables", str(run / "trial.yaml"), "--results", str(run)], catch_exceptions=False)


def test_files(run):
    (run / "tables/t_14_2_8.csv").write_text("of an earlier run", encoding="utf-8")
    result = call(run)
    assert result.exit_code == 0, result.output
    made = wanted(load(run / "trial.yaml"))
    entries = json.loads((run / "tables/tables.json").read_text(encoding="utf-8"))
    assert [e["id"] for e in entries] == list(made)
    filled = {e["id"] for e in entries if not e["empty_reason"]}
    assert {p.stem for p in (run / "tables").glob("*.csv")} == filled
    assert {"t_14_1_1", "t_14_2_1", "t_14_2_2", "l_16_2_5_2", "l_16_2_5_4"} <= filled
    assert {"t_14_1_4", "t_14_2_8", "t_14_2_9", "t_14_2_10"}.isdisjoint(filled)
    assert f"2 parameter rows, {len(filled)} tables, {len(made) - len(filled)} without data" in result.output
    assert schemas.read_table(run / "adpp.csv", schemas.ADPP)["PARAMCD"].tolist() == ["CMAX", "LAMZHL"]


def test_json_and_csv_hold_the_same(run):
    call(run)
    entries = json.loads((run / "tables/tables.json").read_text(encoding="utf-8"))
    (entry,) = [e for e in entries if e["id"] == "t_14_2_2"]
    at = entry["keys"].index({"assay": "CARTDNA", "specimen": "BLOOD", "parameter": "CMAX", "statistic": "geo_mean"})
    assert entry["rows"][at][3] == "4,120 (NC)"
    assert entry["columns"][3]["label"] == "All subjects (N = 1)"
    with (run / "tables/t_14_2_2.csv").open(encoding="utf-8") as stream:
        found = [
            r for r in csv.DictReader(stream) if r["Parameter"].startswith("Cmax") and "eometric" in r["Statistic"]
        ]
    assert [(r["Statistic"], r["All subjects (N = 1)"]) for r in found] == [
        ("Geometric mean", "4115.0"),
        ("Geometric CV, %", "NC"),
    ]


@pytest.mark.requirement("URS-702")
def test_a_second_run_writes_the_same_bytes(run):
    call(run)
    first = {p.name: p.read_bytes() for p in (run / "tables").iterdir()}
    call(run)
    assert {p.name: p.read_bytes() for p in (run / "tables").iterdir()} == first


def test_a_missing_step_is_a_sentence(tmp_path):
    (tmp_path / "trial.yaml").write_text(CONFIG, encoding="utf-8")
    with pytest.raises(FileNotFoundError, match="cartpk ingest"):
        call(tmp_path)
