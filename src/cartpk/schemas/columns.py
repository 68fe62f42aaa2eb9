"""The kinds of columns that tables are declared with."""

from __future__ import annotations

from cartpk.schemas.conformity import Column

__all__ = ["flag", "number", "text"]


def text(description: str, *, null: bool = True, values: list[str] | None = None) -> Column:
    """A column of text; ``values``: the only ones that it may hold."""
    return Column("str", description, null, allowed=tuple(values) if values else None)


def number(description: str, *, null: bool = True, at_least: float | None = None) -> Column:
    """A column of numbers."""
    return Column("float64", description, null, at_least=at_least)


def flag(description: str) -> Column:
    """A column of Y and N, never empty."""
    return text(description, null=False, values=["Y", "N"])
