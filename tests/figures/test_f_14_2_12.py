"""Figures of the kinetic models: what is drawn, where, and what is said of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cartpk.figures import f_14_2_12, f_14_2_12b, f_14_2_12c, f_14_2_12d, f_14_2_12e, f_14_2_12f, fitted
from cartpk.figures.exhibit import EmptyFigure
from cartpk.figures.registry import FIGURES
from cartpk.figures.render import pictures

pytestmark = pytest.mark.requirement("URS-109", "URS-408")


def test_a_blq_result_stands_at_its_limit_and_a_quantified_one_at_itself(trial, config):
    data = f_14_2_12.figure(trial, config).data
    blq = data[data["BLQFL"] == "Y"]
    assert len(blq)
    assert (blq["SHOWN"] == blq["ALLOQ"]).all()
    seen = data[data["BLQFL"] == "N"]
    assert (seen["SHOWN"] == seen["AVAL"]).all()


def test_each_profile_is_drawn_under_its_own_model(trial, config_of):
    config = config_of(models={"fit": ["stein", "gamma"], "choice": "bicc"})
    both = pd.concat([trial.model_samples, trial.model_samples.assign(MODEL="gamma", RES=9.0)], ignore_index=True)
    first = trial.model_choice["USUBJID"] == "101"
    choice = trial.model_choice.assign(MODEL=np.where(first, "gamma", "stein"))
    made = f_14_2_12.figure(replace(trial, model_samples=both, model_choice=choice), config)
    assert len(made.data) == len(trial.model_samples)
    assert set(made.data.loc[made.data["RES"] == 9.0, "USUBJID"]) == {"101"}
    assert "lowest BICc" in made.caption
    assert "n = 17; Gamma" in made.caption


def test_a_half_life_without_an_upper_limit_is_a_limit_in_the_heading(trial, config):
    data = f_14_2_12b.figure(trial, config).data
    assert data["STRIP"].str.endswith("persistence > 62.5 d").all()
    assert set(data["PARAMCD"]) == set(f_14_2_12b.SHOWN)
    assert (data["RELATIVE"] == data["RISE"] / data["LIMIT"]).all()


def test_a_model_without_persistence_is_told_once(trial, config):
    profiles = trial.model_profiles[trial.model_profiles["PARAMCD"] != "HLBETA"]
    made = f_14_2_12b.figure(replace(trial, model_profiles=profiles), config)
    assert not made.data["STRIP"].str.contains("persistence").any()
    assert ["persistence" in text for text in (*made.footnotes, made.alt)] == [True, False, False]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("bounded", 0.51234, 1.2), "0.512–1.2 d"),
        (("lower-only", 30.0, np.nan), "> 30 d"),
        (("upper-only", np.nan, 4.0), "< 4 d"),
        (("none", np.nan, np.nan), "not bounded"),
        (("lower-only", np.nan, np.nan), "not bounded"),
    ],
)
def test_verdicts_in_words(row, said):
    assert f_14_2_12b.verdict(*row) == said


def test_more_subjects_than_panels_is_said(trial, config, monkeypatch):
    monkeypatch.setattr(f_14_2_12b, "MOST_PANELS", 5)
    monkeypatch.setattr(f_14_2_12c, "MOST_ROWS", 4)
    curves, forest = f_14_2_12b.figure(trial, config), f_14_2_12c.figure(trial, config)
    assert (curves.n, forest.n) == (5, 4)
    assert "The first 5 of 18 subjects are shown." in curves.footnotes
    assert "The first 4 of 18 subjects are shown." in forest.footnotes


def test_the_forest_has_no_mark_where_only_a_limit_is_known(trial, config):
    data = f_14_2_12c.figure(trial, config).data
    beta = data[data["PARAMCD"] == "HLBETA"]
    assert beta["AVAL"].isna().all()
    assert set(beta["KIND"]) == {f_14_2_12c.LIMIT}
    assert (beta["LOW"] == beta["AVALLO"]).all()
    assert (beta["HIGH"] > beta["LOW"]).all()
    rest = data[data["PARAMCD"] != "HLBETA"]
    assert (rest[["LOW", "HIGH"]].to_numpy() == rest[["AVALLO", "AVALHI"]].to_numpy()).all()


@pytest.mark.parametrize("falling", [18, 5])
def test_a_tmax_of_zero_has_no_place_on_the_forests_axis_and_is_said(trial, config_of, falling):
    """Curves that fall from the infusion on have Cmax, contraction and a Tmax of 0 without limits."""
    config = config_of(models={"fit": ["stein", "exponential_decline"], "choice": "bicc"})
    who = set(trial.adsl["USUBJID"].iloc[:falling])
    adpp, own = trial.adpp, trial.adpp["PARCAT1"].eq("MODEL") & trial.adpp["USUBJID"].isin(who)
    zero = own & adpp["PARAMCD"].eq("MTMAX")
    adpp = adpp.assign(
        PPANMETH=adpp["PPANMETH"].mask(own, "EXPONENTIAL_DECLINE MAP M3"), AVAL=adpp["AVAL"].mask(zero, 0.0),
        AVALLO=adpp["AVALLO"].mask(zero), AVALHI=adpp["AVALHI"].mask(zero),
    )[~(own & adpp["PARAMCD"].isin(["DBLTIME", "HLBETA"]))]  # fmt: skip
    changed = {"METHOD": "EXPONENTIAL_DECLINE MAP M3", "MODEL": "exponential_decline"}
    tables = {}
    for name in ("fits", "model_choice"):
        table = getattr(trial, name)
        theirs = table["USUBJID"].isin(who)
        tables[name] = table.assign(**{column: table[column].mask(theirs, new) for column, new in changed.items()})
    made = f_14_2_12c.figure(replace(trial, adpp=adpp, **tables), config)
    assert made.n == 18
    assert (made.data["AVAL"].dropna() > 0).all()
    assert (made.data[["LOW", "HIGH"]] > 0).all(axis=None)
    tmax = made.data[made.data["PARAMCD"].eq("MTMAX")]
    assert set(tmax["USUBJID"]) == set(trial.adsl["USUBJID"]) - who
    (said,) = [text for text in made.footnotes if "estimate of 0" in text]
    assert said.endswith(f"left out: {falling} subjects.")
    assert pictures(made.draw())[0][:4] == b"\x89PNG"


def test_the_check_has_results_percentiles_and_the_part_of_blq(trial, config):
    data = f_14_2_12d.figure(trial, config).data
    assert data["LAYER"].value_counts().to_dict() == {
        "SAMPLE": len(trial.population_samples),
        "PERCENTILE": 10,
        "BLQ": 5,
    }


def test_the_band_of_the_quantiles_holds_95_percent_of_normal_samples(trial, config):
    inside = []
    for seed in range(40):
        errors = np.random.default_rng(seed).normal(size=len(trial.population_samples))
        data = f_14_2_12e._rows(replace(trial, population_samples=trial.population_samples.assign(NPDE=errors)), config)
        inside.append(((data["LOW"] < data["NPDE"]) & (data["NPDE"] < data["HIGH"])).mean())
    assert np.mean(inside) == pytest.approx(0.95, abs=0.03)


def test_every_estimate_of_the_trace_has_a_panel(trial, config):
    data = f_14_2_12f.figure(trial, config).data
    assert list(dict.fromkeys(data["ESTIMATE"])) == ["cmax", "SD of cmax", "residual SD"]
    assert data["ITERATION"].max() == trial.population_trace["ITERATION"].max()


@pytest.mark.parametrize("name", [i for i, entry in FIGURES.items() if entry.needs == "population"])
def test_a_population_fit_that_failed_is_an_empty_figure_that_says_where_to_look(trial, config, name):
    none = pd.DataFrame({"MESSAGE": []})
    failed = replace(trial, population_samples=none, population_vpc=none, population_trace=none)
    made = FIGURES[name].make(failed, config)
    assert isinstance(made, EmptyFigure)
    assert "population.json" in made.reason


def test_means_in_bins():
    x = pd.Series(np.arange(40.0))
    made = fitted.in_bins(x, 2 * x, bins=4)
    assert made["X"].tolist() == [4.5, 14.5, 24.5, 34.5]
    assert made["Y"].tolist() == [9.0, 29.0, 49.0, 69.0]
    assert len(fitted.in_bins(x.head(3), x.head(3))) == 1
