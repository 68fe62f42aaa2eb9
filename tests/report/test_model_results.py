"""The section on kinetic models: every sentence is the run's own, and nothing is claimed that the data do not bound."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cartpk import trial_data
from cartpk.fits import derive_params_model, model_choice
from cartpk.report.model_grids import COMPARED, Fitted, beside_nca, population, said, verdicts
from cartpk.report.model_results import model_results
from cartpk.simulate.profiles import simulate_profiles

pytestmark = pytest.mark.requirement("URS-412")

MODELS = ("stein", "growth_decay")


@pytest.fixture(scope="module")
def run(data, config):
    """Five subjects fitted by two models, one subject never above the limit."""
    bare = simulate_profiles("stein", 6, 8).table
    never = bare["USUBJID"].eq(bare["USUBJID"].iloc[-1])
    bare = bare.assign(AVAL=bare["AVAL"].mask(never), BLQFL=bare["BLQFL"].mask(never, "Y"))
    bare = bare.assign(PCTESTCD=config.primary_analyte.code, PCSPEC="BLOOD", ATPTREF="INFUSION 1")
    fits = [derive_params_model(bare, name, polish=False) for name in MODELS]
    summary = pd.concat([f.summary for f in fits])
    subjects = sorted(set(bare["USUBJID"]))
    adsl = pd.concat([data.adsl.iloc[[0]]] * len(subjects), ignore_index=True).assign(USUBJID=subjects)
    nca = pd.DataFrame(
        [{"USUBJID": s, "PARAMCD": code, "AVAL": 100.0} for s in subjects[:-1] for code, _ in COMPARED.values()]
    ).assign(PARCAT1="NCA", PPCAT=config.primary_analyte.code, PPSPEC="BLOOD", ATPTREF="INFUSION 1")
    models = {"fit": list(MODELS), "choice": "aic"}
    asked = config.model_copy(update={"models": config.models.model_validate(models)})
    made = replace(
        data,
        adsl=adsl,
        adpp=pd.concat([nca, *(f.adpp for f in fits)], ignore_index=True),
        fits=summary,
        model_samples=pd.concat([f.samples for f in fits], ignore_index=True),
        model_choice=model_choice(summary, MODELS, "aic"),
    )
    return made, asked


def test_sentences_count_what_was_fitted(run):
    section = model_results(*run)
    text = " ".join(section.paragraphs)
    assert "A curve could be fitted for 5 of 6 subjects." in text
    assert "Not fitted: 1 (all results are below the limit of quantification)." in text
    assert "2 curves were tried" in text
    assert "What may not be concluded:" in text
    assert "nan" not in text.lower().split()
    assert "  " not in text


def test_residuals_are_those_of_the_chosen_models(run):
    data, config = run
    chosen = Fitted(data, config).chosen
    own = data.model_samples[data.model_samples["USUBJID"].map(chosen).eq(data.model_samples["MODEL"])]
    outside = 100 * (own["RES"].abs() > 1.96).mean()
    assert f"Of {len(own)} results" in model_results(data, config).paragraphs[1]
    assert f"{outside:.1f} % lie further" in model_results(data, config).paragraphs[1]


def test_persistence_is_a_number_only_where_the_data_bound_it(run):
    data, config = run
    found = Fitted(data, config)
    grid = verdicts(found)
    at = grid.columns.index("Half-life of persistence (day)")
    for row in grid.rows:
        found_row = found.row(row[0], found.chosen[row[0]], "HLBETA")
        if found_row is None:
            assert row[at] == "not in this model"
        elif np.isnan(found_row["AVAL"]):
            assert row[at][0] in "<>" or row[at] == "not bounded by the data"
        else:
            assert " to " in row[at]


def test_nca_model_and_runner_up_stand_side_by_side(run):
    data, config = run
    grid = beside_nca(Fitted(data, config), config)
    assert len(grid.rows) == 5 * 3
    first = grid.rows[0]
    assert first[1:3] == ("Cmax", "100")
    model = float(first[3].replace(",", ""))
    assert float(first[4].split()[0]) == pytest.approx(100 * (model / 100 - 1), rel=0.02)
    assert {row[6] for row in grid.rows} <= {"Stein 2019 (expansion, contraction, persistence)",
                                             "Growth and decay (one exponential up, one down)"}  # fmt: skip


def test_one_model_alone_has_no_runner_up_and_is_not_named_in_each_row(run):
    data, config = run
    first = config.models.fit[0]
    choice = data.model_choice
    choice = choice[choice["MODEL"].eq(first)].assign(CHOSEN="Y")
    found = Fitted(replace(data, model_choice=choice), config)
    assert beside_nca(found, config).columns[-1] == "Model against NCA"
    assert {len(row) for row in beside_nca(found, config).rows} == {5}
    assert verdicts(found).columns[:2] == ("Subject", "Residual SD")
    assert {len(row) for row in verdicts(found).rows} == {5}


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (None, "not in this model"),
        ({"AVAL": 2.0, "AVALLO": 1.0, "AVALHI": np.nan, "FLAG": "LOWER_ONLY;AT_BOUND"}, "> 1.00"),
        ({"AVAL": 2.0, "AVALLO": np.nan, "AVALHI": 3.0, "FLAG": "UPPER_ONLY"}, "< 3.00"),
        ({"AVAL": 2.0, "AVALLO": np.nan, "AVALHI": np.nan, "FLAG": "NOT_IDENTIFIED"}, "not bounded by the data"),
        ({"AVAL": 2.0, "AVALLO": 1.0, "AVALHI": 3.0, "FLAG": np.nan}, "2.00 (1.00 to 3.00)"),
    ],
)
def test_a_time_in_words(row, text):
    assert said(row) == text


def test_the_population_is_printed_with_its_remarks(run):
    data, config = run
    row = {"PARAMCD": "CMAX", "PARAM": "Model Cmax", "AVALU": "copies/ug", "ESTIMATE": 24000.0, "LOWER": 2e4,
           "UPPER": 3e4, "OMEGA": 0.01, "SHRINKAGE": 99.6, "FLAG": "OMEGA_COLLAPSED"}  # fmt: skip
    samples = pd.DataFrame({"USUBJID": ["a", "b"]})
    with_fit = replace(data, population=pd.DataFrame([row]), population_samples=samples)
    (grid,) = population(with_fit, config)
    assert grid.rows[0][:5] == ("Model Cmax (copies/µg)", "24,000", "20,000 to 30,000", "0.01", "100 %")
    text = " ".join(model_results(with_fit, config).paragraphs)
    assert "With 2 subjects the spread is poorly known" in text
    assert "No spread between subjects was found for: model cmax." in text


def test_without_a_fit_there_is_no_section(data, config):
    nothing = replace(data, fits=trial_data.no_rows())
    assert model_results(nothing, config) is None
