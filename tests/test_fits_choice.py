"""Model choice: the criteria of several fits, per profile and for the trial."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cartpk.fits import derive_params_model, model_choice
from cartpk.fits.choice import CHOICE_COLUMNS
from cartpk.simulate.profiles import simulate_profiles

pytestmark = pytest.mark.requirement("URS-405")

ORDER = ("growth_decay", "stein", "gamma")


@pytest.fixture(scope="module")
def fits():
    table = simulate_profiles("stein", 12, 5).table.assign(PCTESTCD="CARTDNA", PCSPEC="BLOOD")
    table = pd.concat([table, table.iloc[:1].assign(USUBJID="EMPTY", AFRLT=3.0)])
    return pd.concat([derive_params_model(table, name, polish=False).summary for name in ORDER])


def test_criteria_are_those_of_the_fits(fits):
    found = model_choice(fits, ORDER, "aic")
    assert tuple(found.columns) == CHOICE_COLUMNS
    rows = found[found["SCOPE"].eq("profile")]
    assert len(rows) == 13 * 3
    one = rows[rows["USUBJID"].eq("SIM-03")].set_index("MODEL")
    assert one.index.tolist() == list(ORDER)
    assert one["NPAR"].tolist() == [5, 7, 4]
    np.testing.assert_allclose(one["AIC"].astype(float), one["MINUS2LL"] + 2 * one["NPAR"].astype(float))
    expected = one["MINUS2LL"] + np.log(one["NSAMP"].astype(float)) * one["NPAR"].astype(float)
    np.testing.assert_allclose(one["BICC"], expected)
    assert one["DELTA"].min() == 0
    assert one["WEIGHT"].sum() == pytest.approx(1.0)
    ratio = one["WEIGHT"] / one["WEIGHT"].max()
    np.testing.assert_allclose(ratio, np.exp(-0.5 * one["DELTA"]))


def test_the_trial_adds_up_the_profiles_that_every_model_has(fits):
    found = model_choice(fits, ORDER, "aic")
    trial = found[found["SCOPE"].eq("trial")].set_index("MODEL")
    rows = found[found["SCOPE"].eq("profile")]
    for name in ORDER:
        assert trial.loc[name, "AIC"] == pytest.approx(rows.loc[rows["MODEL"].eq(name), "AIC"].sum())
    assert trial["NPROF"].tolist() == [12, 12, 12]  # the subject without a fit is not among them
    assert trial["NBEST"].sum() == 12
    # the data are Stein's
    assert trial["CHOSEN"].to_dict() == {"growth_decay": "N", "stein": "Y", "gamma": "N"}
    assert trial.loc["stein", "RANK"] == 1


@pytest.mark.parametrize(("rule", "criterion"), [("aic", "AIC"), ("bicc", "BICC")])
def test_the_rule_decides_by_its_criterion(fits, rule, criterion):
    found = model_choice(fits, ORDER, rule)
    for _, rows in found[found[criterion].notna()].groupby(["SCOPE", "USUBJID"], dropna=False):
        chosen = rows[rows["CHOSEN"].eq("Y")]
        assert len(chosen) == 1
        assert chosen[criterion].iloc[0] == rows[criterion].min()


def test_first_is_the_configs_first_whatever_the_criteria_say(fits):
    found = model_choice(fits, ORDER, "first")
    fitted = found[found["AIC"].notna()]
    assert set(fitted.loc[fitted["CHOSEN"].eq("Y"), "MODEL"]) == {"growth_decay"}
    assert found.loc[found["SCOPE"].eq("trial") & found["MODEL"].eq("stein"), "RANK"].iloc[0] == 1


def test_a_subject_without_a_fit_is_there_and_chooses_nothing(fits):
    rows = model_choice(fits, ORDER, "aic").query("USUBJID == 'EMPTY'")
    assert len(rows) == 3
    assert rows["AIC"].isna().all()
    assert set(rows["CHOSEN"]) == {"N"}


def test_no_fit_at_all_is_an_empty_table(fits):
    assert model_choice(fits.iloc[:0], ORDER, "aic").empty
    none = model_choice(fits[fits["USUBJID"].eq("EMPTY")], ORDER, "aic")
    assert set(none["SCOPE"]) == {"profile"}
