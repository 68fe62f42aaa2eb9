"""CD7 figures: populations apart, axes as stated, medians by visit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cartpk.figures import counts, f_14_2_20, f_14_2_20b, f_14_2_21
from cartpk.figures.exhibit import EmptyFigure

pytestmark = pytest.mark.requirement("URS-109")


def test_panels_are_measures_cd7_positive_first(trial, config):
    rows = counts.measured(trial, config, "absolute")
    assert list(counts.panel_names(rows, config)) == ["CD7PT", "CD7NT"]


@pytest.mark.requirement("URS-501")
def test_normal_cells_and_blasts_have_panels_of_their_own(trial, config_of):
    measures = [
        {"code": "CD7PT", "label": "CD7+ T cells", "kind": "absolute", "population": "NORMAL_T", "marker": "CD7+"},
        {"code": "CD7NT", "label": "CD7+ blasts", "kind": "absolute", "population": "BLAST", "marker": "CD7+"},
    ]
    config = config_of(pharmacodynamics={"measures": measures})
    blasts = trial.adpd["PARAMCD"] == "CD7NT"
    adpd = trial.adpd.assign(
        PARAM=trial.adpd["PARAM"].mask(blasts, "CD7+ blasts"), POPULATION=trial.adpd["POPULATION"].mask(blasts, "BLAST")
    )
    made = f_14_2_20.figure(replace(trial, adpd=adpd), config)
    assert made.footnotes[0] == "Populations: CD7+ T cells: normal T cells; CD7+ blasts: blasts."
    facets = made.draw().data.groupby("PARAMCD", observed=True)["FACET"].nunique()
    assert facets.tolist() == [1, 1]


def test_cells_of_an_unnamed_population_are_called_so(trial, config):
    adpd = trial.adpd.assign(POPULATION="UNSPECIFIED")
    assert "population not named in the data" in f_14_2_20.figure(replace(trial, adpd=adpd), config).footnotes[0]


def test_the_constant_of_the_axis_is_half_the_lowest_limit(trial, config):
    made = f_14_2_20.figure(trial, config)
    assert "log10(x + 0.5)" in made.caption
    plot = made.draw()
    assert np.allclose(plot.data["Y"], np.log10(plot.data["DRAWN"] + 0.5))


def test_without_limits_it_is_half_the_lowest_count(trial, config):
    adpd = trial.adpd.assign(ALLOQ=np.nan, AVAL=trial.adpd["AVAL"].fillna(0.0), BLQFL="N")
    made = f_14_2_20.figure(replace(trial, adpd=adpd), config)
    lowest = adpd.loc[(adpd["KIND"] == "absolute") & (adpd["AVAL"] > 0), "AVAL"].min()
    assert f"log10(x + {lowest / 2:g})" in made.caption
    assert (made.data["DRAWN"] == 0).any()


def test_percentages_name_their_parent_and_reach_from_0_to_100(trial, config):
    made = f_14_2_20b.figure(trial, config)
    assert "% of lymphocytes" in made.footnotes[0]
    scale = next(scale for scale in made.draw().scales if "y" in scale.aesthetics)
    assert tuple(scale.limits) == (0.0, 100.0)
    assert list(scale.breaks) == [0, 20, 40, 60, 80, 100]


def test_medians_are_those_of_the_visits(trial, config):
    rows = counts.measured(trial, config, "absolute")
    plot = counts.spaghetti(rows, config, f_14_2_20._axis(0.5, "cells/µL"))
    medians = plot.layers[2]._data
    one = medians[(medians["PARAMCD"] == "CD7NT") & (medians["NFRLT"] == 28) & (medians["COHORT"] == "1e8 cells")].iloc[
        0
    ]
    mine = rows[(rows["PARAMCD"] == "CD7NT") & (rows["NFRLT"] == 28) & (rows["COHORT"] == "1e8 cells")]
    assert one["MEDIAN"] == pytest.approx(mine["DRAWN"].median())
    assert one["N"] == mine["USUBJID"].nunique()


def test_percent_of_baseline_is_that_of_the_subject(trial, config):
    data = f_14_2_21.figure(trial, config).data
    at_base = data[data["ABLFL"] == "Y"]
    assert np.allclose(at_base["DRAWN"], 100)
    later = data[(data["ABLFL"] == "N") & (data["BLQFL"] == "N")]
    assert np.allclose(later["DRAWN"], 100 + later["PCHG"])
    blq = data[data["BLQFL"] == "Y"]
    assert np.allclose(blq["DRAWN"], 50 * blq["ALLOQ"] / blq["BASE"])
    assert set(data["PARAMCD"]) == {"CD7PT"}


def test_a_percentage_stands_in_where_there_is_no_count(trial, config_of):
    measure = {
        "code": "CD7PCT",
        "label": "CD7+ lymphocytes",
        "kind": "percent",
        "marker": "CD7+",
        "parent": "lymphocytes",
    }
    data = f_14_2_21.figure(trial, config_of(pharmacodynamics={"measures": [measure]})).data
    assert set(data["PARAMCD"]) == {"CD7PCT"}


def test_no_baseline_no_line(trial, config):
    change = trial.pd_change.assign(BASE=np.nan, PCHG=np.nan)
    assert isinstance(f_14_2_21.figure(replace(trial, pd_change=change), config), EmptyFigure)


@pytest.mark.parametrize(
    ("declared", "words"), [("before_lymphodepletion", "before lymphodepletion"), (None, "not declared")]
)
def test_the_baseline_is_named(trial, config_of, declared, words):
    measures = [{"code": "CD7PT", "label": "CD7+ T cells", "kind": "absolute", "marker": "CD7+"}]
    config = config_of(pharmacodynamics={"measures": measures, "baseline": declared})
    assert words in f_14_2_21.figure(trial, config).caption


def test_no_measure_is_told_apart_from_no_data(trial, config, config_of, only):
    none = f_14_2_20.figure(trial, config_of(pharmacodynamics={"measures": []}))
    empty = f_14_2_20.figure(only(trial, ("adsl.csv",)), config)
    assert "none is named in the configuration" in none.reason
    assert "no usable" in empty.reason


@pytest.mark.parametrize(("panels", "height"), [(1, 1), (3, 1), (4, 2), (6, 2), (9, 3)])
def test_the_sheet_grows_with_the_panels(panels, height):
    assert counts.sheet(panels)[1] == pytest.approx(1.2 + 2.7 * height)


def test_without_nominal_days_there_are_lines_and_no_medians(trial, config):
    made = f_14_2_20.figure(replace(trial, adpd=trial.adpd.assign(NFRLT=np.nan)), config)
    assert "No medians: the data carry no nominal days." in made.caption
    assert not any("Left out" in note for note in made.footnotes)
    assert made.draw().layers[2]._data.empty
