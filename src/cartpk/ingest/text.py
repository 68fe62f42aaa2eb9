"""Forms in which two texts count as the same, and functions carried over a column once per distinct text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

import numpy as np
import pandas as pd

__all__ = [
    "close_to",
    "constant",
    "counted",
    "factored",
    "identifier",
    "key",
    "looked_up",
    "mapped",
    "mapped_together",
    "plain",
    "ranked",
    "taken",
    "texts",
    "trimmed",
    "truths",
]

T = TypeVar("T")

_INVISIBLE: Final = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_DASHES: Final = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_SPACE: Final = re.compile(r"\s+")


def plain(text: str) -> str:
    """The text as a reader sees it: NFKC, one kind of dash, single spaces, nothing invisible.

    >>> plain(" １２\u00a0copies ")
    '12 copies'
    """
    if text.isascii() and text.isprintable():
        return (_SPACE.sub(" ", text) if "  " in text else text).strip()
    visible = _INVISIBLE.sub("", text)
    return _SPACE.sub(" ", _DASHES.sub("-", unicodedata.normalize("NFKC", visible))).strip()


def trimmed(text: str) -> str:
    """The text without outer, doubled and invisible characters, otherwise letter by letter: names of columns.

    >>> trimmed(" Result  (µg) ")
    'Result (µg)'
    """
    return _SPACE.sub(" ", _INVISIBLE.sub("", text)).strip()


def key(text: str) -> str:
    """The text without case and spaces: what tokens, analytes and units are compared by.

    >>> key(" not  Detected") == key("NOT DETECTED")
    True
    """
    return plain(text).casefold().replace(" ", "")


def identifier(text: str) -> str:
    """A subject's identifier without outer or invisible characters; inner letters keep their case (BI-048).

    >>> identifier("\u00a0S–01 \u200b")
    'S-01'
    """
    return plain(text)


def close_to(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, or an empty text.

    >>> close_to("SUBJCT", ["SUBJECT", "TIME"])
    'SUBJECT'
    >>> close_to("XYZ", ["SUBJECT", "TIME"])
    ''
    """
    import difflib  # noqa: PLC0415

    by_key = {key(k): k for k in known}
    near = difflib.get_close_matches(key(word), list(by_key), n=1, cutoff=0.6)
    return by_key[near[0]] if near else ""


def factored(column: pd.Series[str]) -> tuple[np.ndarray[tuple[int], np.dtype[np.intp]], list[str]]:
    """The column as codes into its distinct texts, in order of appearance; an empty cell counts as an empty text."""
    codes, distinct = pd.factorize(column.to_numpy(dtype=object))
    if codes.size and codes.min() < 0:
        codes, distinct = pd.factorize(column.to_numpy(dtype=object, na_value=""))
    return codes, distinct.tolist()


def mapped(column: pd.Series[str], function: Callable[[str], T]) -> list[T]:
    """``function`` of every cell, called once per distinct text; an empty cell counts as an empty text."""
    codes, distinct = factored(column)
    values = [function(text) for text in distinct]
    return [values[c] for c in codes.tolist()]


def texts(column: pd.Series[str], function: Callable[[str], str]) -> pd.Series[str]:
    """``function`` of every cell as a column of text, called once per distinct text; an empty cell is an empty text.

    >>> texts(pd.Series([" a", "b ", None], dtype="str"), str.strip).tolist()
    ['a', 'b', '']
    """
    codes, distinct = factored(column)
    return taken([function(text) for text in distinct], codes, column.index)


def taken(
    values: Sequence[str | None], codes: np.ndarray[tuple[int], np.dtype[np.intp]], index: pd.Index[Any]
) -> pd.Series[str]:
    """The texts at these codes; only the distinct ones are checked and converted."""
    return pd.Series(pd.array(values, dtype="str").take(codes), index=index)


def constant(text: str | None, index: pd.Index[Any]) -> pd.Series[str]:
    """A column of this text, or of missing cells."""
    return taken([text], np.zeros(len(index), dtype=np.intp), index)


def truths(column: pd.Series[str], function: Callable[[str], bool]) -> pd.Series[bool]:
    """``function`` of every cell as a mask, called once per distinct text; an empty cell counts as an empty text.

    >>> truths(pd.Series(["a", "", None], dtype="str"), bool).tolist()
    [True, False, False]
    """
    codes, distinct = factored(column)
    values = np.array([function(text) for text in distinct], dtype=np.bool_)
    return pd.Series(values[codes], index=column.index)


def ranked(column: pd.Series[str]) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """The place of every cell's text in the order of the distinct ones; an empty cell counts as an empty text.

    >>> ranked(pd.Series(["b", "a", "b"], dtype="str")).tolist()
    [1, 0, 1]
    """
    codes, distinct = factored(column)
    place = np.empty(len(distinct), dtype=np.intp)
    place[sorted(range(len(distinct)), key=distinct.__getitem__)] = np.arange(len(distinct))
    return place[codes]


def counted(number: int) -> str:
    """The number of rows in words.

    >>> counted(1), counted(3)
    ('1 row', '3 rows')
    """
    return f"{number} row" + ("" if number == 1 else "s")


def looked_up(column: pd.Series[str], table: Mapping[str, str | None]) -> pd.Series[str]:
    """The table's text for every cell, always as text; missing where the table has none."""
    codes, distinct = factored(column)
    return taken([table.get(text) for text in distinct], codes, column.index)


def mapped_together(columns: list[pd.Series[str]], function: Callable[..., T]) -> list[T]:
    """``function`` of the cells of each row, called once per distinct row; an empty cell counts as an empty text."""
    parts = [factored(column) for column in columns]
    combined = np.zeros(len(columns[0]), dtype=np.int64)
    for codes, distinct in parts:
        combined = combined * max(len(distinct), 1) + codes
    codes, rows = pd.factorize(combined)
    # the first row of each combination stands for all of them
    first = np.full(len(rows), len(combined), dtype=np.int64)
    np.minimum.at(first, codes, np.arange(len(combined)))
    values = [function(*(distinct[own[i]] for own, distinct in parts)) for i in first.tolist()]
    return [values[c] for c in codes.tolist()]
