"""``cartpk models``: files of a trial's fits, alone and together."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import yaml
from click.testing import CliRunner
from pydantic import ValidationError

from cartpk import schemas
from cartpk.cli.models import command
from cartpk.config.population_model import PopulationModel
from cartpk.config.trial import TrialConfig
from cartpk.simulate.profiles import simulate_profiles

CONFIG = """
trial: {id: T1}
product: {name: CAR-T, cell: T}
data: {layout: tidy, tables: [x.csv]}
analytes: [{code: CARTDNA, label: CAR transgene, unit: copies/ug}]
report: {synthetic: true}
models:
  fit: [stein, growth_decay]
  choice: aic
"""
TOGETHER = "  population: {model: growth_decay, seed: 4, replicates: 200, fixed_omega: {tmax: 0.3}}\n"
PARTS = (".json", ".csv", "_individuals.csv", "_trace.csv", "_samples.csv", "_vpc.csv", "_covariates.csv")
PARTS += ("_screening.csv", "_correlations.csv", "_plan.csv")


def full(schema, table):
    rows = table.assign(**{c: table.get(c, np.nan) for c in schema.columns})
    return schemas.checked(rows[list(schema.columns)].copy(), schema)


@pytest.fixture
def results(tmp_path):
    bare = simulate_profiles("stein", 5, 8, days=(0, 2, 4, 7, 10, 14, 21, 28, 60)).table
    bare = bare.assign(
        STUDYID="T1", PCTESTCD="CARTDNA", PCTEST="CAR transgene", PCSPEC="BLOOD", ATPTREF="INFUSION 1",
        ARRLT=bare["AFRLT"], ANLFL="Y", NCAXFL="N", COHORT="one dose", SRCFILE="x.csv",
        SRCROW=np.arange(2.0, len(bare) + 2),
    )  # fmt: skip
    marrow = bare.assign(PCSPEC="BONE MARROW, LIQUID")
    adnca = full(schemas.ADNCA, pd.concat([bare, marrow], ignore_index=True))
    who = pd.DataFrame({"USUBJID": [*sorted(set(bare["USUBJID"])), "NEVER"]})
    who = who.assign(STUDYID="T1", COHORT="one dose", COHORTN=1.0, PKFL="Y", PDFL="N")
    who.loc[0, ["EVENTDY", "EVENTTXT"]] = [20.0, "HSCT"]
    adsl = full(schemas.ADSL, who)
    adnca.to_csv(tmp_path / "adnca.csv", index=False)
    adsl.to_csv(tmp_path / "adsl.csv", index=False)
    return tmp_path


def run(results, text, *options):
    config = results / "trial.yaml"
    config.write_text(text, encoding="utf-8")
    (results / "work").mkdir(exist_ok=True)
    done = CliRunner().invoke(command, [str(config), "--results", str(results), *options])
    assert done.exit_code == 0, done.output
    return done.output


def test_every_model_every_profile_and_the_choice(results):
    said = run(results, CONFIG)
    fits = pd.read_csv(results / "work" / "fits.csv")
    assert len(fits) == 2 * (2 * 5 + 1)  # models x (profiles in two specimens + the subject without a sample)
    assert said.startswith("22 fits of stein, growth_decay")
    choice = pd.read_csv(results / "work" / "model_choice.csv")
    trial = choice[choice["SCOPE"].eq("trial")]
    assert len(trial) == 2 * 2
    assert trial.loc[trial["CHOSEN"].eq("Y"), "PPSPEC"].tolist() == ["BLOOD", "BONE MARROW, LIQUID"]
    assert not list((results / "work").glob("population*"))
    samples = pd.read_csv(results / "work" / "model_samples.csv")
    assert samples["MODEL"].value_counts().tolist() == [len(samples) // 2] * 2
    assert len(samples) == int((fits["NOBS"] + fits["NBLQ"])[fits["CONVERGED"].notna()].sum())
    assert set(pd.read_csv(results / "work" / "model_profiles.csv")["MODEL"]) == {"stein", "growth_decay"}
    run(results, CONFIG.replace("aic", "first"))
    assert set(pd.read_csv(results / "work" / "model_profiles.csv")["MODEL"]) == {"stein"}


@pytest.mark.requirement("URS-708")
def test_shares_of_the_subjects_give_the_bytes_of_the_whole(results):
    # of 6 subjects 3 are shown one by one; samples of one are gone, so that widths of the arrays differ
    few = pd.read_csv(results / "adnca.csv", dtype=str, keep_default_na=False)
    few = few[few["USUBJID"].ne(few["USUBJID"].iloc[0]) | few["AFRLT"].astype(float).lt(22)]
    few.to_csv(results / "adnca.csv", index=False)
    text = CONFIG + "scale: {jobs: 3, subjects_shown: 3}\n"
    run(results, text)
    tables = ("adpp_model", "predictions", "fits", "model_samples", "model_profiles", "model_choice")
    whole = {name: (results / "work" / f"{name}.csv").read_bytes() for name in tables}
    assert len(set(pd.read_csv(results / "work" / "predictions.csv")["USUBJID"])) <= 3
    said = [run(results, text, "--share", f"{part}-of-3") for part in (3, 1, 2)]
    assert said[0] == "share 3-of-3: 2 subjects\n"
    for name in tables:
        (results / "work" / f"{name}.csv").unlink()
    run(results, text, "--gather", "3")
    assert {name: (results / "work" / f"{name}.csv").read_bytes() for name in tables} == whole


def test_a_trial_without_a_kinetic_model_has_empty_tables_and_says_so(results):
    said = run(results, CONFIG.replace("[stein, growth_decay]", "[]"))
    assert said == "no kinetic models asked for (models.fit is empty): the tables have no row\n"
    names = ("adpp_model", "predictions", "fits", "model_samples", "model_profiles", "model_choice")
    for name in names:
        table = pd.read_csv(results / "work" / f"{name}.csv")
        assert table.empty, name
        assert len(table.columns) > 3, name
    with pytest.raises(ValidationError, match=r"dynamics is driven by the first model of models\.fit, which is empty"):
        TrialConfig.model_validate(
            {**yaml.safe_load(CONFIG), "models": {"fit": []}, "pharmacodynamics": {"dynamics": {}}}
        )


def test_all_subjects_together_when_the_config_asks(results):
    said = run(results, CONFIG + TOGETHER)
    work = results / "work"
    assert sorted(p.name for p in work.glob("population*")) == sorted(
        f"population{part}" for part in (*PARTS, "_fit.json")
    )
    summary = json.loads((work / "population.json").read_text())
    assert summary["n_subjects"] == 5
    assert f"-2LL {summary['minus2ll']:.1f}" in said
    assert pd.read_csv(work / "population.csv").set_index("PARAMCD").loc["MTMAX", "OMEGA"] == pytest.approx(0.3)
    samples = pd.read_csv(work / "population_samples.csv")
    last = samples.groupby("USUBJID")["AFRLT"].max()
    assert last.iloc[0] <= 20.0  # nothing after the event
    assert last.iloc[1:].max() > 50.0
    assert len(samples) < 5 * 8  # blood only, times after infusion only


def test_a_trial_that_cannot_be_fitted_together_says_why(results):
    adnca = pd.read_csv(results / "adnca.csv")
    adnca.assign(AVAL=np.nan, BLQFL="Y").to_csv(results / "adnca.csv", index=False)
    said = run(results, CONFIG + TOGETHER)
    assert "no population fit: a population fit needs at least 2 subjects" in said
    summary = json.loads((results / "work" / "population.json").read_text())
    assert "needs at least 2 subjects" in summary["message"]
    for part in PARTS[1:]:
        assert pd.read_csv(results / "work" / f"population{part}").empty


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"model": "steen"}, "no kinetic model 'steen'"),
        ({"model": "stein", "fixed_omega": {"rho": 1.0}}, "no random effect 'rho'"),
    ],
)
def test_a_population_model_that_is_not_there_is_a_problem_of_the_config(given, message):
    with pytest.raises(ValidationError, match=message):
        PopulationModel.model_validate({"seed": 1, **given})
