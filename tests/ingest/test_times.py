"""cartpk.ingest.times and clock: ISO 8601 stamps, days between them, dates without a time of day."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartpk.ingest.clock import Clock
from cartpk.ingest.times import days_between, read_stamp

HOUR = 1 / 24


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2024-05-03T09:30", "2024-05-04T09:30", 1.0),
        ("2024-05-03T09:30:00", "2024-05-03T10:00:00", 0.5 * HOUR),
        ("2024-05-03 09:30", "2024-05-03T09:00", -0.5 * HOUR),
        ("2024-02-28T12:00", "2024-03-01T12:00", 2.0),
        ("2023-12-31T23:00", "2024-01-01T01:00", 2 * HOUR),
        ("2024-05-03T24:00", "2024-05-04T06:00", 6 * HOUR),
        ("2024-05-03T09:30Z", "2024-05-03T17:30+08:00", 0.0),
        ("2024-05-03T09:30", "2024-05-04", 1.0),
        ("2024-05-03", "2024-05-10T23:59", 7.0),
    ],
)
def test_days_between_two_stamps(start, end, days):
    assert days_between(read_stamp(start), read_stamp(end)) == pytest.approx(days, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "CP-011"),
        ("NA", "CP-011"),
        ("2024", "BI-033"),
        ("2024-05", "BI-033"),
        ("2024-05-UK", "BI-033"),
        ("UN-MAY-2024", "BI-033"),
        ("2024---15", "CP-016"),
        ("45231", "CP-017"),
        ("45231.375", "CP-017"),
        ("03/04/2024", "BI-035"),
        ("3/4/24 9:00", "BI-035"),
        ("2024.5.3", "CP-016"),
        ("2024年5月3日", "CP-016"),
        ("20240503", "CP-016"),
        ("2024-05-03T25:30", "BI-038"),
        ("2024-05-03T9:5", "BI-038"),
        ("2024-02-30", "BI-038"),
        ("2024-05-03T24:30", "BI-038"),
        ("1900-01-01", "BI-039"),
        ("9999-12-31", "BI-039"),
    ],
)
def test_what_is_no_iso_stamp_is_refused_with_its_reason(text, rule):
    stamp = read_stamp(text)
    assert stamp.at is None
    assert stamp.rule == rule


def test_a_date_without_a_time_follows_the_policy():
    assert Clock(None, None).read("2024-05-03").clock is False
    noon = Clock("12:00", None).read("2024-05-03")
    assert noon.clock
    assert noon.at.hour == 12
    assert Clock("12:00", None).read("2024-05-03T09:30").at.hour == 9


def test_nothing_is_sampled_after_the_data_cut():
    clock = Clock(None, "2024-05-03")
    assert clock.read("2024-05-03T23:00").at is not None
    assert clock.read("2024-05-04T00:00").rule == "BI-039"


@given(
    st.datetimes(min_value=pd.Timestamp("1990-01-01"), max_value=pd.Timestamp("2100-01-01")),
    st.integers(-(10**6), 10**6),
)
@settings(max_examples=200, deadline=None)
def test_a_stamp_moved_by_seconds_is_that_far_away(start, seconds):
    start = start.replace(microsecond=0)
    end = start + pd.Timedelta(seconds=seconds).to_pytimedelta()
    assert days_between(read_stamp(start.isoformat()), read_stamp(end.isoformat())) == pytest.approx(seconds / 86400)


@given(st.text(max_size=20))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_stamp_or_has_a_rule(text):
    stamp = read_stamp(text)
    assert (stamp.at is None) <= (stamp.rule != "")
