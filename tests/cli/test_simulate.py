"""cartpk simulate: folders and bare tables."""

from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from cartpk.cli.simulate import command

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: object):
    return CliRunner().invoke(command, [str(a) for a in arguments])


def test_a_sample_trial_is_written_as_committed(tmp_path):
    result = run("NCT04480788", "--seed", 788, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    committed = ROOT / "data" / "sample" / "NCT04480788"
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(p.name for p in committed.iterdir())
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (committed / path.name).read_bytes()


def test_profiles_and_their_truth(tmp_path):
    out = tmp_path / "profiles.csv"
    result = run("--model", "stein", "--subjects", 20, "--seed", 4, "--days", "0,7,14,28", "--out", out)
    assert result.exit_code == 0, result.output
    table, truth = pd.read_csv(out), pd.read_csv(tmp_path / "profiles_truth.csv")
    assert set(table["NFRLT"]) <= {0, 7, 14, 28}
    assert len(truth) == table["USUBJID"].nunique() == 20


def test_one_of_trial_and_model_is_asked_for(tmp_path):
    for arguments in ([], ["NCT04480788", "--model", "stein"]):
        result = run(*arguments, "--out", tmp_path / "x")
        assert result.exit_code == 2
        assert "either a sample trial" in result.output


def test_mistakes_are_sentences(tmp_path):
    with pytest.raises(ValueError, match="found 'a,b'"):
        CliRunner().invoke(
            command, ["--model", "stein", "--days", "a,b", "--out", str(tmp_path / "x.csv")], catch_exceptions=False
        )
