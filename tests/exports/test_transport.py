"""Transport files: the limits of version 5 hold, nothing is lost, the same data give the same bytes."""

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartpk.exports.transport import ascii_text, fitted, pieces, xpt_bytes

pytestmark = pytest.mark.requirement("URS-608")

LABELS = {"USUBJID": "Subject", "AVAL": "Value", "PPREASND": "Reason"}


def table(reason):
    return pd.DataFrame({
        "USUBJID": pd.Series(["S1", "S2", "S3"], dtype="str"),
        "AVAL": [1 / 3, np.nan, 6.02214076e23],
        "PPREASND": pd.Series(["", reason, "x"], dtype="str"),
    })  # fmt: skip


def read(content, folder, name="a"):
    file = folder / f"{name}.xpt"
    file.write_bytes(content)
    return pyreadstat.read_xport(file)


@given(st.text(alphabet=st.sampled_from("ab é×"), max_size=700), st.integers(8, 200))
def test_pieces_of_a_text_fit_and_give_it_again(text, most):
    found = pieces(text, most)
    assert "".join(found) == text
    assert all(len(piece.encode()) <= most for piece in found)


@given(st.text(max_size=60))
def test_ascii_text_is_printable_ascii_and_stays_what_it_is(text):
    plain = ascii_text(text)
    assert plain.isascii()
    assert plain == "" or plain.isprintable()
    assert ascii_text(plain) == plain


def test_signs_of_doses_and_units_are_spelt():
    assert ascii_text("0.25 × 10⁸ cells/kg, ≤ 5 µg, 10⁻³") == "0.25 x 10^8 cells/kg, <= 5 ug, 10^-3"


def test_a_long_text_is_split_at_blanks_into_further_variables_and_listed(tmp_path):
    reason = "no acceptable lambda_z " * 20
    fit = fitted("ADPP", table(reason.strip()), LABELS)
    assert list(fit.table.columns) == ["USUBJID", "AVAL", "PPREASND", "PPREASN1", "PPREASN2"]
    back, meta = read(xpt_bytes("ADPP", "Parameters", fit.table, fit.labels, 5), tmp_path)
    assert "".join(back.loc[1, ["PPREASND", "PPREASN1", "PPREASN2"]]) == reason.strip()
    assert max(meta.variable_storage_width.values()) <= 200
    (note,) = fit.notes
    assert (note.variable, note.what, note.became) == ("PPREASND", "text split", "PPREASND, PPREASN1, PPREASN2")


@pytest.mark.parametrize("version", [5, 8])
def test_numbers_and_texts_come_back_equal(tmp_path, version):
    made = table("≥ 5 of 6 µg") if version == 8 else table(">= 5")
    back, meta = read(xpt_bytes("ADPP", "Parameters", made, LABELS, version), tmp_path)
    pd.testing.assert_frame_equal(back.astype({"USUBJID": "str", "PPREASND": "str"}), made, check_exact=True)
    assert meta.column_names_to_labels == LABELS
    assert (meta.table_name, meta.file_label) == ("ADPP", "Parameters")


@pytest.mark.parametrize("version", [5, 8])
def test_no_clock_stands_in_the_file(version):
    one, two = (xpt_bytes("ADPP", "Parameters", table("x"), LABELS, version) for _ in range(2))
    assert one == two
    assert one[:560].count(b"01JAN60:00:00:00") == 4


def test_a_table_without_rows_is_a_file_with_its_variables(tmp_path):
    back, meta = read(xpt_bytes("ADPP", "Parameters", table("x").iloc[:0], LABELS, 5), tmp_path)
    assert len(back) == 0
    assert meta.column_names == list(LABELS)


@pytest.mark.parametrize(
    ("columns", "labels", "says"),
    [
        ({"POPULATION": "x"}, {"POPULATION": "Cells"}, "at most 8 letters"),
        ({"AVAL": "x"}, {"AVAL": "v" * 41}, "at most 40"),
        ({"AVAL": "x"}, {"AVAL": "µ"}, "ASCII"),
        ({"AVAL": "x" * 300, "AVAL1": "y"}, {"AVAL": "a", "AVAL1": "b"}, "AVAL1: taken"),
    ],
)
def test_what_has_no_declared_way_to_fit_is_refused(columns, labels, says):
    made = pd.DataFrame({name: pd.Series([text], dtype="str") for name, text in columns.items()})
    with pytest.raises(ValueError, match=says):
        fitted("ADPP", made, labels)
