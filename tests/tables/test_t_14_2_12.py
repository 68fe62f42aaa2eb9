"""Models beside each other and the NCA: the numbers by hand."""

import math

import pandas as pd
import pytest

from cartpk.tables import t_14_2_12
from cartpk.tables.table import NoTable

pytestmark = pytest.mark.requirement("URS-405")

AIC = {"stein": {"S1": 10.0, "S2": 14.0, "S4": 12.0}, "gamma": {"S1": 13.0, "S2": 13.0, "S4": 30.0, "S5": 5.0}}
CMAX = {"stein": {"S1": 800.0, "S2": 2000.0, "S4": 8000.0}, "gamma": {"S1": 500.0, "S2": 2000.0, "S4": 4000.0}}


def fits():
    records = [
        {
            "USUBJID": s, "PPCAT": "CARTDNA", "PPSPEC": "BLOOD", "ATPTREF": "INFUSION 1", "MODEL": model,
            "METHOD": f"{model.upper()} MAP M3", "CONVERGED": "Y" if s in AIC[model] else None, "NOBS": 4, "NBLQ": 1,
            "NPAR": 3, "MINUS2LL": AIC[model].get(s, math.nan) - 6, "AIC": AIC[model].get(s, math.nan),
            "BICC": AIC[model].get(s, math.nan) - 1,
        }
        for model in AIC
        for s in ("S1", "S2", "S4", "S5")
    ]  # fmt: skip
    return pd.DataFrame(records)


@pytest.fixture(name="printed")
def _printed(factory):
    def make(choice="aic", models=("stein", "gamma")):
        config = factory.config(models={"fit": list(models), "choice": choice})
        trial = factory.trial(config)
        pattern = trial.adpp[trial.adpp["PARAMCD"].eq("MCMAX") & trial.adpp["USUBJID"].eq("S1")].iloc[0]
        rows = [
            {**pattern, "USUBJID": s, "PPANMETH": f"{model.upper()} MAP M3", "AVAL": value, "FLAG": None}
            for model, values in CMAX.items()
            for s, value in values.items()
        ]
        adpp = pd.concat([trial.adpp[trial.adpp["PARCAT1"].ne("MODEL")], pd.DataFrame(rows)], ignore_index=True)
        return factory.printed(t_14_2_12.table(factory.trial(config, fits=fits(), adpp=adpp), config))

    return make


def test_criteria_are_added_up_over_the_profiles_of_every_model(printed):
    found = printed()
    assert found("n", model="stein") == "3"  # S5 has no Stein fit
    assert found("delta", model="stein") == "0.0"
    assert found("delta", model="gamma") == "20.0"  # 56 - 36
    assert found("best", model="stein") == "2 (66.7)"
    assert found("best", model="gamma") == "1 (33.3)"
    assert (found("chosen", model="stein"), found("chosen", model="gamma")) == ("yes", "")


def test_the_configs_first_model_is_chosen_when_it_says_so(printed):
    found = printed("first", ("gamma", "stein"))
    assert (found("chosen", model="stein"), found("chosen", model="gamma")) == ("", "yes")
    assert any("models.choice: first" in note for note in found.body.footnotes)


def test_models_are_set_against_the_nca_in_the_same_subjects(printed):
    found = printed()
    # NCA Cmax of S1, S2, S4: 1000, 4000, 8000
    assert found("cmax", model="NCA") == "3,170"
    assert found("cmax", model="stein") == "2,340"
    assert found("cmax_ratio", model="stein") == "0.74 [3]"  # (0.8 x 0.5 x 1)^(1/3)
    assert found("cmax_ratio", model="gamma") == "0.50 [3]"
    assert found("tmax", model="NCA") == "14.0"
    assert found("tmax_ratio", model="stein") == "NC [0]"


def test_without_a_fit_there_is_no_table(factory):
    config = factory.config()
    trial = factory.trial(config, fits=fits().iloc[:0])
    assert isinstance(t_14_2_12.table(trial, config), NoTable)
