"""The text of a drafted config: settings with their reason beside them, questions where an answer is needed."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import yaml

__all__ = ["Page", "Question", "scalar"]

_PLACE: Final = 40
"""Column in which the reasons begin."""
_WIDTH: Final = 118
_TOTAL: Final = "\x00"
_PLAIN: Final = re.compile(r"[^\W\d_][\w ./+^()-]*|[0-9]+(?:\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Question:
    """What only the newcomer can know.

    Attributes
    ----------
    number
        From 1.
    line
        Line of the config on which the answer is written.
    key
        Setting, e.g. ``analytes[0].unit``.
    text
        The question.
    needed
        Whether the config cannot be used before it is answered.
    """

    number: int
    line: int
    key: str
    text: str
    needed: bool


class Page:
    """Collects the lines of a config."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._questions: list[Question] = []

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions asked so far."""
        return tuple(self._questions)

    def add(self, text: str, why: str = "") -> None:
        """Add a line, with its reason as a comment; a long reason goes to the line above."""
        why = " ".join(why.split())
        if not why:
            self._lines.append(text)
        elif max(len(text) + 2, _PLACE) + len(why) <= _WIDTH:
            self._lines.append(f"{text:<{_PLACE - 2}}  # {why}")
        else:
            self.remark(why, indent=len(text) - len(text.lstrip()))
            self._lines.append(text)

    def remark(self, text: str, indent: int = 0) -> None:
        """Add a comment of its own, wrapped."""
        lines = textwrap.wrap(text, _WIDTH - indent - 2, break_long_words=False, break_on_hyphens=False)
        self._lines += [f"{' ' * indent}# {line}" for line in lines]

    def ask(self, key: str, text: str, answer: str, *more: str, needed: bool = True) -> None:
        """Add a question and under it the line that its answer goes to (and further lines)."""
        number, indent = len(self._questions) + 1, len(answer) - len(answer.lstrip())
        self.remark(f"QUESTION {number} of {_TOTAL}: {text}", indent)
        self._lines.append(answer)
        self._questions.append(Question(number, len(self._lines), key, text, needed))
        self._lines += more

    def text(self) -> str:
        """The whole file."""
        return "\n".join(self._lines).replace(_TOTAL, str(len(self._questions))) + "\n"


def scalar(value: str | float | bool | Iterable[str] | None) -> str:
    """A value as YAML has it on one line; text is quoted where YAML would read it as something else.

    >>> print(scalar("copies/ug"), scalar("NO"), scalar("001"), scalar("%"), scalar(["a", "1"]), scalar(None))
    copies/ug "NO" "001" "%" [a, "1"] null
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:.12g}"
    if isinstance(value, str):
        text = value.strip() == value and bool(_PLAIN.fullmatch(value)) and yaml.safe_load(value) == value
        return value if text else json.dumps(value, ensure_ascii=False)
    return "[" + ", ".join(scalar(v) for v in value) + "]"
