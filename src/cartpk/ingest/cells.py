"""One result cell: a number, below the limit, not detected, missing, or refused with the rule that says why.

Nothing is guessed: a text that has two readings (``12,5``, ``1.2×104``, ``ND``) is refused.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
import pandas as pd

from cartpk.config.data import Intake
from cartpk.ingest.rules import results
from cartpk.ingest.text import factored, key, plain

__all__ = ["Cell", "CellReader", "Cells", "Kind"]


class Kind(Enum):
    """What a result cell is."""

    NUMBER = "number"
    BLQ = "below the limit of quantification"
    NOT_DETECTED = "not detected"
    ABOVE = "above the upper limit of quantification"
    MISSING = "no result"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Cell:
    """What a result cell says.

    Attributes
    ----------
    kind
        What it is.
    value
        The number (``NUMBER``), the limit of ``<50`` (``BLQ``) and of ``>1e6`` (``ABOVE``); NaN otherwise.
    rule
        Rule that refuses it (``REFUSED``), or that an accepted cell is to be listed under; empty otherwise.
    percent
        Whether a percent sign stood behind the number.
    """

    kind: Kind
    value: float = math.nan
    rule: str = ""
    percent: bool = False


_SUPERSCRIPTS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_SUPERSCRIPT_RUN: Final = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+")
_FULL_WIDTH: Final = re.compile("[\uff01-\uffee]")

_SIMPLE: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
"""The form of nearly every cell; all others are read with care."""
_NUMBER: Final = r"[+-]?(?:\d+\.?\d*|\.\d+)"
_PLAIN: Final = re.compile(rf"{_NUMBER}(?: ?e ?[+-]?\d+)?", re.IGNORECASE)
_POWER: Final = re.compile(rf"(?P<m>{_NUMBER}) ?[x×*·] ?10 ?(?:\^|\*\*) ?(?P<e>[+-]?\d+)", re.IGNORECASE)
_BARE_POWER: Final = re.compile(r"10 ?(?:\^|\*\*) ?(?P<e>[+-]?\d+)")
_LOST_POWER: Final = re.compile(rf"{_NUMBER} ?[x×*·] ?10 ?\d{{1,2}}", re.IGNORECASE)
_COMMA: Final = re.compile(r"[+-]?[\d., ]*\d,\d[\d., ]*(?: ?e ?[+-]?\d+)?", re.IGNORECASE)
_CENSOR: Final = re.compile(r"(?P<sign><=?|≤|>=?|≥) ?(?P<rest>.+)")
_ZERO_COUNT: Final = re.compile(r"0+(?:\.0+)? ?(?:copies|cells|拷贝)", re.IGNORECASE)
_SAS_MISSING: Final = re.compile(r"\.[a-z_]", re.IGNORECASE)

_NON_FINITE: Final = frozenset({"nan", "inf", "+inf", "-inf", "infinity", "-infinity"})
_AMBIGUOUS: Final = frozenset({"nd", "n.d.", "n.d"})
_QUALITATIVE: Final = frozenset({"pos", "positive", "+", "++", "+++", "阳性", "detected"})
_SENTINELS: Final = frozenset({"-9", "-99", "-999", "-9999", "zz"})
_BIG_SENTINELS: Final = frozenset({"9999", "99999", "999999"})

_KINDS: Final = [kind.name for kind in Kind]
_RULES: Final = ["", *(rule.id for rule in results.RULES)]
_TIME_RULES: Final = pd.Index(["", "CP-010", "CP-011"])


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """A column of result cells (see :class:`Cell`): one array per attribute, ``kind`` and ``rule`` as categories."""

    kind: pd.Categorical[str]
    value: np.ndarray[tuple[int], np.dtype[np.float64]]
    rule: pd.Categorical[str]
    percent: np.ndarray[tuple[int], np.dtype[np.bool_]]


class CellReader:
    """Reads result cells by the tokens and the number style of a trial's config.

    Parameters
    ----------
    intake
        Section ``intake`` of the config.

    Examples
    --------
    >>> from cartpk.config.data import Intake
    >>> read = CellReader(Intake())
    >>> read("1.2×10⁴").value
    12000.0
    >>> read("< 50")
    Cell(kind=<Kind.BLQ: 'below the limit of quantification'>, value=50.0, rule='', percent=False)
    >>> read("1.2×104").rule
    'BI-015'
    """

    def __init__(self, intake: Intake) -> None:
        self._tokens = {key(t): Kind.MISSING for t in intake.missing_tokens}
        self._tokens |= {key(t): Kind.NOT_DETECTED for t in intake.not_detected_tokens}
        self._tokens |= {key(t): Kind.BLQ for t in intake.blq_tokens}
        # texts of digits that are more than a number: tokens such as 999, codes for "missing"
        self._special = self._tokens.keys() | _BIG_SENTINELS
        self._decimal = intake.decimal
        self._thousands = intake.thousands

    def __call__(self, text: str) -> Cell:
        """What this cell says; case, spaces and full-width forms do not matter."""
        token = self._tokens.get(key(text))
        if token is not None:
            return Cell(token)
        # before NFKC, which would make 104 of 10⁴
        shown = plain(_SUPERSCRIPT_RUN.sub(lambda m: "^" + m.group().translate(_SUPERSCRIPTS), text))
        if not shown:
            return Cell(Kind.MISSING)
        censored = _CENSOR.fullmatch(shown)
        if censored:
            return self._censored(censored["sign"], censored["rest"])
        word = key(shown)
        for words, rule in ((_NON_FINITE, "BI-018"), (_AMBIGUOUS, "BI-005"), (_QUALITATIVE, "BI-008")):
            if word in words:
                return Cell(Kind.REFUSED, rule=rule)
        if word in _SENTINELS or _SAS_MISSING.fullmatch(word):
            return Cell(Kind.REFUSED, rule="BI-095")
        cell = self.number(shown)
        if cell.kind is Kind.NUMBER and not cell.rule:
            note = "BI-017" if _FULL_WIDTH.search(text) else "CP-050" if word in _BIG_SENTINELS else ""
            return Cell(Kind.NUMBER, cell.value, note, cell.percent)
        return cell

    def column(self, column: pd.Series[str]) -> Cells:
        """What every cell of the column says; the common form, digits and a point, takes a short way."""
        codes, distinct = factored(column)
        simple, special = _SIMPLE.fullmatch, self._special
        read = [float(t) if simple(t) and t not in special else math.nan for t in distinct]
        value = np.array(read, dtype=np.float64)
        kind = np.full(len(distinct), _KINDS.index(Kind.NUMBER.name), dtype=np.int8)
        rule = np.zeros(len(distinct), dtype=np.int8)
        percent = np.zeros(len(distinct), dtype=np.bool_)
        for i in np.flatnonzero(~np.isfinite(value)).tolist():
            cell = self(distinct[i])
            value[i], kind[i], percent[i] = cell.value, _KINDS.index(cell.kind.name), cell.percent
            rule[i] = _RULES.index(cell.rule)
        return Cells(
            pd.Categorical.from_codes(kind[codes], categories=pd.Index(_KINDS)),
            value[codes],
            pd.Categorical.from_codes(rule[codes], categories=pd.Index(_RULES)),
            percent[codes],
        )

    def numbers(self, column: pd.Series[str]) -> tuple[pd.Series[float], pd.Series[str]]:
        """The column as numbers of either sign, and the rule by which each cell that is none is listed.

        ``CP-010`` the cell is no number, ``CP-011`` it is empty, empty text otherwise.
        """
        codes, distinct = factored(column)
        cells = [float(t) if _SIMPLE.fullmatch(t) and t not in self._special else self.signed(t) for t in distinct]
        # 400 digits are no number that can be calculated with
        cells = [None if v is not None and math.isinf(v) else v for v in cells]
        values = np.array([math.nan if v is None else v for v in cells], dtype=np.float64)
        rule = np.array([1 if v is None else 2 if math.isnan(v) else 0 for v in cells], dtype=np.int8)
        rules = pd.Categorical.from_codes(rule[codes], categories=_TIME_RULES)
        return pd.Series(values[codes], index=column.index), pd.Series(rules, index=column.index)

    def number(self, text: str) -> Cell:
        """The cell as a non-negative number, or refused; for result cells and for limits, times and doses alike."""
        shown = plain(_SUPERSCRIPT_RUN.sub(lambda m: "^" + m.group().translate(_SUPERSCRIPTS), text))
        if not shown:
            return Cell(Kind.MISSING)
        percent = shown.endswith("%")
        shown = shown.removesuffix("%").rstrip()
        if _ZERO_COUNT.fullmatch(shown):
            return Cell(Kind.NUMBER, 0.0)
        grouped = self._without_thousands(shown)
        local = self._with_point(grouped)
        if local is None:
            return Cell(Kind.REFUSED, rule="BI-012")
        if _LOST_POWER.fullmatch(local):
            return Cell(Kind.REFUSED, rule="BI-015")
        value = _value(local)
        if value is None:
            return Cell(Kind.REFUSED, rule="BI-016")
        if not math.isfinite(value):
            return Cell(Kind.REFUSED, rule="BI-018")
        if value < 0:
            return Cell(Kind.REFUSED, value, "BI-011", percent)
        return Cell(Kind.NUMBER, value, "BI-013" if grouped != shown else "", percent)

    def signed(self, text: str) -> float | None:
        """The cell as a number of either sign (a time); NaN where it is missing, None where it is no number."""
        if key(text) in self._tokens:
            return math.nan
        cell = self.number(text)
        if cell.kind is Kind.MISSING:
            return math.nan
        return cell.value if cell.kind is Kind.NUMBER or cell.rule == "BI-011" else None

    def _censored(self, sign: str, rest: str) -> Cell:
        limit = self.number(rest)
        if sign.startswith((">", "≥")):
            known = limit.kind is Kind.NUMBER
            return Cell(Kind.ABOVE if known else Kind.REFUSED, limit.value, "BI-010", limit.percent)
        if limit.kind is not Kind.NUMBER:
            return Cell(Kind.REFUSED, rule="BI-016")
        return Cell(Kind.BLQ, limit.value, percent=limit.percent)

    def _without_thousands(self, text: str) -> str:
        """The number without the separators of thousands that the config declares."""
        if self._thousands is None:
            return text
        t, d = re.escape(self._thousands), re.escape(self._decimal)
        grouped = re.fullmatch(rf"[+-]?\d{{1,3}}(?:{t}\d{{3}})+(?:{d}\d+)?", text)
        return text.replace(self._thousands, "") if grouped else text

    def _with_point(self, text: str) -> str | None:
        """The number with a decimal point; None where its decimal mark is not the declared one."""
        if self._decimal == ",":
            return None if "." in text and any(c.isdigit() for c in text) else text.replace(",", ".")
        return None if _COMMA.fullmatch(text) else text


def _value(text: str) -> float | None:
    """The number in one of the accepted forms, None for any other text."""
    if _PLAIN.fullmatch(text):
        return float(text.replace(" ", ""))
    power = _POWER.fullmatch(text)
    if power:
        return float(f"{power['m']}e{power['e']}")
    bare = _BARE_POWER.fullmatch(text)
    return float(f"1e{bare['e']}") if bare else None
