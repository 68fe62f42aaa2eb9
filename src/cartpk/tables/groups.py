"""Who stands in which column: analysis sets, dose levels, the column of all subjects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from cartpk.tables.table import Column

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.trial_data import TrialData

__all__ = ["ALL", "FIRST_INFUSION", "AnalysisSet", "Group", "analysis_set", "by_subject", "plural"]

ALL: Final = "All doses"
FIRST_INFUSION: Final = "INFUSION 1"

SetName = Literal["all", "PK", "PD"]
_NAMES: Final = {
    "all": "All subjects in the data",
    "PK": "PK analysis set (infused, at least one usable result after infusion)",
    "PD": "PD analysis set (at least one usable cell count)",
}
_FLAGS: Final = {"PK": "PKFL", "PD": "PDFL"}


@dataclass(frozen=True, slots=True)
class Group:
    """A dose level, or all of them: its label and its subjects, in the order of the listings."""

    label: str
    subjects: tuple[str, ...]

    @property
    def n(self) -> int:
        """Number of subjects."""
        return len(self.subjects)

    def column(self) -> Column:
        """The group as a column of numbers."""
        return Column(self.label, f"{self.label} (N = {self.n})", "number")


@dataclass(frozen=True, slots=True)
class AnalysisSet:
    """An analysis set by dose level.

    Attributes
    ----------
    text
        Its name with its n, as printed.
    groups
        Dose levels, lowest first, then all of them where there is more than one. A level without a subject in the set
        stays: its column says so.
    """

    text: str
    groups: tuple[Group, ...]

    @property
    def subjects(self) -> tuple[str, ...]:
        """All subjects of the set, by dose level and name."""
        return self.groups[-1].subjects if self.groups else ()


def analysis_set(data: TrialData, name: SetName) -> AnalysisSet:
    """The analysis set by dose level.

    ``PK`` and ``PD`` hold the subjects that are not excluded (``EXCLRS`` empty) and carry the set's flag.
    """
    adsl = by_subject(data)
    inside = adsl if name == "all" else adsl[adsl["EXCLRS"].isna() & adsl[_FLAGS[name]].eq("Y")]
    levels = [Group(c, tuple(inside.loc[inside["COHORT"].eq(c), "USUBJID"])) for c in data.cohorts]
    if len(levels) > 1:
        levels.append(Group(ALL, tuple(inside["USUBJID"])))
    total = "" if name == "all" else f" of {len(adsl)}"
    noun = "" if name == "all" else f" {plural(len(adsl), 'subject')}"
    return AnalysisSet(f"{_NAMES[name]}: {len(inside)}{total}{noun}", tuple(levels))


def by_subject(data: TrialData) -> pd.DataFrame:
    """ADSL in the order of the listings: dose level, subject."""
    return data.adsl.sort_values(["COHORTN", "COHORT", "USUBJID"], kind="stable").reset_index(drop=True)


def plural(n: int, noun: str) -> str:
    """The noun for a count.

    Examples
    --------
    >>> plural(1, "subject"), plural(2, "subject")
    ('subject', 'subjects')
    """
    return noun if n == 1 else f"{noun}s"
