"""The workbook: opens, has typed cells, runs nothing, and its bytes depend on the tables only."""

import csv
import io
import json

import openpyxl
import pytest

from cartpk.exports.workbook import Sheet, number_format, printed_sheets, workbook

pytestmark = pytest.mark.requirement("URS-608")


@pytest.fixture(scope="module")
def raw(run, config):
    return workbook(printed_sheets(run), config)


@pytest.fixture(scope="module")
def book(raw):
    return openpyxl.load_workbook(io.BytesIO(raw))


def test_every_table_is_a_sheet_that_the_first_one_links_to(run, book):
    entries = json.loads((run / "tables" / "tables.json").read_text(encoding="utf-8"))
    assert book.sheetnames[0] == "Contents"
    assert len(book.sheetnames) == len(entries) + 1
    targets = {row[0].hyperlink.location for row in book["Contents"].iter_rows() if row[0].hyperlink}
    assert targets == {f"'{name}'!A1" for name in book.sheetnames[1:]}


def test_cells_hold_the_numbers_of_the_csv(run, book):
    page = book["T 14.2-2"]
    with (run / "tables" / "t_14_2_2.csv").open(encoding="utf-8", newline="") as stream:
        head, *rows = csv.reader(stream)
    assert [page.cell(5, at).value for at in range(1, len(head) + 1)] == head
    numbers = 0
    for number, row in enumerate(rows, 6):
        for at, text in enumerate(row, 1):
            cell = page.cell(number, at)
            if cell.data_type == "n" and cell.value is not None:
                assert cell.value == pytest.approx(float(text), rel=1e-15)  # XLSX holds 15 digits
                numbers += 1
            else:
                assert (cell.value or "") == text
    assert numbers > 50
    assert page.freeze_panes == "A6"
    assert page.auto_filter.ref.startswith("A5:")


def test_identifiers_stay_text(config):
    sheet = Sheet("L 1", "Listing", ("Subject", "Value"), (("001", 1.5), ("=cmd()", 2.0), ("a\x07", 0.0)))
    page = openpyxl.load_workbook(io.BytesIO(workbook([sheet], config)))["L 1"]
    assert [page.cell(row, 1).value for row in (6, 7, 8)] == ["001", "'=cmd()", "a\\u0007"]
    assert [page.cell(row, 1).data_type for row in (6, 7, 8)] == ["s", "s", "s"]
    assert [page.cell(row, 2).value for row in (6, 7, 8)] == [1.5, 2, 0]


def test_synthetic_data_are_called_so_on_every_sheet(book):
    assert "Synthetic data" in str(book["Contents"]["A2"].value)
    assert all(book[name]["B3"].value == "Synthetic data" for name in book.sheetnames[1:])


def test_a_table_without_content_says_why(run, book):
    entries = json.loads((run / "tables" / "tables.json").read_text(encoding="utf-8"))
    empty = [e for e in entries if e["empty_reason"]]
    for entry in empty:
        assert (
            book[f"{'L' if entry['id'].startswith('l_') else 'T'} {entry['number']}"]["A2"].value
            == entry["empty_reason"]
        )


def test_the_same_tables_give_the_same_bytes(run, config):
    sheets = printed_sheets(run)[:6]
    assert workbook(sheets, config) == workbook(sheets, config)


@pytest.mark.parametrize(("value", "shown"), [(0.0, "0"), (99999.5, "0"), (9.87, "0.00"), (-0.5, "0.000")])
def test_a_number_is_shown_with_its_significant_digits(value, shown):
    assert number_format(value, 3) == shown
