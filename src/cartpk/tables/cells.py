"""Cells: how one or several numbers, or words, stand in a table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from cartpk.tables.printing import NC, Style, count, percent
from cartpk.tables.table import Cell

__all__ = ["BLANK", "BLQ", "Noted", "counted", "joined", "number", "several", "share", "words"]

BLQ: Final = "BLQ"
BLANK: Final = Cell("", ("",))


def words(text: object) -> Cell:
    """A cell of words; a missing value is blank.

    Examples
    --------
    >>> words("CAR transgene").text, words(float("nan")).text, words(None).text
    ('CAR transgene', '', '')
    """
    missing = text is None or (isinstance(text, float) and math.isnan(text))
    return BLANK if missing else Cell(str(text), (str(text),))


def number(value: float | str, style: Style, *, bound: bool = False) -> Cell:
    """A cell of one number; nan is printed as NC, a word (BLQ) as it is, a lower bound with its sign.

    Examples
    --------
    >>> from cartpk.tables.printing import significant
    >>> number(32654.2, significant)
    Cell(text='32,700', values=(32654.2,))
    >>> number(float("nan"), significant).text
    'NC'
    >>> number(1e6, significant, bound=True)
    Cell(text='≥ 1,000,000', values=('>= 1000000.0',))
    """
    return several("{}", [value], [style], [bound])


def counted(value: float) -> Cell:
    """A cell of a whole number; without decimals in the CSV, too."""
    return Cell(count(value), (int(value),))


def share(part: int, whole: int) -> Cell:
    """A count with its percentage of ``whole``, two parts; only the count where there is nobody.

    Examples
    --------
    >>> share(3, 6).text, share(0, 0).text
    ('3 (50.0)', '0')
    """
    if not whole:
        return Cell("0", (0, NC))
    return several("{} ({})", [part, 100.0 * part / whole], [count, percent])


def several(template: str, values: Sequence[float | str], styles: Sequence[Style], bounds: Sequence[bool] = ()) -> Cell:
    """Several numbers in one cell, e.g. ``{} [{}; {}]``.

    A number that is nan is NC; where all are, the cell is one NC (or one BLQ where all are BLQ). One that is a lower
    bound is printed with ≥, and its CSV cell holds the sign, too: without it the number would say another thing.

    Examples
    --------
    >>> from cartpk.tables.printing import days
    >>> several("{} [{}; {}]", [9.83, 0.0111, 27.8], [days, days, days]).text
    '9.83 [0.01; 27.8]'
    >>> several("{} [{}; {}]", [float("nan")] * 3, [days] * 3).text
    'NC'
    """
    held = tuple(NC if isinstance(v, float) and math.isnan(v) else v for v in values)
    texts = [v if isinstance(v, str) else style(float(v)) for v, style in zip(held, styles, strict=True)]
    if any(bounds):
        known = [bound and not isinstance(v, str) for v, bound in zip(held, bounds, strict=True)]
        texts = [f"≥ {text}" if bound else text for text, bound in zip(texts, known, strict=True)]
        held = tuple(f">= {v!r}" if bound else v for v, bound in zip(held, known, strict=True))
    if set(texts) in ({NC}, {BLQ}):
        return Cell(texts[0], held)
    return Cell(template.format(*texts), held)


class Noted:
    """Letters for reasons: the same reason has the same letter throughout a table.

    Examples
    --------
    >>> notes = Noted()
    >>> notes.cell("all results BLQ").text, notes.cell("no decline").text, notes.cell("all results BLQ").text
    ('NC [a]', 'NC [b]', 'NC [a]')
    >>> notes.footnotes()
    ('[a] all results BLQ', '[b] no decline')
    """

    def __init__(self) -> None:
        self._letters: dict[str, str] = {}

    def cell(self, reason: str) -> Cell:
        """NC with the letter of its reason; the CSV holds NC."""
        letter = self._letters.setdefault(reason, _letters(len(self._letters)))
        return Cell(f"{NC} [{letter}]", (NC,))

    def footnotes(self) -> tuple[str, ...]:
        """Letters with their reasons, in the order of their first use."""
        return tuple(f"[{letter}] {reason}" for reason, letter in self._letters.items())


def _letters(index: int) -> str:
    """Letters in the order a ... z, aa, ab ..."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(ord("a") + rest) + text
    return text


def joined(parts: Iterable[object]) -> str:
    """The parts that are there, joined by a semicolon."""
    return "; ".join(str(part) for part in parts if part not in (None, ""))
