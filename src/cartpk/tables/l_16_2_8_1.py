"""Antibody results by subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.tables.antibodies import no_antibodies
from cartpk.tables.cells import words
from cartpk.tables.groups import analysis_set
from cartpk.tables.listing import SUBJECT, in_order, optional
from cartpk.tables.printing import event_day
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_COLUMNS: Final = (
    *SUBJECT,
    Column("test", "Test", "text"),
    Column("day", "Day", "number", unit="day"),
    Column("visit", "Visit", "text"),
    Column("result", "Result as delivered", "text"),
    Column("read", "Read as", "text"),
    Column("titre", "Titre", "number"),
    Column("baseline", "Baseline", "text"),
    Column("class", "Class of the subject", "text"),
    Column("why", "Not used because", "text"),
)


def _titre(value: float) -> str:
    """A titre as it was read: without digits that nobody delivered.

    >>> _titre(20.0), _titre(1280.0), _titre(2.5)
    ('20', '1,280', '2.5')
    """
    return f"{value:,g}"


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per delivered result, used or not."""
    if (nothing := no_antibodies(data)) is not None:
        return nothing
    rows = []
    for r in in_order(data.clinical.adis, data, "PARAMCD", "AFRLT").to_dict("records"):
        read = None if not isinstance(r["RESULT"], str) else r["RESULT"].lower()
        kind = None if not isinstance(r["ADACLASS"], str) else r["ADACLASS"].lower()
        baseline = "baseline" if r["ABLFL"] == "Y" else ""
        cells = (
            *map(words, (r["USUBJID"], r["COHORT"], r["PARAM"])),
            optional(r["AFRLT"], event_day),
            *map(words, (r["AVISIT"], r["AVALC"], read)),
            optional(r["TITRE"], _titre),
            *map(words, (baseline, kind, r["ANLRS"])),
        )
        rows.append(Row(cells))
    notes = ("Days from the infusion. A titre below a limit is negative; its limit is shown as delivered.",)
    return Body(_COLUMNS, tuple(rows), analysis_set(data, "all", config).text, notes, "work/adis.csv")


SPEC: Final = TableSpec("l_16_2_8_1", "16.2.8-1", "Antibody results by subject", table, (Endpoint.IMMUNOGENICITY,))
