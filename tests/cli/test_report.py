"""``cartpk report`` and ``cartpk manifest``: two files, whole, with a clock in the second only."""

import json
import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from cartpk.cli.manifest import command as manifest_command
from cartpk.cli.report import command
from cartpk.figures.registry import FIGURES
from cartpk.provenance import sha256_file

CONFIG = """
trial: {id: NCT00000001, planned_n: 3}
product: {name: CD7 CAR-T, cell: T}
data: {layout: tidy, tables: [made.csv]}
analytes: [{code: CARTG, label: CAR transgene, unit: copies/ug}]
report: {synthetic: true}
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A working folder with a config, its data and a finished run up to the report."""
    monkeypatch.chdir(tmp_path)
    Path("made.csv").write_text("USUBJID,TIME_DAY,VALUE\n1,7,100\n1,14,<50\n", encoding="utf-8")
    Path("trial.yaml").write_text(CONFIG, encoding="utf-8")
    results = Path("results/NCT00000001")
    for name, header in TABLES.items():
        path = results / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(header, encoding="utf-8")
    (results / "figures").mkdir()
    for name, spec in FIGURES.items():
        words = {"number": spec.number, "title": spec.title, "empty_reason": "Nothing to draw."}
        (results / "figures" / f"{name}.json").write_text(json.dumps(words), encoding="utf-8")
    return results


def header(name):
    from cartpk import schemas

    return ",".join(schemas.TABLES[name].columns) + "\n"


SUBJECT = {"STUDYID": "NCT00000001", "USUBJID": "1", "COHORT": "one dose", "COHORTN": "1", "PKFL": "N", "PDFL": "N"}
TABLES = {
    "adsl.csv": header("adsl") + ",".join(SUBJECT.get(c, "") for c in header("adsl").strip().split(",")) + "\n",
    "adnca.csv": header("adnca"),
    "findings.csv": header("findings"),
    "tables/tables.json": "[]",
}


def run(*more):
    arguments = ["trial.yaml", "--results", "results/NCT00000001", *more]
    done = CliRunner().invoke(command, arguments, catch_exceptions=False)
    if not done.exit_code:
        assert CliRunner().invoke(manifest_command, arguments, catch_exceptions=False).output == ""
    return done


def test_the_page_and_the_manifest_are_written(project):
    done = run()
    assert done.exit_code == 0, done.output
    assert "report.html" in done.output
    page = (project / "report.html").read_text(encoding="utf-8")
    assert "NCT00000001" in page
    manifest = json.loads((project / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["trial"] == "NCT00000001"
    assert manifest["command"] == "cartpk manifest trial.yaml --results results/NCT00000001"
    (data,) = manifest["inputs"]
    assert (data["path"], data["rows"], data["columns"]) == ("made.csv", 2, 3)
    outputs = {record["path"]: record["sha256"] for record in manifest["outputs"]}
    assert {"report.html", "adsl.csv", "tables/tables.json"} <= set(outputs)
    assert "manifest.json" not in outputs
    assert outputs == {path: sha256_file(project / path) for path in outputs}
    assert manifest["config"]["sha256"] == sha256_file(Path("trial.yaml"))
    assert manifest["config"]["settings"]["nca"]["windows"]["days"] == [28.0, 90.0]


def test_page_and_manifest_name_the_same_hashes(project):
    run()
    manifest = json.loads((project / "manifest.json").read_text(encoding="utf-8"))
    page = (project / "report.html").read_text(encoding="utf-8")
    for digest in (
        manifest["config"]["sha256"],
        manifest["config"]["settings_sha256"],
        manifest["inputs"][0]["sha256"],
    ):
        assert digest in page
    assert manifest["created"] not in page
    assert manifest["created"][:10] not in page


def test_a_second_run_writes_the_same_page(project):
    run()
    first = (project / "report.html").read_bytes()
    run()
    assert (project / "report.html").read_bytes() == first


def test_another_setting_changes_the_page_and_both_hashes(project):
    run()
    before = json.loads((project / "manifest.json").read_text(encoding="utf-8"))["config"]
    Path("trial.yaml").write_text(CONFIG + "nca: {windows: {max_extrap_pct: 15}}\n", encoding="utf-8")
    run()
    after = json.loads((project / "manifest.json").read_text(encoding="utf-8"))["config"]
    assert before["settings_sha256"] != after["settings_sha256"]
    assert "limit is 15 %" in (project / "report.html").read_text(encoding="utf-8")


def test_a_comment_in_the_config_changes_its_hash_but_no_setting(project):
    run()
    before = json.loads((project / "manifest.json").read_text(encoding="utf-8"))["config"]
    Path("trial.yaml").write_text(CONFIG + "# a comment\n", encoding="utf-8")
    run()
    after = json.loads((project / "manifest.json").read_text(encoding="utf-8"))["config"]
    assert before["sha256"] != after["sha256"]
    assert before["settings_sha256"] == after["settings_sha256"]


@pytest.mark.parametrize(
    "missing", ["made.csv", "results/NCT00000001/adsl.csv", "results/NCT00000001/tables/tables.json"]
)
def test_a_missing_file_is_named_and_nothing_is_written(project, missing):
    Path(missing).unlink()
    with pytest.raises(FileNotFoundError, match=Path(missing).name):
        run()
    assert not (project / "report.html").exists()


@pytest.mark.requirement("URS-701")
def test_nothing_half_written_is_left_behind(project):
    run()
    assert not [name for _, _, files in os.walk(project) for name in files if name.endswith(".part")]


def test_the_results_folder_can_be_moved(project, tmp_path):
    run()
    page = (project / "report.html").read_text(encoding="utf-8")
    assert str(tmp_path) not in page
    shutil.copytree(project, tmp_path / "elsewhere")
    assert (tmp_path / "elsewhere" / "report.html").read_text(encoding="utf-8") == page


@pytest.mark.requirement("URS-707")
def test_a_file_that_changed_since_the_intake_stops_the_report(project):
    (project / "work").mkdir(exist_ok=True)
    recorded = project / "work" / "inputs.json"
    recorded.write_text(json.dumps({"made.csv": sha256_file(Path("made.csv"))}), encoding="utf-8")
    assert run().exit_code == 0
    with Path("made.csv").open("a", encoding="utf-8") as stream:
        stream.write("1,28,<50\n")
    (project / "report.html").unlink()
    stopped = run()
    assert stopped.exit_code == 1
    assert "BI-093" in stopped.output
    assert "made.csv" in stopped.output
    assert not (project / "report.html").exists()
