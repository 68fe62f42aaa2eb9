"""What stands in a column: how many of its cells are numbers, dates, labels of days, limits or words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import pandas as pd

from cartpk.config.data import Intake
from cartpk.ingest.nominal import label_day
from cartpk.ingest.text import key, plain

__all__ = ["Facts", "date_form", "facts_of", "kind_of", "shown_list"]

_NUMBER: Final = re.compile(
    r"[+-]?(?:\d[\d.,' ]*|\.\d+)(?:e[+-]?\d+)? ?%?|[\d.,]+ ?[x×*] ?10.*|[\d.,]+ ?[x×*] ?10[⁰¹²³⁴⁵⁶⁷⁸⁹]+", re.IGNORECASE
)
_CENSORED: Final = re.compile(r"[<≤＜] ?\d.*")
_DATES: Final = (
    ("year-month-day (ISO 8601)", re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ].*)?")),
    ("year/month/day", re.compile(r"\d{4}[/.年]\d{1,2}[/.月]\d{1,2}日?(?: .*)?")),
    ("day month-name year", re.compile(r"\d{1,2}[ -]?[A-Za-z]{3}[A-Za-z]*[ -]?\d{2,4}(?:[ :].*)?")),
    ("day and month in figures", re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})(?: .*)?")),
)
_PARTS: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-]")

_DEFAULT: Final = Intake()
_MISSING: Final = frozenset({*(key(t) for t in _DEFAULT.missing_tokens), "nan", "none", "null", "#n/a"})
_TOKENS: Final = frozenset(key(t) for t in (*_DEFAULT.blq_tokens, *_DEFAULT.not_detected_tokens))


@lru_cache(maxsize=65536)
def kind_of(text: str) -> str:
    """What a cell looks like: missing, token, number, date, label or text.

    >>> [kind_of(t) for t in ("12.5", "<50", "2024-05-03", "D7", "NA", "S-01")]
    ['number', 'token', 'date', 'label', 'missing', 'text']
    """
    word = key(text)
    if word in _MISSING:
        return "missing"
    shown = plain(text)
    if word in _TOKENS or _CENSORED.fullmatch(shown):
        return "token"
    if any(form.fullmatch(shown) for _, form in _DATES):
        return "date"
    if _NUMBER.fullmatch(shown):
        return "number"
    # NaN differs from itself
    return "text" if (day := label_day(text)) != day else "label"


@dataclass(frozen=True, slots=True)
class Facts:
    """A column in numbers.

    Attributes
    ----------
    name
        Its header.
    counts
        Distinct cell -> number of rows, in order of appearance.
    rows
        Number of rows of the table.
    """

    name: str
    counts: dict[str, int]
    rows: int

    @property
    def given(self) -> int:
        """Rows whose cell is not missing."""
        return sum(n for text, n in self.counts.items() if kind_of(text) != "missing")

    @property
    def distinct(self) -> list[str]:
        """The different cells that are not missing."""
        return [text for text in self.counts if kind_of(text) != "missing"]

    def share(self, *kinds: str) -> float:
        """Share of the given cells that are of these kinds; 0 for an empty column."""
        given = self.given
        return sum(n for text, n in self.counts.items() if kind_of(text) in kinds) / given if given else 0.0

    def of_kind(self, *kinds: str) -> list[str]:
        """The different cells of these kinds."""
        return [text for text in self.counts if kind_of(text) in kinds]


def facts_of(frame: pd.DataFrame, name: str) -> Facts:
    """The facts of one column of a table of text."""
    counts = frame[name].value_counts(sort=False)
    return Facts(name, {str(text): int(n) for text, n in counts.items()}, len(frame))


def date_form(texts: Iterable[str]) -> str:
    """How these dates are written; says so where day and month cannot be told apart.

    >>> date_form(["03/04/2024", "17/04/2024"])
    'day/month/year'
    >>> date_form(["03/04/2024"])
    'day and month cannot be told apart'
    """
    shown = [plain(t) for t in texts]
    forms = [name for name, form in _DATES if shown and all(form.fullmatch(t) for t in shown)]
    if not forms:
        return "written in more than one way"
    if forms[0] != "day and month in figures":
        return forms[0]
    parts = [(int(m[1]), int(m[2])) for t in shown if (m := _PARTS.match(t))]
    first, second = any(a > 12 for a, _ in parts), any(b > 12 for _, b in parts)
    if first != second:
        return "day/month/year" if first else "month/day/year"
    return "day and month cannot be told apart"


def shown_list(texts: Iterable[str], most: int = 4, longest: int = 60) -> str:
    """A few of these texts for a sentence.

    >>> shown_list(["a", "b", "c"], most=2)
    'a, b, ... (3)'
    """
    every = [plain(t) for t in texts]
    shown = ", ".join(t if len(t) <= longest else t[: longest - 1] + "…" for t in every[:most])
    return shown if len(every) <= most else f"{shown}, ... ({len(every)})"
