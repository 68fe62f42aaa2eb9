"""ADNCA -> ADPP: profiles, flags, findings, and the shape of the rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cartpk.adpp import TableError, derive_params_nca, derive_params_trial
from cartpk.core.nca import PARAMETERS, NcaSettings, WindowSettings
from cartpk.terms import AucMethod

STABLE = ["USUBJID", "PARCAT1", "PARAMCD", "PARAM", "AVAL", "AVALU", "PPSTINT", "PPENINT", "PPANMETH", "PPREASND"]
DAYS = [0.0, 1, 4, 7, 10, 14, 21, 28, 60, 90]
LEVELS = [np.nan, 60.0, 2_000, 30_000, 24_000, 12_000, 3_000, 900, 700, 500]


def adnca(subject="01", days=DAYS, levels=LEVELS, unit="copies/ug", **more):
    """One profile; NaN is BLQ."""
    levels = np.asarray(levels, float)
    return pd.DataFrame({
        "USUBJID": subject, "AFRLT": days, "AVAL": levels, "AVALU": unit, "ALLOQ": 50.0,
        "BLQFL": np.where(np.isnan(levels), "Y", "N"), **more,
    })  # fmt: skip


def cell(rows, subject, code, column="AVAL", **where):
    """The one cell of a subject and parameter."""
    keep = (rows["USUBJID"] == subject) & (rows["PARAMCD"] == code)
    for name, value in where.items():
        keep &= rows[name] == value
    return rows.loc[keep, column].item()


def test_the_rows_of_a_trial():
    done = derive_params_trial(pd.concat([adnca("02"), adnca("01")]))
    rows = done.adpp
    assert list(rows.columns) == [*STABLE, "FLAG", "PCTEXTR"]
    assert list(dict.fromkeys(rows["USUBJID"])) == ["01", "02"]
    assert set(rows["PARAMCD"]) == {*PARAMETERS, "AUC0_28D", "AUC0_90D"}
    assert len(rows) == 2 * (len(PARAMETERS) + 2)
    assert (rows["AVAL"].isna() == rows["PPREASND"].notna()).all()
    assert set(rows["PARCAT1"]) == {"NCA"}
    assert all(isinstance(dtype, pd.StringDtype) or dtype.kind == "f" for dtype in rows.dtypes)
    assert (cell(rows, "01", "AUC0_28D", "PPSTINT"), cell(rows, "01", "AUC0_28D", "PPENINT")) == ("P0D", "P28D")
    assert cell(rows, "01", "AUC0_28D", "AVALU") == "day*copies/ug"
    assert cell(rows, "01", "AUC0_28D", "FLAG") == "COMPLETE"
    assert cell(rows, "01", "AUMCLST", "AVALU") == "day^2*copies/ug"
    assert pd.isna(cell(rows, "01", "LAMZNPT", "AVALU"))
    assert cell(rows, "01", "AUCLST", "PPANMETH") == "LINEAR UP LOG DOWN METHOD"
    assert pd.isna(cell(rows, "01", "CMAX", "PPANMETH"))
    assert done.findings.empty


def test_a_subject_without_a_used_row_comes_out_with_reasons():
    lost = adnca("03", days=[np.nan] * len(DAYS)).assign(ANLFL="N")
    rows = derive_params_trial(pd.concat([adnca("01").assign(ANLFL="Y"), lost])).adpp
    own = rows[rows["USUBJID"] == "03"]
    assert len(own) == len(PARAMETERS) + 2
    assert own["AVAL"].isna().all()
    assert set(own["PPREASND"]) == {"no post-infusion result"}
    assert cell(rows, "03", "AUC0_28D", "FLAG") == "NC_SPARSE"
    bare = derive_params_nca(pd.concat([adnca("01").assign(ANLFL="Y"), lost]))
    assert bare[bare["USUBJID"] == "03"]["PPREASND"].notna().all()


def test_excluded_rows_do_not_count():
    table = adnca().assign(NCAXFL=["Y" if day == 7 else "" for day in DAYS])
    assert cell(derive_params_trial(table).adpp, "01", "CMAX") == 24_000
    assert cell(derive_params_trial(table.drop(columns="NCAXFL")).adpp, "01", "CMAX") == 30_000


@pytest.mark.requirement("URS-207")
def test_analytes_specimens_and_units_are_never_pooled():
    parts = [
        adnca(PCTESTCD="CART", PCSPEC="BLOOD"),
        adnca(levels=np.array(LEVELS) / 10, PCTESTCD="CART", PCSPEC="BONE MARROW, LIQUID"),
        adnca(levels=np.array(LEVELS) / 100, PCTESTCD="FLOW", PCSPEC="BLOOD", unit="cells/uL"),
        adnca(levels=np.array(LEVELS) / 1000, PCTESTCD="CART", PCSPEC="BLOOD", unit="copies/mL"),
    ]
    rows = derive_params_trial(pd.concat(parts)).adpp
    peaks = rows[rows["PARAMCD"] == "CMAX"].set_index(["PPCAT", "PPSPEC", "AVALU"])["AVAL"]
    assert peaks.to_dict() == {
        ("CART", "BLOOD", "copies/ug"): 30_000,
        ("CART", "BONE MARROW, LIQUID", "copies/ug"): 3_000,
        ("FLOW", "BLOOD", "cells/uL"): 300,
        ("CART", "BLOOD", "copies/mL"): 30,
    }


def test_a_re_infusion_has_its_own_profile_and_time_zero():
    second = [100.0 + day for day in (0.0, 7, 14, 28)]
    table = pd.concat(
        [
            adnca(ATPTREF="INFUSION 1", ARRLT=DAYS),
            adnca(days=second, levels=[np.nan, 800, 400, 100], ATPTREF="INFUSION 2", ARRLT=[0.0, 7, 14, 28]),
        ]
    )
    events = pd.DataFrame({"USUBJID": ["01", "01", "99"], "AFRLT": [100.0, -30.0, 3.0]})
    done = derive_params_trial(table, events=events)
    rows = done.adpp
    assert cell(rows, "01", "TMAX", ATPTREF="INFUSION 1") == 7
    assert cell(rows, "01", "TMAX", ATPTREF="INFUSION 2") == 7
    assert cell(rows, "01", "AUC0_28D", "FLAG", ATPTREF="INFUSION 2") == "COMPLETE"  # its own infusion is no event
    assert cell(rows, "01", "AUC0_90D", "FLAG", ATPTREF="INFUSION 1") == "COMPLETE"
    later = derive_params_trial(table, events=events.assign(AFRLT=[80.0, -30.0, 3.0])).adpp
    assert cell(later, "01", "AUC0_90D", "FLAG", ATPTREF="INFUSION 1") == "NC_EVENT"
    points = done.lambda_z
    own = points[points["ATPTREF"] == "INFUSION 2"]
    assert own["AFRLT"].tolist() == [107, 114, 128]
    assert own["ARRLT"].tolist() == [7, 14, 28]


def test_the_first_of_several_events_cuts():
    events = pd.DataFrame({"USUBJID": ["02", "01", "01"], "AFRLT": [200.0, 70.0, 12.0]})
    rows = derive_params_trial(pd.concat([adnca("01"), adnca("02")]), events=events).adpp
    assert cell(rows, "01", "TLST") == 10
    assert cell(rows, "01", "AUC0_28D", "FLAG") == "NC_EVENT"
    assert cell(rows, "02", "AUC0_90D", "FLAG") == "COMPLETE"


@pytest.mark.parametrize(
    ("events", "words"),
    [
        (pd.DataFrame({"USUBJID": ["01"], "DAY": [3]}), "no column AFRLT"),
        (pd.DataFrame({"USUBJID": ["01"], "AFRLT": ["soon"]}), "AFRLT of row 0"),
    ],
)
def test_events_that_cannot_be_read(events, words):
    with pytest.raises(ValueError, match=words):
        derive_params_trial(adnca(), events=events)


def test_what_was_moved_assumed_or_cut_is_reported():
    moved = adnca("02", days=[-2.0, *DAYS[1:]])
    assumed = adnca("03", days=DAYS[1:], levels=LEVELS[1:])
    nothing = adnca("04", days=[-3.0], levels=[80.0])
    events = pd.DataFrame({"USUBJID": ["01", "02"], "AFRLT": [30.0, 95.0]})
    findings = derive_params_trial(pd.concat([adnca("01"), moved, assumed, nothing]), events=events).findings
    assert findings[["RULE", "USUBJID", "OLD", "NEW", "SEVERITY"]].to_numpy().tolist() == [
        ["NCA_C0_MOVED", "02", "-2", "0", "info"],
        ["NCA_C0_ASSUMED", "03", "", "0", "info"],
        ["NCA_EVENT_CUT", "01", "2 results", "not used", "info"],
    ]
    assert "on day 30: 2 later results are not used" in findings["MESSAGE"].iloc[2]


def test_a_finding_names_the_profile_where_a_subject_has_several():
    two = [adnca(days=DAYS[1:], levels=LEVELS[1:], PCTESTCD=code, PCSPEC="BLOOD") for code in ("CART", "FLOW")]
    findings = derive_params_trial(pd.concat(two)).findings
    assert [text.split(":")[0] for text in findings["MESSAGE"]] == ["CART", "FLOW"]


def test_flags_stand_beside_the_parameters():
    early = adnca("01", days=[0.0, 0.02, 3, 15, 21, 28], levels=[np.nan, 9_000, 800, 500, 300, 200])
    rows = derive_params_trial(early).adpp
    assert cell(rows, "01", "CMAX", "FLAG") == "EARLY_TMAX;PEAK_NOT_SAMPLED"
    assert cell(rows, "01", "AUC0_28D", "FLAG") == "NC_SPARSE"
    assert cell(rows, "01", "AUC0_28D", "PPREASND") == "no result in the peak window"
    nk = derive_params_trial(early, windows=WindowSettings(peak_window_days=None)).adpp
    assert cell(nk, "01", "CMAX", "FLAG") == "EARLY_TMAX"
    assert cell(nk, "01", "AUC0_28D", "FLAG") == "COMPLETE"


def test_windows_are_those_asked_for():
    rows = derive_params_trial(adnca(), window_days=(14.0, 60.5)).adpp
    windows = rows[rows["PPENINT"].notna()]
    assert dict(zip(windows["PARAMCD"], windows["PPENINT"], strict=True)) == {
        "AUC0_14D": "P14D",
        "AUC0_60.5D": "P60.5D",
    }


def test_extrapolated_percent_stands_beside_the_area():
    short = adnca(days=[0.0, 7, 10, 14, 18, 22], levels=[np.nan, 9000, 4000, 1500, 600, 250])
    rows = derive_params_trial(short).adpp
    assert cell(rows, "01", "AUC0_28D", "FLAG") == "EXTRAPOLATED"
    assert 0 < cell(rows, "01", "AUC0_28D", "PCTEXTR") < 5
    bare = derive_params_nca(short)
    assert cell(bare, "01", "AUC0_28D") == pytest.approx(cell(rows, "01", "AUC0_28D"), rel=1e-12)
    assert cell(bare, "01", "AUC0_28D", "PCTEXTR") == pytest.approx(cell(rows, "01", "AUC0_28D", "PCTEXTR"), rel=1e-9)


def test_the_points_of_lambda_z_and_their_line():
    points = derive_params_trial(adnca(), NcaSettings(auc_method=AucMethod.LINEAR)).lambda_z
    assert points["AFRLT"].tolist() == DAYS[1:]
    used = points[points["LZFL"] == "Y"]
    line = np.polyfit(used["ARRLT"], np.log(used["AVAL"]), 1)
    assert points["SLOPE"].unique().tolist() == pytest.approx([line[0]])
    assert points["INTERCEPT"].unique().tolist() == pytest.approx([line[1]])
    rows = derive_params_trial(adnca()).adpp
    assert len(used) == cell(rows, "01", "LAMZNPT")
    none = derive_params_trial(adnca(days=[0.0, 7, 14], levels=[np.nan, 9, 5])).lambda_z
    assert set(none["LZFL"]) == {"N"}
    assert none["SLOPE"].isna().all()


def test_every_problem_of_a_table_at_once():
    bad = adnca().astype({"AFRLT": object})
    bad.loc[2, "AFRLT"] = "later"
    bad.loc[3, "BLQFL"] = "y"
    bad.loc[4, "AVALU"] = None
    with pytest.raises(TableError) as caught:
        derive_params_trial(bad)
    assert {(p.column, tuple(p.rows.tolist())) for p in caught.value.problems} == {
        ("AFRLT", (2,)), ("BLQFL", (3,)), ("AVALU", (4,)),
    }  # fmt: skip
    assert "found 'later', allowed a finite number of days" in str(caught.value)
    with pytest.raises(TableError, match="BLQFL: found no such column"):
        derive_params_nca(adnca().drop(columns="BLQFL"))


def test_categories_and_numbers_of_any_kind_are_read_alike():
    plain = pd.concat([adnca("02"), adnca("01"), adnca("10")], ignore_index=True)
    as_category = plain.astype({"USUBJID": "category", "AVALU": "category", "BLQFL": "category"})
    as_category["USUBJID"] = as_category["USUBJID"].cat.set_categories(["10", "unused", "01", "02"])
    as_object = plain.astype({"USUBJID": object, "AFRLT": "int64", "AVAL": "float32"})
    want = derive_params_nca(plain)
    for other in (as_category, as_object, plain.sample(frac=1, random_state=3)):
        got = derive_params_nca(other)
        pd.testing.assert_frame_equal(got, want, check_categorical=False)
    assert list(dict.fromkeys(want["USUBJID"])) == ["01", "02", "10"]


def test_an_empty_table_gives_no_rows():
    rows = derive_params_nca(adnca().iloc[:0])
    assert list(rows.columns) == [*STABLE, "FLAG", "PCTEXTR"]
    assert rows.empty
    done = derive_params_trial(adnca().iloc[:0])
    assert done.adpp.empty
    assert done.findings.empty
    assert done.lambda_z.empty


def test_it_fits_the_schemas_of_the_house():
    schemas = pytest.importorskip("cartpk.schemas")
    done = derive_params_trial(adnca(PCTESTCD="CART", PCSPEC="BLOOD", ATPTREF="INFUSION 1"))
    assert len(schemas.checked(done.adpp, schemas.ADPP)) == len(done.adpp)


def test_every_realistic_profile_has_its_areas_or_a_flag():
    """Of 60 realistic profiles every one has an AUC0-28d and AUC0-90d, or a flag that says why not."""
    file = Path(__file__).resolve().parents[3] / "shared" / "reference" / "nca" / "inputs.csv"
    if not file.is_file():
        pytest.skip("the reference data (../shared/reference) are not here")
    raw = pd.read_csv(file, dtype={"USUBJID": str}).query("STATUS != 'NOT DONE'")
    blq = raw["BLQ"] == 1
    table = pd.DataFrame({
        "USUBJID": raw["USUBJID"], "AFRLT": raw["TIME_DAY"], "AVAL": raw["CONC"].where(~blq),
        "AVALU": raw["UNIT"], "ALLOQ": raw["LLOQ"], "BLQFL": np.where(blq, "Y", "N"),
    })  # fmt: skip
    rows = derive_params_trial(table).adpp
    counts = {c: rows[rows["PARAMCD"] == c]["AVAL"].notna().sum() for c in ("AUC0_28D", "AUC0_90D")}
    assert counts == {"AUC0_28D": 56, "AUC0_90D": 53}
    assert rows[rows["PARAMCD"].str.startswith("AUC0_")]["FLAG"].notna().all()
