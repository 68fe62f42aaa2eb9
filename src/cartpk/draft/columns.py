"""Which column is what: each role goes to the column whose header and cells say it best."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pandas as pd

from cartpk.draft.facts import Facts, shown_list
from cartpk.draft.roles import ROLES, Role, header_of, word_score
from cartpk.ingest.spellings import known_unit
from cartpk.ingest.text import key, plain

__all__ = ["Guess", "guess_columns"]

_SURE: Final = 0.9
_LIKELY: Final = 0.55
_FEW: Final = 12
_MOSTLY: Final = 0.6
_MANY: Final = 0.7
_SOME: Final = 0.3
_YES_NO: Final = frozenset(
    {"0", "1", "0.0", "1.0", "y", "n", "yes", "no", "t", "f", "true", "false", "blq", "是", "否"}
)


@dataclass(frozen=True, slots=True)
class Guess:
    """A column and what it is taken for.

    Attributes
    ----------
    role
        Name of the role (see :data:`cartpk.draft.roles.ROLES`).
    shown
        What the role is called on the screen.
    column
        Its header.
    sure
        ``sure``, ``likely`` or ``a guess``.
    why
        What speaks for it, in a few words.
    also
        Other columns that could be it.
    """

    role: str
    shown: str
    column: str
    sure: str
    why: str
    also: tuple[str, ...] = ()


def guess_columns(facts: list[Facts], frame: pd.DataFrame) -> dict[str, Guess]:
    """The best column of every role that one is found for, by role.

    Parameters
    ----------
    facts
        Of every column of the table.
    frame
        The table itself: what belongs to a subject is the same in all of its rows.
    """
    scores = _scores(facts)
    taken: dict[str, str] = {}
    chosen: dict[str, float] = {}
    subject: str | None = None
    for score, role, column in sorted(scores, key=lambda s: -s[0]):
        if role in taken or column in taken.values():
            continue
        if role == "subject":
            subject = column
        taken[role], chosen[role] = column, score
    _check_groups(taken, chosen, scores, frame, subject)
    _by_content(taken, chosen, facts, frame)
    by_name = {f.name: f for f in facts}
    return {r.name: _guess(r, taken, chosen[r.name], by_name, scores) for r in ROLES if r.name in taken}


def _scores(facts: list[Facts]) -> list[tuple[float, str, str]]:
    """Score, role and column of every pair that header and cells allow, in the order of roles and columns."""
    headers = {f.name: header_of(f.name) for f in facts}
    found = []
    for role in ROLES:
        for column in facts:
            score = word_score(role, headers[column.name])
            if role.name == "value" and known_unit(headers[column.name].unit or column.name):
                # a unit of results says more than any word
                score = max(score, 0.0 if score == 0 and not known_unit(column.name) else 0.8, 0.75)
            if score and _FITS.get(role.name, _any)(column):
                found.append((score, role.name, column.name))
    return found


def _any(_: Facts) -> bool:
    return True


def _numeric(column: Facts) -> bool:
    return column.given == 0 or column.share("number") >= _MANY


def _words(column: Facts) -> bool:
    """Names: the same few texts again and again."""
    return column.given > 0 and column.share("number", "token", "date") < 0.5 and len(column.distinct) <= max(_FEW, 30)


def _ids(column: Facts) -> bool:
    return column.given >= _MANY * column.rows and column.share("token") == 0


def _results(column: Facts) -> bool:
    numbers = column.share("number")
    return numbers > 0 and (numbers >= _SOME or column.share("number", "token") >= _MOSTLY)


def _times(column: Facts) -> bool:
    return column.share("number", "label") >= _MANY


def _flags(column: Facts) -> bool:
    return all(key(text) in _YES_NO for text in column.distinct)


_FITS: Final[dict[str, Callable[[Facts], bool]]] = {
    "subject": _ids,
    "time": _times,
    "nominal_time": _times,
    "visit": lambda c: c.given > 0 and c.share("date") < _MANY,
    "value": _results,
    "unit": _words,
    "lloq": _numeric,
    "lloq_unit": _words,
    "blq": _flags,
    "analyte": lambda c: _words(c) or (c.given > 0 and len(c.distinct) <= _FEW and c.share("number", "date") == 0),
    "specimen": _words,
    "method": _words,
    "dose": lambda c: c.given > 0 and _numeric(c),
    "dose_unit": _words,
    "weight": lambda c: c.given > 0 and _numeric(c),
    "age": lambda c: c.given > 0 and _numeric(c),
    "sex": lambda c: c.given > 0 and len(c.distinct) <= _FEW and c.share("date") == 0,
    "group": lambda c: 1 < len(c.distinct) <= _FEW,
    "event_day": lambda c: c.given > 0 and _numeric(c),
    "event": lambda c: c.given > 0,
    "comment": lambda c: c.share("number") < _MANY,
    "time_unit": lambda c: _words(c) and len(c.distinct) == 1,
}
"""Role -> whether a column's cells allow it."""


def _check_groups(
    taken: dict[str, str], chosen: dict[str, float], scores: list[tuple[float, str, str]], frame: pd.DataFrame,
    subject: str | None,
) -> None:  # fmt: skip
    """Keep a group only where it is the same in all rows of a subject; take the next one where it is not."""
    if subject is None or "group" not in taken:
        return
    candidates = [(s, c) for s, role, c in scores if role == "group" and c not in taken.values()]
    for score, column in [(chosen["group"], taken["group"]), *sorted(candidates, key=lambda s: -s[0])]:
        per_subject = frame[[subject, column]].drop_duplicates().groupby(subject).size()
        if (per_subject == 1).all():
            taken["group"], chosen["group"] = column, score
            return
    del taken["group"], chosen["group"]


def _by_content(taken: dict[str, str], chosen: dict[str, float], facts: list[Facts], frame: pd.DataFrame) -> None:
    """Fill the roles without which nothing works from the cells alone, where no header says them."""
    free = [f for f in facts if f.name not in taken.values()]
    if "subject" not in taken:
        repeats = [f for f in free if _ids(f) and 1 < len(f.distinct) <= f.rows / 2 and f.share("date", "label") == 0]
        _take("subject", [f for f in repeats if f.share("number") < 1][:1], taken, chosen)
    free = [f for f in facts if f.name not in taken.values()]
    if "time" not in taken and "visit" in taken and _labels(next(f for f in facts if f.name == taken["visit"])):
        taken["time"], chosen["time"] = taken.pop("visit"), _LIKELY
        chosen.pop("visit")
    if "time" not in taken and "nominal_time" in taken:
        taken["time"], chosen["time"] = taken.pop("nominal_time"), _LIKELY
        chosen.pop("nominal_time")
    if "time" not in taken:
        labelled = [f for f in free if f.share("label") >= _MANY]
        _take("time", labelled or [f for f in free if _times(f) and _grows(f, taken, frame)][:1], taken, chosen)
    free = [f for f in facts if f.name not in taken.values()]
    if "value" not in taken:
        censored = [f for f in free if _results(f) and f.share("token") > 0]
        _take("value", censored if len(censored) == 1 else [], taken, chosen)


def _labels(column: Facts) -> bool:
    return column.share("label") >= 0.5


def _take(role: str, columns: list[Facts], taken: dict[str, str], chosen: dict[str, float]) -> None:
    if columns:
        taken[role], chosen[role] = columns[0].name, 0.3


def _grows(column: Facts, taken: dict[str, str], frame: pd.DataFrame) -> bool:
    """Whether the numbers grow from row to row within a subject, as times do."""
    if "subject" not in taken:
        return False
    numbers = pd.to_numeric(frame[column.name], errors="coerce")
    steps = numbers.groupby(frame[taken["subject"]], sort=False).diff().dropna()
    return len(steps) > 0 and bool((steps >= 0).mean() > 0.8)


def _guess(
    role: Role, taken: dict[str, str], score: float, facts: dict[str, Facts], scores: list[tuple[float, str, str]]
) -> Guess:
    column = taken[role.name]
    others = [
        c for s, r, c in scores
        if r == role.name and c not in taken.values() and s >= max(_LIKELY, score - 0.45)
        and facts[c].counts != facts[column].counts
    ]  # fmt: skip
    sure = "sure" if score >= _SURE else "likely" if score >= _LIKELY else "a guess"
    if others and sure == "sure" and role.name not in {"value", "time", "subject"}:
        others = others[:2]
    return Guess(role.name, role.shown, column, sure, _why(role.name, facts[column]), tuple(others[:3]))


def _why(role: str, facts: Facts) -> str:
    """What the cells look like."""
    distinct = facts.distinct
    if not distinct:
        return "an empty column"
    if role == "subject":
        sizes = [facts.counts[t] for t in distinct]
        each = f"{min(sizes)}" if min(sizes) == max(sizes) else f"{min(sizes)} to {max(sizes)}"
        return f"{len(distinct)} different, each in {each} row{'' if each == '1' else 's'}"
    if role == "comment":
        return f"text in {facts.given} of {facts.rows} rows"
    if facts.share("number", "token", "label") >= _MOSTLY and len(distinct) > 3:
        words = [t for t in distinct if t in facts.of_kind("token", "text")]
        span = _span(facts.of_kind("number"))
        labels = shown_list(facts.of_kind("label")) if not span else ""
        return ", ".join(t for t in (span, labels, f"and {shown_list(words, 3)}" if words else "") if t)
    return shown_list(distinct, longest=30)


def _span(texts: list[str]) -> str:
    """From the smallest to the largest number, as they are written there."""
    if not texts:
        return ""
    ordered = sorted(texts, key=_size)
    return f"{plain(ordered[0])} to {plain(ordered[-1])}"


def _size(text: str) -> float:
    """Roughly how large a number is, whatever its decimal mark: for the order on the screen only."""
    shown = plain(text).rstrip("%").replace(" ", "")
    for form in (shown, shown.replace(".", "").replace(",", "."), shown.replace(",", "")):
        try:
            return float(form)
        except ValueError:
            continue
    return 0.0
