"""Files as tables of text: every cell as delivered, every row with its line number.

A new format is one function in :data:`READERS`; it hands over rows of text and the line each row begins on.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from cartpk.ingest.findings import Findings
from cartpk.ingest.text import close_to, counted, trimmed

__all__ = ["READERS", "Request", "read_file"]

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MOJIBAKE: Final = re.compile("\ufffd|锟斤拷|烫烫烫|Âµ|Â±|Ã—|â‰|[\u00c0-\u00ff]{4,}")
_DELIMITERS: Final = (",", ";", "\t", "|")
_HEADER_SEARCH: Final = 20
"""Lines in which a header that is not the first line is looked for (BI-088)."""
_SHOWN: Final = 5
"""Lines or names listed in one message."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a file.

    Attributes
    ----------
    root, file
        Folder of the project and the path below it, as the config has it.
    required
        Columns without which the file cannot be used.
    encoding
        Declared encoding; None = found out (BOM, UTF-8, then strict GB18030).
    skip_rows
        Lines above the header.
    """

    root: Path
    file: str
    required: tuple[str, ...]
    encoding: str | None = None
    skip_rows: int = 0


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of text with the line each begins on; the first one is the header."""

    cells: list[list[str]]
    lines: list[int]


class _UnreadableError(Exception):
    """A file that gives no rows: the rule that says so and what it found."""

    def __init__(self, rule: str, found: str) -> None:
        super().__init__(found)
        self.rule = rule
        self.found = found


def read_file(request: Request, findings: Findings) -> pd.DataFrame | None:
    """The file's cells as text, index = line number (header = line 1); None where a finding says why not.

    Column names lose outer and invisible characters; an empty cell is an empty text.
    """
    path = request.root / request.file
    if not path.is_file():
        findings.add("CP-001", file=request.file, old=request.file, meant=_file_meant(path, request.file))
        return None
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        findings.add("CP-002", file=request.file, old=path.suffix, allowed=", ".join(READERS))
        return None
    try:
        rows = reader(path, request, findings)
    except _UnreadableError as problem:
        findings.add(problem.rule, file=request.file, old=problem.found, found=problem.found)
        return None
    return _table(rows, request, findings)


def _file_meant(path: Path, file: str) -> str:
    if not path.parent.is_dir():
        return f" (there is no folder {Path(file).parent.as_posix()})"
    near = close_to(path.name, sorted(p.name for p in path.parent.iterdir() if p.is_file()))
    return f" (did you mean {(Path(file).parent / near).as_posix()}?)" if near else ""


def _read_delimited(path: Path, request: Request, findings: Findings) -> _Rows:
    """Rows of a CSV or TSV file."""
    text = _decoded(path.read_bytes(), request, findings)
    if not text.strip():
        raise _UnreadableError("BI-090", "the file is empty")
    if found := _MOJIBAKE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise _UnreadableError("BI-086", f"“{found.group()}” on line {line}")
    lines = text.splitlines()
    header = next((line for line in lines[request.skip_rows :] if line.strip()), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(header, request.required), strict=True)
    return _parsed(reader, request.skip_rows)


def _parsed(reader: Iterator[list[str]], skip: int) -> _Rows:
    cells: list[list[str]] = []
    lines: list[int] = []
    first = 1
    try:
        for row in reader:
            # a quoted cell may hold line breaks: a row begins where the one before it ended
            if row and first > skip:
                cells.append(row)
                lines.append(first)
            first = reader.line_num + 1  # type: ignore[attr-defined]
    except csv.Error as error:
        raise _UnreadableError("BI-087", f"line {first}: {error}") from error
    return _Rows(cells, lines)


def _decoded(raw: bytes, request: Request, findings: Findings) -> str:
    if request.encoding is not None:
        try:
            return raw.decode(request.encoding)
        except (UnicodeDecodeError, LookupError) as error:
            raise _UnreadableError("CP-003", f"not readable as {request.encoding} ({error})") from error
    bom = next((name for mark, name in _BOMS if raw.startswith(mark)), None)
    try:
        text = raw.decode(bom or "utf-8")
    except UnicodeDecodeError:
        text = _chinese(raw)
        findings.add("BI-085", file=request.file, old="GB18030", new="UTF-8", encoding="GB18030")
        return text
    if bom == "utf-16":
        findings.add("BI-085", file=request.file, old="UTF-16", new="UTF-8", encoding="UTF-16")
    if "\x00" in text:
        raise _UnreadableError("CP-003", "the file holds NUL characters: it is no text, or UTF-16 without its mark")
    return text


def _chinese(raw: bytes) -> str:
    """The text read as GB18030, but only where that reading is safe.

    Nearly every byte sequence decodes as GB18030: a Latin-1 ``copies/µg`` becomes ``copies/礸`` without an error.
    Characters of the older and much sparser GB2312 are made of pairs of high bytes, which Latin text hardly holds.
    """
    try:
        text = raw.decode("gb18030")
        "".join(c for c in text if ord(c) > 0x7F).encode("gb2312")
    except UnicodeError as error:
        raise _UnreadableError("CP-003", f"neither UTF-8 nor safely GB18030 ({error.__class__.__name__})") from error
    return text


def _delimiter(header: str, required: tuple[str, ...]) -> str:
    """The delimiter that finds most of the required names in the header, then the most names."""

    def score(delimiter: str) -> tuple[int, int]:
        names = {trimmed(n) for n in next(csv.reader([header], delimiter=delimiter), [])}
        return len(names & set(required)), len(names)

    return max(_DELIMITERS, key=score)


def _table(rows: _Rows, request: Request, findings: Findings) -> pd.DataFrame | None:
    if not rows.cells:
        findings.add("BI-090", file=request.file, old="no row", found="no row")
        return None
    header = [trimmed(name) for name in rows.cells[0]]
    before = len(findings)
    _check_header(header, rows, request, findings)
    if len(findings) == before:
        _check_widths(rows, request, findings)
    if len(findings) > before:
        return None
    body, lines = _without_empty(rows, request, findings)
    if not body:
        findings.add("BI-090", file=request.file, old="a header only", found="a header and no row under it")
        return None
    columns = {name: pd.array(cells, dtype="str") for name, cells in zip(header, zip(*body, strict=True), strict=True)}
    return pd.DataFrame(columns, index=pd.Index(lines, name="LINE"))


def _check_header(header: list[str], rows: _Rows, request: Request, findings: Findings) -> None:
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        names = ", ".join(twice)
        found = f"the header names {names} more than once"
        findings.add("BI-089", file=request.file, row=float(rows.lines[0]), field=names, old=names, found=found)
    missing = [name for name in request.required if name not in header]
    if not missing:
        return
    for cells, line in zip(rows.cells[1:_HEADER_SEARCH], rows.lines[1:_HEADER_SEARCH], strict=False):
        if set(request.required) <= {trimmed(c) for c in cells}:
            findings.add("BI-088", file=request.file, row=float(line), old=f"line {line}", skip=line - 1)
            return
    for name in missing:
        near = close_to(name, [h for h in header if h])
        meant = f" (did you mean {near}?)" if near else ""
        names = ", ".join(h for h in header if h)
        found = f"there is no column {name}{meant}; found are {names}"
        findings.add("BI-089", file=request.file, field=name, old=names, found=found)


def _check_widths(rows: _Rows, request: Request, findings: Findings) -> None:
    width = len(rows.cells[0])
    ragged = [(line, len(c)) for c, line in zip(rows.cells, rows.lines, strict=True) if len(c) != width]
    if ragged:
        shown = ", ".join(f"line {line} has {n} cells" for line, n in ragged[:_SHOWN])
        more = f" and {len(ragged) - _SHOWN} more lines" if len(ragged) > _SHOWN else ""
        found = f"the header has {width} cells, {shown}{more}"
        findings.add("BI-087", file=request.file, row=float(ragged[0][0]), old=found, found=found)


def _without_empty(rows: _Rows, request: Request, findings: Findings) -> tuple[list[list[str]], list[int]]:
    empty = sum(not "".join(cells).strip() for cells in rows.cells[1:])
    if empty:
        findings.add("CP-004", file=request.file, old=str(empty), count=counted(empty))
        kept = [(c, line) for c, line in zip(rows.cells[1:], rows.lines[1:], strict=True) if "".join(c).strip()]
        return [c for c, _ in kept], [line for _, line in kept]
    return rows.cells[1:], rows.lines[1:]


Reader = Callable[[Path, Request, Findings], _Rows]

READERS: Final[dict[str, Reader]] = {".csv": _read_delimited, ".tsv": _read_delimited, ".txt": _read_delimited}
"""File ending -> function that reads it."""
