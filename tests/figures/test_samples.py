"""Samples as drawn, and their summaries by visit, against hand-made numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cartpk.figures import samples as s
from cartpk.figures import wording

pytestmark = pytest.mark.requirement("URS-109")


@pytest.fixture
def visit(trial, config):
    """Samples of the lowest dose at nominal day 7."""
    every = s.kinetic_samples(trial, config.primary_analyte)
    return every[(every["COHORT"] == "0.25e8 cells") & (every["NFRLT"] == 7)]


def test_what_is_measured_after_the_event_that_ends_a_profile_is_in_no_summary_by_visit(visit, config):
    ended = visit.assign(EVENTDY=visit["AFRLT"].median())
    before = s.in_visit_window(visit, config)
    after = ended["AFRLT"] > ended["EVENTDY"]
    assert after.any()
    assert (s.in_visit_window(ended, config) == (before & ~after)).all()
    (said,) = wording.outside_windows(ended, s.in_visit_window(ended, config))
    assert f"{wording.counted(int(after.sum()), 'result')} after re-infusion, HSCT or death" in said


def test_dose_levels_come_in_their_order(trial, config):
    every = s.kinetic_samples(trial, config.primary_analyte)
    assert list(every["COHORT"].cat.categories) == ["0.25e8 cells", "1e8 cells", "2e8 cells"]
    assert every["COHORT"].cat.codes.is_monotonic_increasing


def test_a_blq_without_a_limit_has_no_place(trial, config):
    adnca = trial.adnca.assign(ALLOQ=np.nan)
    every = s.kinetic_samples(replace(trial, adnca=adnca), config.primary_analyte)
    assert every.loc[every["BLQFL"] == "Y", "DRAWN"].isna().all()
    assert every.loc[every["BLQFL"] == "N", "DRAWN"].notna().all()


def test_a_quantified_zero_has_no_place_on_a_log_axis(trial, config):
    adnca = trial.adnca.assign(AVAL=trial.adnca["AVAL"].where(trial.adnca["USUBJID"] != "103", 0.0), BLQFL="N")
    every = s.kinetic_samples(replace(trial, adnca=adnca), config.primary_analyte)
    mine = every[every["USUBJID"] == "103"]
    assert len(mine)
    assert mine["DRAWN"].isna().all()


def test_geometric_mean_and_sd_by_hand(visit, config):
    one = s.visit_summary(visit, config).iloc[0]
    assert one["NBLQ"] >= 1, "the never-expander of this dose is BLQ"
    logs = np.log(visit["DRAWN"])
    assert one["N"] == len(visit)
    assert one["GMEAN"] == pytest.approx(np.exp(logs.mean()))
    assert one["GSD"] == pytest.approx(np.exp(logs.std(ddof=1)))
    assert one["LOWER"] * one["UPPER"] == pytest.approx(one["GMEAN"] ** 2)
    assert one["MEDIAN"] == pytest.approx(visit["DRAWN"].median())


def test_blq_may_be_left_out_of_the_mean(visit, config_of):
    config = config_of(report={"synthetic": True, "summaries": {"geometric_blq": "quantifiable_only"}})
    one = s.visit_summary(visit, config).iloc[0]
    assert one["GMEAN"] == pytest.approx(np.exp(np.log(visit["AVAL"].dropna()).mean()))
    assert one["N"] == len(visit)


@pytest.mark.parametrize(("limit", "shown"), [(0, False), (100, True)])
def test_too_many_blq_hide_the_mean_not_the_visit(visit, config_of, limit, shown):
    config = config_of(report={"synthetic": True, "summaries": {"max_blq_pct": limit}})
    one = s.visit_summary(visit, config).iloc[0]
    assert np.isfinite(one["GMEAN"]) == shown
    assert np.isfinite(one["MEDIAN"])
    assert one["HALFLLOQ"] == 25


def test_the_limit_itself_is_not_too_many(visit, config_of):
    config = config_of(report={"synthetic": True, "summaries": {"max_blq_pct": 50}})
    half = visit.head(4).assign(BLQFL=["Y", "Y", "N", "N"])
    one = s.visit_summary(half, config).iloc[0]
    assert np.isfinite(one["GMEAN"])
    assert one["MEDIANBLQ"] == "Y"
    assert s.visit_summary(half.assign(BLQFL=["Y", "N", "N", "N"]), config).iloc[0]["MEDIANBLQ"] == "N"


def test_one_subject_has_no_sd(visit, config):
    one = s.visit_summary(visit.tail(1), config).iloc[0]
    assert one["GMEAN"] == pytest.approx(visit["DRAWN"].iloc[-1])
    assert np.isnan(one["GSD"])


def test_samples_outside_their_window_do_not_enter(visit, config_of):
    config = config_of(time={"visit_window_days": {7: 0.3}})
    off = (visit["AFRLT"] - 7).abs()
    inside = s.in_visit_window(visit, config)
    assert inside.tolist() == (off <= 0.3).tolist()
    assert 0 < inside.sum() < len(visit)
    assert s.visit_summary(visit, config).iloc[0]["N"] == inside.sum()


def test_a_sample_without_a_nominal_day_belongs_to_no_visit(visit, config):
    assert not s.in_visit_window(visit.assign(NFRLT=np.nan), config).any()


def test_a_subject_counts_once_at_a_visit_with_the_nearer_sample(visit, config):
    again = visit.head(1).assign(AFRLT=9.0, DRAWN=1e6)
    both = pd.concat([again, visit], ignore_index=True)
    assert s.visit_summary(both, config)["GMEAN"].tolist() == s.visit_summary(visit, config)["GMEAN"].tolist()


def test_limits_are_named_with_their_unit(trial, config):
    every = s.kinetic_samples(trial, config.primary_analyte)
    assert s.lloq_lines(every)["LABEL"].tolist() == ["LLOQ = 50 copies/µg gDNA"]
    many = every.assign(ALLOQ=np.resize([50.0, 10.0, 20.0, 100.0], len(every)))
    assert s.lloq_lines(many)["ALLOQ"].tolist() == [10, 100]
    assert s.lloq_lines(every.assign(ALLOQ=np.nan)).empty


def test_labels_count_subjects_not_samples(trial, config):
    every = s.kinetic_samples(trial, config.primary_analyte)
    assert s.count_labels(every)["1e8 cells"] == "1e8 cells (n = 6)"


def test_a_result_above_the_upper_limit_has_its_own_mark_and_sentence(trial, config):
    from dataclasses import replace

    from cartpk.figures import samples as s
    from cartpk.figures.registry import FIGURES
    from cartpk.figures.render import pictures

    top = trial.adnca["AVAL"].idxmax()
    above = trial.adnca["BLQCLASS"].mask(trial.adnca.index == top, "ABOVE QUANTIFICATION")
    flag = trial.adpp["FLAG"].mask(trial.adpp["AVAL"].eq(trial.adpp["AVAL"].max()), "COMPLETE;ABOVE_ULOQ")
    data = replace(trial, adnca=trial.adnca.assign(BLQCLASS=above), adpp=trial.adpp.assign(FLAG=flag))
    rows = s.kinetic_samples(data, config.primary_analyte)
    assert rows["RESULT"].value_counts()[s.ABOVE_MARK] == 1
    assert rows.loc[rows["RESULT"].eq(s.ABOVE_MARK), "DRAWN"].item() == trial.adnca["AVAL"].max()
    assert s.ABOVE_MARK not in s.kinetic_samples(trial, config.primary_analyte)["RESULT"].cat.categories
    for name in ("f_14_2_1", "f_14_2_3", "f_14_2_4"):
        made = FIGURES[name].make(data, config)
        assert any(text.startswith("Above the upper limit of quantification: 1 result,") for text in made.footnotes)
    assert (
        pictures(FIGURES["f_14_2_3"].make(data, config).draw())[0]
        != pictures(FIGURES["f_14_2_3"].make(trial, config).draw())[0]
    )
    bounded = FIGURES["f_14_2_7"].make(data, config)
    assert bounded.data["KIND"].value_counts()["lower bound (≥), in the box"] == 1
    assert any("lower bound" in text for text in bounded.footnotes)
