"""A warehouse with alerts for the Alerts page."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cop.model.moment import utc_now
from cop.settings import StoreSettings
from cop.store.room.alert import Alerts
from tests.support.alert import DAY, make_finding
from tests.support.record import make_frame
from tests.support.store import publish_events


@pytest.fixture
def data(own_warehouse: Path) -> Path:
    """A warehouse with three real events and three synthetic ones."""
    store, now = StoreSettings(data=own_warehouse), utc_now()
    moments = [now - i * DAY for i in (1, 2, 3)]
    publish_events(store, make_frame(3, source_id=["a", "b", "c"], occurred_at=moments))
    drill = make_frame(3, source="drill", source_id=["a", "b", "c"], occurred_at=moments)
    publish_events(store, drill.assign(synthetic=True), source="drill", synthetic=True)
    return own_warehouse


@pytest.fixture
def alerts(data: Path) -> Iterator[Alerts]:
    """Its alerts, one of a real surge that is on."""
    store = Alerts(StoreSettings(data=data))
    now = utc_now()
    began = (now - 3 * DAY).replace(hour=0, minute=0, second=0)
    found = make_finding(started_at=began, alarm_from=began + DAY, until=now)
    store.note("1", [found])
    yield store
    store.close()
