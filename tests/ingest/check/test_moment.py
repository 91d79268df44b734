"""Tests of reading moments: dates without a zone, and fiscal years."""

import pandas as pd
import pytest

from cop.ingest.check.moment import read_fiscal_months, read_moments
from cop.ingest.profile.base import TimeRule

pytestmark = pytest.mark.sources


def read(*texts: str, precision: str, form: str = "%Y-%m-%d %H:%M", zone: str) -> list[object]:
    cells = pd.Series(texts, dtype="str")
    rule = TimeRule(format=form, zone=zone)
    moments, twofold = read_moments(
        cells, rule, pd.Series(precision, index=cells.index), profile="p"
    )
    assert not twofold.any()
    return moments.tolist()


@pytest.mark.parametrize("zone", ["UTC", "Europe/Budapest", "America/Los_Angeles"])
@pytest.mark.parametrize("precision", ["day", "week", "month", "year"])
def test_a_date_is_the_same_date_everywhere(zone: str, precision: str) -> None:
    (moment,) = read("2026-05-01 23:30", precision=precision, zone=zone)
    assert moment == pd.Timestamp(2026, 5, 1)


def test_a_clock_is_of_its_zone() -> None:
    (moment,) = read("2026-05-01 23:30", precision="hour", zone="America/Los_Angeles")
    assert moment == pd.Timestamp(2026, 5, 2, 6, 30)


def test_an_offset_gives_the_date_of_the_zone() -> None:
    (moment,) = read(
        "2026-05-01T23:30-0700", precision="day", form="%Y-%m-%dT%H:%M%z", zone="America/Phoenix"
    )
    assert moment == pd.Timestamp(2026, 5, 1)


def test_months_alone_are_read() -> None:
    assert read("1999-10", precision="month", form="%Y-%m", zone="UTC") == [
        pd.Timestamp(1999, 10, 1)
    ]


def fiscal(year: str, month: str, start: int = 10) -> object:
    cells = [pd.Series([text], dtype="str") for text in (year, month)]
    return read_fiscal_months(*cells, start=start).iloc[0]


@pytest.mark.parametrize(
    ("year", "month", "start", "expected"),
    [
        ("2019", "OCT", 10, (2018, 10)),
        ("2019", "Dec", 10, (2018, 12)),
        ("2019", "JAN", 10, (2019, 1)),
        ("2019", "september", 10, (2019, 9)),
        ("2019", "9", 10, (2019, 9)),
        ("2019", "10", 10, (2018, 10)),
        ("2019", "04", 4, (2018, 4)),
        ("2019", "mar", 4, (2019, 3)),
        ("2019", "oct", 1, (2019, 10)),
    ],
)
def test_fiscal_months_are_those_of_the_calendar(
    year: str, month: str, start: int, expected: tuple[int, int]
) -> None:
    assert fiscal(year, month, start) == pd.Timestamp(*expected, 1)


@pytest.mark.parametrize(
    ("year", "month"), [("2019", "OKT"), ("2019", "13"), ("", "OCT"), ("x", "OCT"), ("2019.5", "1")]
)
def test_other_words_are_no_month(year: str, month: str) -> None:
    assert pd.isna(fiscal(year, month))
