"""Tests of the records that the alert watch checks."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from cop.model.moment import utc_now
from cop.query.alert.watched_record import (
    WatchedRecords,
    lacks_watched_records,
    open_watched_records,
)
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.forecast


NOW = utc_now()
START = datetime(NOW.year, NOW.month, NOW.day) - timedelta(days=10)
DAY = timedelta(days=1)
OpenRecords = Callable[..., WatchedRecords | None]


@pytest.fixture
def look_at(own_warehouse: Path) -> Iterator[OpenRecords]:
    """Publishes real events and opens what there is to look through."""
    opened = []

    def look_at(*frames: pd.DataFrame, records: str = "real") -> WatchedRecords | None:
        if frames:
            publish_events(StoreSettings(data=own_warehouse), *frames)
        opened.append(Warehouse(StoreSettings(data=own_warehouse)))
        return open_watched_records(opened[-1], opened[-1].snapshot, records)  # type: ignore[arg-type]

    yield look_at
    for warehouse in opened:
        warehouse.close()


def events(*days: int, **columns: object) -> pd.DataFrame:
    """Events at noon of days from the start on, of two people each."""
    moments = [START + day * DAY + timedelta(hours=12) for day in days]
    return make_frame(len(days), occurred_at=moments, **columns)


def test_days_are_counted_by_place_from_the_start(look_at: OpenRecords) -> None:
    segments = ["TCA-0001", "TCA-0001", "TCA-0030"]
    look = look_at(events(0, 2, 2, segment_id=segments))
    assert look is not None
    counted = look.count("surge", START, START + 5 * DAY, step="day")
    found = {(row.sector, row.step, row.n) for row in counted.itertuples()}
    assert found == {("TCA", 0, 1.0), ("TCA", 2, 1.0)}
    assert counted["n"].sum() == 3
    assert counted["zone"].nunique() == 2
    assert look.count("surge", START + 3 * DAY, START + 5 * DAY, step="day").empty


def test_a_rush_counts_people_by_the_hour_of_their_report(look_at: OpenRecords) -> None:
    reported = START + timedelta(hours=15)
    look = look_at(events(0, 0, reported_at=reported, unit=["people", "kg"], count=[7, 100]))
    assert look is not None
    (row,) = look.count("rush", START, START + DAY, step="hour").itertuples()
    assert (row.step, row.n) == (15, 7.0)


def test_what_is_reported_after_the_version_or_known_to_the_month_does_not_count(
    look_at: OpenRecords,
) -> None:
    late = events(1, reported_at=NOW + DAY, source_id=["late"])
    vague = events(1, time_precision="month", source_id=["vague"])
    day = events(1, time_precision="day", source_id=["day"])
    look = look_at(pd.concat([late, vague, day], ignore_index=True))
    assert look is not None
    assert look.count("surge", START, START + 5 * DAY, step="day")["n"].tolist() == [1.0]


def test_columns_are_asked_of_a_place(look_at: OpenRecords) -> None:
    kinds = ["crossing", "rescue", "rescue"]
    look = look_at(events(0, 1, 2, kind=kinds, segment_id=["TCA-0001", "TCA-0002", "TCA-0002"]))
    assert look is not None
    place = {"sector": "TCA", "segments": ["TCA-0002"]}
    assert look.describe("count(*)", "surge", START, NOW, **place) == [(2,)]
    grouped = look.describe(
        "kind, count(*)", "surge", START, NOW, sector="TCA", segments=None, by="kind"
    )
    assert grouped == [("rescue", 2), ("crossing", 1)]


def test_it_is_known_when_its_version_was_published(look_at: OpenRecords) -> None:
    look = look_at(events(0))
    assert look is not None
    assert look.known_at == look.snapshot.catalogue.published_at
    assert not lacks_watched_records(look.snapshot, "real")


def test_without_records_there_is_nothing_to_look_through(look_at: OpenRecords) -> None:
    assert look_at() is None
    assert look_at(events(0), records="synthetic") is None


def test_without_a_region_there_is_nothing_either(tmp_path: Path) -> None:
    settings = StoreSettings(data=tmp_path / "small")
    publish_events(settings, events(0))
    warehouse = Warehouse(settings)
    assert open_watched_records(warehouse, warehouse.snapshot, "real") is None
    warehouse.close()
