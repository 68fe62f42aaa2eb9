"""Response at time points, best response, sites: counted by hand, by rule, and never across sites without a rule."""

import math

import pytest
from scipy.stats import binomtest

from cartpk.clinical.response import COMPOSITE, derive, first_response
from cartpk.core.intervals import clopper_pearson
from cartpk.tables import NoTable, csv_text, printed_rows, spec
from cartpk.trial_data import Derived

pytestmark = pytest.mark.requirement("URS-504")

DAY91 = {"AWTARGET": 91.0, "ANL01FL": "Y"}
SITES = {"blood_marrow": ["CR", "MLFS"], "cns": ["CNS remission"]}


def one_site(made, **sections):
    config = made.config(efficacy={"orr_months": [3], **sections})
    data = made.trial(
        {"A": {}, "B": {}, "C": {}, "D": {"EXCLRS": "no infusion date (BI-001)"}},
        adrs=[
            {"USUBJID": "A", "AFRLT": 28.0, "AVALC": "PR"},
            {"USUBJID": "A", "AFRLT": 90.0, "AVALC": "CR", **DAY91},
            {"USUBJID": "B", "AFRLT": 30.0, "AVALC": "CR"},
            {"USUBJID": "B", "AFRLT": 93.0, "AVALC": "PD", "RESPFL": "N", **DAY91},
            {"USUBJID": "D", "AFRLT": 90.0, **DAY91},
        ],
    )
    return data, config


def derived(data, config):
    from dataclasses import replace

    from cartpk.schemas import checked
    from cartpk.schemas.derived import DERIVED

    return replace(data, derived=Derived({"adresp": checked(derive(data, config), DERIVED["adresp"])}))


def table(number, data, config):
    return spec(number).make(derived(data, config), config).body


def test_a_missing_assessment_is_a_non_responder_and_says_so(made):
    rows = derive(*one_site(made))
    at = rows[rows["PARAMCD"] == "RESPONSE"].set_index("USUBJID")
    assert at["RESPFL"].to_dict() == {"A": "Y", "B": "N", "C": "N"}
    assert at["EVALFL"].to_dict() == {"A": "Y", "B": "Y", "C": "N"}
    assert at["REASND"]["C"] == "no assessment in the window"
    best = rows[rows["PARAMCD"] == "BEST"].set_index("USUBJID")
    assert best["AVALC"].to_dict()["A"] == "CR"
    assert best["ADY"]["A"] == 90.0
    assert best["RESPFL"]["B"] == "Y", "the best response is not the one at month 3"


def test_table_40_counts_by_hand(made):
    body = table("t_14_2_40", *one_site(made))
    cells = {row.key["point"] + " " + row.key["statistic"]: row.cells[-1] for row in body.rows}
    assert cells["month_3 responders"].text == "1 (33.3)"
    assert cells["month_3 missing"].text == "1 (33.3)"
    assert cells["month_3 evaluable"].text == "1/2 (50.0)"
    low, high = binomtest(1, 3).proportion_ci(method="exact")
    assert cells["month_3 interval"].values == pytest.approx((100 * low, 100 * high))
    assert cells["best responders"].text == "2 (66.7)"
    assert cells["best best_CR"].text == "2 (66.7)"
    assert "Month 3 (day 91 ± 14)" in [r[0] for r in printed_rows(body)]
    assert csv_text(body)


def test_the_exact_interval_is_scipys_and_the_published_one():
    for n in (1, 4, 9, 18, 80):
        for x in range(n + 1):
            low, high = clopper_pearson(x, n)
            other = binomtest(x, n).proportion_ci(method="exact")
            assert (float(low), float(high)) == pytest.approx((other.low, other.high), abs=1e-10)
    # 81 of 263: 0.2527, 0.3676 (Newcombe RG, Stat Med 1998;17:857-872, Table I, method 5)
    low, high = clopper_pearson(81, 263)
    assert (round(float(low), 4), round(float(high), 4)) == (0.2527, 0.3676)


def test_several_evaluators_are_not_mixed(made):
    rows = [
        {"USUBJID": "A", "EVAL": "INVESTIGATOR", "AVALC": "PD", "RESPFL": "N", "AFRLT": 90.0, **DAY91},
        {"USUBJID": "A", "EVAL": "IRC", "AFRLT": 90.0, **DAY91},
    ]
    data = made.trial({"A": {}}, adrs=rows)
    body = table("t_14_2_40", data, made.config(efficacy={"orr_months": [3]}))
    assert isinstance(body, NoTable)
    assert "efficacy.evaluator must name" in body.reason
    named = derive(data, made.config(efficacy={"orr_months": [3], "evaluator": "irc"}))
    assert set(named["RESPFL"]) == {"Y"}


def test_no_data_is_a_named_gap(made):
    data = made.trial({"A": {}}, absent=("adrs",))
    for number in ("t_14_2_40", "t_14_2_41"):
        body = table(number, data, made.config(efficacy={"orr_months": [3]}))
        assert body.reason == "Needs data: RS (data.clinical.responses)."
    assert spec("l_16_2_6_2").make(data, made.config()).body.reason == "Needs data: RS (data.clinical.responses)."


def two_sites(made, rule=None):
    def row(subject, site, code, yes, day=91.0):
        window = DAY91 if day == 91.0 else {}
        return {"USUBJID": subject, "SITE": site, "AVALC": code, "RESPFL": yes, "AFRLT": day, **window}

    rows = [
        row("A", "blood_marrow", "CR", "Y"), row("A", "cns", "CNS remission", "Y"),
        row("B", "blood_marrow", "CR", "Y"), row("B", "cns", "NR", "N"),
        row("C", "blood_marrow", "MLFS", "Y"),
        row("D", "blood_marrow", "CR", "Y", 28.0), row("D", "blood_marrow", "NR", "N"),
    ]  # fmt: skip
    config = made.config(efficacy={"orr_months": [3], "responders": SITES, "site_combination_rule": rule})
    return made.trial({s: {} for s in "ABCDE"}, adrs=rows), config


def test_sites_are_never_combined_without_a_declared_rule(made):
    data, config = two_sites(made)
    assert COMPOSITE not in set(derive(data, config)["SITE"])
    body = table("t_14_2_40", data, config)
    assert isinstance(body, NoTable)
    assert "not stated in the registry record" in body.reason
    by_site = table("t_14_2_41", data, config)
    counts = {(r.key["site"], r.key["point"], r.key["statistic"]): r.cells[-1].text for r in by_site.rows}
    assert counts["blood_marrow", "month_3", "responders"] == "3 (75.0)"
    assert counts["cns", "month_3", "responders"] == "1 (50.0)"
    assert ("cns", "month_3", "complete") not in counts, "no complete response is defined there"
    assert by_site.footnotes[0] == "Not assessed at any site after the infusion, and in no row: 1 of the set."
    assert any("no composite is computed" in note for note in by_site.footnotes)


@pytest.mark.parametrize(("rule", "responders", "best"), [("all_sites", "AC", "ACD"), ("any_site", "ABC", "ABCD")])
def test_the_declared_rule_combines_the_sites(made, rule, responders, best):
    data, config = two_sites(made, rule)
    rows = derive(data, config)
    both = rows[rows["SITE"] == COMPOSITE]
    found = both[(both["PARAMCD"] == "RESPONSE") & (both["RESPFL"] == "Y")]["USUBJID"]
    assert "".join(found) == responders
    assert "".join(both[(both["PARAMCD"] == "BEST") & (both["RESPFL"] == "Y")]["USUBJID"]) == best
    body = table("t_14_2_40", data, config)
    assert body.rows[0].cells[-1].text == f"{len(responders)} ({100 * len(responders) / 5:.1f})"


def test_all_sites_means_all_at_once():
    def row(day, site, yes):
        return {"AFRLT": day, "SITE": site, "RESPFL": yes}

    rows = [row(28, "a", "Y"), row(28, "b", "N"), row(60, "a", "N"), row(60, "b", "Y"), row(91, "a", "Y")]
    assert first_response(rows, "all_sites")["AFRLT"] == 91
    assert first_response(rows, None)["AFRLT"] == 28
    assert first_response(rows[:4], "all_sites") is None


def test_one_site_has_no_table_by_site(made):
    assert "no disease sites are told apart" in table("t_14_2_41", *one_site(made)).reason


def test_the_listing_holds_every_assessment(made):
    data, config = one_site(made)
    body = spec("l_16_2_6_2").make(data, config).body
    assert len(body.rows) == 5
    assert not math.isnan(body.rows[1].cells[8].values[0])
