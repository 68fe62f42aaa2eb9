"""Who stands in which column: analysis sets, dose levels, the column of all subjects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from cartpk.clinical.analysis_sets import DEFINITIONS, definition, members, outside_kinetics
from cartpk.tables.table import Column
from cartpk.terms import Endpoint, SubjectSet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = [
    "ALL",
    "FIRST_INFUSION",
    "AnalysisSet",
    "Group",
    "Grouping",
    "analysis_set",
    "by_subject",
    "plural",
    "set_label",
    "shown",
    "subgroups",
]

ALL: Final = "All doses"
FIRST_INFUSION: Final = "INFUSION 1"

SetName = Literal["all", "PK", "PD", "SAF", "EFF", "EFFEVAL", "DLTEVAL", "ADA"]
_NAMES: Final = {
    SubjectSet.SAFETY: "Safety set",
    SubjectSet.PK: "PK analysis set",
    SubjectSet.PD: "PD analysis set",
    SubjectSet.EFFICACY: "Efficacy set",
    SubjectSet.EFFICACY_EVALUABLE: "Evaluable for efficacy",
    SubjectSet.DLT: "Evaluable for DLT",
    SubjectSet.ADA: "Evaluable for antibodies",
}


@dataclass(frozen=True, slots=True)
class Group:
    """A dose level, all of them, or another group.

    Attributes
    ----------
    label
        As printed in a head.
    subjects
        In the order of the listings.
    listed
        Whether it is too small to be summarised: its subjects are listed one by one.
    """

    label: str
    subjects: tuple[str, ...]
    listed: bool = False

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


def analysis_set(data: TrialData, name: SetName, config: TrialConfig | None = None) -> AnalysisSet:
    """The analysis set by dose level, as :mod:`cartpk.clinical.analysis_sets` defines it; ``all`` = who came in.

    ``config`` may be left out for ``all``, ``PK`` and ``PD`` only.
    """
    adsl = by_subject(data)
    inside = adsl if name == "all" else adsl[adsl["USUBJID"].isin(_inside(data, SubjectSet(name), config))]
    levels = [Group(c, tuple(inside.loc[inside["COHORT"].eq(c), "USUBJID"])) for c in data.cohorts]
    if len(levels) > 1:
        levels.append(Group(ALL, tuple(inside["USUBJID"])))
    if name == "all":
        return AnalysisSet(f"All subjects in the data: {len(inside)}", tuple(levels))
    who = DEFINITIONS[SubjectSet(name)] if config is None else definition(SubjectSet(name), config)
    text = f"{set_label(SubjectSet(name))} ({who}): {len(inside)} of {len(adsl)} {plural(len(adsl), 'subject')}"
    return AnalysisSet(text, tuple(levels))


def set_label(name: SubjectSet) -> str:
    """The analysis set as printed.

    Examples
    --------
    >>> set_label(SubjectSet.DLT)
    'Evaluable for DLT'
    """
    return _NAMES[name]


def shown(name: SubjectSet, config: TrialConfig) -> bool:
    """Whether the trial has this set: its measures are configured, or the data that it needs are named.

    A set whose data are named but hold nothing is shown with its reasons.
    """
    clinical = config.data.clinical
    needs = {
        SubjectSet.PD: bool(config.pharmacodynamics.measures),
        SubjectSet.EFFICACY: bool(clinical.responses.files or clinical.criss.files),
        SubjectSet.EFFICACY_EVALUABLE: bool(clinical.responses.files or clinical.criss.files),
        SubjectSet.DLT: bool(clinical.adverse_events.files) and config.asks([Endpoint.DLT]),
        SubjectSet.ADA: bool(clinical.antibodies.files),
    }
    return needs.get(name, True)


def _inside(data: TrialData, name: SubjectSet, config: TrialConfig | None) -> set[str]:
    if name in {SubjectSet.PK, SubjectSet.PD}:
        reason = outside_kinetics(data.adsl, name)
        return {str(s) for s in reason.index[reason.isna()]}
    if config is None:
        raise ValueError(f"the set {name} depends on the trial's configuration")
    return set(members(data, config, name))


@dataclass(frozen=True, slots=True)
class Grouping:
    """The subjects of an analysis set by one column.

    Attributes
    ----------
    column
        Column of ADSL, or code of a group that the analysis makes.
    outcome
        Whether the analysis makes it (response, grade, therapy), which is known only later.
    reference
        The level that the others are compared with; None = the first one. It may be none of the levels.
    name
        As printed.
    levels
        Its values that a subject has, in the order of printing; same length as ``groups``.
    groups
        One per value.
    unnamed
        Subjects of the set without a value, in no group.
    """

    column: str
    name: str
    levels: tuple[str, ...]
    groups: tuple[Group, ...]
    unnamed: int
    outcome: bool = False
    reference: str | None = None


def subgroups(
    data: TrialData, config: TrialConfig, who: AnalysisSet, which: Literal["all", "response", "other"] = "all"
) -> tuple[Grouping, ...]:
    """Every grouping of the config that tells at least two groups apart: those of the data, then of the analysis.

    Where there are several, a group is printed with the name of its grouping. A group of fewer subjects than
    ``report.summaries.min_group`` is marked to be listed. ``which``: only those by response, or only the others.
    """
    found = [
        values
        for values in (*_of_data(data, config, who), *_of_analysis(data, config, who))
        if len(values.levels) > 1 and which in {"all", "response" if _by_response(values) else "other"}
    ]
    return tuple(
        Grouping(
            v.column,
            v.name,
            v.levels,
            tuple(_group(f"{v.name}: {at}" if len(found) > 1 else at, v.held, at, who, config) for at in v.levels),
            len(who.subjects) - len(v.held),
            v.outcome,
            v.reference,
        )
        for v in found
    )


class _Values(NamedTuple):
    """A grouping before its groups: the value of each subject that has one, the values in the order of printing."""

    column: str
    name: str
    held: Mapping[str, str]
    levels: tuple[str, ...]
    outcome: bool
    reference: str | None


def _by_response(values: _Values) -> bool:
    return values.outcome and values.column.startswith("RESP")


def _of_data(data: TrialData, config: TrialConfig, who: AnalysisSet) -> Iterator[_Values]:
    """Columns of the data."""
    adsl = data.adsl.set_index("USUBJID")
    for column, grouping in config.groupings.items():
        values = {s: adsl[column][s] for s in who.subjects} if column in adsl else {}
        named = {s: v for s, v in values.items() if isinstance(v, str)}
        yield _Values(column, grouping.name, named, grouping.ordered(named.values()), False, grouping.reference)


def _of_analysis(data: TrialData, config: TrialConfig, who: AnalysisSet) -> Iterator[_Values]:
    """What the analysis found: response, by disease site where the data tell sites apart, grades, therapies."""
    table = data.derived["subject_groups"]
    table = table[table["VALUE"].notna() & table["USUBJID"].isin(who.subjects)]
    for wanted, grouping in config.outcome_groupings.items():
        own = table[table["GROUPCD"].eq(wanted) | table["GROUPCD"].str.startswith(f"{wanted}_")]
        for code, rows in own.groupby("GROUPCD", sort=False):
            held = {str(s): str(v) for s, v in zip(rows["USUBJID"], rows["VALUE"], strict=True)}
            levels = tuple(dict.fromkeys(rows.sort_values("VALUEN", kind="stable")["VALUE"]))
            found, site = str(rows["GROUP"].iloc[0]), str(code).removeprefix(wanted)
            # of several disease sites each keeps its name behind the label
            name = found if grouping.label is None else grouping.label + (f",{found.split(',', 1)[-1]}" if site else "")
            yield _Values(str(code), name, held, levels, True, grouping.reference)


def _group(label: str, named: Mapping[str, str], level: str, who: AnalysisSet, config: TrialConfig) -> Group:
    subjects = tuple(s for s in who.subjects if named.get(s) == level)
    return Group(label, subjects, len(subjects) < config.report.summaries.min_group)


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
