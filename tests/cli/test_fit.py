"""`cartpk fit`: a bare table in, whole files out, one sentence when it cannot."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from cartpk.cli.fit import command
from cartpk.models import MODELS

DAY = np.array([1.0, 3, 5, 7, 9, 11, 14, 18, 21, 28, 42, 60])


@pytest.fixture
def profiles(tmp_path):
    conc = MODELS["stein"].curve(np.array([[24000.0, 9.3, 0.89, 0.16, 0.0079, 0.0032]]), DAY[None])[0]
    one = pd.DataFrame(
        {"USUBJID": "001", "AFRLT": DAY, "AVAL": conc, "AVALU": "copies/ug", "ALLOQ": 100.0, "BLQFL": "N"}
    )
    one.loc[conc < 100, ["AVAL", "BLQFL"]] = [np.nan, "Y"]
    all_blq = one.assign(USUBJID="NA", AVAL=np.nan, BLQFL="Y")
    path = tmp_path / "profiles.csv"
    pd.concat([one, all_blq]).to_csv(path, index=False)
    return path


def run(*args) -> object:
    return CliRunner().invoke(command, [str(a) for a in args], catch_exceptions=True)


def test_it_writes_the_three_tables(profiles, tmp_path):
    out, curves, said = tmp_path / "adpp.csv", tmp_path / "curves.csv", tmp_path / "fits.csv"
    done = run(profiles, "--model", "stein", "--out", out, "--predictions", curves, "--summary", said)
    assert done.exit_code == 0, done.output
    adpp = pd.read_csv(out, dtype={"USUBJID": str}, keep_default_na=False)
    assert adpp["USUBJID"].unique().tolist() == ["001", "NA"]  # identifiers are text, whatever they look like
    assert adpp.set_index(["USUBJID", "PARAMCD"]).loc[("001", "MTMAX"), "AVAL"].startswith("9.")
    assert set(adpp.loc[adpp["USUBJID"] == "NA", "PPREASND"]) == {"all results are below the limit of quantification"}
    assert pd.read_csv(curves)["PRED"].gt(0).all()
    assert len(pd.read_csv(said)) == 2


def test_the_same_input_gives_the_same_bytes(profiles, tmp_path):
    for name in ("a.csv", "b.csv"):
        run(profiles, "--out", tmp_path / name)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


@pytest.mark.parametrize("option", [["--method", "ls"], ["--residual", "student"], ["--model", "growth-decay"]])
def test_options_change_the_result(profiles, tmp_path, option):
    run(profiles, "--out", tmp_path / "plain.csv")
    done = run(profiles, "--out", tmp_path / "other.csv", *option)
    assert done.exit_code == 0, done.output
    assert (tmp_path / "plain.csv").read_bytes() != (tmp_path / "other.csv").read_bytes()


def test_a_failure_is_a_sentence_and_leaves_no_file(profiles, tmp_path):
    out = tmp_path / "out.csv"
    table = pd.read_csv(profiles).drop(columns="ALLOQ")
    table.to_csv(tmp_path / "short.csv", index=False)
    done = subprocess.run(
        [sys.executable, "-m", "cartpk", "fit", tmp_path / "short.csv", "--out", out],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.strip().splitlines() == [
        "cartpk: the table of profiles has no column ALLOQ; needed: USUBJID, AFRLT, AVAL, AVALU, ALLOQ, BLQFL"
    ]
    assert not out.exists()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path.write_text(""), "cannot be read as a CSV table"),
        (lambda path: path.write_text('a,b\n"1,2\n'), "cannot be read as a CSV table"),
        (lambda path: path.write_bytes(b"USUBJID\n\xff\xfe\n"), "cannot be read as a CSV table"),
        (lambda path: None, "No such file"),
    ],
)
def test_a_file_that_is_no_table(tmp_path, make, message):
    path = tmp_path / "bad.csv"
    make(path)
    done = run(path, "--out", tmp_path / "out.csv")
    assert isinstance(done.exception, ValueError | OSError)
    assert message in str(done.exception)
