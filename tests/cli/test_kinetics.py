"""cartpk kinetics and cartpk check: an analyst's decisions go from the signed file to every output."""

from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from cartpk import schemas
from cartpk.cli.check import command as check
from cartpk.cli.ingest import command as ingest
from cartpk.cli.kinetics import command as kinetics
from cartpk.cli.tables import command as tables

CONFIG = """\
trial: {id: MINE}
product: {name: my CAR-T, cell: T, vcn_copies_per_cell: 2}
dosing: {basis: flat, unit: cells}
data:
  layout: tidy
  tables: [mine.csv]
  columns: {subject: ID, time: DAY, analyte: TEST, specimen: SPEC, dose: DOSE, weight: KG}
analytes:
  - {code: CAR, label: CAR transgene, unit: copies/ug, method: qPCR}
  - {code: CARBM, label: CAR in marrow, match: [CAR], specimen: "BONE MARROW, LIQUID", unit: copies/ug, method: qPCR}
pharmacodynamics:
  measures:
    - {code: LEU, label: Leukocytes, kind: absolute, population: LYMPHOCYTES, unit: cells/uL}
nca:
  lambda_z_points: points.csv
  genome_pg: 6.6
  nucleated_cells: {CAR: [LEU]}
models: {fit: []}
report: {synthetic: true}
"""
LEVELS = {0: "<50", 3: "400", 7: "9000", 10: "20000", 14: "12000", 21: "3000", 28: "900", 45: "500", 60: "350"}
DECISIONS = """\
USUBJID,PPCAT,AFRLT,ACTION,WHO,WHEN,WHY
A,CAR,28,exclude,A. Analyst,2031-02-03,"hook, late"
A,CAR,3,exclude_sample,A. Analyst,2031-02-03,clot
B,CAR,28,exclude,,2031-02-03,nobody signed
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = ["ID,DAY,TEST,SPEC,VALUE,UNIT,LLOQ,DOSE,KG"]
    for subject in "AB":
        lines += [f"{subject},{d},CAR,BLOOD,{v},copies/ug,50,2e8,80" for d, v in LEVELS.items()]
        lines += [f"{subject},{d},Leukocytes,BLOOD,{4000 + d},cells/uL,10,2e8,80" for d in LEVELS]
    lines += ['A,9,CAR,"BONE MARROW, LIQUID",5000,copies/ug,50,2e8,80']
    Path("mine.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    Path("mine.yaml").write_text(CONFIG, encoding="utf-8")

    def go(decisions=DECISIONS):
        Path("points.csv").write_text(decisions, encoding="utf-8")
        arguments = ["mine.yaml", "--results", "results/MINE"]
        made = ["mine.yaml", "--out", "results/MINE", "--findings", "results/MINE/work/findings_ingest.csv"]
        for command, given in ((ingest, made), (kinetics, arguments), (tables, arguments)):
            done = CliRunner().invoke(command, given, catch_exceptions=False)
            assert done.exit_code == 0, done.output
        return Path("results/MINE")

    return go


@pytest.mark.requirement("URS-206")
def test_decisions_reach_every_output(run):
    results = run()
    findings = schemas.read_table(results / "findings.csv", schemas.FINDINGS)
    own = findings[findings["FILE"] == "points.csv"]
    assert list(zip(own["RULE"], own["ROW"], own["SEVERITY"], strict=True)) == [
        ("NCA_LZ_APPLIED", 2, "info"), ("NCA_LZ_APPLIED", 3, "info"), ("NCA_LZ_UNSIGNED", 4, "error"),
    ]  # fmt: skip
    points = pd.read_csv(results / "work" / "lambda_z.csv", dtype=str)
    signed = points[points["MANUAL"].notna()]
    assert signed[["USUBJID", "ARRLT", "MANUAL", "WHO", "WHEN", "WHY", "LZFL"]].to_numpy().tolist() == [
        ["A", "3.0", "exclude_sample", "A. Analyst", "2031-02-03", "clot", "N"],
        ["A", "28.0", "exclude", "A. Analyst", "2031-02-03", "hook, late", "N"],
    ]
    adpp = schemas.read_table(results / "adpp.csv", schemas.ADPP)
    blood = adpp[adpp["PPCAT"] == "CAR"].set_index(["USUBJID", "PARAMCD"])
    assert blood.loc[("A", "LAMZHL"), "FLAG"].split(";")[-2:] == ["LZ_MANUAL", "NCA_MANUAL"]
    assert "MANUAL" not in str(blood.loc[("B", "LAMZHL"), "FLAG"])
    assert blood.loc[("A", "TFST"), "AVAL"] == 7
    assert blood.loc[("B", "TFST"), "AVAL"] == 3
    listing = (results / "tables" / "l_16_2_5_5.csv").read_text(encoding="utf-8")
    assert "exclude 28.0 (A. Analyst, 2031-02-03: hook, late)" in listing
    unused = (results / "tables" / "l_16_2_5_3.csv").read_text(encoding="utf-8").splitlines()
    assert len(unused) == 2
    assert "left out by A. Analyst (2031-02-03): clot,mine.csv,3" in unused[1]


def test_values_per_dose_marrow_and_cells_are_written(run):
    results = run()
    adpp = schemas.read_table(results / "work" / "adpp_nca.csv", schemas.ADPP)
    rows = adpp[adpp["USUBJID"] == "B"].set_index("PARAMCD")
    assert rows.loc["CMAXD", ["AVAL", "AVALU"]].tolist() == [100.0, "(copies/ug)/(10^6 cells)"]
    assert rows.loc["CMAXDW", ["AVAL", "AVALU"]].tolist() == [8000.0, "(copies/ug)/(10^6 cells/kg)"]
    assert rows.loc["CMAXCELL", "AVAL"] == pytest.approx(0.132)
    assert rows.loc["CMAXCUL", "AVAL"] == pytest.approx(0.132 * 4010 / 2)
    marrow = schemas.read_table(results / "work" / "marrow_ratio.csv", schemas.MARROW_RATIO)
    assert marrow[["USUBJID", "BDAY", "RATIO"]].to_numpy().tolist() == [["A", 10.0, 0.25]]
    cells = schemas.read_table(results / "work" / "derived_units.csv", schemas.DERIVED_UNITS)
    assert set(cells["PPCAT"]) == {"CAR", "CARBM"}


def test_check_lists_the_rows_that_do_not_hold(run):
    run()
    done = CliRunner().invoke(check, ["mine.yaml"])
    assert done.exit_code == 0, "the trial can be run: no decision on that profile is applied"
    assert "  NCA_LZ_UNSIGNED, 1 time\n    points.csv, line 4, subject B: WHO is missing or not a date." in done.output
    assert "1 error" in done.output
    Path("points.csv").write_text("\n".join(DECISIONS.splitlines()[:3]) + "\n", encoding="utf-8")
    assert "0 errors" in CliRunner().invoke(check, ["mine.yaml"]).output


def test_a_file_that_cannot_be_read_stops_the_analysis(run):
    with pytest.raises(ValueError, match=r"(?s)points\.csv: the analyst's decisions.*no column WHY"):
        run("USUBJID,AFRLT,ACTION,WHO,WHEN\nA,28,exclude,me,2031-02-03\n")


def test_check_says_so_of_a_file_that_cannot_be_read(run):
    run()
    Path("points.csv").write_text("USUBJID,AFRLT\n", encoding="utf-8")
    done = CliRunner().invoke(check, ["mine.yaml"])
    assert isinstance(done.exception, ValueError)
    assert "no column ACTION" in str(done.exception)
