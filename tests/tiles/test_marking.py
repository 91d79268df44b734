"""Tests of the marking of a Picture: what counts every source asks for every source's marking."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cop.model.filter import Filter
from cop.model.picture import Picture, ShownLayer
from cop.settings import StoreSettings
from cop.store.publication import open_publication
from cop.store.source import register_source
from cop.store.warehouse import Warehouse
from cop.tiles.marking import own_marking
from cop.tiles.picture import PictureService
from tests.support.record import make_frame
from tests.support.store import make_source, publish_events

pytestmark = pytest.mark.forecast


@pytest.fixture
def service(own_warehouse: Path) -> Iterator[PictureService]:
    """Events of an open source, and of one that is marked higher."""
    store = StoreSettings(data=own_warehouse)
    for name in ("test", "other"):
        publish_events(store, make_frame(1, source=name), source=name)
    with open_publication(store) as publication:
        higher = make_source("other").model_copy(update={"marking": "TLP:AMBER"})
        register_source(publication, higher)
        publication.commit("marked")
    warehouse = Warehouse(store)
    yield PictureService(warehouse, tile_cache_mb=8)
    warehouse.close()


def test_a_shown_layer_of_impact_is_of_every_source(service: PictureService) -> None:
    wanted = Filter(records="real", sources=("test",))
    shown = (ShownLayer(id="impact"),)
    low = own_marking(service, Picture(wanted=wanted, shown=()))
    assert low != "TLP:AMBER"
    assert own_marking(service, Picture(wanted=wanted, shown=shown)) == "TLP:AMBER"
