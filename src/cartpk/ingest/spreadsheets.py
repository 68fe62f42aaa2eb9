"""Excel workbooks: the cells of one sheet as text, exactly; nothing of Excel's display is lost or believed."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cartpk.ingest.findings import Findings
from cartpk.ingest.grids import Rows, check_size, number_text
from cartpk.ingest.request import Request, UnreadableError
from cartpk.ingest.text import trimmed

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

__all__ = ["read_workbook"]

_OLE: Final = b"\xd0\xcf\x11\xe0"
"""First bytes of an old workbook, and of one with a password."""
_CHUNK: Final = 1 << 20
_OVERLAP: Final = 256
_SHOWN: Final = 5
_HEADER_SEARCH: Final = 20
_OF_A_CELL: Final = 8
"""Bytes that a cell costs beside its text."""
_FORMULA: Final = re.compile(rb"<f[ >/]")
_MERGED: Final = re.compile(rb'<mergeCell [^>]*?ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_OF_DAY: Final = re.compile(r"[hsHS]|AM/PM", re.IGNORECASE)
"""Parts of a number format that show a time of day."""
_QUOTED: Final = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


def read_workbook(path: Path, request: Request, findings: Findings) -> Rows:
    """Rows of one sheet of an XLSX or XLSM file; the line of a row is its row in Excel.

    Numbers become the shortest text that reads back as the same number, dates ISO 8601, percentages what is seen.
    A formula counts as the value that Excel saved with it; macros are never run and links never followed.

    Raises
    ------
    UnreadableError
        The workbook cannot be opened, has no data or more than one sheet with data and none is named, has formulas
        without a saved value, or cells merged where a column or a row needs its own.
    """
    import openpyxl  # noqa: PLC0415

    try:
        _check_container(path, request)
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        try:
            return _read(book, path, request, findings)
        finally:
            book.close()
    except UnreadableError:
        raise
    # a damaged workbook makes the library raise nearly anything
    except Exception as error:
        kind = error.__class__.__name__
        raise UnreadableError("BI-090", f"the workbook is damaged and cannot be opened ({kind}: {error})") from error


def _check_container(path: Path, request: Request) -> None:
    with path.open("rb") as stream:
        first = stream.read(4)
    if not first:
        raise UnreadableError("BI-090", "the file is empty")
    if first == _OLE:
        raise UnreadableError("BI-090", "the workbook is protected by a password, or is an old .xls under a new name")
    with zipfile.ZipFile(path) as archive:
        check_size(sum(part.file_size for part in archive.infolist()), request)


def _read(book: Workbook, path: Path, request: Request, findings: Findings) -> Rows:
    sheet = _sheet(book, request)
    formulas, merged = _marks(sheet, path)
    table = _cells(sheet, request)
    if not table.cells:
        raise UnreadableError("BI-090", f"the sheet {sheet.title} is empty")
    if formulas:
        _check_formulas(path, sheet.title, table, request, findings)
    _check_merged(merged, table, request)
    return table


def _sheet(book: Workbook, request: Request) -> ReadOnlyWorksheet:
    """The sheet that is asked for, or the only one with content."""
    sheets: list[Any] = list(book.worksheets)
    for sheet in sheets:
        # the size that a file states is not to be trusted: it may be 17 billion cells
        sheet.reset_dimensions()
    if request.sheet is not None:
        named = [s for s in sheets if trimmed(s.title) == trimmed(request.sheet)]
        if not named:
            raise UnreadableError("CP-008", f"there is no sheet {request.sheet}; found are {_titles(sheets)}")
        return named[0]
    filled = [s for s in sheets if any(c.value is not None for row in s.iter_rows() for c in row)]
    if not filled:
        raise UnreadableError("BI-090", "no sheet of the workbook has a cell with content")
    if len(filled) > 1:
        raise UnreadableError("CP-008", f"{len(filled)} sheets have content and none is named: {_titles(filled)}")
    return filled[0]


def _titles(sheets: list[Any]) -> str:
    return ", ".join(s.title + ("" if s.sheet_state == "visible" else " (hidden)") for s in sheets)


def _cells(sheet: ReadOnlyWorksheet, request: Request) -> Rows:
    """The rows with content below the lines that the config skips, all as wide as the widest."""
    lines: list[int] = []
    cells: list[list[str]] = []
    size = width = 0
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if number <= request.skip_rows:
            continue
        texts = [_text(cell, request.decimal) for cell in row]
        while texts and not texts[-1]:
            texts.pop()
        if not texts:
            continue
        width = max(width, len(texts))
        size += sum(map(len, texts)) + _OF_A_CELL * len(texts)
        check_size(max(size, _OF_A_CELL * width * len(cells)), request)
        lines.append(number)
        cells.append(texts)
    return Rows(lines, [row + [""] * (width - len(row)) for row in cells])


def _text(cell: Cell | ReadOnlyCell | EmptyCell, decimal: str) -> str:
    """A cell as text."""
    value: object = cell.value
    shown = _QUOTED.sub("", getattr(cell, "number_format", None) or "")
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        if "%" in shown:
            return f"{(Decimal(repr(value)) * 100).normalize():f}%".replace(".", decimal)
        return number_text(value, decimal)
    if isinstance(value, datetime) and value.time() == time() and not _OF_DAY.search(shown):
        return value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"PT{number_text(value.total_seconds())}S"
    return "" if value is None else str(value)


def _marks(sheet: ReadOnlyWorksheet, path: Path) -> tuple[bool, list[tuple[str, int, str, int]]]:
    """Whether the sheet holds a formula, and its merged ranges: both are lost when only values are read."""
    formula = False
    merged: dict[tuple[str, int, str, int], None] = {}
    for piece in _pieces(path, sheet._worksheet_path):  # noqa: SLF001
        formula = formula or _FORMULA.search(piece) is not None
        for match in _MERGED.finditer(piece):
            left, top, right, bottom = (part.decode() for part in match.groups())
            merged[left, int(top), right, int(bottom)] = None
    return formula, list(merged)


def _pieces(path: Path, part: str) -> Iterator[bytes]:
    """A part of the archive in pieces that overlap, so that no mark falls between two."""
    with zipfile.ZipFile(path) as archive, archive.open(part) as stream:
        rest = b""
        while chunk := stream.read(_CHUNK):
            yield rest + chunk
            rest = chunk[-_OVERLAP:]


def _check_formulas(path: Path, title: str, table: Rows, request: Request, findings: Findings) -> None:
    """List formulas whose saved values are read (CP-009); refuse such as have none (BI-090)."""
    import openpyxl  # noqa: PLC0415

    book = openpyxl.load_workbook(path, read_only=True, data_only=False, keep_links=False)
    sheet: Any = book[title]
    sheet.reset_dimensions()
    by_line = dict(zip(table.lines, table.cells, strict=True))
    count, first, empty = 0, "", []
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if number <= request.skip_rows:
            continue
        for column, cell in enumerate(row):
            if cell.data_type != "f":
                continue
            count, first = count + 1, first or cell.coordinate
            saved = by_line.get(number, [])
            if column >= len(saved) or not saved[column]:
                empty.append(cell.coordinate)
    book.close()
    if empty:
        shown = ", ".join(empty[:_SHOWN]) + (" ..." if len(empty) > _SHOWN else "")
        raise UnreadableError("BI-090", f"{len(empty)} formula(s) of the sheet {title} have no saved value ({shown})")
    if count:
        findings.add("CP-009", file=request.file, field=first, old=f"{count} formula(s)", first=first)


def _check_merged(merged: list[tuple[str, int, str, int]], table: Rows, request: Request) -> None:
    """Refuse merged cells in the header (BI-088) or below it (CP-080), where only one cell would have the text.

    A header of several rows may have them, and so may the lines above a header that stands further down.
    """
    last = min(request.header_rows, len(table.lines))
    header = table.lines[last - 1]
    here = set(map(trimmed, table.cells[last - 1]))
    below = [set(map(trimmed, row)) for row in table.cells[last:_HEADER_SEARCH]]
    if not set(request.required) <= here and any(set(request.required) <= names for names in below):
        return

    def shown(ranges: list[tuple[str, int, str, int]]) -> str:
        texts = [f"{left}{top}:{right}{bottom}" for left, top, right, bottom in ranges]
        return ", ".join(texts[:_SHOWN]) + (" ..." if len(texts) > _SHOWN else "")

    ends = table.lines[-1]
    names = [m for m in merged if m[1] <= header <= m[3]]
    if names and last == 1:
        raise UnreadableError("BI-088", f"cells of the header are merged ({shown(names)})")
    cells = [m for m in merged if header < m[3] and m[1] <= ends]
    if cells:
        raise UnreadableError("CP-080", shown(cells))
