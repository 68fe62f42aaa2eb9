"""Tables as the page's data block holds them: one array per column, repeated words once."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DIGITS", "SUBJECTS", "Packed", "block", "packed", "words"]

DIGITS: Final = 12
"""Significant digits of a number in the data block, unless a table says otherwise."""
SUBJECTS: Final = "adsl"
"""Table whose USUBJID every other table points to."""

Packed = dict[str, Any]
"""A table as the data block holds it: ``{"n": rows, "columns": {name: column}}``."""


def packed(
    table: pd.DataFrame,
    columns: Sequence[str],
    subjects: Mapping[str, int] | None = None,
    digits: Mapping[str, int] | None = None,
) -> Packed:
    """These columns of the table, packed; a column that the table does not have is left out.

    A column of numbers is an array, null where there is none. A column with one value throughout is ``{"c": value}``.
    A column of words is ``{"k": words, "v": places}``: the row's place in ``words``, -1 where it is empty; ``"k"`` is
    ``"adsl"`` where the words are the subjects, in the order of that table.

    Parameters
    ----------
    table
        One row per row of the block, in this order.
    columns
        Names.
    subjects
        Place of every subject in ``adsl``; None = USUBJID is a column like any other.
    digits
        Significant digits of the numbers of a column, where they differ from ``DIGITS``.
    """
    made: dict[str, object] = {}
    for name in columns:
        if name not in table.columns:
            continue
        values = table[name]
        if name == "USUBJID" and subjects is not None:
            made[name] = {"k": SUBJECTS, "v": [subjects[str(v)] for v in values]}
        elif values.dtype.kind in "fi":
            made[name] = _numbers(values.tolist(), (digits or {}).get(name, DIGITS))
        elif name == "USUBJID":
            made[name] = [str(v) for v in values]
        else:
            made[name] = words([None if _missing(v) else str(v) for v in values.tolist()])
    return {"n": len(table), "columns": made}


def block(value: object) -> str:
    r"""The value as JSON that may stand inside a script element: compact, nothing in it ends the element.

    Examples
    --------
    >>> print(block({"a": "</script><!--", "b": [1.0, 2.5, None]}))
    {"a":"\u003c/script>\u003c!--","b":[1.0,2.5,null]}
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # JSON knows these characters within strings only; two of them end a line of a script
    for character in ("<", "\u2028", "\u2029"):
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _numbers(values: Sequence[float], digits: int) -> object:
    rounded = [_rounded(value, digits) for value in values]
    return {"c": rounded[0]} if len(rounded) > 1 and len(set(rounded)) == 1 else rounded


def _rounded(value: float, digits: int) -> float | int | None:
    """The number as few digits as it needs; None where there is none (an infinity has no name in JSON)."""
    if not math.isfinite(value):
        return None
    short = float(f"{value:.{digits}g}")
    return int(short) if short.is_integer() and abs(short) < 1e15 else short


def words(values: Sequence[str | None]) -> object:
    """A column of words as the data block holds it, or one value where all are the same."""
    if len(values) > 1 and len(set(values)) == 1:
        return {"c": values[0]}
    places = {word: i for i, word in enumerate(dict.fromkeys(v for v in values if v is not None))}
    return {"k": list(places), "v": [-1 if v is None else places[v] for v in values]}
