"""cartpk.conformity: what it passes, pandera passes; what pandera refuses, it does not pass."""

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartpk.conformity import conforms
from cartpk.schemas import TABLES, checked

SCHEMA = pa.DataFrameSchema(
    {
        "ID": pa.Column(str, nullable=False),
        "FLAG": pa.Column(str, checks=[pa.Check.isin(["Y", "N"])], nullable=True),
        "DOSE": pa.Column(float, checks=[pa.Check.ge(0)], nullable=True, coerce=True),
        "DAY": pa.Column(float, nullable=False, coerce=True),
    },
    strict=True,
    unique=["ID", "DAY"],
    name="some",
)
TEXT = st.sampled_from(["Y", "N", "y", "", None])
NUMBER = st.sampled_from([0.0, -0.0, 1.5, -1.0, np.inf, np.nan])
ROWS = st.lists(st.tuples(TEXT, TEXT, NUMBER, NUMBER), max_size=4)


def frame(rows):
    columns = zip(*rows, strict=True) if rows else [[]] * 4
    kinds = ("str", "str", "float64", "float64")
    return pd.DataFrame({n: pd.Series(c, dtype=k) for n, c, k in zip(SCHEMA.columns, columns, kinds, strict=True)})


@given(ROWS)
def test_its_verdict_is_panderas(rows):
    table = frame(rows)
    try:
        SCHEMA.validate(table, lazy=True)
        holds = True
    except pa.errors.SchemaErrors:
        holds = False
    assert conforms(table, SCHEMA) == holds


@pytest.mark.parametrize("spoilt", [{"ID": pd.Series([1.0])}, {"DAY": pd.Series(["1"], dtype="str")}, {"MORE": "x"}])
def test_other_types_and_columns_are_left_to_pandera(spoilt):
    table = frame([("a", "Y", 1.0, 2.0)])
    assert conforms(table, SCHEMA)
    assert not conforms(table.assign(**spoilt), SCHEMA)


def test_what_it_does_not_know_is_left_to_pandera():
    odd = SCHEMA.update_column("DAY", checks=[pa.Check.lt(9)])
    assert not conforms(frame([("a", "Y", 1.0, 2.0)]), odd)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_schema_of_the_package_is_one_it_knows(name):
    schema = TABLES[name]
    kinds = {n: "float64" if str(c.dtype) == "float64" else "str" for n, c in schema.columns.items()}
    empty = pd.DataFrame({n: pd.Series(dtype=k) for n, k in kinds.items()})
    assert conforms(empty, schema)
    assert list(checked(empty, schema).columns) == list(schema.columns)
