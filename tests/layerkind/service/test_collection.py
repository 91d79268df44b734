"""Collections: the layers whose features can be listed, with the highest marking of each."""

from contextlib import closing
from pathlib import Path

import pytest

from cop.errors import LayerError
from cop.layerkind.registry import kind_of
from cop.layerkind.service.collection import (
    list_collections,
    read_collection,
    select_items,
    widen,
)
from cop.model.filter import Filter
from cop.model.release import Release
from cop.query.item.page import ItemFilter, read_page
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.layer import make_features, publish_features
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.exchange


def test_layers_with_features_are_collections_events_first(service: QueryService) -> None:
    view = service.view()
    found = list_collections(service, view)
    assert next(iter(found)) == "events"
    assert {"segments", "sensors", "sectors", "impact", "hotspots", "places"} <= {*found}
    assert not {"changes", "scope", "hillshade", "risk_surface", "basemap"} & {*found}
    assert all(kind_of(one.layer).has_items for one in found.values())
    with pytest.raises(LayerError, match="no collection 'changes': there are events"):
        read_collection(service, view, "changes")


def test_what_is_made_up_says_so(service: QueryService) -> None:
    for records in ("real", "synthetic"):
        found = list_collections(service, service.view(Filter(records=records)))
        for name in ("events", "segments", "sensors"):
            assert found[name].synthetic is (records == "synthetic")
        assert not found["sectors"].synthetic


def test_every_collection_has_features_with_unique_ids(service: QueryService) -> None:
    view = service.view(Filter(records="synthetic"))
    for one in list_collections(service, view).values():
        table = select_items(service, view, one)
        if table is None:
            continue
        page = read_page(service, view, table, ItemFilter(), limit=50_000)
        assert len({item.id for item in page.items}) == page.matched == len(page.items)


def test_an_uploaded_layer_is_one_while_it_is_published_and_released(
    bare_warehouse: Path, tmp_path: Path
) -> None:
    folder = copy_warehouse(bare_warehouse, tmp_path / "warehouse")
    features = make_features(marking=["TLP:CLEAR"] * 4, name=list("abcd"))
    publish_features(folder, features, marking="TLP:AMBER//REL TO DPS", synthetic=True)
    with closing(Warehouse(StoreSettings(data=folder))) as warehouse:
        service = QueryService(warehouse, tile_cache_mb=1)
        name = next(iter(service.snapshot.uploaded))
        own = read_collection(service, service.view(), name)
        assert (own.marking, own.synthetic) == ("TLP:AMBER//REL TO DPS", True)
        table = select_items(service, service.view(), own)
        assert table is not None
        # A column of the file says nothing of how the layer is marked.
        assert "marking" not in table.kinds
        page = read_page(service, service.view(), table, ItemFilter(), limit=9)
        assert [one.properties["name"] for one in page.items] == list("abcd")
        other = service.released_to(Release(agency="PCSO"))
        assert name not in list_collections(other, other.view())
        mine = service.released_to(Release(agency="DPS"))
        assert name in list_collections(mine, mine.view())


def test_a_feature_is_found_whatever_a_filter_counts(service: QueryService) -> None:
    narrow = service.view(Filter(kinds=("tunnel",), records="real"))
    wide = widen(narrow, "synthetic")
    assert (wide.filter.kinds, wide.records) == ((), "synthetic")
