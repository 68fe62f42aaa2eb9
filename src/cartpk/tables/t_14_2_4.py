"""Cellular-kinetic parameters by the trial's own groups (donor source, response ...)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.tables.groups import Group, analysis_set
from cartpk.tables.parameters import summary_body
from cartpk.tables.table import Body, NoTable, TableSpec

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per parameter and statistic, one column per group."""
    who = analysis_set(data, "PK")
    of = data.adsl.set_index("USUBJID")["GROUP"]
    named = {s: of[s] for s in who.subjects if isinstance(of[s], str)}
    names = sorted(set(named.values()))
    if len(names) < 2:
        return NoTable("The data name fewer than two groups of subjects beside the dose: there is nothing to compare.")
    groups = [Group(name, tuple(s for s in who.subjects if named.get(s) == name)) for name in names]
    body = summary_body(data, config, who, groups, config.nca.windows.days)
    if isinstance(body, NoTable):
        return body
    unnamed = len(who.subjects) - len(named)
    notes = ["Descriptive: the groups were not randomised and are not tested against each other."]
    if unnamed:
        notes.append(f"Subjects without a named group, in no column: {unnamed}.")
    return Body(body.columns, body.rows, body.population, (*notes, *body.footnotes), f"{body.source}, adsl.csv (GROUP)")


SPEC: Final = TableSpec("t_14_2_4", "14.2-4", "Cellular-kinetic parameters by group", table)
