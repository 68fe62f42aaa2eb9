"""What holds for every figure."""

from __future__ import annotations

import pytest
from pandas.testing import assert_frame_equal

from cartpk.figures.exhibit import EmptyFigure, Figure
from cartpk.figures.registry import FIGURES
from cartpk.schemas.clinical import CLINICAL
from cartpk.schemas.derived import DERIVED

pytestmark = pytest.mark.requirement("URS-109")

CLINICAL_FILES = {f"work/{name}.csv" for name in (*CLINICAL, *DERIVED)}
SAMPLES = {
    name: entry
    for name, entry in FIGURES.items()
    if not CLINICAL_FILES & set(entry.inputs)
    and entry.needs != "covariates"
    and name not in {"f_14_2_10", "f_14_2_10b", "f_14_2_23"}
}
"""Figures of samples; those of clinical tables are tested where these are made, in tests/clinical, those of other
specimens and subsets in test_specimens."""
NEVER_FOUND = {"f_14_2_9": "in no curve: 1 subject.", "f_14_2_11": "no value above 0: 1 subject."}
"""Figures that cannot show the never-expander, and how they say so in a footnote."""
ALL = pytest.mark.parametrize("entry", SAMPLES.values(), ids=SAMPLES)


@ALL
def test_declared_inputs_are_all_it_reads(entry, trial, config, only):
    from_all, from_declared = entry.make(trial, config), entry.make(only(trial, entry.inputs), config)
    assert isinstance(from_declared, Figure)
    assert_frame_equal(from_declared.data, from_all.data)
    assert from_declared.caption == from_all.caption


@ALL
def test_every_declared_input_matters(entry, trial, config, only):
    made = entry.make(trial, config)
    for file in entry.inputs:
        if file == "adsl.csv":
            continue
        without = entry.make(only(trial, tuple(f for f in entry.inputs if f != file)), config)
        assert isinstance(without, EmptyFigure) or len(without.data) < len(made.data)


@ALL
def test_words_are_sentences(entry, trial, config):
    made = entry.make(trial, config)
    for text in (made.caption, made.alt, *made.footnotes):
        assert text.endswith(".")
        assert "  " not in text
        assert "nan" not in text.lower().split()
    said = NEVER_FOUND.get(entry.id)
    assert made.n == 18 - (said is not None)
    for text in NEVER_FOUND.values():
        assert any(text in note for note in made.footnotes) == (text == said)
    assert made.width >= 8
    assert made.height > 3


@ALL
def test_no_data_is_an_empty_figure_with_a_reason(entry, trial, config, only):
    made = entry.make(only(trial, ("adsl.csv",)), config)
    assert isinstance(made, EmptyFigure)
    assert made.reason[0].isupper()
    assert made.reason.endswith(".")


@ALL
def test_nothing_is_changed_in_the_tables(entry, trial, config):
    before = {name: getattr(trial, name).copy() for name in ("adsl", "adnca", "adpd", "adpp", "pd_change", "lambda_z")}
    made = entry.make(trial, config)
    made.draw()
    for name, table in before.items():
        assert_frame_equal(getattr(trial, name), table)


@ALL
def test_the_order_of_input_rows_changes_nothing(entry, trial, config):
    from dataclasses import replace

    names = ("adsl", "adnca", "adpd", "adpp", "pd_change")
    turned = replace(trial, **{name: getattr(trial, name).iloc[::-1].reset_index(drop=True) for name in names})
    assert_frame_equal(entry.make(trial, config).data, entry.make(turned, config).data)


@ALL
def test_blq_is_never_drawn_at_zero(entry, trial, config):
    data = entry.make(trial, config).data
    if "DRAWN" in data and entry.id != "f_14_2_21":
        blq = data[data["BLQFL"] == "Y"]
        assert len(blq)
        assert (blq["DRAWN"] == blq["ALLOQ"] / 2).all()


@ALL
def test_excluded_samples_are_not_drawn(entry, trial, config):
    from dataclasses import replace

    out = trial.adsl["USUBJID"].iloc[-1]
    tables = {}
    for name in ("adnca", "adpd", "pd_change"):
        table = getattr(trial, name)
        tables[name] = table.assign(ANLFL=table["ANLFL"].mask(table["USUBJID"] == out, "N"))
    for name in ("adpp", "model_samples", "model_profiles", "population_samples"):
        table = getattr(trial, name)
        tables[name] = table[table["USUBJID"] != out]
    made = entry.make(replace(trial, **tables), config)
    assert made.n == 17 - (entry.id in NEVER_FOUND)
    if "USUBJID" in made.data:
        assert out not in set(made.data["USUBJID"])
