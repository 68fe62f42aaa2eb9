"""cartpk.ingest: the same table in every format gives the same cells and lines; damaged files are findings."""

# ruff: noqa: DTZ001 (Excel and SAS know no time zones)

import csv
import gzip
import io
import os
import struct
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import duckdb
import openpyxl
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.styles.numbers import FORMAT_PERCENTAGE_00

from cartpk.ingest import sas
from cartpk.ingest.findings import Findings
from cartpk.ingest.readers import READERS, Request, read_file
from cartpk.ingest.sas_values import writer

pytestmark = pytest.mark.requirement("URS-301")

HEADER = ["USUBJID", "VISITDY", "PCDTC", "PCDT", "PCSTRESN", "PCSTRESC", "FLAG"]
RECORDS = [
    ["S-01", 1, datetime(2024, 5, 3, 9, 30), date(2024, 5, 3), 12500.0, "12500", "Y"],
    ["S-01", 8, datetime(2024, 5, 10, 10, 0, 1), date(2024, 5, 10), 0.1, "=0.1", ""],
    ["受试者", -3, datetime(2024, 4, 30, 0, 0), date(2024, 4, 30), None, "<50 μg", "N"],
    ["S-03", 0, None, None, 31250.25, "", "a,b;c|d"],
    ["S-03", 2, datetime(2024, 5, 5, 7, 0), date(2024, 5, 5), 1.0e-7, "1E-7", "Y"],
]
TEXTS = [
    ["S-01", "1", "2024-05-03T09:30:00", "2024-05-03", "12500", "12500", "Y"],
    ["S-01", "8", "2024-05-10T10:00:01", "2024-05-10", "0.1", "=0.1", ""],
    ["受试者", "-3", "2024-04-30T00:00:00", "2024-04-30", "", "<50 μg", "N"],
    ["S-03", "0", "", "", "31250.25", "", "a,b;c|d"],
    ["S-03", "2", "2024-05-05T07:00:00", "2024-05-05", "1e-07", "1E-7", "Y"],
]


def delimited(delimiter, encoding, mark=b""):
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator="\n").writerows([HEADER, *TEXTS])
    return mark + stream.getvalue().encode(encoding)


def workbook(path, rows=(HEADER, *RECORDS), title="PC"):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for i, row in enumerate(rows, start=1):
        for j, value in enumerate(row, start=1):
            if value not in (None, ""):
                cell = sheet.cell(i, j)
                cell.value = value
                cell.data_type = "s" if isinstance(value, str) else cell.data_type
    book.save(path)
    return path


def parquet(path):
    kinds = ["VARCHAR", "BIGINT", "TIMESTAMP", "DATE", "DOUBLE", "VARCHAR", "VARCHAR"]
    with duckdb.connect() as connection:
        columns = ", ".join(f"{name} {kind}" for name, kind in zip(HEADER, kinds, strict=True))
        connection.execute(f"CREATE TABLE t ({columns})")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?)", RECORDS)
        connection.execute(f"COPY t TO '{path}' (FORMAT parquet)")


def transport(path, version):
    frame = pd.DataFrame(RECORDS, columns=HEADER)
    pyreadstat.write_xport(frame, path, file_format_version=version, table_name="PC")


def sas7bdat(path, monkeypatch):
    """SAS alone writes this format: what its reader hands over stands here instead of a file."""
    zero = datetime(1960, 1, 1)
    days = [None if r[3] is None else float((datetime(*r[3].timetuple()[:3]) - zero).days) for r in RECORDS]
    seconds = [None if r[2] is None else (r[2] - zero).total_seconds() for r in RECORDS]
    columns = dict(zip(HEADER, map(list, zip(*RECORDS, strict=True)), strict=True))
    columns |= {"PCDTC": seconds, "PCDT": days, "VISITDY": [float(v) for v in columns["VISITDY"]]}

    about = SimpleNamespace(
        number_rows=len(RECORDS),
        variable_storage_width=dict.fromkeys(HEADER, 8),
        original_variable_types={"PCDTC": "DATETIME", "PCDT": "DATE", "PCSTRESN": "BEST", "USUBJID": "$"},
        readstat_variable_types=dict.fromkeys(HEADER, "string")
        | dict.fromkeys(("VISITDY", "PCDTC", "PCDT", "PCSTRESN"), "double"),
    )
    path.write_bytes(b"stands for a table of SAS")
    monkeypatch.setattr(
        pyreadstat, "read_sas7bdat", lambda *_, **asked: ({} if asked.get("metadataonly") else columns, about)
    )


def written(name, path, monkeypatch):
    """The table in this format."""
    ending = path.name.removeprefix("d")
    match name, ending:
        case _, ".xlsx" | ".xlsm":
            workbook(path)
        case _, ".parquet":
            parquet(path)
        case _, ".xpt":
            transport(path, int(name.removeprefix("version ")))
        case _, ".sas7bdat":
            sas7bdat(path, monkeypatch)
        case _:
            encoding, delimiter, mark = TEXT_FORMS[name]
            raw = delimited(delimiter, encoding, mark)
            path.write_bytes(gzip.compress(raw) if ending.endswith(".gz") else raw)


TEXT_FORMS = {
    "": ("utf-8", ",", b""),
    "mark": ("utf-8-sig", ";", b""),
    "UTF-16LE": ("utf-16-le", "\t", b"\xff\xfe"),
    "UTF-16BE": ("utf-16-be", ",", b"\xfe\xff"),
    "bars": ("utf-8", "|", b""),
}
FORMS = [
    *[(name, ".csv") for name in TEXT_FORMS],
    *[("", ending) for ending in READERS if ending != ".xpt"],
    ("version 5", ".xpt"),
    ("version 8", ".xpt"),
]


def read(path, required=("USUBJID",), **request):
    findings = Findings()
    frame = read_file(Request(path.parent, path.name, required, **request), findings)
    return frame, findings.table()


@pytest.mark.parametrize(("name", "ending"), FORMS)
def test_the_same_table_in_every_format(tmp_path, monkeypatch, name, ending):
    path = tmp_path / f"d{ending}"
    written(name, path, monkeypatch)
    frame, findings = read(path)
    assert set(findings["RULE"]) <= {"BI-085"}
    assert frame.columns.tolist() == HEADER
    assert frame.index.tolist() == [2, 3, 4, 5, 6]
    assert frame.to_numpy().tolist() == TEXTS


def test_every_format_is_among_them():
    assert {ending for _, ending in FORMS} == set(READERS)


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (1 / 3, None, "0.3333333333333333"),
        (1e-300, None, "1e-300"),
        (10**20, None, "1e+20"),
        (0.525, "0.00%", "52.5%"),
        (0.07, FORMAT_PERCENTAGE_00, "7%"),
        (True, None, "TRUE"),
        (datetime(2024, 5, 3), "yyyy-mm-dd", "2024-05-03"),
        (datetime(2024, 5, 3), "yyyy-mm-dd hh:mm", "2024-05-03T00:00:00"),
        (datetime(2024, 5, 3), 'yyyy"h"mm', "2024-05-03"),
        (datetime(2024, 5, 3, 9, 30).time(), "hh:mm", "09:30:00"),
        ("#N/A", None, "#N/A"),
        (" 007 ", None, " 007 "),
        ("=1+1", "s", "=1+1"),
    ],
)
def test_a_typed_cell_of_a_sheet_loses_nothing(tmp_path, value, number_format, text):
    book = openpyxl.Workbook()
    book.active.append(["USUBJID", "V"])
    book.active["A2"] = "S-1"
    cell = book.active["B2"]
    cell.value = value
    if number_format == "s":
        cell.data_type = "s"
    elif number_format:
        cell.number_format = number_format
    book.save(tmp_path / "d.xlsx")
    frame, _ = read(tmp_path / "d.xlsx")
    assert frame["V"].tolist() == [text]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_written_so_that_they_read_back(number):
    assert float(writer(None, ".")(number)) == number
    assert "." not in writer(None, ",")(number)


def test_numbers_of_typed_formats_follow_the_decimal_mark_of_the_config(tmp_path):
    workbook(tmp_path / "d.xlsx")
    parquet(tmp_path / "d.parquet")
    transport(tmp_path / "d.xpt", 5)
    for name in ("d.xlsx", "d.parquet", "d.xpt"):
        frame, _ = read(tmp_path / name, decimal=",")
        assert frame["PCSTRESN"].tolist() == ["12500", "0,1", "", "31250,25", "1e-07"], name


def sheets(path, **content):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in content.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


ROWS = [["ID", "TIME"], ["S-1", 0], ["S-2", 7]]


def test_several_sheets_are_listed_and_the_named_one_is_read(tmp_path):
    path = sheets(tmp_path / "d.xlsx", PK=ROWS, Doses=[["ID"], ["S-9"]], Empty=[])
    frame, findings = read(path, ("ID",))
    assert frame is None
    assert findings["RULE"].tolist() == ["CP-008"]
    assert "PK, Doses" in findings["MESSAGE"][0]
    assert "Empty" not in findings["MESSAGE"][0]
    frame, findings = read(path, ("ID",), sheet="Doses")
    assert frame["ID"].tolist() == ["S-9"]
    assert findings.empty
    frame, findings = read(path, ("ID",), sheet="PC")
    assert findings["RULE"].tolist() == ["CP-008"]
    assert "found are PK, Doses, Empty" in findings["MESSAGE"][0]
    assert read(path, ("ID",), sheet="Empty")[1]["RULE"].tolist() == ["BI-090"]


def test_a_single_sheet_needs_no_name_and_title_rows_are_counted_as_excel_counts(tmp_path):
    path = sheets(tmp_path / "d.xlsx", PK=[["Table 3"], [], *ROWS], Sheet2=[])
    frame, findings = read(path, ("ID", "TIME"))
    assert frame is None
    assert findings["RULE"].tolist() == ["BI-088"]
    assert "data.skip_rows: 2" in findings["SUGGESTION"][0]
    frame, findings = read(path, ("ID", "TIME"), skip_rows=2)
    assert frame.index.tolist() == [4, 5]
    assert findings.empty


def merged(path, where, rows=ROWS):
    sheets(path, PK=rows)
    book = openpyxl.load_workbook(path)
    book["PK"].merge_cells(where)
    book.save(path)
    return path


def test_merged_cells_are_refused_where_one_cell_must_speak_for_itself(tmp_path):
    header = [["ID", "TIME", ""], ["S-1", 0, 1], ["S-2", 7, 2]]
    _, findings = read(merged(tmp_path / "d.xlsx", "B1:C1", header), ("ID",))
    assert findings["RULE"].tolist() == ["BI-088"]
    assert "B1:C1" in findings["MESSAGE"][0]
    _, findings = read(merged(tmp_path / "d.xlsx", "A2:A3"), ("ID",))
    assert findings["RULE"].tolist() == ["CP-080"]
    assert "A2:A3" in findings["MESSAGE"][0]
    # a merged title above the header is no data
    frame, findings = read(merged(tmp_path / "d.xlsx", "A1:B1", [["Table 3", ""], *ROWS]), ("ID",), skip_rows=1)
    assert frame is not None
    assert findings.empty
    # and a header of two rows may say "for both of these"
    two = [["ID", "CAR", ""], ["", "copies", "unit"], ["S-1", 0, "x"]]
    frame, findings = read(merged(tmp_path / "d.xlsx", "B1:C1", two), ("ID",), header_rows=2)
    assert frame.columns.tolist() == ["ID", "CAR copies", "CAR unit"]
    assert findings.empty


def test_formulas_are_read_as_the_values_that_were_saved_and_refused_without(tmp_path):
    path = sheets(tmp_path / "d.xlsx", PK=[["ID", "TIME"], ["S-1", "=1+1"]])
    _, findings = read(path, ("ID",))
    assert findings["RULE"].tolist() == ["BI-090"]
    assert "B2" in findings["MESSAGE"][0]
    saved = tmp_path / "saved.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(saved, "w") as new:
        for item in old.infolist():
            part = old.read(item)
            new.writestr(item, part.replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>").replace(
                b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>"))  # fmt: skip
    frame, findings = read(saved, ("ID",))
    assert frame["TIME"].tolist() == ["2"]
    assert findings["RULE"].tolist() == ["CP-009"]


DAMAGED = {
    "empty.xlsx": b"",
    "text.xlsx": b"ID,TIME\nS-1,0\n",
    "protected.xlsx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
    "zip.xlsx": b"PK\x05\x06" + bytes(18),
    "empty.parquet": b"",
    "text.parquet": b"ID,TIME\nS-1,0\n",
    "empty.xpt": b"",
    "text.xpt": b"ID,TIME\nS-1,0\n",
    "empty.sas7bdat": b"",
    "text.sas7bdat": b"ID,TIME\nS-1,0\n",
    "empty.csv.gz": b"",
    "text.csv.gz": b"ID,TIME\nS-1,0\n",
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_a_finding(tmp_path, name):
    (tmp_path / name).write_bytes(DAMAGED[name])
    frame, findings = read(tmp_path / name)
    assert frame is None
    assert findings["RULE"].tolist() == ["BI-090"]


def whole(name, path, monkeypatch):
    written(name, path, monkeypatch)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("name", "ending"),
    [("", ".csv.gz"), ("", ".xlsx"), ("", ".parquet"), ("version 5", ".xpt"), ("version 8", ".xpt")],
)
def test_a_file_that_is_cut_off_never_gives_fewer_rows(tmp_path, monkeypatch, name, ending):
    raw = whole(name, tmp_path / f"d{ending}", monkeypatch)
    for keep in (len(raw) - 1, len(raw) - 80, len(raw) - 161, len(raw) // 2, 100):
        (tmp_path / f"d{ending}").write_bytes(raw[:keep])
        frame, findings = read(tmp_path / f"d{ending}")
        if frame is not None:
            # blanks that only fill the last 80 bytes of a transport file may go
            assert ending == ".xpt"
            assert frame.to_numpy().tolist() == TEXTS
            continue
        assert findings["RULE"].tolist() == ["BI-090"], keep


@pytest.mark.parametrize("mark", [b"PK\x03\x04", b"\x1f\x8b\x08", b"\xd0\xcf\x11\xe0", b"PAR1"])
def test_a_file_under_a_wrong_name_is_told(tmp_path, mark):
    (tmp_path / "d.csv").write_bytes(mark + bytes(40))
    _, findings = read(tmp_path / "d.csv")
    assert findings["RULE"].tolist() == ["CP-003"]
    assert "its content is" in findings["MESSAGE"][0]


@pytest.mark.requirement("URS-310")
def test_no_file_is_unpacked_beyond_the_limit(tmp_path):
    big = ("ID,V\n" + "S-1,1\n" * 5_000).encode()
    (tmp_path / "d.csv.gz").write_bytes(gzip.compress(big))
    (tmp_path / "d.csv").write_bytes(big)
    sheets(tmp_path / "d.xlsx", PK=[["ID", "V"], *[["S-1", 1]] * 1500])
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT 'S-1' AS ID, 1 AS V FROM range(20000)) TO '{tmp_path / 'd.parquet'}' (FORMAT parquet)"  # noqa: S608
        )
    pyreadstat.write_xport(pd.DataFrame({"ID": ["S-1"] * 1500, "V": 1.0}), tmp_path / "d.xpt")
    for name in ("d.csv.gz", "d.csv", "d.xlsx", "d.parquet", "d.xpt"):
        frame, findings = read(tmp_path / name, ("ID",), max_bytes=15_000)
        assert frame is None, name
        assert findings["RULE"].tolist() == ["CP-007"], name
        assert read(tmp_path / name, ("ID",))[0] is not None, name


def test_a_sheet_that_claims_to_be_endless_is_read_as_it_is(tmp_path):
    path = sheets(tmp_path / "d.xlsx", PK=ROWS)
    swollen = tmp_path / "swollen.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(swollen, "w") as new:
        for item in old.infolist():
            new.writestr(item, old.read(item).replace(b'ref="A1:B3"', b'ref="A1:XFD1048576"'))
    frame, findings = read(swollen, ("ID",))
    assert frame.shape == (2, 2)
    assert findings.empty


def with_missing(raw, codes):
    """The transport file with these special missing values in place of the numbers 101, 102, ..."""
    for i, code in enumerate(codes):
        number = struct.pack(">B", 0x42) + (101 + i).to_bytes(1, "big") + bytes(6)
        assert number in raw
        raw = raw.replace(number, code.encode() + bytes(7))
    return raw


def test_special_missing_values_stay_what_they_are(tmp_path, monkeypatch):
    codes = [".", "A", "Z", "_"]
    frame = pd.DataFrame({"USUBJID": [f"S-{i}" for i in range(5)], "V": [101.0, 102.0, 103.0, 104.0, 7.0]})
    pyreadstat.write_xport(frame, tmp_path / "d.xpt")
    (tmp_path / "d.xpt").write_bytes(with_missing((tmp_path / "d.xpt").read_bytes(), codes))
    expected = ["", ".A", ".Z", "._", "7"]
    assert read(tmp_path / "d.xpt")[0]["V"].tolist() == expected
    assert sas._texts([None, "A", "Z", "_", 7.0], True, None, ".") == expected
    assert sas._texts([None, "A"], False, None, ".") == ["", "A"]


@given(st.lists(st.floats(1e-70, 1e70) | st.floats(-1e70, -1e-70) | st.just(0.0), min_size=1, max_size=20))
@settings(deadline=None, max_examples=20)
def test_numbers_of_a_transport_file_come_back_to_the_last_bit(tmp_path_factory, numbers):
    folder = tmp_path_factory.getbasetemp()
    pyreadstat.write_xport(pd.DataFrame({"ID": "S-1", "V": numbers}), folder / "n.xpt")
    ours = [float(t) for t in read(folder / "n.xpt", ("ID",))[0]["V"]]
    theirs, _ = pyreadstat.read_xport(folder / "n.xpt", output_format="dict")
    assert ours == pytest.approx(list(theirs["V"]), rel=1e-15, abs=0)
    assert ours == pytest.approx(numbers, rel=1e-15, abs=0)


def test_two_tables_in_one_transport_file_are_told(tmp_path):
    transport(tmp_path / "d.xpt", 5)
    raw = (tmp_path / "d.xpt").read_bytes()
    (tmp_path / "d.xpt").write_bytes(raw + raw[240:])
    assert read(tmp_path / "d.xpt")[1]["RULE"].tolist() == ["CP-008"]


@pytest.mark.parametrize(
    ("sas_format", "number", "text"),
    [
        ("DATE9", 23499.0, "2024-05-03"),
        ("YYMMDD10", 0.0, "1960-01-01"),
        ("E8601DA", 23499.5, "23499.5"),
        ("DATETIME20", 2030347800.25, "2024-05-03T09:30:00.250000"),
        ("DTDATE", 2030347800.0, "2024-05-03T09:30:00"),
        ("TIME8", 34200.0, "09:30:00"),
        ("TIME8", 90000.0, "PT90000S"),
        ("TIME8", -60.0, "PT-60S"),
        ("DATE9", 1e12, "1000000000000"),
        ("DATETIME", 1e300, "1e+300"),
        ("8.2", 0.1, "0.1"),
        ("$CHAR8", 12.0, "12"),
        (None, 12.5, "12.5"),
    ],
)
def test_sas_numbers_by_their_format(sas_format, number, text):
    assert writer(sas_format, ".")(number) == text


def test_parquet_types_beyond_numbers(tmp_path):
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT 'S-1' AS ID, TIMESTAMPTZ '2024-05-03 09:30:00+08' AS Z, 1.10::DECIMAL(9,2) AS D, "
            "'nan'::DOUBLE AS N, TIMESTAMP_NS '2024-05-03 09:30:00.123456789' AS NS, true AS B, [1, 2] AS L, "
            f"0.1::FLOAT AS F, TIME '09:30' AS T) TO '{tmp_path / 'd[1]*.parquet'}' (FORMAT parquet)"
        )
    frame, findings = read(tmp_path / "d[1]*.parquet", ("ID",))
    assert frame.iloc[0].tolist() == [
        "S-1", "2024-05-03T01:30:00Z", str(Decimal("1.10")), "", "2024-05-03T09:30:00.123456789", "TRUE", "[1, 2]",
        "0.1", "09:30:00",
    ]  # fmt: skip
    assert findings.empty


HAVEN = Path(os.environ.get("HAVEN_EXAMPLES", "/usr/lib/R/site-library/haven/examples"))
"""A table that SAS wrote, and the same one by Stata: haven's example (MIT), in Debian's package r-cran-haven."""


@pytest.mark.requirement("URS-301")  # of its own: where it is skipped, the requirement is passed in part
@pytest.mark.skipif(
    not HAVEN.is_dir(), reason="no haven: apt-get download r-cran-haven, dpkg -x, HAVEN_EXAMPLES=its examples folder"
)
def test_a_table_that_sas_wrote_has_the_cells_of_its_twin():
    findings = Findings()
    read = read_file(Request(root=HAVEN, file="iris.sas7bdat", required=("Species",)), findings)
    twin = pd.read_stata(HAVEN / "iris.dta")
    assert len(findings) == 0
    assert read.index.tolist() == list(range(2, 152))
    # the table of SAS holds six letters, as pandas' own reader says too
    assert read["Species"].tolist() == twin["species"].str[:6].tolist()
    assert read["Species"].tolist() == pd.read_sas(HAVEN / "iris.sas7bdat", encoding="latin1")["Species"].tolist()
    for ours, theirs in zip(read.columns[:4], twin.columns[:4], strict=True):
        # Stata keeps seven digits
        assert [float(cell) for cell in read[ours]] == pytest.approx(twin[theirs].tolist(), rel=1e-6)
        assert max(map(len, read[ours])) <= 3, "the shortest text that reads back as the same number"
