"""The fast writer says what the plain one says."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from cartpk.adpp import writing
from cartpk.adpp.writing import csv_chunks

texts = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0\r"), max_size=6)
cells = st.one_of(st.none(), texts.filter(bool))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(cells, cells, st.floats(allow_infinity=False), st.integers(-9, 9), cells), max_size=20))
def test_as_pandas_writes_it(rows):
    table = pd.DataFrame(rows, columns=["A", "B,b", "X", "N", "C"])
    table = table.astype({"A": "str", "B,b": "category", "X": "float64", "N": "int64", "C": "str"})
    assert b"".join(csv_chunks(table)) == table.to_csv(index=False, lineterminator="\n").encode()


def test_more_rows_than_a_piece_and_more_combinations_than_are_joined(monkeypatch):
    monkeypatch.setattr(writing, "_ROWS", 7)
    monkeypatch.setattr(writing, "_COMBINATIONS", 30)
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "A": pd.Categorical(rng.choice(list("abcdefg"), 100)),
            "B": pd.Categorical(rng.choice(["x", 'say "y"', "p,q"], 100)),
            "C": pd.Categorical(rng.choice([None, "z"], 100)),
            "X": rng.normal(size=100),
        }
    )
    pieces = list(csv_chunks(table))
    assert len(pieces) == 16
    assert b"".join(pieces) == table.to_csv(index=False, lineterminator="\n").encode()


def test_no_rows():
    table = pd.DataFrame({"A": pd.Series([], dtype="str"), "X": pd.Series([], dtype="float64")})
    assert b"".join(csv_chunks(table)) == b"A,X\n"
