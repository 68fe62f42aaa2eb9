"""Wide tables: one column per visit, subject or analyte, read as if every result had a row of its own."""

from __future__ import annotations

from typing import Final

import pandas as pd

from cartpk.config.data import Data

__all__ = ["LINE", "long_form", "made_columns"]

LINE: Final = "\x00LINE"
"""Column of the long form: the line of the file that a result stands on; no file can have a column of this name."""


def made_columns(data: Data) -> tuple[str, ...]:
    """Columns of the map that a wide table does not have: the results and what the names of their columns say."""
    if data.wide is None:
        return ()
    names = {"time": data.columns.time, "subject": data.columns.subject, "analyte": data.columns.analyte}
    return tuple(name for name in (data.columns.value, names[data.wide.names]) if name)


def long_form(frame: pd.DataFrame, data: Data) -> pd.DataFrame:
    """One row per result, in the order of the file and then of its columns, with its line as ``LINE``.

    Columns that are no results are repeated. A table that is not wide comes back with its lines as ``LINE``.

    Parameters
    ----------
    frame
        A file's cells as text, index = line number; holds every column of ``data.wide``.
    data
        Section ``data`` of the config.
    """
    made = made_columns(data)
    if data.wide is None or len(made) < 2:
        return frame.assign(**{LINE: frame.index})
    value, name = made
    rest = frame.drop(columns=[c for c in frame.columns if c in {*data.wide.columns, value, name}])
    parts = []
    for column in data.wide.columns:
        part = rest.copy()
        part[name], part[value], part[LINE] = column, frame[column], frame.index
        parts.append(part)
    # a stable sort by line keeps the order of the columns within it
    return pd.concat(parts, ignore_index=True).sort_values(LINE, kind="stable").reset_index(drop=True)
