"""Which alerts lie in the filter of a view, and how many lie outside of it."""

from datetime import timedelta
from pathlib import Path

import pytest

from cop.model.area import Area
from cop.model.filter import Filter
from cop.model.moment import utc_now
from cop.model.window import TimeWindow
from cop.query.alert.open_alert import find_alerts, read_alerts
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.alert import make_finding
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.glance

DAY = timedelta(days=1)


@pytest.fixture
def service(own_warehouse: Path) -> QueryService:
    """A surge in RGV of three days, by crossings."""
    store = StoreSettings(data=own_warehouse)
    publish_events(store, make_frame(3, source_id=["a", "b", "c"]))
    opened = QueryService(Warehouse(store), tile_cache_mb=1)
    began = utc_now() - 3 * DAY
    found = make_finding(started_at=began, alarm_from=began + DAY, until=began + 2 * DAY)
    opened.warehouse.room.alerts.note("1", [found])
    return opened


def test_shown_alerts_obey_sector_county_kind_area_and_window(service: QueryService) -> None:
    (alert,) = read_alerts(service, service.view(Filter(records="real")))
    began, until = alert.finding.started_at, alert.finding.until
    kind = next(iter(alert.finding.kinds))
    west = Area(vertices=((-118, 31), (-117, 31), (-117, 33), (-118, 33)))
    for inside, parts in (
        (True, {"sectors": ("RGV",)}),
        (False, {"sectors": ("TCA",)}),
        (True, {"counties": ("Hidalgo, TX",)}),
        (False, {"counties": ("Webb, TX",)}),
        (True, {"kinds": (kind, "tunnel")}),
        (False, {"kinds": ("tunnel",)}),
        (False, {"area": west}),
        (True, {"window": TimeWindow(start=until, end=until + DAY)}),
        (False, {"window": TimeWindow(start=until + DAY, end=until + 2 * DAY)}),
        (False, {"window": TimeWindow(start=began - DAY, end=began)}),
        (True, {"sources": ("test",)}),
    ):
        found = find_alerts(service, service.view(Filter(records="real", **parts)))  # type: ignore[arg-type]
        assert (len(found.active), found.outside) == ((1, 0) if inside else (0, 1)), parts


def test_a_closed_alert_is_listed_and_not_active(service: QueryService) -> None:
    view = service.view(Filter(records="real"))
    (alert,) = read_alerts(service, view)
    store = service.warehouse.room.alerts
    store.close_alert(alert.id, by="Avery", outcome="false", reason="Chance.")
    found = find_alerts(service, view)
    assert (len(found.inside), found.active, found.outside) == (1, (), 0)
    elsewhere = find_alerts(service, service.view(Filter(records="real", sectors=("TCA",))))
    assert (elsewhere.inside, elsewhere.outside) == ((), 0)
