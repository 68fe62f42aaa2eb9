"""`cartpk run` stops in a sentence before Snakemake starts, where nothing could be written."""

import os
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from cartpk.cli import run

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(name="project")
def _project(tmp_path, monkeypatch):
    """A project's folder; what starts Snakemake only notes that it was asked to."""
    for name in ("Snakefile", "config", "data"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    started = []
    monkeypatch.setattr(
        subprocess, "run", lambda words, **_: started.append(words) or subprocess.CompletedProcess(words, 0)
    )
    return tmp_path, started


def forbid(monkeypatch, *folders: Path) -> None:
    """Make these folders such as this user may not write to, even if he is root."""
    allowed = os.access
    monkeypatch.setattr(os, "access", lambda place, mode: Path(place) not in folders and allowed(place, mode))


@pytest.mark.parametrize(
    ("made", "forbidden"),
    [([], "."), ([".snakemake"], ".snakemake"), ([".snakemake", "results"], "results"), ([".snakemake"], ".")],
)
def test_a_folder_that_this_user_cannot_write_to_is_a_sentence(project, monkeypatch, made, forbidden):
    folder, started = project
    for name in made:
        (folder / name).mkdir()
    forbid(monkeypatch, (folder / forbidden).resolve())
    said = str(CliRunner().invoke(run.command, ["config/trials/NCT06871644.yaml"]).exception)
    assert f"this user cannot write to {(folder / forbidden).resolve()}" in said
    assert not started


def test_a_project_that_is_not_writable_runs_where_both_of_its_folders_are(project, monkeypatch):
    folder, started = project
    (folder / ".snakemake").mkdir()
    (folder / "results").mkdir()
    forbid(monkeypatch, folder.resolve())
    done = CliRunner().invoke(run.command, ["config/trials/NCT06871644.yaml"])
    assert done.output == "results/NCT06871644/report.html\n"
    assert len(started) == 1
