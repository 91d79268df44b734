"""Tests of looking through a version: what counts, what is known, what is apart."""

from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from cop.model.alert import AlertFinding
from cop.model.moment import utc_now
from cop.query.alert import watch as module
from cop.query.alert.watch import Findings, count_places, find_in_version, watch_version
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse
from tests.support.alert import DAY, make_surge
from tests.support.released import release_to
from tests.support.store import publish_events

pytestmark = pytest.mark.forecast

NOW = utc_now()


def watch(data: Path, *frames: pd.DataFrame, synthetic: bool = False) -> list[AlertFinding]:
    """Publish events and check the version that shows them."""
    source = "drill" if synthetic else "test"
    placed = [frame.assign(source=source, synthetic=synthetic) for frame in frames]
    publish_events(StoreSettings(data=data), *placed, source=source, synthetic=synthetic)
    warehouse = Warehouse(StoreSettings(data=data))
    try:
        return find_in_version(warehouse, warehouse.snapshot)
    finally:
        warehouse.close()


def test_a_surge_has_start_size_place_composition_and_evidence(own_warehouse: Path) -> None:
    (found,) = watch(own_warehouse, make_surge(NOW))
    midnight = datetime(NOW.year, NOW.month, NOW.day)
    assert (found.detector, found.sector, found.zone) == ("surge", "RGV", None)
    assert (found.started_at, found.until) == (midnight - 3 * DAY, midnight)
    assert (found.observed, found.unit) == (36, "events")
    assert found.low < found.expected < found.high < found.observed
    assert sum(found.kinds.values()) == 36
    assert set(found.kinds) == {"crossing", "rescue"}
    assert sum(period.n for period in found.evidence if period.start >= found.started_at) == 36
    assert found.first_segment == "RGV-0001"
    assert found.mgrs.startswith("14R")
    lons, lats = zip(*found.area, strict=True)
    assert min(lons) < found.lon < max(lons)
    assert min(lats) < found.lat < max(lats)
    assert found.area[0] == found.area[-1]
    assert found.records == "real"


def test_synthetic_records_do_not_raise_real_alerts_nor_quieten_them(own_warehouse: Path) -> None:
    watch(own_warehouse, make_surge(NOW, surge=4))
    (found,) = watch(own_warehouse, make_surge(NOW), synthetic=True)
    assert found.records == "synthetic"


def test_what_is_reported_later_or_known_to_the_month_alone_does_not_count(
    own_warehouse: Path,
) -> None:
    later = make_surge(NOW, reported_at=NOW + timedelta(days=2))
    assert watch(own_warehouse, later) == []
    vague = make_surge(NOW, time_precision="month", lasting=3)
    assert watch(own_warehouse, vague.assign(source_id="m" + vague["source_id"])) == []


def test_a_rush_is_found_by_its_reports_and_needs_weeks_of_record(own_warehouse: Path) -> None:
    hour = NOW.replace(minute=0, second=0)
    rush = make_surge(NOW, days=1, surge=1, lasting=1).assign(
        source_id="rush", count=150, occurred_at=hour - timedelta(hours=5), reported_at=hour
    )
    assert watch(own_warehouse, rush) == []
    quiet = make_surge(NOW, surge=4)
    (found,) = watch(own_warehouse, quiet)
    assert (found.detector, found.unit, found.observed) == ("rush", "people", 150)
    assert found.started_at == hour
    assert found.zone is not None
    assert found.first_segment <= "RGV-0030" <= found.last_segment


def test_places_are_sectors_and_zones(own_warehouse: Path) -> None:
    warehouse = Warehouse(StoreSettings(data=own_warehouse))
    assert count_places(warehouse, warehouse.snapshot) == 9 + 37
    warehouse.close()


@pytest.mark.access
def test_equal_records_are_searched_once_and_each_release_has_its_own_alerts(
    own_warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, searched = StoreSettings(data=own_warehouse), []

    def search(warehouse: Warehouse, snapshot: Snapshot) -> list[AlertFinding]:
        searched.append(snapshot.release)
        return find_in_version(warehouse, snapshot)

    monkeypatch.setattr(module, "find_in_version", search)
    shown = make_surge(NOW, marking="TLP:GREEN")
    hidden = make_surge(NOW, marking="TLP:RED", days=3, surge=5)
    publish_events(settings, shown, hidden.assign(source_id="h" + hidden["source_id"]))
    warehouse = Warehouse(settings)
    service, found = QueryService(warehouse, tile_cache_mb=1), Findings()
    whole = (None, release_to("JTF", "TLP:RED"), release_to("CBP", "TLP:RED"))
    part = (release_to("DPS"), release_to("HCSO", "TLP:GREEN"))
    noted = {one: watch_version(service.released_to(one), found) for one in (*whole, *part)}
    warehouse.close()
    assert searched == [None, part[0]]
    assert [one.finding.observed for r in whole for one in noted[r]] == 3 * [51]
    assert [one.finding.observed for r in part for one in noted[r]] == 2 * [36]
    assert {one.finding.marking for r in part for one in noted[r]} == {"TLP:GREEN"}
    assert len({one.id for alerts in noted.values() for one in alerts}) == 5
