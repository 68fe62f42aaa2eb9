"""Cellular-kinetic parameters by group: the trial's own (donor source ...), grade of CRS, therapy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, Literal

from cartpk.clinical.caveats import confounding
from cartpk.tables.groups import Grouping, analysis_set, subgroups
from cartpk.tables.parameters import summary_body
from cartpk.tables.table import Body, NoTable, TableSpec

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["LATE", "SPEC", "by_group", "group_notes"]

_LATE_WINDOW: Final = 90.0
"""days; from here on an area favours those who live and are followed longer."""
_NOTHING: Final = {
    "response": "The data name no responders beside non-responders (data.clinical.responses, population.subgroups): "
    "there is nothing to compare.",
    "other": "The data name fewer than two groups of subjects beside the dose: there is nothing to compare.",
}
_LATER: Final = (
    "Groups by response, grade or therapy come from the whole course: they are known only after part of the exposure "
    "was measured."
)
LATE: Final = (
    "Who responds often lives longer and is followed longer: areas over late windows, Tlast and half-lives favour such "
    "a group (immortal-time bias)."
)


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per parameter and statistic, one column per group of every grouping other than by response."""
    return by_group(data, config, "other")


def by_group(data: TrialData, config: TrialConfig, which: Literal["response", "other"]) -> Body | NoTable:
    """The table of the groupings by response, or of all others."""
    who = analysis_set(data, "PK")
    found = subgroups(data, config, who, which)
    if not found:
        return NoTable(_NOTHING[which])
    groups = [group for grouping in found for group in grouping.groups]
    body = summary_body(data, config, who, groups, config.nca.windows.days)
    if isinstance(body, NoTable):
        return body
    notes = (*group_notes(found, config), *body.footnotes)
    return Body(body.columns, body.rows, body.population, notes, ", ".join([body.source, *_files(found)]))


def _files(found: Sequence[Grouping]) -> Iterator[str]:
    """Where the groups come from."""
    for file, outcome in (("adsl.csv", False), ("work/subject_groups.csv", True)):
        columns = [grouping.column for grouping in found if grouping.outcome is outcome]
        if columns:
            yield f"{file} ({', '.join(columns)})"


def group_notes(found: Sequence[Grouping], config: TrialConfig) -> Iterator[str]:
    """What must be said beside groups: how they came about, who is in none, which are only listed."""
    yield "Descriptive: the groups were not randomised and are not tested against each other."
    outcomes = [grouping.column for grouping in found if grouping.outcome]
    if outcomes:
        yield _LATER
        yield from confounding(config, outcomes)
    for grouping in found:
        if grouping.unnamed:
            of = f" of {grouping.name}" if len(found) > 1 else ""
            yield f"Subjects without a named group{of}, in no column: {grouping.unnamed}."
    small = [group for grouping in found for group in grouping.groups if group.listed]
    if small:
        yield (
            f"Groups of fewer than {config.report.summaries.min_group} subjects are listed, not summarised: "
            + "; ".join(f"{group.label} ({', '.join(group.subjects)})" for group in small)
            + "."
        )
    if not outcomes and any(end >= _LATE_WINDOW for end in config.nca.windows.days):
        yield LATE


SPEC: Final = TableSpec("t_14_2_4", "14.2-4", "Cellular-kinetic parameters by group", table)
