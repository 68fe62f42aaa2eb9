"""Bone marrow samples with the blood sample each is set against, the ratio, or why there is none."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cartpk.tables.cells import BLANK, BLQ, number, words
from cartpk.tables.groups import analysis_set
from cartpk.tables.listing import SUBJECT, dose_levels, in_order, optional, subject_cells
from cartpk.tables.marrow import SOURCE, no_pairs, pair_label, pairing_note
from cartpk.tables.printing import Style, days, fixed, significant_style, unit_text
from cartpk.tables.table import Body, Cell, Column, NoTable, Row, TableSpec
from cartpk.tables.visits import day_label
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_COLUMNS: Final = (
    *SUBJECT,
    Column("pair", "Ratio", "text"),
    Column("infusion", "Profile", "text"),
    Column("nominal", "Nominal day", "text"),
    Column("day", "Marrow (day)", "number", unit="day"),
    Column("result", "Marrow result", "number"),
    Column("blood_day", "Blood (day)", "number", unit="day"),
    Column("difference", "Blood - marrow (day)", "number", unit="day"),
    Column("blood", "Blood result", "number"),
    Column("unit", "Unit", "text"),
    Column("ratio", "Ratio", "number"),
    Column("reason", "Why no ratio", "text"),
)


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per used marrow sample after infusion."""
    if (nothing := no_pairs(data, config)) is not None:
        return nothing
    doses, style = dose_levels(data), significant_style(config.report.significant_digits)
    columns = tuple(column for column in _COLUMNS if column.key != "pair")
    several = len(data.marrow_ratio["PPCAT"].drop_duplicates()) > 1
    made = []
    for row in in_order(data.marrow_ratio, data, "PPCAT", "PPSPEC", "ATPTREF", "AFRLT").to_dict("records"):
        pair = (words(pair_label(row["PPCAT"], row["BLOODCAT"], config)),) if several else ()
        cells = (*subject_cells(row["USUBJID"], doses), *pair, *_cells(row, style))
        names = ("USUBJID", "PPCAT", "PPSPEC", "ATPTREF", "AFRLT")
        made.append(Row(cells, key={name.lower(): str(row[name]) for name in names}))
    reasons = data.marrow_ratio["REASND"].value_counts()
    paired = int(data.marrow_ratio["RATIO"].notna().sum())
    labels = dict.fromkeys(
        pair_label(m, b, config) for m, b in zip(data.marrow_ratio["PPCAT"], data.marrow_ratio["BLOODCAT"], strict=True)
    )
    notes = (
        f"Ratio: {'; '.join(sorted(labels))}. {pairing_note(config)} Days are from the first infusion.",
        f"With a ratio: {paired} of {len(data.marrow_ratio)} marrow samples.",
        *(f"{str(why).capitalize()}: {n}." for why, n in sorted(reasons.items(), key=lambda item: str(item[0]))),
    )
    used = _COLUMNS if several else columns
    return Body(used, tuple(made), analysis_set(data, "all").text, notes, SOURCE)


def _cells(row: Mapping[Hashable, Any], style: Style) -> tuple[Cell, ...]:
    return (
        words(str(row["ATPTREF"]).capitalize()),
        words(day_label(float(row["NFRLT"])) if pd.notna(row["NFRLT"]) else None),
        number(float(row["AFRLT"]), days),
        _result(row["AVAL"], row["BLQFL"], style),
        optional(row["BDAY"], days),
        optional(row["DAYDIFF"], lambda v: fixed(v, 2)),
        _result(row["BAVAL"], row["BBLQFL"], style),
        words(unit_text(row["AVALU"])),
        words(row["RATIOC"]) if isinstance(row["RATIOC"], str) else optional(row["RATIO"], style),
        words(row["REASND"]),
    )


def _result(value: float, blq: object, style: Style) -> Cell:
    """A result, BLQ, or a blank where there is no sample."""
    return words(BLQ) if blq == "Y" else BLANK if pd.isna(value) else number(float(value), style)


SPEC: Final = TableSpec(
    "l_16_2_5_6", "16.2.5-6", "Bone marrow beside blood, by subject", table, (Endpoint.BONE_MARROW,)
)
