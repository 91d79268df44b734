"""Tests of the marking of a Picture: what counts every source asks for every source's marking."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cop.layerkind.service.marking import own_marking
from cop.model.filter import Filter
from cop.model.picture import Picture, ShownLayer
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.source import register_source
from cop.store.warehouse import Warehouse
from tests.support.record import make_frame
from tests.support.store import make_source, publish_events

pytestmark = pytest.mark.forecast


@pytest.fixture
def service(own_warehouse: Path) -> Iterator[QueryService]:
    """Events of an open source, and of one that is marked higher."""
    store = StoreSettings(data=own_warehouse)
    for name in ("test", "other"):
        publish_events(store, make_frame(1, source=name), source=name)
    with open_transaction(store) as transaction:
        higher = make_source("other").model_copy(update={"marking": "TLP:AMBER"})
        register_source(transaction, higher)
        transaction.commit("marked")
    warehouse = Warehouse(store)
    yield QueryService(warehouse, tile_cache_mb=8)
    warehouse.close()


def test_a_shown_layer_of_impact_is_of_every_source(service: QueryService) -> None:
    wanted = Filter(records="real", sources=("test",))
    shown = (ShownLayer(id="impact"),)
    low = own_marking(
        service,
        service.view(Picture(filter=wanted, shown=()).filter),
        Picture(filter=wanted, shown=()),
    )
    assert low != "TLP:AMBER"
    assert (
        own_marking(
            service,
            service.view(Picture(filter=wanted, shown=shown).filter),
            Picture(filter=wanted, shown=shown),
        )
        == "TLP:AMBER"
    )
