"""Tables as SAS transport files, version 5 and version 8: what does not fit is split by rule and listed, never cut.

Version 5 holds names of 8, labels of 40 letters and texts of 200 bytes; regulators ask for ASCII in it. Version 8 holds
what we have as it is (UTF-8).

References
----------
SAS Institute. The record layout of a SAS transport data set in SAS System V5, and in V8, format (TS-140, XPORT V8).
FDA. Study Data Technical Conformance Guide: names of 8, labels of 40 letters, texts of 200 bytes, ASCII.
"""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LABEL", "NAME", "TEXT", "Fitted", "Note", "ascii_text", "fitted", "pieces", "xpt_bytes"]

NAME: Final = 8
LABEL: Final = 40
TEXT: Final = 200
"""Letters of a name, letters of a label, bytes of a text in version 5."""

_SPELT: Final = str.maketrans({
    "×": "x", "µ": "u", "μ": "u", "≥": ">=", "≤": "<=", "–": "-", "—": "-", "−": "-", "’": "'", "‘": "'", "“": '"',
    "”": '"', "·": ".", "°": "deg", "±": "+/-", "λ": "lambda", "α": "alpha", "β": "beta", "γ": "gamma", "\u00a0": " ",
})  # fmt: skip
_SUPERSCRIPTS: Final = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")
_CLOCK: Final = re.compile(rb"\d\d[A-Z]{3}\d\d:\d\d:\d\d:\d\d")
_EPOCH: Final = b"01JAN60:00:00:00"
"""Stands for the clock in the header: the same data give the same bytes."""
_HEADER: Final = 560
"""Bytes before the first variable: the only ones that hold a time."""


@dataclass(frozen=True, slots=True)
class Note:
    """What had to be changed for version 5: one row of ``limits.csv``."""

    dataset: str
    variable: str
    what: str
    found: str
    became: str


@dataclass(frozen=True, eq=False)
class Fitted:
    """A table that holds to the limits of version 5, and what was done to it."""

    table: pd.DataFrame
    labels: dict[str, str]
    notes: tuple[Note, ...]


def ascii_text(text: str) -> str:
    r"""The text in printable ASCII: known signs spelt, accents dropped, anything else as ``\uXXXX``.

    Examples
    --------
    >>> ascii_text("1 × 10⁷ cells/kg"), ascii_text("≥ 5 µg"), ascii_text("é 未")
    ('1 x 10^7 cells/kg', '>= 5 ug', 'e \\u672a')
    """
    if text.isascii() and text.isprintable():
        return text
    raised = _SUPERSCRIPTS.sub(lambda m: "^" + unicodedata.normalize("NFKC", m[0]).replace("\u2212", "-"), text)
    spelt = unicodedata.normalize("NFKD", raised.translate(_SPELT))
    plain = "".join(c for c in spelt if not unicodedata.combining(c))
    return "".join(c if c.isascii() and c.isprintable() else f"\\u{ord(c):04x}" for c in plain)


def pieces(text: str, most: int = TEXT) -> list[str]:
    """The text in pieces of at most so many bytes (UTF-8), broken before a blank where there is one.

    Joined in their order they give the text again.

    Examples
    --------
    >>> pieces("one two three", 8)
    ['one two', ' three']
    """
    found: list[str] = []
    while len(text.encode()) > most:
        head = text.encode()[:most].decode("utf-8", "ignore")
        at = head.rfind(" ") if not text[len(head)].isspace() else len(head)
        # a piece never ends in a blank: the transport format does not keep it
        cut = at if at > most // 2 and text[at - 1] != " " else len(head)
        found.append(text[:cut])
        text = text[cut:]
    return [*found, text]


def fitted(dataset: str, table: pd.DataFrame, labels: Mapping[str, str]) -> Fitted:
    """The table for version 5, with a note for everything that is not as it was.

    Parameters
    ----------
    dataset
        Name of the data set, at most 8 letters.
    table
        Columns of numbers (float64) and of texts.
    labels
        Label of every column.

    Raises
    ------
    ValueError
        A name or label is too long: it needs a declared short one (:mod:`cartpk.exports.variables`).
    """
    import pandas as pd  # noqa: PLC0415

    notes: list[Note] = []
    columns: dict[str, pd.Series] = {}
    said: dict[str, str] = {}
    for name in table.columns:
        _refuse_long(dataset, name, labels[name])
        if table[name].dtype.kind == "f":
            columns[name], said[name] = table[name], labels[name]
            continue
        texts = table[name].astype("object").where(table[name].notna(), "")
        spelt = {text: ascii_text(text) for text in dict.fromkeys(texts)}
        notes += [Note(dataset, name, "spelt in ASCII", old, new) for old, new in spelt.items() if old != new]
        parts = _parts(texts.map(spelt))
        for k, part in enumerate(parts):
            own = name if k == 0 else f"{name[: NAME - len(str(k))]}{k}"
            if own in columns or (k and own in table.columns):
                raise ValueError(f"{dataset}.{name}: its text of more than {TEXT} bytes needs the name {own}: taken")
            columns[own] = part
            said[own] = labels[name] if k == 0 else f"{labels[name][: LABEL - 8]}, part {k + 1}"
        if len(parts) > 1:
            longest, names = max(len(text) for text in spelt.values()), ", ".join(list(columns)[-len(parts) :])
            notes.append(Note(dataset, name, "text split", f"up to {longest} bytes", names))
    return Fitted(pd.DataFrame(columns, index=table.index), said, tuple(notes))


def _parts(texts: pd.Series[str]) -> list[pd.Series[str]]:
    """The texts as one column, or as many as the longest of them needs."""
    split = texts.map({text: pieces(text) for text in dict.fromkeys(texts)})
    many = max(split.map(len).max(), 1) if len(split) else 1
    return [split.map(lambda found, at=k: (found[at : at + 1] or [""])[0]).astype("str") for k in range(many)]


def _refuse_long(dataset: str, name: str, label: str) -> None:
    if len(name) > NAME or not re.fullmatch(r"[A-Z_][A-Z0-9_]*", name):
        raise ValueError(
            f"{dataset}.{name}: a name has at most {NAME} letters (A-Z, 0-9, _): declare a short one in LONG_NAMES"
        )
    if len(label) > LABEL or not label.isascii():
        raise ValueError(f"{dataset}.{name}: a label has at most {LABEL} ASCII letters, found {label!r}")


def xpt_bytes(
    dataset: str, title: str, table: pd.DataFrame, labels: Mapping[str, str], version: Literal[5, 8]
) -> bytes:
    """The table as a transport file of this version: the same bytes for the same table, without a clock.

    Parameters
    ----------
    dataset, title
        Name and label of the data set.
    table
        Columns of numbers and of texts; for version 5 as :func:`fitted` gives it.
    labels
        Label of every column.
    version
        5 or 8.
    """
    import pyreadstat  # noqa: PLC0415 - half a second

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "data.xpt"
        pyreadstat.write_xport(
            table,
            file,
            file_label=title,
            column_labels={name: labels[name] for name in table.columns},
            table_name=dataset,
            file_format_version=version,
        )
        raw = file.read_bytes()
    return _CLOCK.sub(_EPOCH, raw[:_HEADER]) + raw[_HEADER:]
