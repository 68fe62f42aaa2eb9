"""The pandas layer of the population fits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cartpk import schemas
from cartpk.core.estimation.population import SaemSettings
from cartpk.fits import derive_params_population
from cartpk.models import MODELS

pytestmark = pytest.mark.requirement("URS-406")

DAY = np.array([2.0, 4, 6, 8, 10, 13, 17, 21, 28])
SHORT = SaemSettings(seed=0, exploring=60, smoothing=40, rows=60, draws=20)


def trial(n: int = 15, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    theta = np.array([5000.0, 9.0, 0.8, 0.15]) * np.exp(rng.standard_normal((n, 4)) * [0.7, 0.2, 0.2, 0.3])
    conc = MODELS["growth_decay"].curve(theta, np.tile(DAY, (n, 1))) * np.exp(0.3 * rng.standard_normal((n, DAY.size)))
    table = pd.DataFrame({"USUBJID": np.repeat([f"S{i:02d}" for i in range(n)], DAY.size), "AFRLT": np.tile(DAY, n)})
    return table.assign(
        AVAL=np.where(conc < 20, np.nan, conc).ravel(),
        AVALU="copies/ug",
        ALLOQ=20.0,
        BLQFL=np.where(conc < 20, "Y", "N").ravel(),
    )


@pytest.fixture(scope="module")
def found():
    silent = trial(1).assign(USUBJID="NEVER", AVAL=np.nan, BLQFL="Y")
    return derive_params_population(pd.concat([silent, trial()]), "growth_decay", seed=4, settings=SHORT)


def test_one_row_per_population_parameter(found):
    rows = found.parameters.set_index("PARAMCD")
    assert found.parameters.columns[:5].tolist() == ["PARAMCD", "ESTIMATE", "RSE", "OMEGA", "SHRINKAGE"]
    assert {"MCMAX", "MTMAX", "RHO", "ALPHA", "DBLTIME", "HLALPHA", "FOLDX", "MAUC28D", "MAUC90D"} == set(rows.index)
    assert rows.loc["MTMAX", "ESTIMATE"] == pytest.approx(9, rel=0.2)
    assert rows.loc["DBLTIME", "OMEGA"] == rows.loc["RHO", "OMEGA"]
    assert rows.loc["MCMAX", "AVALU"] == "copies/ug"
    assert ((rows["LOWER"] < rows["ESTIMATE"]) & (rows["ESTIMATE"] < rows["UPPER"])).all()


def test_every_subject_comes_out(found):
    adpp = found.adpp
    assert adpp["USUBJID"].unique().tolist() == ["NEVER", *(f"S{i:02d}" for i in range(15))]
    never = adpp[adpp["USUBJID"] == "NEVER"]
    assert never["PPREASND"].unique().tolist() == ["all results are below the limit of quantification"]
    rest = adpp[adpp["USUBJID"] != "NEVER"]
    assert rest["AVAL"].notna().all()
    assert (rest["AVALLO"] < rest["AVALHI"]).all()
    assert set(rest["PPANMETH"]) == {"GROWTH_DECAY SAEM M3"}
    assert len(schemas.checked(adpp.assign(PPCAT="CAR", PPSPEC="BLOOD", ATPTREF="INFUSION 1"), schemas.ADPP)) == len(
        adpp
    )


def test_the_summary_counts_and_judges(found):
    said = found.summary
    n_blq = int(trial()["BLQFL"].eq("Y").sum())
    assert (said["n_subjects"], said["n_observations"], said["n_blq"]) == (15, 15 * DAY.size, n_blq)
    assert said["aic"] == pytest.approx(said["minus2ll"] + 2 * said["n_parameters"])
    assert said["n_parameters"] == 9
    assert said["sigma"] == pytest.approx(0.3, abs=0.08)
    assert said["seed"] == 4
    assert isinstance(said["converged"], bool)
    assert said["message"] == ""


def test_the_trace_has_a_line_per_iteration(found):
    assert len(found.trace) == 100
    assert found.trace.columns[:3].tolist() == ["ITERATION", "cmax", "tmax"]
    assert found.trace["sigma"].iloc[-1] == pytest.approx(found.summary["sigma"])


def test_a_small_trial_is_told_to_look_at_the_individual_fits():
    said = derive_params_population(trial(5), "growth_decay", seed=1, settings=SHORT).summary["message"]
    assert said.startswith("5 subjects: the spread of the random effects is poorly known and leans on a prior")


def test_a_fixed_spread_is_not_estimated_and_said():
    fixed = {"tmax": 0.3, "alpha": 0.4}
    found = derive_params_population(trial(), "growth_decay", seed=1, settings=SHORT, fixed_omega=fixed)
    rows = found.parameters.set_index("PARAMCD")
    assert rows.loc["MTMAX", "OMEGA"] == pytest.approx(0.3)
    assert rows.loc["MTMAX", "FLAG"] == "OMEGA_FIXED"
    assert found.summary["n_parameters"] == 2 * 4 + 1 - 2
    assert "fixed, not estimated: tmax, alpha" in found.summary["message"]
    assert (rows["LOWER"] < rows["ESTIMATE"]).all()


def test_student_residuals_are_said():
    found = derive_params_population(trial(), "growth_decay", seed=1, settings=SHORT, residual="student")
    assert found.summary["residual"] == "student"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"fixed_omega": {"tmxa": 0.3}}, "no random effect named tmxa; it has cmax, tmax, rho, alpha"),
        ({"fixed_omega": {"tmax": 0.0}}, "must be above 0"),
        ({"residual": "cauchy"}, "residual 'cauchy' is not known; allowed: normal, student"),
    ],
)
def test_a_setting_that_is_not_known_is_one_sentence(given, message):
    with pytest.raises(ValueError, match=message):
        derive_params_population(trial(4), "growth_decay", seed=1, settings=SHORT, **given)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.assign(AVAL=np.nan, BLQFL="Y"), "at least 2 subjects with a quantified result, found 0"),
        (
            lambda t: t.assign(AVALU=np.where(t["USUBJID"] == "S01", "cells/uL", "copies/ug")),
            "one unit, found cells/uL, copies/ug",
        ),
        (
            lambda t: t.assign(AVALU=np.where(t["AFRLT"] > 20, "cells/uL", "copies/ug")),
            "one subject has results in more than one unit",
        ),
        (lambda t: pd.concat([t.assign(PCSPEC="BLOOD"), t.assign(PCSPEC="BONE MARROW")]), "subject S00 has several"),
    ],
)
def test_what_is_no_single_trial_is_one_sentence(change, message):
    with pytest.raises(ValueError, match=message):
        derive_params_population(change(trial(4)), "growth_decay", seed=1, settings=SHORT)


def test_diagnostics_are_one_row_per_sample_and_per_bin():
    table = trial()
    found = derive_params_population(table, "growth_decay", seed=4, settings=SHORT, replicates=300)
    samples, vpc = found.samples, found.vpc
    used = table[(table["AFRLT"] > 0)]
    assert len(samples) == len(used)
    assert samples["NPDE"].notna().all()
    blq = samples["BLQFL"].eq("Y")
    assert blq.sum() == used["BLQFL"].eq("Y").sum()
    assert samples.loc[blq, ["AVAL", "IWRES"]].isna().all(axis=None)
    assert samples.loc[blq, "PBLQ"].between(0, 1).all()
    seen = samples[~blq]
    expected = np.log(seen["AVAL"] / seen["IPRED"]) / found.summary["sigma"]
    np.testing.assert_allclose(seen["IWRES"], expected, rtol=1e-9)
    assert abs(samples["NPDE"].mean()) < 0.3
    assert samples["NPDE"].std() == pytest.approx(1.0, abs=0.3)
    assert vpc.groupby("AFRLT")["N"].first().sum() == len(samples)
    assert vpc.groupby("AFRLT")["LEVEL"].size().eq(4).all()
    kept = vpc.dropna(subset=["LOW", "HIGH"])
    assert (kept["LOW"] <= kept["MID"]).all()
    assert (kept["MID"] <= kept["HIGH"]).all()
    part = vpc[vpc["LEVEL"].isna()]
    assert part["OBS"].between(0, 1).all()


def test_without_replicates_there_are_no_diagnostics(found):
    assert found.samples.empty
    assert found.vpc.empty
