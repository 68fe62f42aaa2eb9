"""Colours and marks of the dose levels: the same dose looks the same in every figure and in the page.

The ramp runs from a light orange (lowest dose) to a dark violet (highest). Its lightness falls monotonically, so the
order of the doses survives a black-and-white printer and every kind of colour blindness; a mark of its own says it a
second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

__all__ = ["INK", "LLOQ_INK", "PAPER", "between", "dose_colours", "dose_marks"]

INK: Final = "#1F2933"
"""Text and what belongs to no dose."""
LLOQ_INK: Final = "#52606D"
"""Line and label of the lower limit of quantification."""
PAPER: Final = "#FFFFFF"

_RAMP: Final = ("#EE9B2E", "#D6503F", "#9B2B7C", "#4A1A82", "#1A0F3C")
_MARKS: Final = ("o", "^", "s", "D", "v", "p", "h", "8")


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def dose_colours(n: int) -> tuple[str, ...]:
    """Colours of n dose levels, lowest dose first, as ``#RRGGBB``.

    Examples
    --------
    >>> dose_colours(3)
    ('#EE9B2E', '#9B2B7C', '#1A0F3C')
    """
    if n <= 1:
        return (_RAMP[2],) * n
    at = [i * (len(_RAMP) - 1) / (n - 1) for i in range(n)]
    return tuple(between(_RAMP, position) for position in at)


def between(ramp: Sequence[str], position: float) -> str:
    """The colour at this place of a ramp: 0 = its first colour, 1 = its second ..."""
    low = min(int(position), len(ramp) - 2)
    part = position - low
    mixed = (round(a + (b - a) * part) for a, b in zip(_channels(ramp[low]), _channels(ramp[low + 1]), strict=True))
    return "#" + "".join(f"{channel:02X}" for channel in mixed)


def dose_marks(n: int) -> tuple[str, ...]:
    """Marks (matplotlib's names, all of them can be filled) of n dose levels."""
    return tuple(_MARKS[i % len(_MARKS)] for i in range(n))
