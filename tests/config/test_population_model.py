"""The section of the population model: what is refused, and what reaches the fit."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from cartpk.config import load
from cartpk.config.population_model import PopulationModel
from cartpk.models.fitting.random_effects import Spread

ROOT = Path(__file__).resolve().parents[2]


def test_the_default_is_independent_random_effects():
    assert PopulationModel(seed=1).spread() == Spread()


@pytest.mark.parametrize(
    ("given", "correlated"),
    [("full", "full"), ([["cmax", "tmax"], ["alpha", "beta"]], (("cmax", "tmax"), ("alpha", "beta")))],
)
def test_correlations_fixed_sds_and_priors_reach_the_fit(given, correlated):
    found = PopulationModel(seed=1, omega=given, fixed_omega={"fb": 0.9}, omega_prior_sd=0.4, omega_prior_subjects=5)
    assert found.spread() == Spread(correlated, {"fb": 0.9}, 0.4, 5.0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"omega": [["cmax", "rho"]]}, "stein has no random effect 'rho'; it has: foldx, tmax, cmax"),
        ({"omega": "block"}, "diagonal"),
        ({"covariates": [{"parameter": "rho", "column": "DOSEA"}]}, "stein has no parameter 'rho'"),
        ({"covariates": [{"parameter": "cmax", "column": "DOSEA", "transform": "sqrt"}]}, "linear"),
        ({"omega_prior_subjects": -1}, "greater than or equal to 0"),
    ],
)
def test_what_the_model_does_not_have_is_refused(given, message):
    with pytest.raises(ValidationError, match=message):
        PopulationModel(seed=1, **given)


def test_the_example_is_valid_on_bundled_data_and_asks_for_covariates_screening_and_plan():
    trial = load(ROOT / "config" / "examples" / "population.yaml")
    asked = trial.models.population
    assert asked is not None
    assert (len(asked.covariates), len(asked.screen), asked.plan) == (2, 4, True)
    assert all((ROOT / name).is_file() for name in trial.data.files())
    assert trial.report.synthetic
    assert all(trial.asks((), needs) for needs in ("models", "population", "covariates", "plan"))
