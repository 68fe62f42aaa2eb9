"""Marrow beside blood: which samples are matched, what a BLQ makes of the ratio."""

import numpy as np
import pandas as pd
import pytest

from cartpk.adpp import derive_marrow

pytestmark = pytest.mark.requirement("URS-208")

PAIRS = {"CARBM": "CART"}
NAN = np.nan


def trial(make, blood, marrow, **more):
    """Blood and marrow as {day: result}; NaN is BLQ."""
    parts = [make.samples(days=list(blood), levels=list(blood.values()))]
    parts.append(
        make.samples(
            days=list(marrow), levels=list(marrow.values()), PCTESTCD="CARBM", PCSPEC="BONE MARROW, LIQUID", **more
        )
    )
    return pd.concat(parts, ignore_index=True)


def test_the_nearest_blood_sample_within_the_window(make):
    samples = trial(make, {7: 1000, 10: 4000, 14: 500, 30: 90}, {8.5: 300, 12: 100, 17.0: 50, 33.5: 45})
    tables = derive_marrow(samples, PAIRS, 3.0)
    # 8.5 lies between 7 and 10: the earlier; 12 between 10 and 14: the earlier
    assert tables.pairs["RATIO"].iloc[:3].tolist() == [0.3, 0.025, 0.1]
    assert tables.pairs["BDAY"].iloc[:3].tolist() == [7.0, 10.0, 14.0]
    assert tables.pairs["DAYDIFF"].iloc[:3].tolist() == [-1.5, -2.0, -3.0]
    assert np.isnan(tables.pairs["RATIO"].iloc[3])
    assert tables.pairs["REASND"].iloc[3] == "no blood sample near enough"
    rows = tables.adpp.set_index("PARAMCD")["AVAL"]
    assert rows["BMBLRAT"] == pytest.approx((0.3 * 0.025 * 0.1) ** (1 / 3), rel=1e-12)
    assert rows["BMBLNP"] == 3
    assert set(tables.adpp["PPSPEC"]) == {"BONE MARROW, LIQUID"}
    assert derive_marrow(samples, PAIRS, 1.0).adpp.set_index("PARAMCD")["AVAL"]["BMBLNP"] == 0


def test_a_blq_makes_the_ratio_a_limit_or_nothing(make):
    samples = trial(make, {7: 1000, 14: NAN, 28: NAN}, {7: NAN, 14: 400, 28: NAN})
    tables = derive_marrow(samples, PAIRS, 3.0)
    assert tables.pairs["RATIO"].isna().all()
    assert tables.pairs["RATIOC"].tolist()[:2] == ["< 0.05", "> 8"]
    assert tables.pairs["REASND"].tolist() == [
        "marrow is below its limit of quantification: the ratio has an upper limit only",
        "blood is below its limit of quantification: the ratio has a lower limit only",
        "marrow and blood are below their limits of quantification",
    ]
    row = tables.adpp.set_index("PARAMCD").loc["BMBLRAT"]
    assert np.isnan(row["AVAL"])
    assert row["PPREASND"] == "no matched pair of samples is quantifiable in both"
    no_limit = samples.assign(ALLOQ=NAN)
    assert derive_marrow(no_limit, PAIRS, 3.0).pairs["REASND"].iloc[0] == (
        "below a limit of quantification that is not stated"
    )


def test_units_conflicts_events_and_unused_samples(make):
    units = trial(make, {7: 1000.0}, {7: 100.0}, AVALU="copies/mL")
    assert derive_marrow(units, PAIRS, 3.0).pairs["REASND"].tolist() == ["marrow and blood have different units"]
    plain = trial(make, {7: 1000.0}, {7: 100.0})
    twice = pd.concat([plain, plain.iloc[[0]].assign(AVAL=900.0)], ignore_index=True)
    assert derive_marrow(twice, PAIRS, 3.0).pairs["REASND"].tolist() == ["conflicting results at one time"]
    same = pd.concat([plain, plain.iloc[[0]]], ignore_index=True)
    assert derive_marrow(same, PAIRS, 3.0).pairs["RATIO"].tolist() == [0.1]
    events = pd.DataFrame({"USUBJID": ["01", "02"], "AFRLT": [5.0, 1.0]})
    assert derive_marrow(plain, PAIRS, 3.0, events).pairs["REASND"].tolist() == [
        "after the event that ends the profile"
    ]
    for unused in (plain.assign(ANLFL="N"), plain.assign(NCAXFL="Y"), plain.assign(ARRLT=-1.0)):
        assert derive_marrow(unused, PAIRS, 3.0).pairs.empty


def test_subjects_and_infusions_are_never_mixed(make):
    samples = trial(make, {7: 1000.0}, {7: 100.0})
    other = samples[samples["PCTESTCD"] == "CART"].assign(USUBJID="02")
    assert len(derive_marrow(pd.concat([samples, other], ignore_index=True), PAIRS, 3.0).pairs) == 1
    later = samples.assign(ATPTREF=np.where(samples["PCTESTCD"] == "CART", "INFUSION 1", "INFUSION 2"))
    assert derive_marrow(later, PAIRS, 3.0).pairs["REASND"].tolist() == ["no blood sample near enough"]


def test_no_pairs_no_rows(make):
    tables = derive_marrow(make.samples(), {}, 3.0)
    assert tables.pairs.empty
    assert tables.adpp.empty


def test_order_of_rows_changes_nothing(make):
    samples = trial(make, {7: 1000, 10: 4000, 14: 500}, {8.5: 300, 12: 100})
    shuffled = samples.sample(frac=1, random_state=4)
    pd.testing.assert_frame_equal(derive_marrow(samples, PAIRS, 3.0).pairs, derive_marrow(shuffled, PAIRS, 3.0).pairs)
