"""Tables and listings of a run as the page shows them: their printed cells, grouped for reading; nothing computed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from cartpk.report.prose import anchor

__all__ = [
    "FIRST_ROWS",
    "LONG_LISTING",
    "LONG_TABLE",
    "MOST_ROWS",
    "PRINTED_ROWS",
    "Cell",
    "Column",
    "Row",
    "TableBlock",
    "broken",
    "pads",
    "read_tables",
]

LONG_LISTING: Final = 40
"""Rows from which a listing is folded."""
LONG_TABLE: Final = 150
"""Rows from which a table is folded."""
MOST_ROWS: Final = 12000
"""Rows of a table that the page holds; the rest stands in its CSV, and the page says so."""
PRINTED_ROWS: Final = 60
"""Rows from which a listing stands in the data block, of which the browser shows as many as are asked for."""
FIRST_ROWS: Final = 40
"""Rows of such a listing that stand on the page as they are."""
_NAME_LENGTH: Final = 40
"""Letters of a name, a date or a code; longer texts are sentences."""
_STAYS: Final = "\N{NO-BREAK SPACE}"
_NUMBER: Final = re.compile(r"[<>≥≤]?\s*[-−]?[\d,]+(\.\d+)?")
_WIDE: Final = 9
"""Columns up to which a table is printed on an upright sheet."""
_WIDE_WITH_SENTENCES: Final = 6
"""The same for a table that holds sentences."""
_ROWS_PER_HEADING: Final = 3
"""Rows that a heading must stand above on average; in a table of smaller groups they stay columns."""
_NAMING: Final = frozenset({"group", "label"})
"""Kinds of columns whose cells name the row."""


@dataclass(frozen=True)
class Column:
    """A column: its name for programs, its head, the alignment of its cells, what it is (group, label, number ...)."""

    key: str
    label: str
    align: str
    kind: str

    @property
    def pieces(self) -> tuple[str, ...]:
        """The head where a line may break: before a bracket."""
        return broken(self.label)


@dataclass(frozen=True)
class Cell:
    """A printed cell.

    Attributes
    ----------
    text, align
        What is printed, and on which side.
    heads
        Whether it names its row.
    span
        Rows that it stands for; 0 where the cell above stands for this one.
    pad
        Class of the style that leaves room for decimals that it does not have, so that points stand below each other.
    """

    text: str
    align: str
    heads: bool
    span: int = 1
    pad: str = ""

    @property
    def printed(self) -> str:
        """The text; numbers break before a bracket only."""
        pieces = broken(self.text) if self.align == "right" else (self.text,)
        return self.text if len(pieces) == 1 else " ".join(piece.replace(" ", _STAYS) for piece in pieces)

    @property
    def wordy(self) -> bool:
        """Whether it is a sentence rather than a name: it may break anywhere."""
        return len(self.text) > _NAME_LENGTH

    def names(self, side: str) -> str:
        """Its classes in a table whose cells stand on this side unless they say otherwise."""
        if self.wordy:
            return "wordy"
        return " ".join(filter(None, ("" if self.align == side else self.align, self.pad)))


@dataclass(frozen=True)
class Row:
    """A row.

    Attributes
    ----------
    heading
        Names of the outer groups, where one of them begins: a line of its own above the row; else empty.
    cells
        One per column.
    opens
        Whether the innermost group begins: a rule is drawn above it.
    key
        What the row is, for programs.
    """

    heading: str
    cells: tuple[Cell, ...]
    opens: bool
    key: Mapping[str, str]


@dataclass(frozen=True)
class TableBlock:
    """A table as the page shows it: the printed cells of ``tables/tables.json``.

    ``beyond`` is the number of rows that only the CSV holds; ``full`` has the cells of
    ``full_columns``, every group's name in every row. Of several columns of groups only the innermost stays a
    column where the groups are large; the outer ones become headings between the rows.
    """

    id: str
    anchor: str
    number: str
    title: str
    population: str | None
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    footnotes: tuple[str, ...]
    source: str | None
    empty_reason: str | None
    file: str | None
    beyond: int = 0
    full: tuple[tuple[str, ...], ...] = ()
    full_columns: tuple[Column, ...] = ()

    @property
    def long(self) -> bool:
        """Whether the table is folded until the reader opens it."""
        return len(self.rows) > (LONG_LISTING if self.is_listing else LONG_TABLE)

    @property
    def in_block(self) -> bool:
        """Whether its rows stand in the data block, the first of them also on the page."""
        by_subject = self.is_listing or any(column.key == "subject" for column in self.full_columns)
        return by_subject and len(self.rows) > PRINTED_ROWS

    @property
    def printed_rows(self) -> tuple[Row, ...]:
        """The rows that stand on the page as they are."""
        if not self.in_block:
            return self.rows
        first = self.rows[:FIRST_ROWS]
        # a group's first cell stands for the rows that are left
        return _closed(first)

    @property
    def told(self) -> bool:
        """Whether its rows on the page tell :attr:`full`: nothing but group names is to be filled in."""
        above, told = "", []
        for row in self.rows:
            texts = [cell.text for cell in row.cells]
            above = texts[0] = texts[0] or above
            told.append(tuple(" ".join(text.split()) for text in texts))
        return not self.in_block and tuple(told) == self.full

    @property
    def wide(self) -> bool:
        """Whether it needs a sheet turned sideways."""
        sentences = any(cell.wordy for row in self.rows for cell in row.cells)
        return len(self.columns) > (_WIDE_WITH_SENTENCES if sentences else _WIDE)

    @property
    def summary(self) -> bool:
        """Whether its rows are statistics, its columns groups of subjects."""
        return any(column.kind == "statistic" for column in self.columns)

    @property
    def numeric(self) -> bool:
        """Whether most of its columns stand right: then its cells do so unless they say otherwise."""
        return sum(column.align == "right" for column in self.columns) * 2 > len(self.columns)

    @property
    def grouped(self) -> bool:
        """Whether its first column names groups of rows."""
        return bool(self.columns) and self.columns[0].kind == "group"

    @property
    def kind(self) -> str:
        """What it is called before its number."""
        return "Listing" if self.is_listing else "Table"

    @property
    def is_listing(self) -> bool:
        """Whether it is a listing (ICH E3 number 16.x)."""
        return self.number.startswith("16")


def _closed(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The rows, no cell of which stands for more rows than there are."""
    return tuple(
        replace(row, cells=tuple(replace(cell, span=min(cell.span, len(rows) - i)) for cell in row.cells))
        for i, row in enumerate(rows)
    )


def broken(text: str) -> tuple[str, ...]:
    """The text in pieces that stay on one line each.

    Examples
    --------
    >>> broken("9.98 [7.02; 14.1]"), broken("AUC0-28d (day·copies/µg)"), broken("NC")
    (('9.98', '[7.02; 14.1]'), ('AUC0-28d', '(day·copies/µg)'), ('NC',))
    """
    return tuple(re.split(r" (?=[\[(])", text))


def read_tables(folder: Path) -> tuple[TableBlock, ...]:
    """The tables and listings of a run in the order of ``tables/tables.json``.

    Raises
    ------
    FileNotFoundError
        The file is not there.
    """
    entries: list[dict[str, Any]] = json.loads((folder / "tables" / "tables.json").read_text(encoding="utf-8"))
    return tuple(_table(folder, entry) for entry in entries)


def _table(folder: Path, entry: Mapping[str, Any]) -> TableBlock:
    columns = tuple(Column(c["key"], c["label"], c["align"], c["kind"]) for c in entry["columns"])
    depth = next((i for i, column in enumerate(columns) if column.kind != "group"), len(columns))
    outer = max(depth - 1, 0)
    headings = sum(any(row[:outer]) for row in entry["rows"])
    if headings * _ROWS_PER_HEADING > len(entry["rows"]):
        outer = 0
    file = f"tables/{entry['id']}.csv"
    rows = tuple(_rows(columns, outer, depth, entry["rows"][:MOST_ROWS], entry["keys"][:MOST_ROWS]))
    return TableBlock(
        id=entry["id"],
        anchor=anchor("table", entry["id"]),
        number=entry["number"],
        title=entry["title"],
        population=entry["population"],
        columns=columns[outer:],
        rows=rows if any(column.kind == "statistic" for column in columns) else _aligned(columns[outer:], rows),
        footnotes=tuple(entry["footnotes"]),
        source=entry["source"],
        empty_reason=entry["empty_reason"],
        file=file if (folder / file).is_file() else None,
        beyond=max(len(entry["rows"]) - MOST_ROWS, 0),
        full=_full(entry["rows"][:MOST_ROWS], depth),
        full_columns=columns,
    )


def _rows(
    columns: Sequence[Column], outer: int, depth: int, rows: Sequence[Sequence[str]], keys: Sequence[Mapping[str, str]]
) -> Iterator[Row]:
    """The rows of a table whose first ``depth`` columns are groups, ``outer`` of them headings between the rows."""
    naming = {c.key for c in columns if c.kind in _NAMING} or {c.key for c in columns[:1]}
    spans = _spans(rows, outer) if depth - outer == 1 else [1] * len(rows)
    above = [""] * outer
    for number, (row, key) in enumerate(zip(rows, keys, strict=True)):
        # a group's name is printed in its first row only
        above = [text or old for text, old in zip(row, above, strict=False)]
        heading = " · ".join(filter(None, above)) if any(row[:outer]) else ""
        cells = tuple(
            Cell(text, column.align, bool(text) and column.key in naming, spans[number] if place == 0 else 1)
            for place, (text, column) in enumerate(zip(row[outer:], columns[outer:], strict=True))
        )
        yield Row(heading, cells, depth > 0 and number > 0 and bool(row[outer]), key)


def _aligned(columns: Sequence[Column], rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The rows, the numbers of each column with their points below each other."""
    found = [
        pads([row.cells[k].text for row in rows]) if column.align == "right" else ("",) * len(rows)
        for k, column in enumerate(columns)
    ]
    return tuple(
        replace(row, cells=tuple(replace(cell, pad=found[k][i]) for k, cell in enumerate(row.cells)))
        for i, row in enumerate(rows)
    )


def pads(texts: Sequence[str]) -> tuple[str, ...]:
    """Class of each printed number of a column: ``d2`` lacks a point and 2 decimals, ``z1`` one decimal; "" none.

    Words are not padded, and no column whose numbers all have as many decimals.

    Examples
    --------
    >>> pads(["1,280", "57.5", "0.25", "BLQ"])
    ('d2', 'z1', '', '')
    """
    decimals = [len((found[1] or " ")[1:]) if (found := _NUMBER.fullmatch(text)) else None for text in texts]
    most = max((n for n in decimals if n is not None), default=0)
    return tuple("" if n is None or n == most else f"{'z' if n else 'd'}{min(most - n, 6)}" for n in decimals)


def _full(rows: Sequence[Sequence[str]], depth: int) -> tuple[tuple[str, ...], ...]:
    """The cells with the names of groups in every row; an inner name ends where an outer one begins anew."""
    above = [""] * depth
    made = []
    for row in rows:
        changed = False
        for place in range(depth):
            if row[place]:
                above[place], changed = row[place], True
            elif changed:
                above[place] = ""
        made.append((*above, *row[depth:]))
    return tuple(made)


def _spans(rows: Sequence[Sequence[str]], place: int) -> list[int]:
    """Rows that each group's first cell stands for; 0 in the rows below it."""
    starts = [i for i, row in enumerate(rows) if row[place]] or [0]
    ends = [*starts[1:], len(rows)]
    spans = [0] * len(rows)
    for start, end in zip(starts, ends, strict=True):
        spans[start] = end - start
    # rows before the first name stand for themselves
    return [1] * starts[0] + spans[starts[0] :]
