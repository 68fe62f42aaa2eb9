"""Geometric mean by dose level: what is shown, what is not, and why."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cartpk.figures import f_14_2_1, mean_profile
from cartpk.figures.exhibit import EmptyFigure

pytestmark = pytest.mark.requirement("URS-109")


def test_one_row_per_dose_and_nominal_day(trial, config):
    data = f_14_2_1.figure(trial, config).data
    assert not data.duplicated(["COHORT", "NFRLT"]).any()
    assert set(data["NFRLT"]) == set(trial.adnca["NFRLT"])


def test_a_line_never_joins_visits_across_one_without_a_mean(trial, config):
    data = f_14_2_1.figure(trial, config).data
    parts = mean_profile.parts(data)
    shown = parts.dropna(subset=["GMEAN"])
    for _, part in shown.groupby("PART"):
        assert part["COHORT"].nunique() == 1
        between = data[
            (data["COHORT"] == part["COHORT"].iloc[0]) & data["NFRLT"].between(part["NFRLT"].min(), part["NFRLT"].max())
        ]
        assert between["GMEAN"].notna().all()
    assert data["GMEAN"].isna().any(), "the made trial has visits that are mostly BLQ"


def test_a_re_infusion_does_not_enter(trial, config):
    second = trial.adnca.assign(ATPTREF=trial.adnca["ATPTREF"].where(trial.adnca["AFRLT"] < 60, "INFUSION 2"))
    data = f_14_2_1.figure(replace(trial, adnca=second), config).data
    assert data["NFRLT"].max() < 90


def test_data_without_nominal_days_say_so(trial, config):
    made = f_14_2_1.figure(replace(trial, adnca=trial.adnca.assign(NFRLT=np.nan)), config)
    assert isinstance(made, EmptyFigure)
    assert "no nominal days" in made.reason


def test_the_rule_for_blq_is_the_one_that_was_set(trial, config_of):
    config = config_of(
        report={"synthetic": True, "summaries": {"max_blq_pct": 33, "geometric_blq": "quantifiable_only"}}
    )
    said = f_14_2_1.figure(trial, config).footnotes[0]
    assert "do not enter" in said
    assert "33 %" in said
