"""Samples of small trials, as the intake hands them over."""

import numpy as np
import pandas as pd
import pytest

DAYS = [0.0, 3, 7, 10, 14, 21, 28, 45, 60, 90]
LEVELS = [np.nan, 400.0, 9_000, 20_000, 12_000, 3_000, 900, 500, 350, np.nan]


def samples(subject="01", days=DAYS, levels=LEVELS, **more):
    """One profile of used samples; NaN is BLQ."""
    levels = np.asarray(levels, float)
    cells = {
        "STUDYID": "T", "USUBJID": subject, "PCTESTCD": "CART", "PCTEST": "CAR transgene", "PCSPEC": "BLOOD",
        "AFRLT": np.asarray(days, float), "ARRLT": np.asarray(days, float), "AVAL": levels, "AVALU": "copies/ug",
        "ALLOQ": 50.0, "BLQFL": np.where(np.isnan(levels), "Y", "N"), "ATPTREF": "INFUSION 1", "ANLFL": "Y",
        "NCAXFL": pd.Series([None] * len(levels), dtype="str"), "ANLRS": pd.Series([None] * len(levels), dtype="str"),
        "SRCFILE": "pc.csv", "SRCROW": np.arange(2.0, 2 + len(levels)), "NFRLT": np.asarray(days, float),
        "COHORT": "All subjects",
    }  # fmt: skip
    return pd.DataFrame({**cells, **more})


def cell(rows, code, column="AVAL", **where):
    """The one cell of a parameter."""
    keep = rows["PARAMCD"] == code
    for name, value in where.items():
        keep &= rows[name] == value
    return rows.loc[keep, column].item()


@pytest.fixture(name="make", scope="session")
def _make():
    """Builders of samples and readers of parameter rows."""

    class Make:
        days, levels = DAYS, LEVELS
        samples = staticmethod(samples)
        cell = staticmethod(cell)

    return Make
