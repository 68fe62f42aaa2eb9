"""Parameters of profiles -> ADPP rows: the long table, assembled column by column without a loop over subjects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cartpk.adpp.adnca import ProfileTable, categorical
from cartpk.core.nca import PARAMETERS, NcaResult, NcaSettings
from cartpk.core.nca.flags import Bits, Flag
from cartpk.core.nca.parameters import UnitRule, unit_of
from cartpk.core.nca.ragged import Floats
from cartpk.core.nca.reasons import Codes, reason_texts
from cartpk.terms import AucFlag, AucMethod

__all__ = ["METHODS", "Column", "adpp_rows", "interval_label", "registered", "window_flag_bits"]

METHODS: Final = {
    AucMethod.LINEAR: "LINEAR TRAPEZOIDAL METHOD",
    AucMethod.LIN_UP_LOG_DOWN: "LINEAR UP LOG DOWN METHOD",
    AucMethod.LIN_LOG: "LIN-LOG TRAPEZOIDAL METHOD",
}
"""CDISC PKANMET term of each trapezoidal rule."""


@dataclass(frozen=True, eq=False)
class Column:
    """One parameter of all profiles; arrays have shape (m,)."""

    code: str
    label: str
    unit: UnitRule | str
    """``conc`` in it stands for the unit of the profile."""
    aval: Floats
    reasons: Codes
    flags: Bits | None = None
    """Sum of :class:`~cartpk.core.nca.flags.Flag` per profile."""
    extrapolated_pct: Floats | None = None
    interval: tuple[float, float] | None = None
    """days, for an area over a window."""


def registered(code: str, result: NcaResult) -> Column:
    """The column of a parameter of the registry."""
    entry = PARAMETERS[code]
    return Column(code, entry.label, entry.unit, result.value[code], result.reasons[code], result.flags.get(code))


def interval_label(start: float, end: float) -> str:
    """Label of an interval area: CDISC's AUCINT with its days."""
    return f"AUC from T1 to T2, day {start:g} to {end:g}"


def window_flag_bits(order: Sequence[AucFlag]) -> Bits:
    """Bit of each window flag, by its code."""
    return np.array([Flag[flag.value].value for flag in order], dtype=np.int32)


def adpp_rows(table: ProfileTable, columns: Sequence[Column], choices: NcaSettings) -> pd.DataFrame:
    """ADPP rows, one per profile and parameter, in the order of the profiles and of ``columns``.

    Text columns are categorical: a table of millions of rows holds each text once.
    """
    m, k = len(table.profiles), len(columns)
    labels = table.labels
    out: dict[str, object] = {
        "USUBJID": _repeat(labels["USUBJID"], k),
        "PARCAT1": _tile(["NCA"] * k, m),
        "PARAMCD": _tile([c.code for c in columns], m),
        "PARAM": _tile([c.label for c in columns], m),
        "AVAL": _matrix([c.aval for c in columns]).ravel(),
        "AVALU": _units(labels["AVALU"], [c.unit for c in columns]),
        "PPSTINT": _tile([_duration(c, 0) for c in columns], m),
        "PPENINT": _tile([_duration(c, 1) for c in columns], m),
        "PPANMETH": _tile([METHODS[choices.auc_method] if _is_area(c) else None for c in columns], m),
        "PPREASND": _texts(_matrix([c.reasons for c in columns]).ravel(), reason_texts(choices.min_points)),
    }
    for name, key in (("PPCAT", "PCTESTCD"), ("PPSPEC", "PCSPEC"), ("ATPTREF", "ATPTREF")):
        if key in labels:
            out[name] = _repeat(labels[key], k)
    out["FLAG"] = _flag_texts([c.flags for c in columns], m)
    empty = np.full(m, np.nan)
    out["PCTEXTR"] = _matrix([empty if c.extrapolated_pct is None else c.extrapolated_pct for c in columns]).ravel()
    return pd.DataFrame(out, copy=False)


def _is_area(column: Column) -> bool:
    return any(area in column.unit for area in (UnitRule.CONC_DAY, UnitRule.CONC_DAY2))


def _duration(column: Column, end: int) -> str | None:
    """ISO 8601 duration of an interval's end, e.g. P28D."""
    return None if column.interval is None else f"P{column.interval[end]:g}D"


def _matrix(parts: Sequence[NDArray[np.generic]]) -> NDArray[np.generic]:
    """Shape (m, k) in row order: the parameters of a profile stand together."""
    out = np.empty((len(parts[0]), len(parts)), dtype=parts[0].dtype)
    for number, part in enumerate(parts):
        out[:, number] = part
    return out


def _small(n: int) -> type[np.signedinteger]:
    return np.int8 if n < 128 else np.int16 if n < 2**15 else np.int32


def _repeat(labels: pd.Categorical, k: int) -> pd.Categorical:
    return categorical(np.repeat(labels.codes, k), labels.categories)


def _tile(texts: Sequence[str | None], m: int) -> pd.Categorical:
    """The texts, once per profile; None is an empty cell."""
    categories = list(dict.fromkeys(text for text in texts if text is not None))
    own = np.array([-1 if text is None else categories.index(text) for text in texts], dtype=_small(len(categories)))
    return categorical(np.tile(own, m), categories)


def _units(conc_units: pd.Categorical, rules: Sequence[UnitRule | str]) -> pd.Categorical:
    """Units of all rows: the rule of the parameter on the unit of the profile."""
    texts = [[unit_of(rule, str(unit)) for rule in rules] for unit in conc_units.categories]
    categories = list(dict.fromkeys(text for row in texts for text in row if text))
    place = {text: number for number, text in enumerate(categories)}
    lookup = np.array([[place.get(text, -1) for text in row] for row in texts], dtype=_small(len(categories)))
    codes = lookup.reshape(-1, len(rules))[conc_units.codes].ravel()
    return categorical(codes, categories)


def _texts(codes: NDArray[np.generic], text_of: Mapping[int, str]) -> pd.Categorical:
    """Texts of small non-negative codes; 0 is an empty cell, and only texts in use are categories."""
    seen = np.flatnonzero(np.bincount(codes.astype(np.intp, copy=False), minlength=1))
    used = seen[seen > 0]
    lookup = np.full(int(seen.max(initial=0)) + 1, -1, dtype=_small(len(used)))
    lookup[used] = np.arange(len(used))
    categories = [text_of[int(code)] for code in used]
    return categorical(lookup[codes], categories)


def _flag_texts(columns: Sequence[Bits | None], m: int) -> pd.Categorical:
    """Names of the flags of all rows; parameters that share their flags are looked up once."""
    shared = {id(bits): bits for bits in columns if bits is not None}
    seen = {key: np.flatnonzero(np.bincount(bits, minlength=1)) for key, bits in shared.items()}
    values = sorted({int(value) for some in seen.values() for value in some if value})
    lookup = np.full(max(values, default=0) + 1, -1, dtype=_small(len(values)))
    lookup[values] = np.arange(len(values))
    codes = {key: lookup[bits] for key, bits in shared.items()}
    out = np.full((m, len(columns)), -1, dtype=lookup.dtype)
    for number, bits in enumerate(columns):
        if bits is not None:
            out[:, number] = codes[id(bits)]
    return categorical(out.ravel(), [Flag(value).text for value in values])
