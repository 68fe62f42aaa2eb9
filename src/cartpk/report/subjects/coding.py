"""How a block of data is written short: each text once, numbers without spare digits, rows by their owner."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

__all__ = ["Texts", "plain", "rounded", "starts"]


class Texts:
    """The texts of a block, each held once; a code is a place in :attr:`all`, -1 stands for no text."""

    def __init__(self) -> None:
        self._place: dict[str, int] = {}

    def code(self, value: object) -> int:
        """Code of a text; -1 for what is no text, or an empty one.

        Examples
        --------
        >>> texts = Texts()
        >>> [texts.code(word) for word in ("a", "b", "a", "", None, float("nan"))], texts.all
        ([0, 1, 0, -1, -1, -1], ['a', 'b'])
        """
        if not isinstance(value, str) or not value:
            return -1
        return self._place.setdefault(value, len(self._place))

    def codes(self, values: Iterable[object]) -> list[int]:
        """Codes of texts."""
        return [self.code(value) for value in values]

    @property
    def all(self) -> list[str]:
        """Every text, by its code."""
        return list(self._place)


def plain(value: float) -> int | float | None:
    """A number as JSON has it: whole ones without a point, None where there is none.

    Examples
    --------
    >>> plain(4379.0), plain(0.25), plain(float("nan"))
    (4379, 0.25, None)
    """
    value = float(value)
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def rounded(value: float, decimals: int) -> int | float | None:
    """A number to these decimals, halves up as :mod:`cartpk.tables.printing` prints them.

    Examples
    --------
    >>> rounded(6.770833, 2), rounded(2.675, 2), rounded(28.0, 2), rounded(float("nan"), 2)
    (6.77, 2.68, 28, None)
    """
    if not math.isfinite(value):
        return None
    return plain(float(Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)))


def starts(owners: Sequence[int], count: int) -> list[int]:
    """Where the rows of each owner begin, and the end: ``count + 1`` numbers.

    Parameters
    ----------
    owners
        Owner of each row, 0 to ``count - 1``, in rising order.
    count
        Number of owners.

    Raises
    ------
    ValueError
        The rows do not stand by owner.

    Examples
    --------
    >>> starts([0, 0, 2], 3)
    [0, 2, 2, 3]
    """
    if any(later < earlier for earlier, later in pairwise(owners)):
        raise ValueError("rows must stand in the order of their owners")
    held = [0] * count
    for owner in owners:
        held[owner] += 1
    out = [0]
    for number in held:
        out.append(out[-1] + number)
    return out
