"""A table or listing as the page shows it: columns, printed cells, what is folded, what stands in the data block."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

__all__ = ["FIRST_ROWS", "LONG_LISTING", "LONG_TABLE", "PRINTED_ROWS", "Cell", "Column", "Row", "TableBlock", "broken"]

LONG_LISTING: Final = 40
"""Rows from which a listing is folded."""
LONG_TABLE: Final = 150
"""Rows from which a table is folded."""
PRINTED_ROWS: Final = 60
"""Rows from which a listing stands in the data block, of which the browser shows as many as are asked for."""
FIRST_ROWS: Final = 40
"""Rows of such a listing that stand on the page as they are."""
_NAME_LENGTH: Final = 40
"""Letters of a name, a date or a code; longer texts are sentences."""
_STAYS: Final = "\N{NO-BREAK SPACE}"
_WIDE: Final = 9
"""Columns up to which a table is printed on an upright sheet."""
_WIDE_WITH_SENTENCES: Final = 6
"""The same for a table that holds sentences."""


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
