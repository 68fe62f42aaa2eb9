"""Sentences that several figures print."""

from __future__ import annotations

import pandas as pd
import pytest

from cartpk.figures import samples as s
from cartpk.figures import wording

pytestmark = pytest.mark.requirement("URS-109")


def test_the_assay_in_words(trial, config):
    every = s.kinetic_samples(trial, config.primary_analyte)
    said = wording.assay(config.primary_analyte, every)
    assert said == "CAR transgene in blood (qPCR, copies/µg gDNA); LLOQ = 50 copies/µg gDNA."


def test_an_unknown_method_and_limit_are_said_to_be_unknown(trial, config_of):
    config = config_of(analytes=[{"code": "CARTG", "label": "CAR transgene"}])
    every = s.kinetic_samples(trial, config.primary_analyte).assign(PCMETHOD=None, ALLOQ=float("nan"))
    assert wording.assay(config.primary_analyte, every) == (
        "CAR transgene in blood (method not stated, copies/µg gDNA); LLOQ not stated."
    )


def test_small_print_says_synthetic_only_of_synthetic_data(config_of):
    assert wording.small_print(config_of()) == "Synthetic data · NCT00000001 · data cut 2026-01-31"
    assert wording.small_print(config_of(report={"synthetic": False})) == "NCT00000001"


@pytest.mark.parametrize(
    ("unit", "told"), [("copies/ug", True), ("copies/µg gDNA", True), ("cells/uL", False), ("copies/mL", False)]
)
def test_the_caution_on_dna_stands_where_it_belongs(unit, told):
    assert bool(wording.gdna_caveat(pd.DataFrame({"AVALU": [unit]}))) is told


def test_what_cannot_be_drawn_is_counted():
    assert wording.undrawn(pd.DataFrame({"DRAWN": [1.0, 2.0]})) == ()
    assert "1 result " in wording.undrawn(pd.DataFrame({"DRAWN": [1.0, None]}))[0]
    assert "2 results " in wording.undrawn(pd.DataFrame({"DRAWN": [None, None]}))[0]


def test_a_power_of_ten_is_not_broken():
    assert wording.wrapped("2.5 × 10⁷ cells", 0.6) == "2.5 × 10⁷\ncells"


def test_a_remark_in_the_unit_stands_in_the_caption_and_not_on_the_axis(trial, config):
    long = "cells/uL (unit not stated; inferred)"
    every = s.kinetic_samples(trial, config.primary_analyte).assign(AVALU=long)
    assert s.axis_title(config.primary_analyte, every) == "CAR transgene in blood (cells/µL)"
    assert s.lloq_lines(every)["LABEL"].tolist() == ["LLOQ = 50 cells/µL"]
    assert "inferred" in wording.assay(config.primary_analyte, every)
