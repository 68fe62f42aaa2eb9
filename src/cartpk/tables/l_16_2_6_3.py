"""ACR-CRISS by subject: components at baseline and at the assessment, steps, both versions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cartpk.tables.cells import words
from cartpk.tables.criss_wording import COMPONENT_NAMES, criss_gap, criss_notes
from cartpk.tables.groups import analysis_set
from cartpk.tables.listing import SUBJECT, dose_levels, in_order, optional, subject_cells
from cartpk.tables.printing import days, fixed
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_COLUMNS: Final = (
    *SUBJECT,
    Column("item", "Item", "text"),
    Column("day", "Day", "number", unit="day"),
    Column("base", "Baseline", "number"),
    Column("value", "Value", "number"),
    Column("change", "Change", "number"),
    Column("percent", "Change, %", "number"),
    Column("improved", "Improved", "text"),
    Column("note", "Organ event, or why there is no value", "text"),
)
_ITEMS: Final = {
    **{code: f"{name[0].upper()}{name[1:]}" for code, name in COMPONENT_NAMES.items()},
    "STEP1": "Step 1: organ event",
    "ACR2016": "ACR-CRISS 2016: probability",
    "REVISED": "Revised CRISS: components improved",
}
_DECIMALS: Final = {"ACR2016": 4, "REVISED": 0, "HAQDI": 3}


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per subject and item."""
    settings = config.efficacy.criss
    if settings is None:
        return NoTable("The configuration does not ask for the ACR-CRISS (efficacy.criss).")
    if (gap := criss_gap(data)) is not None:
        return gap
    doses = dose_levels(data)
    place = {code: i for i, code in enumerate(_ITEMS)}
    frame = data.derived["adcrissr"]
    rows = []
    for r in in_order(frame.assign(_ITEM=frame["PARAMCD"].map(place)), data, "_ITEM").to_dict("records"):
        code = str(r["PARAMCD"])
        decimals = _DECIMALS.get(code, 1)
        style = lambda value, d=decimals: fixed(value, d)  # noqa: E731
        flag = r["IMPFL"] if isinstance(r["IMPFL"], str) else ""
        answer = {"Y": "yes", "N": "no"}.get(flag, "")
        cells = (
            *subject_cells(r["USUBJID"], doses),
            words(_ITEMS[code]),
            optional(r["ADY"], days),
            optional(r["BASE"], style),
            optional(r["AVAL"], style),
            optional(r["CHG"], style),
            optional(r["PCHG"], lambda value: fixed(value, 1)),
            words("" if code == "STEP1" else answer),
            words(r["AVALC"] if isinstance(r["AVALC"], str) else _step1(code, flag) or _named(r["REASND"])),
        )
        rows.append(Row(cells, key={"subject": str(r["USUBJID"]), "item": code}))
    notes = criss_notes(config, settings)[:-1]
    return Body(_COLUMNS, tuple(rows), analysis_set(data, "EFF", config).text, notes, "work/adcrissr.csv")


def _named(reason: object) -> str | None:
    """A reason with the components' names in place of their codes."""
    if not isinstance(reason, str):
        return None
    return re.sub(r"\b[A-Z]{4,}\b", lambda code: COMPONENT_NAMES.get(code[0], code[0]), reason)


def _step1(code: str, flag: str) -> str:
    return "none" if code == "STEP1" and flag == "N" else ""


SPEC: Final = TableSpec("l_16_2_6_3", "16.2.6-3", "ACR-CRISS, by subject", table, (Endpoint.CRISS,))
