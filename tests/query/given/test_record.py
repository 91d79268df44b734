"""Tests of what is granted, one record after another: events, and where sensors stand."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cop.app import open_service
from cop.ingest.marking import change_marking
from cop.model.giving import Giver, GivingRules
from cop.model.release import Release
from cop.model.tak import TakOut, TakServer
from cop.query.given.event import grant_events
from cop.query.given.record import GrantedEvent, read_granted, read_sensors
from cop.query.service import QueryService
from cop.settings import StoreSettings
from tests.support.record import make_frame
from tests.support.sighted import build_sighted
from tests.support.store import publish_events
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.exchange
NOW = datetime(2026, 3, 10)
RELEASE = Release(agency="TAK-1", highest="TLP:AMBER")
SERVER = TakServer(agency="TAK-1", out=TakOut(parts=("events",), rules=GivingRules()))


@pytest.fixture(scope="module")
def sighted(
    bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StoreSettings]:
    yield StoreSettings(data=build_sighted(bare_warehouse, tmp_path_factory.mktemp("sighted")))


def granted(service: QueryService, *without: str, since: datetime) -> list[GrantedEvent]:
    giver = Giver(agency="JTF", secret=b"s" * 32)
    released = service.released_to(RELEASE)
    with service.warehouse.cursor() as cursor:
        grant_events(cursor, released, SERVER, giver=giver, now=NOW, since=since)
        return [*read_granted(cursor, since=since, agency="JTF", without=without)]


def test_events_since_a_moment_but_those_of_some_sources(
    bare_warehouse: Path, tmp_path: Path
) -> None:
    settings = StoreSettings(data=copy_warehouse(bare_warehouse, tmp_path / "own"))
    publish_events(
        settings,
        make_frame(3, source_id=["a", "b", "c"],
                   occurred_at=[NOW - timedelta(days=d) for d in (1, 2, 40)]),
    )  # fmt: skip
    publish_events(
        settings, make_frame(1, source="tak", source_id="d", occurred_at=NOW - timedelta(days=1)),
        source="tak",
    )  # fmt: skip
    with open_service(settings) as service:
        since = NOW - timedelta(days=3)
        assert len(granted(service, since=since)) == 3
        found = granted(service, "tak", since=since)
    assert [event.origin for event in found] == ["JTF", "JTF"]
    assert [event.record for event in found] == sorted(event.record for event in found)
    assert found[0].place_words == "exact position"
    assert (found[0].count, found[0].unit, found[0].marking) == (2, "people", "TLP:CLEAR")


def test_sensors_stand_where_they_were_reported_last(sighted: StoreSettings) -> None:
    with open_service(sighted) as service:
        found = {one.sensor_id: one for one in read_sensors(service, NOW)}
        assert {*found} == {"R-1", "R-2", "R-3", "M-1", "M-2"}
        assert (found["R-1"].lon, found["R-1"].lat) == (-110.8, 31.34)
        assert found["R-1"].reported_by
        assert [one for one in found.values() if one.synthetic] == [found["M-1"], found["M-2"]]
        later = {one.sensor_id for one in read_sensors(service, datetime(2026, 7, 1))}
        assert "R-3" not in later


def test_a_sensor_that_is_withheld_is_not_there(sighted: StoreSettings, tmp_path: Path) -> None:
    own = StoreSettings(data=Path(shutil.copytree(sighted.data, tmp_path / "own")))
    change_marking(own, "made", "TLP:RED", by="Ana")
    with open_service(own) as service:
        found = {one.sensor_id for one in read_sensors(service.released_to(RELEASE), NOW)}
        assert found == {"R-1", "R-2", "R-3"}


def test_without_sensors_there_are_none(bare_warehouse: Path) -> None:
    with open_service(StoreSettings(data=bare_warehouse)) as service:
        assert read_sensors(service, NOW) == ()
