"""The answer in numbers: the cells of the summary tables that a reader asks for first, as those tables print them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from cartpk.config import TrialConfig
from cartpk.figures.palette import dose_colours
from cartpk.report.completeness import in_analysis, window_code
from cartpk.report.prose import enumeration
from cartpk.report.table_block import Row, TableBlock, broken
from cartpk.trial_data import TrialData

__all__ = [
    "GROUPS",
    "KINETICS",
    "PHARMACODYNAMICS",
    "KeyCell",
    "KeyColumn",
    "KeyResults",
    "KeyRow",
    "key_results",
    "mark_path",
]

KINETICS: Final = "t_14_2_2"
"""Table of the kinetic parameters by dose level."""
GROUPS: Final = "t_14_2_4"
"""The same by the trial's own groups: shown where there is one dose level only."""
PHARMACODYNAMICS: Final = "t_14_2_11"
"""Table of the parameters of the CD7 measures by dose level."""
_FIRST: Final = ("geo_mean", "mean", "median")
"""The statistic shown: the first of these that the table has for a parameter."""
_SHAPES: Final = (
    "M5,0A5,5 0 1 1 -5,0A5,5 0 1 1 5,0Z",
    "M0,-5.5L5.2,4.2L-5.2,4.2Z",
    "M-4.5,-4.5H4.5V4.5H-4.5Z",
    "M0,-5.8L5.8,0L0,5.8L-5.8,0Z",
    "M0,5.5L5.2,-4.2L-5.2,-4.2Z",
    "M0,-5.6L5.3,-1.7L3.3,4.5L-3.3,4.5L-5.3,-1.7Z",
    "M0,-5.6L4.8,-2.8L4.8,2.8L0,5.6L-4.8,2.8L-4.8,-2.8Z",
    "M2.1,-5.2L5.2,-2.1V2.1L2.1,5.2H-2.1L-5.2,2.1V-2.1L-2.1,-5.2Z",
)
"""Outlines of the figures' marks (circle, triangle, square, diamond ...) in the order of the dose levels."""


_NONE: Final = "—"
"""In the column of a group: the table has no such column."""


@dataclass(frozen=True)
class KeyColumn:
    """A dose level, with its unit apart and its mark in the figures, or another group, without a mark.

    ``key`` is its name in the tables, ``value`` the one that its subjects have in ADSL (COHORT, or GROUP).
    """

    key: str
    label: str
    value: str
    unit: str = ""
    colour: str = ""
    path: str = ""


@dataclass(frozen=True)
class KeyCell:
    """A printed result: the number first, then what belongs to it."""

    main: str
    rest: tuple[str, ...] = ()


@dataclass(frozen=True)
class KeyRow:
    """One parameter over all columns; ``statistic`` names what its numbers are."""

    label: str
    detail: str
    statistic: str
    cells: tuple[KeyCell, ...]


@dataclass(frozen=True)
class KeyResults:
    """The key results by dose level, and by group where there is one dose level.

    Attributes
    ----------
    columns, rows
        The table.
    statistics
        One sentence per statistic: which rows show it.
    sources
        (anchor, name) of the tables that the cells come from.
    notes
        Why a table has nothing to show.
    """

    columns: tuple[KeyColumn, ...]
    rows: tuple[KeyRow, ...]
    statistics: tuple[str, ...]
    sources: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]

    @property
    def zeros(self) -> str:
        """The first n of a geometric mean that leaves out values, e.g. ``5 of 6``; empty where none does."""
        parts = (part for row in self.rows for cell in row.cells for part in cell.rest)
        return next((part.removeprefix("n = ") for part in parts if part.startswith("n = ") and " of " in part), "")


def key_results(data: TrialData, tables: Sequence[TableBlock], config: TrialConfig) -> KeyResults:
    """The key results of the run.

    Parameters
    ----------
    data
        The trial, for who was given what.
    tables
        Its printed tables: every result is one of their cells.
    config
        Windows and measures to look for.
    """
    by_id = {table.id: table for table in tables}
    doses = _doses(data.cohorts, config.dosing.unit or "")
    groups = _groups(by_id.get(GROUPS), data, config) if len(doses) == 1 else ()
    columns = (*doses, *groups)
    rows, notes = [_subjects(data, columns)], list[str]()
    shown = list[TableBlock]()
    for name, wanted in ((KINETICS, _kinetics(config)), (PHARMACODYNAMICS, _depletion(config))):
        table = by_id.get(name)
        if table is None:
            continue
        found = [row for label, key in wanted for row in _rows(table, label, key, columns)]
        if groups and name == KINETICS:
            found = _beside(found, [r for label, key in wanted for r in _rows(by_id[GROUPS], label, key, columns)])
            shown += [by_id[GROUPS]]
        if groups and any(not cell.main for row in found for cell in row.cells):
            found = [replace(row, cells=tuple(c if c.main else KeyCell(_NONE) for c in row.cells)) for row in found]
            names = [_within(grouping.name) for grouping in config.groupings.values()]
            notes += [f"{_NONE} = not summarised by {(names or ['group'])[0]}."]
        rows += found
        shown += [table] if found else []
        notes += [table.empty_reason] if table.empty_reason else []
    sources = tuple((table.anchor, f"Table {table.number}") for table in tables if table in shown)
    return KeyResults(columns, tuple(rows), _statistics(rows), sources, tuple(notes))


def mark_path(place: int) -> str:
    """Outline of the mark of the dose level at this place (0 = lowest) in a box of 12 by 12, as an SVG path."""
    return _SHAPES[place % len(_SHAPES)]


def _doses(cohorts: Sequence[str], unit: str) -> tuple[KeyColumn, ...]:
    colours = dose_colours(len(cohorts))
    made = []
    for i, (cohort, colour) in enumerate(zip(cohorts, colours, strict=True)):
        amount = cohort.removesuffix(unit).strip() if unit else cohort
        apart = unit if amount and amount != cohort else ""
        made.append(KeyColumn(cohort, amount if apart else cohort, cohort, apart, colour, mark_path(i)))
    return tuple(made)


def _groups(table: TableBlock | None, data: TrialData, config: TrialConfig) -> tuple[KeyColumn, ...]:
    """The groups of the first grouping that this table compares; none where it is empty."""
    if table is None:
        return ()
    names = [grouping.name for grouping in config.groupings.values()][:1]
    values = {key: v for v in data.adsl["GROUP"].dropna() for key in (v, *(f"{name}: {v}" for name in names))}
    columns = [c.key for c in table.columns if c.kind == "number" and c.key in values]
    return tuple(KeyColumn(key, values[key].replace("_", " "), values[key]) for key in columns)


def _subjects(data: TrialData, columns: Sequence[KeyColumn]) -> KeyRow:
    """Who came in, column by column, and who of them is in the analysis where that differs."""
    cells = []
    used = set(in_analysis(data)["USUBJID"])
    for column in columns:
        came = data.adsl[data.adsl["COHORT" if column.path else "GROUP"] == column.value]["USUBJID"]
        analysed = int(came.isin(used).sum())
        cells.append(KeyCell(str(len(came)), () if len(came) == analysed else (f"{analysed} in the analysis",)))
    return KeyRow("Subjects", "", "", tuple(cells))


def _kinetics(config: TrialConfig) -> list[tuple[str, dict[str, str]]]:
    """Keys of the kinetic rows: expansion, exposure, decline, persistence; named as they are printed."""
    analyte = config.primary_analyte
    codes = ["CMAX", "TMAX", *(window_code(end) for end in config.nca.windows.days), "LAMZHL", "TLST"]
    return [("", {"assay": analyte.code, "specimen": analyte.specimen, "parameter": code}) for code in codes]


def _depletion(config: TrialConfig) -> list[tuple[str, dict[str, str]]]:
    """Names and keys of the nadirs: of the CD7+ measures the first absolute count and the first percentage."""
    plus = [m for m in config.pharmacodynamics.measures if m.marker == "CD7+"]
    first = [next((m for m in plus if m.kind == kind), None) for kind in ("absolute", "percent")]
    return [(f"{m.label}, nadir", {"measure": m.code, "parameter": "PDNADIR"}) for m in first if m is not None]


def _rows(table: TableBlock, name: str, wanted: Mapping[str, str], columns: Sequence[KeyColumn]) -> Iterator[KeyRow]:
    """The row of this key, once per unit; the sensitivity lines of the table stay there."""
    own = [row for row in table.rows if wanted.items() <= row.key.items() and "set" not in row.key]
    places = {column.key: i for i, column in enumerate(table.columns)}
    printed = counts = positive = None
    shown = next((s for s in _FIRST if any(row.key.get("statistic") == s for row in own)), None)
    for row in own:
        statistic = row.key.get("statistic")
        # a parameter's rows begin with its count; its name stands there and nowhere below
        if statistic == "n":
            printed, counts, positive = row.cells[places["parameter"]].text, row, None
        if statistic == "n_positive":
            positive = row
        if statistic == shown and printed is not None and counts is not None:
            label, _, unit = printed.partition(" (")
            words = row.cells[places["statistic"]].text
            used = positive if shown == "geo_mean" else None
            cells = tuple(_cell(row, counts, used, places.get(column.key)) for column in columns)
            yield KeyRow(name or label, unit.removesuffix(")"), words, cells)


def _cell(row: Row, counts: Row, positive: Row | None, place: int | None) -> KeyCell:
    """The printed cell, cut after its first number, and its n: where values are 0, those above 0 of all."""
    if place is None:
        return KeyCell("")
    main, *rest = broken(row.cells[place].text)
    n = broken(counts.cells[place].text)[0]
    above = n if positive is None else positive.cells[place].text
    return KeyCell(main, (*rest, f"n = {n}" if above == n else f"n = {above} of {n}"))


def _beside(rows: Sequence[KeyRow], others: Sequence[KeyRow]) -> list[KeyRow]:
    """The rows, their empty cells filled from the row of the same parameter and unit."""
    more = {(row.label, row.detail, row.statistic): row.cells for row in others}
    made = []
    for row in rows:
        second = more.get((row.label, row.detail, row.statistic), row.cells)
        made.append(replace(row, cells=tuple(a if a.main else b for a, b in zip(row.cells, second, strict=True))))
    return made


def _statistics(rows: Sequence[KeyRow]) -> tuple[str, ...]:
    """``Geometric mean (CV %): Cmax and AUC0-28d.`` for each statistic shown."""
    shown: dict[str, list[str]] = {}
    for row in rows:
        if row.statistic and _within(row.label) not in shown.setdefault(row.statistic, []):
            shown[row.statistic].append(_within(row.label))
    return tuple(f"{statistic}: {enumeration(labels)}." for statistic, labels in shown.items())


def _within(label: str) -> str:
    """A label within a sentence: ``Terminal half-life`` begins small, ``Cmax`` and ``CD7+`` do not."""
    first, blank, _ = label.partition(" ")
    return label[:1].lower() + label[1:] if blank and first.istitle() and first.isalpha() else label
