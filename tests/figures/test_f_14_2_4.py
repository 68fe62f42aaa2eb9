"""Individual panels: samples, curve, terminal line, each where it belongs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cartpk.figures import f_14_2_4, panels, theme
from cartpk.figures.panels import panel_grid

pytestmark = pytest.mark.requirement("URS-109")


def layer(trial, config, name):
    data = f_14_2_4.figure(trial, config).data
    return data[data["LAYER"] == name]


def test_layers_hold_the_rows_of_their_tables(trial, config):
    used = trial.lambda_z[trial.lambda_z["LZFL"] == "Y"]
    assert len(layer(trial, config, "SAMPLE")) == len(trial.adnca)
    assert len(layer(trial, config, "FIT")) == len(trial.predictions)
    assert len(layer(trial, config, "LAMBDA_Z")) == len(used)


def test_points_that_are_not_of_the_line_get_no_ring(trial, config):
    first = trial.lambda_z.groupby("USUBJID").head(1).index
    marked = trial.lambda_z.assign(LZFL=np.where(trial.lambda_z.index.isin(first), "N", "Y"))
    assert len(layer(replace(trial, lambda_z=marked), config, "LAMBDA_Z")) == len(marked) - len(first)


def test_the_curve_is_that_of_the_model_chosen_for_the_profile(trial, config_of):
    config = config_of(models={"fit": ["stein", "gamma"], "choice": "aic"})
    both = pd.concat([trial.predictions, trial.predictions.assign(MODEL="gamma", PRED=1.0)], ignore_index=True)
    first = trial.model_choice["USUBJID"] == "101"
    choice = trial.model_choice.assign(MODEL=np.where(first, "gamma", "stein"))
    data = f_14_2_4.figure(replace(trial, predictions=both, model_choice=choice), config)
    fit = data.data[data.data["LAYER"] == "FIT"]
    assert set(fit.loc[fit["USUBJID"] == "101", "PRED"]) == {1.0}
    assert set(fit.loc[fit["USUBJID"] != "101", "MODEL"]) == {"stein"}
    assert data.data.loc[data.data["USUBJID"] == "101", "STRIP"].str.endswith("\ngamma").all()
    assert "Model chosen for each profile (lowest AIC): Stein 2019" in data.caption


def test_the_line_follows_its_equation_in_days_from_its_own_infusion():
    day, shift = np.array([30.0, 60.0, 90.0]), 100.0
    points = pd.DataFrame(
        {
            "STRIP": pd.Categorical(["A"] * 3, ordered=True),
            "AFRLT": day + shift,
            "ARRLT": day,
            "INTERCEPT": 7.0,
            "SLOPE": -0.03,
        }
    )
    line = f_14_2_4._terminal_lines(points)
    assert line["X"].min() == pytest.approx(theme.root_days(130.0))
    assert line["X"].max() == pytest.approx(theme.root_days(190.0))
    at = line["X"] ** 2 - shift
    assert np.allclose(np.log(line["PRED"]), 7.0 - 0.03 * at)


def test_the_curve_is_cut_at_the_floor_and_not_joined_across_it():
    strip = pd.Categorical(["A"] * 5, ordered=True)
    fit = pd.DataFrame({"STRIP": strip, "PRED": [50.0, 40.0, 1.0, 30.0, 60.0], "PREDLO": 0.5, "PREDHI": 90.0})
    above = f_14_2_4._above(fit, 20.0)
    assert above["PRED"].tolist() == [50, 40, 30, 60]
    assert above["PREDLO"].eq(20).all()
    assert above.groupby("PART")["PRED"].apply(list).tolist() == [[50, 40], [30, 60]]


@pytest.mark.parametrize(("panels", "grid"), [(1, (1, 1)), (18, (4, 5)), (24, (5, 5)), (30, (5, 6)), (80, (8, 10))])
def test_the_grid_fits_a_page_up_to_thirty(panels, grid):
    assert panel_grid(panels) == grid


def test_more_subjects_than_panels_is_said(trial, config, monkeypatch):
    monkeypatch.setattr(panels, "MOST_PANELS", 7)
    made = f_14_2_4.figure(trial, config)
    assert made.n == made.data["STRIP"].nunique() == 7
    assert "The first 7 of 18 subjects are shown." in made.footnotes


def test_without_fits_and_lines_the_samples_stay(trial, config, only):
    made = f_14_2_4.figure(only(trial, ("adsl.csv", "adnca.csv")), config)
    assert set(made.data["LAYER"]) == {"SAMPLE"}
    assert "Solid line" not in made.caption
    assert "Dashed line" not in made.caption
