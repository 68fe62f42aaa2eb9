"""A table against its schema, where it is read and where it is written.

A wrong column is caught at the door of the room that made it, not three rooms later.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from cartpk.schemas.analysis import FAMILIES
from cartpk.schemas.conformity import TableSchema, conforms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import pandas as pd

__all__ = ["checked", "numbers", "read_table", "stacked", "table_parts", "widened"]


def numbers(schema: TableSchema) -> frozenset[str]:
    """Names of the schema's numeric columns; all others are text."""
    return frozenset(name for name, column in schema.columns.items() if column.dtype == "float64")


def widened(schema: TableSchema, names: Iterable[str]) -> TableSchema:
    """The schema with those of these columns that the trial may have any number of.

    Examples
    --------
    >>> from cartpk.schemas.analysis import ADSL
    >>> [name for name in widened(ADSL, ["USUBJID", "GROUP2", "DOSE02A", "OTHER"]).columns if name not in ADSL.columns]
    ['GROUP2', 'DOSE02A']
    """
    patterns = FAMILIES.get(str(schema.name), {})
    more = {n: column for n in names for pattern, column in patterns.items() if re.fullmatch(pattern, n)}
    return schema.add_columns(more) if more else schema


def checked(table: pd.DataFrame, schema: TableSchema) -> pd.DataFrame:
    """The table with its columns in the schema's order, every cell checked.

    Raises
    ------
    ValueError
        Names the table and every column and row that do not hold.
    """
    schema = widened(schema, table.columns)
    ordered = table.reindex(columns=[*schema.columns, *[c for c in table.columns if c not in schema.columns]])
    # a column without one value has no type of its own: it takes the schema's
    types = {name: column.dtype for name, column in schema.columns.items() if _without_value(ordered[name])}
    # whole numbers are numbers
    types |= {name: "float64" for name in numbers(schema) if ordered[name].dtype.kind in "iu"}
    ordered = ordered.astype({name: dtype for name, dtype in types.items() if ordered[name].dtype != dtype})
    if conforms(ordered, schema):
        return ordered
    import pandera.pandas as pa  # noqa: PLC0415 - takes long to load, and nearly every table conforms

    try:
        return schema.pandera().validate(ordered, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
        lines = [
            f"{r.column or r.schema_context}: {r.check} ({r.failure_case!r}, row {r.index})" for r in cases.itertuples()
        ]
        raise ValueError(f"table {schema.name} does not hold to its schema: " + "; ".join(lines[:10])) from error


def _without_value(column: pd.Series[Any]) -> bool:
    """Whether every cell is missing; the first one nearly always says that not."""
    cells = column.array
    return bool(cells[:1].isna().all() and cells.isna().all())


_ROWS_AT_ONCE: Final = 200_000
"""Rows of a file that are read at one time."""


def read_table(path: Path | str, schema: TableSchema) -> pd.DataFrame:
    """The table in this CSV file, typed by its schema (text stays text: `NA`, `001` are not touched)."""
    return checked(stacked(list(table_parts(path, schema))), schema)


def table_parts(path: Path | str, schema: TableSchema) -> Iterator[pd.DataFrame]:
    """The rows of :func:`read_table`, some at a time and not yet checked."""
    import pandas as pd  # noqa: PLC0415

    full = widened(schema, pd.read_csv(path, nrows=0).columns)
    numeric = numbers(full)
    types = {name: "float64" if name in numeric else "str" for name in full.columns}
    yield from pd.read_csv(path, dtype=types, keep_default_na=False, na_values=[""], chunksize=_ROWS_AT_ONCE)


def stacked(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """These tables in one, column by column: no second copy of the whole is held, and the parts are used up."""
    import pandas as pd  # noqa: PLC0415

    if len(parts) == 1:
        return parts[0]
    names = dict.fromkeys(name for part in parts for name in part.columns)
    columns = {name: pd.concat([_popped(part, name) for part in parts], ignore_index=True) for name in names}
    return pd.DataFrame(columns, copy=False)


def _popped(part: pd.DataFrame, name: str) -> pd.Series[Any]:
    """Take a column out of a table; one without a value where it never had it."""
    import pandas as pd  # noqa: PLC0415

    return part.pop(name) if name in part.columns else pd.Series(index=part.index, dtype="float64")
