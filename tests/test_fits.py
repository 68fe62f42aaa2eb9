"""The pandas layer of the fits: tables in, tables out, and nothing ever lost."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cartpk import schemas
from cartpk.core.estimation import uncertainty
from cartpk.core.estimation.profiles import Profiles
from cartpk.fits import FitReason, derive_params_model, lmfit_result
from cartpk.models import MODELS, get_model
from cartpk.models.fitting.individual import fit_model

SHARED = Path(__file__).resolve().parents[2] / "shared" / "reference" / "kinetics"
DAY = np.array([0.9, 3, 5, 7, 9, 11, 14, 18, 21, 28, 42, 60, 90])
THETA = np.array([[24000.0, 9.3, 0.89, 0.16, 0.0079, 0.0032]])


def table(profiles: dict[str, tuple], unit: str = "copies/ug", lloq: float = 100.0) -> pd.DataFrame:
    """ADNCA of {subject: (days, results)}; nan = BLQ."""
    parts = [
        pd.DataFrame({"USUBJID": subject, "AFRLT": day, "AVAL": conc, "AVALU": unit, "ALLOQ": lloq})
        for subject, (day, conc) in profiles.items()
    ]
    return pd.concat(parts, ignore_index=True).assign(BLQFL=lambda t: np.where(t["AVAL"].isna(), "Y", "N"))


def stein(
    scale: float = 1.0, seed: int = 0, day: np.ndarray = DAY, lloq: float = 100.0
) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    conc = MODELS["stein"].curve(THETA, day[None])[0] * np.exp(0.2 * rng.normal(size=day.size))
    return day, np.where(conc < lloq, np.nan, conc) * scale


@pytest.fixture(scope="module")
def two():
    return derive_params_model(table({"S2": stein(seed=2), "S1": stein(seed=1)}))


def test_one_row_per_subject_and_quantity_in_the_order_of_the_input(two):
    codes = [d.paramcd for d in get_model("stein").derived]
    assert two.adpp["USUBJID"].tolist() == ["S2"] * len(codes) + ["S1"] * len(codes)
    assert two.adpp["PARAMCD"].tolist() == codes * 2
    assert set(two.adpp["PARCAT1"]) == {"MODEL"}
    assert set(two.adpp["PPANMETH"]) == {"STEIN MAP M3"}


def test_values_are_near_the_truth_and_their_limits_hold_them(two):
    rows = two.adpp.query("USUBJID == 'S1'").set_index("PARAMCD")
    truth = {"MCMAX": 24000, "MTMAX": 9.3, "DBLTIME": np.log(2) / 0.89, "HLALPHA": np.log(2) / 0.16, "MAUC28D": 171_900}
    for code, value in truth.items():
        assert rows.loc[code, "AVAL"] == pytest.approx(value, rel=0.25), code
        assert rows.loc[code, "AVALLO"] < rows.loc[code, "AVAL"] < rows.loc[code, "AVALHI"]
        assert 0 < rows.loc[code, "AVALSE"] < rows.loc[code, "AVAL"]


def test_units_and_windows(two):
    rows = two.adpp.query("USUBJID == 'S1'").set_index("PARAMCD")
    assert rows["AVALU"].fillna("").to_dict() == {
        "MCMAX": "copies/ug", "MTMAX": "day", "FOLDX": "", "DBLTIME": "day", "HLALPHA": "day", "HLBETA": "day",
        "FB": "", "TSWITCH": "day", "MAUC28D": "day*copies/ug", "MAUC90D": "day*copies/ug",
    }  # fmt: skip
    assert rows.loc["MAUC28D", ["PPSTINT", "PPENINT"]].tolist() == ["P0D", "P28D"]
    assert rows.loc["MAUC90D", "PPENINT"] == "P90D"


@pytest.mark.requirement("URS-404")
def test_a_half_life_that_the_data_do_not_bound_is_a_limit_or_nothing(two):
    rows = two.adpp[two.adpp["PARAMCD"] == "HLBETA"]
    for row in rows.to_dict("records"):
        assert np.isnan(row["AVAL"])  # 90 days of follow-up cannot bound a half-life of 217 days from above
        assert row["PPREASND"].startswith("not bounded by the data")
        if row["FLAG"] == "LOWER_ONLY":
            assert row["AVALC"] == f"> {row['AVALLO']:.3g}"
            assert np.isnan(row["AVALHI"])
        else:
            assert row["FLAG"] == "NOT_IDENTIFIED"
            assert pd.isna(row["AVALC"])


def test_a_half_life_that_the_data_do_bound_is_a_number():
    day = np.concatenate([DAY, np.arange(100, 1500, 50.0)])
    rows = derive_params_model(table({"S": stein(day=day, lloq=0.1)}, lloq=0.1), polish=False).adpp.set_index("PARAMCD")
    beta = rows.loc["HLBETA"]
    assert beta["AVALLO"] < np.log(2) / 0.0032 < beta["AVALHI"]
    assert beta["AVAL"] == pytest.approx(np.log(2) / 0.0032, rel=0.15)
    assert pd.isna(beta["FLAG"])


def test_a_window_beyond_the_last_sample_is_flagged():
    day = DAY[DAY <= 28]
    rows = derive_params_model(table({"S": stein(day=day)}), polish=False).adpp.set_index("PARAMCD")
    assert "EXTRAPOLATED" in rows.loc["MAUC90D", "FLAG"]
    assert "EXTRAPOLATED" not in str(rows.loc["MAUC28D", "FLAG"])


def test_the_curve_is_predicted_from_infusion_to_the_last_sample(two):
    curve = two.predictions.query("USUBJID == 'S1'")
    peak = two.adpp.query("USUBJID == 'S1' and PARAMCD == 'MCMAX'")["AVAL"].item()
    assert curve["AFRLT"].is_monotonic_increasing
    assert (curve["AFRLT"].iloc[0], curve["AFRLT"].iloc[-1]) == (0.0, 90.0)
    assert curve["PRED"].max() == pytest.approx(peak, rel=1e-9)  # the peak itself is on the grid
    assert (curve["PREDLO"] < curve["PRED"]).all()
    assert (curve["PRED"] < curve["PREDHI"]).all()
    assert curve["AFRLT"].diff().max() <= 2 * 90 / 160
    steps = np.diff(np.log(curve["PREDHI"] / curve["PREDLO"]))
    assert np.abs(steps).max() < 0.5  # the band does not jump where the curve bends


def test_samples_carry_prediction_and_residual(two):
    rows = two.samples[two.samples["USUBJID"].eq("S1")].reset_index(drop=True)
    day, conc = stein(seed=1)
    assert rows["AFRLT"].tolist() == day.tolist()
    assert rows["BLQFL"].eq("Y").tolist() == np.isnan(conc).tolist()
    assert rows["AVAL"].isna().tolist() == np.isnan(conc).tolist()
    sigma = two.summary.set_index("USUBJID").loc["S1", "SIGMA"]
    seen = rows[rows["BLQFL"].eq("N")]
    np.testing.assert_allclose(seen["RES"], np.log(seen["AVAL"] / seen["PRED"]) / sigma)
    blq = rows[rows["BLQFL"].eq("Y")]
    assert len(blq)
    assert (blq["RES"] <= np.log(blq["ALLOQ"] / blq["PRED"]) / sigma + 1e-12).all()  # drawn below the limit


def test_an_imputed_residual_hangs_on_its_own_profile_only(two):
    alone = derive_params_model(table({"S1": stein(seed=1)}))
    both = two.samples[two.samples["USUBJID"].eq("S1")].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone.samples, both, rtol=1e-6)


def test_profiles_of_the_likelihood_are_drawn_when_asked_for(two):
    assert two.profiles.empty
    rows = derive_params_model(table({"S1": stein(seed=1)}), profiles=True).profiles
    parameters = two.adpp[two.adpp["USUBJID"].eq("S1")].set_index("PARAMCD")
    followed = {d.paramcd for d in get_model("stein").derived if len(d.follows) == 1}
    assert set(rows["PARAMCD"]) == followed
    for code, own in rows.groupby("PARAMCD"):
        assert own["RISE"].min() == 0.0
        inside = own["VALUE"].between(own["AVALLO"].fillna(0.0) * 1.0001, own["AVALHI"].fillna(np.inf) * 0.9999)
        assert (own.loc[inside, "RISE"] < own.loc[inside, "LIMIT"] * 1.05).all(), code
        assert (own.loc[~inside, "RISE"] > own.loc[~inside, "LIMIT"] * 0.9).all(), code
    bounded = rows[rows["VERDICT"].eq("bounded")].drop_duplicates("PARAMCD").set_index("PARAMCD")
    pd.testing.assert_series_equal(bounded["AVALLO"], parameters.loc[bounded.index, "AVALLO"], rtol=1e-6)


def test_the_summary_says_what_was_used():
    data = table({"S": stein()})
    data.loc[len(data)] = ["S", 0.0, 5.0, "copies/ug", 100.0, "N"]
    data.loc[len(data)] = ["S", 4.0, np.nan, "copies/ug", np.nan, "Y"]
    row = derive_params_model(data).summary.iloc[0]
    n_blq = int(np.isnan(stein()[1]).sum())
    assert (row["NOBS"], row["NBLQ"], row["NIGNORED"]) == (13 - n_blq, n_blq, 2)
    assert row["CONVERGED"] == "Y"
    assert row["AIC"] == pytest.approx(row["MINUS2LL"] + 14)
    assert row["IDENT"].startswith("cmax=bounded;tmax=bounded")


def test_the_tables_hold_to_their_schemas():
    data = table({"S1": stein(), "S2": (DAY, np.full(DAY.size, np.nan))}).assign(
        PCTESTCD="CAR", PCSPEC="BLOOD", ATPTREF="INFUSION 1"
    )
    found = derive_params_model(data, polish=False)
    assert len(schemas.checked(found.adpp, schemas.ADPP)) == 20
    assert len(schemas.checked(found.predictions, schemas.PREDICTIONS)) > 100
    assert found.adpp[["PPCAT", "PPSPEC", "ATPTREF"]].drop_duplicates().to_numpy().tolist() == [
        ["CAR", "BLOOD", "INFUSION 1"]
    ]


def test_analytes_and_specimens_are_fitted_apart():
    blood, marrow = table({"S": stein()}), table({"S": stein(scale=0.1)}, unit="cells/uL")
    data = pd.concat(
        [blood.assign(PCTESTCD="CAR", PCSPEC="BLOOD"), marrow.assign(PCTESTCD="CAR", PCSPEC="BONE MARROW")]
    )
    rows = derive_params_model(data, polish=False).adpp.query("PARAMCD == 'MCMAX'")
    assert rows["PPSPEC"].tolist() == ["BLOOD", "BONE MARROW"]
    assert rows["AVALU"].tolist() == ["copies/ug", "cells/uL"]
    assert rows["AVAL"].iloc[1] == pytest.approx(rows["AVAL"].iloc[0] / 10, rel=0.05)


def test_a_second_infusion_is_fitted_on_its_own_clock():
    day, conc = stein()
    second = table({"S": (day + 120, conc)}).assign(ATPTREF="INFUSION 2", ARRLT=day)
    first = table({"S": (day, conc)}).assign(ATPTREF="INFUSION 1", ARRLT=day)
    found = derive_params_model(pd.concat([first, second]), polish=False)
    tmax = found.adpp.query("PARAMCD == 'MTMAX'")
    assert tmax["AVAL"].iloc[0] == pytest.approx(tmax["AVAL"].iloc[1])
    shown = found.predictions.groupby("ATPTREF")["AFRLT"].agg(["min", "max"])
    assert shown.to_numpy().tolist() == [[0.0, 90.0], [120.0, 210.0]]


def test_rows_that_the_analysis_leaves_out_are_left_out():
    data = table({"S": stein()}).assign(ANLFL="Y", NCAXFL=None)
    outlier = data.iloc[[4]].assign(AVAL=1e9)
    plain = derive_params_model(data, polish=False).adpp["AVAL"]
    for flags in ({"ANLFL": "N"}, {"NCAXFL": "Y"}):
        with_outlier = derive_params_model(pd.concat([data, outlier.assign(**flags)]), polish=False)
        pd.testing.assert_series_equal(with_outlier.adpp["AVAL"], plain)
        assert with_outlier.summary["NIGNORED"].item() == 1


@pytest.mark.requirement("URS-411")
@pytest.mark.parametrize(
    ("profile", "reason"),
    [
        ((DAY, np.full(DAY.size, np.nan)), FitReason.ALL_BLQ),
        (([-1.0, 0.0], [5.0, 6.0]), FitReason.NO_DATA),
        (([7.0], [500.0]), FitReason.TOO_FEW),
        (([7.0, 7.0, 7.0, 9.0], [500.0, 510.0, 505.0, 400.0]), FitReason.TOO_FEW),
        (
            ([7.0, 9.0, 14.0, 28.0], [500.0, 900.0, 300.0, np.nan]),
            "too few samples after infusion for a fit: 4 of the 5",
        ),
    ],
)
def test_a_subject_that_cannot_be_fitted_says_why_beside_one_that_can(profile, reason):
    found = derive_params_model(table({"BAD": profile, "GOOD": stein()}), polish=False)
    bad = found.adpp[found.adpp["USUBJID"] == "BAD"]
    assert len(bad) == 10
    assert bad["AVAL"].isna().all()
    assert bad["PPREASND"].str.startswith(str(reason)).all()
    assert found.summary.set_index("USUBJID")["MESSAGE"]["BAD"].startswith(str(reason))
    assert found.adpp.query("USUBJID == 'GOOD' and PARAMCD == 'MCMAX'")["AVAL"].notna().all()


def test_two_units_in_one_profile_are_not_mixed():
    data = table({"S": stein()})
    data.loc[3, "AVALU"] = "copies/mL"
    found = derive_params_model(data)
    assert found.adpp["PPREASND"].unique().tolist() == ["results in more than one unit: copies/ug, copies/mL"]


def test_a_subject_without_a_row_comes_out_too():
    found = derive_params_model(table({"S1": stein()}), subjects=["S0", "S1", "S0"], polish=False)
    rows = found.adpp[found.adpp["USUBJID"] == "S0"]
    assert len(rows) == 10
    assert set(rows["PPREASND"]) == {"no post-infusion result"}
    assert found.summary["USUBJID"].tolist() == ["S1", "S0"]
    empty = table({"S1": stein()}).iloc[:0]
    assert len(derive_params_model(empty, subjects=["S0"]).adpp) == 10


def test_samples_after_an_event_are_not_used():
    day, conc = stein()
    before = derive_params_model(table({"S": (day[day <= 21], conc[day <= 21])}), polish=False)
    spoiled = np.where(day > 21, 1e6, conc)
    events = pd.DataFrame({"USUBJID": ["S", "other"], "AFRLT": [21.0, 3.0]})
    cut = derive_params_model(table({"S": (day, spoiled)}), events=events, polish=False)
    pd.testing.assert_series_equal(cut.adpp["AVAL"], before.adpp["AVAL"])
    # a profile that begins at the event is not cut by it
    second = table({"S": (day + 21, conc)}).assign(ATPTREF="INFUSION 2", ARRLT=day)
    assert derive_params_model(second, events=events, polish=False).summary["NOBS"].item() == (~np.isnan(conc)).sum()


def test_a_re_infusion_is_no_event_of_the_profile_it_begins():
    day, conc = stein(day=np.array([3.1, 7.2, 10.4, 14, 21, 28]))
    own = table({"S": (day, conc)}).assign(ATPTREF="INFUSION 2", ARRLT=day)
    start = 7.04  # AFRLT - ARRLT is less than it by roundings
    own["AFRLT"] = [float(f"{d + start:.2f}") for d in day]
    own["ARRLT"] = own["AFRLT"] - start
    events = pd.DataFrame({"USUBJID": ["S"], "AFRLT": [start]})
    assert ((own["AFRLT"] - own["ARRLT"]) < start).any()
    assert derive_params_model(own, events=events, polish=False).summary["NOBS"].item() == (~np.isnan(conc)).sum()


def test_an_empty_table_gives_empty_tables():
    found = derive_params_model(table({"S": stein()}).iloc[:0])
    assert [len(t) for t in (found.adpp, found.predictions, found.summary)] == [0, 0, 0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop(columns=["ALLOQ", "BLQFL"]), "has no column ALLOQ, BLQFL; needed: USUBJID"),
        (lambda t: t.assign(BLQFL="yes"), "BLQFL must be Y or N in every row, found yes"),
        (lambda t: t.assign(BLQFL=None), "BLQFL must be Y or N in every row, found an empty cell"),
        (lambda t: t.assign(AVAL="<50"), "column AVAL of the table of profiles must be numeric"),
        (lambda t: t.assign(USUBJID=None), "USUBJID is empty in at least one row"),
    ],
)
def test_a_table_that_cannot_be_read_is_one_sentence(change, message):
    with pytest.raises(ValueError, match=message):
        derive_params_model(change(table({"S": stein()})))


@pytest.mark.parametrize(
    ("settings_", "message"),
    [
        ({"model": "none"}, "no kinetic model named 'none'"),
        ({"method": "bayes"}, "method 'bayes' is not known; allowed: map, ml, ls"),
        ({"residual": "cauchy"}, "residual 'cauchy' is not known; allowed: normal, student"),
        (
            {"priors": {"gamma": SimpleNamespace(centre=1.0, sd=1.0, source="x")}},
            "no parameter named gamma; it has cmax",
        ),
        ({"priors": {"fb": SimpleNamespace(centre=1.5, sd=1.0, source="x")}}, "must be below 1: 1.5"),
    ],
)
def test_a_setting_that_is_not_known_is_one_sentence(settings_, message):
    with pytest.raises(ValueError, match=message):
        derive_params_model(table({"S": stein()}), **settings_)


def test_a_prior_given_by_the_trial_replaces_the_models_own():
    narrow = {
        "tmax": SimpleNamespace(centre=12.0, sd=0.001, source="protocol"),
        "cmax": SimpleNamespace(centre=5e4, sd=0.001, source="protocol"),
    }
    rows = derive_params_model(table({"S": stein()}), priors=narrow, polish=False).adpp.set_index("PARAMCD")
    assert rows.loc["MTMAX", "AVAL"] == pytest.approx(12.0, rel=0.01)
    assert rows.loc["MCMAX", "AVAL"] == pytest.approx(5e4, rel=0.01)  # absolute, in the unit of the assay
    tight = {"sigma": SimpleNamespace(centre=2.0, sd=0.001, source="assay")}
    assert derive_params_model(table({"S": stein()}), priors=tight, polish=False).summary[
        "SIGMA"
    ].item() == pytest.approx(2, rel=0.02)


@pytest.mark.parametrize(
    ("method", "label"), [("map", "STEIN MAP M3"), ("ml", "STEIN ML M3"), ("ls", "STEIN LS LLOQ/2")]
)
def test_the_three_methods(method, label):
    found = derive_params_model(table({"S": stein()}), method=method, polish=False)
    rows = found.adpp.set_index("PARAMCD")
    assert (rows["PPANMETH"] == label).all()
    assert rows.loc["MCMAX", "AVAL"] == pytest.approx(24000, rel=0.4)


def test_a_plain_fit_needs_more_samples_than_parameters():
    few = table({"S": tuple(a[2:8] for a in stein())})
    assert derive_params_model(few, polish=False).adpp["AVAL"].notna().any()
    said = derive_params_model(few, method="ml", polish=False).adpp["PPREASND"].unique().tolist()
    assert said == ["too few samples after infusion for a fit: 6 of the 7 quantifiable times needed"]


def test_student_residuals_forgive_an_outlier():
    day, conc = stein()
    conc = conc.copy()
    conc[8] *= 300.0
    data = table({"S": (day, conc)})
    error = {}
    for kind in ("normal", "student"):
        rows = derive_params_model(data, residual=kind, polish=False).adpp.set_index("PARAMCD")
        error[kind] = abs(np.log(rows.loc["MAUC28D", "AVAL"] / 171_774))
    assert error["student"] < 0.3 * error["normal"]


def test_lmfit_gives_its_own_result():
    day, conc = stein(seed=4)
    result = lmfit_result("stein", day, conc, 100.0)
    rows = derive_params_model(table({"S": (day, conc)})).adpp.set_index("PARAMCD")
    assert result.success
    assert np.exp(result.params["phi_cmax"].value) == pytest.approx(rows.loc["MCMAX", "AVAL"], rel=1e-3)
    assert np.exp(result.params["phi_tmax"].value) == pytest.approx(rows.loc["MTMAX", "AVAL"], rel=1e-3)
    assert result.params["phi_cmax"].stderr > 0
    with pytest.raises(ValueError, match="at least one quantified result after time 0, found none among 2 samples"):
        lmfit_result("stein", [1, 2], [np.nan, np.nan], 5.0)


def test_the_same_table_gives_the_same_bytes():
    data = table({f"S{k}": stein(seed=k) for k in range(4)})
    first, second = (derive_params_model(data) for _ in range(2))
    for name in ("adpp", "predictions", "summary"):
        assert getattr(first, name).to_csv() == getattr(second, name).to_csv()


value = st.one_of(st.floats(1e-3, 1e12), st.just(np.nan), st.sampled_from([0.0, -1.0, 1e-3, 1e12, 100.0]))
time = st.one_of(st.floats(-2, 400), st.sampled_from([0.0, 1.0, 7.0, 7.0, 1e-6, 1e4]))
shape = st.sampled_from(["as drawn", "rising", "falling", "flat"])


@st.composite
def profiles(draw):
    n = draw(st.integers(1, 12))
    day = np.array(draw(st.lists(time, min_size=n, max_size=n)))
    conc = np.array(draw(st.lists(value, min_size=n, max_size=n)))
    kind = draw(shape)
    if kind != "as drawn":
        day = np.sort(day)
        conc = np.full(n, 1e3) if kind == "flat" else 1e4 * np.exp((0.3 if kind == "rising" else -0.3) * np.arange(n))
    return day, conc


DIFFERENTIAL = {"effector_memory_target", "predator_prey"}
"""Models whose limits take seconds: fewer trials are drawn for them, of one or two subjects."""


def check_whole(model, trial, method, lloq, polish):
    """Each subject of a trial has all its rows, each with a number or a reason."""
    data = table({f"S{i}": profile for i, profile in enumerate(trial)}, lloq=lloq)
    found = derive_params_model(data, model, method, polish=polish)
    codes = len(MODELS[model].derived)
    assert found.adpp.groupby("USUBJID").size().to_dict() == {f"S{i}": codes for i in range(len(trial))}
    assert np.isfinite(found.adpp["AVAL"].dropna()).all()
    assert found.adpp.loc[found.adpp["AVAL"].isna(), "PPREASND"].notna().all()
    assert np.isfinite(found.predictions["PRED"]).all()
    assert len(found.summary) == len(trial)


@pytest.mark.requirement("URS-411")
@pytest.mark.parametrize("model", sorted(set(MODELS) - DIFFERENTIAL))
@given(
    trial=st.lists(profiles(), min_size=1, max_size=5),
    method=st.sampled_from(["map", "map", "ml", "ls"]),
    lloq=st.sampled_from([1e-2, 50.0, np.nan]),
    polish=st.booleans(),
)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
def test_no_profile_stops_a_trial(model, trial, method, lloq, polish):
    check_whole(model, trial, method, lloq, polish)


@pytest.mark.parametrize("model", sorted(DIFFERENTIAL))
@given(
    trial=st.lists(profiles(), min_size=1, max_size=2),
    method=st.sampled_from(["map", "ml", "ls"]),
    lloq=st.sampled_from([1e-2, 50.0, np.nan]),
)
@example(
    trial=[(np.array([1.0, 4, 7, 7, 14, 28]), np.array([1e-3, 1.0, 1e6, 1e12, np.nan, 1e3]))], method="map", lloq=50.0
)
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
def test_no_profile_stops_a_trial_of_differential_equations(model, trial, method, lloq):
    # two steps towards a limit instead of twelve: the same code, a fraction of the integrations
    with mock.patch.multiple(uncertainty, _ROOT_STEPS=2, _REFITTED=1e-3):
        check_whole(model, trial, method, lloq, polish=False)


POOR = {
    "one point": ([7.0], [1e3], [0]),
    "one among BLQ": ([1.0, 7, 14, 28], [50.0, 1e3, 50, 50], [1, 0, 1, 1]),
    "flat": ([1.0, 4, 7, 14, 28], [200.0] * 5, [0] * 5),
    "rising only": ([1.0, 4, 7, 10, 14, 21], [1e1, 1e2, 1e3, 1e4, 1e5, 1e6], [0] * 6),
    "falling only": ([1.0, 4, 7, 10, 14], [1e6, 1e5, 1e4, 1e3, 1e2], [0] * 5),
    "one time only": ([7.0] * 4, [10.0, 1e3, 1e5, 1e7], [0] * 4),
    "duplicated times": ([1.0, 1, 7, 7, 7, 28], [1e2, 3e2, 1e4, 2e4, 5e3, 1e3], [0] * 6),
    "tiny": ([1.0, 4, 7, 14, 28], [1e-3, 3e-3, 2e-2, 5e-3, 1e-3], [0] * 5),
    "huge": ([1.0, 4, 7, 14, 28], [1e9, 1e10, 1e12, 1e11, 1e10], [0] * 5),
}


@pytest.mark.parametrize("model", sorted(MODELS))
def test_poor_profiles_have_finite_estimates_and_the_same_ones_again(model):
    row = np.repeat(np.arange(len(POOR)), [len(day) for day, _, _ in POOR.values()])
    day, conc, blq = (np.concatenate(column) for column in zip(*POOR.values(), strict=True))
    profiles = Profiles.from_long(row, day, conc, np.full(day.size, 50.0), blq.astype(bool))
    found, again = (fit_model(MODELS[model], profiles, polish=False, limits=False) for _ in range(2))
    assert found.fits.x.tobytes() == again.fits.x.tobytes()
    for k, name in enumerate(POOR):
        assert np.isfinite(found.fits.x[k]).all(), name
        assert np.isfinite(found.fits.minus2ll[k]), name
    low, high = found.problem.lower, found.problem.upper
    assert ((found.fits.x >= low) & (found.fits.x <= high)).all()


@pytest.mark.parametrize("model", sorted(MODELS))
def test_all_results_below_the_limit_are_a_reason(model):
    found = derive_params_model(table({"S": (DAY, np.full(DAY.size, np.nan))}), model)
    assert found.adpp["AVAL"].isna().all()
    assert found.adpp["PPREASND"].str.len().gt(10).all()


@pytest.mark.parametrize("name", ["real_liu_CR", "real_liu_NegR", "real_qsp_P", "real_qsp_G"])
def test_real_series_come_out_whole(name):
    path = SHARED / f"{name}.csv"
    if not path.exists():
        pytest.skip("the shared reference data are not beside the project")
    raw = pd.read_csv(path, dtype={"SUBJECT": str}).query("ANALYTE == 'CAR-T' and TIME_DAY > 0")
    blq = raw["BLQ"].eq(1)
    data = pd.DataFrame(
        {"USUBJID": raw["SUBJECT"], "AFRLT": raw["TIME_DAY"], "AVAL": raw["VALUE"].where(~blq), "AVALU": "cells",
         "ALLOQ": raw["LLOQ"], "BLQFL": np.where(blq, "Y", "N")}
    )  # fmt: skip
    found = derive_params_model(data)
    assert set(found.adpp["USUBJID"]) == set(raw["SUBJECT"])
    assert found.adpp.loc[found.adpp["AVAL"].isna(), "PPREASND"].notna().all()
    peak = raw[~blq].groupby("SUBJECT")["VALUE"].max()
    fitted = found.adpp.query("PARAMCD == 'MCMAX'").set_index("USUBJID")["AVAL"]
    assert (np.abs(np.log(fitted / peak).dropna()) < np.log(30)).all()
    assert fitted.notna().sum() >= len(fitted) - 1
