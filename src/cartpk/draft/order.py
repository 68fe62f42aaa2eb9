"""What was asked for, and the draft that comes back."""

from __future__ import annotations

from dataclasses import dataclass

from cartpk.draft.columns import Guess
from cartpk.draft.page import Question

__all__ = ["Draft", "Order"]


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for: the command line, the trial's name and where it comes from, the cells if they were given."""

    command: str
    name: str
    name_why: str
    cell: str | None = None


@dataclass(frozen=True, eq=False)
class Draft:
    """A drafted config.

    Attributes
    ----------
    text
        The YAML file.
    questions
        What is asked in it, in the order of its lines.
    guesses
        Columns and what they are taken for.
    notes
        Further things that were understood: what -> how.
    cautions
        What a person must know beside the questions.
    subjects
        Number of subjects.
    """

    text: str
    questions: tuple[Question, ...]
    guesses: tuple[Guess, ...]
    notes: tuple[tuple[str, str], ...]
    cautions: tuple[str, ...]
    subjects: int
