"""The charts of the Coverage page carry the figures of the query, unknown left empty."""

import pytest

from cop.model.filter import Filter
from cop.query.coverage.health import longest_down, read_health
from cop.query.coverage.timeline import Timeline, read_timeline
from cop.query.service import QueryService
from cop.ui.page.coverage.chart import MOST_ROWS, build_outage_chart, build_timeline_chart

pytestmark = pytest.mark.coverage

MADE = Filter(records="synthetic")


def rows_of(chart: dict) -> list[dict]:  # type: ignore[type-arg]
    (rows,) = chart["datasets"].values()
    return list(rows)


def test_each_cell_is_the_share_of_its_sector_and_period(service: QueryService) -> None:
    timeline = read_timeline(service, service.view(MADE))
    assert timeline is not None
    sectors = [*service.warehouse.snapshot.sectors]
    rows = rows_of(build_timeline_chart(timeline, sectors, "dark").to_dict())
    table = timeline.table
    share = 100 * table["seen_km_hours"] / table["total_km_hours"]
    assert [row["seen"] for row in rows] == pytest.approx(share.tolist())
    assert [row["sector"] for row in rows] == table["sector"].tolist()


def test_a_cell_of_which_nothing_is_known_is_empty(service: QueryService) -> None:
    timeline = read_timeline(service, service.view(MADE))
    assert timeline is not None
    table = timeline.table.assign(
        seen_km_hours=0.0, unknown_km_hours=timeline.table["total_km_hours"]
    )
    blank = Timeline(table=table, period=timeline.period)
    rows = rows_of(build_timeline_chart(blank, ["TCA"], "light").to_dict())
    assert {row["seen"] for row in rows} == {None}


def test_a_little_unknown_does_not_hide_a_gap(service: QueryService) -> None:
    timeline = read_timeline(service, service.view(MADE))
    assert timeline is not None
    table = timeline.table.assign(
        seen_km_hours=0.0, unknown_km_hours=0.02 * timeline.table["total_km_hours"]
    )
    chart = build_timeline_chart(Timeline(table=table, period=timeline.period), ["TCA"], "light")
    assert {row["seen"] for row in rows_of(chart.to_dict())} == {0.0}
    assert chart.to_dict()["encoding"]["color"]["scale"]["domain"] == [0, 100]


def test_outages_are_those_of_the_sensors_longest_down(service: QueryService) -> None:
    health = read_health(service, service.view(MADE))
    assert health is not None
    chart = build_outage_chart(health, "dark").to_dict()
    names = longest_down(health, MOST_ROWS)
    assert chart["layer"][0]["encoding"]["y"]["scale"]["domain"] == names
    drawn = {row["sensor_id"] for rows in chart["datasets"].values() for row in rows}
    assert drawn == set(names)
