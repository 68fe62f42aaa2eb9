"""Cells hold what they print."""

import math

from cartpk.tables.cells import BLQ, Noted, number, several, share, words
from cartpk.tables.printing import days, significant

nan = math.nan


def test_several_numbers_share_a_cell_and_keep_their_unrounded_values():
    cell = several("{} [{}; {}]", [9.8765, 0.0111, 27.81], [days] * 3)
    assert cell.text == "9.88 [0.01; 27.8]"
    assert cell.values == (9.8765, 0.0111, 27.81)


def test_what_is_missing_is_nc_and_what_is_below_the_limit_is_blq():
    assert several("{} ({})", [5.0, nan], [significant] * 2).text == "5.00 (NC)"
    assert several("{} ({})", [nan, nan], [significant] * 2).text == "NC"
    assert several("{} ({})", [nan, nan], [significant] * 2).values == ("NC", "NC")
    assert several("{} [{}; {}]", [BLQ, BLQ, 7.0], [significant] * 3).text == "BLQ [BLQ; 7.00]"
    assert several("{} [{}; {}]", [BLQ] * 3, [significant] * 3).text == "BLQ"
    assert number(nan, significant).values == ("NC",)


def test_shares():
    assert share(1, 3).text == "1 (33.3)"
    assert share(1, 8).text == "1 (12.5)"
    assert share(0, 0).text == "0"


def test_missing_words_are_blank():
    assert [words(v).text for v in (None, nan, "", "x", 3)] == ["", "", "", "x", "3"]


def test_reasons_get_letters_in_the_order_of_their_first_use():
    notes = Noted()
    texts = [notes.cell(f"reason {i % 28}").text for i in range(56)]
    assert texts[:28] == texts[28:]
    assert texts[25:28] == ["NC [z]", "NC [aa]", "NC [ab]"]
    assert notes.footnotes()[26] == "[aa] reason 26"
    assert len(notes.footnotes()) == 28
