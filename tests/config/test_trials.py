"""The four founding trials' configs: valid, faithful to the registry records, each for itself."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cartpk.config import TrialConfig, load

ROOT = Path(__file__).resolve().parents[2]
RECORDS = ROOT.parent / "shared" / "trials"
TRIALS = ["NCT04480788", "NCT06316427", "NCT06871644", "NCT07117175"]


def config_of(trial: str) -> TrialConfig:
    return load(ROOT / "config" / "trials" / f"{trial}.yaml")


def test_every_founding_trial_has_a_config_and_no_other_is_there():
    assert sorted(p.stem for p in (ROOT / "config" / "trials").glob("*.yaml")) == TRIALS


@pytest.mark.parametrize("trial", TRIALS)
def test_config_is_valid_and_named_after_its_trial(trial):
    assert config_of(trial).trial.id == trial


def test_the_default_trial_is_the_scleroderma_trial():
    default = (ROOT / "config" / "config.yaml").read_text(encoding="utf-8")
    trial = (ROOT / "config" / "trials" / "NCT06871644.yaml").read_text(encoding="utf-8")
    assert default == trial, "copy config/trials/NCT06871644.yaml to config/config.yaml"


@pytest.mark.parametrize("trial", TRIALS)
def test_files_exist_in_the_trials_own_folder(trial):
    data = config_of(trial).data
    assert data.truth is not None
    for name in (*data.files(), data.truth):
        assert name.startswith(f"data/sample/{trial}/")
        assert (ROOT / name).is_file()


@pytest.mark.requirement("URS-102")
@pytest.mark.parametrize("trial", TRIALS)
def test_no_other_trial_leaks_in(trial):
    text = (ROOT / "config" / "trials" / f"{trial}.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r"NCT\d{8}", text)) == {trial}


@pytest.mark.parametrize("trial", TRIALS)
def test_a_newcomer_can_read_it_in_two_screens(trial):
    lines = (ROOT / "config" / "trials" / f"{trial}.yaml").read_text(encoding="utf-8").splitlines()
    # NCT07117175 quotes a rule of escalation per level beside the endpoints of its record
    assert len(lines) <= {"NCT07117175": 175}.get(trial, 140)
    assert lines[0].startswith(f"# {trial}: ")


@pytest.mark.requirement("URS-111")
@pytest.mark.parametrize("trial", TRIALS)
def test_all_bundled_data_are_declared_synthetic(trial):
    assert config_of(trial).report.synthetic


def test_what_the_records_say_of_doses_and_windows():
    facts = {
        t: (c.dosing.basis, c.dosing.levels, c.nca.windows.days, c.nca.windows.endpoint_in_record, c.trial.planned_n)
        for t, c in ((t, config_of(t)) for t in TRIALS)
    }
    assert facts == {
        "NCT04480788": (None, None, (28,), True, 9),
        "NCT06316427": (None, None, (28, 90), False, 80),
        "NCT06871644": ("flat", (0.25e8, 1e8, 2e8), (28, 90), True, 18),
        "NCT07117175": ("per_kg", (1e7, 2e7, 5e7), (28, 90), False, 18),
    }


def test_car_nk_has_no_peak_window_and_keeps_specimens_apart():
    config = config_of("NCT07117175")
    assert config.nca.windows.peak_window_days is None
    assert config.nca.min_tmax_day == 0
    assert [(a.code, a.specimen) for a in config.analytes] == [
        ("CARNKBL", "BLOOD"),
        ("CARNKBM", "BONE MARROW, LIQUID"),
        ("CARNKTI", "TISSUE"),
    ]
    assert {m.population for m in config.pharmacodynamics.measures} >= {"CAR_NK", "NORMAL_NK"}


def verbatim(config: TrialConfig) -> Iterator[str]:
    """Every text that claims to be the record's own words."""
    for note in (*config.trial.notes, *config.product.notes):
        yield from re.findall(r'"([^"]+)"', note)
    yield from config.product.notes
    escalation, efficacy, safety = config.escalation, config.efficacy, config.safety
    rules = [escalation.rules, *(level.rules for level in escalation.levels)]
    texts = [
        config.trial.title, config.trial.sponsor_id, config.trial.phase, config.product.route,
        config.dosing.record_text, config.population.cd7_entry, *(config.population.cd7_class or {}).values(),
        escalation.registry_timeframe, escalation.stagger, escalation.rp2d, *(q for r in rules for q in r.values()),
        *re.findall(r'"([^"]+)"', escalation.count_unit or ""),
        efficacy.endpoint, efficacy.criteria, safety.primary, safety.grading, safety.timeframe,
        config.immunogenicity.endpoint,
    ]  # fmt: skip
    yield from (text for text in texts if text)
    for responses in (efficacy.responders or {}).values():
        yield from (r for r in responses if r != "CNS remission")


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\\>", ">").replace("'", '"')).casefold()


@pytest.mark.parametrize("trial", TRIALS)
def test_quotations_stand_in_the_registry_record(trial):
    if not RECORDS.is_dir():
        pytest.skip("the registry records are not beside this repository")
    record = plain(" ".join(p.read_text(encoding="utf-8") for p in sorted(RECORDS.glob(f"{trial}*.txt"))))
    quoted = list(verbatim(config_of(trial)))
    assert len(quoted) > 5
    assert [text for text in quoted if plain(text) not in record] == []
