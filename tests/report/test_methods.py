"""The methods say what was set: another setting, another sentence."""

import itertools

import pytest

from cartpk.models import MODELS
from cartpk.models.cd7_dynamics import EQUATION, PARAMETERS
from cartpk.report.choices import choices, settings
from cartpk.report.methods import methods
from cartpk.report.methods_kinetics import BLQ_RULES
from cartpk.terms import AucFlag

pytestmark = pytest.mark.requirement("URS-605")


def text(config, key):
    """All words of one section."""
    (section,) = [s for s in methods(config) if s.key == key]
    grids = [[g.caption, *g.columns, *itertools.chain(*g.rows)] for g in section.grids]
    return " ".join([section.title, *section.paragraphs, *section.steps, *itertools.chain(*grids)])


CHANGES = [
    ("auc", {"nca": {"auc_method": "linear"}}, "linear trapezoidal rule throughout"),
    ("auc", {"nca": {"auc_method": "lin-log"}}, "logarithmic rule after it"),
    ("auc", {"nca": {"windows": {"days": [28, 180]}}}, "AUC0-28d and AUC0-180d"),
    ("auc", {"nca": {"windows": {"days": [35]}}}, "AUC0-35d is computed"),
    ("auc", {"nca": {"windows": {"tolerance_days": {28: 3.5, 90: 7}}}}, "3.5 days at day 28"),
    ("auc", {"nca": {"windows": {"days": [60], "default_tolerance_days": 4}}}, "w is 4 days at day 60"),
    ("auc", {"nca": {"windows": {"max_extrap_pct": 12.5}}}, "limit is 12.5 %"),
    ("auc", {"nca": {"windows": {"min_results": 4}}}, "Fewer than 4 post-infusion results"),
    ("auc", {"nca": {"windows": {"peak_window_days": [5, 16]}}}, "none from day 5 to day 16"),
    ("auc", {"nca": {"windows": {"blq_confirm": 2}}}, "2 BLQ results in a row"),
    (
        "auc",
        {"nca": {"windows": {"first_blq_after_last": "half_lloq"}}},
        "a straight line to half of the sample's LLOQ",
    ),
    ("auc", {"nca": {"windows": {"all_blq": "nc"}}}, "ALL_BLQ, the area is not reported"),
    ("auc", {"nca": {"windows": {"endpoint_in_record": True}}}, "record names these windows as endpoints"),
    ("auc", {"nca": {"windows": {"endpoint_in_record": False}}}, "does not name these windows"),
    ("blq", {"nca": {"windows": {"all_blq": "nc"}}}, "has no area"),
    ("blq", {"intake": {"below_lloq": "keep"}}, "kept as a number"),
    ("blq", {"intake": {"lloq_from_token": True}}, "a text such as <50"),
    ("peak", {"nca": {"min_tmax_day": 0.5}}, "before day 0.5 is flagged EARLY_TMAX"),
    ("peak", {"nca": {"windows": {"peak_window_days": None}}}, "No peak window is set"),
    ("peak", {"nca": {"tblq_confirm": 2}}, "first of 2 BLQ samples in a row"),
    ("peak", {"nca": {"contraction_days": 18}}, "18 days after Tmax"),
    ("peak", {"nca": {"persistence_limit": "lod"}}, "at or above the limit of detection; the first"),
    ("lambda-z", {"nca": {"min_points": 4}}, "at least 4 of them"),
    ("lambda-z", {"nca": {"r2_min": 0.85}}, "R² is at least 0.85"),
    ("lambda-z", {"nca": {"span_min": 1.5}}, "at least 1.5 half-lives"),
    ("lambda-z", {"nca": {"adj_r2_factor": 0.01}}, "within 0.01 of the best"),
    ("lambda-z", {"nca": {"lambda_z_points": "in/points.csv"}}, "read from the signed file in/points.csv"),
    (
        "lambda-z",
        {"nca": {"lambda_z_points": "p.csv", "lambda_z_points_tolerance_days": 0.25}},
        "without a sample within 0.25 days of its time",
    ),
    ("derived", {"nca": {"genome_pg": 6.6}}, "copies/µg × 6.6 pg DNA per genome (declared in the config)"),
    ("models", {"models": {"method": "ml"}}, "maximum likelihood, without priors"),
    ("models", {"models": {"method": "ls"}}, "half of its LLOQ"),
    ("models", {"models": {"fit": ["stein", "growth_decay"], "choice": "aic"}}, "lowest Akaike"),
    ("models", {"models": {"fit": ["stein", "growth_decay"], "choice": "bicc"}}, "(BICc) is chosen"),
    ("models", {"models": {"residual": "student"}}, "4 degrees of freedom"),
    (
        "models",
        {"models": {"priors": {"stein": {"tmax": {"centre": 12.5, "sd": 0.3, "source": "our own trial, 2031"}}}}},
        "12.5 day 0.3 (log) our own trial, 2031",
    ),
    ("pd", {"pharmacodynamics": {"measures": []}}, "names no CD7 measure"),
    ("time", {"time": {"unit": "hour"}}, "divided by 24"),
    ("time", {"time": {"day_zero": "infusion_is_day_1"}}, "the day of the infusion is day 1"),
    ("time", {"time": {"visit_window_days": {28: 3}}}, "3 days about day 28"),
    (
        "time",
        {"time": {"visit_window_days": {14: 2, 7: 1, 3: 1}}},
        "1 day about days 3 and 7; 2 days about day 14",
    ),
    ("peak", {"nca": {"min_tmax_day": 0}}, "No Tmax is flagged as early"),
    ("data", {"dosing": {"levels": [1e8], "unit": "cells", "tolerance_pct": 15}}, "within 15 %"),
    ("data", {"intake": {"duplicates": "mean"}}, "arithmetic mean"),
    (
        "data",
        {
            "data": {
                "layout": "tidy",
                "tables": ["a.csv"],
                "exclude": [{"column": "NOTE", "contains": "digitised", "reason": "not measured"}],
            }
        },
        "NOTE contains digitised (not measured)",
    ),
    ("statistics", {"report": {"synthetic": True, "significant_digits": 4}}, "4 significant digits"),
    ("statistics", {"report": {"synthetic": True, "summaries": {"style": "arithmetic"}}}, "arithmetic mean and SD"),
    ("statistics", {"report": {"synthetic": True, "summaries": {"max_blq_pct": 33.3}}}, "more than 33.3 %"),
    ("statistics", {"report": {"synthetic": True, "summaries": {"quartiles": "type2"}}}, "SAS PCTLDEF=5"),
    (
        "statistics",
        {"report": {"synthetic": True, "summaries": {"geometric_blq": "quantifiable_only"}}},
        "quantifiable results only",
    ),
]


@pytest.mark.parametrize(("key", "change", "sentence"), CHANGES)
def test_another_setting_is_another_sentence(make_config, config, key, change, sentence):
    assert sentence in text(make_config(**change), key)
    assert sentence not in text(config, key)


def test_marrow_and_cells_per_volume_have_their_sentences(make_config, config):
    blood = {"code": "BL", "label": "CAR in blood", "method": "qPCR", "unit": "copies/ug"}
    marrow = {**blood, "code": "BM", "label": "CAR in marrow", "specimen": "BONE MARROW, LIQUID"}
    counts = [{"code": "LEU", "label": "Leukocytes", "kind": "absolute", "population": "LYMPHOCYTES"}]
    nca = {"genome_pg": 6.6, "nucleated_cells": {"BL": ["LEU"]}, "marrow": {"window_days": 5}, "count_window_days": 2}
    said = text(
        make_config(
            analytes=[blood, marrow],
            nca=nca,
            product={"name": "CAR-T", "cell": "T", "vcn_copies_per_cell": 1.5},
            pharmacodynamics={"measures": counts},
        ),
        "derived",
    )
    for words in (
        "CAR in marrow against CAR in blood", "at most 5 days away", "vector copy number 1.5 (declared)",
        "within 2 days of the sample (BL: LEU)",
    ):  # fmt: skip
        assert words in said
        assert words not in text(config, "derived")
    assert "declares no DNA content of a genome" in text(config, "derived")


SDTM = {"layout": "sdtm", "domains": {"pc": ["pc.csv"], "ex": ["ex.csv"], "dm": ["dm.csv"]}}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"origin": "infusion_end"}, "Time zero is the end of the first infusion"),
        ({"date_only_clock": "08:30"}, "read as 08:30"),
        ({"split_dose_days": 3}, "within 3 days of the first"),
    ],
)
def test_settings_of_the_standard_way_in_have_their_sentences(make_config, change, sentence):
    assert sentence in text(make_config(data=SDTM, time=change), "time")
    assert sentence not in text(make_config(data=SDTM), "time")


@pytest.mark.parametrize("rule", BLQ_RULES)
def test_every_blq_rule_has_words_of_its_own(make_config, rule):
    assert BLQ_RULES[rule] in text(make_config(nca={"blq_rule": rule}), "blq")


def test_blq_rules_are_those_of_the_config():
    from typing import get_args

    from cartpk.config.kinetics import Nca

    assert set(BLQ_RULES) == set(get_args(Nca.model_fields["blq_rule"].annotation))


def test_every_flag_of_the_areas_is_explained(config):
    said = text(config, "auc")
    assert [flag for flag in AucFlag if flag.value not in said] == []


@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_named_with_its_equation_source_and_priors(make_config, name):
    model, said = MODELS[name], text(make_config(models={"fit": [name]}), "models")
    assert model.equation in said
    assert model.source in said
    for parameter in model.parameters:
        assert f"{parameter.symbol}: {parameter.label}" in said
        assert parameter.prior.source in said


def test_a_model_of_the_counts_is_there_only_when_asked_for(make_config, config):
    assert "pd-model" not in [s.key for s in methods(config)]
    asked = make_config(pharmacodynamics={"dynamics": {"unlearnt_above": 0.6}})
    said = text(asked, "pd-model")
    assert EQUATION in said
    assert "exceeds 0.6 of its prior SD" in said
    for parameter in PARAMETERS:
        assert f"{parameter.symbol}: {parameter.label}" in said
        assert parameter.prior.source in said


def test_covariates_screening_and_schedule_are_named(make_config, config):
    assert "population-model" not in [s.key for s in methods(config)]
    asked = {"model": "stein", "seed": 77, "plan": True, "screen": ["AGE"]}
    asked["covariates"] = [{"parameter": "cmax", "column": "DOSEA"}]
    said = text(make_config(models={"population": asked}), "population-model")
    for part in ("DOSEA on cmax", "regressed on AGE", "Value of the schedule", "seed 77", "Louis", "Holm 1979"):
        assert part in said
    plain = text(make_config(models={"population": {"seed": 1}}), "population-model")
    assert "No covariate is in the model." in plain
    assert "Value of the schedule" not in plain


def test_without_map_no_prior_is_listed(make_config):
    sections = methods(make_config(models={"method": "ml"}))
    (models,) = [s for s in sections if s.key == "models"]
    assert models.grids == ()


def test_every_choice_is_listed_with_its_value(make_config):
    config = make_config(nca={"windows": {"min_results": 5}})
    (grid,) = choices(config).grids
    listed = {row[0]: row[1] for row in grid.rows}
    marked = {path for path, _, description in settings(config) if description.startswith("[choice]")}
    assert set(listed) == marked
    assert listed["nca.windows.min_results"] == "5"
    assert not [row for row in grid.rows if "[choice]" in row[2]]


def test_every_setting_is_walked_once(config):
    paths = [path for path, _, _ in settings(config)]
    assert len(paths) == len(set(paths))
    assert {"trial.id", "analytes[1].code", "nca.windows.days", "pharmacodynamics.measures[1].kind"} <= set(paths)


def test_keys_are_unique_and_no_text_is_empty(config):
    sections = methods(config)
    keys = [s.key for s in sections]
    assert len(keys) == len(set(keys))
    for section in sections:
        assert section.title
        assert section.paragraphs
        assert all(p.strip() and "  " not in p for p in (*section.paragraphs, *section.steps))
        assert all(len(row) == len(grid.columns) for grid in section.grids for row in grid.rows)
