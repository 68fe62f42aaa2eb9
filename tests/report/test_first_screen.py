"""Cautions, completeness, findings and record: each rule speaks when it must and is silent when not."""

from dataclasses import replace

import pandas as pd
import pytest

from cartpk import schemas
from cartpk.report.caveats import cautions, limitations
from cartpk.report.completeness import completeness, flag_counts, primary_parameters, window_code
from cartpk.report.issues import group_findings
from cartpk.report.record import dose_levels, heading, record, sentence

pytestmark = pytest.mark.requirement("URS-603")

STEIN = "Stein 2019 (expansion, contraction, persistence)"


def said(data, config):
    return [c.text for c in cautions(data, config)]


def edited(table, column, value, where):
    changed = table.copy()
    changed.loc[where, column] = value
    return changed


def test_errors_of_the_input_checks_come_first_and_strong(data, config):
    first = cautions(data, config)[0]
    assert first.text == "1 finding of the input checks is of severity error: what they name is left out."
    assert first.strong
    assert first.target == "findings"
    clean = replace(data, findings=data.findings[data.findings["SEVERITY"] != "error"])
    assert "severity error" not in " ".join(said(clean, config))


def test_subjects_left_out_are_counted_with_their_reason(data, config):
    assert "1 subject is outside the analysis: no date of infusion." in said(data, config)


def test_small_groups_count_only_subjects_in_the_analysis(data, config):
    (text,) = [t for t in said(data, config) if t.startswith("Small groups")]
    assert text == "Small groups: 1e8 cells (n = 1). Read the individual values, not the summary."


def test_a_level_with_nobody_in_the_analysis_is_a_small_group(data, config):
    out = replace(data, adsl=edited(data.adsl, "EXCLRS", "no result", data.adsl["COHORTN"] == 2))
    assert any("1e8 cells (n = 0)" in text for text in said(out, config))


def test_an_early_peak_names_its_subject(data, config):
    (text,) = [t for t in said(data, config) if "Tmax before" in t]
    assert text.startswith('1 subject (<script>alert("x")</script> & co): Tmax before day 1;')


@pytest.mark.parametrize(
    ("flag", "words"),
    [("PEAK_NOT_SAMPLED", "no sample in the peak window"), ("TMAX_AT_LAST", "Cmax is the last sample")],
)
def test_flags_of_the_peak_are_said_of_cmax_only(data, config, flag, words):
    assert not any(words in t for t in said(data, config))
    cmax = edited(
        data.adpp, "FLAG", f"SPARSE;{flag}", (data.adpp["PARAMCD"] == "CMAX") & (data.adpp["USUBJID"] == "101")
    )
    assert any(t.startswith("1 subject (101)") and words in t for t in said(replace(data, adpp=cmax), config))
    area = edited(data.adpp, "FLAG", flag, data.adpp["PARAMCD"] == "AUC0_28D")
    assert not any(words in t for t in said(replace(data, adpp=area), config))


def test_missing_and_extrapolated_areas_are_counted_per_window(data, config):
    texts = [t for t in said(data, config) if t.startswith("AUC0-")]
    assert texts == [
        "AUC0-90d is not reported for 2 and extrapolated, and so outside the primary summary, for 1 of 7 subjects."
    ]


def test_half_life_states_on_how_many_it_rests(data, config):
    assert any("half-life rests on 5 of 7 subjects" in t for t in said(data, config))


@pytest.mark.parametrize(
    ("unit", "warned"),
    [("copies/ug", True), ("copies/µg gDNA", True), ("DNA copies/UG", True), ("cells/uL", False), ("%", False)],
)
def test_copies_per_ug_are_warned_of(data, config, unit, warned):
    changed = replace(data, adnca=data.adnca.assign(AVALU=unit))
    assert any("PMC7578827" in t for t in said(changed, config)) is warned


def measure(**more):
    return {"measures": [{"code": "X", "label": "X", "kind": "absolute", **more}]}


def test_unspecified_cd7_cells_are_warned_of(data, config, make_config):
    words = "cannot be told apart"
    assert not any(words in t for t in said(data, config))
    assert any(words in t for t in said(data, make_config(pharmacodynamics=measure())))


def test_car_nk_among_nk_cells_is_warned_of(data, make_config):
    nk = make_config(product={"name": "CAR-NK", "cell": "NK"}, pharmacodynamics=measure(population="NORMAL_NK"))
    t = make_config(pharmacodynamics=measure(population="NORMAL_NK"))
    assert any("CAR-NK cells can be counted" in x for x in said(data, nk))
    assert not any("CAR-NK cells can be counted" in x for x in said(data, t))


def test_the_last_word_is_always_that_it_is_exploratory(data, config):
    assert said(data, config)[-1] == (
        "Descriptive and exploratory: no comparison group, no hypothesis test, no dose decision."
    )


def test_limitations_follow_the_config(config, make_config):
    everything = " ".join(limitations(config))
    assert "AUC0-90d and persistence favour those who live longer" in everything
    assert "simulated" in everything
    assert "Dose proportionality is not expected" in everything
    plain = make_config(
        nca={"windows": {"days": [28]}},
        pharmacodynamics={"measures": []},
        report={"synthetic": False},
        dosing={"levels": None},
    )
    short = " ".join(limitations(plain))
    assert "dose" not in short.lower()
    assert "immortal" not in short
    assert "simulated" not in short
    assert "percentage" not in short


def tiles(data, config):
    return {tile.label: (tile.value, tile.detail) for tile in completeness(data, config)}


def test_completeness_counts(data, config):
    counted = tiles(data, config)
    assert counted["Subjects in the analysis"] == ("7 of 8", ("9 planned", "1 left out"))
    assert counted["CAR transgene: samples used"] == ("34 of 35", (f"1 × {data.adnca['ANLRS'].dropna().iloc[0]}",))
    assert counted["Below the limit (BLQ)"] == ("25.9 %", ("7 of 27 post-infusion results",))
    assert counted["AUC0-28d reported"] == ("7 of 7", ("7 × sampled to the end",))
    assert counted["AUC0-90d reported"] == (
        "5 of 7",
        ("4 × BLQ before the end", "2 × follow-up too short", "1 × extrapolated"),
    )
    assert counted["Terminal half-life"] == ("5 of 7", ("1 × poor line (R²)",))
    assert counted["Model fits converged"] == ("2 of 3", (STEIN,))
    assert counted["Findings"] == ("1 error", ("1 warning", "7 notes"))


def test_fits_of_marrow_are_counted_apart_from_those_of_blood(data, config):
    few = "too few samples after infusion for a fit: 1 of the 5 times needed"
    marrow = data.fits.assign(
        PPCAT="CARBM", PPSPEC="BONE MARROW, LIQUID", CONVERGED=["Y", None, None], MESSAGE=[None, few, None]
    )
    counted = tiles(replace(data, fits=pd.concat([marrow, data.fits])), config)
    assert counted["Model fits converged, CAR transgene in blood"] == ("2 of 3", (STEIN,))
    assert counted["Model fits converged, CARBM in bone marrow"] == (
        "1 of 3",
        (STEIN, "1 × could not be fitted", "1 × too few samples after infusion for a fit"),
    )
    none = marrow.assign(CONVERGED=None, MESSAGE=few)
    counted = tiles(replace(data, fits=pd.concat([none, data.fits])), config)
    assert counted["Model fits converged, CARBM in bone marrow"] == (
        "none tried",
        ("3 × too few samples after infusion for a fit",),
    )


def test_a_subject_without_a_sample_is_no_assay_of_its_own(data, config):
    none = data.fits.iloc[:1].assign(USUBJID="999", PPCAT=None, PPSPEC=None)
    more = replace(data, fits=pd.concat([data.fits, none.astype(data.fits.dtypes)]))
    assert tiles(more, config) == tiles(data, config)


def test_completeness_of_a_trial_without_a_result(data, config):
    nothing = replace(data, adnca=data.adnca.iloc[:0], adpp=data.adpp.iloc[:0], fits=pd.DataFrame())
    counted = tiles(nothing, config)
    assert counted["Below the limit (BLQ)"] == ("no result", ("0 of 0 post-infusion results",))
    assert counted["AUC0-28d reported"] == ("0 of 0", ("no flag",))
    assert "Model fits converged" not in counted


def test_primary_parameters_are_of_the_first_infusion_the_primary_assay_and_the_analysis(data, config):
    rows = primary_parameters(data, config)
    assert set(rows["USUBJID"]) == set(data.adsl["USUBJID"]) - {"202"}
    again = data.adpp.assign(ATPTREF="INFUSION 2")
    other = data.adpp.assign(PPCAT="FLOW")
    assert primary_parameters(replace(data, adpp=again), config).empty
    assert primary_parameters(replace(data, adpp=other), config).empty


def test_flags_joined_by_semicolons_are_counted_one_by_one():
    rows = pd.DataFrame({"FLAG": ["WINDOW;SPARSE", "SPARSE", None, "A"]})
    assert flag_counts(rows) == {"SPARSE": 2, "A": 1, "WINDOW": 1}


def test_window_code_is_that_of_the_analysis():
    from cartpk.core.nca import interval_code

    assert [window_code(t) for t in (28.0, 90.0, 3.5)] == [interval_code(0.0, t) for t in (28.0, 90.0, 3.5)]


def test_findings_are_grouped_gravest_first(data):
    findings = group_findings(data.findings)
    assert findings.sentence == "9 findings: 1 error, 1 warning, 7 notes."
    assert [g.severity for g in findings.groups] == ["error", "warning", "info"]
    (unit,) = findings.groups[2].kinds
    assert (unit.rule, unit.count) == ("UNIT", 7)
    assert unit.message == "Unit 2 read. (first of 7 such messages)"
    assert unit.where == "made.csv:2, made.csv:3, made.csv:4, made.csv:5 and 3 more"
    assert unit.example == ""
    (error,) = findings.groups[0].kinds
    assert error.where.endswith("made.csv:7")


def test_a_rule_of_the_registry_speaks_in_its_own_words_with_an_example(data):
    from cartpk.ingest.rules import RULES

    rule = RULES["BI-040"]
    rows = data.findings.iloc[:2].assign(RULE="BI-040", SEVERITY="warning", MESSAGE=["the first", "the second"])
    (kind,) = group_findings(rows).groups[0].kinds
    assert kind.name == rule.name
    assert kind.message.lower().startswith(rule.reason.lower())
    assert kind.example == "the first"


def test_no_finding_is_said(data):
    nothing = group_findings(data.findings.iloc[:0])
    assert nothing.groups == ()
    assert "nothing" in nothing.sentence


def test_findings_hold_to_the_schema(data):
    assert schemas.checked(data.findings, schemas.FINDINGS) is not None


def test_the_trial_in_one_line(config, make_config):
    assert sentence(config, 8) == "CD7 CAR-T for CD7+ T-ALL & LBL. 8 of 9 planned subjects in these data."
    bare = make_config(trial={"id": "X"})
    assert sentence(bare, 1) == "CD7 CAR-T. 1 subject in these data."
    early = make_config(trial={"id": "X", "phase": "Early Phase 1"})
    assert sentence(early, 3) == "CD7 CAR-T; Early Phase 1. 3 subjects in these data."
    full = make_config(trial={"id": "X", "phase": "1/2", "design": "single arm"})
    assert sentence(full, 3) == "CD7 CAR-T; phase 1/2; single arm. 3 subjects in these data."


def test_heading_is_the_title_where_there_is_one(config, make_config):
    assert heading(config) == ("CD7 CAR-T", "NCT00000001")
    assert heading(make_config(report={"synthetic": False, "title": "Our <trial>"})) == ("Our <trial>",)


def test_facts_that_the_record_leaves_open_are_none(config, make_config):
    facts = {fact.label: fact.value for fact in record(config).facts}
    assert facts["Phase"] is None
    assert facts["Dose levels"] == "2.5 × 10⁷ and 1 × 10⁸ cells"
    assert facts["Planned subjects"] == "9"
    undated = record(make_config(report={"synthetic": True}))
    assert {fact.label: fact.value for fact in undated.facts}["Data cut"] == "not stated"  # no record states it


def test_dose_levels_without_levels_are_not_stated(make_config):
    assert dose_levels(make_config(dosing={})) is None


def test_rules_of_escalation_are_printed_level_by_level(make_config):
    escalation = {
        "rules": {"0/3": None, "1/3": "add 3"},
        "levels": [{"design": "accelerated", "rules": {"0/1": "next level"}}],
    }
    more = {fact.label: fact.value for fact in record(make_config(escalation=escalation)).more}
    assert more["DLT rule 0/3"] is None
    assert more["DLT rule 1/3"] == "add 3"
    assert more["Level 1: design"] == "accelerated"
    assert more["Level 1: rule 0/1"] == "next level"
