"""All differences of two samples, a - b: their order statistics, without making every one of them.

Two groups of 30,000 subjects have 900 million differences. The rank is found between two values that close in on it
by counting (a sorted sample answers "how many are above" at once), and only the differences between them are made.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["order_statistics"]

Floats = NDArray[np.float64]

MADE_AT_ONCE: Final = 500_000
"""Most differences of distinct values that are made together (4 MB)."""
_HALVINGS: Final = 200
_MARGIN: Final = 1e-12
"""Room on both sides of the values that close in, against the rounding of a difference; of the largest value."""


def order_statistics(a: Floats, b: Floats, ranks: list[int]) -> list[float]:
    """The differences a - b of these ranks; 1 = the smallest.

    Parameters
    ----------
    a, b
        Finite values, neither empty.
    ranks
        Each from 1 to ``a.size * b.size``.

    Examples
    --------
    >>> order_statistics(np.array([4.0, 1.0]), np.array([0.0, 2.0]), [1, 4])
    [-1.0, 4.0]
    """
    if a.size * b.size <= MADE_AT_ONCE:
        differences = np.sort((a[:, None] - b[None, :]).ravel())
        return [float(differences[rank - 1]) for rank in ranks]
    pairs = _Pairs(a, b)
    return [pairs.of_rank(rank) for rank in ranks]


class _Pairs:
    """Distinct values of both samples, sorted, with how often each occurs."""

    def __init__(self, a: Floats, b: Floats) -> None:
        self.a, self.times_a = np.unique(a, return_counts=True)
        self.b, self.times_b = np.unique(b, return_counts=True)
        self.up_to_b = np.concatenate([[0], np.cumsum(self.times_b)])
        self.margin = _MARGIN * max(float(np.abs(self.a).max()), float(np.abs(self.b).max()))

    def of_rank(self, rank: int) -> float:
        low, high = float(self.a[0] - self.b[-1]) - self.margin, float(self.a[-1] - self.b[0]) + self.margin
        for _ in range(_HALVINGS):
            if self._distinct_between(low, high) <= MADE_AT_ONCE:
                break
            middle = low + (high - low) / 2
            if self._up_to(middle) >= rank:
                high = middle
            else:
                low = middle
        return self._between(low - self.margin, high + self.margin, rank)

    def _up_to(self, value: float) -> int:
        """How many differences are this value or less."""
        first = np.searchsorted(self.b, self.a - value, side="left")
        return int(self.times_a @ (self.up_to_b[-1] - self.up_to_b[first]))

    def _distinct_between(self, low: float, high: float) -> int:
        first, end = self._places(low, high)
        return int((end - first).sum())

    def _places(self, low: float, high: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """For each value of a: where the values of b begin and end whose differences lie from low to high."""
        return np.searchsorted(self.b, self.a - high, side="left"), np.searchsorted(self.b, self.a - low, side="right")

    def _between(self, low: float, high: float, rank: int) -> float:
        first, end = self._places(low, high)
        below = int(self.times_a @ (self.up_to_b[-1] - self.up_to_b[end]))
        several = end - first
        of_a = np.repeat(np.arange(self.a.size), several)
        of_b = np.arange(several.sum()) - np.repeat(np.cumsum(several) - several - first, several)
        differences = self.a[of_a] - self.b[of_b]
        order = np.argsort(differences, kind="stable")
        reached = below + np.cumsum((self.times_a[of_a] * self.times_b[of_b])[order])
        return float(differences[order[np.searchsorted(reached, rank)]])
