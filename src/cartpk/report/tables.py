"""Reading the tables and listings of a run for the page: grouped, aligned; nothing computed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from cartpk.report.prose import anchor
from cartpk.report.table_block import Cell, Column, Row, TableBlock

__all__ = ["MOST_ROWS", "pads", "read_tables"]

MOST_ROWS: Final = 12000
"""Rows of a table that the page holds; the rest stands in its CSV, and the page says so."""
_NUMBER: Final = re.compile(r"[<>≥≤]?\s*[-−]?[\d,]+(\.\d+)?")
_ROWS_PER_HEADING: Final = 3
"""Rows that a heading must stand above on average; in a table of smaller groups they stay columns."""
_NAMING: Final = frozenset({"group", "label"})
"""Kinds of columns whose cells name the row."""


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
