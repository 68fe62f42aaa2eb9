"""The sample trials: schedule, numbers, doses, assays, seed, one entry each.

Numbers of subjects and doses follow the registry records (config/trials/<trial>.yaml); what a record does not say
(schedules, limits of quantification, spreads, dates) is made up here and nowhere presented as the trial's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from cartpk.simulate.panels import CAR_NK_MARROW, CAR_NK_PANEL, CAR_T_PANEL, T_ALL_PANEL, UNSPLIT_PANEL, Measure
from cartpk.simulate.scenarios import Scenario

__all__ = ["DESIGNS", "Arm", "Assay", "Design", "Visit", "get_design"]


@dataclass(frozen=True)
class Visit:
    """A planned visit: nominal day and what is measured. Day 0 is before the infusion, 0 < day < 1 the hours after."""

    day: float
    kinetic: bool = True
    cells: bool = False
    marrow: bool = False
    tissue: bool = False
    shift: int = 0
    """Largest usual deviation, whole days either side."""

    @property
    def label(self) -> str:
        """Visit name; day 0 is the day of the infusion."""
        return f"DAY {int(self.day)}"

    @property
    def timepoint(self) -> str:
        """Planned time point within the trial."""
        if self.day == 0:
            return "PRE-INFUSION"
        return f"{round(24 * self.day)} H POST-INFUSION" if 0 < self.day < 1 else self.label

    @property
    def elapsed(self) -> str:
        """Planned time from the infusion, ISO 8601 duration."""
        if 0 < self.day < 1:
            return f"PT{round(24 * self.day)}H"
        return "PT0H" if self.day == 0 else f"{'-' if self.day < 0 else ''}P{abs(int(self.day))}D"


@dataclass(frozen=True)
class Arm:
    """A group of subjects: dose level or cell source."""

    code: str
    label: str
    n: int
    dose: float | None = None
    """Planned dose, cells or cells/kg; None = the record states none and none is simulated."""


@dataclass(frozen=True)
class Assay:
    """The assay of the CAR transgene."""

    code: str
    method: str
    lloq: float
    blq: str = "<{lloq}"
    test: str = "CAR transgene"
    unit: str = "copies/ug"


@dataclass(frozen=True)
class Design:
    """A virtual trial."""

    trial: str
    seed: int
    layout: Literal["sdtm", "tidy"]
    model: Literal["stein", "car_nk"]
    treatment: str
    arms: tuple[Arm, ...]
    visits: tuple[Visit, ...]
    assay: Assay
    panel: tuple[Measure, ...]
    scenarios: dict[int, Scenario]
    """Subject number (1 = first enrolled) -> scenario; all others are TYPICAL."""
    ages: tuple[int, int]
    interleaved: bool = False
    """Arms enrol in turn; otherwise one arm is filled before the next opens."""
    per_kg: bool = False
    blasts: bool = False
    marrow_panel: tuple[Measure, ...] = ()
    """What is gated in marrow: at the marrow visits, and at screening."""
    dropout: float = 0.2
    """Part of the typical subjects that leave between day 45 and day 170."""
    missed: float = 0.04
    """Part of the planned samples after day 1 that are not taken."""
    note: str = ""
    """What the README adds about the numbers of subjects."""

    @property
    def subjects(self) -> int:
        """Number of virtual subjects."""
        return sum(arm.n for arm in self.arms)

    def enrolment(self) -> tuple[Arm, ...]:
        """The arm of every subject, in the order of enrolment."""
        if not self.interleaved:
            return tuple(arm for arm in self.arms for _ in range(arm.n))
        turns = max(arm.n for arm in self.arms)
        return tuple(arm for turn in range(turns) for arm in self.arms if turn < arm.n)


def _visits(
    kinetic: tuple[tuple[float, int], ...],
    cells: tuple[float, ...],
    marrow: tuple[float, ...] = (),
    tissue: tuple[float, ...] = (),
) -> tuple[Visit, ...]:
    planned = dict(kinetic)
    days = sorted({*planned, *cells, *marrow, *tissue})
    return tuple(Visit(d, d in planned, d in cells, d in marrow, d in tissue, planned.get(d, 1)) for d in days)


TWO_HOURS: Final = 2.0 / 24.0
_CAR_T: Final = (
    (0, 0), (TWO_HOURS, 0), (1, 0), (3, 0), (5, 0), (7, 0), (10, 0), (14, 1), (17, 1), (21, 1),
    (28, 1), (42, 3), (60, 4), (90, 6), (120, 6), (180, 10),
)  # fmt: skip
_CAR_T_4: Final = tuple((4, 0) if day == 3 else (day, shift) for day, shift in _CAR_T if day != 5)
_CAR_NK: Final = (
    (0, 0), (1.0 / 24.0, 0), (4.0 / 24.0, 0), (1, 0), (2, 0), (3, 0), (5, 0), (7, 0), (10, 0), (14, 1), (21, 1),
    (28, 1), (42, 3), (60, 4), (90, 6),
)  # fmt: skip
_CELLS: Final = (-7, 0, 7, 14, 21, 28, 42, 60, 90, 180)

_ALL: Final = (
    Design(
        trial="NCT06871644",
        seed=644,
        layout="sdtm",
        model="stein",
        treatment="CD7 CAR-T",
        arms=(
            Arm("DL1", "2.5e7 cells", 6, 2.5e7),
            Arm("DL2", "1e8 cells", 6, 1.0e8),
            Arm("DL3", "2e8 cells", 6, 2.0e8),
        ),
        visits=_visits(_CAR_T, _CELLS),
        assay=Assay("CARTDNA", "qPCR", 100.0),
        panel=CAR_T_PANEL,
        scenarios={
            4: Scenario.LATE_PEAK,
            7: Scenario.NEVER_EXPANDER,
            9: Scenario.LOW_DOSE,
            10: Scenario.LATE_VISIT,
            11: Scenario.EARLY_DROPOUT,
            14: Scenario.EARLY_HIGH,
            17: Scenario.MISSED_PEAK,
        },
        ages=(22, 65),
        note="Six at each level: the largest number that the record's 3+3 design allows.",
    ),
    Design(
        trial="NCT06316427",
        seed=427,
        layout="sdtm",
        model="stein",
        treatment="CD7 CAR-T",
        arms=(
            Arm("AUTO", "autologous", 8),
            Arm("PRIORDON", "prior HSCT donor", 8),
            Arm("NEWDON", "new donor", 8),
        ),
        visits=_visits(tuple(v for v in _CAR_T_4 if v[0] != 17), (-7, 0, 7, 14, 28, 60, 90, 180)),
        assay=Assay("CARTDNA", "qPCR", 50.0, blq="BLQ"),
        panel=T_ALL_PANEL,
        scenarios={
            5: Scenario.NEVER_EXPANDER,
            7: Scenario.LATE_VISIT,
            10: Scenario.LATE_PEAK,
            13: Scenario.DEATH,
            16: Scenario.EARLY_DROPOUT,
            19: Scenario.EARLY_HIGH,
            22: Scenario.MISSED_PEAK,
        },
        ages=(3, 66),
        interleaved=True,
        blasts=True,
        note="24 of the 80 planned subjects.",
    ),
    Design(
        trial="NCT04480788",
        seed=788,
        layout="tidy",
        model="stein",
        treatment="autologous CD7 CAR-T",
        arms=(Arm("ALL", "all subjects", 9),),
        visits=_visits(_CAR_T_4, (-7, 0, 7, 14, 21, 28, 60, 90, 180)),
        assay=Assay("CARTDNA", "qPCR", 50.0),
        panel=UNSPLIT_PANEL,
        scenarios={
            3: Scenario.LATE_PEAK,
            5: Scenario.NEVER_EXPANDER,
            7: Scenario.EARLY_DROPOUT,
            8: Scenario.EARLY_HIGH,
        },
        ages=(9, 68),
    ),
    Design(
        trial="NCT07117175",
        seed=175,
        layout="tidy",
        model="car_nk",
        treatment="anti-human CD7 CAR-NK",
        arms=(
            Arm("DL1", "1e7 cells/kg", 1, 1.0e7),
            Arm("DL2", "2e7 cells/kg", 6, 2.0e7),
            Arm("DL3", "5e7 cells/kg", 11, 5.0e7),
        ),
        visits=_visits(_CAR_NK, (-7, 0, 3, 7, 14, 28, 60, 90), marrow=(7, 14, 28, 60), tissue=(14, 28)),
        assay=Assay("CARNKDNA", "ddPCR", 50.0),
        panel=CAR_NK_PANEL,
        marrow_panel=CAR_NK_MARROW,
        scenarios={
            4: Scenario.NEVER_EXPANDER,
            6: Scenario.EARLY_DROPOUT,
            10: Scenario.LATE_PEAK,
            13: Scenario.EARLY_HIGH,
        },
        ages=(19, 69),
        per_kg=True,
        note="1 + 6 + 11, as if one DLT among the first three of level 2 had asked for three more there.",
    ),
)

DESIGNS: Final = MappingProxyType({design.trial: design for design in _ALL})
"""Trial -> its design."""


def get_design(trial: str) -> Design:
    """Return the design of this sample trial.

    Raises
    ------
    ValueError
        When there is no such trial; the message lists those there are.
    """
    if trial not in DESIGNS:
        raise ValueError(f"no sample trial named {trial!r}; allowed: {', '.join(DESIGNS)}")
    return DESIGNS[trial]
