"""Disposition and analysis sets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from cartpk.clinical.analysis_sets import analysis_sets, definition
from cartpk.config.summaries import Summaries
from cartpk.tables.cells import counted, share, words
from cartpk.tables.groups import Group, analysis_set, set_label, shown
from cartpk.tables.printing import days
from cartpk.tables.statistics import statistic_rows, summed
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec
from cartpk.terms import NOT_STATED, SubjectSet

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_SHARE: Final = ("n", "%")
_NOTES: Final = (
    "Reasons by subject: Listing 16.2.3.",
    "Re-infusion, HSCT and death end the kinetic profile of the first infusion.",
)


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per state of a subject, one column per dose level."""
    if data.adsl.empty:
        return NoTable("No subject came in.")
    who = analysis_set(data, "all")
    columns = (
        Column("state", "Subjects", "group"),
        Column("statistic", "Statistic", "statistic"),
        *(group.column() for group in who.groups),
    )
    rows = (*_states(data, config, who.groups), *_follow_up(data, config, who.groups))
    planned = config.trial.planned_n
    notes = (
        f"Planned number of subjects: {NOT_STATED if planned is None else planned}.",
        *(f"{set_label(name)}: {definition(name, config)}." for name in SubjectSet if shown(name, config)),
        *_NOTES,
    )
    return Body(columns, rows, who.text, notes, "adsl.csv, adnca.csv, findings.csv")


def _states(data: TrialData, config: TrialConfig, groups: Sequence[Group]) -> Iterator[Row]:
    adsl = data.adsl.set_index("USUBJID")
    excluded = adsl["EXCLRS"].notna()
    came_in = tuple(counted(group.n) for group in groups)
    yield Row((words("In the data"), words("n"), *came_in), key={"state": "came_in"})
    yield _row("Excluded from the analysis", "excluded", excluded, groups)
    for reason in sorted(set(adsl["EXCLRS"].dropna())):
        yield _row(f"- {reason}", "excluded_for", adsl["EXCLRS"].eq(reason), groups)
    for name, outside in analysis_sets(data, config).items():
        if shown(name, config):
            yield _row(set_label(name), str(name), outside.isna(), groups)
    warned = set(data.findings.loc[data.findings["SEVERITY"].ne("info"), "USUBJID"].dropna())
    yield _row("With a warning or error in the data", "findings", adsl.index.to_series().isin(warned), groups)
    yield _row("Re-infused", "reinfused", adsl["REINFDY"].notna(), groups)
    for event in sorted(set(adsl["EVENTTXT"].dropna())):
        yield _row(f"Profile cut by: {event}", "cut_by", adsl["EVENTTXT"].eq(event), groups)


def _row(label: str, key: str, holds: pd.Series[bool], groups: Sequence[Group]) -> Row:
    cells = (share(int(holds.reindex(group.subjects).sum()), group.n) for group in groups)
    return Row((words(label), words("n (%)"), *cells), _SHARE, {"state": key})


def _follow_up(data: TrialData, config: TrialConfig, groups: Sequence[Group]) -> list[Row]:
    """Day of each subject's last usable kinetic result of the primary analyte."""
    analyte = config.primary_analyte
    own = data.adnca[data.adnca["PCTESTCD"].eq(analyte.code) & data.adnca["ANLFL"].eq("Y")]
    last = own.groupby("USUBJID")["AFRLT"].max()
    values = [last.reindex(group.subjects) for group in groups]
    label = (words(f"Last result of {analyte.label} (day)"),)
    return statistic_rows(label, {"state": "last_result"}, summed(values, Summaries()), ["median"], days)


SPEC: Final = TableSpec("t_14_1_1", "14.1-1", "Disposition and analysis sets", table)
