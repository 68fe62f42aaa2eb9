"""cartpk.report.exclusions and the findings by subject: who and what is outside, why, and what that changes."""

from dataclasses import replace

import pandas as pd
import pytest

from cartpk.report.exclusions import exclusions
from cartpk.report.issues import group_findings

pytestmark = pytest.mark.requirement("URS-307")


def edited(table, column, value, where):
    changed = table.copy()
    changed.loc[where, column] = value
    return changed


def finding(subject, severity, rule="R", **more):
    row = {"RULE": rule, "SEVERITY": severity, "SCOPE": "row", "USUBJID": subject, "MESSAGE": f"{rule} of {subject}"}
    return {**row, "FILE": None, "ROW": float("nan"), "SUGGESTION": None, **more}


def test_an_excluded_subject_has_reason_and_effect(data):
    (subject,) = exclusions(data).subjects
    assert (subject.subject, subject.what) == ("202", "PK set")
    assert subject.reason == "No date of infusion."
    assert subject.effect.startswith("No parameter, no fit; in no n of a table or figure.")


def test_a_subject_without_usable_results_is_outside_the_pk_set(data):
    without = replace(data, adsl=edited(data.adsl, "PKFL", "N", data.adsl["USUBJID"] == "103"))
    here = {e.subject: e for e in exclusions(without).subjects}["103"]
    assert (here.what, here.reason) == ("PK set", "No usable result after the infusion.")


def test_an_excluded_record_says_which_parameters_are_computed_without_it(data):
    (record,) = exclusions(data).records
    assert record.subject == "101"
    assert record.what == "CAR transgene, blood: 1 record, day 28"
    assert record.reason.startswith("Sample haemolysed")
    assert record.effect == (
        "4 of 5 records of the profile are used. Computed without it: Cmax, Tmax, AUC0-28d. "
        "Not calculable: AUC0-90d, Terminal half-life."
    )


def test_parameters_are_called_by_their_names_and_values_per_dose_are_left_out(data):
    names = {"AUC0_28D": ("GRWRATE", "Growth Rate"), "AUC0_90D": ("AUCD90D", "AUC from T1 to T2 Norm by Dose")}
    adpp = data.adpp.assign(PARAM=[names.get(code, (code, code))[1] for code in data.adpp["PARAMCD"]])
    adpp["PARAMCD"] = [names.get(code, (code, code))[0] for code in adpp["PARAMCD"]]
    (record,) = exclusions(replace(data, adpp=adpp)).records
    assert record.effect.endswith("Computed without it: Cmax, Tmax, Growth rate. Not calculable: Terminal half-life.")


def test_a_profile_without_a_used_record_has_no_parameters(data):
    none = data.adnca["USUBJID"] == "103"
    adnca = edited(edited(data.adnca, "ANLFL", "N", none), "ANLRS", "no result (BI-006)", none)
    rows = [r for r in exclusions(replace(data, adnca=adnca)).records if r.subject == "103"]
    assert [r.what for r in rows] == ["CAR transgene, blood: 5 records, day 0, 7, 10, 28, 90"]
    assert rows[0].effect == "No record of the profile is used: it has no parameters."


def test_every_record_that_is_not_used_is_counted(data):
    assert "1 of 8 subjects and 1 of 35 records are outside" in exclusions(data).sentence


def test_signed_decisions_are_all_shown(data):
    rows = [finding("101", "info", f"CP-20{n}", FILE="in/data.csv", ROW=5.0) for n in (8, 9)]
    rows += [
        finding("102", "info", "NCA_LZ_APPLIED"),
        finding("102", "error", "CP-206"),
        finding("103", "info", "BI-006"),
    ]
    shown = exclusions(replace(data, findings=pd.DataFrame(rows))).decisions
    assert [d.where for d in shown] == ["data.csv, line 5", "data.csv, line 5", "-"]
    assert [d.message for d in shown] == ["CP-208 of 101", "CP-209 of 101", "NCA_LZ_APPLIED of 102"]


def test_findings_by_subject_come_gravest_first():
    rows = [
        finding("A", "info"), finding("A", "warning"), finding("B", "error"), finding("C", "warning"),
        finding("C", "warning"), finding("B", "info"), finding(None, "error"),
    ]  # fmt: skip
    found = group_findings(pd.DataFrame(rows))
    assert [one.subject for one in found.subjects] == ["B", "C", "A"]
    assert [one.counts for one in found.subjects] == ["1 error, 1 note", "2 warnings", "1 warning, 1 note"]
    assert [item.severity for item in found.subjects[0].findings] == ["error", "info"]
    assert found.subjects_beyond == 0


@pytest.mark.parametrize(("subjects", "each"), [(150, 1), (1, 60)])
def test_very_many_findings_are_cut_and_counted(subjects, each):
    rows = [finding(f"S{i:03d}", "warning", MESSAGE=f"{n}") for i in range(subjects) for n in range(each)]
    found = group_findings(pd.DataFrame(rows))
    shown = sum(sum(item.count for item in one.findings) + one.beyond for one in found.subjects)
    assert len(found.subjects) + found.subjects_beyond == subjects
    assert shown == len(found.subjects) * each
    assert len(found.subjects[0].findings) <= 25


def test_findings_that_differ_in_their_line_only_are_said_once():
    rows = [
        finding("A", "info", FILE="in/cp.csv", ROW=n, MESSAGE=f"in/cp.csv, line {n:.0f}, subject A: nothing here.")
        for n in (4.0, 5.0, 9.0)
    ]
    (item,) = group_findings(pd.DataFrame(rows)).subjects[0].findings
    assert (item.message, item.where, item.count) == ("Nothing here.", "cp.csv, lines 4 to 5, 9", 3)


def test_the_page_escapes_every_subject(html):
    assert "<script>alert" not in html.replace("<script>(", "")
    assert "&lt;script&gt;alert(" in html
    assert 'id="findings-subjects"' in html
