"""Copies per cell and cells per volume: only from declared facts, by hand, with their inputs beside them."""

import numpy as np
import pandas as pd
import pytest

from cartpk.adpp import CellFacts, derive_cells, derive_params_trial
from cartpk.schemas import ADPD

pytestmark = pytest.mark.requirement("URS-208")

NAN = np.nan


def counts(rows, subject="01"):
    """Cell counts from (measure, day, value); NaN is BLQ."""
    base = dict.fromkeys(ADPD.columns)
    made = [
        base
        | {
            "STUDYID": "T", "USUBJID": subject, "PCSPEC": "BLOOD", "AFRLT": float(day), "AVAL": value,
            "AVALU": "cells/uL", "ALLOQ": 10.0, "BLQFL": "Y" if np.isnan(value) else "N", "ANLFL": "Y",
            "PARAMCD": code, "PARAM": code, "KIND": "absolute", "POPULATION": "LYMPHOCYTES", "COHORT": "A",
            "SRCFILE": "cp.csv", "SRCROW": 2.0,
        }
        for code, day, value in rows
    ]  # fmt: skip
    return pd.DataFrame(made, columns=list(ADPD.columns))


def derived(samples, adpd, facts, events=None):
    return derive_cells(samples, adpd, derive_params_trial(samples, events=events).adpp, facts, events)


def test_copies_per_cell(make):
    tables = derived(make.samples(), counts([]), CellFacts(6.6))
    assert tables.samples["COPCELL"].tolist()[3] == pytest.approx(20_000 * 6.6e-6, rel=1e-12)
    assert tables.samples["COPCELL"].isna().tolist() == [True, *[False] * 8, True]
    assert set(tables.samples["DTYPE"]) == {"DERIVED"}
    assert set(tables.samples["GENOMEPG"]) == {6.6}
    (row,) = tables.adpp.to_dict("records")
    assert (row["PARAMCD"], row["AVALU"]) == ("CMAXCELL", "copies/cell")
    assert row["AVAL"] == pytest.approx(0.132, rel=1e-12)
    assert row["PPANMETH"] == "DERIVED: CMAX X 6.6 PG DNA PER GENOME X 1E-6"
    # 50 copies/ug = 3.3e-4 copies per cell
    assert derived(make.samples(levels=[50.0] * 10), counts([]), CellFacts(6.6)).adpp["AVAL"].item() == pytest.approx(
        3.3e-4
    )


def test_cells_per_volume(make):
    facts = CellFacts(6.6, vcn=2.0, counts={"CART": ("LYM", "MON")}, window_days=1.0)
    adpd = counts([("LYM", 10.5, 800.0), ("LYM", 7, 50.0), ("MON", 9.5, 200.0), ("MON", 7, 10.0), ("LYM", 14, 2000.0),
                   ("MON", 14, 500.0)])  # fmt: skip
    tables = derived(make.samples(), adpd, facts)
    table = tables.samples.set_index("AFRLT")
    assert table.loc[10, ["COUNT", "COUNTOF", "COUNTDIF", "VCN"]].tolist() == [1000.0, "LYM + MON", 0.5, 2.0]
    assert table.loc[10, "CELLSUL"] == pytest.approx(20_000 * 6.6e-6 * 1000 / 2, rel=1e-12)
    assert table.loc[14, "CELLSUL"] == pytest.approx(12_000 * 6.6e-6 * 2500 / 2, rel=1e-12)
    assert table.loc[28, "REASND"] == "no cell count near enough"
    assert table.loc[90, "REASND"] == "below the limit of quantification"
    rows = tables.adpp.set_index("PARAMCD")
    # most copies on day 10, most cells on day 14
    assert rows.loc["CMAXCUL", "AVAL"] == table.loc[14, "CELLSUL"]
    assert rows.loc["TMAXCUL", "AVAL"] == 14
    assert rows.loc["CMAXCUL", "PPANMETH"] == "DERIVED: COPIES/UG X 6.6 PG X 1E-6 X (LYM + MON) / VCN 2"
    assert tables.adpp["PARAM"].str.contains("derived").all()


@pytest.mark.parametrize(
    ("adpd", "why"),
    [
        (counts([("LYM", 14, 900.0)]), "the sample of Cmax has no cell count: no cell count near enough"),
        (
            counts([("LYM", 10, NAN)]),
            "the sample of Cmax has no cell count: a cell count is below its limit of quantification",
        ),
        (
            counts([("LYM", 10, 900.0)]).assign(AVALU="10^9/L"),
            "the sample of Cmax has no cell count: a cell count is not in cells/uL",
        ),
        (counts([("LYM", 10, 900.0)]).assign(ANLFL="N"), "the sample of Cmax has no cell count: no cell count near"),
        (counts([("LYM", 10, 900.0)], "02"), "the sample of Cmax has no cell count: no cell count near enough"),
    ],
)
def test_without_a_count_at_the_peak_there_is_a_reason(make, adpd, why):
    facts = CellFacts(6.6, vcn=2.0, counts={"CART": ("LYM",)})
    rows = derived(make.samples(), adpd, facts).adpp.set_index("PARAMCD")
    for code in ("CMAXCUL", "TMAXCUL"):
        assert np.isnan(rows.loc[code, "AVAL"])
        assert rows.loc[code, "PPREASND"].startswith(why)
    assert rows.loc["CMAXCELL", "AVAL"] > 0


def test_profiles_without_a_peak(make):
    facts = CellFacts(6.6, vcn=2.0, counts={"CART": ("LYM",)})
    blq = derived(make.samples(levels=[NAN] * 10), counts([("LYM", 10, 900.0)]), facts).adpp.set_index("PARAMCD")
    assert blq.loc["CMAXCUL", "AVAL"] == 0
    assert blq.loc["CMAXCELL", "AVAL"] == 0
    assert blq.loc["TMAXCUL", "PPREASND"] == "below the limit of quantification"
    none = derived(make.samples(days=[-1.0], levels=[NAN]), counts([]), facts).adpp
    assert none["AVAL"].isna().all()
    assert set(none["PPREASND"]) == {"no post-infusion result"}


def test_samples_after_the_event_are_no_peak(make):
    facts = CellFacts(6.6, vcn=1.0, counts={"CART": ("LYM",)})
    adpd = counts([("LYM", day, 100.0 if day < 20 else 1e6) for day in make.days])
    events = pd.DataFrame({"USUBJID": ["01"], "AFRLT": [20.0]})
    rows = derived(make.samples(), adpd, facts, events).adpp.set_index("PARAMCD")
    assert rows.loc["TMAXCUL", "AVAL"] == 10


def test_only_copies_per_ug_are_converted(make):
    flow = make.samples(PCTESTCD="FLOW", AVALU="cells/uL")
    tables = derived(pd.concat([make.samples(AVALU="copies/µg"), flow], ignore_index=True), counts([]), CellFacts(6.6))
    assert set(tables.samples["PPCAT"]) == {"CART"}
    assert set(tables.adpp["PPCAT"]) == {"CART"}
