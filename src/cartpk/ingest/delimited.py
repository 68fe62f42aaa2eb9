"""CSV and TSV files, packed by gzip or not: encodings, delimiters, quotes, lines; nothing is decoded by guess."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cartpk.ingest.findings import Findings
from cartpk.ingest.grids import Rows, check_size
from cartpk.ingest.request import Request, Table, UnreadableError
from cartpk.ingest.text import trimmed

__all__ = ["decoded", "read_delimited"]

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MOJIBAKE: Final = re.compile("\ufffd|锟斤拷|烫烫烫|Âµ|Â±|Ã—|â‰|[\u00c0-\u00ff]{4,}")
_FIRST_OF_MOJIBAKE: Final = re.compile("[\ufffd锟烫\u00c0-\u00ff]")
"""One of the characters that such a text begins with: looked for ten times as fast."""
_LINE_END: Final = re.compile("\r\n|\n|\r")
_NO_TEXT: Final = {
    b"PK\x03\x04": "a ZIP archive or an Excel workbook (.xlsx)",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls), or one with a password",
    b"\x1f\x8b": "packed by gzip (.gz)",
    b"PAR1": "a Parquet table (.parquet)",
}
"""First bytes of files that are sometimes named .csv."""
_DELIMITERS: Final = (",", ";", "\t", "|")


_NEWLINE: Final = 10
_VISIBLE: Final = np.array([0x21 <= byte <= 0x7E for byte in range(256)])
"""Bytes of which one alone says that a line is not blank; all others, UTF-8 beyond ASCII too, are looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class _Lines:
    """A table without quotes: a line is a row; widths and blanks are counted on the bytes, the cells read by pandas.

    ``starts`` and ``ends`` are the places of each line in ``raw``, shape (n,); ``lines`` its number in the file.
    """

    raw: bytes
    lines: NDArray[np.intp]
    starts: NDArray[np.intp]
    ends: NDArray[np.intp]
    delimiter: str

    @classmethod
    def of(cls, text: str, skip: int, delimiter: str) -> _Lines:
        """The lines below the skipped ones that are not blank."""
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        raw = text.encode("utf-8")
        ends = np.append(np.flatnonzero(np.frombuffer(raw, dtype=np.uint8) == _NEWLINE), len(raw))
        starts = np.append(0, ends[:-1] + 1)
        kept = ~_blank(raw, starts, ends, "")
        kept[:skip] = False
        return cls(raw, np.flatnonzero(kept) + 1, starts[kept], ends[kept], delimiter)

    def head(self, number: int) -> list[tuple[int, list[str]]]:
        places = zip(self.lines[:number].tolist(), self.starts[:number], self.ends[:number], strict=True)
        return [(line, self.raw[a:b].decode("utf-8").split(self.delimiter)) for line, a, b in places]

    def widths(self) -> list[tuple[int, int]]:
        places = np.flatnonzero(np.frombuffer(self.raw, dtype=np.uint8) == ord(self.delimiter))
        found = np.searchsorted(places, self.ends) - np.searchsorted(places, self.starts) + 1
        # rows as wide as the header need no name
        other = np.append(0, 1 + np.flatnonzero(found[1:] != found[0]))
        return list(zip(self.lines[other].tolist(), found[other].tolist(), strict=True))

    def empty(self) -> NDArray[np.bool_]:
        return _blank(self.raw, self.starts[1:], self.ends[1:], self.delimiter)

    def frame(self, header: list[str], keep: NDArray[np.bool_]) -> pd.DataFrame:
        starts, ends, lines = self.starts[1:][keep], self.ends[1:][keep], self.lines[1:][keep]
        if (starts[1:] == ends[:-1] + 1).all():
            body = self.raw[starts[0] : ends[-1]] if len(starts) else b""
        else:
            body = b"\n".join([self.raw[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)])
        frame = pd.read_csv(
            io.BytesIO(body), encoding="utf-8", sep=self.delimiter, header=None, names=header, dtype=str,
            na_filter=False, quoting=csv.QUOTE_NONE, skip_blank_lines=False, index_col=False, low_memory=False,
        )  # fmt: skip
        frame.index = pd.Index(lines, name="LINE")
        return frame


def _blank(raw: bytes, starts: NDArray[np.intp], ends: NDArray[np.intp], delimiter: str) -> NDArray[np.bool_]:
    """Which of these lines have nothing but space and the delimiter."""
    visible = _VISIBLE.copy()
    if delimiter:
        visible[ord(delimiter)] = False
    octets = np.frombuffer(raw + b" ", dtype=np.uint8)
    blank: NDArray[np.bool_] = starts == ends
    # a cell that can be seen at either end settles nearly every line
    doubtful = np.flatnonzero(~blank & ~visible[octets[starts]] & ~visible[octets[np.maximum(ends - 1, 0)]])
    for i in doubtful.tolist():
        text = raw[starts[i] : ends[i]].decode("utf-8")
        blank[i] = not (text.replace(delimiter, "") if delimiter else text).strip()
    return blank


def read_delimited(path: Path, request: Request, findings: Findings) -> Table:
    """Rows of a CSV or TSV file, packed by gzip where its name ends in ``.gz``.

    A file beyond the size limit of the request is refused; of a packed one no more than that is unpacked.
    """
    text, _ = decoded(_content(path, request), request, findings)
    if not text.strip():
        raise UnreadableError("BI-090", "the file is empty")
    header = _header(text, request.skip_rows)
    delimiter = _delimiter(header, request.required)
    if '"' not in text:
        return _Lines.of(text, request.skip_rows, delimiter)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    return _parsed(reader, request.skip_rows)


def _header(text: str, skip: int) -> str:
    """The first line below the skipped ones that is not blank; empty where there is none."""
    start, number = 0, 0
    while start <= len(text):
        end = _LINE_END.search(text, start)
        line = text[start : end.start() if end else len(text)]
        number += 1
        if number > skip and line.strip():
            return line
        start = end.end() if end else len(text) + 1
    return ""


def _content(path: Path, request: Request) -> bytes:
    """The bytes of the text."""
    packed = path.suffix.lower() == ".gz"
    if not packed:
        check_size(path.stat().st_size, request)
        raw = path.read_bytes()
    else:
        try:
            with gzip.open(path) as stream:
                raw = stream.read(request.max_bytes + 1)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise UnreadableError("BI-090", f"the gzip file is cut off or damaged ({error})") from error
        check_size(len(raw), request)
    for mark, what in _NO_TEXT.items():
        if raw.startswith(mark):
            raise UnreadableError("CP-003", f"its content is {what} and not the text that its name promises")
    return raw


def _parsed(reader: Iterator[list[str]], skip: int) -> Rows:
    """Rows of a text with quotes: a quoted cell may hold line breaks, so a row begins where the one before it ended."""
    cells: list[list[str]] = []
    lines: list[int] = []
    first = 1
    try:
        for row in reader:
            if first > skip and (len(row) > 1 or "".join(row).strip()):
                cells.append(row)
                lines.append(first)
            first = reader.line_num + 1  # type: ignore[attr-defined]
    except csv.Error as error:
        raise UnreadableError("BI-087", f"line {first}: {error}") from error
    return Rows(lines, cells)


def decoded(raw: bytes, request: Request, findings: Findings) -> tuple[str, str]:
    """The text and its encoding: the declared one, that of its mark, UTF-8, else strict GB18030 (listed).

    Raises
    ------
    UnreadableError
        None of them fits, or the text was destroyed by a wrong one before.
    """
    text, encoding = _text(raw, request, findings)
    first = None if text.isascii() else _FIRST_OF_MOJIBAKE.search(text)
    if first and (found := _MOJIBAKE.search(text, first.start())):
        line = text.count("\n", 0, found.start()) + 1
        raise UnreadableError("BI-086", f"“{found.group()}” on line {line}")
    return text, encoding


def _text(raw: bytes, request: Request, findings: Findings) -> tuple[str, str]:
    if request.encoding is not None:
        try:
            return raw.decode(request.encoding), request.encoding
        except (UnicodeDecodeError, LookupError) as error:
            raise UnreadableError("CP-003", f"not readable as {request.encoding} ({error})") from error
    encoding = next((name for mark, name in _BOMS if raw.startswith(mark)), "utf-8")
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        text = _chinese(raw)
        findings.add("BI-085", file=request.file, old="GB18030", new="UTF-8", encoding="GB18030")
        return text, "gb18030"
    if encoding == "utf-16":
        findings.add("BI-085", file=request.file, old="UTF-16", new="UTF-8", encoding="UTF-16")
    if "\x00" in text:
        raise UnreadableError("CP-003", "the file holds NUL characters: it is no text, or UTF-16 without its mark")
    return text, encoding


def _chinese(raw: bytes) -> str:
    """The text read as GB18030, but only where that reading is safe.

    Nearly every byte sequence decodes as GB18030: a Latin-1 ``copies/µg`` becomes ``copies/礸`` without an error.
    Characters of the older and much sparser GB2312 are made of pairs of high bytes, which Latin text hardly holds.
    """
    try:
        text = raw.decode("gb18030")
        "".join(c for c in text if ord(c) > 0x7F).encode("gb2312")
    except UnicodeError as error:
        raise UnreadableError("CP-003", "neither UTF-8 nor safely GB18030") from error
    return text


def _delimiter(header: str, required: tuple[str, ...]) -> str:
    """The delimiter that finds most of the required names in the header, then the most names."""

    def score(delimiter: str) -> tuple[int, int]:
        names = {trimmed(n) for n in next(csv.reader([header], delimiter=delimiter), [])}
        return len(names & set(required)), len(names)

    return max(_DELIMITERS, key=score)
