"""By-visit summaries: which sample counts, what a BLQ does, when there is no mean."""

import math

import pytest

from cartpk import schemas
from cartpk.tables.t_14_2_1 import table as concentrations
from cartpk.tables.t_14_2_10 import table as counts
from cartpk.tables.table import NoTable
from cartpk.tables.visits import at_visits, day_label

ALL = "All doses"


@pytest.fixture(name="printed")
def _printed(factory):
    return factory.printed(concentrations(factory.trial(), factory.config()))


def with_samples(factory, *changes):
    """The kinetic samples with some of their cells changed: (subject, day, column, value)."""
    table = factory.adnca()
    for subject, day, column, value in changes:
        table.loc[table["USUBJID"].eq(subject) & table["NFRLT"].eq(day), column] = value
    return factory.trial(adnca=schemas.checked(table, schemas.ADNCA))


def test_blq_rules(factory, printed):
    # day 28: low 200 and BLQ; high 1000, 3000 and BLQ
    assert printed("n", dose=factory.LOW, day="28") == "2"
    assert printed("n_blq", dose=factory.LOW, day="28") == "1"
    assert printed("mean", dose=factory.LOW, day="28") == "100 (141)"  # BLQ = 0
    assert printed("geo_mean", dose=factory.LOW, day="28").startswith("70.7 (")  # BLQ = 25, LLOQ/2
    assert printed("median", dose=factory.LOW, day="28") == "BLQ"
    assert printed("range", dose=factory.LOW, day="28") == "BLQ; 200"
    assert printed("median", dose=factory.HIGH, day="28") == "1,000"


def test_a_visit_with_too_many_blq_has_no_means(factory, printed):
    assert printed("n_blq", dose=factory.LOW, day="0") == "2"
    for column in ("mean", "cv", "geo_mean"):
        assert printed(column, dose=factory.LOW, day="0") == "NC"
    assert printed("range", dose=factory.LOW, day="0") == "BLQ"
    strict = factory.config(report={"synthetic": True, "summaries": {"max_blq_pct": 30}})
    assert factory.printed(concentrations(factory.trial(), strict))("mean", dose=factory.HIGH, day="28") == "NC"


def test_the_geometric_mean_can_be_of_quantifiable_results_only(factory):
    config = factory.config(report={"synthetic": True, "summaries": {"geometric_blq": "quantifiable_only"}})
    body = concentrations(factory.trial(), config)
    assert factory.printed(body)("geo_mean", dose=factory.LOW, day="28") == "200 (NC)"
    assert "Geometric mean: of quantifiable results only." in body.footnotes


def test_nothing_after_the_event_counts(printed):
    assert not [row for row in printed.body.rows if row.key["day"] == "60"]


def test_a_sample_outside_its_window_is_left_out_and_counted(factory):
    data = with_samples(factory, ("S1", 7, "AFRLT", 8.5), ("S2", 7, "NFRLT", math.nan))
    body = concentrations(data, factory.config())
    assert not [r for r in body.rows if r.key["day"] == "7" and r.key["dose"] == factory.LOW]
    assert "Left out: 2 results without a nominal day or outside its window." in body.footnotes


def test_the_nearer_sample_stands_for_a_subject(factory):
    table = factory.adnca()
    extra = table[table["USUBJID"].eq("S1") & table["NFRLT"].eq(7.0)].assign(AFRLT=7.5, AVAL=9999.0, SRCROW=99.0)
    data = factory.trial(adnca=factory.frame(schemas.ADNCA, [*table.to_dict("records"), *extra.to_dict("records")]))
    body = concentrations(data, factory.config())
    assert factory.printed(body)("range", dose=factory.LOW, day="7") == "100; 400"
    assert any(note.startswith("Left out: 1 further sample of") for note in body.footnotes)


def test_before_and_after_infusion_are_different_visits(factory):
    rows = factory.adnca().assign(NFRLT=0.0)
    rows["AFRLT"] = [(-0.1 if i % 2 else 0.2) for i in range(len(rows))]
    found = at_visits(rows, factory.config()).rows
    assert set(found["VISIT"]) == {"Day 0, before infusion", "Day 0, after infusion"}


def test_without_nominal_days_there_is_a_sentence(factory):
    data = factory.trial(adnca=factory.adnca().assign(NFRLT=math.nan))
    body = concentrations(data, factory.config())
    assert isinstance(body, NoTable)
    assert "names a nominal day" in body.reason


@pytest.mark.parametrize(
    ("day", "label"), [(28, "Day 28"), (0.0417, "Day 0, 1 h"), (-7, "Day -7"), (0, "Day 0"), (1.5, "Day 1.5")]
)
def test_day_labels(day, label):
    assert day_label(day) == label


def test_counts_have_changes_from_baseline(factory):
    printed = factory.printed(counts(factory.trial(), factory.config()))
    # low: 400 -> 40 and 200 -> 20; BLQ on day 14 is a change to 0
    assert printed("median", dose=factory.LOW, day="7") == "30.0 (25.0; 35.0)"
    assert printed("change", dose=factory.LOW, day="7") == "-270 (-315; -225)"
    assert printed("percent_change", dose=factory.LOW, day="7") == "-90.0 (-90.0; -90.0)"
    assert printed("percent_change", dose=factory.LOW, day="14") == "-100.0 (-100.0; -100.0)"
    # a baseline that is BLQ gives no change: of three subjects one has one
    assert printed("n", dose=factory.HIGH, day="7") == "3"
    assert printed("n_change", dose=factory.HIGH, day="7") == "1"
    # at the baseline itself there is nothing to change from
    assert printed("n_change", dose=factory.LOW, day="-1") == printed("change", dose=factory.LOW, day="-1") == ""


def test_without_measures_there_is_a_sentence(factory):
    config = factory.config(pharmacodynamics={"measures": []}, nca={"nucleated_cells": {}})
    body = counts(factory.trial(factory.config()), config)
    assert isinstance(body, NoTable)
    assert "no cell counts" in body.reason
