"""All tables of a run as one workbook: a sheet a table, numbers as numbers, footnotes below, a first sheet of links."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cartpk.exports.archives import pinned_workbook
from cartpk.files import guarded

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig

__all__ = ["Sheet", "number_format", "printed_sheets", "sheet_of_frame", "workbook"]

Value = str | float

_CONTENTS: Final = "Contents"
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_MOST_LETTERS: Final = 31
"""Letters of a sheet's name."""
_WIDTHS: Final = (9, 46)
"""Least and greatest width of a column, letters."""
_INK, _HEAD, _RULE, _LINK, _WARNING = "1F2933", "E4E7EB", "9AA5B1", "0B5CAD", "9A3412"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it goes on a sheet.

    Attributes
    ----------
    name
        Name of the sheet, at most 31 letters.
    title, population
        Printed above the table.
    head, rows
        The table; a cell is a number or a text.
    footnotes
        Printed below.
    reason
        Why there is no table; empty = there is one.
    """

    name: str
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    population: str = ""
    footnotes: tuple[str, ...] = ()
    reason: str = ""


def printed_sheets(results: Path) -> list[Sheet]:
    """The printed tables and listings of a run, unrounded: what ``tables/<id>.csv`` holds, with titles and footnotes.

    Parameters
    ----------
    results
        ``results/<trial>``, tables made.
    """
    entries = json.loads((results / "tables" / "tables.json").read_text(encoding="utf-8"))
    return [_printed(entry, results / "tables" / f"{entry['id']}.csv") for entry in entries]


def _printed(entry: dict[str, Any], file: Path) -> Sheet:
    kind = "Listing" if entry["id"].startswith("l_") else "Table"
    name, title = f"{kind[0]} {entry['number']}"[:_MOST_LETTERS], f"{kind} {entry['number']}: {entry['title']}"
    if entry["empty_reason"]:
        return Sheet(name, title, (), (), reason=entry["empty_reason"])
    with file.open(encoding="utf-8", newline="") as stream:
        head, *rows = csv.reader(stream)
    numeric = _numeric(entry)
    kinds = [numeric.get(label, True) for label in head]
    typed = tuple(tuple(_typed(text, is_number=k) for text, k in zip(row, kinds, strict=True)) for row in rows)
    source = [f"Source: {entry['source']}"] if entry["source"] else []
    notes = (*entry["footnotes"], "Numbers are unrounded; the cells show them rounded.", *source)
    return Sheet(name, title, tuple(head), typed, entry["population"] or "", notes)


def _numeric(entry: dict[str, Any]) -> dict[str, bool]:
    """Head of the CSV -> whether its cells that look like numbers are numbers; parts of a column are not named here."""
    found = {}
    for place, column in enumerate(entry["columns"]):
        cells = [value for row in entry["values"] for value in row[place]]
        always = bool(cells) and all(isinstance(value, int | float) for value in cells)
        found[guarded(column["label"])] = column["kind"] == "number" or always
    return found


def _typed(text: str, *, is_number: bool) -> Value:
    if is_number and _NUMBER.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text


def sheet_of_frame(name: str, title: str, table: pd.DataFrame, footnotes: Sequence[str] = ()) -> Sheet:
    """A data frame as a sheet; a missing cell is empty."""
    rows = [
        tuple(_cell(value) for value in row) for row in table.astype("object").itertuples(index=False, name=None)
    ]  # fmt: skip
    return Sheet(name, title, tuple(map(str, table.columns)), tuple(rows), footnotes=tuple(footnotes))


def _cell(value: object) -> Value:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return float(value) if isinstance(value, int | float) else guarded(str(value))


def number_format(value: float, digits: int) -> str:
    """Format that shows so many significant digits, whole numbers as they are.

    Examples
    --------
    >>> number_format(12.0, 3), number_format(0.01234, 3), number_format(126031.3, 3), number_format(1.2e-9, 3)
    ('0', '0.0000', '0', '0.00E+00')
    """
    if value.is_integer() and abs(value) < 1e15:
        return "0"
    place = math.floor(math.log10(abs(value)))
    if place < -6 or place > 14:
        return f"0.{'0' * (digits - 1)}E+00"
    decimals = max(0, digits - 1 - place)
    return "0." + "0" * decimals if decimals else "0"


def workbook(sheets: Iterable[Sheet], config: TrialConfig) -> bytes:
    """The XLSX file: a contents sheet, then every table; the same bytes for the same tables, without a clock.

    Parameters
    ----------
    sheets
        Their names must differ.
    config
        The trial: heading, "Synthetic data", digits shown.
    """
    from openpyxl import Workbook  # noqa: PLC0415 - a quarter of a second

    every, book = list(sheets), Workbook()
    book.properties.creator, book.properties.title = "cartpk", config.trial.id
    _contents(book.active, every, config)
    for sheet in every:
        _fill(book.create_sheet(sheet.name), sheet, config)
    stream = io.BytesIO()
    book.save(stream)
    return pinned_workbook(stream.getvalue())


def _contents(page: Any, sheets: Sequence[Sheet], config: TrialConfig) -> None:  # noqa: ANN401 - openpyxl has no types
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415

    page.title = _CONTENTS
    _put(page.cell(1, 1), config.report.title or f"{config.product.name}, {config.trial.id}")
    page.cell(1, 1).font = Font(bold=True, size=15, color=_INK)
    row = 2
    for text in (*([_SYNTHETIC] if config.report.synthetic else []), f"Data cut: {config.report.data_cut or NO_CUT}"):
        _put(page.cell(row, 1), text)
        page.cell(row, 1).font = Font(bold=text is _SYNTHETIC, color=_WARNING if text is _SYNTHETIC else _INK)
        row += 1
    for row, sheet in enumerate(sheets, row + 1):  # noqa: B020 - goes on below what stands above
        _put(page.cell(row, 1), sheet.title)
        _link(page.cell(row, 1), sheet.name)
        _put(page.cell(row, 2), sheet.reason or f"{len(sheet.rows)} rows")
        page.cell(row, 2).alignment = Alignment(wrap_text=True, vertical="top")
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 82, 70
    page.sheet_view.showGridLines = False


_SYNTHETIC: Final = "Synthetic data: every subject and every value is simulated."
NO_CUT: Final = "not stated"


def _fill(page: Any, sheet: Sheet, config: TrialConfig) -> None:  # noqa: ANN401
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    _put(page.cell(1, 1), sheet.title)
    page.cell(1, 1).font = Font(bold=True, size=13, color=_INK)
    _put(page.cell(2, 1), sheet.population or sheet.reason)
    page.cell(3, 1, _CONTENTS)
    _link(page.cell(3, 1), _CONTENTS)
    if config.report.synthetic:
        _put(page.cell(3, 2), "Synthetic data")
        page.cell(3, 2).font = Font(bold=True, color=_WARNING)
    below = 5
    if sheet.head:
        _table(page, sheet, config.report.significant_digits)
        below = 6 + len(sheet.rows) + 1
        page.freeze_panes = page.cell(6, 1)
        page.auto_filter.ref = f"A5:{get_column_letter(len(sheet.head))}{5 + len(sheet.rows)}"
        page.print_title_rows = "5:5"
    for row, note in enumerate(sheet.footnotes, below):
        _put(page.cell(row, 1), note)
        page.cell(row, 1).font = Font(size=9, color="52606D")
        page.cell(row, 1).alignment = Alignment(wrap_text=False)
    page.page_setup.orientation, page.page_setup.fitToWidth, page.page_setup.fitToHeight = "landscape", 1, 0
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.sheet_view.showGridLines = False


def _table(page: Any, sheet: Sheet, digits: int) -> None:  # noqa: ANN401
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    fill, line = PatternFill("solid", fgColor=_HEAD), Side(style="thin", color=_RULE)
    bold, looks = Font(bold=True, color=_INK), _Looks()
    for at, label in enumerate(sheet.head, 1):
        head = page.cell(5, at)
        _put(head, label)
        head.font, head.fill, head.border = bold, fill, Border(bottom=line, top=line)
        numbers = any(isinstance(row[at - 1], float) for row in sheet.rows)
        head.alignment = Alignment("right" if numbers else "left", "bottom", wrap_text=True)
        page.column_dimensions[get_column_letter(at)].width = _width(label, [row[at - 1] for row in sheet.rows], digits)
        for number, row in enumerate(sheet.rows, 6):
            cell, value = page.cell(number, at), row[at - 1]
            _put(cell, value)
            looks.give(cell, number_format(value, digits) if isinstance(value, float) else "", right=numbers)


class _Looks:
    """Looks of cells, each made once: openpyxl compares a look with all others whenever a cell is given one."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, bool], Any] = {}

    def give(self, cell: Any, shown: str, *, right: bool) -> None:  # noqa: ANN401
        """Give the cell its look: a number by its format, a text (no format) left, or right among numbers."""
        from openpyxl.styles import Alignment  # noqa: PLC0415

        key = (shown, right)
        if key in self._made:
            cell._style = self._made[key]  # noqa: SLF001 - no public way gives a cell the look of another
            return
        if shown:
            cell.number_format, cell.alignment = shown, Alignment(vertical="top")
        else:
            cell.alignment = Alignment("right", "top") if right else Alignment("left", "top", wrap_text=True)
        self._made[key] = cell._style  # noqa: SLF001


def _width(label: str, cells: Sequence[Value], digits: int) -> float:
    """Letters that the column needs: its widest number or text, and a part of its head, which may break."""
    shown = (len(value) if isinstance(value, str) else len(f"{value:.{digits}g}") + 3 for value in cells)
    least, most = _WIDTHS
    return float(min(most, max(least, math.ceil(len(label) / 2) + 3, 2 + max(shown, default=0))))


def _link(cell: Any, sheet: str) -> None:  # noqa: ANN401
    """Make the cell a link to this sheet of the same workbook."""
    from openpyxl.styles import Font  # noqa: PLC0415
    from openpyxl.worksheet.hyperlink import Hyperlink  # noqa: PLC0415

    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{sheet}'!A1")
    cell.font = Font(color=_LINK, underline="single")


def _put(cell: Any, value: Value) -> None:  # noqa: ANN401
    """Write a number as a number and a text as a text, whatever it begins with."""
    if isinstance(value, float):
        cell.value = value
    elif value:
        cell.value = _UNPRINTABLE.sub(lambda m: f"\\u{ord(m[0]):04x}", guarded(value))
        cell.data_type = "s"
