"""Dose and exposure: the drawn line is the power model, the dashed one has slope 1 through the geometric means."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cartpk.core.proportionality import power_model
from cartpk.figures import f_14_2_1, f_14_2_2, f_14_2_6, f_14_2_11
from cartpk.figures.exhibit import EmptyFigure

pytestmark = pytest.mark.requirement("URS-109")


def test_lines_are_the_power_model_and_slope_1(trial, config):
    data = f_14_2_11.figure(trial, config).data
    for label, own in data.groupby("LABEL"):
        points = own[own["LAYER"] == "SUBJECT"]
        fit = power_model(points["DOSEA"], points["AVAL"])
        line = own[own["LAYER"] == f_14_2_11.FITTED]
        np.testing.assert_allclose(
            np.log(line["AVAL"]), fit.intercept + fit.slope * np.log(line["DOSEA"]), err_msg=label
        )
        one = own[own["LAYER"] == f_14_2_11.PROPORTIONAL]
        steps = np.diff(np.log(one["AVAL"])) / np.diff(np.log(one["DOSEA"]))
        np.testing.assert_allclose(steps, 1.0)
        x, y = np.log(points["DOSEA"]).mean(), np.log(points["AVAL"]).mean()
        at = np.interp(x, np.log(one["DOSEA"]), np.log(one["AVAL"]))
        np.testing.assert_allclose(at, y, rtol=1e-9)


def test_the_band_is_that_of_a_mean_by_hand():
    """Against the textbook: y ± t(n - 2) s sqrt(1/n + (x - mean)² / Sxx), t(2, 0.95) = 2.919986 for four points."""
    four = pd.DataFrame({"LABEL": pd.Categorical(["Cmax"] * 4), "COHORT": ["a", "a", "b", "b"],
                         "DOSEA": [1.0, np.e, np.e**2, np.e**3], "AVAL": np.exp([0.0, 2.0, 1.0, 3.0])})  # fmt: skip
    lines, said = f_14_2_11._lines(four)
    first = lines[lines["LAYER"] == f_14_2_11.FITTED].iloc[0]
    # slope 0.8, intercept 0.3; residuals -0.3, 0.9, -0.9, 0.3: s² = 1.8 / 2; at x = 0: 1/4 + 1.5² / 5 = 0.7
    half = 2.9199855803537247 * np.sqrt(0.9 * 0.7)
    np.testing.assert_allclose(np.log([first["LOWER"], first["AVAL"], first["UPPER"]]), [0.3 - half, 0.3, 0.3 + half])
    assert said.startswith("Slope b (90 % CI): Cmax 0.80 (")


def test_one_dose_level_and_no_dose_are_sentences(trial, config):
    one = trial.adsl["COHORT"].iloc[0]
    few = replace(trial, adsl=trial.adsl[trial.adsl["COHORT"] == one])
    assert "at 2 dose levels" in f_14_2_11.figure(few, config).reason
    bare = replace(trial, adsl=trial.adsl.assign(DOSEA=np.nan))
    assert f_14_2_11.figure(bare, config).reason.startswith("The data carry no dose")


def test_the_linear_means_are_those_of_the_semi_logarithmic_figure_up_to_day_28(trial, config):
    linear, both = f_14_2_2.figure(trial, config), f_14_2_1.figure(trial, config)
    first = both.data[both.data["NFRLT"] <= 30].reset_index(drop=True)
    assert linear.data.reset_index(drop=True).equals(first)
    assert "Figure 14.2-1" in linear.caption


def test_a_cell_of_the_heat_map_is_the_sample_nearest_to_its_day(trial, config):
    row = trial.adnca[(trial.adnca["NFRLT"] == 14) & (trial.adnca["ANLFL"] == "Y")].iloc[0]
    twin = row.copy()
    twin["AFRLT"], twin["AVAL"], twin["BLQFL"] = 14.0, 777.0, "N"
    far = trial.adnca.copy()
    far.loc[row.name, "AFRLT"] = 15.5
    both = replace(trial, adnca=pd.concat([far, twin.to_frame().T.astype(far.dtypes)], ignore_index=True))
    cells = f_14_2_6.figure(both, config).data
    assert not cells.duplicated(["USUBJID", "NFRLT"]).any()
    mine = cells[(cells["USUBJID"] == row["USUBJID"]) & (cells["NFRLT"] == 14)]
    assert mine["AVAL"].tolist() == [777.0]


def test_every_result_lies_in_its_class(trial, config):
    values = f_14_2_6.figure(trial, config).data.query("BLQFL == 'N'")["DRAWN"]
    classes = f_14_2_6.classes(values)
    assert values.max() <= classes[-1][0]
    assert [high for high, _ in classes] == sorted(high for high, _ in classes)
    blq = trial.adnca.assign(BLQFL="Y", AVAL=np.nan)
    made = f_14_2_6.figure(replace(trial, adnca=blq), config)
    assert isinstance(made, EmptyFigure)
    assert "nothing to colour" in made.reason
