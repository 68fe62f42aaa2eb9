"""From a tidy CSV to parameter rows and the summary: split doses, re-infusions, several assays side by side."""

import numpy as np
import pandas as pd
import pytest

from cartpk import schemas
from cartpk.adpp import derive_marrow, derive_params_trial
from cartpk.config import TrialConfig
from cartpk.ingest import read_trial
from cartpk.roster import events
from cartpk.tables.t_14_2_2 import table as by_dose
from cartpk.trial_data import TrialData

pytestmark = pytest.mark.requirement("URS-207")

SHAPE = {0: 0.0, 3: 0.04, 7: 0.6, 10: 1.0, 14: 0.5, 21: 0.1, 28: 0.03, 60: 0.012, 90: 0.006}
"""Day -> part of the peak."""
ASSAYS = {
    # test, specimen: peak, unit, limit
    ("CAR copies", "BLOOD"): (20_000.0, "copies/ug", 50.0),
    ("CAR copies", "BONE MARROW"): (8_000.0, "copies/ug", 50.0),
    ("CAR+ cells", "BLOOD"): (300.0, "cells/uL", 1.0),
    ("CAR ddPCR", "BLOOD"): (30_000.0, "copies/ug", 30.0),
}
ANALYTES = [
    {"code": "QPCR", "label": "CAR copies", "specimen": "BLOOD", "method": "qPCR", "unit": "copies/ug"},
    {"code": "MARROW", "label": "CAR in marrow", "match": ["CAR copies"], "specimen": "BONE MARROW",
     "method": "qPCR", "unit": "copies/ug"},
    {"code": "FLOW", "label": "CAR+ cells", "specimen": "BLOOD", "method": "flow cytometry", "unit": "cells/uL"},
    {"code": "DDPCR", "label": "CAR ddPCR", "specimen": "BLOOD", "method": "ddPCR", "unit": "copies/ug"},
]  # fmt: skip
CONFIG = {
    "trial": {"id": "T"},
    "product": {"name": "CAR-T", "cell": "T"},
    "dosing": {"basis": "flat", "unit": "cells", "levels": [1e8]},
    "data": {
        "layout": "tidy",
        "tables": ["results.csv"],
        "infusions": ["infusions.csv"],
        "columns": {"subject": "ID", "time": "DAY", "analyte": "TEST", "specimen": "SPEC", "value": "RESULT",
                    "dose": "CELLS", "weight": "KG", "event_day": "HSCT", "event": "WHAT"},
    },
    "analytes": ANALYTES,
    "report": {"synthetic": True},
}  # fmt: skip
INFUSIONS = """\
ID,DAY,CELLS
ONCE,0,1e8
SPLIT,0,3e7
SPLIT,1,3e7
SPLIT,2.5,4e7
AGAIN,0,1e8
AGAIN,45.4,2e8
"""
START = 45.4


def lines(subject, shift=0.0, days=SHAPE, factor=1.0, hsct="", assays=ASSAYS):
    """Results of one infusion in every assay; below the limit as <limit."""
    out = []
    for (test, specimen), (peak, unit, limit) in assays.items():
        for day, part in SHAPE.items():
            value = peak * part * factor
            if day in days:
                text = f"{value:.6g}" if value >= limit else f"<{limit:g}"
                what = "HSCT" if hsct else ""
                out.append(f"{subject},{day + shift:g},{test},{specimen},{text},{unit},{limit:g},80,{hsct},{what}")
    return out


@pytest.fixture(scope="module", name="run")
def _run(tmp_path_factory):
    def go(*subjects, infusions=INFUSIONS):
        folder = tmp_path_factory.mktemp("trial")
        head = "ID,DAY,TEST,SPEC,RESULT,UNIT,LLOQ,KG,HSCT,WHAT"
        text = "\n".join([head, *(line for subject in subjects for line in subject)]) + "\n"
        (folder / "results.csv").write_text(text, encoding="utf-8")
        (folder / "infusions.csv").write_text(infusions, encoding="utf-8")
        config = TrialConfig.model_validate(CONFIG)
        intake = read_trial(config, folder)
        assert not intake.stops, intake.findings["MESSAGE"].tolist()
        done = derive_params_trial(
            intake.adnca, config.nca.settings(), config.nca.windows.settings(), config.nca.windows.days,
            events=events(intake.adsl), adsl=intake.adsl, dose_basis=config.dosing.basis,
        )  # fmt: skip
        return config, intake, done

    return go


@pytest.fixture(scope="module", name="trial")
def _trial(run):
    early = [day for day in SHAPE if day <= 28]
    again = [*lines("AGAIN", days=early), *lines("AGAIN", START, early[1:], factor=0.5)]
    return run(lines("ONCE"), lines("SPLIT"), again)


def value(done, subject, code, column="AVAL", analyte="QPCR", infusion=1):
    rows = done.adpp
    keep = (rows["USUBJID"] == subject) & (rows["PARAMCD"] == code) & (rows["PPCAT"] == analyte)
    return rows.loc[keep & (rows["ATPTREF"] == f"INFUSION {infusion}"), column].item()


def test_split_doses_are_one_profile_from_the_first_with_their_sum(trial):
    _, intake, done = trial
    adsl = intake.adsl.set_index("USUBJID")
    assert adsl.loc["SPLIT", ["DOSEA", "NINF"]].tolist() == [1e8, 3.0]
    assert np.isnan(adsl.loc["SPLIT", "EVENTDY"])
    split, once = (done.adpp[done.adpp["USUBJID"] == s].reset_index(drop=True) for s in ("SPLIT", "ONCE"))
    assert set(split["ATPTREF"]) == {"INFUSION 1"}
    pd.testing.assert_frame_equal(split.drop(columns="USUBJID"), once.drop(columns="USUBJID"))
    assert value(done, "SPLIT", "CMAXD") == pytest.approx(20_000 / 100)
    assert value(done, "SPLIT", "CMAXDW") == pytest.approx(20_000 / 100 * 80)


def test_a_re_infusion_is_a_profile_of_its_own_with_its_own_time_zero(trial):
    _, intake, done = trial
    subject = intake.adsl.set_index("USUBJID").loc["AGAIN"]
    assert subject[["DOSEA", "REINFDY", "EVENTDY"]].tolist() == [1e8, START, START]
    assert value(done, "AGAIN", "TMAX", infusion=1) == value(done, "AGAIN", "TMAX", infusion=2) == pytest.approx(10.0)
    assert value(done, "AGAIN", "CMAX", infusion=2) == pytest.approx(10_000)
    assert subject["DOSE02A"] == 2e8
    assert np.isnan(intake.adsl.set_index("USUBJID").loc["ONCE", "DOSE02A"])
    assert value(done, "AGAIN", "CMAXD") == pytest.approx(20_000 / 100)
    # each profile by the dose of its own infusion
    assert value(done, "AGAIN", "CMAXD", infusion=2) == pytest.approx(10_000 / 200)
    assert value(done, "AGAIN", "CMAXDW", infusion=2) == pytest.approx(10_000 / 200 * 80)


def test_the_first_profile_is_cut_and_the_second_begins_with_the_result_before(trial):
    _, _, done = trial
    assert value(done, "AGAIN", "TLST") == 28
    assert value(done, "AGAIN", "AUC0_28D", "FLAG") == "COMPLETE"
    assert value(done, "AGAIN", "AUC0_90D", "FLAG") == "NC_EVENT"
    assert value(done, "AGAIN", "AUC0_28D") == pytest.approx(value(done, "ONCE", "AUC0_28D"), rel=1e-12)
    moved = done.findings[(done.findings["RULE"] == "NCA_C0_MOVED") & (done.findings["USUBJID"] == "AGAIN")]
    assert {float(old) for old in moved["OLD"]} == {round(28 - START, 4)}
    # trapezoids by hand: C(0) is the last result before the re-infusion
    days = [0.0, *[day for day in SHAPE if 0 < day <= 28]]
    level = [20_000 * SHAPE[28], *[10_000 * SHAPE[day] for day in days[1:]]]
    area = sum(
        (b - a) * ((u - v) / np.log(u / v) if v < u else (u + v) / 2)
        for a, b, u, v in zip(days, days[1:], level, level[1:], strict=False)
    )
    assert value(done, "AGAIN", "AUCLST", infusion=2) == pytest.approx(area, rel=1e-9)
    assert value(done, "AGAIN", "AUC0_28D", "FLAG", infusion=2) == "COMPLETE"


def test_assays_and_specimens_stand_side_by_side(trial):
    _, _, done = trial
    peaks = done.adpp[(done.adpp["PARAMCD"] == "CMAX") & (done.adpp["USUBJID"] == "ONCE")]
    assert peaks.set_index(["PPCAT", "PPSPEC", "AVALU"])["AVAL"].to_dict() == {
        ("QPCR", "BLOOD", "copies/ug"): 20_000, ("MARROW", "BONE MARROW, LIQUID", "copies/ug"): 8_000,
        ("FLOW", "BLOOD", "cells/uL"): 300, ("DDPCR", "BLOOD", "copies/ug"): 30_000,
    }  # fmt: skip
    assert value(done, "ONCE", "CMAXD", "AVALU", "FLOW") == "(cells/uL)/(10^6 cells)"


def test_one_assay_is_as_if_the_others_were_not_there(run, trial):
    own = {("CAR ddPCR", "BLOOD"): ASSAYS["CAR ddPCR", "BLOOD"]}
    _, _, alone = run(lines("ONCE", assays=own))
    for code in alone.adpp["PARAMCD"]:
        want, got = (value(d, "ONCE", code, analyte="DDPCR") for d in (alone, trial[2]))
        assert got == want or (np.isnan(got) and np.isnan(want)), code


def test_marrow_is_matched_within_its_infusion(trial):
    config, intake, done = trial
    assert config.marrow_pairs == {"MARROW": "QPCR"}
    pairs = derive_marrow(done.adnca, config.marrow_pairs, 3.0, events(intake.adsl)).pairs
    assert pairs["RATIO"].dropna().unique() == pytest.approx([0.4])
    assert pairs.loc[pairs["USUBJID"] == "AGAIN", "ATPTREF"].value_counts().to_dict() == {
        "INFUSION 1": 6, "INFUSION 2": 6,
    }  # fmt: skip


def test_the_summary_is_of_first_infusions_each_assay_in_its_block(trial):
    config, intake, done = trial
    body = by_dose(data_of(intake, done), config)
    cells = {
        (row.key["assay"], row.key["statistic"]): row.cells[3].text
        for row in body.rows
        if row.key["parameter"] == "CMAX"
    }
    assert {assay: text for (assay, statistic), text in cells.items() if statistic == "n"} == dict.fromkeys(
        ("QPCR", "MARROW", "FLOW", "DDPCR"), "3 (0)"
    )
    # 10,000 of the re-infusion is in no statistic
    assert cells["QPCR", "median"] == "20,000 [20,000; 20,000]"
    assert cells["DDPCR", "median"] == "30,000 [30,000; 30,000]"
    assert cells["FLOW", "median"] == "300 [300; 300]"


def data_of(intake, done):
    """The trial as the tables read it; what this trial does not have is empty."""
    keys = pd.DataFrame({c: pd.Series(dtype="str") for c in ("USUBJID", "PPCAT", "PPSPEC", "ATPTREF", "MODEL")})
    tables = {
        "adsl": intake.adsl, "adnca": intake.adnca, "adpd": intake.adpd, "findings": intake.findings,
        "adpp": schemas.checked(done.adpp, schemas.ADPP), "lambda_z": done.lambda_z,
    }  # fmt: skip
    return TrialData(**{**dict.fromkeys(TrialData.__dataclass_fields__, keys), **tables})


def test_a_transplant_after_the_re_infusion_cuts_its_profile(run):
    early = [day for day in SHAPE if day <= 28]
    hsct = f"{START + 12:g}"
    again = [*lines("AGAIN", days=early, hsct=hsct), *lines("AGAIN", START, early[1:], hsct=hsct)]
    _, intake, done = run(again, infusions="ID,DAY,CELLS\nAGAIN,0,1e8\nAGAIN,45.4,2e8\n")
    assert intake.adsl[["EVENTDY", "EVENTTXT", "ENDDY"]].to_numpy().tolist() == [[START, "re-infusion", START + 12]]
    assert value(done, "AGAIN", "AUC0_28D", "FLAG", infusion=1) == "COMPLETE"
    assert value(done, "AGAIN", "AUC0_28D", "FLAG", infusion=2) == "NC_EVENT"
    assert value(done, "AGAIN", "TLST", infusion=2) == pytest.approx(10)


def test_infusions_near_each_other_are_split_only_as_far_as_configured(run):
    near = "ID,DAY,CELLS\nONCE,0,1e8\nONCE,7.5,1e8\n"
    _, intake, done = run(lines("ONCE"), infusions=near)
    assert intake.adsl["REINFDY"].tolist() == [7.5]
    assert value(done, "ONCE", "TLST") == 7
    assert value(done, "ONCE", "TMAX", infusion=2) == 2.5
