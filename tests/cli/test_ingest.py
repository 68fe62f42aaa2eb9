"""cartpk ingest: four tables, or one sentence per error and no table at all."""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from cartpk import schemas
from cartpk.cli.ingest import STOPPED, command

TRIALS = sorted((Path(__file__).resolve().parents[2] / "config" / "trials").glob("*.yaml"))
ROOT = Path(__file__).resolve().parents[2]

CONFIG = """\
trial: {id: MINE}
product: {name: my CAR-T, cell: T}
data:
  layout: tidy
  tables: [mine.csv]
  columns: {subject: ID, time: DAY}
analytes:
  - {code: CAR, label: CAR transgene, unit: copies/ug}
report: {synthetic: false}
"""
DATA = "ID,DAY,VALUE,UNIT,LLOQ\nA,0,<50,copies/ug,50\nA,7,12500,copies/ug,50\nA,28,ND,copies/ug,50\n"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def ingest(data=DATA, config=CONFIG):
        Path("mine.yaml").write_text(config, encoding="utf-8")
        if data is not None:
            Path("mine.csv").write_text(data, encoding="utf-8")
        return CliRunner().invoke(command, ["mine.yaml", "--out", "results/MINE"], catch_exceptions=False)

    return ingest


def test_four_tables_and_a_summary(run):
    result = run()
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "1 subject: 1 with kinetics, 0 with cell counts, 0 excluded",
        "3 kinetic samples: 2 used (1 BLQ), 1 not used",
        "0 cell counts: 0 used (0 BLQ), 0 not used",
        "1 finding: 1 warning",
    ]
    for name, schema in schemas.TABLES.items():
        if name in {"adsl", "adnca", "adpd", "findings"}:
            schemas.read_table(f"results/MINE/{name}.csv", schema)
    assert len(schemas.read_table("results/MINE/adnca.csv", schemas.ADNCA)) == 3


def test_the_findings_may_go_elsewhere(run):
    run()
    there = CliRunner().invoke(command, ["mine.yaml", "--out", "other", "--findings", "work/found.csv"])
    assert there.exit_code == 0
    assert not Path("other/findings.csv").exists()
    assert Path("work/found.csv").read_bytes() == Path("results/MINE/findings.csv").read_bytes()


def test_an_error_of_the_trial_leaves_no_table(run):
    result = run(DATA.replace("12500", "12,5").replace("12,5", '"12,5"'))
    assert result.exit_code == 1
    assert "mine.csv: numbers with a comma (“12,5”) in 1 row (line 3)." in result.stderr
    assert "Set intake.decimal or intake.thousands in the config." in result.stderr
    assert [p.name for p in Path("results/MINE").iterdir()] == [STOPPED]


def test_a_mended_trial_leaves_no_trace_of_the_stop(run):
    assert run(DATA.replace("ID,DAY", "ID,TAG")).exit_code == 1
    assert run().exit_code == 0
    assert not (Path("results/MINE") / STOPPED).exists()


def test_a_missing_file_is_a_sentence(run):
    result = run(data=None)
    assert result.exit_code == 1
    assert "there is no file mine.csv" in result.stderr
    assert "Traceback" not in result.output


def test_errors_of_one_kind_are_counted_after_the_first(run):
    rows = "".join(f"A,{day},-5,copies/ug,50\n" for day in range(1, 9))
    result = run(DATA + rows)
    assert result.exit_code == 0
    assert result.output.count("BI-011") == 4
    assert "... and 5 more errors of this kind" in result.output


@pytest.mark.requirement("URS-702")
def test_the_same_input_gives_the_same_bytes(run):
    def written():
        return {p.as_posix(): p.read_bytes() for p in Path("results/MINE").rglob("*") if p.is_file()}

    run()
    first = written()
    assert "results/MINE/work/delivered.csv" in first
    run()
    assert written() == first
    assert b"\r" not in b"".join(first.values())


@pytest.mark.parametrize("path", TRIALS, ids=lambda p: p.stem)
def test_the_bundled_trials_come_in_without_an_error(path, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    if not all((ROOT / f).is_file() for f in re.findall(r"data/sample/\S+?\.csv", path.read_text(encoding="utf-8"))):
        pytest.skip("the sample data are not there")
    result = CliRunner().invoke(command, [str(path), "--out", str(tmp_path)], catch_exceptions=False)
    assert result.exit_code == 0
    findings = schemas.read_table(tmp_path / "findings.csv", schemas.FINDINGS)
    assert "error" not in set(findings["SEVERITY"])
    adsl = schemas.read_table(tmp_path / "adsl.csv", schemas.ADSL)
    assert (adsl["PKFL"] == "Y").all()
    assert (adsl["PDFL"] == "Y").all()


def test_the_command_is_reached_from_the_shell(tmp_path):
    (tmp_path / "mine.yaml").write_text(CONFIG, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "cartpk", "ingest", "mine.yaml", "--out", "out"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "there is no file mine.csv" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_hashes_of_what_was_read_stand_beside_the_tables(run):
    assert run().exit_code == 0
    recorded = json.loads(Path("results/MINE/work/inputs.json").read_text(encoding="utf-8"))
    assert recorded == {"mine.csv": hashlib.sha256(DATA.encode()).hexdigest()}


@pytest.mark.requirement("URS-707")
def test_a_file_that_changes_while_it_is_read_stops_the_intake(run, monkeypatch):
    import cartpk.ingest

    read = cartpk.ingest.read_trial

    def slow(config, root):
        intake = read(config, root)
        Path("mine.csv").write_text(DATA + "A,60,<50,copies/ug,50\n", encoding="utf-8")
        return intake

    monkeypatch.setattr(cartpk.ingest, "read_trial", slow)
    stopped = run()
    assert stopped.exit_code == 1
    assert "BI-093" in stopped.output
    assert not Path("results/MINE/adsl.csv").exists()
