"""cartpk.files: whole files or none."""

import os
import stat

import pandas as pd
import pytest

from cartpk import files

pytestmark = pytest.mark.requirement("URS-308")


def test_the_file_is_there_with_its_content_and_nothing_beside_it(tmp_path):
    files.write_text(tmp_path / "deep" / "a.txt", "µg\n")
    assert (tmp_path / "deep" / "a.txt").read_text(encoding="utf-8") == "µg\n"
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["a.txt"]


@pytest.mark.requirement("URS-701")
def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path, monkeypatch):
    target = tmp_path / "a.txt"
    files.write_text(target, "old")

    def fail(_handle):
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        files.write_text(target, "new")
    assert target.read_text(encoding="utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_colleagues_can_read_it(tmp_path):
    files.write_text(tmp_path / "a.txt", "x")
    assert (tmp_path / "a.txt").stat().st_mode & stat.S_IRUSR


def test_numbers_read_back_to_the_last_bit(tmp_path):
    table = pd.DataFrame({"x": [0.1 + 0.2, 1e-300, 123456789.123456789]})
    files.write_table(tmp_path / "t.csv", table)
    assert pd.read_csv(tmp_path / "t.csv")["x"].tolist() == table["x"].tolist()


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-cmd", "@SUM(A1)", "\tx", "\rx", "\n=x", "＝1+1", "-", "+1e"]
)
def test_formulas_are_guarded_in_tables_for_people_and_nowhere_else(tmp_path, text):
    table = pd.DataFrame({"USUBJID": [text, "S-01"], "AVAL": [-1.5, 2.0], "=N": ["-12.5", None]})
    files.write_published(tmp_path / "p.csv", table)
    files.write_table(tmp_path / "t.csv", table)
    seen = pd.read_csv(tmp_path / "p.csv", dtype={"USUBJID": "str", "'=N": "str"})
    assert seen["USUBJID"].tolist() == [f"'{text}", "S-01"]
    assert seen["AVAL"].tolist() == [-1.5, 2.0]
    assert seen["'=N"].tolist()[0] == "-12.5"
    assert pd.read_csv(tmp_path / "t.csv", dtype="str")["USUBJID"].tolist() == [text, "S-01"]


@pytest.mark.parametrize("text", ["a\rb", "\r", "a\nb", "a\r\nb", 'a"b', "a,b", " a ", "'x"])
def test_texts_read_back_letter_by_letter(tmp_path, text):
    table = pd.DataFrame({"x": [text, None, "b"], "y": [1.5, None, -2.0]})
    files.write_table(tmp_path / "t.csv", table)
    back = pd.read_csv(tmp_path / "t.csv", keep_default_na=False, na_values=[""], dtype={"x": "str"})
    assert back["x"].tolist()[::2] == [text, "b"]
    assert back["x"].isna().tolist() == [False, True, False]
    assert back["y"].tolist()[::2] == [1.5, -2.0]


def test_lines_of_files_are_whole_numbers_and_a_gap_stays_one(tmp_path):
    table = pd.DataFrame({"FILE": ["a.csv", None], "ROW": [12.0, None], "SRCROW": [3, 4], "AVAL": [2.0, 1.5]})
    files.write_table(tmp_path / "t.csv", table)
    assert (tmp_path / "t.csv").read_text() == "FILE,ROW,SRCROW,AVAL\na.csv,12,3,2.0\n,,4,1.5\n"
