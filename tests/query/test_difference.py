"""Two Pictures against each other: the differences are those of the summaries."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cop.model.filter import Filter
from cop.model.moment import utc_now
from cop.model.picture import Picture
from cop.model.window import TimeWindow
from cop.query.difference import NOT_COMPARED, Side, build_differences, describe_windows
from cop.query.service import QueryService

pytestmark = pytest.mark.table


@pytest.fixture
def months(service: QueryService) -> tuple[Side, Side]:
    """This month and the one before, SYNTHETIC."""
    end = utc_now().replace(hour=0, minute=0, second=0)
    spans = [(end - timedelta(days=60), 30), (end - timedelta(days=30), 30)]
    windows = [TimeWindow(start=at, end=at + timedelta(days=days)) for at, days in spans]
    filters = [Filter(window=window, records="synthetic") for window in windows]
    before, now = (Side(service, service.view(f), Picture(filter=f)) for f in filters)
    return before, now


def test_each_group_adds_up_to_the_headline(months: tuple[Side, Side]) -> None:
    rows = build_differences(*months)
    (events,) = (row for row in rows if row.title == "Events")
    for group in ("Events by kind", "Events by sector"):
        left = sum(int(row.left.replace(",", "")) for row in rows if row.group == group)
        assert f"{left:,}" == events.left
    apart = int(events.right.replace(",", "")) - int(events.left.replace(",", ""))
    assert events.apart.split(" ")[0] == (f"{apart:+,}" if apart else "0")
    assert describe_windows(*(side.picture for side in months)) == ""


def test_a_picture_against_itself_differs_in_nothing(months: tuple[Side, Side]) -> None:
    rows = build_differences(months[0], months[0])
    assert {row.apart for row in rows} <= {"0", "+0 points", "unknown"}
    assert all(row.left == row.right for row in rows)


def test_real_and_synthetic_figures_are_not_compared(months: tuple[Side, Side]) -> None:
    left = months[0]
    wanted = replace(left.picture.filter, records="real")
    picture = replace(left.picture, filter=wanted)
    right = Side(left.service, left.service.view(wanted), picture)
    assert {row.apart for row in build_differences(left, right)} == {NOT_COMPARED}
    assert "SYNTHETIC" in describe_windows(left.picture, right.picture)


def test_windows_of_other_lengths_are_pointed_out(months: tuple[Side, Side]) -> None:
    left = months[0].picture
    window = left.filter.window
    assert window.start is not None
    week = TimeWindow(start=window.start, end=window.start + timedelta(days=7))
    right = replace(left, filter=left.filter.within(week))
    assert "30 d against 7 d" in describe_windows(left, right)
