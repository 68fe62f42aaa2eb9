"""Derived tables of effect and exposure: constructed series and groups; each value or its reason."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest

from cartpk import schemas
from cartpk.clinical import derive_all
from cartpk.clinical.cd7_class import classify
from cartpk.clinical.correlations import _row
from cartpk.clinical.er_contrast import _compared
from cartpk.config.effects import Cd7Classes
from cartpk.trial_data import Derived

pytestmark = pytest.mark.requirement("URS-510")

MEASURES = [
    {"code": "POS", "label": "CD7+ T", "kind": "absolute", "population": "NORMAL_T", "marker": "CD7+"},
    {"code": "NEG", "label": "CD7- T", "kind": "absolute", "population": "NORMAL_T", "marker": "CD7-"},
]
SERIES = {
    "POS": [(-7, 500), (0, 100), (7, 40), (14, None), (28, None), (60, 60), (90, 70)],
    "NEG": [(0, 10), (7, 20), (14, 50), (28, 90), (60, 90), (90, 90)],
}


def counts(subject):
    rows = []
    for code, series in SERIES.items():
        for i, (day, value) in enumerate(series):
            blq = value is None
            rows.append(
                {"STUDYID": "T1", "USUBJID": subject, "COHORT": "level 1", "PARAMCD": code, "PARAM": code,
                 "KIND": "absolute", "POPULATION": "NORMAL_T", "MARKER": "CD7+" if code == "POS" else "CD7-",
                 "PCSPEC": "BLOOD", "AFRLT": float(day), "AVAL": float("nan") if blq else float(value),
                 "AVALC": "<1" if blq else str(value), "AVALU": "cells/uL", "ALLOQ": 1.0, "BLQFL": "Y" if blq else "N",
                 "ANLFL": "Y", "SRCFILE": "cp.csv", "SRCROW": float(i)}
            )  # fmt: skip
    return rows


@pytest.fixture(name="tables", scope="module")
def _tables(made):
    who = [f"S{i}" for i in range(8)]
    pk = [
        {"USUBJID": s, "PARCAT1": "NCA", "PARAMCD": "CMAX", "PARAM": "Cmax", "AVAL": 1e3 * 2**i, "AVALU": "copies/ug",
         "PPCAT": "CARTDNA", "PPSPEC": "BLOOD", "ATPTREF": "INFUSION 1", "PPANMETH": "x"}
        for i, s in enumerate(who)
    ]  # fmt: skip
    adpd = schemas.checked(pd.DataFrame([row for s in who[:1] for row in counts(s)]), schemas.ADPD)
    config = made.config(
        pharmacodynamics={"measures": MEASURES, "lymphodepletion_start_day": -5},
        exposure_response={"min_events": 3},
    )
    data = made.trial(
        {s: {} for s in who},
        adpd=adpd,
        adpp=made.filled(schemas.ADPP, pk),
        adrs=[{"USUBJID": s, "AVALC": "CR" if i in {3, 5, 6, 7} else "NR", "RESPFL": "Y" if i in {3, 5, 6, 7} else "N"}
              for i, s in enumerate(who[:7] + who[7:])],
        adae=[{"USUBJID": "S6", "AESI": "CRS", "ATOXGR": 3.0}, {"USUBJID": "S6", "AESI": "CRS", "ATOXGR": 1.0},
              {"USUBJID": "S5", "AESI": "CRS", "ATOXGR": 2.0}],
        adcm=[{"USUBJID": "S6"}],
    )  # fmt: skip
    return dataclasses.replace(data, derived=Derived({e.name: t for e, t in derive_all(data, config)})).derived


def test_a_constructed_series_has_its_times_and_areas(tables):
    rows = tables["pd_effects"]
    rows = rows[rows["USUBJID"].eq("S0") & rows["PPCAT"].eq("POS")].set_index("PARAMCD")
    assert rows.loc["PDBASEI", "AVAL"] == 100
    assert rows.loc["PDBASEL", "AVAL"] == 500
    assert rows.loc["PDL10RL", "AVAL"] == pytest.approx(2.69897)
    assert rows.loc["PDDEPL", ["LOWER", "UPPER", "CNSR"]].tolist() == [7, 14, 0]
    assert rows.loc["PDRECOV", ["LOWER", "UPPER", "CNSR"]].tolist() == [28, 60, 0]
    assert rows.loc["PDDURBEL", ["AVAL", "LOWER", "UPPER"]].tolist() == [46, 14, 53]
    assert rows.loc["PDXOVER", ["LOWER", "UPPER"]].tolist() == [7, 14]
    assert rows.loc["PDAUEC28", "AVAL"] == pytest.approx(7 * 70 + 7 * 20)
    nobody = tables["pd_effects"][tables["pd_effects"]["USUBJID"].eq("S1")]
    assert set(nobody["REASND"]) == {"no measurement"}


def test_groups_come_from_the_clinical_tables(tables):
    groups = tables["subject_groups"].set_index(["GROUPCD", "USUBJID"])["VALUE"]
    assert groups["RESP"].to_dict()["S3"] == "Responder"
    assert groups["CRS"].to_dict() == {**{f"S{i}": "0" for i in range(8)}, "S5": "1-2", "S6": "≥ 3"}
    assert groups["TOCIST"].to_dict()["S6"] == "given"


def test_small_groups_are_listed_and_large_ones_compared(tables):
    rows = tables["er_contrast"].set_index(["GROUPCD", "VALUE"])
    resp = rows.loc[("RESP", "Responder")]
    # exponents 3 5 6 7 against 0 1 2 4
    assert resp["GMR"] == pytest.approx(2 ** (21 / 4 - 7 / 4))
    assert resp["DELTA"] == pytest.approx((16 - 2) / 16)
    assert "listed, not compared" in rows.loc[("TOCIST", "given"), "REASND"]


def test_a_ratio_needs_as_many_values_above_0_as_a_group_needs_subjects(made):
    one, zero = np.array([100.0, 200.0, 400.0]), np.array([0.0, 100.0, 300.0])
    found = _compared(one, zero, made.config())
    assert "GMR" not in found
    assert found["HL"] == pytest.approx(100.0)
    assert found["REASND"].startswith("ratio: a group with fewer than 3 values above 0")
    assert "difference: too few values" in found["REASND"]


@pytest.mark.requirement("URS-514")
def test_lower_bounds_alone_are_not_correlated():
    x = pd.Series([1.0, 2.0, 3.0, 4.0, 5.0], index=list("abcde"))
    for censored, known in ((x > 0, False), (x > 1, True)):
        row = _row("PKPD", ("X", "x", "Y", "y", "M", x, x**2, censored))
        assert math.isnan(row["RHO"]) != known
        assert ("lower bounds" in (row["REASND"] or "")) != known


def test_regressions_have_a_ratio_or_a_reason(tables):
    rows = tables["er_model"]
    rows = rows[rows["PARAMCD"].eq("CMAX")].set_index("OUTCOMECD")
    assert rows.loc["RESP", "RATIO"] > 1
    assert "no regression" in rows.loc["CRS", "REASND"]
    assert (rows["RATIO"].notna() ^ rows["REASND"].notna()).all()


@pytest.mark.requirement("URS-513")
@pytest.mark.parametrize(
    ("percent", "delta", "expected"),
    [(80.01, 1.0, "dim"), (80.0, 2.0, "partial"), (20.0, 0.0, "partial"), (19.9, 0.0, "indeterminate"),
     (95.0, 0.99, "indeterminate"), (95.0, float("nan"), "indeterminate")],
)  # fmt: skip
def test_classes_follow_the_record_and_leave_its_gaps_open(percent, delta, expected):
    assert classify(percent, delta, Cd7Classes())[0] == expected


def test_full_needs_a_number_for_similar():
    assert classify(95.0, 0.1, Cd7Classes(similar_log10=0.3))[0] == "full"
    assert classify(95.0, 0.5, Cd7Classes(similar_log10=0.3))[0] == "indeterminate"
    assert classify(95.0, 0.1, None)[0] is None
