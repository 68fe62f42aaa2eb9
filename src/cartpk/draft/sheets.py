"""A newcomer's file as a table: where its header stands, what stands above it, how it is written."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from cartpk.draft.facts import Facts, facts_of, kind_of
from cartpk.ingest.findings import Findings
from cartpk.ingest.readers import READERS, Reader, Request, joined_header
from cartpk.ingest.request import Table, UnreadableError
from cartpk.ingest.rules import RULES
from cartpk.ingest.spellings import canonical_unit, known_unit
from cartpk.ingest.text import close_to, key, plain, trimmed

__all__ = ["Sheet", "read_sheet", "read_sheets"]

_DEEPEST: Final = 25
"""Lines in which the header is looked for."""
_HEAD: Final = 12
"""Rows that are looked at to tell a header from the lines above it."""
_FILLED: Final = 0.6
"""Share of the header's cells that hold a name."""
_NAMES: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}

_UNIT_WORDS: Final = frozenset(
    {"d", "day", "days", "h", "hr", "hrs", "hour", "hours", "kg", "cells", "cells/kg", "x10^6", "天", "日", "小时",
     "id", "ng/ml", "ug/ml", "mg/ml", "pg/ml", "岁", "years"}
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Sheet:
    """One file, or one sheet of a workbook, as a table of text.

    Attributes
    ----------
    file
        Path as the config will have it.
    frame
        Its cells, index = line number.
    titles
        Texts of the lines above the header.
    skip_rows, header_rows
        Lines above the header, rows of the header.
    written
        How the file is written: encoding and delimiter in words.
    encoding
        Encoding that was given, or found where it is not UTF-8, for ``data.encoding``; else None.
    sheet
        Sheet of a workbook that has several; else None.
    twice
        Names that the header has more than once; the file cannot be used like this.
    """

    file: str
    frame: pd.DataFrame
    titles: tuple[str, ...]
    skip_rows: int
    header_rows: int
    written: str
    encoding: str | None
    twice: tuple[str, ...]
    sheet: str | None = None

    @property
    def shown(self) -> str:
        """The file, and the sheet where it has several."""
        return self.file if self.sheet is None else f"{self.file}, sheet {self.sheet}"

    def facts(self) -> list[Facts]:
        """The facts of every column that has a name."""
        return [facts_of(self.frame, name) for name in self.frame.columns if name]


def read_sheets(
    path: Path, root: Path, only: str | None = None, encoding: str | None = None
) -> tuple[list[Sheet], list[str]]:
    """The tables of a file: one, or every sheet of a workbook that is one; and what to say of the other sheets.

    Parameters
    ----------
    path, root, encoding
        As for :func:`read_sheet`.
    only
        The one sheet that is wanted; None = all.

    Raises
    ------
    ValueError
        The file holds no table; the message says how to mend it.
    """
    if not path.name.lower().endswith((".xlsx", ".xlsm")) or not path.is_file():
        return [read_sheet(path, root, encoding=encoding)], []
    names = [only] if only is not None else _sheet_names(path)
    if only is None and len(names) == 1:
        return [read_sheet(path, root)], []
    found, left, problems = [], [], []
    for name in names:
        try:
            found.append(read_sheet(path, root, name))
        except ValueError as problem:
            left.append(f"sheet {name} of {path.name} is no table: it is left out.")
            problems.append(str(problem))
    if not found:
        raise ValueError(problems[0])
    return found, left


def _sheet_names(path: Path) -> list[str]:
    """Names of the sheets of a workbook, or one empty name where it cannot be opened: its reader says why."""
    import openpyxl  # noqa: PLC0415 - costs time, needed for workbooks only

    try:
        book = openpyxl.load_workbook(path, read_only=True)
        names = [
            str(s.title) for s in book.worksheets if any(c.value is not None for row in s.iter_rows() for c in row)
        ]
        book.close()
    except Exception:  # noqa: BLE001 - whatever a damaged file raises
        return [""]
    return names or [""]


def read_sheet(path: Path, root: Path, sheet: str | None = None, encoding: str | None = None) -> Sheet:
    """The file as a table, whatever stands above its header.

    Parameters
    ----------
    path
        The file.
    root
        Folder that the paths of the config start from.
    sheet
        Sheet of a workbook; None = the only one.
    encoding
        Encoding of a text file; None = found out.

    Raises
    ------
    ValueError
        The file is not there, is of no readable format or holds no table; the message says how to mend it.
    """
    name = Path(os.path.relpath(path, root)).as_posix()
    if not path.is_file():
        near = close_to(path.name, sorted(p.name for p in path.parent.glob("*"))) if path.parent.is_dir() else ""
        raise ValueError(f"{path}: there is no such file." + (f" Did you mean {near}?" if near else ""))
    if _reader(path) is None:
        formats = ", ".join(READERS)
        raise ValueError(f"{path}: files ending in “{path.suffix}” cannot be read; readable are {formats}.")
    request = Request(root, name, (), sheet=sheet, encoding=encoding)
    skip, table, findings = _table(path, request)
    head = table.head(_HEAD)
    rows = _header_rows([cells for _, cells in head])
    header, twice = _unique(joined_header([cells for _, cells in head[:rows]]))
    empty = table.empty()
    keep = ~empty & (np.arange(len(empty)) >= rows - 1)
    if not keep.any():
        raise ValueError(f"{path}: the file holds a header and no row under it.")
    frame = table.frame(header, keep)
    marked = findings.table().loc[lambda t: t["RULE"] == "BI-085", "OLD"]
    found = request.encoding or (str(marked.iloc[0]) if len(marked) else "")
    return Sheet(
        name,
        frame,
        _titles(path, request, skip),
        skip,
        rows,
        _written(path, skip, found),
        found.lower() or None,
        twice,
        sheet,
    )


def _reader(path: Path) -> Reader | None:
    return next((reader for ending, reader in READERS.items() if path.name.lower().endswith(ending)), None)


def _table(path: Path, request: Request) -> tuple[int, Table, Findings]:
    """The lines above the header, the rows from there on, what the reader found."""
    first: UnreadableError | None = None
    for skip in range(_DEEPEST):
        findings = Findings()
        try:
            table = _rows_from(path, replace(request, skip_rows=skip), findings)
        except UnreadableError as problem:
            first = first or problem
            if problem.rule not in {"BI-087", "BI-088"}:
                break
            continue
        if _starts_with_header(table):
            return skip, table, findings
    if first is not None:
        mend = RULES[first.rule].mend.format_map(defaultdict(lambda: "N", found=first.found))
        raise ValueError(f"{path}: {first.found}. {mend}")
    raise ValueError(
        f"{path}: no header was found in the first {_DEEPEST} lines. A table has one row of names and under it one row "
        "per result; save the sheet with nothing beside or below the table, as CSV (UTF-8)."
    )


def _rows_from(path: Path, request: Request, findings: Findings) -> Table:
    """The rows as the reader of the file's format gives them."""
    reader = _reader(path)
    if reader is None:
        raise UnreadableError("CP-002", path.suffix)
    return reader(path, request, findings)


def _starts_with_header(table: Table) -> bool:
    """Whether the first row names the columns of the rows under it."""
    head = [[trimmed(c) for c in cells] for _, cells in table.head(_HEAD)]
    if len(head) < 2 or len(head[0]) < 2:
        return False
    names, under = head[0], head[1:]
    widths = [len(row) for row in under]
    # a table of two columns that a title of one comma imitates has rows of another width under it
    if max(set(widths), key=widths.count) != len(names):
        return False
    given = [n for n in names if n]
    width = max(len([c for c in row if c]) for row in under)
    if len(given) < 2 or len(given) < _FILLED * min(width, len(names)):
        return False
    # a column may well be called BLQ, but not <50
    values = [n for n in given if kind_of(n) in {"number", "date"} or (kind_of(n) == "token" and n[0] in "<≤＜")]
    return not values or (given[0] not in values and _ascending(given[1:]))


def _ascending(names: list[str]) -> bool:
    """Whether these names are days: numbers that grow, as the header of a wide table has them."""
    try:
        numbers = [float(n) for n in names if kind_of(n) == "number"]
    except ValueError:
        return False
    return len(numbers) > 2 and all(a < b for a, b in zip(numbers, numbers[1:], strict=False))  # noqa: RUF007


def _header_rows(head: list[list[str]]) -> int:
    """1, or 2 where the second row goes on with the header: its names, or the units of its columns."""
    if len(head) < 3:
        return 1
    first, second = ([trimmed(c) for c in row] for row in head[:2])
    cells = [c for c in second if c]
    if not cells or any(kind_of(c) in {"number", "date", "label"} or c[0] in "<≤＜" for c in cells):
        return 1
    gaps = [b for a, b in zip(first[1:], second[1:], strict=False) if not a and b]
    units = all(_is_unit(c) for c in cells) and len(cells) < len(second)
    return 2 if gaps or units else 1


def _is_unit(text: str) -> bool:
    word = key(text.strip("()[] "))
    return word in _UNIT_WORDS or known_unit(text.strip("()[] ")) or "/" in canonical_unit(text)


def _unique(header: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """The names, each once, and those that stood there more than once."""
    twice = tuple(sorted({n for n in header if n and header.count(n) > 1}))
    seen: dict[str, int] = {}
    out = []
    for name in header:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} ({seen[name]})".strip())
    return out, twice


def _titles(path: Path, request: Request, skip: int) -> tuple[str, ...]:
    """The texts above the header, one per line."""
    if skip == 0:
        return ()
    try:
        table = _rows_from(path, request, Findings())
    except UnreadableError:
        return ()
    lines = [(line, [plain(c) for c in cells if plain(c)]) for line, cells in table.head(skip)]
    return tuple(" ".join(cells) for line, cells in lines if line <= skip and cells)


def _written(path: Path, skip: int, encoding: str) -> str:
    if path.suffix.lower() not in {".csv", ".tsv", ".txt"}:
        return "compressed text" if path.suffix.lower() == ".gz" else path.suffix.lower().removeprefix(".").upper()
    name = encoding or "UTF-8"
    lines = path.read_bytes().decode(name, errors="replace").splitlines()
    header = next((line for line in lines[skip:] if line.strip()), "")
    mark = max(_NAMES, key=header.count)
    return f"{name}, {_NAMES[mark]} between the cells"
