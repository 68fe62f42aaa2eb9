"""Tables as files: a CSV of the numbers behind the print, and one JSON of everything that is printed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

from cartpk.files import guarded
from cartpk.tables.table import Body, Cell, Column, NoTable, Row, Table

__all__ = ["csv_text", "json_text", "printed_rows"]


def csv_text(body: Body) -> str:
    """The content of a table as CSV: every number plain and unrounded, every row with all its labels.

    A row whose cells hold several numbers becomes several rows, named in the statistic column; a column of such cells
    becomes several columns.
    """
    text = io.StringIO()
    write = csv.writer(text, lineterminator="\n").writerow
    write(guarded(name) for column in body.columns for name in column.parts or (column.label,))
    for row in body.rows:
        for part in range(len(row.parts) or 1):
            cells = zip(body.columns, row.cells, strict=True)
            write(_plain(value) for column, cell in cells for value in _values(column, cell, row, part))
    return text.getvalue()


def _values(column: Column, cell: Cell, row: Row, part: int) -> Sequence[float | str]:
    """What this cell gives to the CSV's row for this part."""
    if column.parts:
        return cell.values if len(cell.values) > 1 else cell.values * len(column.parts)
    if row.parts and column.kind == "statistic":
        return (row.parts[part],)
    return (cell.values[part if len(cell.values) > 1 else 0],)


def _plain(value: float | str) -> str:
    if isinstance(value, str):
        return guarded(value)
    # a number of numpy writes its type beside it
    return repr(float(value)) if isinstance(value, float) else repr(int(value))


def printed_rows(body: Body) -> list[list[str]]:
    """The printed cells; a group label is printed where it changes."""
    depth = next((i for i, c in enumerate(body.columns) if c.kind != "group"), len(body.columns))
    rows: list[list[str]] = []
    above: tuple[str, ...] = ()
    for row in body.rows:
        texts = [cell.text for cell in row.cells]
        groups = tuple(texts[:depth])
        same = 0
        while same < len(above) and groups[same] == above[same]:
            same += 1
        rows.append([""] * same + texts[same:])
        above = groups
    return rows


def json_text(tables: Iterable[Table]) -> str:
    """All tables as the report reads them.

    One object per table: ``id number title population columns rows keys values footnotes source empty_reason``.
    ``rows`` are printed cells, ``keys`` says what each row is, ``values`` holds the unrounded numbers of each cell.
    A table without content has ``empty_reason`` and no rows.
    """
    return json.dumps([_entry(table) for table in tables], ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _entry(table: Table) -> dict[str, Any]:
    named = {"id": table.id, "number": table.number, "title": table.title}
    body = table.body
    if isinstance(body, NoTable):
        empty: dict[str, Any] = {"population": None, "columns": [], "rows": [], "keys": [], "values": []}
        return named | empty | {"footnotes": [], "source": None, "empty_reason": body.reason}
    columns = [{"key": c.key, "label": c.label, "unit": c.unit, "align": c.align, "kind": c.kind} for c in body.columns]
    return named | {
        "population": body.population,
        "columns": columns,
        "rows": printed_rows(body),
        "keys": [dict(row.key) for row in body.rows],
        "values": [[list(cell.values) for cell in row.cells] for row in body.rows],
        "footnotes": list(body.footnotes),
        "source": body.source,
        "empty_reason": None,
    }
