"""cartpk.simulate.designs: the designs agree with the trials' configs."""

from pathlib import Path

import pytest

from cartpk.config import load
from cartpk.simulate.designs import DESIGNS, Visit, get_design

ROOT = Path(__file__).resolve().parents[2]
SUBJECTS = {"NCT06871644": 18, "NCT06316427": 24, "NCT04480788": 9, "NCT07117175": 18}


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_design_agrees_with_the_config(design):
    config = load(ROOT / "config" / "trials" / f"{design.trial}.yaml")
    assert design.subjects == SUBJECTS[design.trial] <= config.trial.planned_n
    assert design.layout == config.data.layout
    assert config.models.fit[0] == design.model
    levels = tuple(arm.dose for arm in design.arms if arm.dose is not None)
    assert levels == (config.dosing.levels or ())
    assert design.per_kg == (config.dosing.basis == "per_kg")
    ages = config.trial.age_years
    if ages is not None:
        assert ages[0] <= design.ages[0] < design.ages[1] <= ages[1]
    planned = {v.day for v in design.visits}
    assert set(config.time.visit_window_days) <= planned
    for visit in design.visits:
        if visit.day in config.time.visit_window_days:
            # elapsed days: a morning sample after an infusion at noon is a few hours early
            assert visit.shift + 0.35 <= config.time.visit_window_days[visit.day]


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_schedule_is_that_of_a_phase_1_trial(design):
    kinetic = [v.day for v in design.visits if v.kinetic]
    assert 13 <= len(kinetic) <= 18
    assert kinetic[0] == 0
    assert kinetic[-1] >= 90
    cells = [v.day for v in design.visits if v.cells]
    assert cells[:2] == [-7, 0]
    assert len(cells) < len(kinetic)


def test_visits_name_themselves():
    assert [Visit(d).elapsed for d in (-7, 0, 1 / 12, 28)] == ["-P7D", "PT0H", "PT2H", "P28D"]
    assert [Visit(d).label for d in (-7, 0, 1 / 12, 28)] == ["DAY -7", "DAY 0", "DAY 0", "DAY 28"]
    assert Visit(1 / 12).timepoint == "2 H POST-INFUSION"


def test_unknown_trial_is_named():
    with pytest.raises(ValueError, match=r"'NCT1'.*NCT06871644"):
        get_design("NCT1")
