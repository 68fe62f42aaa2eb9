"""Demographics, disposition, deviations: counted by hand on the small trial."""

import dataclasses
import math

import pytest

from cartpk.tables import l_16_2_1, l_16_2_2, l_16_2_4, t_14_1_2
from cartpk.tables.table import NoTable

AGES = {"S1": 30.0, "S2": 41.0, "S3": 50.0, "S4": 20.0, "S5": 60.0}
SEXES = {"S1": "F", "S2": "M", "S3": "M", "S4": "F", "S5": "F", "S6": "F"}


@pytest.fixture(name="people")
def _people(factory):
    """S3 is outside the safety set (no infusion date); S6 has no age; nobody has a weight."""
    adsl = factory.adsl()
    return adsl.assign(AGE=adsl["USUBJID"].map(AGES), SEX=adsl["USUBJID"].map(SEXES))


@pytest.fixture(name="counted")
def _counted(factory):
    """The small trial's counts declared as blasts: a baseline of every subject that has one, S6's BLQ."""
    measure = {"code": "CD7TABS", "label": "CD7+ blasts", "kind": "absolute", "population": "BLAST", "unit": "cells/uL"}
    return factory.config(pharmacodynamics={"measures": [measure]}, trial={"age_years": (18, 70)})


def test_demographics_by_dose_with_what_is_missing(factory, people, counted):
    body = t_14_1_2.table(factory.trial(adsl=people), counted)
    printed = factory.printed(body)
    assert body.population == "Safety set (infused): 5 of 6 subjects"
    age, sex = {"characteristic": "AGE"}, {"characteristic": "SEX"}
    assert [printed(c, **age, statistic="n") for c in (factory.LOW, factory.HIGH, "All doses")] == ["2", "2", "4"]
    assert printed(factory.LOW, **age, statistic="mean") == "35.5 (7.8)"  # 30, 41: sd 11 / sqrt(2)
    assert printed("All doses", **age, statistic="median") == "35.5 [20; 60]"
    assert printed(factory.HIGH, **age, level="Missing") == "1 (33.3)"
    assert printed(factory.LOW, **sex, level="Female") == "1 (50.0)"
    assert printed(factory.HIGH, **sex, level="Female") == "3 (100.0)"
    group = {"characteristic": "GROUP"}
    assert printed("All doses", **group, level="CR") == "2 (40.0)"
    assert {"Missing"} & {
        dict(r.key).get("level") for r in body.rows if dict(r.key)["characteristic"] == "SEX"
    } == set()
    assert "Not in the data: body weight." in body.footnotes
    assert "Age of entry in the registry record: 18 to 70 years." in body.footnotes


def test_a_baseline_below_the_limit_is_blq_and_0_in_the_mean(factory, people, counted):
    printed = factory.printed(t_14_1_2.table(factory.trial(adsl=people), counted))
    blasts = {"characteristic": "CD7TABS"}
    # S1 400, S2 200 | S4 300, S5 none, S6 BLQ
    assert printed(factory.LOW, **blasts, statistic="mean") == "300 (141)"
    assert printed(factory.HIGH, **blasts, statistic="n") == "2"
    assert printed(factory.HIGH, **blasts, statistic="n_blq") == "1"
    assert printed(factory.HIGH, **blasts, statistic="mean") == "150 (212)"
    assert printed(factory.HIGH, **blasts, statistic="median").endswith("[BLQ; 300]")
    assert printed(factory.HIGH, **blasts, level="Missing") == "1 (33.3)"


def test_the_listing_has_one_row_per_subject_and_says_blq(factory, people, counted):
    printed = factory.printed(l_16_2_4.table(factory.trial(adsl=people), counted))
    assert printed.column("subject") == ["S1", "S2", "S3", "S4", "S5", "S6"]
    assert printed.column("age") == ["30", "41", "50", "20", "60", ""]
    assert printed.column("sex") == ["Female", "Male", "Male", "Female", "Female", "Female"]
    assert printed.column("cd7tabs") == ["400", "200", "", "300", "", "BLQ"]
    assert "weight" not in printed.columns


def test_without_any_characteristic_there_is_a_named_gap(factory):
    config = factory.config(data={"columns": {}})
    nobody = factory.adsl().assign(GROUP=None)
    data = factory.trial(config, adsl=nobody)
    for module in (t_14_1_2, l_16_2_4):
        assert module.table(data, config).reason.startswith("Needs data: DM (age, sex), VS (body weight).")


def test_disposition_names_sets_and_last_result(factory):
    config = factory.config()
    printed = factory.printed(l_16_2_1.table(factory.trial(config), config))
    assert printed.column("subject") == ["S1", "S2", "S3", "S4", "S5", "S6"]
    assert printed.column("sets") == ["safety; PK; PD"] * 2 + [""] + ["safety; PK; PD"] * 3
    assert printed.column("last_result") == ["28.0", "28.0", "", "28.0", "60.0", "28.0"]
    assert printed.column("why")[2] == "no infusion date"
    assert set(printed.column("end")) == {""}, "no disposition was delivered"


def test_deviations_are_doses_late_samples_and_absent_ones(factory):
    config = factory.config()
    adnca = factory.adnca()
    mine = adnca["USUBJID"].eq("S1")
    adnca.loc[mine & adnca["NFRLT"].eq(14), "AFRLT"] = 17.5  # window ±2 d
    adnca.loc[mine & adnca["NFRLT"].eq(7), "AFRLT"] = 8.0  # at the end of ±1 d: within it
    absent = adnca["USUBJID"].eq("S4") & adnca["NFRLT"].eq(28)
    adnca.loc[absent, ["ANLFL", "ANLRS", "AVAL"]] = ["N", "no result (BI-006)", math.nan]
    printed = factory.printed(l_16_2_2.table(factory.trial(config, adnca=adnca), config))
    shown = ("subject", "deviation", "planned", "actual", "difference", "allowed")
    rows = list(zip(*(printed.column(c) for c in shown), strict=True))
    assert rows == [
        ("S1", "sample outside its window", "day 14", "day 17.5", "+3.50 d", "±2 d"),
        ("S3", "dose", "1 × 10⁷ cells", "6 × 10⁶ cells", "-40.0 %", "±30 %"),
        ("S4", "no result", "day 28", "", "", ""),
    ]
    assert printed.column("results") == ["CAR transgene", "", "CAR transgene"]


def test_without_a_deviation_or_a_plan_it_says_so(factory):
    wide = factory.config(dosing={"tolerance_pct": 50})
    assert l_16_2_2.table(factory.trial(wide), wide).reason.startswith("Every dose lies within its tolerance")
    unplanned = factory.adsl().assign(DOSEP=math.nan)
    bare = factory.trial(wide, adsl=unplanned, adnca=factory.adnca().assign(NFRLT=math.nan))
    bare = dataclasses.replace(bare, adpd=bare.adpd.assign(NFRLT=math.nan))
    assert isinstance(l_16_2_2.table(bare, wide), NoTable)
    assert "nothing can be held against a plan" in l_16_2_2.table(bare, wide).reason
