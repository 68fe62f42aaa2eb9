"""The signed file: what it may look like, what is said of one that cannot be used."""

import math
import re
from pathlib import Path

import pytest

from cartpk.adpp.decisions import OPTIONAL, REQUIRED, Action, read_decisions

pytestmark = pytest.mark.requirement("URS-206")

HEAD = "USUBJID,AFRLT,ACTION,WHO,WHEN,WHY"


@pytest.fixture
def read(tmp_path):
    def reader(content, **more):
        path = tmp_path / "points.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return read_decisions(path, "in/points.csv", **more)

    return reader


def test_rows_with_their_lines(read):
    got = read(f'{HEAD}\n 01 , 21 ,Exclude,A. N.,2031-02-03,"hook, late"\n\n02,x,keep,,,\n', tolerance_days=0.2)
    assert (got.file, got.tolerance_days) == ("in/points.csv", 0.2)
    first, second = got.rows
    assert (first.line, second.line) == (2, 4)
    assert (first.day, first.action, first.unsigned) == (21.0, Action.EXCLUDE, ())
    assert (first.cells["WHY"], first.cells["PPCAT"]) == ("hook, late", "")
    assert math.isnan(second.day)
    assert second.action is None
    assert second.unsigned == ("WHO", "WHEN", "WHY")


@pytest.mark.parametrize("when", ["31.02.2031", "2031-02-30", "2031-2-3", "20310203", "2031-02-03T10:00"])
def test_a_date_is_an_iso_date(read, when):
    (row,) = read(f"{HEAD}\n01,21,include,A,{when},because\n").rows
    assert row.unsigned == ("WHEN",)


@pytest.mark.parametrize(
    "content",
    [
        f"\ufeff{HEAD}\n01,21,exclude,李工,2031-02-03,异常\n",
        f"{HEAD}\r\n01,21,exclude,李工,2031-02-03,异常\r\n".encode("gb18030"),
        f"{HEAD}\n01,21,exclude,李工,2031-02-03,异常\n".replace(",", ";"),
        f"{HEAD},NOTE\n01,21,exclude,李工,2031-02-03,异常,x\n".replace(",", "\t"),
    ],
)
def test_files_as_spreadsheets_write_them(read, content):
    (row,) = read(content).rows
    assert (row.cells["WHO"], row.cells["WHY"], row.day) == ("李工", "异常", 21.0)


def test_a_row_may_span_lines(read):
    got = read(f'{HEAD}\n01,21,exclude,A,2031-02-03,"two\nlines"\n02,7,exclude,A,2031-02-03,x\n')
    assert [row.line for row in got.rows] == [2, 4]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "the file is empty; it needs the columns USUBJID"),
        ("SUBJECT,AFRLT,ACTION,WHO,WHEN,REASON\n", "no column USUBJID.*no column WHY"),
        ("USUBJD,AFRLT,ACTION,WHO,WHEN,WHY\n", "no column USUBJID .is 'USUBJD' it"),
        (f"{HEAD},WHO\n", "WHO stands there twice"),
        (f"{HEAD}\n01,21\n02,3,x,x,x,x,x\n", "line 2 has 2 cells, the header has 6.*line 3 has 7"),
        (b"\xff\xfe\x00\xd8\xff", "neither UTF-8 nor GB18030"),
    ],
)
def test_a_file_that_cannot_be_used(read, content, says):
    with pytest.raises(ValueError, match=f"(?s)in/points.csv.*{says}"):
        read(content)


def test_no_rows_are_no_decisions(read):
    assert read(HEAD + "\n").rows == ()


def test_the_example_of_the_documentation_holds(read):
    text = (Path(__file__).resolve().parents[2] / "docs" / "lambda_z_points.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```csv\n(.*?)```", text, flags=re.DOTALL)
    got = read(example)
    assert {row.action for row in got.rows} == set(Action)
    assert not [row for row in got.rows if row.unsigned or math.isnan(row.day)]
    assert all(f"`{name}`" in text for name in (*REQUIRED, *OPTIONAL))
