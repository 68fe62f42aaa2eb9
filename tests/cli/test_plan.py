"""`cartpk population --fit`, then `cartpk predict` and `cartpk plan`: the same bytes from the same seed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from cartpk.cli import plan, population, predict
from cartpk.models import MODELS

pytestmark = pytest.mark.requirement("URS-409")

DAY = np.array([2.0, 4, 6, 8, 10, 13, 17, 21, 28])
ASKED = ["--lloq", "20", "--seed", "1", "--days", "2,4,7,10,14,21,28", "--subjects", "12"]


def run(command, *arguments):
    return CliRunner().invoke(command, [str(a) for a in arguments])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the fit of 14 subjects whose peak follows the dose."""
    path = tmp_path_factory.mktemp("plan")
    rng = np.random.default_rng(2)
    n = 14
    dose = 10 ** rng.uniform(6, 8, n)
    theta = np.array([5000.0, 9.0, 0.8, 0.15]) * np.exp(rng.standard_normal((n, 4)) * [0.4, 0.2, 0.2, 0.3])
    theta[:, 0] *= (dose / 1e7) ** 0.7
    conc = MODELS["growth_decay"].curve(theta, np.tile(DAY, (n, 1))) * np.exp(0.3 * rng.standard_normal((n, DAY.size)))
    table = pd.DataFrame({"USUBJID": np.repeat([f"S{i:02d}" for i in range(n)], DAY.size), "AFRLT": np.tile(DAY, n)})
    table = table.assign(AVAL=conc.ravel(), AVALU="copies/ug", ALLOQ=1.0, BLQFL="N", DOSE=np.repeat(dose, DAY.size))
    table.to_csv(path / "p.csv", index=False)
    done = run(
        population.command, path / "p.csv", "--model", "growth_decay", "--seed", 3, "--out", path / "pop.csv",
        "--covariate", "cmax=DOSE:log", "--screen", "DOSE", "--correlate", "cmax,tmax", "--fit", path / "fit.json",
        "--covariates", path / "cov.csv", "--screening", path / "screen.csv", "--correlations", path / "corr.csv",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    return path


def test_the_effects_of_covariates_are_a_file(folder):
    row = pd.read_csv(folder / "cov.csv").iloc[0]
    assert (row["PARAMETER"], row["COVARIATE"], row["DECISION"]) == ("cmax", "DOSE", "yes")
    assert row["COEF"] == pytest.approx(0.7, abs=0.3)
    assert len(pd.read_csv(folder / "corr.csv")) == 1
    assert len(pd.read_csv(folder / "screen.csv")) == 4


def test_a_prediction_follows_the_dose(folder):
    found = []
    for name, dose in (("low", "1e6"), ("high", "1e8"), ("again", "1e8")):
        out = folder / f"{name}.csv"
        done = run(predict.command, folder / "fit.json", *ASKED, "--set", f"DOSE={dose}", "--draws", 20, "--out", out)
        assert done.exit_code == 0, done.output
        assert "Model Cmax (copies/ug), curve" in done.output
        found.append(out.read_bytes())
    assert found[1] == found[2]
    low, high = (pd.read_csv(folder / f"{name}.csv").set_index("PARAMCD")["MEDIAN"] for name in ("low", "high"))
    assert 5 < high["MCMAX"] / low["MCMAX"] < 80
    assert high["MTMAX"] == pytest.approx(low["MTMAX"], rel=0.05)


def test_a_plan_has_a_line_per_visit(folder):
    texts = []
    for name in ("a", "b"):
        done = run(plan.command, folder / "fit.json", *ASKED, "--virtual", 40, "--out", folder / f"{name}.csv")
        assert done.exit_code == 0, done.output
        texts.append((folder / f"{name}.csv").read_bytes())
    assert texts[0] == texts[1]
    lines = done.output.splitlines()
    assert lines[0].split() == ["visit", "left", "out", "cmax", "tmax", "rho", "alpha"]
    assert lines[1].startswith("     none: RSE %")
    assert [line.split()[1] for line in lines[2:]] == ["2", "4", "7", "10", "14", "21", "28"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--set", "DOSE"], "is not COLUMN=VALUE"),
        (["--days", "1,b"], "is not a list of days"),
        (["--set", "WEIGHT=3"], "no covariate WEIGHT; it has: DOSE"),
    ],
)
def test_what_cannot_be_is_one_sentence(folder, arguments, message):
    done = run(plan.command, folder / "fit.json", *ASKED, *arguments)
    assert done.exit_code != 0
    assert message in done.output + str(done.exception)


def test_a_file_that_holds_no_fit_is_one_sentence(tmp_path):
    for text in ("{}", "no json", '{"model": "stein"}'):
        (tmp_path / "fit.json").write_text(text)
        done = run(predict.command, tmp_path / "fit.json", *ASKED)
        assert isinstance(done.exception, ValueError)


def test_a_covariate_is_written_as_symbol_and_column(folder):
    done = run(population.command, folder / "p.csv", "--seed", 1, "--out", folder / "x.csv", "--covariate", "cmax:DOSE")
    assert done.exit_code == 2
    assert "is not SYMBOL=COLUMN" in done.output
