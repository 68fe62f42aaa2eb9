"""A portfolio as a workflow: its trials are modules of one run; trial and portfolio are told apart by their files."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TRIAL = """trial: {{id: {name}}}
product: {{name: my CAR-T, cell: T}}
data: {{layout: tidy, tables: [{name}.csv], columns: {{subject: ID, time: DAY, value: COPIES, unit: UNIT, lloq: LLOQ}}}}
analytes: [{{code: CAR, label: CAR transgene, method: qPCR}}]
models: {{fit: []}}
report: {{synthetic: true}}
"""
TABLE = "ID,DAY,COPIES,UNIT,LLOQ\nS-01,0,<50,copies/ug,50\nS-01,7,5000,copies/ug,50\nS-01,28,200,copies/ug,50\n"

pytestmark = pytest.mark.workflow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two trials")
    shutil.copy(ROOT / "Snakefile", folder)
    shutil.copytree(ROOT / "workflow", folder / "workflow")
    for name in ("ONE", "TWO"):
        (folder / f"{name}.yaml").write_text(TRIAL.format(name=name), encoding="utf-8")
        (folder / f"{name}.csv").write_text(TABLE, encoding="utf-8")
    (folder / "p.yaml").write_text("portfolio:\n  id: both\n  trials: [ONE.yaml, TWO.yaml]\n", encoding="utf-8")
    return folder


def snakemake(folder, *arguments):
    environment = {**os.environ, "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "1", *arguments],
        cwd=folder, capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_every_trial_is_run_and_then_the_portfolio(folder):
    code, said = snakemake(folder, "-n", "--configfile", "p.yaml", "--quiet", "host")
    assert code == 0, said
    rules = set(re.findall(r"^(\w+) +1$", said, flags=re.MULTILINE))
    assert {"trial1_ingest", "trial2_ingest", "trial1_manifest", "trial2_report", "portfolio", "all"} <= rules
    assert "results/both/report.html" in said


def test_one_trial_of_it_is_run_as_ever(folder):
    code, said = snakemake(folder, "-n", "--configfile", "ONE.yaml", "--quiet", "host")
    assert code == 0, said
    assert "results/TWO" not in said
    assert "portfolio" not in said


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("portfolio:\n  trials:\n  - ONE.yaml\n  - GONE.yaml\n", "GONE.yaml:1: there is no such file."),
        ("portfolio:\n  trials: [ONE.yaml]\n  level: 90\n", "bad.yaml:3: portfolio.level: there is no such setting."),
    ],
)
def test_a_mistake_gets_a_sentence(folder, text, says):
    (folder / "bad.yaml").write_text(text, encoding="utf-8")
    code, said = snakemake(folder, "-n", "--configfile", "bad.yaml")
    assert code != 0
    assert says in said
    assert "Traceback" not in said
