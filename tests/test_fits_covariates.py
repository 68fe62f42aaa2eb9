"""Covariates of a population fit: effects found, reasons given, tests that mean what they say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cartpk.core.estimation.population import SaemSettings
from cartpk.fits import derive_params_population
from cartpk.fits.covariates import Covariate, prepare
from cartpk.models import MODELS
from cartpk.models.fitting.random_effects import Spread

pytestmark = pytest.mark.requirement("URS-407")

DAY = np.array([2.0, 4, 6, 8, 10, 13, 17, 21, 28])
SHORT = SaemSettings(seed=0, exploring=80, smoothing=60, rows=100, draws=30)
SYMBOLS = ("cmax", "tmax", "rho", "alpha")
CORRELATED = Spread(correlated=(("cmax", "tmax"),))


def trial(n: int = 40, seed: int = 3, rho: float = 0.7) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cmax rises with dose to the power 0.6, alpha is 1.8 times as high in B; Cmax and Tmax are correlated."""
    rng = np.random.default_rng(seed)
    subjects = pd.DataFrame({"USUBJID": [f"S{i:02d}" for i in range(n)]})
    subjects["DOSEA"] = 10.0 ** rng.uniform(6, 8, n)
    subjects["SOURCE"] = np.where(np.arange(n) % 2, "B", "A")
    subjects["WEIGHT"] = rng.uniform(50, 90, n)
    z = rng.standard_normal((n, 4))
    z[:, 1] = rho * z[:, 0] + np.sqrt(1 - rho**2) * z[:, 1]
    theta = np.array([5000.0, 9.0, 0.8, 0.15]) * np.exp(z * [0.6, 0.2, 0.2, 0.3])
    theta[:, 0] *= (subjects["DOSEA"] / 1e7) ** 0.6
    theta[:, 3] *= np.where(subjects["SOURCE"] == "B", 1.8, 1.0)
    conc = MODELS["growth_decay"].curve(theta, np.tile(DAY, (n, 1))) * np.exp(0.3 * rng.standard_normal((n, DAY.size)))
    table = pd.DataFrame({"USUBJID": np.repeat(subjects["USUBJID"], DAY.size), "AFRLT": np.tile(DAY, n)})
    blq = (conc < 20).ravel()
    return table.assign(
        AVAL=np.where(blq, np.nan, conc.ravel()), AVALU="copies/ug", ALLOQ=20.0, BLQFL=np.where(blq, "Y", "N")
    ), subjects


@pytest.fixture(scope="module")
def found():
    table, subjects = trial()
    asked = [Covariate("cmax", "DOSEA", "log"), Covariate("alpha", "SOURCE"), Covariate("tmax", "WEIGHT")]
    return derive_params_population(
        table, "growth_decay", seed=4, settings=SHORT, spread=CORRELATED, covariates=asked,
        screened=["DOSEA", "SOURCE"], covariate_table=subjects,
    )  # fmt: skip


def test_known_effects_are_recovered_and_tested(found):
    rows = found.covariates.set_index("COVARIATE")
    dose, source, weight = (rows.loc[name] for name in ("DOSEA", "SOURCE", "WEIGHT"))
    assert dose["COEF"] == pytest.approx(0.6, abs=0.2)
    assert dose["RATIO"] == pytest.approx(2 ** dose["COEF"])
    assert dose["CONTRAST"] == "twice / once"
    assert (source["LEVEL"], source["CONTRAST"], source["N"]) == ("B", "B / A", 20)
    assert source["LOWER"] < 1.8 < source["UPPER"]
    assert (dose["DECISION"], source["DECISION"], weight["DECISION"]) == ("yes", "yes", "no")
    assert weight["LOWER"] < 1 < weight["UPPER"]
    assert (rows["LRTSE"] < 0.5).all()
    # in a normal regression the likelihood ratio is n ln(1 + (estimate / standard error)^2 / n)
    wald = (rows["COEF"] / rows["SE"]) ** 2
    np.testing.assert_allclose(rows["LRT"], 40 * np.log1p(wald / 40), rtol=0.25, atol=0.5)


def test_a_known_correlation_is_recovered(found):
    row = found.correlations.iloc[0]
    assert (row["PARAMETER1"], row["PARAMETER2"]) == ("cmax", "tmax")
    assert row["LOWER"] < 0.7 < row["UPPER"]
    assert 0 < row["CORR"] < 1
    assert len(found.correlations) == 1
    assert found.summary["n_parameters"] == 9 + 3 + 1
    assert {"cmax~DOSEA", "alpha~SOURCE=B", "corr_cmax_tmax"} <= set(found.trace.columns)


def test_screening_is_corrected_and_called_exploratory(found):
    # what is left of the covariates in the random effects once they are in the model: nothing
    assert len(found.screening) == 8
    assert (found.screening["PHOLM"] >= found.screening["PVALUE"]).all()
    assert (found.screening["PHOLM"] > 0.2).all()
    assert "exploratory" in found.summary["message"]


def test_screening_finds_what_is_not_in_the_model_yet():
    table, subjects = trial()
    found = derive_params_population(
        table, "growth_decay", seed=4, settings=SHORT, screened=["DOSEA"], covariate_table=subjects
    )
    best = found.screening.sort_values("PVALUE").iloc[0]
    assert (best["PARAMETER"], best["COVARIATE"]) == ("cmax", "DOSEA")
    assert best["PHOLM"] < 0.05


def test_a_missing_covariate_is_a_reason_and_a_column_without_contrast_is_left_out():
    table, subjects = trial(14)
    subjects = subjects.assign(SITE="one").astype({"WEIGHT": "float64"})
    subjects.loc[3, "WEIGHT"] = np.nan
    asked = [Covariate("cmax", "WEIGHT"), Covariate("alpha", "SITE")]
    found = derive_params_population(
        table, "growth_decay", seed=1, settings=SHORT, covariates=asked, covariate_table=subjects
    )
    gone = found.adpp[found.adpp["USUBJID"] == "S03"]
    assert gone["PPREASND"].unique().tolist() == ["covariate WEIGHT is missing or not usable"]
    assert found.summary["n_subjects"] == 13
    assert "1 subjects without a value of a covariate are not in the fit" in found.summary["message"]
    left = found.covariates.set_index("COVARIATE").loc["SITE"]
    assert left["REASON"] == "all subjects have the same SITE: one"
    assert np.isnan(left["RATIO"])


def test_the_same_seed_gives_the_same_tables():
    table, subjects = trial(14)
    short = SaemSettings(seed=0, exploring=20, smoothing=20, rows=40, draws=10)
    runs = [
        derive_params_population(
            table, "growth_decay", seed=2, settings=short, covariates=[Covariate("cmax", "DOSEA", "log")],
            covariate_table=subjects,
        )
        for _ in range(2)
    ]  # fmt: skip
    pd.testing.assert_frame_equal(runs[0].covariates, runs[1].covariates, check_exact=True)
    assert runs[0].estimates.to_json() == runs[1].estimates.to_json()


@pytest.mark.parametrize(
    ("covariate", "message"),
    [
        (Covariate("kmax", "DOSEA"), "no population parameter 'kmax' for a covariate; there are: cmax, tmax"),
        (Covariate("cmax", "DOES"), "no column 'DOES' for a covariate; there are: USUBJID, DOSEA"),
    ],
)
def test_a_name_that_is_not_there_is_one_sentence(covariate, message):
    table, subjects = trial(14)
    with pytest.raises(ValueError, match=message):
        derive_params_population(
            table, "growth_decay", seed=1, settings=SHORT, covariates=[covariate], covariate_table=subjects
        )


def test_why_a_covariate_is_left_out():
    subjects = pd.DataFrame(
        {
            "USUBJID": [f"S{i}" for i in range(8)],
            "ARM": list("AAAAAAAB"),
            "DOSE": [0.0, 0, 0, 0, 0, 0, 0, 0],
            "NONE": [None] * 8,
            "KIND": list("AABBAABB"),
        }
    )
    asked = [
        Covariate("cmax", "ARM"), Covariate("cmax", "DOSE", "log"), Covariate("cmax", "NONE"),
        Covariate("cmax", "KIND", reference="C"), Covariate("tmax", "DOSE"),
    ]  # fmt: skip
    found = prepare(asked, SYMBOLS, subjects, subjects["USUBJID"].tolist())
    assert [why for _, why in sorted(found.left_out, key=lambda pair: pair[1])] == [
        "ARM B has 1 subject: an effect needs at least 2",
        "all subjects have the same DOSE",
        "no subject has a usable value of DOSE",
        "no subject has a usable value of NONE",
        "no subject has the reference 'C' of KIND; there are: A, B",
    ]
    assert found.terms == ()
    assert found.has_all.all()


def test_covariates_are_centred_at_the_median_and_compared_with_the_reference():
    subjects = pd.DataFrame(
        {"USUBJID": list("abcdef"), "DOSE": [1.0, 2, 4, 8, 16, 32], "ARM": ["x", "y", "z", "x", "y", "z"]}
    )
    subjects["AGE"], subjects["WEIGHT"] = [30.0, 50, 20, 70, 60, 10], [50.0, 60, 55, 80, 70, 65]
    three = [Covariate("cmax", column) for column in ("DOSE", "AGE", "WEIGHT")]
    with pytest.raises(ValueError, match="3 coefficients of one parameter need at least 6 subjects, found 5"):
        prepare(three, SYMBOLS, subjects, list("abcde"))
    asked = [Covariate("cmax", "DOSE", "log"), Covariate("cmax", "ARM", reference="y")]
    found = prepare(asked, SYMBOLS, subjects, list("abcdef"))
    assert [term.level for term in found.terms] == ["", "x", "z"]
    assert np.median(found.regression.x[:, 0]) == pytest.approx(0)
    np.testing.assert_allclose(np.diff(found.regression.x[:, 0]), np.log(2))
    assert found.regression.x[:, 1].tolist() == [1, 0, 0, 1, 0, 0]


@pytest.mark.parametrize(
    ("spread", "n", "message"),
    [
        (Spread(correlated="full"), 14, "6 covariances of random effects need at least 24 subjects, found 14"),
        (Spread(correlated=(("cmax", "tmxa"),)), 14, "no random effect named tmxa"),
        (Spread(correlated=(("cmax", "tmax"),), fixed={"tmax": 0.2}), 14, "tmax cannot be correlated: it is fixed"),
        (Spread(correlated=(("cmax", "tmax"), ("tmax", "rho"))), 30, "tmax cannot be correlated: it is in two groups"),
    ],
)
def test_what_so_few_subjects_cannot_tell_is_refused(spread, n, message):
    with pytest.raises(ValueError, match=message):
        derive_params_population(trial(n)[0], "growth_decay", seed=1, settings=SHORT, spread=spread)


def test_a_prior_makes_covariances_of_few_subjects_possible_and_is_said():
    spread = Spread(correlated="full", prior_subjects=5.0)
    short = SaemSettings(seed=0, exploring=40, smoothing=30, rows=60, draws=20)
    found = derive_params_population(trial(9)[0], "growth_decay", seed=1, settings=short, spread=spread)
    assert len(found.correlations) == 6
    assert found.correlations["CORR"].abs().max() < 0.95
    assert "leans on a prior (SD 0.5, worth 5 subjects)" in found.summary["message"]
