"""Every table that crosses a file: its grain in the first line of its docstring, its columns, their meaning.

A table is checked where it is written and where it is read (:func:`checked`).
"""

from __future__ import annotations

from cartpk.schemas.analysis import (
    ADNCA,
    ADPD,
    ADPP,
    ADSL,
    DERIVED_UNITS,
    FINDINGS,
    MARROW_RATIO,
    PD_CHANGE,
    PD_CURVES,
    PREDICTIONS,
    TABLES,
)
from cartpk.schemas.reading import checked, numbers, read_table, stacked, table_parts, widened

__all__ = [
    "ADNCA",
    "ADPD",
    "ADPP",
    "ADSL",
    "DERIVED_UNITS",
    "FINDINGS",
    "MARROW_RATIO",
    "PD_CHANGE",
    "PD_CURVES",
    "PREDICTIONS",
    "TABLES",
    "checked",
    "numbers",
    "read_table",
    "stacked",
    "table_parts",
    "widened",
]
