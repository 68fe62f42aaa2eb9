"""Tables read from their file: groups, folding, what is too much for a page."""

import json

import pytest

from cartpk.files import write_text
from cartpk.report import tables
from cartpk.report.tables import MOST_ROWS, read_tables


def table(folder, kinds, rows, number="14.2-9"):
    entry = {
        "id": "t_1",
        "number": number,
        "title": "T",
        "population": None,
        "columns": [{"key": f"c{i}", "label": f"C{i}", "align": "left", "kind": k} for i, k in enumerate(kinds)],
        "rows": rows,
        "keys": [{} for _ in rows],
        "footnotes": [],
        "source": None,
        "empty_reason": None,
    }
    write_text(folder / "tables" / "tables.json", json.dumps([entry]))
    (block,) = read_tables(folder)
    return block


GROUPED = [
    ["qPCR", "Cmax", "n", "6"],
    ["", "", "mean", "7"],
    ["", "Tmax", "n", "6"],
    ["flow", "Cmax", "n", "5"],
    ["", "", "mean", "8"],
    ["", "", "median", "9"],
]


def test_outer_groups_become_headings_and_the_inner_one_spans_its_rows(tmp_path):
    block = table(tmp_path, ["group", "group", "statistic", "number"], GROUPED)
    assert [c.key for c in block.columns] == ["c1", "c2", "c3"]
    assert [row.heading for row in block.rows] == ["qPCR", "", "", "flow", "", ""]
    assert [row.cells[0].span for row in block.rows] == [2, 0, 1, 3, 0, 0]
    assert [row.opens for row in block.rows] == [False, False, True, True, False, False]
    assert [[cell.text for cell in row.cells] for row in block.rows] == [row[1:] for row in GROUPED]
    assert block.summary


def test_small_outer_groups_stay_columns(tmp_path):
    rows = [["01", "low", "1"], ["02", "low", "2"], ["03", "high", "3"]]
    block = table(tmp_path, ["group", "group", "number"], rows)
    assert len(block.columns) == 3
    assert not any(row.heading for row in block.rows)
    assert all(cell.span == 1 for row in block.rows for cell in row.cells)


def test_a_table_without_groups_is_left_as_it_is(tmp_path):
    block = table(tmp_path, ["text", "number"], [["a", "1"], ["", "2"]])
    assert not block.grouped
    assert [row.cells[0].span for row in block.rows] == [1, 1]
    assert [row.cells[0].heads for row in block.rows] == [True, False]


def test_an_inner_heading_repeats_the_outer_one(tmp_path):
    rows = [["a", "x", "p", "1"], *[["", "", "", "2"]] * 3, ["", "y", "p", "3"], *[["", "", "", "4"]] * 3]
    block = table(tmp_path, ["group", "group", "group", "number"], rows)
    assert [row.heading for row in block.rows if row.heading] == ["a · x", "a · y"]


@pytest.mark.parametrize(
    ("number", "n", "folded"),
    [("14.2-1", 150, False), ("14.2-1", 151, True), ("16.2.1", 40, False), ("16.2.1", 41, True)],
)
def test_tables_fold_later_than_listings(tmp_path, number, n, folded):
    block = table(tmp_path, ["text"], [["x"]] * n, number)
    assert block.long is folded
    assert block.kind == ("Listing" if number.startswith("16") else "Table")


def test_sentences_turn_the_sheet_sooner(tmp_path):
    names, sentence = [["x"] * 7], [["x"] * 6 + ["A sentence that is longer than any name, date or code."]]
    assert not table(tmp_path, ["text"] * 7, names).wide
    assert table(tmp_path, ["text"] * 7, sentence).wide
    assert table(tmp_path, ["text"] * 10, [["x"] * 10]).wide


def test_what_is_too_much_for_a_page_is_said(tmp_path, monkeypatch):
    assert table(tmp_path, ["text"], [["x"]] * MOST_ROWS).beyond == 0
    monkeypatch.setattr(tables, "MOST_ROWS", 3)
    block = table(tmp_path, ["group", "text"], [["a", "1"], ["", "2"], ["", "3"], ["", "4"], ["b", "5"]])
    assert len(block.rows) == 3
    assert block.beyond == 2
    assert block.rows[0].cells[0].span == 3


def test_only_numbers_break_before_a_bracket(tmp_path):
    block = table(tmp_path, ["text"], [["n (NC)"]])
    assert block.rows[0].cells[0].printed == "n (NC)"
