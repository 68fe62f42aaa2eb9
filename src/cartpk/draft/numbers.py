"""How the numbers are written, and the words that stand where a number is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from cartpk.config.data import Intake
from cartpk.draft.facts import Facts, kind_of, shown_list
from cartpk.ingest.cells import CellReader, Kind
from cartpk.ingest.text import key, plain

__all__ = ["Style", "Words", "style_of", "words_of"]


@dataclass(frozen=True, slots=True)
class Style:
    """Decimal mark and separator of thousands.

    Attributes
    ----------
    decimal, thousands
        As in ``intake``; ``decimal`` is None where the cells can be read in two ways.
    why
        The cells that say so.
    """

    decimal: str | None
    thousands: str | None
    why: str


_COMMA_DECIMAL: Final = re.compile(
    r"[+-]?(?:\d+,(?:\d{1,2}|\d{4,})|0,\d+|\d{4,},\d+|\d{1,3}(?:\.\d{3})+,\d+)(?:e[+-]?\d+)?"
)
_POINT_THOUSANDS: Final = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+,\d+|[+-]?\d{1,3}(?:\.\d{3}){2,}")
_COMMA_THOUSANDS: Final = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+\.\d+|[+-]?\d{1,3}(?:,\d{3}){2,}")
_EITHER: Final = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_EITHER_POINT: Final = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")
_SPACED: Final = re.compile(r"[+-]?\d{1,3}(?: \d{3})+(?:[.,]\d+)?")


def style_of(columns: Iterable[Facts]) -> Style:
    """How the numbers of these columns are written; never guessed where two readings fit.

    Parameters
    ----------
    columns
        The columns that hold numbers.
    """
    texts = [_bare(t) for c in columns for t in c.of_kind("number", "token")]

    def like(form: re.Pattern[str]) -> list[str]:
        return [t for t in texts if form.fullmatch(t)]

    comma, grouped, either = like(_COMMA_DECIMAL), like(_COMMA_THOUSANDS), like(_EITHER)
    spaced = " " if like(_SPACED) else None
    if comma and not grouped:
        points = like(_POINT_THOUSANDS)
        pointed = [t for t in texts if "." in t and not _POINT_THOUSANDS.fullmatch(t)]
        if pointed and not all(_EITHER_POINT.fullmatch(t) for t in pointed):
            return Style(None, None, f"both marks are in use: {comma[0]} and {pointed[0]}")
        if pointed and not points:
            return Style(None, None, f"{comma[0]} has a comma for decimals, but {pointed[0]} can be read in two ways")
        return Style(",", "." if points else spaced, f"written like {shown_list((points or comma)[:1])}")
    if grouped and not comma:
        return Style(".", ",", f"written like {grouped[0]}")
    if comma or grouped:
        return Style(None, None, f"both {comma[0]} and {grouped[0]} occur")
    if either:
        return Style(None, None, either[0])
    pointed = [t for t in texts if "." in t]
    return Style(".", spaced, f"written like {pointed[0]}" if pointed else "whole numbers only")


def _bare(text: str) -> str:
    return plain(text).lstrip("<≤").rstrip("%").strip()


@dataclass(frozen=True, slots=True)
class Words:
    """Words among the results.

    Attributes
    ----------
    known
        Those that cartpk reads by default, as they stand there.
    blq, not_detected
        Further ones whose meaning is in the word itself.
    unknown
        Those that can mean several things.
    """

    known: tuple[str, ...]
    blq: tuple[str, ...]
    not_detected: tuple[str, ...]
    unknown: tuple[str, ...]


_SAYS_BLQ: Final = re.compile(
    r"(?:<|below|under|less than|低于|小于|未达).*(?:l?loq|quantif|定量|bql|limit of quant).*|b\.?l\.?o?q\.?|<定量.*",
    re.IGNORECASE,
)
_SAYS_NOT_DETECTED: Final = re.compile(
    r"(?:<|below|under|低于|小于) ?(?:the )?(?:lod|limit of detection|detection limit)|"
    r"(?:<|低于|小于) ?(?:检测限|检出限|检测下限|最低检测限).*|"
    r"un ?detect(?:ed|able)|not detect(?:ed|able)|未检测到|未检出.*|检测不到|none detected",
    re.IGNORECASE,
)


def words_of(results: Iterable[Facts], style: Style) -> Words:
    """The words of these columns of results by what they mean."""
    reader = CellReader(_intake(style))
    known, blq, none, unknown = [], [], [], []
    for text in dict.fromkeys(t for c in results for t in c.counts):
        if kind_of(text) == "number" or not plain(text):
            continue
        cell, shown = reader(text), plain(text)
        if cell.kind is not Kind.REFUSED:
            if kind_of(text) == "token" or key(text) != "":
                known.append(shown)
        elif _SAYS_NOT_DETECTED.fullmatch(shown):
            none.append(shown)
        elif _SAYS_BLQ.fullmatch(shown):
            blq.append(shown)
        elif not any(c.isdigit() for c in shown):
            unknown.append(shown)
    return Words(*(tuple(dict.fromkeys(w)) for w in (known, blq, none, unknown)))


def _intake(style: Style) -> Intake:
    """Section ``intake`` with this style; a decimal mark that is not known is taken for a point."""
    return Intake.model_validate({"decimal": style.decimal or ".", "thousands": style.thousands})
