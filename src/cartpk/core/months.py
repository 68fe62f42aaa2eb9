"""Months as days: of assessments, which are planned in weeks, and of times to an event."""

from __future__ import annotations

from typing import Final

__all__ = ["DAYS_PER_MONTH", "target_day"]

DAYS_PER_MONTH: Final = 30.4375
"""365.25 days / 12."""
_WEEKS_PER_QUARTER: Final = 13


def target_day(month: float) -> float:
    """The day of an assessment planned after this many months: 13 weeks are 3 months.

    Examples
    --------
    >>> target_day(3), target_day(6)
    (91.0, 182.0)
    """
    return float(round(month * 7.0 * _WEEKS_PER_QUARTER / 3.0))
