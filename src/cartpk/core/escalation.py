"""State of a dose level under a two-stage escalation rule: 3+3, or accelerated titration (one subject, then three).

The rule's words come from the registry record, keyed by what they hold for (``1/3``, ``<=1/6``, ``>1 of 3 added``).
This module finds which of them the outcomes have reached; it decides nothing, and where the record has no words for a
state, that is the answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

__all__ = ["ACCELERATED", "DESIGNS", "THREE_PLUS_THREE", "Design", "Key", "Position", "Status", "positions", "read_key"]

_KEY: Final = re.compile(r"(?P<sign><=|>=|>|<|)(?P<n>\d+)(?:/(?P<of>\d+)| of (?P<added>\d+) added)?")
_SIGNS: Final[Mapping[str, Callable[[int, int], bool]]] = {
    "": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


@dataclass(frozen=True, slots=True)
class Design:
    """A two-stage rule of one dose level.

    Attributes
    ----------
    name
        As printed.
    first
        Subjects of the first stage.
    total
        Subjects of both stages; the second opens where exactly one subject of the first had a DLT.
    """

    name: str
    first: int
    total: int


THREE_PLUS_THREE: Final = Design("3+3", 3, 6)
ACCELERATED: Final = Design("accelerated titration", 1, 3)
DESIGNS: Final[Mapping[str, Design]] = {"3+3": THREE_PLUS_THREE, "accelerated_titration": ACCELERATED}
"""Design by its name in the configuration."""


@dataclass(frozen=True, slots=True)
class Key:
    """What a sentence of the record holds for: a number of DLT subjects, of a stage or of those added in it.

    Attributes
    ----------
    text
        As written.
    sign, n
        Comparison and number of DLT subjects.
    of
        Evaluable subjects of the stage; None = any stage.
    added
        Subjects added in the second stage, among whom the DLT subjects are counted; None = counted among all.
    """

    text: str
    sign: str
    n: int
    of: int | None
    added: int | None

    def holds(self, dlt: int, stage: int, first: int | None) -> bool:
        """Whether it holds for a whole stage.

        Parameters
        ----------
        dlt
            DLT subjects of the stage, those of the first one included.
        stage
            Its evaluable subjects.
        first
            Subjects and DLTs of the first stage are set apart: its DLT subjects; None = this is the first stage.
        """
        if self.added is not None:
            return first is not None and _SIGNS[self.sign](dlt - first, self.n)
        return self.of in (None, stage) and _SIGNS[self.sign](dlt, self.n)


def read_key(text: str) -> Key:
    """The key in this text.

    Raises
    ------
    ValueError
        Says which forms there are.

    Examples
    --------
    >>> read_key(">1 of 3 added")
    Key(text='>1 of 3 added', sign='>', n=1, of=None, added=3)
    """
    match = _KEY.fullmatch(text.strip())
    if not match:
        raise ValueError(f"a DLT rule is named 1/3, <=1/6, >1 or >1 of 3 added; found {text!r}")
    of, added = match["of"], match["added"]
    return Key(text, match["sign"], int(match["n"]), int(of) if of else None, int(added) if added else None)


class Status(StrEnum):
    """Where a dose level stands in its rule."""

    EMPTY = "nobody is evaluable yet"
    OPEN = "the stage is not complete"
    REACHED = "a state that the record describes"
    UNDEFINED = "a state that the record does not describe"


@dataclass(frozen=True, slots=True)
class Position:
    """A state of the rule.

    Attributes
    ----------
    status
        See :class:`Status`.
    dlt, evaluable
        Subjects of the stage that it stands in, those of the first included.
    stage
        Subjects of that stage when complete.
    keys
        Sentences of the record that are reached whatever the subjects still missing from the stage will show.
    beyond
        Further subjects after the rule's last state (evaluable, DLT): the rule says nothing of them.
    """

    status: Status
    dlt: int
    evaluable: int
    stage: int
    keys: tuple[str, ...] = ()
    beyond: tuple[int, int] = (0, 0)

    @property
    def missing(self) -> int:
        """Evaluable subjects still missing from the stage."""
        return self.stage - self.evaluable


def positions(
    design: Design, outcomes: Sequence[bool], rules: Mapping[str, str | None], *, ordered: bool
) -> tuple[Position, ...]:
    """The states that these outcomes are in: one, or several where they depend on an order that is not known.

    Parameters
    ----------
    design
        The level's rule.
    outcomes
        One per evaluable subject: whether it had a DLT (however many it had, it counts once).
    rules
        The record's words by their key; None = the record names the state and does not say what follows.
    ordered
        Whether the outcomes stand in the order of infusion.

    Examples
    --------
    >>> words = {"0/3": "next level", "1/3": "3 more"}
    >>> positions(THREE_PLUS_THREE, [False, True, False], words, ordered=True)[0].keys
    ('1/3',)
    """
    keys = [read_key(text) for text in rules]
    sequences = [tuple(outcomes)] if ordered else _orders(design, outcomes)
    found = [_position(design, sequence, keys, rules) for sequence in sequences]
    return tuple(dict.fromkeys(found))


def _orders(design: Design, outcomes: Sequence[bool]) -> Iterator[tuple[bool, ...]]:
    """One sequence for every way in which the DLT subjects can lie in the first stage, the second and after them."""
    n, dlt = len(outcomes), sum(outcomes)
    sizes = [min(n, design.first), max(0, min(n, design.total) - design.first), max(0, n - design.total)]
    for one in range(min(dlt, sizes[0]) + 1):
        for two in range(min(dlt - one, sizes[1]) + 1):
            rest = dlt - one - two
            if rest <= sizes[2]:
                parts = zip((one, two, rest), sizes, strict=True)
                yield tuple(had for k, size in parts for had in (True,) * k + (False,) * (size - k))


def _position(
    design: Design, outcomes: Sequence[bool], keys: Sequence[Key], rules: Mapping[str, str | None]
) -> Position:
    n, first = len(outcomes), sum(outcomes[: design.first])
    if n == 0:
        return Position(Status.EMPTY, 0, 0, design.first)
    second = n > design.first and first == 1
    stage = design.total if second else design.first
    seen = min(n, stage)
    dlt = sum(outcomes[:seen])
    reached = tuple(k.text for k in keys if _certain(k, dlt, stage - seen, stage, first if second else None))
    beyond = (n - seen, sum(outcomes[seen:]))
    if not reached and seen < stage:
        return Position(Status.OPEN, dlt, seen, stage)
    said = any(rules[text] is not None for text in reached)
    return Position(Status.REACHED if said else Status.UNDEFINED, dlt, seen, stage, reached, beyond)


def _certain(key: Key, dlt: int, missing: int, stage: int, first: int | None) -> bool:
    """Whether the key holds whatever the missing subjects will show."""
    return all(key.holds(dlt + more, stage, first) for more in range(missing + 1))
