"""The whole run: every trial, the real series, reruns, and the sentences that a mistake gets."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from cartpk import schemas
from cartpk.cli import cli
from cartpk.config import load
from cartpk.figures.registry import wanted
from cartpk.files import write_text
from cartpk.provenance import describe_file
from cartpk.report import provenance_of, read_run, render

ROOT = Path(__file__).resolve().parents[1]
REAL = ROOT.parent / "shared" / "reference" / "kinetics"
TRIALS = ["NCT04480788", "NCT06316427", "NCT06871644", "NCT07117175"]
WHOLE = os.environ.get("CARTPK_WHOLE", "NCT06871644").split()
"""Trials that Snakemake runs here, as a user does; the commands of the others run in this process and draw no figure
(tests/pages/test_trials.py makes them). .ci/run names a CAR-T and a CAR-NK, `make validate` all four."""
COMMANDS = ("kinetics", "models", "pd", "clinical", "tables")

pytestmark = pytest.mark.workflow


def project(folder: Path) -> Path:
    """A copy of what a run reads; the package itself is the installed one."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("Snakefile", "workflow", "config", "data"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    (folder / "profiles").symlink_to("workflow/profiles")
    return folder


def snakemake(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the workflow as a user does, with nothing of an activated environment on the PATH."""
    environment = {k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"}
    environment["PATH"] = "/usr/bin:/bin"
    return subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "2", *arguments],
        cwd=folder, capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return project(tmp_path_factory.mktemp("project") / "with space")


# a trial's tests stay on one worker (`-n auto --dist loadgroup`), where the trial is run once
@pytest.fixture(scope="module", params=[pytest.param(t, marks=pytest.mark.xdist_group(t)) for t in TRIALS])
def run(request, folder):
    """The results folder of one founding trial."""
    if request.param not in WHOLE:
        with contextlib.chdir(folder):
            without_figures(f"config/trials/{request.param}.yaml", Path("results") / request.param)
    else:
        done = snakemake(folder, "--configfile", f"config/trials/{request.param}.yaml")
        assert done.returncode == 0, done.stdout + done.stderr
        lines = done.stderr.splitlines()
        assert f"results/{request.param}/report.html" in lines[-4:], "the last screen says where the page is"
        assert max(map(len, lines)) < 1000, "no wall of names of files"
    return folder / "results" / request.param


def without_figures(file: str, results: Path) -> None:
    """Everything that a run writes up to its page, and the page without pictures."""
    place = str(results)
    calls = [["ingest", file, "--out", place, "--findings", f"{place}/work/findings_ingest.csv"]]
    for call in [*calls, *([name, file, "--results", place] for name in COMMANDS)]:
        done = CliRunner().invoke(cli, call, catch_exceptions=False)
        assert done.exit_code == 0, done.output
    config = load(file)
    inputs = tuple(describe_file(Path(name), name) for name in config.files())
    found = provenance_of(config, describe_file(Path(file), file), inputs, "cartpk report")
    write_text(results / "report.html", render(config, read_run(results, []), found))


@pytest.mark.requirement("URS-101", "URS-102", "URS-511")
def test_every_trial_ends_in_a_report_that_names_it(run):
    page = (run / "report.html").read_text(encoding="utf-8")
    assert run.name in page
    others = [t for t in TRIALS if t != run.name]
    assert not [t for t in others if t in page], "another trial leaked into the report"
    assert "ynthetic" in page
    assert "not stated in the registry record" in page


def test_every_table_holds_to_its_schema(run):
    for name in ("adsl", "adnca", "adpd", "adpp", "findings"):
        table = schemas.read_table(run / f"{name}.csv", schemas.TABLES[name])
        assert len(table), name


@pytest.mark.requirement("URS-107")
def test_every_subject_that_came_in_comes_out_with_a_value_or_a_reason(run):
    subjects = set(schemas.read_table(run / "adsl.csv", schemas.ADSL)["USUBJID"])
    adpp = schemas.read_table(run / "adpp.csv", schemas.ADPP)
    for category in ("NCA", "MODEL"):
        assert set(adpp.loc[adpp["PARCAT1"] == category, "USUBJID"]) == subjects, category
    silent = adpp[adpp["AVAL"].isna() & adpp["PPREASND"].isna()]
    assert silent.empty, silent.head()


@pytest.mark.requirement("URS-202")
def test_every_window_of_the_config_has_a_value_or_a_flag(run):
    config = load(ROOT / "config" / "trials" / f"{run.name}.yaml")
    adpp = schemas.read_table(run / "adpp.csv", schemas.ADPP)
    for day in config.nca.windows.days:
        rows = adpp[adpp["PARAMCD"] == f"AUC0_{day:g}D"]
        assert len(rows)
        assert rows["FLAG"].notna().all()


def test_every_figure_of_the_registry_is_there(run):
    if run.name not in WHOLE:
        pytest.skip("drawn where CARTPK_WHOLE names it; made in tests/pages/test_trials.py")
    for name in wanted(load(ROOT / "config" / "trials" / f"{run.name}.yaml")):
        said = json.loads((run / "figures" / f"{name}.json").read_text(encoding="utf-8"))
        assert said["empty_reason"] or (run / "figures" / f"{name}.png").stat().st_size > 10_000, name


@pytest.mark.requirement("URS-112")
def test_truth_is_recovered_by_nca(run):
    """The median ratio of estimated to true AUC0-28d is near 1: the chain from raw file to parameter bends nothing."""
    truth = pd.read_csv(ROOT / "data" / "sample" / run.name / "truth.csv", dtype={"USUBJID": str})
    adpp = schemas.read_table(run / "adpp.csv", schemas.ADPP)
    config = load(ROOT / "config" / "trials" / f"{run.name}.yaml")
    auc = adpp[(adpp["PARAMCD"] == "AUC0_28D") & (adpp["PPCAT"] == config.primary_analyte.code) & (adpp["AVAL"] > 0)]
    both = truth.merge(auc, on="USUBJID")
    assert len(both) >= 0.5 * len(truth)
    assert 0.75 < (both["AVAL"] / both["AUC0_28D_TRUE"]).median() < 1.35


DEFAULT = pytest.param("NCT06871644", marks=pytest.mark.xdist_group("NCT06871644"))


@pytest.mark.requirement("URS-108")
@pytest.mark.parametrize("run", [DEFAULT], indirect=True)
def test_a_second_run_finds_the_default_by_itself_and_does_nothing(folder, run):
    assert run.name == "NCT06871644"
    done = snakemake(folder)
    assert "Nothing to be done" in done.stdout + done.stderr


@pytest.mark.requirement("URS-612")
@pytest.mark.parametrize("run", [DEFAULT], indirect=True)
def test_snakemakes_own_report_is_an_audit_appendix(folder, run):
    """`snakemake --report`: every figure with its number and title, tables, data and manifest by category."""
    done = snakemake(folder, "--report", "audit.html")
    assert done.returncode == 0, done.stdout + done.stderr
    page = (folder / "audit.html").read_text(encoding="utf-8")
    for name, figure in wanted(load(ROOT / "config" / "config.yaml")).items():
        labels = json.dumps({"number": figure.number, "title": figure.title})
        assert f'"name": "{name}.png"' in page
        assert labels in page, name
    for category in ("Audit", "Data", "Figures", "Report", "Tables"):
        assert f'"{category}"' in page
    assert "All parameter rows (ADPP)" in page


def planned(folder: Path, *arguments: str) -> set[str]:
    """Rules that a dry run would run."""
    done = snakemake(folder, *arguments, "-n", "--quiet", "host")
    assert done.returncode == 0, done.stdout + done.stderr
    # the table of jobs: a rule with a message is not named above it
    table = re.search(r"^-+  -+\n(.*?)^total ", done.stdout + done.stderr, flags=re.MULTILINE | re.DOTALL)
    return {line.split()[0] for line in table[1].splitlines()} if table else set()


@pytest.mark.requirement("URS-108")
@pytest.mark.parametrize("run", [DEFAULT], indirect=True)
def test_a_setting_reruns_what_uses_it(folder, run, tmp_path):
    folder = shutil.copytree(folder, tmp_path / "p", symlinks=True)
    assert planned(folder) == set(), run
    config = folder / "config" / "config.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("report:", "report:\n  title: Another title", 1), encoding="utf-8")
    rules = planned(folder)
    assert "report" in rules
    assert not rules & {"ingest", "kinetics", "models", "pharmacodynamics"}


@pytest.mark.requirement("URS-108")
def test_another_decision_of_an_analyst_reruns_the_analysis_and_not_the_intake(tmp_path):
    folder = project(tmp_path / "p")
    signed = folder / "data" / "points.csv"
    row = "SIM644-01,{day},exclude,A. Analyst,2031-08-01,late rise\n"
    signed.write_text("USUBJID,AFRLT,ACTION,WHO,WHEN,WHY\n" + row.format(day="0.1"), encoding="utf-8")
    config = folder / "config" / "config.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("\nnca:", "\nnca:\n  lambda_z_points: data/points.csv", 1), encoding="utf-8")
    target = "results/NCT06871644/work/lambda_z.csv"
    assert snakemake(folder, target).returncode == 0
    assert planned(folder, target) == set()
    signed.write_text(signed.read_text(encoding="utf-8") + row.format(day="30"), encoding="utf-8")
    assert planned(folder, target) == {"kinetics"}


@pytest.mark.requirement("URS-102")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--config", "trial=x"], "settings live in the trial's YAML"),
        (["--configfile", "config/config.yaml", "config/trials/NCT04480788.yaml"], "one --configfile at a time"),
    ],
)
def test_a_wrong_call_gets_a_sentence(folder, arguments, says):
    done = snakemake(folder, *arguments)
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert says in said
    assert "Traceback" not in said


def cartpk(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cartpk", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.requirement("URS-104")
def test_a_missing_config_gets_a_sentence(folder):
    done = cartpk(folder, "run", "config/trials/NCT0448078.yaml")
    assert done.returncode == 1
    assert (
        "config/trials/NCT0448078.yaml:1: there is no such file. Did you mean config/trials/NCT04480788.yaml?"
        in done.stderr
    )
    assert "Traceback" not in done.stderr


@pytest.mark.requirement("URS-101")
@pytest.mark.parametrize("run", [DEFAULT], indirect=True)
def test_cartpk_run_ends_with_the_path_of_the_report(folder, run):
    done = cartpk(folder, "run", f"config/trials/{run.name}.yaml", "--cores", "2")
    assert done.returncode == 0, done.stderr
    last = done.stdout.splitlines()[-1]
    assert last == f"results/{run.name}/report.html"
    assert (folder / last).is_file()


@pytest.mark.requirement("URS-103")
def test_a_mistake_in_the_config_gets_its_line(folder):
    text = (folder / "config" / "config.yaml").read_text(encoding="utf-8")
    (folder / "config" / "bad.yaml").write_text(text.replace("cell: T", "cell: X"), encoding="utf-8")
    done = snakemake(folder, "--configfile", "config/bad.yaml")
    said = done.stdout + done.stderr
    assert done.returncode != 0
    line = next(i for i, row in enumerate(text.splitlines(), 1) if "cell: T" in row)
    assert f"config/bad.yaml:{line}: product.cell: found 'X'; allowed: T, NK." in said
    assert "Traceback" not in said


@pytest.mark.requirement("URS-104")
def test_a_missing_data_file_gets_its_line(folder):
    text = (folder / "config" / "config.yaml").read_text(encoding="utf-8")
    (folder / "config" / "gone.yaml").write_text(text.replace("/pc.csv", "/pcx.csv"), encoding="utf-8")
    done = snakemake(folder, "--configfile", "config/gone.yaml")
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "pcx.csv" in said
    assert "Did you mean pc.csv?" in said
    assert "Traceback" not in said


@pytest.mark.requirement("URS-104")
def test_a_missing_column_gets_a_sentence(tmp_path):
    folder = project(tmp_path / "p")
    pc = folder / "data" / "sample" / "NCT06871644" / "pc.csv"
    pc.write_text(pc.read_text(encoding="utf-8").replace("PCDTC", "PCDATE", 1), encoding="utf-8")
    done = snakemake(folder)
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "PCDTC" in said
    assert "PCDATE" in said
    assert "Traceback" not in said


@pytest.mark.requirement("URS-113")
@pytest.mark.parametrize("name", ["liu", "qsp"])
def test_the_real_series_run_to_a_report(tmp_path, name):
    if not REAL.is_dir():
        pytest.skip("the digitised real series have no licence and lie beside the project; they are not here")
    folder = project(tmp_path / "deep" / "project")
    (tmp_path / "deep" / "shared").symlink_to(REAL.parents[1])
    shutil.copy(ROOT / "tests" / "real" / f"{name}.yaml", folder / "config" / f"{name}.yaml")
    if name == "qsp" and len(WHOLE) < len(TRIALS):
        with contextlib.chdir(folder):
            without_figures(f"config/{name}.yaml", Path("results/QSP"))
    else:
        done = snakemake(folder, "--configfile", f"config/{name}.yaml")
        assert done.returncode == 0, done.stdout + done.stderr
    (results,) = (folder / "results").iterdir()
    adsl = schemas.read_table(results / "adsl.csv", schemas.ADSL)
    adpp = schemas.read_table(results / "adpp.csv", schemas.ADPP)
    assert set(adpp["USUBJID"]) == set(adsl["USUBJID"])
    assert (results / "report.html").stat().st_size > 50_000
    assert "Synthetic data" not in (results / "report.html").read_text(encoding="utf-8")
