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
    "numbers",
    "only",
    "plain",
    "ranked",
    "same",
    "taken",
    "texts",
    "texts_together",
    "trimmed",
    "truths",
    "without_empty",
]

T = TypeVar("T")

_INVISIBLE: Final = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_DASHES: Final = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_SPACE: Final = re.compile(r"\s+")
_TRIED: Final = 1024
"""Cells that tell whether the texts of a column repeat."""


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
    cells = np.ascontiguousarray(column.to_numpy(dtype=object))
    # where one text is one object, as in nearly every column that was read, the places of the objects are compared
    places = np.frombuffer(cells.data, dtype=np.intp)
    if cells.size and (places == places[0]).all():
        return np.zeros(len(cells), dtype=np.intp), _distinct(cells[:1])[1]
    if len(np.unique(places[:_TRIED])) > _TRIED // 2:
        return _distinct(cells)
    codes, of = pd.factorize(places)
    merged, distinct = _distinct(cells[_firsts(codes, len(of))])
    return merged[codes], distinct


def _distinct(cells: np.ndarray[Any, Any]) -> tuple[np.ndarray[tuple[int], np.dtype[np.intp]], list[str]]:
    codes, distinct = pd.factorize(cells)
    if codes.size and codes.min() < 0:
        codes, distinct = pd.factorize(np.where(codes < 0, "", cells))
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


def numbers(column: pd.Series[str], function: Callable[[str], float | None]) -> pd.Series[float]:
    """``function`` of every cell as a number, None as NaN, called once per distinct text.

    >>> numbers(pd.Series(["1", "", None], dtype="str"), lambda text: float(text) if text else None).tolist()
    [1.0, nan, nan]
    """
    codes, distinct = factored(column)
    values = np.array([function(text) for text in distinct], dtype=np.float64)
    return pd.Series(values[codes], index=column.index)


def same(column: pd.Series[str], text: str) -> pd.Series[bool]:
    """Which cells are this text; an empty cell counts as an empty text.

    >>> same(pd.Series(["a", "", None], dtype="str"), "").tolist()
    [False, True, True]
    """
    return truths(column, text.__eq__)


def without_empty(column: pd.Series[str]) -> pd.Series[str]:
    """The column with its empty texts as missing cells."""
    codes, distinct = factored(column)
    return column if "" not in distinct else taken([text or None for text in distinct], codes, column.index)


def only(frame: pd.DataFrame, these: pd.Series[bool]) -> pd.DataFrame:
    """These rows of the table; the table itself where they are all."""
    return frame if these.all() else frame[these]


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
    codes, values = _together(columns, function)
    return [values[c] for c in codes.tolist()]


def texts_together(columns: list[pd.Series[str]], function: Callable[..., str]) -> pd.Series[str]:
    """The same as a column of text.

    >>> texts_together([pd.Series(["a", None], dtype="str"), pd.Series(["b", "b"])], str.__add__).tolist()
    ['ab', 'b']
    """
    codes, values = _together(columns, function)
    return taken(values, codes, columns[0].index)


def _together(
    columns: list[pd.Series[str]], function: Callable[..., T]
) -> tuple[np.ndarray[tuple[int], np.dtype[np.intp]], list[T]]:
    """Codes of the rows into the values of the distinct ones."""
    parts = [factored(column) for column in columns]
    combined = np.zeros(len(columns[0]), dtype=np.int64)
    for codes, distinct in parts:
        if len(distinct) > 1:
            combined = combined * len(distinct) + codes
    codes, rows = pd.factorize(combined)
    # the first row of each combination stands for all of them
    first = _firsts(codes, len(rows))
    return codes, [function(*(distinct[own[i]] for own, distinct in parts)) for i in first.tolist()]


def _firsts(codes: np.ndarray[tuple[int], np.dtype[np.intp]], number: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Where each of this number of codes stands first."""
    first = np.empty(number, dtype=np.intp)
    # of several writes to one place the last one stays
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return first
