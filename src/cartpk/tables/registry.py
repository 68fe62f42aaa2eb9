"""Every table and listing of the report, in order; each is one module ``t_*.py`` or ``l_*.py`` with its own entry."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cartpk.tables.table import Table, TableSpec

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["TABLES", "make_tables", "spec"]


def _order(entry: TableSpec) -> list[tuple[int, str]]:
    """14.2-2 before 14.2-10, tables (14) before listings (16)."""
    return [(int(digits), letters) for digits, letters in re.findall(r"(\d+)([a-z]*)", entry.number)]


def _discovered() -> dict[str, TableSpec]:
    names = sorted(m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)]) if re.match("[tl]_", m.name))
    found: list[TableSpec] = [importlib.import_module(f"cartpk.tables.{name}").SPEC for name in names]
    return {entry.id: entry for entry in sorted(found, key=_order)}


TABLES: Final[dict[str, TableSpec]] = _discovered()
"""Table by its id, in the order of the report."""


def spec(table_id: str) -> TableSpec:
    """The entry of this table.

    Raises
    ------
    ValueError
        Names what was asked for and the ids there are.
    """
    if table_id not in TABLES:
        raise ValueError(f"there is no table {table_id!r}; tables: {', '.join(TABLES)}")
    return TABLES[table_id]


def wanted(config: TrialConfig) -> dict[str, TableSpec]:
    """The tables that a run of this trial has: those of endpoints and models that the config asks for."""
    return {name: entry for name, entry in TABLES.items() if config.asks(entry.endpoints, entry.needs)}


def make_tables(data: TrialData, config: TrialConfig) -> tuple[Table, ...]:
    """Every table that this trial asks for, in the order of the report; where there is none, why."""
    return tuple(entry.make(data, config) for entry in wanted(config).values())
