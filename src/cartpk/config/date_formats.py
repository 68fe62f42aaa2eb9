"""Declared forms of dates: ``DD/MM/YYYY``, ``YY/M/D``, ``YYYY年M月D日``, ``YYYYMMDD``, ``DD-MMM-YYYY`` ..."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["date_pattern", "iso_date"]

_TOKENS: Final = {
    "YYYY": r"(?P<year>\d{4})",
    "YY": r"(?P<short>\d{2})",
    "MMM": r"(?P<name>[A-Za-z]{3})",
    "MM": r"(?P<month>\d{2})",
    "M": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d{2})",
    "D": r"(?P<day>\d{1,2})",
}
_TOKEN: Final = re.compile("YYYY|YY|MMM|MM|M|DD|D")
_LETTERS: Final = re.compile("[A-Za-z]")
_NAMES: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS: Final = {
    name: number
    for number, name in enumerate(_NAMES, start=1)
}  # fmt: skip


def date_pattern(form: str) -> re.Pattern[str]:
    """The form as a pattern with the groups year (or short), month (or name) and day.

    Raises
    ------
    ValueError
        The form does not name year, month and day once each, or holds other letters.

    Examples
    --------
    >>> date_pattern("YY/M/D").fullmatch("24/5/3")["short"]
    '24'
    >>> date_pattern("DD/MM")
    Traceback (most recent call last):
    ...
    ValueError: 'DD/MM' must name year (YYYY, YY), month (MM, M, MMM) and day (DD, D) once each, e.g. DD/MM/YYYY
    """
    kinds = sorted(token[0] for token in _TOKEN.findall(form))
    if kinds != ["D", "M", "Y"] or _LETTERS.search(_TOKEN.sub("", form)):
        raise ValueError(
            f"{form!r} must name year (YYYY, YY), month (MM, M, MMM) and day (DD, D) once each, e.g. DD/MM/YYYY"
        )
    parts, end = [], 0
    for token in _TOKEN.finditer(form):
        parts += [re.escape(form[end : token.start()]), _TOKENS[token[0]]]
        end = token.end()
    return re.compile("".join([*parts, re.escape(form[end:])]))


def iso_date(match: re.Match[str]) -> str:
    """The matched date as ``YYYY-MM-DD``, whether it exists or not; a year of two digits is one of 2000 to 2099.

    >>> iso_date(date_pattern("DD-MMM-YYYY").fullmatch("03-May-2024"))
    '2024-05-03'
    """
    found = match.groupdict()
    year = found.get("year") or f"20{found['short']}"
    month = found.get("month") or str(_MONTHS.get(found["name"].lower(), 0))
    return f"{year}-{int(month):02d}-{int(found['day']):02d}"
