"""What a fitted population predicts, and what a sampling schedule can tell."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from cartpk.core.estimation.likelihood import Residual
from cartpk.core.estimation.metropolis import Theta
from cartpk.fits.covariates import Term
from cartpk.fits.simulation import FittedPopulation, plan_sampling, predict
from cartpk.models import MODELS
from cartpk.models.fitting.simulation import Estimates

pytestmark = pytest.mark.requirement("URS-409")

MU, OMEGA, S = np.log([5000.0, 9.0, 0.8, 0.15]), np.array([0.6, 0.2, 0.2, 0.3]), 0.3
DAYS = [2.0, 4, 7, 10, 14, 21, 28]


def fitted(se: float = 0.0, effect: float = 0.6, correlation=None, pairs=()) -> FittedPopulation:
    terms = (
        Term("cmax", "DOSEA", "log", float(np.log(1e7)), "", float(np.log(2)), "twice / once", 20),
        Term("alpha", "SOURCE", "category", 0.0, "B", 1.0, "B / A", 10),
    )
    theta = Theta(MU, OMEGA, float(np.log(S)), correlation, np.array([effect, np.log(2.0)]))
    covariance = np.diag(np.full(11 + len(pairs), se**2))
    covariance[9, 9] = np.nan  # an SD that the data did not determine
    estimates = Estimates(
        MODELS["growth_decay"], theta, np.array([0, 3]), pairs, np.zeros(4, bool), covariance, Residual.NORMAL
    )
    return FittedPopulation(estimates, terms, "copies/ug", 20)


def rows(given=None, se=0.0, **more) -> pd.DataFrame:
    asked = {"n": 20, "days": DAYS, "lloq": 20.0, "seed": 1, "draws": 40, **more}
    return predict(fitted(se), covariates=given, **asked).set_index("PARAMCD")


def test_the_median_is_that_of_the_population_and_follows_the_covariates():
    plain, more = rows(), rows({"DOSEA": 1e8, "SOURCE": "B"})
    assert plain.loc["MCMAX", "MEDIAN"] == pytest.approx(5000, rel=0.03)
    assert plain.loc["MTMAX", "MEDIAN"] == pytest.approx(9, rel=0.02)
    assert more.loc["MCMAX", "MEDIAN"] == pytest.approx(5000 * 10**0.6, rel=0.03)
    # ln(C / LLOQ) / alpha after the peak
    assert plain.loc["TBLQ", "MEDIAN"] == pytest.approx(9 + np.log(250) / 0.15, rel=0.04)
    assert rows({"SOURCE": "A"}).equals(plain)
    assert plain.loc["TLST", "MEDIAN"] in DAYS


def test_intervals_of_one_subject_of_a_trial_and_of_the_median_nest():
    found = rows(se=0.05, draws=80)
    low, high = np.exp(MU[0] - 1.96 * 0.6), np.exp(MU[0] + 1.96 * 0.6)
    cmax = found.loc["MCMAX"]
    assert cmax["SUBJLOW"] == pytest.approx(low, rel=0.1)
    assert cmax["SUBJHIGH"] == pytest.approx(high, rel=0.1)
    for _, row in found.drop(index=["TMAX", "TLST"]).iterrows():
        assert row["SUBJLOW"] <= row["TRIALLOW"] <= row["LOWER"] <= row["MEDIAN"]
        assert row["MEDIAN"] <= row["UPPER"] <= row["TRIALHIGH"] <= row["SUBJHIGH"]
    # the confidence interval is the error of the estimate alone
    assert np.log(cmax["UPPER"] / cmax["LOWER"]) == pytest.approx(2 * 1.96 * 0.05, rel=0.3)
    exact = rows(se=0.0).loc["MCMAX"]
    assert exact["LOWER"] == pytest.approx(exact["UPPER"])
    assert rows(se=0.05, n=80).loc["MCMAX", "TRIALHIGH"] < cmax["TRIALHIGH"]


def test_what_persists_beyond_the_horizon_is_open_and_what_is_never_seen_has_no_value():
    late = rows(lloq=1e-6, horizon=60.0)
    assert late.loc["TBLQ", "OPENPCT"] > 95
    assert np.isinf(late.loc["TBLQ", "MEDIAN"])
    early = rows(lloq=1e7)
    assert early.loc["CMAX", "OPENPCT"] > 95


def test_the_file_of_a_fit_loses_nothing():
    correlation = np.eye(4)
    correlation[0, 1] = correlation[1, 0] = 0.5
    for one in (fitted(0.1), fitted(0.1, correlation=correlation, pairs=((0, 1),))):
        again = FittedPopulation.from_json(json.loads(json.dumps(one.to_json())))
        assert again.to_json() == one.to_json()
        asked = {"n": 5, "days": DAYS, "lloq": 20.0, "seed": 3, "draws": 5}
        pd.testing.assert_frame_equal(predict(again, **asked), predict(one, **asked), check_exact=True)
    with pytest.raises(ValueError, match="no fitted population"):
        FittedPopulation.from_json({"model": "stein"})


def test_drawn_correlations_make_a_covariance():
    correlation = np.eye(4)
    correlation[0, 1] = correlation[1, 0] = 0.95
    estimates = fitted(0.4, correlation=correlation, pairs=((0, 1),)).estimates
    for theta in estimates.drawn(50, np.zeros(2), np.random.default_rng(1)):
        assert np.linalg.eigvalsh(theta.covariance)[0] > 0
        assert (np.abs(np.log(theta.omega / OMEGA)) <= np.log(3.0) + 1e-12).all()
        assert theta.omega[3] == OMEGA[3]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"given": {"WEIGHT": 3}}, "no covariate WEIGHT; it has: DOSEA, SOURCE"),
        ({"given": {"SOURCE": "C"}}, "SOURCE has no level 'C'; it has: A, B"),
        ({"given": {"DOSEA": "much"}}, "DOSEA takes a number, found 'much'"),
        ({"given": {"DOSEA": 0.0}}, "above 0"),
        ({"days": [0.0, 3.0]}, "at least 2 sampling days"),
        ({"lloq": 0.0}, "LLOQ above 0"),
        ({"draws": 1}, "at least 2 draws"),
    ],
)
def test_what_cannot_be_is_one_sentence(more, message):
    with pytest.raises(ValueError, match=message):
        rows(**more)


@pytest.fixture(scope="module")
def planned():
    return plan_sampling(fitted(), n=30, days=DAYS, lloq=20.0, seed=1, virtual=150)


def test_expected_errors_are_those_of_dense_data_and_never_smaller_without_a_visit(planned):
    whole = planned[planned["LEFTOUT"].isna()].set_index(["TARGET", "PARAMETER"])
    # at least what the spread between the subjects leaves: omega / sqrt(n), 1 / sqrt(2 n)
    for symbol, omega in zip(("cmax", "tmax", "rho", "alpha"), OMEGA, strict=True):
        assert whole.loc[("typical", symbol), "RSE"] > 97 * omega / np.sqrt(30)
        assert whole.loc[("typical", symbol), "RSE"] < 170 * omega / np.sqrt(30)
        assert whole.loc[("sd", symbol), "RSE"] > 90 / np.sqrt(60)
    assert (whole["FACTOR"] == 1).all()
    assert planned["LEFTOUT"].nunique() == len(DAYS)
    left = planned.dropna(subset=["LEFTOUT"])
    assert (left["FACTOR"] > 0.93).all()


def test_early_visits_inform_the_rise_and_late_ones_the_decline(planned):
    factor = planned[planned["TARGET"] == "typical"].pivot_table(index="LEFTOUT", columns="PARAMETER", values="FACTOR")
    assert factor["rho"].idxmax() <= 7
    assert factor["alpha"].idxmax() >= 14


def test_twice_the_subjects_are_worth_a_root_of_two(planned):
    few = [2.0, 7, 14, 28]
    one, two = (plan_sampling(fitted(), n=n, days=few, lloq=20.0, seed=1, virtual=40) for n in (30, 60))
    np.testing.assert_allclose(two["RSE"] * np.sqrt(2), one["RSE"])
    assert set(planned["N"]) == {30}
