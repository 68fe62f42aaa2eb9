"""Covariates of the population model and the value of the schedule: cells by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cartpk.fits.covariate_tables import COVARIATE_COLUMNS
from cartpk.tables import t_14_2_14, t_14_2_15
from cartpk.tables.table import NoTable

ROW = {
    "PARAMETER": "cmax", "PARAM": "Model Cmax", "COVARIATE": "DOSEA", "LEVEL": None, "CONTRAST": "twice / once",
    "N": 20, "COEF": 0.3, "SE": 0.1, "RSE": 33.3, "RATIO": 1.23, "LOWER": 1.06, "UPPER": 1.42, "LRT": 7.5,
    "LRTSE": 0.2, "DF": 1, "PVALUE": 0.006, "DECISION": "yes", "REASON": None,
}  # fmt: skip
LEFT = {
    "PARAMETER": "alpha",
    "PARAM": "Contraction rate",
    "COVARIATE": "SEX",
    "REASON": "all subjects have the same SEX",
}


@pytest.fixture(name="config")
def _config(factory):
    asked = {"seed": 1, "covariates": [{"parameter": "cmax", "column": "DOSEA"}], "plan": True}
    return factory.config(models={"population": asked})


def test_an_effect_is_a_ratio_with_its_test(factory, config):
    rows = pd.DataFrame([ROW, LEFT], columns=list(COVARIATE_COLUMNS))
    found = factory.printed(t_14_2_14.table(factory.trial(config, population_covariates=rows), config))
    assert found("ratio", parameter="cmax") == "1.23 [1.06; 1.42]"
    assert found("lrt", parameter="cmax") == "7.5 (0.2), 1"
    assert found("p", parameter="cmax") == "0.006"
    assert found("decision", parameter="cmax") == "yes"
    assert found("contrast", parameter="alpha") == "not in the fit: all subjects have the same SEX"
    assert found("ratio", parameter="alpha") == ""


def test_without_covariates_or_a_plan_there_is_a_reason(factory, config):
    plain = factory.config()
    assert isinstance(t_14_2_14.table(factory.trial(plain), plain), NoTable)
    assert isinstance(t_14_2_15.table(factory.trial(plain), plain), NoTable)
    failed = factory.trial(config, population_covariates=pd.DataFrame({"MESSAGE": []}))
    assert "no population fit" in t_14_2_14.table(failed, config).reason
    assert "population_plan.csv" in t_14_2_15.table(factory.trial(config), config).reason


def test_a_visit_is_a_row_with_error_and_factor(factory, config):
    rows = pd.DataFrame(
        [
            {"LEFTOUT": left, "PARAMETER": p, "PARAM": p.upper(), "TARGET": "typical", "N": 6, "RSE": rse, "FACTOR": by}
            for left, p, rse, by in [
                (np.nan, "cmax", 12.0, 1.0), (np.nan, "beta", np.nan, np.nan),
                (7.0, "cmax", 18.0, 1.5), (7.0, "beta", np.nan, np.nan),
            ]
        ]
    )  # fmt: skip
    found = factory.printed(t_14_2_15.table(factory.trial(config, population_plan=rows), config))
    assert found("cmax", visit="") == "12.0 [1.00]"
    assert found("cmax", visit="7") == "18.0 [1.50]"
    assert found("beta", visit="7") == "NC"
