"""Tests of the offer of records that were loaded beside those on show."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cop.model.filter import Filter
from cop.model.moment import utc_now
from cop.query.alert.open_alert import read_alerts
from cop.query.offer import RecordsOffer, read_offer
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.room.alert import Alerts
from cop.store.room.default_records import DefaultChoices
from cop.store.warehouse import Warehouse
from tests.store.catalogue.test_default import load, withdraw
from tests.support.alert import make_finding

pytestmark = pytest.mark.glance


@pytest.fixture
def settings(tmp_path: Path) -> StoreSettings:
    return StoreSettings(data=tmp_path / "warehouse")


@pytest.fixture
def service(settings: StoreSettings) -> Iterator[QueryService]:
    load(settings, "synthetic", n=3)
    warehouse = Warehouse(settings)
    yield QueryService(warehouse, tile_cache_mb=1)
    warehouse.close()


def test_records_that_arrive_are_offered_until_they_are_chosen(
    settings: StoreSettings, service: QueryService
) -> None:
    assert read_offer(service) is None
    load(settings, "real", n=2)
    service.warehouse.refresh()
    offer = read_offer(service)
    assert offer == RecordsOffer(records="real", n=2, newest=datetime(2026, 1, 31))
    assert offer.words == (
        "Real records were loaded: 2 events, newest 31 JAN 26. Shown: SYNTHETIC."
    )
    assert service.view().records == "synthetic"
    service.warehouse.room.default_records.choose("real", by="Avery")
    assert service.view().records == "real"
    assert service.view(Filter(records="synthetic")).records == "synthetic"
    assert service.view(Filter(sources=("synthetic",))).records == "synthetic"
    withdraw(settings, "real")
    service.warehouse.refresh()
    assert (service.view().records, read_offer(service)) == ("synthetic", None)


def test_a_choice_silences_the_offer_until_more_arrives(
    settings: StoreSettings, service: QueryService
) -> None:
    load(settings, "real")
    service.warehouse.refresh()
    early = utc_now() - timedelta(hours=1)
    with closing(DefaultChoices(settings, now=lambda: early)) as choices:
        choices.choose("synthetic", by="Avery")
    offer = read_offer(service)
    assert offer is not None
    assert offer.records == "real"
    service.warehouse.room.default_records.choose("synthetic", by="Avery")
    assert read_offer(service) is None


def test_an_earlier_moment_shows_what_the_room_chose_then(
    settings: StoreSettings, service: QueryService
) -> None:
    load(settings, "real")
    service.warehouse.refresh()
    loaded = service.warehouse.snapshot.catalogue.published_at
    service.warehouse.room.default_records.choose("real", by="Avery")
    assert service.view(known_at=loaded).records == "synthetic"
    assert service.view(version=2).records == "real"


def test_alerts_stay_when_the_other_records_arrive(own_warehouse: Path) -> None:
    settings = StoreSettings(data=own_warehouse)
    load(settings, "synthetic")
    with closing(Alerts(settings)) as alerts:
        (raised,) = alerts.note("1", [make_finding(records="synthetic", sector="TCA")])
    load(settings, "real")
    with closing(Warehouse(settings)) as warehouse:
        service = QueryService(warehouse, tile_cache_mb=1)
        assert read_alerts(service, service.view()) == (raised,)
        warehouse.room.default_records.choose("real", by="Avery")
        assert read_alerts(service, service.view()) == ()
