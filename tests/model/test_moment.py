"""Tests of moments: ISO text, date-time groups, local time, ages."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.errors import FilterError
from cop.model.moment import (
    EARLIEST,
    LATEST,
    format_age,
    format_day,
    format_dtg,
    format_instant,
    format_local,
    format_moment,
    format_occurrence,
    parse_day,
    parse_dtg,
    parse_moment,
    utc_now,
)

pytestmark = pytest.mark.picture


@given(st.datetimes(EARLIEST, LATEST - timedelta(microseconds=1)))
def test_text_reads_back(moment: datetime) -> None:
    assert parse_moment(format_moment(moment), name="from") == moment
    assert parse_moment(format_instant(moment), name="from") == moment


def test_a_midnight_is_written_as_a_date() -> None:
    assert format_moment(datetime(2026, 1, 2)) == "2026-01-02"
    assert format_moment(datetime(2026, 1, 2, 3)) == "2026-01-02T03:00:00Z"
    assert format_moment(datetime(999, 1, 2)) == "0999-01-02"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-11-24T18:30Z", datetime(2026, 11, 24, 18, 30)),
        ("2026-11-24 18:30:15", datetime(2026, 11, 24, 18, 30, 15)),
        ("2026-11-24T18:30:15.25Z", datetime(2026, 11, 24, 18, 30, 15, 250_000)),
        ("2026-11-24T18:30-0600", datetime(2026, 11, 25, 0, 30)),
    ],
)
def test_forms_of_iso(text: str, read: datetime) -> None:
    assert parse_moment(text, name="to") == read


def test_date_time_group() -> None:
    assert format_dtg(datetime(2026, 11, 24, 18, 30)) == "241830Z NOV 26"
    assert format_dtg(datetime(2005, 2, 3, 0, 1)) == "030001Z FEB 05"


def test_local_time_names_its_zone() -> None:
    moment = datetime(2026, 7, 1, 18, 30)
    assert format_local(moment, "America/Phoenix") == "2026-07-01 11:30 MST"
    assert format_local(moment, "America/Chicago") == "2026-07-01 13:30 CDT"


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (timedelta(seconds=-5), "0 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=25, minutes=10), "1 d 1 h"),
        (timedelta(days=400), "1 y 1 mo"),
    ],
)
def test_age(age: timedelta, said: str) -> None:
    assert format_age(age) == said


def test_now_is_naive_and_whole_seconds() -> None:
    now = utc_now()
    assert now.tzinfo is None
    assert now.microsecond == 0


@pytest.mark.sources
@pytest.mark.parametrize(
    ("precision", "written"),
    [
        ("minute", "010200Z MAY 26"),
        ("hour", "010200Z MAY 26"),
        ("day", "01 MAY 26 (day only)"),
        ("week", "week of 01 MAY 26"),
        ("month", "MAY 26 (month only)"),
        ("year", "2026 (year only)"),
    ],
)
def test_an_occurrence_is_as_exact_as_it_is_known(precision: str, written: str) -> None:
    assert format_occurrence(datetime(2026, 5, 1, 2), precision) == written


@pytest.mark.layers
@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)))
def test_date_time_groups_read_back(moment: datetime) -> None:
    whole = moment.replace(second=0, microsecond=0)
    assert parse_dtg(format_dtg(whole)) == whole


@pytest.mark.layers
def test_date_time_groups_have_zones_and_are_refused_where_they_are_none() -> None:
    assert parse_dtg("241130T nov 2026") == datetime(2026, 11, 24, 18, 30)
    assert parse_dtg("010030B JAN 26") == datetime(2025, 12, 31, 22, 30)
    for text in ("241830J NOV 26", "321830Z NOV 26", "241830Z NOX 26", "241830Z", "242460Z NOV 26"):
        with pytest.raises(FilterError, match="not a date-time group"):
            parse_dtg(text)


@pytest.mark.parametrize("text", ["24 NOV 26", " 24 nov 2026 ", "24NOV26", "2026-11-24"], ids=repr)
def test_a_day_reads_in_its_forms_and_is_written_with_its_year(text: str) -> None:
    assert parse_day(text) == date(2026, 11, 24)
    assert format_day(parse_day(text)) == "24 NOV 26"


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_day_reads_back(day: date) -> None:
    assert parse_day(format_day(day)) == day
    assert parse_day(day.isoformat()) == day


@pytest.mark.parametrize(
    "text", ["", "24 NOV", "31 JUN 26", "24 XXX 26", "1-10 NOV 26", "24.11.26"]
)
def test_what_is_no_day_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(FilterError, match="write it as 24 NOV 26 or 2026-11-24"):
        parse_day(text)


@pytest.mark.trust
@given(st.datetimes())
def test_only_years_that_can_be_computed_with_are_read(moment: datetime) -> None:
    text = format_instant(moment)
    if EARLIEST <= moment < LATEST:
        assert parse_moment(text, name="to") == moment
        assert parse_day(text[:10]) == moment.date()
    else:
        for read in (lambda: parse_moment(text, name="to"), lambda: parse_day(text[:10])):
            with pytest.raises(FilterError, match="is not within the years 1900 to 2199"):
                read()


@pytest.mark.trust
@pytest.mark.parametrize("text", ["010000Z JAN 0001", "010000A JAN 1900", "312359Y DEC 2199"])
def test_a_date_time_group_of_another_age_is_refused(text: str) -> None:
    with pytest.raises(FilterError, match="is not within the years 1900 to 2199"):
        parse_dtg(text)
