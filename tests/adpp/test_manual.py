"""Decisions of an analyst: what they change, what is said of each, what voids them."""

import numpy as np
import pandas as pd
import pytest

from cartpk.adpp import Decisions, derive_params_trial
from cartpk.adpp.decision_rules import DECISION_RULES
from cartpk.adpp.decisions import Decision
from cartpk.schemas import ADPP, FINDINGS, checked

pytestmark = pytest.mark.requirement("URS-206")

FILE = "decisions.csv"
EVENTS = pd.DataFrame({"USUBJID": ["01"], "AFRLT": [50.0]})


def decided(*rows, tolerance=0.05):
    """Decisions from (AFRLT, ACTION) and other cells, signed where nothing else is said."""
    base = {
        "USUBJID": "01", "PPCAT": "", "PPSPEC": "", "ATPTREF": "", "WHO": "A. Analyst", "WHEN": "2031-02-03",
        "WHY": "outlier",
    }  # fmt: skip
    made = [Decision(n, {**base, "AFRLT": str(day), "ACTION": action, **more}) for n, (day, action, more) in rows]
    return Decisions(FILE, tuple(made), tolerance)


def rows_of(*rows):
    return decided(*enumerate(((*row, {})[:3] for row in rows), start=2))


def analysed(samples, decisions, **more):
    return derive_params_trial(samples, decisions=decisions, **more)


def told(done):
    """(rule, line) of every finding on the file."""
    own = done.findings[done.findings["FILE"] == FILE]
    return list(zip(own["RULE"], own["ROW"].astype(int), strict=True))


def points(done):
    used = done.lambda_z[done.lambda_z["LZFL"] == "Y"]
    return used["AFRLT"].tolist()


def test_included_points_are_the_points_and_no_others(make):
    done = analysed(make.samples(), rows_of((14, "include"), (21, "include"), (28, "Include")))
    assert points(done) == [14, 21, 28]
    slope = np.polyfit([14, 21, 28], np.log([12_000, 3_000, 900]), 1)[0]
    assert make.cell(done.adpp, "LAMZ") == pytest.approx(-slope, rel=1e-12)
    assert make.cell(done.adpp, "LAMZNPT") == 3
    assert told(done) == [("NCA_LZ_APPLIED", 2), ("NCA_LZ_APPLIED", 3), ("NCA_LZ_APPLIED", 4)]
    (first, *_) = done.findings["MESSAGE"]
    assert first == "Applied: include, sample of day 14 (12000 copies/ug). A. Analyst, 2031-02-03: outlier"
    assert set(done.findings["SEVERITY"]) == {"info"}


def test_an_excluded_point_is_none_and_the_rest_is_automatic(make):
    free = derive_params_trial(make.samples())
    assert 28 in points(free)
    done = analysed(make.samples(), rows_of((28, "exclude")))
    assert 28 not in points(done)
    assert set(points(done)) <= {14, 21, 45, 60}
    for code in ("CMAX", "TMAX", "AUCLST", "TLST"):
        assert make.cell(done.adpp, code) == make.cell(free.adpp, code), "an area sees the sample"


def test_a_sample_left_out_is_no_part_of_anything(make):
    done = analysed(make.samples(), rows_of((10, "exclude_sample")))
    without = derive_params_trial(make.samples().query("AFRLT != 10"))
    pd.testing.assert_series_equal(done.adpp["AVAL"], without.adpp["AVAL"])
    assert set(done.adpp["FLAG"].str.split(";").map(lambda f: "NCA_MANUAL" in f)) == {True}
    assert "NCA_MANUAL" not in "".join(without.adpp["FLAG"].dropna())
    assert done.adnca.loc[done.adnca["NCAXFL"] == "Y", "AFRLT"].tolist() == [10]
    assert done.adnca["ANLFL"].eq("Y").all(), "summaries by visit still count it"


def test_the_signature_goes_with_the_points(make):
    done = analysed(make.samples(), rows_of((10, "exclude_sample", {"WHY": "clot"}), (28, "EXCLUDE")))
    table = done.lambda_z.set_index("AFRLT")
    assert table["MANUAL"].dropna().to_dict() == {10.0: "exclude_sample", 28.0: "exclude"}
    assert table.loc[10.0, ["AVAL", "LZFL", "WHO", "WHEN", "WHY"]].tolist() == [
        20_000, "N", "A. Analyst", "2031-02-03", "clot",
    ]  # fmt: skip
    assert done.lambda_z["AFRLT"].is_monotonic_increasing
    assert list(done.lambda_z.columns) == list(derive_params_trial(make.samples()).lambda_z.columns)


def test_what_the_line_decides_is_flagged(make):
    short = make.samples(days=make.days[:6], levels=[*make.levels[:4], 12_000, 1_000])
    free = make.cell(derive_params_trial(short).adpp, "AUC0_28D", "FLAG")
    done = analysed(short, rows_of((14, "include"), (21, "include"), (10, "include")))
    assert make.cell(done.adpp, "AUC0_28D", "FLAG") != free
    for code in ("LAMZ", "LAMZHL", "LAMZNPT", "R2ADJ", "AUCIFO", "AUC0_28D"):
        assert "LZ_MANUAL" in make.cell(done.adpp, code, "FLAG"), code
    for code in ("CMAX", "AUCLST"):
        assert "LZ_MANUAL" not in str(make.cell(done.adpp, code, "FLAG")), code
    complete = analysed(make.samples(), rows_of((28, "exclude")))
    assert make.cell(complete.adpp, "AUC0_28D", "FLAG") == "COMPLETE"


def test_weak_points_are_flagged_and_never_refused(make):
    for days, flag in (((21, 28, 45), "R2_LOW;LZ_MANUAL"), ((28, 45, 60), "SPAN_SHORT;LZ_MANUAL")):
        done = analysed(make.samples(), rows_of(*((day, "include") for day in days)))
        assert make.cell(done.adpp, "LAMZHL") > 0
        assert make.cell(done.adpp, "LAMZHL", "FLAG") == flag


def test_too_few_points_are_a_reason(make):
    done = analysed(make.samples(), rows_of((14, "include"), (21, "include")))
    assert np.isnan(make.cell(done.adpp, "LAMZHL"))
    assert make.cell(done.adpp, "LAMZHL", "PPREASND") == "too few points of lambda_z are left by the analyst's choice"
    assert make.cell(done.adpp, "LAMZHL", "FLAG") == "LZ_MANUAL"
    assert ("NCA_LZ_FEW", 2) in told(done)
    gone = analysed(make.samples(), rows_of(*[(day, "exclude") for day in (14, 21, 28, 45)]))
    assert make.cell(gone.adpp, "LAMZ", "PPREASND") == make.cell(done.adpp, "LAMZHL", "PPREASND")
    assert [rule for rule, _ in told(gone)].count("NCA_LZ_FEW") == 1


def test_chosen_points_that_rise_are_a_reason(make):
    done = analysed(make.samples(), rows_of((3, "include"), (7, "include"), (10, "include")))
    assert make.cell(done.adpp, "LAMZ", "PPREASND") == "the points of lambda_z that the analyst chose do not fall"
    assert [line for rule, line in told(done) if rule == "NCA_LZ_PEAK"] == [2, 3, 4]


def test_a_time_is_the_nearest_sample_within_the_tolerance(make):
    close = make.samples(days=[*make.days[:5], 21.0, 21.04, 45, 60, 90])
    done = analysed(close, rows_of((21.03, "exclude")))
    assert done.lambda_z.loc[done.lambda_z["MANUAL"].notna(), "AFRLT"].tolist() == [21.04]
    assert told(analysed(make.samples(), rows_of((21.05, "exclude")))) == [("NCA_LZ_APPLIED", 2)]
    far = analysed(make.samples(), rows_of((21.06, "exclude")))
    assert told(far) == [("NCA_LZ_TIME", 2)]
    assert "no sample on day 21.06 (± 0.05 day); the nearest is on day 21" in far.findings["MESSAGE"].iloc[0]
    wide = decided((2, (21.06, "exclude", {})), tolerance=0.1)
    assert told(analysed(make.samples(), wide)) == [("NCA_LZ_APPLIED", 2)]


def two_assays(make):
    parts = [make.samples(), make.samples(levels=np.array(make.levels) / 10, PCTESTCD="FLOW", AVALU="cells/uL")]
    return pd.concat(parts, ignore_index=True)


FAULTS = {
    "NCA_LZ_ACTION": (21, "drop", {}),
    "NCA_LZ_UNSIGNED": (21, "exclude", {"WHO": ""}),
    "NCA_LZ_SUBJECT": (21, "exclude", {"USUBJID": "02"}),
    "NCA_LZ_PROFILE": (21, "exclude", {"PPCAT": "QPCR"}),
    "NCA_LZ_TIME": (22, "exclude", {}),
    "NCA_LZ_NOT_A_DAY": ("day 21", "exclude", {}),
    "NCA_LZ_BLQ": (90, "include", {}),
    "NCA_LZ_BEFORE": (0, "include", {}),
}


@pytest.mark.parametrize("rule", FAULTS)
def test_a_row_that_does_not_hold_is_a_finding_with_its_line(make, rule):
    samples = make.samples(levels=[70.0, *make.levels[1:]])
    done = analysed(samples, rows_of(FAULTS[rule]))
    assert told(done) == [(rule, 2)]
    (finding,) = done.findings[done.findings["FILE"] == FILE].to_dict("records")
    assert (finding["SEVERITY"], finding["SCOPE"]) == ("error", "row")
    assert "{" not in finding["MESSAGE"] + finding["SUGGESTION"]
    pd.testing.assert_frame_equal(done.adpp, derive_params_trial(samples).adpp)


def test_other_faults(make):
    assert told(analysed(two_assays(make), rows_of((21, "exclude")))) == [("NCA_LZ_PROFILE", 2)]
    named = analysed(two_assays(make), rows_of((21, "exclude", {"PPCAT": "FLOW"})))
    assert told(named) == [("NCA_LZ_APPLIED", 2)]
    assert make.cell(named.adpp, "LAMZ", "FLAG", PPCAT="FLOW").endswith("LZ_MANUAL")
    assert "LZ_MANUAL" not in str(make.cell(named.adpp, "LAMZ", "FLAG", PPCAT="CART"))
    twice = analysed(make.samples(), rows_of((21, "exclude"), (21.01, "include")))
    assert told(twice) == [("NCA_LZ_VOID", 2), ("NCA_LZ_TWICE", 3)]
    again = pd.concat([make.samples(), make.samples(days=[21], levels=[3_001.0])], ignore_index=True)
    assert told(analysed(again, rows_of((21, "exclude")))) == [("NCA_LZ_SEVERAL", 2)]
    near = analysed(make.samples("S-01"), rows_of((21, "exclude", {"USUBJID": "S-1"})))
    assert "Did you mean S-01?" in near.findings["MESSAGE"].iloc[0]


def test_samples_the_analysis_does_not_use(make):
    samples = make.samples()
    samples.loc[5, ["ANLFL", "ANLRS"]] = ["N", "negative result"]
    assert told(analysed(samples, rows_of((21, "include")))) == [("NCA_LZ_UNUSED", 2)]
    idle = analysed(samples, rows_of((21, "exclude"), (28, "exclude")))
    assert told(idle) == [("NCA_LZ_NO_EFFECT", 2), ("NCA_LZ_APPLIED", 3)]
    assert "(negative result): the row changes nothing" in idle.findings["MESSAGE"].iloc[0]
    cut = analysed(make.samples(), rows_of((60, "include")), events=EVENTS)
    assert told(cut) == [("NCA_LZ_UNUSED", 2)]
    assert "after the event on day 50" in cut.findings["MESSAGE"].iloc[0]


def test_one_bad_row_voids_the_profile_and_only_that(make):
    samples = pd.concat([two_assays(make), make.samples("02")], ignore_index=True)
    cart, flow = {"PPCAT": "CART"}, {"PPCAT": "FLOW"}
    done = analysed(
        samples,
        rows_of(
            (14, "include", cart), (21, "include", cart), (28, "include", cart), (90, "include", cart),
            (28, "exclude", flow), (28, "exclude", {"USUBJID": "02"}),
        ),
    )  # fmt: skip
    assert told(done) == [
        ("NCA_LZ_VOID", 2), ("NCA_LZ_VOID", 3), ("NCA_LZ_VOID", 4), ("NCA_LZ_BLQ", 5), ("NCA_LZ_APPLIED", 6),
        ("NCA_LZ_APPLIED", 7),
    ]  # fmt: skip
    assert "line 5" in done.findings["MESSAGE"].iloc[0]
    assert done.lambda_z.query("PPCAT == 'CART' and USUBJID == '01'")["MANUAL"].isna().all()


def test_order_of_samples_and_rows_changes_nothing(make):
    samples = pd.concat([make.samples("02"), make.samples("01")], ignore_index=True)
    shuffled = samples.sample(frac=1, random_state=1).reset_index(drop=True)
    rows = [(14, "include"), (28, "include"), (60, "include")]
    one, two = analysed(samples, rows_of(*rows)), analysed(shuffled, rows_of(*rows[::-1]))
    pd.testing.assert_frame_equal(one.adpp, two.adpp)
    pd.testing.assert_frame_equal(one.lambda_z, two.lambda_z)


def test_a_bare_subject_column_is_enough(make):
    bare = make.samples()[["USUBJID", "AFRLT", "AVAL", "AVALU", "ALLOQ", "BLQFL"]]
    assert told(analysed(bare, rows_of((28, "exclude")))) == [("NCA_LZ_APPLIED", 2)]


def test_the_tables_hold_to_their_schemas(make):
    done = analysed(make.samples(), rows_of((10, "exclude_sample"), (28, "exclude"), (99, "exclude", {"WHO": ""})))
    assert len(checked(done.adpp, ADPP)) == len(done.adpp)
    assert len(checked(done.findings, FINDINGS)) == len(done.findings)


def test_findings_have_the_columns_of_the_house(make):
    done = analysed(make.samples(), rows_of((28, "exclude")))
    assert list(done.findings.columns) == list(FINDINGS.columns)


def test_every_check_has_a_failing_example(make):
    seen = set(FAULTS) | {
        "NCA_LZ_SEVERAL", "NCA_LZ_TWICE", "NCA_LZ_UNUSED", "NCA_LZ_NO_EFFECT", "NCA_LZ_PEAK", "NCA_LZ_FEW",
        "NCA_LZ_VOID", "NCA_LZ_APPLIED",
    }  # fmt: skip
    assert seen == set(DECISION_RULES)
