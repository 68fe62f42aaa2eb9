"""Values that are lower bounds (a result above its upper limit) are printed with their sign wherever they stand."""

import pytest

from cartpk.config.summaries import Summaries
from cartpk.tables import csv_text, l_16_2_5_4, t_14_2_2, t_14_2_4, t_14_2_4b, t_14_2_8
from cartpk.tables.printing import significant
from cartpk.tables.statistics import summed

FULL = Summaries(style="full")


@pytest.fixture(name="data")
def _data(factory):
    """The Cmax and areas of S5 (the highest) are bounds."""
    data = factory.trial()
    adpp = data.adpp.copy()
    mine = adpp["USUBJID"].eq("S5") & adpp["PARCAT1"].eq("NCA")
    adpp["FLAG"] = adpp["FLAG"].mask(mine, adpp["FLAG"].fillna("SPARSE") + ";ABOVE_ULOQ")
    return factory.trial(adpp=adpp)


def test_statistics_that_rest_on_a_bound_carry_its_sign():
    made = summed([[1.0, 2.0, 4.0, 8.0]], FULL, bounds=[[False, False, False, True]])
    assert made.cell("mean", 0, significant).text == "≥ 3.75 (NC)"
    assert made.cell("geo_mean", 0, significant).text == "≥ 2.83 (NC)"
    assert made.cell("median", 0, significant).text == "3.00 [1.00; ≥ 8.00]"
    assert made.cell("median", 0, significant).values == (3.0, 1.0, ">= 8.0")
    low = summed([[1.0, 2.0, 4.0, 8.0]], FULL, bounds=[[True, False, False, False]])
    assert low.cell("median", 0, significant).text == "≥ 3.00 [≥ 1.00; ≥ 8.00]"
    none = summed([[1.0, 2.0]], FULL, bounds=[[False, False]])
    assert none.cell("mean", 0, significant).text == "1.50 (0.707)"


def test_bounds_in_the_summary(factory, data):
    printed = factory.printed(t_14_2_2.table(data, factory.config()))
    cmax = {"parameter": "CMAX"}
    assert printed(factory.HIGH, **cmax, statistic="geo_mean") == "≥ 16,000 (NC)"
    assert (
        printed(factory.HIGH, **cmax, statistic="median") == "8,000 [BLQ; ≥ 32,000]"
    )  # half lie below 8,000 all the same
    assert printed(factory.LOW, **cmax, statistic="median") == "2,500 [1,000; 4,000]"
    assert printed(factory.HIGH, parameter="TMAX", statistic="median") == "14.0 [13.9; 14.0]"
    assert any(note.startswith("≥: rests on a result above") for note in printed.body.footnotes)
    assert ">= 32000.0" in csv_text(printed.body)


def test_bounds_by_subject(factory, data):
    listing = factory.printed(l_16_2_5_4.table(data, factory.config()))
    row = {"usubjid": "S5", "ppcat": "CARTDNA"}
    assert listing("CMAX", **row) == "≥ 32,000"
    assert listing("AUC0_28D", **row) == "≥ 288,000"
    assert listing("TMAX", **row) == "14.0"
    assert "ABOVE_ULOQ" in listing("flags", **row)
    assert any(note.startswith("ABOVE_ULOQ:") for note in listing.body.footnotes)
    config = factory.config(report={"synthetic": True, "summaries": {"min_group": 4}})
    group = factory.printed(t_14_2_4.table(data, config))
    assert group("NR", parameter="CMAX", statistic="subject", usubjid="S5") == "≥ 32,000"


def test_nothing_is_compared_or_fitted_on_a_bound(factory, data):
    config = factory.config(report={"synthetic": True, "summaries": {"min_group": 2}})
    ratios = factory.printed(t_14_2_4b.table(data, config))
    key = {"grouping": "Dose level", "parameter": "CMAX"}
    assert ratios("ratio", **key) == "NC"
    assert ratios("note", **key) == f"{factory.HIGH}: a value is a lower bound (ABOVE_ULOQ)"
    assert ratios("mean", **key) == "≥ 16,000"
    power = factory.printed(t_14_2_8.table(data, config))
    assert power("slope", parameter="CMAX") == "NC"
    assert power("verdict", parameter="CMAX") == "NC: 1 of 4 values are lower bounds (ABOVE_ULOQ)"
