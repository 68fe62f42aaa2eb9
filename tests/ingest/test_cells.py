"""cartpk.ingest.cells: what a result cell says, and what it refuses to guess."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartpk.config.data import Intake
from cartpk.ingest.cells import Cell, CellReader, Kind

READ = CellReader(Intake())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12500", 12500.0),
        (" 12500.0 ", 12500.0),
        ("+7", 7.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("0", 0.0),
        ("1.2E4", 12000.0),
        ("1.2 e+04", 12000.0),
        ("1.2×10^4", 12000.0),
        ("1.2 x 10^4", 12000.0),
        ("1.2x10⁴", 12000.0),
        ("1.2*10^4", 12000.0),
        ("1.2·10**4", 12000.0),
        ("3×10⁻²", 0.03),
        ("10^6", 1e6),
        ("１２５００", 12500.0),
        ("１．５", 1.5),
        ("0 copies", 0.0),
        ("\u200b42\u00a0", 42.0),
    ],
)
def test_numbers_in_every_accepted_form(text, value):
    cell = READ(text)
    assert cell.kind is Kind.NUMBER
    assert cell.value == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    "text", ["BLQ", "blq", " B L Q ", "BQL", "BLOQ", "BQoL", "NQ", "<LOQ", "< lloq", "低于定量下限", "ＢＬＱ"]
)
def test_words_for_below_the_limit(text):
    assert READ(text).kind is Kind.BLQ
    assert math.isnan(READ(text).value)


@pytest.mark.parametrize("text", ["<50", "< 50", "＜50", "<=50", "≤ 50", "<5.0e1", "<５０"])
def test_a_censored_number_gives_its_limit(text):
    assert READ(text).kind is Kind.BLQ
    assert READ(text).value == 50


@pytest.mark.parametrize(("text", "limit"), [(">1e6", 1e6), ("≥ 5", 5.0), (">= 1.2×10⁶", 1.2e6)])
def test_a_result_above_its_limit_keeps_the_limit_and_is_listed(text, limit):
    assert READ(text) == Cell(Kind.ABOVE, limit, "BI-010")


@pytest.mark.parametrize("text", ["BLD", "neg", "NEGATIVE", "Not detected", "阴性", "未检出"])
def test_words_for_not_detected(text):
    assert READ(text).kind is Kind.NOT_DETECTED


@pytest.mark.parametrize("text", ["", "  ", "NA", "n/a", ".", "-", "–", "/", "not done", "未做"])
def test_words_for_no_result(text):
    assert READ(text).kind is Kind.MISSING


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("ND", "BI-005"),
        ("n.d.", "BI-005"),
        ("POS", "BI-008"),
        ("阳性", "BI-008"),
        ("+", "BI-008"),
        (">ULOQ", "BI-010"),
        ("> a lot", "BI-010"),
        ("-12", "BI-011"),
        ("−12", "BI-011"),
        ("12,5", "BI-012"),
        ("1,234", "BI-012"),
        ("1.234,5", "BI-012"),
        ("1,234.5", "BI-012"),
        ("1.2×104", "BI-015"),
        ("0.25×108", "BI-015"),
        ("1.2x10 4", "BI-015"),
        ("12 500", "BI-016"),
        ("12 500 ± 300", "BI-016"),
        ("12500 (n=3)", "BI-016"),
        ("~12500", "BI-016"),
        ("12500*", "BI-016"),
        ("<fifty", "BI-016"),
        ("1_000", "BI-016"),
        ("0x1F", "BI-016"),
        ("1e", "BI-016"),
        ("haemolysed", "BI-016"),
        ("inf", "BI-018"),
        ("-Infinity", "BI-018"),
        ("NaN", "BI-018"),
        ("1e309", "BI-018"),
        (".A", "BI-095"),
        ("-99", "BI-095"),
        ("ZZ", "BI-095"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(text, rule):
    cell = READ(text)
    assert cell.kind is Kind.REFUSED
    assert cell.rule == rule


def test_a_full_width_number_is_accepted_and_listed():
    assert READ("１２").rule == "BI-017"
    assert READ("12").rule == ""


def test_tokens_of_the_config_come_first():
    read = CellReader(Intake(missing_tokens=("999",), not_detected_tokens=("ND",), blq_tokens=("POS",)))
    assert read("999").kind is Kind.MISSING
    assert read("nd").kind is Kind.NOT_DETECTED
    assert read("POS").kind is Kind.BLQ
    assert read.column(pd.Series(["999", "998"], dtype="str")).kind.tolist() == ["MISSING", "NUMBER"]


@pytest.mark.parametrize(
    ("text", "decimal", "thousands", "value"),
    [
        ("12,5", ",", None, 12.5),
        ("1.234,5", ",", ".", 1234.5),
        ("1,234,567.8", ".", ",", 1234567.8),
        ("1 234", ".", " ", 1234.0),
        ("<12,5", ",", None, 12.5),
    ],
)
def test_declared_marks_are_read(text, decimal, thousands, value):
    cell = CellReader(Intake(decimal=decimal, thousands=thousands))(text)
    assert cell.value == value


@pytest.mark.parametrize(
    ("text", "decimal", "thousands"), [("12.5", ",", None), ("1,23", ".", ","), ("12,34,567", ".", ",")]
)
def test_marks_against_the_declaration_are_refused(text, decimal, thousands):
    cell = CellReader(Intake(decimal=decimal, thousands=thousands))(text)
    assert cell.kind is Kind.REFUSED
    assert cell.rule == "BI-012"


def test_points_in_a_word_are_no_marks():
    assert CellReader(Intake(decimal=",", thousands="."))("n.n.").rule == "BI-016"


def test_times_may_be_negative_and_results_may_not():
    values, rules = READ.numbers(pd.Series(["-7", "3.5", "", "Day 7", "12,5"], dtype="str"))
    assert values.tolist()[:2] == [-7.0, 3.5]
    assert values.isna().tolist() == [False, False, True, True, True]
    assert rules.tolist() == ["", "", "CP-011", "CP-010", "CP-010"]


def test_a_percent_sign_is_told():
    assert READ("35 %").percent
    assert READ("３５％").percent
    assert READ("<1%").percent


@given(st.floats(min_value=0, max_value=1e300, allow_nan=False))
@settings(max_examples=200, deadline=None)
def test_every_number_reads_back_as_itself(number):
    for text in (
        repr(number),
        f"{number:.17e}",
        f" {number!r} ",
        f"{number:.17E}".replace("E", "×10^").replace("+", ""),
    ):
        cell = READ(text)
        assert cell.value == pytest.approx(number, rel=1e-15, abs=0)
        assert cell.kind is Kind.NUMBER


@given(st.text(max_size=12))
@settings(max_examples=200, deadline=None)
def test_any_text_is_one_of_the_five_kinds(text):
    cell = READ(text)
    assert (cell.kind is Kind.NUMBER) <= (math.isfinite(cell.value) and cell.value >= 0)
    assert (cell.kind is Kind.REFUSED) <= (cell.rule != "")
    column = READ.column(pd.Series([text], dtype="str"))
    assert column.kind[0] == cell.kind.name
    assert column.rule[0] == cell.rule


@given(st.integers(0, 10**9), st.integers(0, 10**6))
@settings(max_examples=100, deadline=None)
def test_the_short_way_reads_as_the_careful_one(whole, part):
    text = f"{whole}.{part:06d}"
    assert READ.column(pd.Series([text], dtype="str")).value[0] == READ(text).value == float(text)
