"""Only what was measured alike shares a panel, and statistics recover what was put in."""

import numpy as np
import pytest
from scipy import stats

from cartpk.portfolio.panels import panels, quantities
from cartpk.portfolio.published import published
from cartpk.portfolio.statistics import statistics
from cartpk.portfolio.wording import apart

pytestmark = pytest.mark.requirement("URS-609")


@pytest.fixture(scope="module")
def found(members, settings):
    return {quantity.code: own for quantity, own in panels(members, settings).items()}


def row(panel, trial, cohort="low"):
    table = statistics(panel, 0.95)
    (only,) = table[(table["TRIAL"] == trial) & (table["COHORT"] == cohort)].to_dict("records")
    return only


def test_assays_stand_in_panels_of_their_own(found):
    assert [(p.alike, p.trials) for p in found["CMAX"]] == [
        ("blood, qPCR, copies/µg", ("A", "B")),
        ("blood, ddPCR, copies/µg", ("C",)),
    ]
    assert [p.trials for p in found["AUC0_90D"]] == [("A",), ("C",)]
    assert [(p.alike, p.trials) for p in found["PDLOG10R"]] == [("CD7+ T cells, count, blood", ("A", "B", "C"))]


def test_every_subject_of_the_first_infusion_is_in_one_panel_once(found, members):
    subjects = [s for panel in found["CMAX"] for s in panel.rows["USUBJID"]]
    assert sorted(subjects) == sorted(s for m in members for s in m.data.adsl["USUBJID"])
    assert max(panel.rows["AVAL"].max() for panel in found["CMAX"]) == 16000.0


def test_geometric_mean_and_limits_are_those_of_the_logarithms(found):
    got = row(found["CMAX"][0], "A")
    logs = np.log([1000.0, 4000.0, 16000.0])
    low, high = stats.t.interval(0.95, 2, loc=logs.mean(), scale=stats.sem(logs))
    assert got["CENTRE"] == pytest.approx(4000.0)
    assert [got["LOWER"], got["UPPER"]] == pytest.approx([np.exp(low), np.exp(high)])
    assert (got["N"], got["NVALUE"], got["NZERO"]) == (4, 3, 1)


def test_dose_levels_are_never_pooled_and_two_values_have_no_limits(found):
    low, high = row(found["CMAX"][0], "B"), row(found["CMAX"][0], "B", "high")
    assert low["CENTRE"] == pytest.approx(4000.0)
    assert high["CENTRE"] == pytest.approx(500.0)
    assert np.isnan([low["LOWER"], low["UPPER"], high["LOWER"]]).all()


def test_an_extrapolated_area_is_counted_and_not_in_the_mean(found):
    got = row(found["AUC0_90D"][0], "A")
    assert got["CENTRE"] == pytest.approx(np.sqrt(10000.0 * 160000.0))
    assert (got["NVALUE"], got["NAPART"], got["NZERO"]) == (2, 1, 1)


def test_persistence_is_a_kaplan_meier_median(found):
    got = row(found["TDET"][0], "A")
    assert got["CENTRE"] == 28.0
    assert (got["NVALUE"], got["NCENSORED"], got["NMISSING"]) == (3, 1, 1)


def test_a_lower_bound_of_a_reduction_is_censored(found):
    # A: -0.5 seen, then bounds: half of the subjects never fall below the median
    got = row(found["PDLOG10R"][0], "A")
    assert np.isnan(got["CENTRE"])
    assert (got["NCENSORED"], got["MINIMUM"], got["MAXIMUM"]) == (3, -0.5, 2.5)


def test_published_values_stand_only_beside_their_unit_in_blood(found):
    assert [len(p.lines) for p in found["CMAX"]] == [5, 5]
    assert [len(p.lines) for p in found["AUC0_90D"]] == [0, 0]
    assert published("CMAX", "copies/ug", "BONE MARROW, LIQUID") == ()
    assert published("CMAX", "cells/uL", "BLOOD") == ()
    assert all(line.source and line.value > 0 for line in found["CMAX"][0].lines)


def test_reasons_of_panels_and_of_absent_trials_are_said(members, settings, found):
    by_code = {q.code: q for q in quantities(settings)}
    said = apart(by_code["CMAX"], found["CMAX"], members)
    assert "2 panels" in said[0]
    assert "blood, ddPCR, copies/µg (C)" in said[0]
    said = apart(by_code["AUC0_90D"], found["AUC0_90D"], members)
    assert said[1] == "B is in no panel: its configuration has no such window (nca.windows.days: 28)."


def test_what_is_not_asked_for_is_not_shown(members, settings):
    few = settings.model_copy(update={"quantities": ("auc",), "windows_days": (28.0,), "published": False})
    (quantity, own), *others = panels(members, few).items()
    assert not others
    assert quantity.code == "AUC0_28D"
    assert [panel.lines for panel in own] == [(), ()]
