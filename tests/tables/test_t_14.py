"""Tables of section 14: who came in, what was given, dose and exposure, models, pharmacodynamics."""

import dataclasses
import math

import numpy as np
import pytest

from cartpk.core.proportionality import power_model
from cartpk.tables import t_14_1_1, t_14_1_4, t_14_2_8, t_14_2_9, t_14_2_11
from cartpk.tables.table import NoTable


@pytest.fixture(name="make")
def _make(factory):
    def make(module, config=None, **replaced):
        config = config or factory.config()
        return factory.printed(module.table(factory.trial(config, **replaced), config))

    return make


def test_disposition_counts_everybody(factory, make):
    printed = make(t_14_1_1)
    assert [c.label for c in printed.body.columns[2:]] == [
        f"{factory.LOW} (N = 3)",
        f"{factory.HIGH} (N = 3)",
        "All doses (N = 6)",
    ]
    assert printed(factory.LOW, state="came_in") == "3"
    assert printed(factory.LOW, state="excluded") == "1 (33.3)"
    assert "- no infusion date" in printed.column("state")
    assert printed(factory.LOW, state="PK") == "2 (66.7)"
    assert printed(factory.HIGH, state="PK") == "3 (100.0)"
    assert printed(factory.HIGH, state="cut_by") == "1 (33.3)"
    assert printed(factory.LOW, state="findings") == "1 (33.3)"
    assert printed(factory.HIGH, state="last_result") == "28.0 [28.0; 60.0]"
    assert "Planned number of subjects: 6." in printed.body.footnotes


def test_what_the_record_does_not_say_is_said(factory, make):
    config = factory.config(trial={"planned_n": None})
    assert "Planned number of subjects: not stated in the registry record." in make(t_14_1_1, config).body.footnotes


def test_doses_are_compared_with_their_plan(factory, make):
    printed = make(t_14_1_4)
    assert printed(factory.LOW, quantity="actual") == "1.00 × 10⁷ [6.00 × 10⁶; 1.20 × 10⁷]"
    assert printed(factory.LOW, quantity="of_planned") == "100.0 [60.0; 120.0]"
    assert printed(factory.LOW, quantity="as_planned") == "2 (66.7)"
    narrow = factory.config(dosing={"tolerance_pct": 5})
    assert make(t_14_1_4, narrow)(factory.HIGH, quantity="as_planned") == "2 (66.7)"


def test_without_doses_the_record_is_quoted(factory):
    config = factory.config(dosing={"record_text": "by body weight"})
    none = factory.adsl().assign(DOSEA=math.nan, DOSEP=math.nan)
    body = t_14_1_4.table(factory.trial(config, adsl=none), config)
    assert body == NoTable('The data carry no dose. The record says: "by body weight".')
    assert isinstance(t_14_2_8.table(factory.trial(config, adsl=none), config), NoTable)


def test_power_model_is_that_of_the_core_on_actual_doses(factory, make):
    printed = make(t_14_2_8)
    fit = power_model(np.array([1.0e7, 1.2e7, 1.0e8, 0.9e8]), np.array([1000.0, 4000.0, 8000.0, 32000.0]))
    assert printed("n", parameter="CMAX") == "4"  # the 0 has no logarithm
    assert printed("levels", parameter="CMAX") == "2"
    assert printed("ratio", parameter="CMAX") == "10.0"
    assert printed("slope", parameter="CMAX") == f"{fit.slope:.3f} ({fit.lower:.3f}; {fit.upper:.3f})"
    assert printed("region", parameter="CMAX") == "0.903 to 1.097"
    assert printed("verdict", parameter="CMAX") == "inconclusive"


def test_power_model_leaves_extrapolated_areas_out_and_says_when_too_few_are_left(make):
    printed = make(t_14_2_8)
    # AUC0-90d: one extrapolated, one complete above 0, one 0
    assert printed("n", parameter="AUC0_90D") == "1"
    assert printed("slope", parameter="AUC0_90D") == "NC"
    assert printed("verdict", parameter="AUC0_90D").startswith("NC: needs at least 3")


def test_one_dose_level_has_no_power_model(factory):
    one = factory.adsl().assign(COHORT="1 × 10⁸ cells")
    body = t_14_2_8.table(factory.trial(adsl=one), factory.config())
    assert isinstance(body, NoTable)
    assert "at 2 dose levels; there are 5 at 1" in body.reason


def test_model_parameters_without_those_on_a_bound(factory, make):
    printed = make(t_14_2_9)
    rows = {(r.key["parameter"], r.key["statistic"]): [c.text for c in r.cells[4:]] for r in printed.body.rows}
    assert rows["FIT", "fitted"] == ["2 (100.0)", "2 (100.0)", "4 (100.0)"]
    assert rows["FIT", "converged"] == ["2 (100.0)", "1 (50.0)", "3 (75.0)"]
    assert rows["FIT", "at_bound"] == ["1 (50.0)", "0 (0.0)", "1 (25.0)"]
    assert rows["FIT", "aic"] == ["25.0", "25.0", "50.0"]
    assert rows["MCMAX", "n"] == ["1 (1; 0)", "2 (0; 0)", "3 (1; 0)"]
    assert ("MTMAX", "geo_mean") not in rows
    assert rows["MTMAX", "median"][2] == "10.0 [10.0; 10.0]"


def test_nadirs(factory, make):
    printed = make(t_14_2_11)
    rows = {(r.key["parameter"], r.key["statistic"]): [c.text for c in r.cells[3:]] for r in printed.body.rows}
    assert rows["PDBASE", "n"] == ["2 (0)", "2 (1)", "4 (1)"]
    assert rows["PDBASE", "median"] == ["300 [200; 400]", "BLQ [BLQ; 300]", "250 [BLQ; 400]"]
    assert rows["PDNADIR", "median"][0] == "BLQ"
    assert rows["PDTNADIR", "median"][0] == "14.0 [14.0; 14.0]"
    assert rows["PDLOG10R", "n"] == ["2 (2; 0)", "1 (0; 2)", "3 (2; 2)"]
    assert rows["PDLOG10R", "median"][1] == f"{math.log10(200):.2f} [{math.log10(200):.2f}; {math.log10(200):.2f}]"
    assert {key for _, key in rows} == {"n", "median"}


def test_an_analyte_of_which_no_profile_was_fitted_has_one_line_and_the_reason(factory):
    """A block of NC for every parameter would only repeat it."""
    config = factory.config()
    data = factory.trial(config)
    assert not any("no profile was fitted" in note for note in t_14_2_9.table(data, config).footnotes)
    unfitted = data.fits.assign(CONVERGED=None, MESSAGE="too few samples after infusion for a fit: 4 of the 5 needed")
    body = t_14_2_9.table(dataclasses.replace(data, fits=unfitted), config)
    assert [row.key["statistic"] for row in body.rows] == ["fitted"]
    model = "Stein 2019 (expansion, contraction, persistence); MAP, M3"
    reason = "no profile was fitted (too few samples after infusion for a fit)"
    assert f"CAR transgene, qPCR, {model}: {reason}." in {
        note.replace("CAR transgene in blood", "CAR transgene") for note in body.footnotes
    }
