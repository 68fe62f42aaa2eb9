"""The answer in numbers: the cells of the summary tables that a reader asks for first, as those tables print them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cartpk.config import TrialConfig
from cartpk.figures.palette import dose_colours
from cartpk.report.completeness import in_analysis, window_code
from cartpk.report.exhibits import Row, TableBlock, broken
from cartpk.report.prose import enumeration
from cartpk.trial_data import TrialData

__all__ = ["KINETICS", "PHARMACODYNAMICS", "Dose", "KeyCell", "KeyResults", "KeyRow", "key_results"]

KINETICS: Final = "t_14_2_2"
"""Table of the kinetic parameters by dose level."""
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


@dataclass(frozen=True)
class Dose:
    """A dose level as a column: its label (the unit apart), and its mark in the figures."""

    label: str
    unit: str
    colour: str
    path: str


@dataclass(frozen=True)
class KeyCell:
    """A printed result: the number first, then what belongs to it."""

    main: str
    rest: tuple[str, ...] = ()


@dataclass(frozen=True)
class KeyRow:
    """One parameter over all dose levels; ``statistic`` names what its numbers are."""

    label: str
    detail: str
    statistic: str
    cells: tuple[KeyCell, ...]


@dataclass(frozen=True)
class KeyResults:
    """The key results by dose level.

    Attributes
    ----------
    doses, rows
        Columns and rows.
    statistics
        One sentence per statistic: which rows show it.
    sources
        (anchor, name) of the tables that the cells come from.
    notes
        Why a table has nothing to show.
    """

    doses: tuple[Dose, ...]
    rows: tuple[KeyRow, ...]
    statistics: tuple[str, ...]
    sources: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


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
    cohorts = data.cohorts
    rows, sources, notes = [_subjects(data)], [], []
    for name, wanted in ((KINETICS, _kinetics(config)), (PHARMACODYNAMICS, _depletion(config))):
        table = by_id.get(name)
        if table is None:
            continue
        found = [row for label, key in wanted for row in _rows(table, label, key, cohorts)]
        rows += found
        sources += [(table.anchor, f"Table {table.number}")] if found else []
        notes += [table.empty_reason] if table.empty_reason else []
    return KeyResults(
        _doses(cohorts, config.dosing.unit or ""), tuple(rows), _statistics(rows), tuple(sources), tuple(notes)
    )


def _doses(cohorts: Sequence[str], unit: str) -> tuple[Dose, ...]:
    colours = dose_colours(len(cohorts))
    made = []
    for i, (cohort, colour) in enumerate(zip(cohorts, colours, strict=True)):
        amount = cohort.removesuffix(unit).strip() if unit else cohort
        apart = unit if amount and amount != cohort else ""
        made.append(Dose(amount if apart else cohort, apart, colour, _SHAPES[i % len(_SHAPES)]))
    return tuple(made)


def _subjects(data: TrialData) -> KeyRow:
    """Who came in, by dose level, and who of them is in the analysis where that differs."""
    came, used = data.adsl["COHORT"].value_counts(), in_analysis(data)["COHORT"].value_counts()
    cells = []
    for cohort in data.cohorts:
        n, analysed = int(came.get(cohort, 0)), int(used.get(cohort, 0))
        cells.append(KeyCell(str(n), () if n == analysed else (f"{analysed} in the analysis",)))
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


def _rows(table: TableBlock, name: str, wanted: Mapping[str, str], cohorts: Sequence[str]) -> Iterator[KeyRow]:
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
            cells = tuple(_cell(row, counts, used, places[cohort]) for cohort in cohorts)
            yield KeyRow(name or label, unit.removesuffix(")"), words, cells)


def _cell(row: Row, counts: Row, positive: Row | None, place: int) -> KeyCell:
    """The printed cell, cut after its first number, and its n: where values are 0, those above 0 of all."""
    main, *rest = broken(row.cells[place].text)
    n = broken(counts.cells[place].text)[0]
    above = n if positive is None else positive.cells[place].text
    return KeyCell(main, (*rest, f"n = {n}" if above == n else f"n = {above} of {n}"))


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
