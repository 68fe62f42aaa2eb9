"""Tables and listings of the report: one module per table, found by name; frozen values, printed once.

A new table is one new file ``t_14_2_x.py`` (or ``l_16_2_x.py``) with its ``SPEC``; nothing else needs an edit.
"""

from cartpk.tables.output import csv_text, json_text, printed_rows
from cartpk.tables.registry import TABLES, make_tables, spec
from cartpk.tables.table import Body, Cell, Column, NoTable, Row, Table, TableSpec

__all__ = [
    "TABLES",
    "Body",
    "Cell",
    "Column",
    "NoTable",
    "Row",
    "Table",
    "TableSpec",
    "csv_text",
    "json_text",
    "make_tables",
    "printed_rows",
    "spec",
]
