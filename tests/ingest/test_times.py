"""cartpk.ingest.times and clock: ISO 8601 stamps, days between them, dates without a time of day."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartpk.config.data import Time
from cartpk.ingest.clock import Clock
from cartpk.ingest.times import DateReader, days_between, read_stamp

pytestmark = pytest.mark.requirement("URS-312")

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


@pytest.mark.parametrize(
    ("text", "form", "iso"),
    [
        ("24/5/3", "YY/M/D", "2024-05-03"),
        ("2024年5月3日 9:30", "YYYY年M月D日", "2024-05-03T09:30"),
        ("2024.5.3", "YYYY.M.D", "2024-05-03"),
        ("20240503", "YYYYMMDD", "2024-05-03"),
        ("03/04/2024", "DD/MM/YYYY", "2024-04-03"),
        ("03/04/2024", "MM/DD/YYYY", "2024-03-04"),
        ("3-MAY-2024 09:30:15", "D-MMM-YYYY", "2024-05-03T09:30:15"),
        ("２０２４．５．３", "YYYY.M.D", "2024-05-03"),
    ],
)
def test_a_declared_form_is_the_iso_date(text, form, iso):
    assert DateReader(Time(date_formats=(form,)))(text) == read_stamp(iso)


@pytest.mark.parametrize(
    ("text", "rule"),
    [("13/25/2024", "BI-038"), ("03/04/2024", "BI-035"), ("2024-05-03 9:5", "BI-038"), ("3-XXX-2024", "BI-038")],
)
def test_what_two_forms_read_differently_and_what_does_not_exist_is_refused(text, rule):
    forms = ("DD/MM/YYYY", "MM/DD/YYYY", "D-MMM-YYYY")
    assert DateReader(Time(date_formats=forms))(text).rule == rule


def test_of_two_readings_the_one_that_exists_counts():
    read = DateReader(Time(date_formats=("DD/MM/YYYY", "MM/DD/YYYY")))
    assert read("25/04/2024").at == read_stamp("2024-04-25").at


@pytest.mark.parametrize(("epoch", "number"), [(1900, "45415.4"), (1904, "43953.4")])
def test_a_serial_number_counts_from_its_declared_year(epoch, number):
    stamp = DateReader(Time(excel_serial=epoch))(number)
    assert (stamp.at, stamp.clock, stamp.serial) == (read_stamp("2024-05-03T09:36").at, True, True)
    assert DateReader(Time(excel_serial=epoch))("12500").rule == "BI-039"


def test_elapsed_time_in_the_zone_of_the_site_knows_its_summer_time():
    read = DateReader(Time(site_timezone="Europe/Berlin"))
    assert days_between(read("2024-03-30T12:00"), read("2024-03-31T12:00")) == pytest.approx(23 / 24)
    assert days_between(read("2024-03-30T12:00"), read("2024-03-30T11:00Z")) == 0.0
    # the calendar day is that of the site: 23:30 in London is the next day in Berlin
    assert days_between(read("2024-03-30"), read("2024-03-30T23:30Z")) == 1.0


def zoned(trial, pc, ex="", **time):
    """The SDTM trial with these zones behind the times of PC and EX."""
    cells = {("ex", i, "EXSTDTC"): f"2024-05-0{i + 1}T10:00{ex}" for i in range(3)}
    cells |= {("ex", i, "EXENDTC"): "" for i in range(3)}
    cells |= {("pc", 3 + 8 * i, "PCDTC"): f"2024-05-{8 + i:02d}T02:00{pc}" for i in range(3)}
    naive = [("pc", lambda r: r["PCDTC"][10:] == "T10:00")]
    return trial.sdtm(cells, drop=naive, settings={"time": time} if time else None)


def test_a_central_laboratory_in_another_zone_needs_the_zone_of_the_site(trial):
    alone = zoned(trial, "Z")
    assert "CP-013" in set(alone.findings["RULE"])
    together = zoned(trial, "Z", site_timezone="Asia/Shanghai")
    assert not together.stops
    assert together.adnca["AFRLT"].tolist() == [7.0, 7.0, 7.0]
    told = together.findings[together.findings["RULE"] == "BI-037"]
    assert told["OLD"].tolist() == ["Z, none (read as Asia/Shanghai)"]


def test_a_column_of_both_kinds_stops_also_with_the_zone_of_the_site(trial):
    site = {"time": {"site_timezone": "Asia/Shanghai"}}
    intake = trial.sdtm({("pc", 3, "PCDTC"): "2024-05-08T02:00Z"}, settings=site)
    assert "CP-013" in set(intake.findings["RULE"])
