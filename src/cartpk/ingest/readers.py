"""Files as tables of text: every cell as delivered, every row with its line number.

A new format is one function in :data:`READERS`; it hands over rows of text and the line each row begins on.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from cartpk.ingest.delimited import read_delimited
from cartpk.ingest.findings import Findings
from cartpk.ingest.request import Request, Table, UnreadableError
from cartpk.ingest.text import close_to, counted, trimmed

__all__ = ["READERS", "Request", "joined_header", "read_file"]

_HEADER_SEARCH: Final = 20
"""Lines in which a header that is not the first line is looked for (BI-088)."""
_SHOWN: Final = 5
"""Lines or names listed in one message."""


def read_file(request: Request, findings: Findings) -> pd.DataFrame | None:
    """The file's cells as text, index = line number (header = line 1); None where a finding says why not.

    Column names lose outer and invisible characters; an empty cell is an empty text.
    """
    path = request.root / request.file
    if not path.is_file():
        findings.add("CP-001", file=request.file, old=request.file, meant=_file_meant(path, request.file))
        return None
    reader = next((r for ending, r in READERS.items() if path.name.lower().endswith(ending)), None)
    if reader is None:
        findings.add("CP-002", file=request.file, old="".join(path.suffixes[-2:]), allowed=", ".join(READERS))
        return None
    try:
        table = reader(path, request, findings)
    except UnreadableError as problem:
        findings.add(problem.rule, file=request.file, old=problem.found, found=problem.found, skip="N")
        return None
    return _framed(table, request, findings)


def _file_meant(path: Path, file: str) -> str:
    if not path.parent.is_dir():
        return f" (there is no folder {Path(file).parent.as_posix()})"
    near = close_to(path.name, sorted(p.name for p in path.parent.iterdir() if p.is_file()))
    return f" (did you mean {(Path(file).parent / near).as_posix()}?)" if near else ""


def _framed(table: Table, request: Request, findings: Findings) -> pd.DataFrame | None:
    """The table's rows under its header; None where header or rows cannot be used."""
    head = table.head(_HEADER_SEARCH)
    if not head:
        findings.add("BI-090", file=request.file, old="no row", found="no row")
        return None
    header = joined_header([cells for _, cells in head[: request.header_rows]])
    before = len(findings)
    _check_header(header, head, request, findings)
    if len(findings) == before:
        _check_widths(table.widths(), request, findings)
    if len(findings) > before:
        return None
    of_header = request.header_rows - 1
    empty = table.empty()[of_header:]
    if empty.any():
        number = int(empty.sum())
        findings.add("CP-004", file=request.file, old=str(number), count=counted(number))
    if empty.all() and not request.may_be_empty:
        findings.add("BI-090", file=request.file, old="a header only", found="a header and no row under it")
        return None
    return table.frame(header, np.append(np.zeros(of_header, dtype=np.bool_), ~empty))


def joined_header(rows: list[list[str]]) -> list[str]:
    """The names of the columns: one row as it is, several joined from top to bottom.

    An empty cell above a name takes the text to its left, as a merged cell shows it.

    >>> joined_header([["ID", "CAR", ""], ["", "copies", "unit"]])
    ['ID', 'CAR copies', 'CAR unit']
    """
    names = [trimmed(cell) for cell in rows[-1]]
    for row in reversed(rows[:-1]):
        above = ""
        for i, cell in enumerate(row[: len(names)]):
            above = trimmed(cell) or (above if names[i] else "")
            names[i] = " ".join(part for part in (above, names[i]) if part)
    return names


def _check_header(header: list[str], head: list[tuple[int, list[str]]], request: Request, findings: Findings) -> None:
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        names = ", ".join(twice)
        found = f"the header names {names} more than once"
        findings.add("BI-089", file=request.file, row=float(head[0][0]), field=names, old=names, found=found)
    missing = [name for name in request.required if name not in header]
    if not missing:
        return
    for line, cells in head[1:]:
        if set(request.required) <= {trimmed(c) for c in cells}:
            found = f"the header stands in line {line}"
            findings.add("BI-088", file=request.file, row=float(line), old=f"line {line}", found=found, skip=line - 1)
            return
    for name in missing:
        near = close_to(name, [h for h in header if h])
        meant = f" (did you mean {near}?)" if near else ""
        names = ", ".join(h for h in header if h)
        found = f"there is no column {name}{meant}; found are {names}"
        findings.add("BI-089", file=request.file, field=name, old=names, found=found)


def _check_widths(widths: list[tuple[int, int]], request: Request, findings: Findings) -> None:
    width = widths[0][1]
    ragged = [(line, n) for line, n in widths if n != width]
    if ragged:
        shown = ", ".join(f"line {line} has {n} cells" for line, n in ragged[:_SHOWN])
        more = f" and {len(ragged) - _SHOWN} more lines" if len(ragged) > _SHOWN else ""
        found = f"the header has {width} cells, {shown}{more}"
        findings.add("BI-087", file=request.file, row=float(ragged[0][0]), old=found, found=found)


Reader = Callable[[Path, Request, Findings], Table]


# each of these formats is loaded with the first file that has it: most trials are delivered in one


def _workbook(path: Path, request: Request, findings: Findings) -> Table:
    from cartpk.ingest.spreadsheets import read_workbook  # noqa: PLC0415

    return read_workbook(path, request, findings)


def _parquet(path: Path, request: Request, findings: Findings) -> Table:
    from cartpk.ingest.parquet import read_parquet  # noqa: PLC0415

    return read_parquet(path, request, findings)


def _transport(path: Path, request: Request, findings: Findings) -> Table:
    from cartpk.ingest.transport import read_transport  # noqa: PLC0415

    return read_transport(path, request, findings)


def _sas7bdat(path: Path, request: Request, findings: Findings) -> Table:
    from cartpk.ingest.sas import read_sas7bdat  # noqa: PLC0415

    return read_sas7bdat(path, request, findings)


READERS: Final[dict[str, Reader]] = {
    ".csv": read_delimited,
    ".tsv": read_delimited,
    ".txt": read_delimited,
    ".csv.gz": read_delimited,
    ".tsv.gz": read_delimited,
    ".txt.gz": read_delimited,
    ".xlsx": _workbook,
    ".xlsm": _workbook,
    ".parquet": _parquet,
    ".xpt": _transport,
    ".sas7bdat": _sas7bdat,
}
"""File ending -> function that reads it."""
