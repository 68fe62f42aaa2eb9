"""Tables as the page's data block holds them: one column at a time, in the shortest of a few plain codings."""

from __future__ import annotations

import itertools
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DIGITS", "SUBJECTS", "Packed", "block", "from_runs", "packed", "runs", "unpacked", "words"]

DIGITS: Final = 12
"""Significant digits of a number in the data block, unless a table says otherwise."""
SUBJECTS: Final = "adsl"
"""Table whose USUBJID every other table points to."""
_FEW: Final = 400
"""Words that a column has at most for others to be told by it."""

Packed = dict[str, Any]
"""A table as the data block holds it: ``{"n": rows, "columns": {name: column}}``."""
Value = str | float | int | None


def packed(
    table: pd.DataFrame,
    columns: Sequence[str],
    subjects: Mapping[str, int] | None = None,
    digits: Mapping[str, int] | None = None,
) -> Packed:
    """These columns of the table, packed; a column that the table does not have is left out.

    Missing values are null. Of these forms a column has the shortest (:func:`unpacked` reads them):

    - ``[values]``: as they are (numbers);
    - ``{"c": value}``: one value throughout;
    - ``{"same": name, "i": gaps, "v": values}``: the values of that column except at some rows;
    - ``{"text": name, "i": gaps, "v": values}``: the numbers of that column as text, except at some rows;
    - ``{"of": [name, ...], "m": [[words, ..., value], ...]}``: one value for each set of words in those columns;
    - ``{"i": gaps, "d": value, "v": values}``: ``d`` except at some rows; a gap counts from the row before;
    - ``{"r": [value, rows, value, rows ...]}``: runs;
    - ``{"b": rows, "i": gaps, "v": values}``: the value so many rows before (null where there is none), except at some;
    - ``{"s": [difference, rows ...]}``: whole numbers, by runs of their differences to the row before, the first to 0;
    - with ``"k"``, the words, each value is a place in them, -1 = none; ``"k"`` is ``"adsl"`` where the words are the
      subjects, in the order of that table; then ``{"k", "v"}`` has the place of every row.

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
    made: dict[str, Any] = {}
    held: dict[str, list[Value]] = {}
    for name in columns:
        if name not in table.columns:
            continue
        values = table[name]
        if name == "USUBJID":
            names = [str(v) for v in values]
            made[name] = names if subjects is None else _shortest([subjects[v] for v in names], SUBJECTS)
            continue
        number = values.dtype.kind in "fi"
        own: list[Value] = (
            [_rounded(value, (digits or {}).get(name, DIGITS)) for value in values.tolist()]
            if number
            else [None if _missing(v) else str(v) for v in values.tolist()]
        )
        forms = [_numbers(own) if number else words(own), *_told(own, made, held)]
        made[name], held[name] = min(forms, key=_length), own
    return {"n": len(table), "columns": made}


def words(values: Sequence[Value]) -> Any:  # noqa: ANN401
    """A column of words as the data block holds it."""
    if len(values) > 1 and len(set(values)) == 1:
        return {"c": values[0]}
    places = {word: i for i, word in enumerate(dict.fromkeys(v for v in values if v is not None))}
    return _shortest([-1 if v is None else places[v] for v in values], list(places))


def unpacked(columns: Mapping[str, Any], name: str, n: int, subjects: Sequence[str] = ()) -> list[Value]:
    """The values of this column, as the page's script reads them.

    Parameters
    ----------
    columns
        Of a packed table.
    name, n
        The column; rows of the table.
    subjects
        USUBJID of ``adsl``.
    """
    column = columns[name]
    if isinstance(column, list):
        return column
    if "c" in column:
        return [column["c"]] * n
    if "same" in column:
        return _except(column, unpacked(columns, column["same"], n, subjects))
    if "text" in column:
        return _except(column, [_as_text(value) for value in unpacked(columns, column["text"], n, subjects)])
    if "of" in column:
        told = {tuple(row[:-1]): row[-1] for row in column["m"]}
        others = [unpacked(columns, other, n, subjects) for other in column["of"]]
        return [told[key] for key in zip(*others, strict=True)]
    values = _spread(column, n)
    if "k" not in column:
        return values
    known = subjects if column["k"] == SUBJECTS else column["k"]
    return [None if place < 0 else known[place] for place in values]


def _spread(column: Mapping[str, Any], n: int) -> list[Any]:
    """Values or places of every row."""
    if "r" in column:
        return from_runs(column["r"])
    if "s" in column:
        return list(itertools.accumulate(from_runs(column["s"])))
    if "b" in column:
        return _repeated(column, n)
    if "i" in column:
        return _except(column, [column["d"]] * n)
    return list(column["v"])


def _except(column: Mapping[str, Any], values: Sequence[Any]) -> list[Any]:
    """These values, with those of the column at its rows."""
    made, at = list(values), 0
    for gap, value in zip(column["i"], column["v"], strict=True):
        at += gap
        made[at] = value
    return made


def _as_text(value: Value) -> str | None:
    """A number as text; none where Python and JavaScript write it differently (powers of ten)."""
    text = str(value)
    return None if value is None or "e" in text else text


def _told(own: list[Value], made: Mapping[str, Any], held: Mapping[str, list[Value]]) -> list[Any]:
    """Forms in which earlier columns tell this one."""
    forms: list[Any] = []
    codes = []
    for name, other in held.items():
        texts = [_as_text(value) for value in other] if any(isinstance(value, (int, float)) for value in other) else []
        forms.append({"same": name, **_exceptions(own, other)})
        forms += [{"text": name, **_exceptions(own, texts)}] if texts else []
        known = made[name].get("k") if isinstance(made[name], dict) else None
        codes += [name] if isinstance(known, list) and len(known) <= _FEW else []
    for names in (*([code] for code in codes), *itertools.combinations(codes, 2)):
        by: dict[tuple[Value, ...], Value] = {}
        keys = list(zip(*(held[name] for name in names), strict=True))
        if all(by.setdefault(key, value) == value for key, value in zip(keys, own, strict=True)):
            forms.append({"of": list(names), "m": [[*key, value] for key, value in by.items()]})
            break
    return forms


def _exceptions(own: Sequence[Any], other: Sequence[Any]) -> dict[str, Any]:
    """Rows, as gaps, at which the values differ from the other ones, and what they are there."""
    at = [i for i, (a, b) in enumerate(zip(own, other, strict=True)) if a != b]
    return {"i": [b - a for a, b in zip([0, *at], at, strict=False)], "v": [own[i] for i in at]}


def _numbers(values: list[Value]) -> Any:  # noqa: ANN401
    if len(values) > 1 and len(set(values)) == 1:
        return {"c": values[0]}
    return min((values, {"r": runs(values)}, _sparse(values), *_steps(values), *_back(values)), key=_length)


def _shortest(places: list[int], known: list[Value] | str) -> dict[str, Any]:
    forms = ({"v": places}, {"r": runs(places)}, _sparse(places), *_back(places))
    return {"k": known, **min(forms, key=_length)}


def runs(values: Sequence[Any]) -> list[Any]:
    """Values, each followed by how many times in a row it stands.

    Examples
    --------
    >>> runs([3, 3, 3, 5])
    [3, 3, 5, 1]
    """
    made: list[Any] = []
    for value in values:
        if made and made[-2] == value and type(made[-2]) is type(value):
            made[-1] += 1
        else:
            made += [value, 1]
    return made


def from_runs(made: Sequence[Any]) -> list[Any]:
    """The values of these :func:`runs`.

    Examples
    --------
    >>> from_runs([3, 3, 5, 1])
    [3, 3, 3, 5]
    """
    return [value for value, count in zip(made[::2], made[1::2], strict=True) for _ in range(count)]


def _steps(values: Sequence[Any]) -> list[dict[str, Any]]:
    if not all(isinstance(value, int) for value in values):
        return []
    return [{"s": runs([b - a for a, b in itertools.pairwise([0, *values])])}]


def _back(values: Sequence[Any]) -> list[dict[str, Any]]:
    """The forms that repeat what stands some rows before: the two distances at which values come again most often."""
    seen: dict[Any, int] = {}
    often: Counter[int] = Counter()
    for place, value in enumerate(values):
        if value in seen:
            often[place - seen[value]] += 1
        seen[value] = place
    size = len(values)
    return [{"b": n, **_exceptions(values, ([None] * n + list(values))[:size])} for n, _ in often.most_common(2)]


def _repeated(column: Mapping[str, Any], n: int) -> list[Any]:
    told = dict(zip(itertools.accumulate(column["i"]), column["v"], strict=True))
    made: list[Any] = []
    for place in range(n):
        before = place - column["b"]
        made.append(told[place] if place in told else made[before] if before >= 0 else None)
    return made


def _sparse(values: Sequence[Any]) -> dict[str, Any]:
    common = Counter(values).most_common(1)[0][0] if values else None
    return {"d": common, **_exceptions(values, [common] * len(values))}


def _length(form: object) -> int:
    return len(json.dumps(form, ensure_ascii=False, separators=(",", ":")))


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


def _rounded(value: float, digits: int) -> float | int | None:
    """The number as few digits as it needs; None where there is none (an infinity has no name in JSON)."""
    if not math.isfinite(value):
        return None
    short = float(f"{value:.{digits}g}")
    return int(short) if short.is_integer() and abs(short) < 1e15 else short
