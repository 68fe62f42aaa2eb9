"""What the tables of adverse events share: rows of subjects and events, by system organ class, term and grade."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from cartpk.clinical.safety import emergent, worst
from cartpk.tables.cells import counted, share, words
from cartpk.tables.groups import Group, analysis_set
from cartpk.tables.table import Body, Column, NoTable, Row

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["NEEDS_AE", "SHARE", "by_term", "event_row", "no_events", "safety_notes", "subject_row"]

SHARE: Final = ("n", "%")
NEEDS_AE: Final = "Needs data: AE (data.clinical.adverse_events). No adverse events were delivered."


def no_events(data: TrialData) -> NoTable | None:
    """Why there is no table of adverse events; None = they were delivered."""
    if data.adsl.empty:
        return NoTable("No subject came in.")
    return None if data.clinical.has("adverse_events") else NoTable(NEEDS_AE)


def subject_row(labels: Sequence[str], key: Mapping[str, str], who: set[str], groups: Sequence[Group]) -> Row:
    """Subjects of each group that are among ``who``, with their percentage."""
    cells = (share(len(who.intersection(group.subjects)), group.n) for group in groups)
    return Row((*map(words, labels), *cells), SHARE, key)


def event_row(labels: Sequence[str], key: Mapping[str, str], rows: pd.DataFrame, groups: Sequence[Group]) -> Row:
    """Events of each group."""
    cells = (counted(int(rows["USUBJID"].isin(group.subjects).sum())) for group in groups)
    return Row((*map(words, labels), *cells), (), key)


def safety_notes(config: TrialConfig) -> tuple[str, ...]:
    """What is said under every table of adverse events."""
    safety = config.safety
    stated = {"Grading": safety.grading, "Dictionary": safety.dictionary}
    record = "; ".join(f"{name.lower()}: {said or 'not stated'}" for name, said in stated.items())
    if not any(stated.values()):
        record = "neither grading nor dictionary is stated"
    return (
        (
            "Treatment-emergent: begun on or after the day of the infusion, or on an unknown day. A subject counts "
            "once per row, whatever the number of its events."
        ),
        (
            f"In the registry record {record}. Terms are shown as delivered; grades of different scales are never "
            "compared or merged."
        ),
    )


def by_term(
    data: TrialData, config: TrialConfig, *, only: Mapping[str, str], none: str, notes: tuple[str, ...] = ()
) -> Body | NoTable:
    """Treatment-emergent events by system organ class, preferred term and worst grade.

    Parameters
    ----------
    data, config
        The trial.
    only
        Column of ADAE -> value that an event must have, e.g. ``{"AREL": "Y"}``.
    none
        Sentence where no event is left.
    notes
        Further footnotes.
    """
    if (nothing := no_events(data)) is not None:
        return nothing
    rows = emergent(data)
    for column, value in only.items():
        rows = rows[rows[column].eq(value)]
    if rows.empty:
        return NoTable(none)
    who = analysis_set(data, "SAF", config)
    columns = (
        Column("system", "System organ class", "group"),
        Column("term", "Preferred term", "group"),
        Column("grade", "Worst grade", "label"),
        Column("statistic", "Statistic", "statistic"),
        *(group.column() for group in who.groups),
    )
    body = tuple(_term_rows(rows.assign(AESOC=rows["AESOC"].fillna("not given")), who.groups))
    ends = (*safety_notes(config), *notes, "Sorted by number of subjects, then by name.")
    return Body(columns, body, who.text, ends, "work/adae.csv")


def _term_rows(rows: pd.DataFrame, groups: Sequence[Group]) -> Iterator[Row]:
    yield _any(rows, ("All system organ classes", "Any"), {"system": "", "term": ""}, groups)
    for system in _by_subjects(rows, "AESOC"):
        inside = rows[rows["AESOC"].eq(system)]
        yield _any(inside, (system, "Any"), {"system": system, "term": ""}, groups)
        for term in _by_subjects(inside, "AEDECOD"):
            own = inside[inside["AEDECOD"].eq(term)]
            key = {"system": system, "term": term}
            yield _any(own, (system, term), key, groups)
            for (scale, grade), had in worst(own).groupby(["SCALE", "ATOXGR"], sort=True):
                labels = (system, term, f"{grade:.0f} ({scale})", "n (%)")
                here = {**key, "grade": f"{scale} {grade:.0f}"}
                yield subject_row(labels, here, set(had["USUBJID"]), groups)


def _any(rows: pd.DataFrame, labels: tuple[str, str], key: dict[str, str], groups: Sequence[Group]) -> Row:
    return subject_row((*labels, "any", "n (%)"), {**key, "grade": "any"}, set(rows["USUBJID"]), groups)


def _by_subjects(rows: pd.DataFrame, column: str) -> list[str]:
    """Values of the column, the one with most subjects first."""
    n = rows.groupby(column)["USUBJID"].nunique()
    return [str(v) for v in sorted(n.index, key=lambda v: (-int(n[v]), str(v)))]
