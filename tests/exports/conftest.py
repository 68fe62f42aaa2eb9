"""A run of a sample trial up to its tables, made once; models and figures are left out."""

import os
from pathlib import Path

import pytest

from cartpk import cli
from cartpk.config import load
from cartpk.trial_data import load as load_data

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def config_file(tmp_path_factory):
    """The trial without the model of its CD7+ counts, which would need the kinetic models."""
    text = (ROOT / "config" / "trials" / "NCT06316427.yaml").read_text(encoding="utf-8")
    file = tmp_path_factory.mktemp("config") / "trial.yaml"
    file.write_text(text.replace("  dynamics: {}", "  # "), encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def run(tmp_path_factory, config_file):
    """The results folder: three disease sites, adverse events, antibodies, re-infusions, no dose."""
    folder = tmp_path_factory.mktemp("run") / "results"
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        found = folder / "work" / "findings_ingest.csv"
        steps = [["ingest", config_file, "--out", folder, "--findings", found]]
        steps += [[name, config_file, "--results", folder] for name in ("kinetics", "pd", "clinical", "tables")]
        for words in steps:
            cli.cli.main([str(word) for word in words], standalone_mode=False)
    finally:
        os.chdir(before)
    return folder


@pytest.fixture(scope="session")
def config(config_file):
    return load(config_file)


@pytest.fixture(scope="session")
def data(run):
    return load_data(run)
