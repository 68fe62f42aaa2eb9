"""What a table must hold to, and whether it does, in a few passes over its columns.

A schema is plain data. pandera judges and words what the passes refuse; it is loaded then and only then: it takes a
fifth of a second to import and 20 to 40 ms to pass a table of any size, and nearly every table holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa

__all__ = ["Column", "TableSchema", "conforms"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    dtype
        ``str`` or ``float64``; whole numbers become float64.
    description
        What a cell means.
    nullable
        Whether a cell may be missing.
    allowed
        The texts that a cell may hold; None = any.
    at_least
        The least number that a cell may hold; None = any.
    """

    dtype: Literal["str", "float64"]
    description: str
    nullable: bool = True
    allowed: tuple[str, ...] | None = None
    at_least: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class TableSchema:
    """A table: exactly these columns, in this order.

    Attributes
    ----------
    columns
        Name -> column.
    name
        Name of the table and of its file.
    unique
        Columns that tell two rows apart; none = rows may repeat.
    """

    columns: Mapping[str, Column]
    name: str
    unique: tuple[str, ...] = ()

    def add_columns(self, more: Mapping[str, Column]) -> TableSchema:
        """The schema with these columns behind its own."""
        return replace(self, columns={**self.columns, **more})

    def pandera(self) -> pa.DataFrameSchema:
        """The same for pandera, which says of every cell what is wrong with it."""
        import pandera.pandas as pa  # noqa: PLC0415 - see above

        def checks(column: Column) -> list[pa.Check]:
            allowed = [pa.Check.isin(list(column.allowed))] if column.allowed is not None else []
            return allowed + ([pa.Check.ge(column.at_least)] if column.at_least is not None else [])

        columns = {
            name: pa.Column(
                float if column.dtype == "float64" else str,
                checks=checks(column),
                nullable=column.nullable,
                description=column.description,
                coerce=column.dtype == "float64",
            )
            for name, column in self.columns.items()
        }
        return pa.DataFrameSchema(columns, strict=True, unique=list(self.unique) or None, name=self.name)


def conforms(table: pd.DataFrame, schema: TableSchema) -> bool:
    """Whether every cell certainly holds to the schema; False leaves the verdict to pandera.

    Parameters
    ----------
    table
        Columns in the schema's order.
    schema
        One of :mod:`cartpk.schemas` and its neighbours.
    """
    if list(table.columns) != list(schema.columns):
        return False
    if not all(_column_holds(table[name], column) for name, column in schema.columns.items()):
        return False
    return not (schema.unique and table.duplicated(subset=list(schema.unique)).any())


def _column_holds(values: pd.Series[Any], column: Column) -> bool:
    if values.dtype != column.dtype:
        return False
    if column.dtype == "float64":
        return _numbers_hold(values.to_numpy(), column)
    if column.nullable and column.allowed is None:
        return True
    if not column.nullable and values.hasnans:
        return False
    # a missing cell is the only one that is not equal to itself
    return column.allowed is None or {cell for cell in values.unique() if cell == cell} <= set(column.allowed)  # noqa: PLR0124


def _numbers_hold(cells: np.ndarray[Any, Any], column: Column) -> bool:
    if not column.nullable and np.isnan(cells).any():
        return False
    return column.at_least is None or not (cells < column.at_least).any()
