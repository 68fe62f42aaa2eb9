"""Listings: one row per thing, with the reason wherever something is missing."""

from dataclasses import replace

import pandas as pd
import pytest

from cartpk import schemas
from cartpk.tables import l_16_2_3, l_16_2_5_1, l_16_2_5_2, l_16_2_5_3, l_16_2_5_4, l_16_2_5_5, l_16_2_9
from cartpk.tables.output import csv_text
from cartpk.tables.table import NoTable


@pytest.fixture(name="make")
def _make(factory):
    def make(module, **replaced):
        return factory.printed(module.table(factory.trial(**replaced), factory.config()))

    return make


def cells(printed, row, *columns):
    return [printed.body.rows[row].cells[printed.columns[c]].text for c in columns]


def test_excluded_subjects_are_listed_with_the_reason(make):
    printed = make(l_16_2_3)
    assert [cells(printed, i, "subject", "set", "reason") for i in range(3)] == [
        ["S3", "Safety set", "no infusion date"],
        ["S3", "PK analysis set", "no infusion date"],
        ["S3", "PD analysis set", "no infusion date"],
    ]


def test_who_has_no_result_is_outside_without_being_excluded(factory, make):
    adsl = factory.adsl()
    adsl["EXCLRS"] = adsl["EXCLRS"].where(adsl["USUBJID"].ne("S3"))
    printed = make(l_16_2_3, adsl=adsl)
    assert printed.column("reason") == ["no usable result after infusion", "no usable cell count"]


def test_nobody_outside_is_a_sentence(factory):
    everybody = factory.adsl().assign(EXCLRS=None, PKFL="Y", PDFL="Y")
    body = l_16_2_3.table(factory.trial(adsl=schemas.checked(everybody, schemas.ADSL)), factory.config())
    assert isinstance(body, NoTable)


def test_infusions(make):
    printed = make(l_16_2_5_1)
    assert printed.column("subject") == ["S1", "S2", "S3", "S4", "S5", "S6"]
    assert cells(printed, 2, "planned", "actual", "of_planned") == ["1 × 10⁷", "6.00 × 10⁶", "60.0"]
    assert cells(printed, 4, "event", "event_text") == ["40", "HSCT"]
    assert "Outside ±30 % of the planned dose: 1 of 6 subjects." in printed.body.footnotes


def test_every_delivered_sample_is_listed(factory, make):
    printed = make(l_16_2_5_2)
    assert len(printed.body.rows) == len(factory.adnca())
    assert cells(printed, 0, "nominal", "result", "delivered", "lloq", "used") == ["Day 0", "BLQ", "<50", "50", "yes"]
    assert printed.body.rows[0].key == {"file": "pc.csv", "row": "2"}


def test_records_that_are_not_used_say_why_and_where_they_are(make):
    printed = make(l_16_2_5_3)
    assert cells(printed, 0, "subject", "test", "delivered", "reason", "file", "row") == [
        "S1", "CD7+ T cells in blood", "-4", "negative result", "cp.csv", "2",
    ]  # fmt: skip
    assert "negative result: 1." in printed.body.footnotes
    assert ",-4," in csv_text(printed.body)  # a number is no formula


def test_parameters_by_subject_with_flags_and_reasons(make):
    printed = make(l_16_2_5_4)
    assert [row.key["ppcat"] for row in printed.body.rows].count("CARTBM") == 3
    blood = tuple(row for row in printed.body.rows if row.key["ppcat"] == "CARTDNA")
    printed.body = replace(printed.body, rows=blood)
    assert printed.column("subject") == ["S1", "S2", "S4", "S5", "S6"]
    assert cells(printed, 0, "AUC0_90D", "AUC0_90D_FLAG") == ["12,000", "EXTRAPOLATED (12.3 %)"]
    assert cells(printed, 3, "flags", "LAMZHL") == ["EARLY_TMAX", "4.12"]
    assert cells(printed, 4, "CMAX", "AUC0_28D", "AUC0_28D_FLAG") == ["BLQ", "0", "ALL_BLQ"]
    lettered = {note for note in printed.body.footnotes if note.startswith("[")}
    for row, column, reason in (
        (2, "AUC0_90D", "no acceptable lambda_z"),
        (3, "AUC0_90D", "event"),
        (4, "TMAX", "all results"),
    ):
        (text,) = cells(printed, row, column)
        assert text.startswith("NC [")
        assert any(note.startswith(f"{text[3:]} {reason}") for note in lettered), (text, lettered)
    assert any(note.startswith("EARLY_TMAX:") for note in printed.body.footnotes)
    assert not any(note.startswith("SPARSE:") for note in printed.body.footnotes)


def test_points_of_the_terminal_line(make):
    printed = make(l_16_2_5_5)
    assert len(printed.body.rows) == 1
    assert cells(printed, 0, "subject", "points", "n", "LAMZHL") == ["S1", "21.0 (450); 28.0 (200)", "2", "6.00"]


def test_decisions_of_an_analyst_stand_beside_the_points(factory):
    data = factory.trial()
    signed = data.lambda_z.assign(MANUAL=["exclude_sample", None, "include"], WHO="A", WHEN="2031-02-03", WHY="clot")
    alone = signed.assign(USUBJID="S4", LZFL="N")
    points = pd.concat([signed, alone], ignore_index=True)
    printed = factory.printed(l_16_2_5_5.table(factory.trial(lambda_z=points), factory.config()))
    assert printed.column("subject") == ["S1", "S4"]
    assert cells(printed, 0, "points", "n", "decisions") == [
        "21.0 (450); 28.0 (200)", "2",
        "exclude sample 14.0 (A, 2031-02-03: clot); include 28.0 (A, 2031-02-03: clot)",
    ]  # fmt: skip
    assert cells(printed, 1, "points", "n", "LAMZHL") == ["", "0", "NC"]


def test_findings_stand_errors_first_and_cannot_run_as_formulas(factory, make):
    printed = make(l_16_2_9)
    assert printed.column("severity") == ["error", "info"]
    assert printed.column("row") == ["", "3"]
    text = csv_text(printed.body)
    assert ",'=no date," in text
    assert ",'-," in text
    none = l_16_2_9.table(factory.empty(), factory.config())
    assert none == NoTable("The input checks found nothing.")
