"""Every number of the page equals its file: printed cells against tables/*.csv, the data block against the tables."""

from __future__ import annotations

import csv
import json
import re
from contextlib import chdir
from pathlib import Path

import pandas as pd
import pytest
from page_reader import Page, equal, numbers
from sample_run import CONFIG, ROOT, sample  # noqa: F401 - the fixture

from cartpk.config import load as load_config
from cartpk.files import guarded
from cartpk.report.packed import unpacked
from cartpk.report.prose import anchor
from cartpk.tables.registry import make_tables
from cartpk.tables.table import NoTable
from cartpk.trial_data import load

pytestmark = pytest.mark.requirement("URS-602")

SHORTER = {"PCTEXTR", "AFRLT", "ARRLT"}
"""Columns that the block holds to 8 digits, as it does parameters; all others to 12."""


@pytest.fixture(scope="module")
def page(sample) -> Page:  # noqa: F811
    return Page((sample / "report.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def config():
    with chdir(ROOT):
        return load_config(CONFIG)


@pytest.fixture(scope="module")
def data(sample):  # noqa: F811
    return load(sample)


@pytest.fixture(scope="module")
def made(data, config):
    """The tables that the trial has, as they are declared: which numbers a cell of the CSV belongs to."""
    return [table for table in make_tables(data, config) if not isinstance(table.body, NoTable)]


def rows_of(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def cells_of_csv(body, file: Path) -> list[list[list[str]]]:
    """What the CSV holds for each printed cell: row, column, parts; the layout is that of the table's declaration."""
    held = rows_of(file)[1:]
    made, at = [], 0
    for row in body.rows:
        lines = held[at : at + (len(row.parts) or 1)]
        at += len(lines)
        cells, place = [], 0
        for column in body.columns:
            width = len(column.parts) or 1
            cells.append([value for line in lines for value in line[place : place + width]])
            place += width
        assert {place} == {len(line) for line in lines}
        made.append(cells)
    assert at == len(held), f"{file}: rows that no printed row stands for"
    return made


def faults(text: str, held: list[str], digits: int) -> str | None:
    """What is wrong with a printed cell, given what the CSV holds for it; None = nothing."""
    values = [v.removeprefix(">= ") for v in held]
    known = [v for v in values if re.fullmatch(r"-?\d+(\.\d+)?(e[+-]?\d+)?", v)]
    if not known:
        words = {v.removeprefix("'") for v in values}
        plain = " ".join(text.split())
        fits = plain in {" ".join(w.split()) for w in words} or plain.partition(" [")[0] in words
        return None if fits or (not plain and words <= {""}) or words <= {"nan"} else f"says {text!r}, holds {held}"
    printed = numbers(re.sub(r"\[[a-z]+\]", "", text))
    if not printed and text in {v for v in values if v not in known}:
        return None
    unique = list(dict.fromkeys(known)) if len(printed) < len(known) else known
    if len(printed) != len(unique):
        return f"prints {len(printed)} numbers, {text!r}, holds {held}"
    wrong = [(p, v) for p, v in zip(printed, unique, strict=True) if not equal(p, v, digits)]
    return f"prints {text!r}, holds {held}" if wrong else None


def test_every_number_of_every_table_is_that_of_its_csv(sample, page, made, config):  # noqa: F811
    checked, wrong = 0, []
    for table in made:
        shown = page.tables[anchor("table", table.id)]
        held = cells_of_csv(table.body, sample / "tables" / f"{table.id}.csv")
        outer = len(table.body.columns) - len(shown.heads)
        rows = [row for row in shown.rows if row and row[0][0] >= 0]
        assert 0 < len(rows) <= len(held), table.id
        for number, (row, cells) in enumerate(zip(rows, held, strict=False)):
            for place, text in row:
                if table.body.columns[place + outer].kind == "statistic" and table.body.rows[number].parts:
                    continue  # the names of several numbers
                fault = faults(text, cells[place + outer], config.report.significant_digits)
                checked += len(numbers(text))
                if fault and (text or outer + place >= 2):
                    wrong.append(f"{table.id}, row {number}, {shown.heads[place]}: {fault}")
    assert not wrong, "\n".join(wrong[:20])
    assert checked > 10_000


def test_every_row_of_a_listing_in_the_data_block_is_that_of_its_csv(sample, page, made, config):  # noqa: F811
    listings = page.data.get("listings")
    if not listings:
        pytest.skip("the page holds no listing in its data block")
    checked = 0
    for table in made:
        if table.id not in listings:
            continue
        if "columns" not in listings[table.id]:
            continue  # the page prints these very rows: checked above
        block, held = listings[table.id], cells_of_csv(table.body, sample / "tables" / f"{table.id}.csv")
        assert block["n"] == len(held)
        for place, key in enumerate(block["keys"]):
            texts = unpacked(block["columns"], key, block["n"])
            names = table.body.columns[place].kind == "statistic"
            for text, cells, row in zip(texts, held, table.body.rows, strict=True):
                fault = (
                    None if names and row.parts else faults(text or "", cells[place], config.report.significant_digits)
                )
                assert not fault, f"{table.id}, {key}: {fault}"
                checked += 1
    assert checked > 1000


def table_of(page: Page, name: str) -> pd.DataFrame:
    """A table of the data block."""
    block = page.data["tables"][name]
    subjects = page.data["tables"]["adsl"]["columns"]["USUBJID"]
    return pd.DataFrame({key: unpacked(block["columns"], key, block["n"], subjects) for key in block["columns"]})


@pytest.mark.parametrize("name", ["adnca", "adpp"])
def test_the_data_block_is_the_file(sample, page, name):  # noqa: F811
    file = pd.read_csv(sample / f"{name}.csv", dtype=str, keep_default_na=False)
    held = table_of(page, name)
    assert len(held) == len(file)
    for column in held.columns.intersection(file.columns):
        for shown, exact in zip(held[column], file[column], strict=True):
            if isinstance(shown, str) or exact == "":
                assert (shown or "") == exact or pd.isna(shown), (column, shown, exact)
            else:
                short = column in SHORTER or (name, column) == ("adpp", "AVAL")
                assert shown == pytest.approx(float(exact), rel=5e-8 if short else 5e-12), column


def test_printed_values_of_subjects_are_those_of_adpp(sample, page, config):  # noqa: F811
    file = pd.read_csv(sample / "adpp.csv", dtype={"USUBJID": str}, keep_default_na=False, na_values=[""])
    own = page.data["subjects"]
    words = own["values"]["words"]
    texts = [words[code] for code in own["values"]["text"]]
    assert len(texts) == len(file)
    for text, row in zip(texts, file.to_dict("records"), strict=True):
        said = f"{row['USUBJID']} {row['PARAMCD']}: {text}"
        if isinstance(row["AVALC"], str):
            assert text == row["AVALC"], said
        elif pd.isna(row["AVAL"]):
            assert text == "NC", said
            assert isinstance(row["PPREASND"], str), said
        elif text == "BLQ":
            assert row["AVAL"] == 0, said
        else:
            (printed,) = numbers(text)
            assert equal(printed, repr(float(row["AVAL"])), config.report.significant_digits), said
    for name, column in (("low", "AVALLO"), ("high", "AVALHI")):
        held = dict(zip(own["values"]["limited"], own["values"][name], strict=True))
        for row, value in enumerate(file[column]):
            code = held.get(row, -1)
            assert (code < 0) is bool(pd.isna(value))
            if code >= 0:
                (printed,) = numbers(words[code])
                assert equal(printed, repr(float(value)), config.report.significant_digits)


def test_the_same_number_is_printed_alike_in_listing_and_subject_page(sample, page, data):  # noqa: F811
    own = page.data["subjects"]
    keys = ["USUBJID", "PPCAT", "PPSPEC", "ATPTREF", "PARAMCD"]
    texts = {
        tuple(row[k] for k in keys): own["values"]["words"][code]
        for row, code in zip(data.adpp.to_dict("records"), own["values"]["text"], strict=True)
        if row["PARCAT1"] == "NCA"
    }
    entries = json.loads((sample / "tables" / "tables.json").read_text(encoding="utf-8"))
    compared = 0
    for name in ("l_16_2_5_4", "l_16_2_5_5"):
        entry = next(e for e in entries if e["id"] == name)
        for row, key in zip(entry["rows"], entry["keys"], strict=True):
            for column, text in zip(entry["columns"], row, strict=True):
                mine = texts.get((key["usubjid"], key["ppcat"], key["ppspec"], key["atptref"], column["key"]))
                if mine is not None and column["kind"] == "number" and column["key"] != "LAMZSPN":
                    assert text.partition(" [")[0] == mine, (key, column["key"])
                    compared += 1
    assert compared > 150


def test_every_link_has_its_target(page):
    ids = set(page.ids)
    assert len(ids) == len(page.ids), "an id is given twice"
    lost = {link for link in page.links if link != "#" and link[1:].split("?")[0] not in ids}
    assert not {link for link in lost if not link.startswith("#subject/")}
    methods = {f"methods-{one['method']}" for one in page.data["why"]["definitions"]}
    assert methods <= ids


def test_every_file_that_is_linked_is_there(sample, page):  # noqa: F811
    made_later = {"manifest.json", "rule_log.jsonl"}
    assert page.files
    for name in set(page.files) - made_later:
        assert (sample / name).is_file() or name.startswith(("figures/", "exports/")), name


@pytest.mark.parametrize(
    ("text", "held", "wrong"),
    [
        ("9.83 [0.01; 27.8]", ["9.8342", "0.0111", "27.83"], False),
        ("9.84 [0.01; 27.8]", ["9.8342", "0.0111", "27.83"], True),
        ("NC [a]", ["NC"], False),
        ("0", ["NC"], True),
        ("32,700", ["32654.2"], False),
        ("32,600", ["32654.2"], True),
        ("≥ 1,000,000", [">= 1000000.0"], False),
        ("6 (0; 1)", ["6", "0", "1"], False),
        ("6 (1; 0)", ["6", "0", "1"], True),
        ("BLQ", ["BLQ"], False),
        ("CAR transgene", ["CAR antigen"], True),
    ],
)
def test_the_check_finds_what_is_wrong(text, held, wrong):
    assert bool(faults(text, held, 3)) is wrong


def test_a_guarded_word_is_the_word():
    assert faults("=1+1", [guarded("=1+1")], 3) is None
