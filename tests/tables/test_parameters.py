"""Summaries of NCA parameters: which values count, how they are told apart, what is not calculable."""

import math
import statistics

import pytest

from cartpk import schemas
from cartpk.tables.parameters import auc_flag
from cartpk.tables.t_14_2_2 import table
from cartpk.tables.t_14_2_4 import table as by_group
from cartpk.tables.table import NoTable
from cartpk.terms import AucFlag

pytestmark = pytest.mark.requirement("URS-110")

ALL = "All doses"


def made(factory, config=None, **replaced):
    config = config or factory.config()
    return factory.printed(table(factory.trial(config, **replaced), config))


def test_columns_are_dose_levels_with_their_analysis_set(factory):
    body = made(factory).body
    assert [c.label for c in body.columns[3:]] == [
        f"{factory.LOW} (N = 2)",
        f"{factory.HIGH} (N = 3)",
        "All doses (N = 5)",
    ]
    assert body.population.endswith("5 of 6 subjects")


def test_the_geometric_mean_is_of_values_above_0_and_says_so(factory):
    printed = made(factory)
    values = [8000.0, 32000.0]
    assert printed(factory.HIGH, parameter="CMAX", statistic="n") == "3 (0)"
    assert printed(factory.HIGH, parameter="CMAX", statistic="n_positive") == "2"
    s = statistics.stdev(map(math.log, values))
    cv = 100 * math.sqrt(math.exp(s * s) - 1)
    assert printed(factory.HIGH, parameter="CMAX", statistic="geo_mean") == f"16,000 ({cv:.1f})"
    # a profile that is BLQ throughout has no smallest concentration, but its area is 0
    assert printed(factory.HIGH, parameter="CMAX", statistic="median") == "8,000 [BLQ; 32,000]"
    assert printed(factory.HIGH, parameter="AUC0_28D", statistic="median") == "72,000 [0; 288,000]"


def test_areas_enter_by_their_flag(factory):
    printed = made(factory)
    # low: one extrapolated, one complete; high: two not calculable, one BLQ throughout
    main = [r for r in printed.body.rows if r.key.get("parameter") == "AUC0_90D" and "set" not in r.key]
    texts = {r.key["statistic"]: [c.text for c in r.cells[3:]] for r in main}
    assert texts["n"] == ["1 (1; 0)", "1 (0; 2)", "2 (1; 2)"]
    assert texts["geo_mean"] == ["36,000 (NC)", "NC", "36,000 (NC)"]
    second = [r for r in printed.body.rows if r.key.get("set") == "with_extrapolated"]
    assert {r.key["parameter"] for r in second} == {"AUC0_90D"}
    assert [c.text for c in second[0].cells[2:]] == ["n, with extrapolated", "2", "1", "3"]
    assert [r.key["statistic"] for r in second] == ["n", "n_positive", "geo_mean"]
    assert second[2].cells[3].text.startswith("20,800 (")


def test_a_weak_half_life_counts_and_the_line_below_leaves_it_out(factory):
    rows = [r for r in made(factory).body.rows if r.key.get("parameter") == "LAMZHL"]
    texts = {(r.key.get("set"), r.key["statistic"]): [c.text for c in r.cells[3:]] for r in rows}
    assert texts[None, "n"] == ["2 (1; 0)", "1 (0; 2)", "3 (1; 2)"]
    assert texts["without_flagged", "n"] == ["1", "1", "2"]
    # one value comes back as it is, not one rounding lower
    assert texts[None, "geo_mean"][1] == texts[None, "median"][1].split(" ")[0] + " (NC)" == "4.12 (NC)"


def test_times_have_median_and_range_only(factory):
    rows = [r for r in made(factory).body.rows if r.key.get("parameter") == "TMAX"]
    assert [r.key["statistic"] for r in rows] == ["n", "median"]
    assert [c.text for c in rows[0].cells[3:]] == ["2 (0)", "2 (1)", "4 (1)"]
    assert rows[1].cells[3].text == "14.1 [14.0; 14.1]"  # 14.05 rounded half up


def test_flags_of_the_windows_are_counted_below_the_table(factory):
    notes = made(factory).body.footnotes
    assert "AUC0-28d: COMPLETE 2; COMPLETE_BLQ 1; WINDOW 1; ALL_BLQ 1." in notes
    assert "AUC0-90d: COMPLETE_BLQ 1; EXTRAPOLATED 1; ALL_BLQ 1; NC_INCOMPLETE 1; NC_EVENT 1." in notes


def test_excluded_subjects_and_later_infusions_are_not_summarised(factory):
    row = factory.parameter("S3", "CMAX", "copies/ug", 1e6)
    again = factory.parameter("S1", "CMAX", "copies/ug", 1e6) | {"ATPTREF": "INFUSION 2"}
    data = factory.trial()
    adpp = factory.frame(schemas.ADPP, [*data.adpp.to_dict("records"), row, again])
    assert made(factory, adpp=adpp).body.rows == made(factory).body.rows


def test_units_are_never_pooled(factory):
    data = factory.trial()
    adpp = data.adpp.copy()
    adpp.loc[adpp["PARAMCD"].eq("CMAX") & adpp["USUBJID"].eq("S2"), "AVALU"] = "copies/mL"
    printed = made(factory, adpp=adpp)
    rows = [r for r in printed.body.rows if r.key.get("parameter") == "CMAX" and r.key["statistic"] == "n"]
    assert [(r.cells[1].text, r.cells[3].text) for r in rows] == [
        ("Cmax (copies/mL)", "1 (0)"),
        ("Cmax (copies/µg)", "1 (0)"),
    ]


def test_windows_come_from_the_config(factory):
    config = factory.config(nca={"windows": {"days": [28]}})
    parameters = {r.key["parameter"] for r in made(factory, config).body.rows}
    assert "AUC0_28D" in parameters
    assert "AUC0_90D" not in parameters


def test_digits_come_from_the_config(factory):
    config = factory.config(report={"synthetic": True, "significant_digits": 5})
    assert made(factory, config)(factory.LOW, parameter="CMAX", statistic="median") == "2,500.0 [1,000.0; 4,000.0]"


def test_groups_of_the_trial_are_columns_too(factory):
    body = by_group(factory.trial(), factory.config())
    assert [c.label for c in body.columns[3:]] == ["CR (N = 2)", "NR (N = 3)"]
    ordered = factory.config(population={"subgroups": [{"column": "RESPONSE", "levels": ["NR", "CR"]}]})
    assert [c.key for c in by_group(factory.trial(ordered), ordered).columns[3:]] == ["NR", "CR"]
    one = factory.adsl().assign(GROUP="CR")
    assert isinstance(by_group(factory.trial(adsl=one), factory.config()), NoTable)
    some = factory.adsl()
    some["GROUP"] = some["GROUP"].where(some["USUBJID"].ne("S6"))
    notes = by_group(factory.trial(adsl=some), factory.config()).footnotes
    assert "Subjects without a named group, in no column: 1." in notes


@pytest.mark.parametrize(
    ("text", "flag"),
    [("COMPLETE;EARLY_TMAX", AucFlag.COMPLETE), ("EARLY_TMAX", None), (math.nan, None), ("NC_EVENT", AucFlag.NC_EVENT)],
)
def test_auc_flag(text, flag):
    assert auc_flag(text) == flag
