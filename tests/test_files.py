"""cartpk.files: whole files or none."""

import os
import stat

import pandas as pd
import pytest

from cartpk import files


def test_the_file_is_there_with_its_content_and_nothing_beside_it(tmp_path):
    files.write_text(tmp_path / "deep" / "a.txt", "µg\n")
    assert (tmp_path / "deep" / "a.txt").read_text(encoding="utf-8") == "µg\n"
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["a.txt"]


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
