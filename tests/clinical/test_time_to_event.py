"""OS, PFS, DOR: each rule of censoring on a subject built for it; table and figures of the same rows."""

import math
from dataclasses import replace

import pytest

from cartpk.clinical.time_to_event import derive
from cartpk.core.survival import kaplan_meier
from cartpk.figures.exhibit import EmptyFigure
from cartpk.figures.registry import FIGURES
from cartpk.schemas import checked
from cartpk.schemas.derived import DERIVED
from cartpk.tables import NoTable, csv_text, spec
from cartpk.trial_data import Derived

pytestmark = pytest.mark.requirement("URS-505")

ALL = {"OS": "infusion", "PFS": "infusion", "DOR": "first_response"}


def event(subject, name, day):
    return {"USUBJID": subject, "EVENT": name, "ADY": day}


def assessed(subject, day, code, *, best="Y"):
    return {"USUBJID": subject, "AFRLT": day, "AVALC": code, "RESPFL": "Y" if code in ("CR", "PR") else "N",
            "BORFL": best}  # fmt: skip


# subject: what is known of it; expected (days, CNSR) of OS, PFS, DOR, then with transplants censored
COURSES = {
    "relapse, death": (
        [event("S", "DEATH", 200), event("S", "LAST_CONTACT", 200)],
        [assessed("S", 28, "CR"), assessed("S", 90, "PD")],
        [(200, 0), (90, 0), (62, 0)], [(200, 0), (90, 0), (62, 0)],
    ),
    "alive in remission": (
        [event("S", "LAST_CONTACT", 300)],
        [assessed("S", 28, "SD"), assessed("S", 60, "CR"), assessed("S", 270, "CR")],
        [(300, 1), (270, 1), (210, 1)], [(300, 1), (270, 1), (210, 1)],
    ),
    "transplant, then death": (
        [event("S", "HSCT", 100), event("S", "DEATH", 250), event("S", "LAST_CONTACT", 250)],
        [assessed("S", 28, "CR"), assessed("S", 90, "CR"), assessed("S", 180, "CR", best="N")],
        [(250, 0), (250, 0), (222, 0)], [(100, 1), (90, 1), (62, 1)],
    ),
    "new therapy before progression": (
        [event("S", "NEW_THERAPY", 100), event("S", "LAST_CONTACT", 250)],
        [assessed("S", 28, "PR"), assessed("S", 90, "SD"), assessed("S", 180, "PD", best="N")],
        [(250, 1), (90, 1), (62, 1)], [(250, 1), (90, 1), (62, 1)],
    ),
    "never assessed": ([event("S", "LAST_CONTACT", 20)], [], [(20, 1), (0, 1), None], [(20, 1), (0, 1), None]),
    "not evaluable is no assessment": (
        [event("S", "LAST_CONTACT", 100)], [assessed("S", 28, "SD"), assessed("S", 90, "NE")],
        [(100, 1), (28, 1), None], [(100, 1), (28, 1), None],
    ),
    "progression on the day of the transplant counts": (
        [event("S", "HSCT", 90), event("S", "LAST_CONTACT", 200)], [assessed("S", 90, "PD")],
        [(200, 1), (90, 0), None], [(90, 1), (90, 0), None],
    ),
    "nothing is known": ([], [], [None, (0, 1), None], [None, (0, 1), None]),
}  # fmt: skip


def rows_of(made, events, responses, **survival):
    config = made.config(efficacy={"time_to_event": ALL, "survival": survival})
    data = made.trial({"S": {}}, adevent=events, adrs=responses)
    return checked(derive(data, config), DERIVED["adtte"])


@pytest.mark.parametrize("name", COURSES)
def test_each_rule_of_censoring(made, name):
    events, responses, plain, censored = COURSES[name]
    rows = rows_of(made, events, responses).set_index(["HSCTCNS", "PARAMCD"])
    for handling, expected in (("N", plain), ("Y", censored)):
        for endpoint, answer in zip(ALL, expected, strict=True):
            row = rows.loc[(handling, endpoint)]
            if answer is None:
                assert math.isnan(row["AVAL"])
                assert row["REASND"]
            else:
                assert (row["AVAL"], row["CNSR"]) == answer, (handling, endpoint)
                assert row["ADY"] - row["STARTDY"] == answer[0]
                assert row["AVALM"] == pytest.approx(answer[0] / 30.4375)


def test_a_new_therapy_may_be_ignored(made):
    events, responses, *_ = COURSES["new therapy before progression"]
    rows = rows_of(made, events, responses, new_therapy="ignored")
    assert rows[rows["PARAMCD"] == "PFS"]["AVAL"].tolist() == [180.0, 180.0]
    assert rows[rows["PARAMCD"] == "PFS"]["CNSR"].tolist() == [0.0, 0.0]


def test_several_sites_have_no_duration_of_response_without_a_rule(made):
    sites = {"blood_marrow": ["CR"], "cns": ["CR"]}
    config = made.config(efficacy={"time_to_event": ALL, "responders": sites})
    data = made.trial({"S": {}}, adevent=[event("S", "LAST_CONTACT", 50)], adrs=[assessed("S", 28, "CR")])
    rows = derive(data, config).set_index(["PARAMCD", "HSCTCNS"])
    assert "site_combination_rule" in rows["REASND"]["DOR", "N"]
    assert rows["AVAL"]["PFS", "N"] == 28.0


def test_survival_needs_no_response_data(made):
    config = made.config(efficacy={"time_to_event": ALL})
    data = made.trial({"S": {}}, adevent=[event("S", "DEATH", 50)], absent=("adrs",))
    rows = derive(data, config).set_index(["PARAMCD", "HSCTCNS"])
    assert rows["AVAL"]["OS", "N"] == 50.0
    assert rows["REASND"]["PFS", "N"].startswith("needs data: RS")


def cohort(made, **sections):
    """Eight subjects of two levels: deaths on days 100, 200 ... of every other one, transplants of two."""
    config = made.config(efficacy={"time_to_event": ALL, **sections})
    names = [f"S{i}" for i in range(8)]
    subjects = {n: {"COHORT": f"level {1 + i % 2}", "COHORTN": 1.0 + i % 2} for i, n in enumerate(names)}
    events = [event(n, "DEATH" if i % 2 else "LAST_CONTACT", 100.0 * (i + 1)) for i, n in enumerate(names)]
    events += [event(names[3], "HSCT", 150.0), event(names[6], "HSCT", 120.0)]
    responses = [assessed(n, 28.0, "CR" if i < 6 else "SD") for i, n in enumerate(names)]
    responses += [assessed(n, 90.0, "PD") for n in names[:2]]
    data = made.trial(subjects, adevent=events, adrs=responses)
    rows = checked(derive(data, config), DERIVED["adtte"])
    return replace(data, derived=Derived({"adtte": rows})), config


def test_table_42_prints_the_curve(made):
    data, config = cohort(made)
    body = spec("t_14_2_42").make(data, config).body
    cells = {(r.key["endpoint"], r.key["hsct"], r.key["statistic"]): r.cells[-1] for r in body.rows}
    curve = kaplan_meier([100.0 * (i + 1) for i in range(8)], [i % 2 == 1 for i in range(8)])
    assert cells["OS", "N", "events"].text == "4"
    median = curve.quantile()
    assert cells["OS", "N", "median"].values[0] == pytest.approx(median.value / 30.4375)
    rate = curve.at(12 * 30.4375)
    assert cells["OS", "N", "rate_12"].values == pytest.approx((100 * rate.value, 100 * rate.lower, 100 * rate.upper))
    assert cells["OS", "Y", "events"].text == "3", "one died after a transplant"
    assert cells["DOR", "N", "n"].text == "6"
    assert [r.key["hsct"] for r in body.rows if r.key["statistic"] == "n"] == ["N", "Y"] * 3
    assert csv_text(body)


def test_the_main_analysis_is_a_setting(made):
    data, config = cohort(made, survival={"hsct": "censored"})
    body = spec("t_14_2_42").make(data, config).body
    assert body.rows[0].key["hsct"] == "Y"
    assert "main analysis: transplant censored" in body.rows[0].cells[0].text


def test_no_endpoint_is_no_table_and_no_figure(made):
    data, _ = cohort(made)
    config = made.config()
    assert isinstance(spec("t_14_2_42").make(data, config).body, NoTable)
    for number in ("f_14_2_40", "f_14_2_41", "f_14_2_42"):
        assert isinstance(FIGURES[number].make(data, config), EmptyFigure)


def test_figures_draw_what_the_table_counts(made):
    data, config = cohort(made)
    for number, n, events in (("f_14_2_40", 8, 4), ("f_14_2_41", 8, 5), ("f_14_2_42", 6, 4)):
        made_figure = FIGURES[number].make(data, config)
        assert made_figure.n == n
        main = made_figure.data[made_figure.data["HSCTCNS"] == "N"]
        assert main["EVENTS"].sum() == events
        assert main["SURVIVAL"].iloc[0] == 1.0
        assert main["ATRISK"].iloc[0] == n
        assert all(text.endswith(".") for text in (made_figure.caption, made_figure.alt, *made_figure.footnotes))
    from cartpk.figures.render import pictures

    png, _ = pictures(FIGURES["f_14_2_40"].make(data, config).draw())
    assert png.startswith(b"\x89PNG")


def test_the_swimmer_shows_every_subject_and_its_marks(made):
    data, config = cohort(made)
    clinical = made.clinical(
        {}, adevent=[], adrs=[],
        adae=[{"USUBJID": "S0", "AESI": "CRS", "ASTDY": 4.0}, {"USUBJID": "S0", "AESI": "CRS", "ASTDY": 9.0}],
        adcm=[{"USUBJID": "S0", "ASTDY": 5.0}, {"USUBJID": "S1", "ASTDY": -2.0}],
    )  # fmt: skip
    data = replace(data, clinical=replace(data.clinical, adae=clinical.adae, adcm=clinical.adcm))
    drawn = FIGURES["f_14_2_43"].make(data, config)
    marks = drawn.data
    assert drawn.n == 8
    assert marks[marks["MARK"] == "CRS onset"][["USUBJID", "DAY"]].to_numpy().tolist() == [["S0", 4.0]]
    assert marks[marks["MARK"] == "Tocilizumab"]["USUBJID"].tolist() == ["S0"], "the one before the infusion is none"
    assert marks["MARK"].value_counts()[["Death", "Alive at last contact", "HSCT"]].tolist() == [4, 4, 2]
    assert marks[marks["MARK"] == "First response"]["DAY"].tolist() == [28.0] * 6
    ends = marks[marks["MARK"] == "Follow-up"].set_index("USUBJID")["DAY"]
    assert (marks["DAY"] <= marks["USUBJID"].map(ends)).all()
    empty = FIGURES["f_14_2_43"].make(made.trial({"A": {}}), config)
    assert isinstance(empty, EmptyFigure)
    from cartpk.figures.render import pictures

    assert pictures(drawn.draw())[0].startswith(b"\x89PNG")
