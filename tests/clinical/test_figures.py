"""Figures of clinical tables: what is drawn is what was built into small trials."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cartpk import schemas
from cartpk.clinical.registry import derive_all
from cartpk.core.ranks import spearman
from cartpk.figures.exhibit import EmptyFigure, Figure
from cartpk.figures.registry import FIGURES
from cartpk.figures.render import pictures

LEVELS = {"level 1": 1.0, "level 2": 2.0}


def derived(data, config):
    for entry, table in derive_all(data, config):
        data = replace(data, derived=data.derived.having(entry.name, table))
    return data


def well_said(made):
    assert isinstance(made, Figure)
    for text in (made.caption, made.alt, *made.footnotes):
        assert text.endswith("."), text
        assert "  " not in text
    assert pictures(made.draw())[0][:4] == b"\x89PNG"
    return made


def two_levels(made, **tables):
    subjects = {
        f"s{i}": {"COHORT": name, "COHORTN": LEVELS[name]} for i, name in enumerate(("level 1",) * 3 + ("level 2",) * 2)
    }
    subjects["out"] = {"EXCLRS": "excluded"}
    return made.trial(subjects, **tables)


def exposures(who, values):
    rows = [
        {"USUBJID": s, "PARCAT1": "NCA", "PARAMCD": "CMAX", "PARAM": "Cmax", "AVAL": v, "AVALU": "copies/ug",
         "PPCAT": "CARTDNA", "PPSPEC": "BLOOD", "ATPTREF": "INFUSION 1"}
        for s, v in zip(who, values, strict=True)
    ]  # fmt: skip
    return schemas.checked(pd.DataFrame(rows, columns=list(schemas.ADPP.columns)), schemas.ADPP)


def test_cohorts_show_every_infused_subject_once_and_count_subjects_not_events(made):
    limiting = {"USUBJID": "s1", "DLTFL": "Y", "AEDLT": "Y", "ATOXGR": 4.0}
    contact = [{"USUBJID": s, "ADY": 90.0} for s in ("s0", "s1", "s2", "s3")]
    data = two_levels(made, adae=[limiting, limiting], adevent=[*contact, {"USUBJID": "s4", "ADY": 12.0}])
    config = made.config()
    drawn = well_said(FIGURES["f_14_3_1"].make(derived(data, config), config))
    status = drawn.data.set_index("USUBJID")["STATUS"]
    assert status.to_dict() == {
        "s0": "NO DLT, OBSERVED", "s1": "DLT", "s2": "NO DLT, OBSERVED", "s3": "NO DLT, OBSERVED", "s4": "IN WINDOW",
    }  # fmt: skip
    assert drawn.data["NDLT"].tolist() == [0.0, 2.0, 0.0, 0.0, 0.0]
    assert "1 subject with at least one event" in drawn.caption
    assert drawn.data["PLACE"].tolist() == [1.0, 2.0, 3.0, 1.0, 2.0], "places start anew in each level"


def test_events_of_special_interest_overlap_into_one_bar_with_the_worst_grade(made):
    crs = {"AESI": "CRS", "SCALE": "ASTCT"}
    events = [
        {"USUBJID": "s0", **crs, "ATOXGR": 1.0, "ASTDY": 2.0, "AENDY": 5.0},
        {"USUBJID": "s0", **crs, "ATOXGR": 3.0, "ASTDY": 4.0, "AENDY": 8.0},
        {"USUBJID": "s0", **crs, "ATOXGR": 2.0, "ASTDY": 20.0, "AENDY": 21.0},
        {"USUBJID": "s0", "AESI": "CRS", "SCALE": "CTCAE", "ATOXGR": 4.0, "ASTDY": 3.0, "AENDY": 4.0},
        {"USUBJID": "s3", "AESI": "INFECTION", "ATOXGR": 5.0, "ASTDY": 30.0, "AENDY": np.nan},
        {"USUBJID": "s4", **crs, "ASTDY": np.nan},
        {"USUBJID": "s4", "ASTDY": 3.0},
    ]
    drugs = [{"USUBJID": "s0", "ASTDY": 4.0}, {"USUBJID": "s4", "ASTDY": 4.0}]
    data = two_levels(made, adae=events, adcm=drugs, adevent=[{"USUBJID": "s3", "ADY": 44.0}])
    drawn = well_said(FIGURES["f_14_3_2"].make(data, made.config()))
    bars = drawn.data[drawn.data["KIND"].ne("TOCILIZUMAB")]
    keep = ["USUBJID", "SCALE", "GRADE", "START", "END", "OPEN"]
    assert [tuple(row) for row in bars[keep].itertuples(index=False)] == [
        ("s0", "ASTCT", 3.0, 2.0, 8.0, "N"),
        ("s0", "CTCAE", 4.0, 3.0, 4.0, "N"),
        ("s0", "ASTCT", 2.0, 20.0, 21.0, "N"),
        ("s3", "CTCAE", 5.0, 30.0, 44.0, "Y"),
    ], "two scales are never one bar; an open bar ends where the subject was last known of"
    assert drawn.data.loc[drawn.data["KIND"].eq("TOCILIZUMAB"), "USUBJID"].tolist() == ["s0"]
    assert drawn.n == 2
    assert any("no day of onset: 1 event." in text for text in drawn.footnotes)


def test_tumour_cd7_panels_carry_the_correlation_of_their_marks(made):
    who = [f"s{i}" for i in range(5)]
    cd7 = [{"USUBJID": s, "AVAL": 70.0 + 5 * i} for i, s in enumerate(who)]
    grades = [{"USUBJID": s, "AESI": "CRS", "ATOXGR": g} for s, g in zip(who, (4.0, 3.0, 3.0, 1.0), strict=False)]
    data = two_levels(made, adcd7=cd7, adae=grades)
    config = made.config(exposure_response={"tumour_cd7": True})
    drawn = well_said(FIGURES["f_14_2_31"].make(derived(data, config), config))
    crs = drawn.data[drawn.data["YCODE"].eq("CRS")]
    assert crs.sort_values("USUBJID")["OUTCOME"].tolist() == [4.0, 3.0, 3.0, 1.0, 0.0]
    assert np.isclose(crs["RHO"].iloc[0], spearman(crs["CD7PCT"], crs["OUTCOME"]).value)
    assert isinstance(FIGURES["f_14_2_31"].make(data, made.config()), EmptyFigure)


def test_exposure_by_antibodies_leaves_out_who_was_never_classed(made):
    who = [f"s{i}" for i in range(5)]
    classes = ("NEGATIVE", "TREATMENT-INDUCED", "TREATMENT-INDUCED", "NOT DETERMINED")
    adis = [{"USUBJID": s, "ADACLASS": c} for s, c in zip(who, classes, strict=False)]
    data = two_levels(made, adis=adis * 2, adpp=exposures(who, (10.0, 20.0, 0.0, 40.0, 50.0)))
    drawn = well_said(FIGURES["f_14_2_50"].make(data, made.config()))
    assert dict(zip(drawn.data["USUBJID"], drawn.data["VALUE"], strict=True)) == {
        "s0": "Negative",
        "s1": "Induced",
    }


def test_groups_have_places_of_their_own_in_each_panel(made):
    from cartpk.figures.group_dots import _placed

    rows = pd.DataFrame(
        {"STRIP": ["a", "a", "a", "b", "b"], "VALUEN": [0.0, 2.0, 2.0, 0.0, 1.0], "AVAL": [1.0, 5.0, 5.0, 2.0, 3.0]}
    )
    rows["STRIP"] = pd.Categorical(rows["STRIP"], categories=["a", "b"], ordered=True)
    placed = _placed(rows)
    assert placed["PLACE"].tolist() == [1.0, 2.0, 2.0, 101.0, 102.0]
    assert placed["AT"].tolist()[1] != placed["AT"].tolist()[2], "equal values are set beside each other"


@pytest.mark.parametrize("name", ["f_14_3_1", "f_14_3_2", "f_14_2_31", "f_14_2_33", "f_14_2_33b", "f_14_2_50"])
def test_without_data_there_is_a_reason(made, name):
    config = made.config(exposure_response={"tumour_cd7": True})
    empty = made.trial({}, absent=("adae", "adis", "adcd7"))
    drawn = FIGURES[name].make(derived(empty, config), config)
    assert isinstance(drawn, EmptyFigure)
    assert drawn.reason.endswith(".")


def counts(who, minutes):
    """CAR level and CD7+ count of one subject at days 0, 7, 14, 28, 60: the count follows the level a visit later."""
    level = (None, 100.0, 1e4, 1e3, 100.0)
    cells = (1000.0, 900.0, 100.0, 10.0, 100.0)
    usual = {"STUDYID": "T1", "USUBJID": who, "COHORT": "level 1", "PCSPEC": "BLOOD", "ANLFL": "Y", "SRCFILE": "x.csv"}
    days = (0.0, 7.0, 14.0, 28.0, 60.0)
    pk = [
        {**usual, "PCTESTCD": "CARTDNA", "PCTEST": "CAR", "ATPTREF": "INFUSION 1", "AFRLT": d + minutes, "AVAL": v,
         "AVALU": "copies/ug", "ALLOQ": 50.0, "BLQFL": "Y" if v is None else "N", "SRCROW": float(i)}
        for i, (d, v) in enumerate(zip(days, level, strict=True), start=2)
    ]  # fmt: skip
    cd7 = [
        {**usual, "PARAMCD": "CD7", "PARAM": "CD7+ T cells", "KIND": "absolute", "POPULATION": "NORMAL_T",
         "MARKER": "CD7+", "AFRLT": d, "AVAL": v, "AVALU": "cells/uL", "ALLOQ": 1.0, "BLQFL": "N", "SRCROW": float(i)}
        for i, (d, v) in enumerate(zip(days, cells, strict=True), start=2)
    ]  # fmt: skip
    return pk, cd7


@pytest.mark.requirement("URS-514")
def test_hysteresis_goes_through_the_pairs_in_the_order_of_time(made):
    pk, cd7 = counts("s0", 0.02)
    data = two_levels(
        made,
        adnca=schemas.checked(pd.DataFrame(pk, columns=list(schemas.ADNCA.columns)), schemas.ADNCA),
        adpd=schemas.checked(pd.DataFrame(cd7, columns=list(schemas.ADPD.columns)), schemas.ADPD),
    )
    measure = {"code": "CD7", "label": "CD7+ T cells", "kind": "absolute", "population": "NORMAL_T", "marker": "CD7+"}
    config = made.config(pharmacodynamics={"measures": [measure]})
    drawn = well_said(FIGURES["f_14_2_33"].make(derived(data, config), config))
    assert drawn.data["AFRLT"].tolist() == [7.0, 14.0, 28.0, 60.0]
    assert np.allclose(drawn.data["LEVEL"], [100.0, 1e4, 1e3, 100.0])
    assert np.allclose(drawn.data["LOG10R"], np.log10(1000.0 / np.array([900.0, 100.0, 10.0, 100.0])))
    assert (drawn.data["BOUND"] == "N").all()
    assert drawn.n == 1


def profile(made, who):
    """Three samples of each of these subjects, the last BLQ."""
    rows = [
        {"STUDYID": "T1", "USUBJID": s, "PCSPEC": "BLOOD", "PCMETHOD": "qPCR", "AFRLT": day, "NFRLT": day,
         "AVAL": value, "AVALC": "x", "AVALU": "copies/ug", "ALLOQ": 50.0, "BLQFL": "N" if value else "Y",
         "ANLFL": "Y", "SRCFILE": "pc.csv", "SRCROW": 2.0, "PCTESTCD": "CARTDNA", "PCTEST": "CAR transgene",
         "COHORT": "level 1" if s in ("s0", "s1", "s2") else "level 2", "ATPTREF": "INFUSION 1"}
        for s in who for day, value in ((7.0, 1000.0), (14.0, 4000.0), (60.0, None))
    ]  # fmt: skip
    return made.filled(schemas.ADNCA, rows)


def test_a_profile_has_its_therapies_and_outcomes_above_it(made):
    drugs = [
        {"USUBJID": "s0", "CLASS": "TOCILIZUMAB", "ASTDY": 5.0},
        {"USUBJID": "s0", "CLASS": "TOCILIZUMAB", "ASTDY": 4.0},
        {"USUBJID": "s1", "CLASS": "STEROID", "ASTDY": 6.0},
        {"USUBJID": "s1", "CLASS": "STEROID", "ASTDY": -2.0},  # before the infusion: no mark
    ]
    seen = [{"USUBJID": "s0", "AVALC": "CR", "AFRLT": 28.0}, {"USUBJID": "s3", "AVALC": "CR", "AFRLT": 91.0}]
    hsct = {"USUBJID": "s3", "EVENT": "HSCT", "SRCDOM": "PR", "ADY": 60.0}
    data = two_levels(made, adnca=profile(made, ("s0", "s1", "s3")), adcm=drugs, adrs=seen, adevent=[hsct])
    config = made.config()
    drawn = well_said(FIGURES["f_14_2_5"].make(data, config))
    marks = drawn.data[drawn.data["LAYER"] == "MARK"]
    assert set(zip(marks["USUBJID"], marks["MARK"], marks["AFRLT"], strict=True)) == {
        ("s0", "Tocilizumab", 4.0), ("s0", "First response", 28.0), ("s1", "Steroid", 6.0), ("s3", "HSCT", 60.0),
    }  # fmt: skip
    assert "the first of each: tocilizumab, steroid, response, HSCT." in drawn.caption
    assert any(note.startswith("Not drawn, after the last sample of any subject: 1 event.") for note in drawn.footnotes)
    assert drawn.n == 3
    assert drawn.data.loc[drawn.data["LAYER"] == "INFUSION", "AFRLT"].tolist() == [0.0] * 3


def test_profiles_with_nothing_to_mark_are_not_drawn_twice(made):
    bare = two_levels(made, adnca=profile(made, ("s0",)))
    reason = FIGURES["f_14_2_5"].make(bare, made.config()).reason
    assert reason.endswith("Figure 14.2-4 shows the profiles.")
    assert "no usable result" in FIGURES["f_14_2_5"].make(two_levels(made), made.config()).reason
