"""Where the axes' ticks stand and what is written at them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

__all__ = ["log_breaks", "number_label", "power_labels", "root_breaks", "time_breaks", "time_windows"]

_DAYS: Final = (0, 28, 90, 180, 365, 730, 1095, 1460, 1825, 14, 60, 7, 120, 270, 545, 21, 3, 1, 42, 150)
"""Days worth a tick, the most wanted first."""
APART: Final = 0.28
"""Inches between two ticks of a time axis, at least."""
_SUPERSCRIPT: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
EXPANSION_DAYS: Final = 28.0


def time_breaks(low: float, high: float, inches: float) -> list[float]:
    """Days for the ticks of an axis from low to high that is so many inches long.

    Examples
    --------
    >>> time_breaks(-3, 180, 7.0)
    [0.0, 14.0, 28.0, 42.0, 60.0, 90.0, 120.0, 150.0, 180.0]
    >>> time_breaks(0, 28, 2.0)
    [0.0, 7.0, 14.0, 21.0, 28.0]
    """
    return _chosen(low, high, APART * (high - low) / inches, lambda day: day)


def root_breaks(low: float, high: float, inches: float) -> list[float]:
    """Days for the ticks of a square-root axis from low to high that is so many inches long.

    Examples
    --------
    >>> root_breaks(0, 180, 1.8)
    [0.0, 7.0, 28.0, 90.0, 180.0]
    """

    def root(day: float) -> float:
        return math.copysign(math.sqrt(abs(day)), day)

    return _chosen(low, high, APART * (root(high) - root(low)) / inches, root)


def _chosen(low: float, high: float, gap: float, place: Callable[[float], float]) -> list[float]:
    chosen: list[float] = []
    for day in _DAYS:
        if low <= day <= high and all(abs(place(day) - place(other)) >= gap for other in chosen):
            chosen.append(float(day))
    return sorted(chosen)


def time_windows(last: float) -> tuple[tuple[str, float], ...]:
    """Panels of the time axis as (name, last day): expansion phase and whole follow-up, or only the latter.

    Expansion is over in two weeks and persistence lasts for months: one linear axis cannot show both.

    Examples
    --------
    >>> time_windows(180.0)
    (('days 0–28', 30.0), ('whole follow-up', inf))
    >>> time_windows(28.0)
    (('whole follow-up', inf),)
    """
    whole = ("whole follow-up", math.inf)
    if last <= 2 * EXPANSION_DAYS:
        return (whole,)
    return ((f"days 0–{EXPANSION_DAYS:g}", EXPANSION_DAYS + 2), whole)


def log_breaks(limits: Sequence[float], most: int = 7) -> list[float]:
    """Ticks of a log10 axis: whole decades (thinned to at most so many), or 1-2-5 steps on a short axis.

    Examples
    --------
    >>> log_breaks((20, 30000))
    [100.0, 1000.0, 10000.0]
    >>> log_breaks((3, 40))
    [5.0, 10.0, 20.0]
    """
    low, high = (math.log10(max(limit, 1e-300)) for limit in limits)
    first, last = math.ceil(low - 1e-9), math.floor(high + 1e-9)
    if last - first >= 2:
        step = max(1, math.ceil((last - first + 1) / most))
        return [10.0**power for power in range(first, last + 1, step)]
    fine = [m * 10.0**power for power in range(math.floor(low), math.floor(high) + 1) for m in (1, 2, 5)]
    return [tick for tick in fine if 10 ** (low - 1e-9) <= tick <= 10 ** (high + 1e-9)]


def number_label(value: float) -> str:
    """A number as axes and labels print it: plain, or as a power of ten where plain is long.

    Examples
    --------
    >>> [number_label(v) for v in (0.1, 50, 2500, 10000, 2e6, 1e-4)]
    ['0.1', '50', '2500', '10⁴', '2×10⁶', '10⁻⁴']
    """
    if value == 0 or 0.001 <= abs(value) < 10000:
        return f"{value:g}"
    power = math.floor(math.log10(abs(value)) + 1e-9)
    factor = f"{value / 10.0**power:.3g}"
    return ("" if factor == "1" else f"{factor}×") + _ten_to(power)


def _ten_to(power: int) -> str:
    return "10" + str(power).translate(_SUPERSCRIPT)


def power_labels(ticks: Sequence[float]) -> list[str]:
    """Labels of a log axis: all plain below 10,000, else all decades as powers of ten.

    Examples
    --------
    >>> power_labels([10, 100, 1000])
    ['10', '100', '1000']
    >>> power_labels([100, 1000, 10000])
    ['10²', '10³', '10⁴']
    """
    if not len(ticks) or (max(ticks) < 10000 and min(ticks) >= 0.001):
        return [f"{tick:g}" for tick in ticks]
    return [_power(tick) for tick in ticks]


def _power(tick: float) -> str:
    power = math.log10(tick)
    if abs(power - round(power)) < 1e-9:
        return _ten_to(round(power))
    return number_label(tick)
