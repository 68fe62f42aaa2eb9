"""Bone marrow beside blood: the ratio at matched visits, and the pairs it is made of."""

import math

import pytest

from cartpk.tables import l_16_2_5_6, l_16_2_5_7, t_14_2_6
from cartpk.tables.table import NoTable


@pytest.fixture(name="summary")
def _summary(factory):
    return factory.printed(t_14_2_6.table(factory.trial(), factory.config()))


def test_the_ratio_of_a_visit_is_of_pairs_quantifiable_in_both(factory, summary):
    # day 7: 50/100 and 200/400; day 28: 400/200, and the blood of S2 is BLQ
    day7 = {"dose": factory.LOW, "day": "7"}
    assert [summary(c, **day7) for c in ("samples", "limits", "none", "n")] == ["2", "0", "0", "2"]
    assert summary("geo_mean", **day7) == "0.500 (0.0)"
    assert summary("range", **day7) == "0.500; 0.500"
    assert summary("marrow", **day7) == "100"
    assert summary("blood", **day7) == "200"
    day28 = {"dose": factory.LOW, "day": "28"}
    assert [summary(c, **day28) for c in ("samples", "limits", "none", "n")] == ["2", "1", "0", "1"]
    assert summary("geo_mean", **day28) == "2.00 (NC)"


def test_over_all_days_each_subject_counts_once(factory, summary):
    own = (0.5 * 2.0 * 2.0) ** (1 / 3)
    both = math.sqrt(own * 0.5)
    everything = {"dose": factory.LOW, "day": "all"}
    assert summary("n", **everything) == "2"
    assert summary("geo_mean", **everything).split(" ")[0] == f"{both:.3g}"
    assert summary("samples", **everything) == "5"


def test_a_sample_without_a_partner_or_a_visit_is_counted_and_listed(factory, summary):
    # S4: BLQ in marrow on day 14; day 20 has no visit, and no blood within 3 days
    assert [summary(c, dose=factory.HIGH, day="14") for c in ("samples", "limits", "none", "n")] == ["1", "1", "0", "0"]
    assert [summary(c, dose=factory.HIGH, day="all") for c in ("samples", "limits", "none", "n")] == [
        "2",
        "1",
        "1",
        "0",
    ]
    assert summary("geo_mean", dose=factory.HIGH, day="all") == "NC"
    listing = factory.printed(l_16_2_5_6.table(factory.trial(), factory.config()))
    key = {"usubjid": "S4"}
    assert listing("result", **key, afrlt="14.3") == "BLQ"
    assert listing("ratio", **key, afrlt="14.3") == "< 0.00625"
    assert listing("difference", **key, afrlt="14.3") == "-0.30"
    assert listing("reason", **key, afrlt="20.3") == "no blood sample near enough"
    assert [listing(c, **key, afrlt="20.3") for c in ("blood_day", "blood", "ratio")] == ["", "", ""]
    assert "With a ratio: 4 of 7 marrow samples." in listing.body.footnotes


def test_subjects_outside_the_pk_set_are_listed_and_not_summarised(factory):
    adsl = factory.adsl()
    adsl["PKFL"] = adsl["PKFL"].mask(adsl["USUBJID"].eq("S1"), "N")
    summary = factory.printed(t_14_2_6.table(factory.trial(adsl=adsl), factory.config()))
    assert summary("n", dose=factory.LOW, day="7") == "1"
    assert len(l_16_2_5_6.table(factory.trial(adsl=adsl), factory.config()).rows) == 7


def test_without_marrow_it_is_said(factory):
    none = factory.trial().marrow_ratio.iloc[:0]
    for module in (t_14_2_6, l_16_2_5_6):
        blood = factory.config(analytes=[{"code": "CARTDNA", "label": "CAR transgene"}])
        body = module.table(factory.trial(marrow_ratio=none), blood)
        assert body == NoTable("The trial's data hold no bone marrow that could be set against blood.")
        body = module.table(factory.trial(marrow_ratio=none), factory.config())
        assert body == NoTable("No usable bone marrow sample was taken after infusion.")


def test_derived_units_stand_with_the_numbers_they_are_made_of(factory):
    printed = factory.printed(l_16_2_5_7.table(factory.trial(), factory.config()))
    rows = [[c.text for c in row.cells] for row in printed.body.rows if row.cells[0].text == "S1"]
    day7 = next(r for r in rows if r[4] == "7.00")
    assert day7[5:] == ["100", "0.000660", "40.0", "0.00", "0.0132", ""]  # 100 x 6.6e-6; x 40 / 2
    blq = next(r for r in rows if r[4] == "0.00")
    assert blq[5] == "BLQ"
    assert blq[9] == ""
    assert blq[10] == "below the limit of quantification"
    assert "Copies/cell = copies/µg x 6.6 pg of DNA per genome (declared) x 10⁻⁶." in printed.body.footnotes
    none = factory.trial().derived_units.iloc[:0]
    plain = factory.config(nca={"genome_pg": None, "nucleated_cells": {}})
    assert "declares no DNA content" in l_16_2_5_7.table(factory.trial(derived_units=none), plain).reason
