"""Box and every point: what is in the box, what stands beside it, what is only counted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cartpk.figures import exposure_values, f_14_2_7
from cartpk.figures.exhibit import EmptyFigure

pytestmark = pytest.mark.requirement("URS-109")


def test_every_subject_and_parameter_is_in_the_data_once(trial, config):
    data = f_14_2_7.figure(trial, config).data
    assert not data.duplicated(["USUBJID", "PARAMCD"]).any()
    assert len(data) == 18 * 3
    assert data["KIND"].isna().equals(data["AVAL"].isna())


def test_extrapolated_areas_are_marked_and_not_in_the_box(trial, config):
    data = f_14_2_7.figure(trial, config).data
    marked = data[data["KIND"] == exposure_values.EXTRAPOLATED]
    assert set(marked["USUBJID"]) == set(trial.adpp.loc[trial.adpp["FLAG"] == "EXTRAPOLATED", "USUBJID"])
    boxes = f_14_2_7._boxes(data.dropna(subset=["AVAL"]), config)
    one = boxes[(boxes["LABEL"] == "AUC0-90d") & (boxes["COHORT"] == "2e8 cells")].iloc[0]
    inside = data[
        (data["LABEL"] == "AUC0-90d") & (data["COHORT"] == "2e8 cells") & (data["KIND"] == exposure_values.PRIMARY)
    ]
    assert one["N"] == len(inside)
    assert [one["Q1"], one["MEDIAN"], one["Q3"]] == pytest.approx(np.quantile(inside["AVAL"], [0.25, 0.5, 0.75]))
    assert [one["LOW"], one["HIGH"]] == [inside["AVAL"].min(), inside["AVAL"].max()]


def test_a_flag_among_others_counts(trial, config):
    several = trial.adpp.assign(FLAG=trial.adpp["FLAG"].replace("EXTRAPOLATED", "EXTRAPOLATED;PEAK_NOT_SAMPLED"))
    first, second = (f_14_2_7.figure(t, config).data["KIND"] for t in (trial, replace(trial, adpp=several)))
    assert first.equals(second)


def test_zero_areas_are_in_the_box_and_drawn_at_the_edge(trial, config):
    made = f_14_2_7.figure(trial, config)
    zero = made.data[made.data["KIND"] == exposure_values.ZERO]
    assert set(zero["USUBJID"]) == {"102"}
    drawn = made.draw().data
    edge = drawn[(drawn["USUBJID"] == "102") & (drawn["LABEL"] == "AUC0-28d")]["Y"].iloc[0]
    assert 0 < edge < drawn.loc[(drawn["LABEL"] == "AUC0-28d") & (drawn["AVAL"] > 0), "Y"].min()


def test_what_is_not_calculated_is_counted(trial, config):
    missing = trial.adpp[trial.adpp["AVAL"].isna()].groupby("PARAMCD")["USUBJID"].nunique()
    note = f_14_2_7.figure(trial, config).footnotes[-1]
    assert f"Cmax in {missing['CMAX']}" in note
    assert f"AUC0-90d in {missing['AUC0_90D']}" in note


def test_the_windows_are_those_of_the_configuration(trial, config_of):
    config = config_of(nca={"windows": {"days": [28]}})
    assert set(f_14_2_7.figure(trial, config).data["PARAMCD"]) == {"CMAX", "AUC0_28D"}


def test_two_values_make_no_box(trial, config):
    few = trial.adpp[trial.adpp["USUBJID"].isin(["107", "108"])]
    data = f_14_2_7.figure(replace(trial, adpp=few), config).data
    assert f_14_2_7._boxes(data.dropna(subset=["AVAL"]), config).empty


def test_only_zeros_is_no_figure(trial, config):
    zero = trial.adpp.assign(AVAL=0.0)
    assert isinstance(f_14_2_7.figure(replace(trial, adpp=zero), config), EmptyFigure)


def test_counts_above_the_boxes_are_those_of_the_marks(trial, config):
    marks = f_14_2_7.figure(trial, config).draw().data
    counts = f_14_2_7._counts(marks, "n = ").set_index(["LABEL", "COHORT"])["N"]
    assert counts["AUC0-90d", "1e8 cells"] == ((marks["LABEL"] == "AUC0-90d") & (marks["COHORT"] == "1e8 cells")).sum()


def test_many_dose_levels_are_labelled_upright(trial, config):
    own = {subject: f"{i + 1} × 10⁷ cells" for i, subject in enumerate(trial.adsl["USUBJID"].head(8))}
    adsl = trial.adsl[trial.adsl["USUBJID"].isin(list(own))]
    adsl = adsl.assign(COHORT=adsl["USUBJID"].map(own), COHORTN=range(1, 9))
    made = f_14_2_7.figure(replace(trial, adsl=adsl), config)
    assert made.height > f_14_2_7.figure(trial, config).height
    assert "Numbers above the boxes: subjects." in made.footnotes
    scale = next(scale for scale in made.draw().scales if "x" in scale.aesthetics)
    assert list(scale.labels) == list(own.values())
