"""cartpk.schemas.conformity: what it passes, pandera passes; what pandera refuses, it does not pass."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartpk.schemas import TABLES, checked
from cartpk.schemas.conformity import Column, TableSchema, conforms

SCHEMA = TableSchema(
    {
        "ID": Column("str", "Who.", nullable=False),
        "FLAG": Column("str", "Whether.", allowed=("Y", "N")),
        "DOSE": Column("float64", "How much.", at_least=0),
        "DAY": Column("float64", "When.", nullable=False),
    },
    unique=("ID", "DAY"),
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
        SCHEMA.pandera().validate(table, lazy=True)
        holds = True
    except pa.errors.SchemaErrors:
        holds = False
    assert conforms(table, SCHEMA) == holds


@pytest.mark.parametrize("spoilt", [{"ID": pd.Series([1.0])}, {"DAY": pd.Series(["1"], dtype="str")}, {"MORE": "x"}])
def test_other_types_and_columns_are_left_to_pandera(spoilt):
    table = frame([("a", "Y", 1.0, 2.0)])
    assert conforms(table, SCHEMA)
    assert not conforms(table.assign(**spoilt), SCHEMA)


def test_whole_numbers_become_float64_without_pandera():
    table = frame([("a", "Y", 1.0, 2.0)]).assign(DAY=[2])
    assert checked(table, SCHEMA)["DAY"].dtype == "float64"


def test_what_is_wrong_is_named_with_its_column_and_row():
    table = frame([("a", "Y", 1.0, 2.0), ("b", "X", -1.0, 3.0)])
    with pytest.raises(ValueError, match=r"table some .*FLAG: isin.*'X', row 1.*DOSE: greater_than.*row 1"):
        checked(table, SCHEMA)


def test_pandera_is_loaded_only_for_a_table_that_does_not_hold():
    code = (
        "import sys, pandas as pd; from cartpk.schemas import ADSL, TABLES, checked;"
        "checked(pd.DataFrame({n: pd.Series(dtype=c.dtype) for n, c in ADSL.columns.items()}), ADSL);"
        "print('pandera' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_schema_of_the_package_is_one_it_knows(name):
    schema = TABLES[name]
    empty = pd.DataFrame({n: pd.Series(dtype=c.dtype) for n, c in schema.columns.items()})
    assert conforms(empty, schema)
    assert list(checked(empty, schema).columns) == list(schema.columns)
