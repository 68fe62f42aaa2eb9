"""What Hypothesis draws: a trial, a few operations that spoil it, and how far it goes."""

# ruff: noqa: E501 - lists of cells
from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

NASTY = (
    "", " ", "NA", "ND", "<50", "<", ">", "<<50", ">1e6", "BLQ", "未检出", "-12", "0", "-0", "+", ".", "1e309", "1e400",
    "1e-400", "inf", "nan", "None", "12,5", "1.234,5", "1.2×104", "1 × 10⁵", "5×10^99999", "１２", "1/0", "9" * 400, "{old}",
    "{", "%", "%s", "=1+1", "@SUM(A1)", "<script>alert(1)</script>", "&amp;", "S/1", "S_1", "s-01", "S-01 ", "S–01", "S-02",
    "001", "1", "1.0", "Mean", "N", "合计", "张三", "\t", "\u00a0", "\u200b", "\ufeffx", "\r", "a\nb", '"', "'", ";", "|",
    "a|b", "💉", "é", "°", "2024-05-08", "2024-05-08T25:30", "2024-13-45", "0001-01-01", "9999-12-31", "2024-05-08T10:00Z",
    "2024-05-08T24:00+14:00", "03/04/2024", "45231.375", "Day 7", "D-1", "-99", "9999", "copies/mL", "拷贝/μg", "cells/kg",
    "10^6 cells", "10^9/L", "CAR transgene", "CD7+ T cells", "2e308", "1e200", "5e-324", "exclude_subject", "correct",
)  # fmt: skip
DELIMITERS = (",", ";", "\t", "|", ":", " ")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "gb18030", "latin-1", "shift_jis", "cp037")
YAML = ("\n", "  ", "\t", ":", "- ", "[", "]", "{", "}", "&a ", "*a", "<<: *a\n", "!!python/object:os.system ", "null",
        "'", '"', "#", "|\n", "\x00", "\u2028", "? ", "%YAML 9\n", "---\n", "2024-01-01", "1e999", "0x1F", ".inf", "~")  # fmt: skip
VALUES = ("null", "true", "-1", "0", "1e308", "[]", "{}", '""', '"x"', '["a", "a"]', "[1, [2, [3]]]", '{"a": {"b": 1}}',
          '"data.csv"', '"../x.csv"', '"."', '"ghost.csv"', '["data.csv", "data.csv"]', "1000000000000000000000")  # fmt: skip
SETTINGS: tuple[tuple[list[Any], tuple[str, ...]], ...] = (
    (["intake", "duplicates"], ('"mean"', '"first"', '"last"')),
    (["intake", "decimal"], ('","', '"."')),
    (["intake", "thousands"], ('","', '"."', '" "')),
    (["intake", "lloq_from_token"], ("true",)),
    (["intake", "below_lloq"], ('"keep"',)),
    (["intake", "strict"], ("true",)),
    (["intake", "units"], ('{"copies/mL": "copies/ug"}', '{"": "copies/ug"}')),
    (["time", "unit"], ('"hour"',)),
    (["time", "origin"], ('"infusion_end"',)),
    (["time", "day_zero"], ('"infusion_is_day_1"', '"infusion_is_day_0"')),
    (["time", "date_only_clock"], ('"12:00"', '"99:99"')),
    (["time", "visit_window_days"], ('{"7": 0.5, "28": 0}',)),
    (["dosing", "basis"], ('"per_kg"', "null")),
    (["dosing", "levels"], ("null", "[1]", "[1e8, 2.5e7]")),
    (["data", "columns", "lloq"], ("null", '"DOSE"')),
    (["data", "columns", "analyte"], ("null", '"UNIT"')),
    (["data", "columns", "subject"], ('"ANALYTE"', '"VALUE"')),
    (["data", "columns", "event_day"], ('"TIME_DAY"', '"VALUE"')),
    (["data", "columns", "group"], ('"UNIT"', '"SEX"')),
    (["data", "skip_rows"], ("1", "3", "99999")),
    (["data", "encoding"], ('"latin-1"', '"gb18030"', '"rot13"', '"nonsense"')),
    (["data", "exclude"], ('[{"column": "VALUE", "contains": "2", "reason": "control sample"}]',)),
    (["analytes", 0, "lloq"], ("10", "1e9")),
    (["analytes", 0, "unit"], ("null", '"copies/mL"')),
    (["analytes", 0, "specimen"], ('"BONE MARROW, LIQUID"',)),
    (["nca", "windows", "days"], ("[28]", "[0.5, 7, 1000]")),
    (["report", "data_cut"], ('"2024-05-10"',)),
)
_SECTIONS = (
    "trial",
    "product",
    "dosing",
    "data",
    "time",
    "intake",
    "analytes",
    "nca",
    "models",
    "report",
    "unheard_of",
)
_KEYS = (
    "id",
    "name",
    "cell",
    "layout",
    "tables",
    "columns",
    "domains",
    "code",
    "label",
    "windows",
    "fit",
    "levels",
    "x",
)

small = st.integers(0, 40)
texts = st.one_of(st.sampled_from(NASTY), st.sampled_from(NASTY), st.text(max_size=12))
place = st.floats(0, 1)


def _operation(name: str, *parts: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.tuples(st.just(name), *parts).map(list)


data_operations = st.one_of(
    _operation("cell", small, small, small, texts),
    _operation("cell", small, small, small, texts),
    _operation("cell", small, small, small, texts),
    _operation("column", small, small, texts),
    _operation("row", small, small, st.sampled_from(["drop", "repeat", "drop all"])),
    _operation("header", small, small, st.one_of(texts, st.sampled_from(["VALUE", "PCDTC", "EXTRA"]))),
    _operation("delimiter", small, st.sampled_from(DELIMITERS)),
    _operation("encoding", small, st.sampled_from(ENCODINGS)),
    _operation("bytes", small, place, st.integers(0, 30), st.text(st.characters(max_codepoint=255), max_size=6)),
    st.sampled_from(SETTINGS).flatmap(lambda s: _operation("setting", st.just(s[0]), st.sampled_from(s[1]))),
)
config_operations = st.one_of(
    _operation("config", place, st.integers(0, 40), st.one_of(st.sampled_from(YAML), st.text(max_size=8))),
    _operation(
        "setting",
        st.tuples(st.sampled_from(_SECTIONS), st.sampled_from(_KEYS)).map(list),
        st.one_of(
            st.sampled_from(VALUES),
            st.recursive(
                st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
                lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
                max_leaves=6,
            ).map(json.dumps),
        ),
    ),
)

kinds = st.sampled_from(["tidy", "sdtm", "decided"])
depths = st.sampled_from(["intake"] * 48 + ["analysis"] * 27 + ["tables", "models"] * 2 + ["report"])
spoiled_data = st.tuples(kinds, st.lists(data_operations, min_size=1, max_size=4), depths)
spoiled_config = st.tuples(kinds, st.lists(config_operations, min_size=1, max_size=3), st.just("intake"))
inputs = st.one_of(spoiled_data, spoiled_config)
