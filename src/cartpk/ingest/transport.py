"""SAS transport files (XPORT, versions 5 and 8): every column as text, exactly, special missing values included.

The layout is that of the technical notes TS-140 and TS-140 V8 of SAS. A general library gives special missing values
as missing and passes over a last record that is cut off; neither may happen to trial data.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from cartpk.ingest.delimited import decoded
from cartpk.ingest.findings import Findings
from cartpk.ingest.grids import Columns, check_size
from cartpk.ingest.request import Request, UnreadableError
from cartpk.ingest.sas_values import writer

__all__ = ["read_transport"]

_RECORD: Final = 80
_LIBRARY: Final = re.compile(rb"HEADER RECORD\*{7}(?:LIBRARY |LIBV8   )HEADER RECORD!{7}")
_MEMBER: Final = re.compile(rb"HEADER RECORD\*{7}(?:MEMBER  |MEMBV8  )HEADER RECORD!{7}[0-9]{26}(\d{4})")
_NAMES: Final = re.compile(rb"HEADER RECORD\*{7}NAM(?:ESTR|STV8) HEADER RECORD!{7}0{4}(\d{6})")
_RECORDS: Final = re.compile(rb"HEADER RECORD\*{7}OBS(?:  |V8)   HEADER RECORD!{7}([ \d]{15})[^\r\n]{17}", re.DOTALL)
_VARIABLE: Final = struct.Struct(">hhhh8s40s8shhhxx8shhi")
_LONG_NAME: Final = slice(88, 120)
_NUMERIC: Final = 1
_WIDEST_NUMBER: Final = 8
_SPECIAL: Final = frozenset(b"._ABCDEFGHIJKLMNOPQRSTUVWXYZ")


@dataclass(frozen=True, slots=True)
class _Variable:
    """A column: where it lies in a record and how its numbers are shown."""

    name: bytes
    numeric: bool
    width: int
    start: int
    sas_format: str


def read_transport(path: Path, request: Request, findings: Findings) -> Columns:
    """Columns of a transport file's only table; its first record has line 2, as if its names stood in line 1.

    Dates and times become ISO 8601 by their formats, special missing values ``.A`` ... ``.Z`` and ``._`` stay texts,
    the ordinary missing value an empty one.

    Raises
    ------
    UnreadableError
        The file is no transport file, cut off, holds several tables, or cannot be decoded.
    """
    check_size(path.stat().st_size, request)
    raw = path.read_bytes()
    if not raw:
        raise UnreadableError("BI-090", "the file is empty")
    members = list(_MEMBER.finditer(raw))
    if not _LIBRARY.match(raw) or not members:
        raise UnreadableError("BI-090", "the file is no SAS transport file, or damaged")
    if len(members) > 1:
        raise UnreadableError("CP-008", f"the transport file holds {len(members)} tables; save one per file")
    variables, begin, expected = _described(raw, members[0])
    table = _records(raw[begin:], variables, expected)
    texts = _texts(table, variables, request, findings)
    return Columns([v.name.decode("ascii", "replace") for v in variables], texts)


def _described(raw: bytes, member: re.Match[bytes]) -> tuple[list[_Variable], int, int | None]:
    """The columns, where the records begin, and how many there are (None: version 5 does not say)."""
    names = _NAMES.search(raw, member.end())
    records = _RECORDS.search(raw, names.end()) if names else None
    size = int(member[1])
    if names is None or records is None or size < _VARIABLE.size:
        raise UnreadableError("BI-090", "the transport file is cut off in its description of the columns")
    first, number = names.start() + _RECORD, int(names[1])
    parts = [raw[first + i * size : first + (i + 1) * size] for i in range(number)]
    if not parts or first + number * size > records.start():
        raise UnreadableError("BI-090", "the description of the columns in the transport file is damaged")
    long_names = b"NAMSTV8" in names.group()
    variables = [_variable(part, long_names) for part in parts]
    begin = records.start() + _RECORD
    expected = int(records[1]) if long_names and records[1].strip() else None
    return variables, begin, expected


def _variable(part: bytes, long_name: bool) -> _Variable:
    kind, _, width, _, name, _, shown, _, _, _, _, _, _, start = _VARIABLE.unpack(part[: _VARIABLE.size])
    if long_name and part[_LONG_NAME].strip(b"\x00 "):
        name = part[_LONG_NAME]
    if width <= 0 or start < 0 or (kind == _NUMERIC and width > _WIDEST_NUMBER):
        raise UnreadableError("BI-090", "the description of the columns in the transport file is damaged")
    return _Variable(name.strip(b"\x00 "), kind == _NUMERIC, width, start, shown.decode("ascii", "replace").strip())


def _records(body: bytes, variables: list[_Variable], expected: int | None) -> npt.NDArray[np.uint8]:
    """The records as rows of bytes; blanks that fill the file's last 80 bytes are none."""
    width = max(v.start + v.width for v in variables)
    whole = len(body) // width
    rest = body[whole * width :]
    if rest.strip(b" ") or (expected is not None and whole < expected):
        raise UnreadableError("BI-090", "the transport file is cut off within a record")
    table = np.frombuffer(body, dtype=np.uint8, count=whole * width).reshape(whole, width)
    if expected is not None:
        return table[:expected]
    fill = len(rest)
    while whole and fill + width < _RECORD and (table[whole - 1] == ord(" ")).all():
        whole, fill = whole - 1, fill + width
    return table[:whole]


def _texts(
    table: npt.NDArray[np.uint8], variables: list[_Variable], request: Request, findings: Findings
) -> list[list[str]]:
    """The columns as texts; all character columns are decoded as one text, so that one encoding holds for all."""
    parts = {v.name: table[:, v.start : v.start + v.width] for v in variables}
    cells = {
        v.name: [c.rstrip(b"\x00 ") for c in np.ascontiguousarray(parts[v.name]).view(f"V{v.width}").ravel().tolist()]
        for v in variables
        if not v.numeric and len(table)
    }
    distinct = list(dict.fromkeys(c for column in cells.values() for c in column))
    _, encoding = decoded(b"\n".join(distinct), request, findings)
    known = {cell: cell.decode(encoding) for cell in distinct}
    return [
        _numbers(parts[v.name], v, request.decimal) if v.numeric else [known[c] for c in cells.get(v.name, [])]
        for v in variables
    ]


def _numbers(part: npt.NDArray[np.uint8], variable: _Variable, decimal: str) -> list[str]:
    """A column of numbers of the IBM mainframe (sign, power of 16, 56 bits of fraction) as texts."""
    full = np.zeros((len(part), _WIDEST_NUMBER), dtype=np.uint8)
    full[:, : variable.width] = part
    bits = full.view(">u8").ravel()
    write = writer(variable.sas_format, decimal)
    distinct, codes = np.unique(bits, return_inverse=True)
    fraction = (distinct & np.uint64(0x00FFFFFFFFFFFFFF)).astype(np.float64)
    power = 4 * ((distinct >> np.uint64(56)).astype(np.int64) & 0x7F) - 4 * 64 - 56
    values = np.ldexp(np.where(distinct >> np.uint64(63), -fraction, fraction), power)
    first = (distinct >> np.uint64(56)).astype(np.int64)
    texts = [
        _missing(int(b)) if f == 0 and int(b) in _SPECIAL else write(float(v))
        for b, f, v in zip(first, fraction, values, strict=True)
    ]
    return [texts[c] for c in codes.ravel().tolist()]


def _missing(first: int) -> str:
    """A missing value by its first byte: an empty text, or the special one's name."""
    return "" if first == ord(".") else f".{chr(first)}"
