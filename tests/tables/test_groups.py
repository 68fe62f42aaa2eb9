"""Several groupings side by side, groups too small for a summary, ratios between groups, values per dose."""

import math
from dataclasses import replace

import numpy as np
import pytest

from cartpk import schemas
from cartpk.core.intervals import geometric_mean_ratio
from cartpk.schemas.derived import DERIVED
from cartpk.tables import t_14_2_3, t_14_2_4, t_14_2_4b, t_14_2_7
from cartpk.tables.table import NoTable

pytestmark = pytest.mark.requirement("URS-209")

GRADES = {"S1": "0-1", "S2": "0-1", "S3": "0-1", "S4": "2+", "S5": "2+", "S6": "2+"}
BOTH = {"subgroups": [{"column": "RESPONSE", "label": "Response"}, {"column": "CRS", "label": "CRS grade"}]}


@pytest.fixture(name="grouped")
def _grouped(factory):
    def made(module, *, grades=GRADES, **sections):
        config = factory.config(**{"population": BOTH, **sections})
        adsl = factory.adsl()
        adsl["GROUP2"] = adsl["USUBJID"].map(grades).astype("str")
        return factory.printed(module.table(factory.trial(config, adsl=adsl), config))

    return made


def test_every_grouping_has_its_columns(grouped):
    body = grouped(t_14_2_4).body
    assert [c.label for c in body.columns[3:]] == [
        "Response: CR (N = 2)",
        "Response: NR (N = 3)",
        "CRS grade: 0-1 (N = 2)",
        "CRS grade: 2+ (N = 3)",
    ]
    assert body.source.endswith("adsl.csv (GROUP, GROUP2)")


def test_a_small_group_is_listed_by_subject(grouped):
    printed = grouped(t_14_2_4)
    cmax = {"parameter": "CMAX"}
    assert printed("Response: CR", **cmax, statistic="n") == "2 (0)"
    assert printed("Response: CR", **cmax, statistic="geo_mean") == "listed"
    assert printed("Response: CR", **cmax, statistic="median") == "listed"
    assert printed("Response: NR", **cmax, statistic="median").startswith("4,000 [")
    # S1 is in two small groups, S4 in one of them, S6 in none
    assert printed("Response: CR", **cmax, statistic="subject", usubjid="S1") == "1,000"
    assert printed("CRS grade: 0-1", **cmax, statistic="subject", usubjid="S1") == "1,000"
    assert printed("Response: CR", **cmax, statistic="subject", usubjid="S4") == "8,000"
    assert printed("CRS grade: 0-1", **cmax, statistic="subject", usubjid="S4") == ""
    assert not [r for r in printed.body.rows if r.key.get("usubjid") == "S6"]
    assert (
        "Groups of fewer than 3 subjects are listed, not summarised: Response: CR (S1, S4); CRS grade: 0-1 (S1, S2)."
        in printed.body.footnotes
    )


def test_the_limit_of_a_small_group_is_a_setting(grouped):
    lower = grouped(t_14_2_4, report={"synthetic": True, "summaries": {"min_group": 2}})
    assert lower("Response: CR", parameter="CMAX", statistic="median") == "4,500 [1,000; 8,000]"
    assert not [r for r in lower.body.rows if r.key["statistic"] == "subject"]


def test_subjects_without_a_value_of_one_grouping_are_counted_there(grouped):
    printed = grouped(t_14_2_4, grades={**GRADES, "S5": None})
    assert [c.label for c in printed.body.columns[5:]] == ["CRS grade: 0-1 (N = 2)", "CRS grade: 2+ (N = 2)"]
    assert "Subjects without a named group of CRS grade, in no column: 1." in printed.body.footnotes


def ratio_config(factory, **summaries):
    return factory.config(report={"synthetic": True, "summaries": {"min_group": 2, **summaries}})


@pytest.mark.parametrize("variance", ["welch", "pooled"])
def test_ratios_are_those_of_the_core_lowest_dose_as_reference(factory, variance):
    config = ratio_config(factory, ratio_variance=variance)
    printed = factory.printed(t_14_2_4b.table(factory.trial(config), config))
    r = geometric_mean_ratio([8000.0, 32000.0], [1000.0, 4000.0], 0.95, variance)
    key = {"grouping": "Dose level", "parameter": "CMAX"}
    assert printed("ratio", **key) == f"{r.ratio:.2f} ({r.lower:.3g}; {r.upper:,.0f})"
    assert [printed(c, **key) for c in ("n", "n_reference", "mean", "mean_reference")] == ["2", "2", "16,000", "2,000"]
    assert [printed(c, **key) for c in ("group", "reference", "note")] == [factory.HIGH, factory.LOW, ""]
    # the trial's own groups: CR is the first value
    own = {"grouping": "RESPONSE", "parameter": "CMAX"}
    assert [printed(c, **own) for c in ("group", "reference")] == ["NR", "CR"]
    words = {"welch": "Welch-Satterthwaite", "pooled": "common to both"}[variance]
    assert any(words in note and "95 % confidence interval" in note for note in printed.body.footnotes)


def test_a_first_dose_level_of_few_subjects_is_no_reference(factory):
    config = factory.config()
    body = t_14_2_4b.table(factory.trial(config), config)
    printed = factory.printed(body)
    assert {printed("reference", parameter="CMAX", grouping="Dose level")} == {factory.HIGH}
    assert any(f"{factory.HIGH} is the reference" in note for note in body.footnotes)


def test_extrapolated_areas_have_no_part_in_a_ratio(factory):
    config = ratio_config(factory)
    printed = factory.printed(t_14_2_4b.table(factory.trial(config), config))
    key = {"grouping": "Dose level", "parameter": "AUC0_90D"}
    assert printed("n_reference", **key) == "1"
    assert printed("ratio", **key) == "NC"


def test_small_groups_are_listed_not_compared(factory):
    printed = factory.printed(t_14_2_4b.table(factory.trial(), factory.config()))
    key = {"grouping": "Dose level", "parameter": "CMAX"}
    assert printed("ratio", **key) == "NC"
    note = printed("note", **key)
    assert f"{factory.HIGH}: fewer than 3 values above 0 (S4 8,000, S5 32,000)" in note
    assert f"{factory.LOW}: fewer than 3 values above 0 (S1 1,000, S2 4,000)" in note


def test_the_reference_is_a_setting(factory):
    config = factory.config(
        dosing={"levels": [1e7, 1e8]},
        population={"subgroups": [{"column": "RESPONSE", "reference": "NR"}]},
        report={"synthetic": True, "summaries": {"min_group": 2, "reference_dose": 1e8}},
    )
    printed = factory.printed(t_14_2_4b.table(factory.trial(config), config))
    for grouping, group, reference in (("Dose level", factory.LOW, factory.HIGH), ("RESPONSE", "CR", "NR")):
        key = {"grouping": grouping, "parameter": "CMAX"}
        assert [printed(c, **key) for c in ("group", "reference")] == [group, reference]
    gone = factory.config(population={"subgroups": [{"column": "RESPONSE", "reference": "PD"}]})
    notes = t_14_2_4b.table(factory.trial(gone), gone).footnotes
    assert "RESPONSE: no subject has the reference PD; CR stands for it." in notes


def test_nothing_to_compare_is_said(factory):
    one = factory.adsl().assign(COHORT="All subjects", GROUP=None)
    assert isinstance(t_14_2_4b.table(factory.trial(adsl=one), factory.config()), NoTable)


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        ({"report": {"synthetic": True, "summaries": {"reference_dose": 3e7}}}, "is none of dosing.levels"),
        ({"population": {"subgroups": ["A", "A"]}}, "stands twice"),
        ({"population": {"subgroups": [{"column": "A", "label": "X"}, {"column": "B", "label": "X"}]}}, "stands twice"),
        ({"population": {"subgroups": [{"column": "A", "levels": ["x"], "reference": "y"}]}}, "none of the levels"),
    ],
)
def test_settings_that_cannot_hold_are_refused(factory, sections, said):
    with pytest.raises(ValueError, match=said):
        factory.config(**sections)


def test_a_bare_name_is_a_column_and_the_group_column_comes_first(factory):
    config = factory.config(population={"subgroups": ["CRS", "AGEGR"]})
    assert {k: g.name for k, g in config.groupings.items()} == {"GROUP": "RESPONSE", "GROUP2": "CRS", "GROUP3": "AGEGR"}
    assert {k: g.name for k, g in factory.config(population=BOTH).groupings.items()} == {
        "GROUP": "Response",
        "GROUP2": "CRS grade",
    }


def _found(code, label, values, levels):
    """Rows of the table of groups: who is in which, in this order of printing."""
    return [
        {"USUBJID": s, "COHORT": "x", "GROUPCD": code, "GROUP": label, "VALUE": v,
         "VALUEN": float(levels.index(v)) if v else math.nan, "REFFL": "Y" if v == levels[0] else "N",
         "REASND": None if v else "not assessed"}
        for s, v in values.items()
    ]  # fmt: skip


@pytest.fixture(name="analysed")
def _analysed(factory):
    """A trial whose analysis found responses at two sites, and grades of CRS."""
    levels = ("Non-responder", "Responder")
    at_marrow = dict(zip(GRADES, (levels[1], levels[0], levels[1], levels[1], levels[0], None), strict=True))
    at_cns = dict.fromkeys(("S1", "S2"), levels[1]) | dict.fromkeys(("S3", "S4"), levels[0])
    rows = [
        *_found("RESP_MARROW", "Best response, marrow", at_marrow, levels),
        *_found("RESP_CNS", "Best response, cns", at_cns, levels),
        *_found(
            "CRS", "CRS, maximum grade", dict.fromkeys(("S1", "S2", "S3"), "0") | {"S4": "≥ 3"}, ("0", "1-2", "≥ 3")
        ),
        *_found(
            "TOCIST",
            "Tocilizumab or steroid",
            dict.fromkeys(GRADES, "not given") | {"S4": "given"},
            ("not given", "given"),
        ),
    ]

    def made(module, *, subgroups=None, group=None, printed=True):
        population = {} if subgroups is None else {"subgroups": subgroups}
        config = factory.config(population=population, report={"synthetic": True, "summaries": {"min_group": 2}})
        adsl = factory.adsl().assign(GROUP=group)
        data = factory.trial(config, adsl=adsl)
        table = factory.frame(DERIVED["subject_groups"], rows)
        data = replace(data, derived=data.derived.having("subject_groups", table))
        body = module.table(data, config)
        return factory.printed(body) if printed else body

    return made


def test_by_default_response_grade_and_therapy_are_groups(analysed):
    by_response = [c.label for c in analysed(t_14_2_3).body.columns[3:]]
    assert by_response == [
        "Best response, marrow: Non-responder (N = 2)",
        "Best response, marrow: Responder (N = 2)",
        "Best response, cns: Non-responder (N = 1)",
        "Best response, cns: Responder (N = 2)",
    ]
    others = analysed(t_14_2_4)
    assert [c.label for c in others.body.columns[3:]] == [
        "CRS, maximum grade: 0 (N = 2)",
        "CRS, maximum grade: ≥ 3 (N = 1)",
        "Tocilizumab or steroid: not given (N = 4)",
        "Tocilizumab or steroid: given (N = 1)",
    ]
    assert others.body.source.endswith("work/subject_groups.csv (CRS, TOCIST)")
    said = " ".join(others.body.footnotes)
    assert "confounding by indication" in said
    assert "only after part of the exposure was measured" in said
    assert "listed, not summarised: CRS, maximum grade: ≥ 3 (S4); Tocilizumab or steroid: given (S4)." in said
    assert "Subjects without a named group of CRS, maximum grade, in no column: 2." in others.body.footnotes
    assert others("CRS, maximum grade: ≥ 3", parameter="CMAX", statistic="subject", usubjid="S4") == "8,000"


def test_groups_of_the_analysis_are_chosen_named_and_compared(analysed):
    wanted = [{"column": "response", "label": "Response", "reference": "Responder"}]
    ratios = analysed(t_14_2_4b, subgroups=["crs_grade"])
    assert {r.key["grouping"] for r in ratios.body.rows} == {"Dose level", "CRS, maximum grade"}
    assert "fewer than 2 values above 0" in ratios("note", grouping="CRS, maximum grade", parameter="CMAX")
    assert "confounding by indication" not in " ".join(ratios.body.footnotes)
    named = analysed(t_14_2_3, subgroups=wanted)
    assert [c.label.split(":")[0] for c in named.body.columns[3:]] == ["Response, marrow"] * 2 + ["Response, cns"] * 2
    against = analysed(t_14_2_4b, subgroups=wanted)
    here = {"grouping": "Response, marrow", "parameter": "CMAX"}
    assert [against(c, **here) for c in ("group", "reference")] == ["Non-responder", "Responder"]
    none = analysed(t_14_2_3, subgroups=[], printed=False)
    assert "nothing to compare" in none.reason


def test_a_column_of_the_data_may_have_such_a_name(factory):
    asked = factory.config(population={"subgroups": [{"column": "response", "of_data": True}, "crs_grade"]})
    assert [g.column for g in asked.groupings.values()] == ["RESPONSE", "response"]
    assert list(asked.outcome_groupings) == ["CRS"]


def test_values_per_dose_by_level(factory):
    printed = factory.printed(t_14_2_7.table(factory.trial(), factory.config()))
    cmax = {"parameter": "CMAXD", "infusion": "INFUSION 1"}
    assert printed(factory.LOW, **cmax, statistic="median") == "217 [100; 333]"
    assert printed(factory.HIGH, **cmax, statistic="n_positive") == "2"
    assert printed(factory.HIGH, **cmax, statistic="median") == "80.0 [BLQ; 356]"
    (row,) = [r for r in printed.body.rows if r.key == {**r.key, **cmax, "statistic": "n"}]
    assert row.cells[2].text == "Cmax per dose ((copies/µg)/(10⁶ cells))"


def test_a_re_infusion_has_rows_of_its_own(factory):
    data = factory.trial()
    again = [
        factory.parameter(s, "CMAXD", "(copies/ug)/(10^6 cells)", v) | {"ATPTREF": "INFUSION 2"}
        for s, v in (("S1", 7.0), ("S4", 9.0))
    ]
    adpp = factory.frame(schemas.ADPP, [*data.adpp.to_dict("records"), *again])
    printed = factory.printed(t_14_2_7.table(factory.trial(adpp=adpp), factory.config()))
    later = {"infusion": "INFUSION 2", "parameter": "CMAXD"}
    assert printed(factory.LOW, **later, statistic="n") == "1 (0)"
    assert printed(factory.LOW, **later, statistic="median") == "listed"
    assert printed(factory.LOW, **later, statistic="subject", usubjid="S1") == "7.00"
    assert printed(factory.HIGH, **later, statistic="subject", usubjid="S4") == "9.00"
    first = {"infusion": "INFUSION 1", "parameter": "CMAXD", "statistic": "median"}
    assert printed(factory.LOW, **first) == "217 [100; 333]"
    assert any("never pooled with the first profile" in note for note in printed.body.footnotes)


def test_without_a_dose_it_is_said(factory):
    none = factory.adsl().assign(DOSEA=math.nan)
    body = t_14_2_7.table(factory.trial(adsl=none), factory.config())
    assert body == NoTable("The data carry no dose: no value per dose is calculable.")
    adpp = factory.trial().adpp.copy()
    per_dose = adpp["PARAMCD"].eq("CMAXD")
    adpp["AVAL"] = adpp["AVAL"].mask(per_dose, np.nan)
    adpp["PPREASND"] = adpp["PPREASND"].mask(per_dose, "the unit of the dose is not stated")
    body = t_14_2_7.table(factory.trial(adpp=adpp), factory.config())
    assert body == NoTable("No value per dose is calculable: the unit of the dose is not stated.")
