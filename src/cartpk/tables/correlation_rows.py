"""Rows of a table of correlations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from cartpk.tables.cells import Noted, counted, several, words
from cartpk.tables.printing import fixed
from cartpk.tables.table import Column, Row

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "SPEARMAN", "correlation_rows"]

COLUMNS: Final = (
    Column("of", "Measure", "group"),
    Column("y", "Outcome", "group"),
    Column("x", "Set against", "label"),
    Column("n", "n", "number"),
    Column("censored", "Censored or bound", "number"),
    Column("rho", "Spearman's rho (95 % CI)", "number", parts=("Spearman's rho", "rho, lower 95 %", "rho, upper 95 %")),
)
SPEARMAN: Final = (
    "Spearman's rank correlation, mid-ranks for ties; CI by Fisher's z with variance (1 + rho²/2)/(n - 3) (Bonett and "
    "Wright 2000), approximate for small n and many ties. No p-values."
)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def correlation_rows(rows: pd.DataFrame, names: Mapping[str, str], noted: Noted) -> Iterator[Row]:
    """One row per pair, by measure and outcome."""
    for r in rows.to_dict("records"):
        values = [float(r["RHO"]), float(r["LOWER"]), float(r["UPPER"])]
        if values[0] != values[0]:
            cell = noted.cell(str(r["REASND"]))
        else:
            cell = several("{} ({}; {})", values, [lambda v: fixed(v, 2)] * 3)
        heads = (words(names.get(r["OF"], r["OF"])), words(_capital(r["Y"])), words(r["X"]))
        key = {"of": r["OF"], "y": r["YCODE"], "x": r["XCODE"]}
        yield Row((*heads, counted(r["N"]), counted(r["NCNSR"]), cell), key=key)
