"""The data block of the page: what was packed comes out again, and nothing in it can end its element."""

from __future__ import annotations

import json
import math
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartpk.report.packed import block, packed, unpacked
from cartpk.report.page_data import page_data


@pytest.fixture(scope="module")
def inside(html) -> dict:
    (text,) = re.findall('<script type="application/json" id="data">(.*?)</script>', html, flags=re.DOTALL)
    return json.loads(text)


def test_every_row_of_the_run_is_in_the_block(inside, data):
    tables = inside["tables"]
    subjects = tables["adsl"]["columns"]["USUBJID"]
    assert sorted(subjects) == sorted(data.adsl["USUBJID"])
    for name in ("adsl", "adnca", "adpp"):
        frame = getattr(data, name)
        table = tables[name]
        assert table["n"] == len(frame)
        for key in table["columns"]:
            if name == "adsl" or key == "VISIT":
                continue
            for found, wanted in zip(unpacked(table["columns"], key, table["n"], subjects), frame[key], strict=True):
                if isinstance(wanted, str):
                    assert found == wanted
                elif wanted is None or math.isnan(wanted):
                    assert found is None
                else:
                    assert found == pytest.approx(wanted, rel=1e-11)


def test_subjects_stand_by_dose_level_and_name(inside, data):
    table = inside["tables"]["adsl"]
    doses = unpacked(table["columns"], "COHORT", table["n"])
    assert list(dict.fromkeys(doses)) == [d["label"] for d in inside["doses"]] == list(data.cohorts)


def test_a_stranger_among_the_samples_is_left_out(data, config):
    import dataclasses

    row = data.adnca.iloc[[0]].assign(USUBJID="nobody")
    more = dataclasses.replace(data, adnca=pd.concat([data.adnca, row], ignore_index=True))
    assert page_data(more, config)["tables"]["adnca"]["n"] == len(data.adnca)


@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.text(max_size=4)),
            st.floats(allow_nan=True, allow_infinity=True),
        ),
        max_size=30,
    )
)
def test_packing_loses_nothing_that_twelve_digits_hold(rows):
    frame = pd.DataFrame({"WORD": pd.Series([w for w, _ in rows], dtype=object), "NUMBER": [x for _, x in rows]})
    frame["NUMBER"] = frame["NUMBER"].astype(float)
    text = block(packed(frame, ["WORD", "NUMBER", "ABSENT"]))
    assert "<" not in text
    made = json.loads(text)
    assert unpacked(made["columns"], "WORD", made["n"]) == [w for w, _ in rows]
    for found, (_, wanted) in zip(unpacked(made["columns"], "NUMBER", made["n"]), rows, strict=True):
        if math.isfinite(wanted):
            assert found == pytest.approx(wanted, rel=1e-11, abs=0)
        else:
            assert found is None
    assert "ABSENT" not in made["columns"]
