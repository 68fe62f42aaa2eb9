"""Every parameter of every subject as it is printed: the same digits as in the listings, with its sign or limit."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cartpk.core.nca import PARAMETERS, SummaryRule
from cartpk.pharmacodynamics.parameters import PARAMETERS as PD_PARAMETERS
from cartpk.report.subjects.coding import Texts
from cartpk.tables.parameter_rows import is_bound
from cartpk.tables.parameters import ZERO_IS_BLQ
from cartpk.tables.printing import NC, Style, count, days, fixed, percent, significant_style

if TYPE_CHECKING:
    from cartpk.config import TrialConfig

__all__ = ["printed", "style", "values"]

_COUNTS: Final = frozenset({"LAMZNPT", "GRWNPT", "CONNPT", "BMBLNP"})
_FIT: Final = frozenset({"R2", "R2ADJ"})


def style(code: str, unit: object, config: TrialConfig) -> Style:
    """How the values of a parameter are printed: counts whole, R² to 3 decimals, times, percent, amounts.

    Parameters
    ----------
    code, unit
        ``PARAMCD`` and ``AVALU``.
    config
        Says how many significant digits an amount has.
    """
    if code in _COUNTS:
        return count
    if code in _FIT:
        return lambda value: fixed(value, 3)
    if unit == "day" and _is_time(code):
        return days
    return percent if unit == "%" else significant_style(config.report.significant_digits)


def _is_time(code: str) -> bool:
    """Whether a parameter in days is a point of the time axis; half-lives and doubling times are amounts."""
    if code in PARAMETERS:
        return PARAMETERS[code].summary is SummaryRule.MEDIAN_RANGE
    if code in PD_PARAMETERS:
        return PD_PARAMETERS[code].kind == "time"
    return code.removeprefix("M").startswith("T")


def printed(row: Mapping[Hashable, Any], config: TrialConfig) -> str:
    """The value of a parameter row in print: a limit where the data give only that, BLQ, NC, ≥ for a lower bound."""
    text = row["AVALC"]
    if isinstance(text, str) and text:
        return text
    value, code = float(row["AVAL"]), str(row["PARAMCD"])
    if math.isnan(value):
        return NC
    if code in ZERO_IS_BLQ and value == 0:
        return "BLQ"
    shown = style(code, row["AVALU"], config)(value)
    return f"≥ {shown}" if is_bound(code, row["FLAG"]) else shown


def values(adpp: pd.DataFrame, subjects: list[str], config: TrialConfig) -> dict[str, Any]:
    """Printed value of every row of ``adpp`` in the block, in its order; limits of the rows that have some.

    ``words`` are the printed texts, the frequent ones first; ``text`` the place of each row's in them; ``limited`` rows
    with a limit, ``low`` and ``high`` the places of theirs, -1 = none on that side.
    """
    rows = adpp[adpp["USUBJID"].isin(subjects)].to_dict("records")

    def limit(row: Mapping[Hashable, Any], name: str) -> str:
        value = row[name]
        return "" if pd.isna(value) else style(str(row["PARAMCD"]), row["AVALU"], config)(float(value))

    shown = [printed(row, config) for row in rows]
    limits = {at: (limit(row, "AVALLO"), limit(row, "AVALHI")) for at, row in enumerate(rows)}
    limits = {at: pair for at, pair in limits.items() if any(pair)}
    counted = Counter([*shown, *(text for pair in limits.values() for text in pair if text)])
    words = Texts()
    words.codes(text for text, _ in sorted(counted.items(), key=lambda item: (-item[1], item[0])))
    return {
        "words": words.all,
        "text": words.codes(shown),
        "limited": list(limits),
        "low": words.codes(low for low, _ in limits.values()),
        "high": words.codes(high for _, high in limits.values()),
    }
