"""Parquet files: every column as text, exactly, without a library that changes how all tables are kept."""

from __future__ import annotations

import glob
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cartpk.ingest.findings import Findings
from cartpk.ingest.grids import Columns, check_size
from cartpk.ingest.request import Request, UnreadableError

if TYPE_CHECKING:
    import duckdb

__all__ = ["read_parquet"]

_OF_A_CELL: Final = 8
"""Bytes that a cell costs beside its text."""
_FLOATS: Final = ("DOUBLE", "FLOAT")
_ZONE: Final = re.compile(r"([+-]\d{2})$")


def read_parquet(path: Path, request: Request, findings: Findings) -> Columns:  # noqa: ARG001
    """Columns of a Parquet file; its first record has line 2, as if its names stood in line 1.

    Numbers become the shortest text that reads back as the same number, dates and times ISO 8601, times with a zone
    UTC. DuckDB reads them: pyarrow, once installed, changes the storage of every text column of pandas.

    Raises
    ------
    UnreadableError
        The file is damaged, encrypted, empty or, unpacked, beyond the size limit.
    """
    import duckdb  # noqa: PLC0415

    check_size(path.stat().st_size, request)
    megabytes = max(64, 4 * request.max_bytes // 1_000_000)
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{megabytes}MB",
        "threads": 1,
        "autoinstall_known_extensions": False,
    }
    try:
        with duckdb.connect(":memory:", config=settings) as connection:
            return _read(connection, glob.escape(path.as_posix()), request)
    except duckdb.Error as error:
        first = str(error).partition("\n")[0]
        raise UnreadableError("BI-090", f"the Parquet file is damaged or encrypted ({first})") from error


def _read(connection: duckdb.DuckDBPyConnection, path: str, request: Request) -> Columns:
    table = connection.read_parquet(path, hive_partitioning=False)
    kinds = [str(kind) for kind in table.types]
    connection.register("delivered", table)
    texts = ", ".join(f'{_quoted(name)}::VARCHAR AS "{i}"' for i, name in enumerate(table.columns))
    lengths = " + ".join(f"coalesce(strlen({_quoted(name)}::VARCHAR), 0) + {_OF_A_CELL}" for name in table.columns)
    found = connection.execute(f"SELECT coalesce(sum({lengths}), 0) FROM delivered").fetchone()  # noqa: S608
    check_size(int(found[0]) if found else 0, request)
    records = connection.execute(f"SELECT {texts} FROM delivered").fetchall()  # noqa: S608
    cells: list[list[str]] = [["" if c is None else c for c in column] for column in zip(*records, strict=True)]
    if not records:
        cells = [[] for _ in kinds]
    return Columns(table.columns, [_as_text(kind, column, request) for kind, column in zip(kinds, cells, strict=True)])


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _as_text(kind: str, column: list[str], request: Request) -> list[str]:
    """The column's texts as a person writes them; equal texts are made once."""
    write: Callable[[str], str] | None = None
    if kind in _FLOATS or kind.startswith("DECIMAL"):

        def write(text: str) -> str:
            return "" if text == "nan" else text.removesuffix(".0").replace(".", request.decimal)

    elif kind.startswith("TIMESTAMP"):

        def write(text: str) -> str:
            return _ZONE.sub(r"\1:00", text).replace("+00:00", "Z").replace(" ", "T")

    elif kind == "BOOLEAN":
        write = str.upper
    if write is None:
        return column
    texts = {text: write(text) for text in dict.fromkeys(column)}
    return [texts[text] for text in column]
