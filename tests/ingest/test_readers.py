"""cartpk.ingest.readers: cells as delivered, lines counted, nothing decoded by guess."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartpk.ingest.findings import Findings
from cartpk.ingest.readers import READERS, Request, read_file

pytestmark = pytest.mark.requirement("URS-301")

TABLE = "ID,TIME,VALUE\nS-1,0,<50\nS-1,7,12500\n"


@pytest.fixture
def read(tmp_path):
    def reader(content, name="d.csv", required=("ID", "TIME", "VALUE"), **request):
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        findings = Findings()
        frame = read_file(Request(tmp_path, name, required, **request), findings)
        return frame, findings.table()

    return reader


def test_cells_stay_text_and_rows_know_their_line(read):
    frame, findings = read("ID,TIME,VALUE\n001,NA,007\n,,\n1E5,, nan \n")
    assert frame.index.tolist() == [2, 4]
    assert frame.to_numpy().tolist() == [["001", "NA", "007"], ["1E5", "", " nan "]]
    assert findings["RULE"].tolist() == ["CP-004"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_files_are_read_by_their_mark(read, encoding):
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    frame, findings = read(mark + TABLE.replace("S-1", "受试者μ").encode(encoding))
    assert frame["ID"].tolist() == ["受试者μ"] * 2
    assert set(findings["RULE"]) <= {"BI-085"}


def test_gb18030_is_read_only_where_it_is_safe(read):
    frame, findings = read(TABLE.replace("S-1", "受试者").encode("gb18030"))
    assert frame["ID"].tolist() == ["受试者"] * 2
    assert findings["RULE"].tolist() == ["BI-085"]


@pytest.mark.parametrize("unit", ["copies/µg", "±3", "×10", "Müller", "naïve"])
def test_latin_1_is_never_read_as_chinese(read, unit):
    frame, findings = read(TABLE.replace("12500", unit).encode("latin-1"))
    assert frame is None
    assert findings["RULE"].tolist() == ["CP-003"]
    assert "data.encoding" in findings["SUGGESTION"][0]


def test_a_declared_encoding_is_used(read):
    frame, findings = read(TABLE.replace("12500", "±3").encode("latin-1"), encoding="latin-1")
    assert frame["VALUE"].tolist() == ["<50", "±3"]
    assert findings.empty
    assert read(TABLE, encoding="no-such")[1]["RULE"].tolist() == ["CP-003"]


@pytest.mark.parametrize("broken", ["锟斤拷", "\ufffd", "ÊÜÊÔÕß", "copies/Âµg"])
def test_text_destroyed_before_is_refused_with_its_line(read, broken):
    frame, findings = read(TABLE.replace("12500", broken))
    assert frame is None
    assert findings["RULE"].tolist() == ["BI-086"]
    assert "line 3" in findings["MESSAGE"][0]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(read, delimiter, end):
    frame, findings = read(TABLE.replace(",", delimiter).replace("\n", end))
    assert frame["VALUE"].tolist() == ["<50", "12500"]
    assert frame.index.tolist() == [2, 3]
    assert findings.empty


def test_a_quoted_cell_may_hold_anything(read):
    frame, _ = read('ID,TIME,VALUE\n"S,1",0,"two\nlines"\nS-2,1,"say ""hi"""\n')
    assert frame.to_numpy().tolist() == [["S,1", "0", "two\nlines"], ["S-2", "1", 'say "hi"']]
    assert frame.index.tolist() == [2, 4]


CELL = st.text(st.characters(exclude_characters='"\n\r,\x00', exclude_categories=["Cs"]), max_size=6)


@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=8))
@settings(max_examples=150, deadline=None)
def test_lines_and_cells_are_one_table(tmp_path_factory, rows):
    folder = tmp_path_factory.getbasetemp()
    header = ["ID", "TIME", "VALUE"]
    tables = []
    for quote in ("", '"'):
        text = "\n".join(",".join(f"{quote}{cell}{quote}" for cell in row) for row in [header, *rows]) + "\n"
        (folder / "d.csv").write_bytes(text.encode("utf-8"))
        findings = Findings()
        tables.append((read_file(Request(folder, "d.csv", ("ID", "TIME", "VALUE")), findings), findings.table()))
    (lines, found), (cells, found_too) = tables
    assert (lines is None) == (cells is None)
    if lines is not None:
        pd.testing.assert_frame_equal(lines, cells)
    pd.testing.assert_frame_equal(found, found_too)


def test_an_unclosed_quote_is_no_table(read):
    frame, findings = read('ID,TIME,VALUE\nS-1,0,"open\n')
    assert frame is None
    assert findings["RULE"].tolist() == ["BI-087"]


def test_ragged_rows_are_named_by_line(read):
    frame, findings = read(TABLE + "S-2,1\nS-3,1,2,3\n")
    assert frame is None
    assert findings["RULE"].tolist() == ["BI-087"]
    assert "line 4 has 2 cells, line 5 has 4 cells" in findings["MESSAGE"][0]


def test_a_header_further_down_is_found(read):
    frame, findings = read("Table 3\nCAR transgene\n" + TABLE)
    assert frame is None
    assert findings["RULE"].tolist() == ["BI-088"]
    assert "data.skip_rows: 2" in findings["SUGGESTION"][0]
    frame, findings = read("Table 3\nCAR transgene\n" + TABLE, skip_rows=2)
    assert frame.index.tolist() == [4, 5]
    assert findings.empty


def test_all_missing_columns_come_out_at_once_with_what_was_meant(read):
    frame, findings = read(TABLE.replace("VALUE", "Values").replace("TIME", "DAY"))
    assert frame is None
    assert findings["FIELD"].tolist() == ["TIME", "VALUE"]
    assert "did you mean Values?" in findings["MESSAGE"][1]


def test_a_column_twice_is_refused(read):
    frame, findings = read("ID,TIME,VALUE,VALUE\nS-1,0,1,2\n")
    assert frame is None
    assert findings["RULE"].tolist() == ["BI-089"]


@pytest.mark.parametrize("content", ["", "\n\n", "ID,TIME,VALUE\n", "ID,TIME,VALUE\n,,\n"])
def test_no_data_is_an_error(read, content):
    frame, findings = read(content)
    assert frame is None
    assert "BI-090" in set(findings["RULE"])


@pytest.mark.parametrize("content", [b"PK\x03\x04\x00\x00", b"\x00" * 40, bytes(range(256))])
def test_a_file_that_is_no_text_is_refused(read, content):
    frame, findings = read(content)
    assert frame is None
    assert not findings.empty


def test_a_missing_file_names_the_one_that_was_meant(tmp_path):
    (tmp_path / "pc.csv").write_text(TABLE)
    findings = Findings()
    assert read_file(Request(tmp_path, "PCs.csv", ("ID",)), findings) is None
    assert "did you mean pc.csv?" in findings.table()["MESSAGE"][0]
    findings = Findings()
    assert read_file(Request(tmp_path, "nowhere/pc.csv", ("ID",)), findings) is None
    assert "there is no folder nowhere" in findings.table()["MESSAGE"][0]


def test_an_unknown_ending_names_the_known_ones(read):
    frame, findings = read(TABLE, name="d.xls")
    assert frame is None
    assert all(ending in findings["MESSAGE"][0] for ending in READERS)
