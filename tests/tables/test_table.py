"""A table whose cells do not fit its columns is not made."""

import re
from types import SimpleNamespace

import pytest

from cartpk.dose_words import worded
from cartpk.figures.registry import FIGURES
from cartpk.tables.registry import TABLES
from cartpk.tables.table import Body, Cell, Column, Row, Table
from cartpk.terms import ALL_SUBJECTS

A, B = Column("a", "A", "label"), Column("b", "B", "number")
PAIR = Column("p", "P (Q)", "number", parts=("P", "Q"))


def made(columns, *rows):
    return Table("t_x", "14.0-0", "X", Body(tuple(columns), tuple(rows), "all", (), "x.csv"))


def cell(*values):
    return Cell("x", values or ("x",))


@pytest.mark.parametrize(
    ("columns", "row", "message"),
    [
        ((A, B), Row((cell(),)), "1 cells for 2 columns"),
        ((A, Column("a", "C", "number")), Row((cell(), cell())), "share a name"),
        ((A, Column("c", "A", "number")), Row((cell(), cell())), "share a name"),
        ((PAIR, Column("q", "Q", "number")), Row((cell(1.0, 2.0), cell())), "share a name"),
        ((A, B), Row((cell(), cell(1.0, 2.0))), "holds 2 values"),
        ((A, B), Row((cell(), cell(1.0, 2.0)), ("x", "y", "z")), "holds 2 values"),
        ((A, PAIR), Row((cell(), cell(1.0, 2.0)), ("x", "y")), "of the column or of the row"),
    ],
)
def test_misfits_are_refused(columns, row, message):
    with pytest.raises(ValueError, match=message):
        made(columns, row)


def test_one_value_fits_everywhere():
    made((A, PAIR), Row((cell(), cell("NC"))))
    made((A, B), Row((cell(), cell("NC")), ("x", "y")))
    made((A, B), Row((cell(), cell(1.0, 2.0)), ("x", "y")))
    assert [c.align for c in (A, B)] == ["left", "right"]


def test_a_trial_without_dose_levels_does_not_speak_of_them():
    bare = SimpleNamespace(cohorts=(ALL_SUBJECTS,))
    titles = [entry.title for entry in (*TABLES.values(), *FIGURES.values())]
    assert sum("dose level" in title for title in titles) > 5
    for title in titles:
        said = worded(title, bare)
        assert "dose level" not in said
        assert not re.search(r"\s\s|\s[,.;]|(?:by|and|between)$", said), said
