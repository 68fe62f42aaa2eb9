"""Numbers as text: rounded half up, once, from the unrounded value.

Rounding works on the shortest decimal text that reads back to the number: 2.675 is printed as 2.68, as a reader with
a pencil would, although the nearest binary number lies a little below it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

__all__ = [
    "NC",
    "Style",
    "count",
    "days",
    "dose",
    "event_day",
    "fixed",
    "line",
    "measured_dose",
    "name_text",
    "percent",
    "rule_text",
    "significant",
    "significant_style",
    "unit_text",
]

Style = Callable[[float], str]
"""A number -> its printed text."""

NC: Final = "NC"
"""Printed where a value is not calculable."""

_PLAIN_BELOW: Final = 8
_PLAIN_ABOVE: Final = -5
"""Powers of ten between which a number is printed in full."""
_LARGE_PERCENT: Final = 1e5
_QUANTITIES: Final = frozenset({"Cmax", "Tmax", "Clast", "Tlast"})
_SUPERSCRIPT: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def fixed(value: float, decimals: int) -> str:
    """The number with this many decimals.

    Examples
    --------
    >>> fixed(2.675, 2), fixed(-0.04, 1), fixed(1234.5, 0)
    ('2.68', '0.0', '1,235')
    """
    rounded = _decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{abs(rounded) if rounded == 0 else rounded:,f}"


def significant(value: float, digits: int = 3) -> str:
    """The number with this many significant digits, thousands set apart; very large ones as powers of ten.

    Examples
    --------
    >>> significant(32654.2), significant(9.996), significant(0.012345), significant(2.34567e9), significant(0.0)
    ('32,700', '10.0', '0.0123', '2.35 × 10⁹', '0')
    """
    exact = _decimal(value)
    if exact == 0:
        return "0"
    rounded = exact.quantize(Decimal(1).scaleb(exact.adjusted() - digits + 1), ROUND_HALF_UP)
    power = rounded.adjusted()
    if not _PLAIN_ABOVE < power < _PLAIN_BELOW:
        # 99.99 may have become 100.0: a digit more than asked for
        return _as_power(f"{rounded.scaleb(-power).quantize(Decimal(1).scaleb(1 - digits)):f}", power)
    decimals = max(digits - 1 - power, 0)
    return f"{rounded.quantize(Decimal(1).scaleb(-decimals)):,f}"


def significant_style(digits: int) -> Style:
    """The style of concentrations and areas for ``report.significant_digits``."""
    return lambda value: significant(value, digits)


def days(value: float) -> str:
    """A time in days: two decimals below 10, one from there on.

    Examples
    --------
    >>> days(0.0111), days(9.996), days(28.04)
    ('0.01', '10.0', '28.0')
    """
    text = fixed(value, 2)
    return text if abs(float(text.replace(",", ""))) < 10 else fixed(value, 1)


def event_day(value: float) -> str:
    """A day that came as a whole number as such; a part of a day as :func:`days` prints it.

    Examples
    --------
    >>> event_day(160.0), event_day(3.5), event_day(-1.0), event_day(0.04)
    ('160', '3.5', '-1', '0.04')
    """
    if (2 * float(value)).is_integer():  # a median of two whole days has a half
        return fixed(value, 0 if float(value).is_integer() else 1)
    return days(value)


def percent(value: float) -> str:
    """A percentage with one decimal, without the sign; a CV of 100,000 % and more with three digits.

    Examples
    --------
    >>> percent(163.35), percent(1_274_062.0)
    ('163.4', '1,270,000')
    """
    return fixed(value, 1) if abs(value) < _LARGE_PERCENT else significant(value)


def count(value: float) -> str:
    """A whole number.

    Examples
    --------
    >>> count(1200)
    '1,200'
    """
    return fixed(value, 0)


def line(value: float) -> str:
    """A line number: no thousands separator.

    Examples
    --------
    >>> line(1334.0)
    '1334'
    """
    return f"{value:.0f}"


def dose(value: float) -> str:
    """A dose as the dose levels are printed: at most three digits, powers of ten.

    Examples
    --------
    >>> dose(2.5e7), dose(1e8), dose(98_765_432.0), dose(0.5)
    ('2.5 × 10⁷', '1 × 10⁸', '9.88 × 10⁷', '0.5')
    """
    exact = _decimal(value)
    if exact == 0:
        return "0"
    rounded = exact.quantize(Decimal(1).scaleb(exact.adjusted() - 2), ROUND_HALF_UP)
    power = rounded.adjusted()
    if 0 <= power < 4 or (-3 <= power < 0):
        return _trimmed(f"{rounded:f}")
    return _as_power(_trimmed(f"{rounded.scaleb(-power):f}"), power)


def measured_dose(value: float) -> str:
    """A dose that was measured: three digits whatever they are, powers of ten.

    Examples
    --------
    >>> measured_dose(1.9e7), measured_dose(9.86e6), measured_dose(2500.0)
    ('1.90 × 10⁷', '9.86 × 10⁶', '2,500')
    """
    exact = _decimal(value)
    power = exact.adjusted() if exact else 0
    if not exact or 0 <= power < 4 or (-3 <= power < 0):
        return significant(value)
    rounded = exact.quantize(Decimal(1).scaleb(power - 2), ROUND_HALF_UP)
    power = rounded.adjusted()
    return _as_power(f"{rounded.scaleb(-power).quantize(Decimal('0.01')):f}", power)


def rule_text(state: str) -> str:
    """A state of an escalation rule as printed.

    >>> rule_text("<=1/6"), rule_text("0/3")
    ('≤ 1/6', '0/3')
    """
    for sign, printed in (("<=", "≤ "), (">=", "≥ "), ("<", "< "), (">", "> ")):
        if state.startswith(sign):
            return printed + state.removeprefix(sign).strip()
    return state


def unit_text(unit: str) -> str:
    """A unit as printed: the micro sign for ``u``, a middle dot for products, raised powers.

    Examples
    --------
    >>> unit_text("day^2*copies/ug"), unit_text("cells/uL"), unit_text("10^6 cells/kg")
    ('day²·copies/µg', 'cells/µL', '10⁶ cells/kg')
    """
    shown = re.sub(r"\bu(?=[gLl]\b)", "µ", unit).replace("μ", "µ").replace("*", "·")
    return re.sub(r"\^(\d+)", lambda m: m[1].translate(_SUPERSCRIPT), shown)


def name_text(name: str) -> str:
    """The name of a parameter as a line of a table has it: only its first word, and names of quantities, are large.

    Examples
    --------
    >>> name_text("Half-Life of Contraction"), name_text("Model AUC 0-28 Days"), name_text("Model Cmax")
    ('Half-life of contraction', 'Model AUC 0-28 days', 'Model Cmax')
    >>> name_text("CAR Level of Half-Maximal Killing"), name_text("Log10 Reduction at Nadir")
    ('CAR level of half-maximal killing', 'Log10 reduction at nadir')
    """
    first, *rest = re.split(r"(?<=[ -])", name)
    return first + "".join(part.lower() if _is_common(part) else part for part in rest)


def _is_common(word: str) -> bool:
    bare = word.strip(" -()").removesuffix("'s")
    return bare.istitle() and bare.isalpha() and bare not in _QUANTITIES


def _decimal(value: float) -> Decimal:
    if not math.isfinite(value):
        raise ValueError(f"only finite numbers are printed; found {value} (print {NC!r} with a reason)")
    return Decimal(repr(float(value)))


def _as_power(mantissa: str, power: int) -> str:
    return f"{mantissa} × 10{str(power).translate(_SUPERSCRIPT)}"


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
