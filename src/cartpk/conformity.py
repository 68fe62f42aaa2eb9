"""Whether a table holds to its schema, in a few passes over its columns: nearly every table does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import pandera.pandas as pa

__all__ = ["conforms"]

_KINDS: Final = {"float64": "float64", "string[python]": "str"}
"""Type of a schema's column as pandera calls it -> as pandas does."""


def conforms(table: pd.DataFrame, schema: pa.DataFrameSchema) -> bool:
    """Whether every cell certainly holds to the schema; False leaves the verdict to pandera, which says what is wrong.

    It knows the schemas of this package: columns of text and of float64, missing cells, allowed texts, least numbers,
    keys. Anything else in a schema makes it answer False. pandera needs 20 to 40 ms to pass a table of any size.

    Parameters
    ----------
    table
        Columns in the schema's order.
    schema
        One of :mod:`cartpk.schemas` and its neighbours.
    """
    if list(table.columns) != list(schema.columns) or not _is_plain(schema):
        return False
    if not all(_column_holds(table[name], column) for name, column in schema.columns.items()):
        return False
    return not (schema.unique and table.duplicated(subset=list(schema.unique)).any())


def _is_plain(schema: pa.DataFrameSchema) -> bool:
    """Whether the schema asks for nothing beyond its columns and its key."""
    return not (schema.checks or schema.index or schema.dtype or schema.parsers)


def _column_holds(values: pd.Series[Any], column: pa.Column) -> bool:
    kind = _KINDS.get(str(column.dtype))
    if kind is None or values.dtype != kind or column.unique or column.regex or column.parsers:
        return False
    cells = values.to_numpy() if kind == "float64" else values.to_numpy(dtype=object)
    # a missing cell is the only one that is not equal to itself
    if not column.nullable and (cells != cells).any():  # noqa: PLR0124
        return False
    return all(_check_holds(cells, check) for check in column.checks)


def _check_holds(cells: np.ndarray[Any, Any], check: pa.Check) -> bool:
    stated = check.statistics or {}
    if check.name == "isin":
        return bool(set(pd.unique(cells[cells == cells])) <= set(stated["allowed_values"]))  # noqa: PLR0124
    if check.name == "greater_than_or_equal_to":
        return not (cells < stated["min_value"]).any()
    return False
