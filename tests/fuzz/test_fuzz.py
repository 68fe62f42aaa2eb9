"""A short run of the fuzz, the same each time, and every case that was found by a long one."""

import importlib.util
import json
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

pytestmark = pytest.mark.requirement("URS-311")

HERE = Path(__file__).parent


def load(name):
    """A module beside this file, by the name under which its neighbours import it."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


trials, judge, strategies = (load(name) for name in ("trials", "judge", "strategies"))
FOUND = [json.loads(line) for line in (HERE / "found.jsonl").read_text(encoding="utf-8").splitlines() if line]


@pytest.mark.parametrize("case", FOUND, ids=lambda case: case["what"])
def test_a_case_that_was_found_holds(case, tmp_path):
    judge.judged(trials.spoiled(case["kind"], case["operations"]), tmp_path, case["depth"])


@pytest.mark.parametrize("kind", ["tidy", "sdtm", "decided"])
@pytest.mark.parametrize("depth", ["tables", "models"])
def test_the_trials_are_valid_before_they_are_spoiled(kind, depth, tmp_path):
    assert judge.judged(trials.base(kind), tmp_path, depth) in {"clean", "listed"}


ENDS: Counter[str] = Counter()


@pytest.mark.xdist_group("fuzz")
@settings(max_examples=60, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(strategies.inputs)
def test_no_spoiled_trial_breaks_anything(tmp_path_factory, drawn):
    kind, operations, depth = drawn
    ENDS[judge.judged(trials.spoiled(kind, operations), tmp_path_factory.mktemp("fuzz"), depth)] += 1


@pytest.mark.xdist_group("fuzz")
def test_the_run_saw_every_kind_of_end():
    assert {"config refused", "stopped", "listed"} <= set(ENDS)


def test_the_judge_sees_a_subject_or_record_that_vanished(tmp_path, monkeypatch):
    whole = judge.read_trial

    def forgetful(config, root):
        intake = whole(config, root)
        kept = intake.adnca["SRCROW"] != 3
        return type(intake)(**{**vars(intake), "adnca": intake.adnca[kept]})

    monkeypatch.setattr(judge, "read_trial", forgetful)
    with pytest.raises(judge.ViolationError, match="1 records vanished"):
        judge.judged(trials.base("tidy"), tmp_path, "intake")


def test_the_judge_stops_what_hangs():
    @judge.limited(0.05)
    def hang():
        while True:
            pass

    with pytest.raises(judge.ViolationError, match="still running"):
        hang()
