"""Tables with one column of results per visit, subject or analyte."""

from __future__ import annotations

from typing import Final

from cartpk.config.data import Wide
from cartpk.draft.columns import Guess
from cartpk.draft.facts import Facts
from cartpk.draft.roles import ROLES, header_of, word_score
from cartpk.ingest.nominal import label_day
from cartpk.ingest.spellings import known_unit

__all__ = ["by_subject", "wide_of"]

_FEWEST: Final = 3
"""Columns named like days that make a table one of visits."""
_RESULTS: Final = next(role for role in ROLES if role.name == "value")
_OTHERS: Final = tuple(role for role in ROLES if role.name in {"lloq", "dose", "weight", "nominal_time"})


def wide_of(columns: list[Facts]) -> Wide | None:
    """One column per visit (D0, D7, ... or 0, 7, ...) or per analyte (its unit in the header); None = neither."""
    days = [c.name for c in columns if _is_day(c.name) and c.share("number", "token", "text") == _share(c)]
    if len(days) >= _FEWEST:
        return Wide(columns=tuple(days), names="time")
    if any(word_score(_RESULTS, header_of(c.name)) > 0.9 for c in columns):
        return None
    tests = [c.name for c in columns if _unit_of(c.name) and c.share("number", "token") > 0 and not _is_other(c.name)]
    return Wide(columns=tuple(tests), names="analyte") if len(tests) > 1 else None


def _share(column: Facts) -> float:
    return 1.0 if column.given else 0.0


def _is_day(name: str) -> bool:
    day = label_day(name)
    return day == day or name.strip().replace(".", "", 1).isdigit()  # noqa: PLR0124 - NaN differs from itself


def _unit_of(name: str) -> str:
    """The known unit of results that a header names, or an empty text."""
    unit = header_of(name).unit
    return unit if known_unit(unit) else ""


def _is_other(name: str) -> bool:
    return any(word_score(role, header_of(name)) > 0 for role in _OTHERS)


def by_subject(columns: list[Facts], guesses: dict[str, Guess]) -> Wide | None:
    """One column per subject: a column of times, none of subjects, and only columns of results beside it."""
    if "subject" in guesses or "time" not in guesses:
        return None
    taken = {g.column for g in guesses.values() if g.role != "value" and g.sure != "a guess"}
    rest = [c for c in columns if c.name not in taken]
    results = [c.name for c in rest if c.share("number", "token") > 0 and c.share("date", "label") == 0]
    return Wide(columns=tuple(results), names="subject") if len(results) > 1 and len(results) == len(rest) else None
