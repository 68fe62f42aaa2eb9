"""CSV and JSON of tables: plain numbers, guarded words, the same content twice."""

import csv
import io
import json

import numpy as np
import pytest

from cartpk.files import guarded
from cartpk.tables.cells import several, words
from cartpk.tables.output import csv_text, json_text, printed_rows
from cartpk.tables.printing import significant
from cartpk.tables.table import Body, Cell, Column, NoTable, Row, Table

COLUMNS = (
    Column("g", "Group", "group"),
    Column("h", "Half", "group"),
    Column("s", "Statistic", "statistic"),
    Column("x", "X", "number"),
)


def body(rows, columns=COLUMNS):
    return Body(columns, tuple(rows), "all: 2 subjects", ("A note.",), "x.csv")


def table():
    rows = [
        Row((words("a"), words("p"), words("n"), Cell("3", (3,)))),
        Row(
            (words("a"), words("p"), words("Mean (SD)"), several("{} ({})", [32654.25, 0.1 + 0.2], [significant] * 2)),
            ("Mean", "SD"),
            {"statistic": "mean"},
        ),
        Row((words("a"), words("q"), words("Mean (SD)"), Cell("NC", ("NC",))), ("Mean", "SD")),
        Row((words("b"), words("q"), words("=n"), Cell("-1.50", (-1.5,)))),
    ]
    return Table("t_x", "14.0-0", "X", body(rows))


def test_csv_has_every_label_and_every_number_unrounded():
    rows = list(csv.reader(io.StringIO(csv_text(table().body))))
    assert rows == [
        ["Group", "Half", "Statistic", "X"],
        ["a", "p", "n", "3"],
        ["a", "p", "Mean", "32654.25"],
        ["a", "p", "SD", "0.30000000000000004"],
        ["a", "q", "Mean", "NC"],
        ["a", "q", "SD", "NC"],
        ["b", "q", "'=n", "-1.5"],
    ]


def test_a_number_of_numpy_is_a_plain_number():
    rows = [Row((words("a"), words("p"), words("n"), Cell("6.5 (3)", (np.float64(6.5), np.int64(3)))), ("x", "n"))]
    assert [row[-1] for row in csv.reader(io.StringIO(csv_text(body(rows))))][1:] == ["6.5", "3"]


def test_columns_of_several_numbers_become_columns():
    columns = (Column("a", "A", "label"), Column("r", "Min; max", "number", parts=("Minimum", "Maximum")))
    rows = [
        Row((words("x"), several("{}; {}", [1.0, 2.0], [significant] * 2))),
        Row((words("y"), Cell("", ("",)))),
        Row((words("z"), several("{}; {}", ["BLQ", 2.0], [significant] * 2))),
    ]
    assert csv_text(body(rows, columns)) == "A,Minimum,Maximum\nx,1.0,2.0\ny,,\nz,BLQ,2.0\n"


def test_group_labels_are_printed_where_they_change():
    assert [row[:2] for row in printed_rows(table().body)] == [["a", "p"], ["", ""], ["", "q"], ["b", "q"]]


def test_json_is_what_is_printed_and_what_is_behind_it():
    entries = json.loads(json_text([table(), Table("t_y", "14.0-1", "Y", NoTable("There is none."))]))
    full, none = entries
    assert full["columns"][3] == {"key": "x", "label": "X", "unit": None, "align": "right", "kind": "number"}
    assert full["rows"][1] == ["", "", "Mean (SD)", "32,700 (0.300)"]
    assert full["values"][1][3] == [32654.25, 0.1 + 0.2]
    assert full["keys"][1] == {"statistic": "mean"}
    assert (full["population"], full["footnotes"], full["source"]) == ("all: 2 subjects", ["A note."], "x.csv")
    assert full["empty_reason"] is None
    assert (none["empty_reason"], none["rows"], none["columns"]) == ("There is none.", [], [])


@pytest.mark.requirement("URS-308")
@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-cmd", "@x", "\tx", "\rx", "-", "=", "-1.5 to 2", "+1e"])
def test_formulas_are_guarded(text):
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-1.5", "+3", "-1e-5", "<50", "BLQ", "", "1+1", "a=b", "-.5"])
def test_numbers_and_words_are_not(text):
    assert guarded(text) == text
