"""`cartpk population`: four files, the same bytes from the same seed."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from cartpk.cli.population import command
from cartpk.models import MODELS

DAY = np.array([2.0, 4, 6, 8, 10, 13, 17, 21, 28])


@pytest.fixture
def profiles(tmp_path):
    rng = np.random.default_rng(2)
    theta = np.array([5000.0, 9.0, 0.8, 0.15]) * np.exp(rng.standard_normal((6, 4)) * [0.7, 0.2, 0.2, 0.3])
    conc = MODELS["growth_decay"].curve(theta, np.tile(DAY, (6, 1))) * np.exp(0.3 * rng.standard_normal((6, 9)))
    table = pd.DataFrame({"USUBJID": np.repeat([f"0{i}" for i in range(6)], 9), "AFRLT": np.tile(DAY, 6)})
    path = tmp_path / "profiles.csv"
    table.assign(AVAL=conc.ravel(), AVALU="copies/ug", ALLOQ=1.0, BLQFL="N").to_csv(path, index=False)
    return path


def run(profiles, folder, *more):
    folder.mkdir(exist_ok=True)
    names = {"--out": "pop.csv", "--individuals": "ind.csv", "--summary": "pop.json", "--trace": "trace.csv"}
    files = [text for option, name in names.items() for text in (option, str(folder / name))]
    return CliRunner().invoke(command, [str(profiles), "--model", "growth_decay", "--seed", "3", *files, *more])


def test_four_files(profiles, tmp_path):
    done = run(profiles, tmp_path / "a")
    assert done.exit_code == 0, done.output
    said = json.loads((tmp_path / "a" / "pop.json").read_text())
    asked = "minus2ll minus2ll_se aic bicc sigma n_subjects n_observations n_blq converged seed"
    assert set(asked.split()) <= set(said)
    assert (said["n_subjects"], said["seed"]) == (6, 3)
    assert pd.read_csv(tmp_path / "a" / "pop.csv")["ESTIMATE"].gt(0).all()
    assert pd.read_csv(tmp_path / "a" / "ind.csv", dtype=str)["USUBJID"].unique().tolist() == [
        f"0{i}" for i in range(6)
    ]
    assert len(pd.read_csv(tmp_path / "a" / "trace.csv")) == 500


def test_the_same_seed_gives_the_same_bytes(profiles, tmp_path):
    for name in ("a", "b"):
        assert run(profiles, tmp_path / name).exit_code == 0
    assert run(profiles, tmp_path / "c", "--seed", "4").exit_code == 0
    for file in ("pop.csv", "ind.csv", "pop.json", "trace.csv"):
        a, b, c = ((tmp_path / name / file).read_bytes() for name in "abc")
        assert a == b, file
        assert a != c, file


def test_no_population_is_a_sentence(profiles, tmp_path):
    pd.read_csv(profiles, dtype=str).query("USUBJID == '00'").to_csv(tmp_path / "one.csv", index=False)
    done = run(tmp_path / "one.csv", tmp_path / "d")
    assert isinstance(done.exception, ValueError)
    assert str(done.exception) == "a population fit needs at least 2 subjects with a quantified result, found 1"
    assert not (tmp_path / "d" / "pop.csv").exists()


def test_a_spread_can_be_fixed(profiles, tmp_path):
    done = run(profiles, tmp_path / "f", "--fix-omega", "tmax=0.25", "--residual", "student")
    assert done.exit_code == 0, done.output
    rows = pd.read_csv(tmp_path / "f" / "pop.csv").set_index("PARAMCD")
    assert rows.loc["MTMAX", "OMEGA"] == pytest.approx(0.25)


def test_a_fixed_spread_that_is_no_number_is_one_sentence(profiles, tmp_path):
    done = run(profiles, tmp_path / "g", "--fix-omega", "tmax")
    assert done.exit_code == 2
    assert "'tmax' is not SYMBOL=SD" in done.output


def test_diagnostics_on_request(profiles, tmp_path):
    folder = tmp_path / "d"
    more = ["--samples", str(folder / "samples.csv"), "--vpc", str(folder / "vpc.csv"), "--replicates", "200"]
    assert run(profiles, folder, *more).exit_code == 0
    assert len(pd.read_csv(folder / "samples.csv")) == 54
    assert {"AFRLT", "N", "LEVEL", "OBS", "LOW", "MID", "HIGH"} == set(pd.read_csv(folder / "vpc.csv").columns)
