"""Every file of the reference data and of the founding trials: drafted, answered at most three times, run."""

import pandas as pd
import pytest
from drafting import ADAM, KINETICS, REFERENCE, ROOT, SDTM

from cartpk.config import load
from cartpk.ingest import read_trial

pytestmark = pytest.mark.requirement("URS-305")

SERIES, CDISC, SAMPLE = REFERENCE / "kinetics", REFERENCE / "cdisc", ROOT / "data" / "sample"

beside = pytest.mark.skipif(not REFERENCE.is_dir(), reason="the reference data are not beside the project")


def subjects_of(paths, column):
    return {s for p in paths for s in pd.read_csv(p, dtype=str, keep_default_na=False)[column] if s}


@beside
@pytest.mark.parametrize("case", KINETICS, ids=lambda case: case.files[0])
def test_every_series_runs(case, tmp_path, drafted):
    paths = [REFERENCE / n for n in case.files]
    done = drafted(paths, ROOT, tmp_path, case.answers)
    assert [q.key for q in done.draft.questions] == list(case.answers)
    assert set(done.intake.adsl["USUBJID"]) == subjects_of(paths, "SUBJECT")
    assert len(done.cmax) >= 0.9 * done.draft.subjects


@beside
@pytest.mark.parametrize(
    ("names", "hand", "answers"),
    [
        (["real_liu_CR.csv", "real_liu_NegR.csv"], "liu", {"data.exclude": "UNCOMMENT"}),
        (["real_qsp_P.csv", "real_qsp_G.csv"], "qsp", {"data.exclude": "UNCOMMENT", "intake.duplicates": "mean"}),
    ],
    ids=["liu", "qsp"],
)
def test_real_series_have_the_cmax_of_the_config_by_hand(names, hand, answers, tmp_path, drafted, cmax):
    done = drafted([SERIES / n for n in names], ROOT, tmp_path, answers)
    config = load(ROOT / "tests" / "real" / f"{hand}.yaml")
    by_hand = cmax(config, read_trial(config, ROOT))
    assert len(by_hand) >= 9
    assert {s: done.cmax[s] for s in by_hand} == by_hand


@pytest.mark.parametrize(
    ("trial", "files", "answers"),
    [
        ("NCT04480788", ["measurements.csv"], {"product.cell": "T"}),
        ("NCT06316427", ["pc.csv", "ex.csv", "dm.csv", "cp.csv"], {}),
        ("NCT06871644", ["dm.csv", "cp.csv", "pc.csv", "ex.csv"], {}),
        ("NCT07117175", ["measurements.csv"], {"product.cell": "NK"}),
    ],
)
def test_founding_trials_have_the_cmax_of_the_config_by_hand(trial, files, answers, tmp_path, drafted, cmax):
    done = drafted([SAMPLE / trial / f for f in files], ROOT, tmp_path, answers)
    assert {q.key for q in done.draft.questions} == answers.keys()
    config = load(ROOT / "config" / "trials" / f"{trial}.yaml")
    by_hand = read_trial(config, ROOT)
    assert done.cmax == cmax(config, by_hand)
    assert done.config.report.synthetic
    assert len(done.intake.adpd) == len(by_hand.adpd)
    # cohorts differ (the planned levels are the record's), who was given what does not
    doses = [i.adsl.set_index("USUBJID")["DOSEA"].sort_index() for i in (done.intake, by_hand)]
    assert doses[0].equals(doses[1])


@beside
def test_pharmaversesdtm_runs(tmp_path, drafted):
    paths = [REFERENCE / file for file in SDTM.files]
    done = drafted(paths, ROOT, tmp_path, SDTM.answers)
    assert len(done.draft.questions) == 2
    assert "count from 00:00" in done.draft.questions[1].text
    assert set(done.intake.adsl["USUBJID"]) == subjects_of(paths, "USUBJID")
    assert done.config.time.timepoint_unit == "hour"
    assert done.config.data.domains.treatment == ("XANOMELINE",)
    assert len(done.cmax) > 100


@beside
@pytest.mark.parametrize("case", ADAM, ids=lambda case: case.files[0])
def test_adam_tables_run(case, tmp_path, drafted):
    paths = [REFERENCE / file for file in case.files]
    done = drafted(paths, ROOT, tmp_path, case.answers)
    assert {q.key for q in done.draft.questions} == case.answers.keys()
    assert done.config.data.layout == "adam"
    assert set(done.intake.adsl["USUBJID"]) == subjects_of(paths, "USUBJID")
    assert done.intake.adnca["AFRLT"].max() < 10, "hours read as days"
    assert set(done.cmax) == set(done.intake.adsl["USUBJID"])


@beside
def test_a_column_that_stands_twice_is_named_and_renaming_it_is_enough(tmp_path, drafted):
    text = (CDISC / "aNCA" / "dummy_simplified.csv").read_text(encoding="utf-8")
    twice = tmp_path / "twice.csv"
    twice.write_text(text, encoding="utf-8")
    from cartpk.draft import draft_config

    draft, _, _ = draft_config([twice], tmp_path)
    assert any("ATPTREF" in c and "twice" in c for c in draft.cautions)
    once = tmp_path / "once.csv"
    once.write_text(text[::-1].replace('"FERTPTA"', '"2FERTPTA"', 1)[::-1], encoding="utf-8")
    done = drafted([once], tmp_path, tmp_path, {"product.cell": "T", "analytes[0].lloq": "0.1"})
    assert not any("twice" in c for c in done.draft.cautions)
    assert done.cmax == {"XX01-11101": 8.66}
