"""Tests of the layers of a server: those that are declared and those that a Picture shows."""

from contextlib import closing
from pathlib import Path

import pytest

from cop.access.viewer import Viewer
from cop.errors import LayerError
from cop.ingest.layer.draft import read_draft
from cop.ingest.layer.lifecycle import publish_layer
from cop.layerkind.service.layer_list import list_visible, read_layer, read_layers
from cop.model.picture import Picture, ShownLayer
from cop.model.uploaded import Declaration
from cop.query.dataset import build_dataset_table
from cop.query.registry import load_layers
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.context import make_context
from tests.support.layer import make_features, write_draft

pytestmark = pytest.mark.house


def test_declared_layers_are_listed_bottom_first(service: QueryService) -> None:
    layers = read_layers(service, service.view())
    assert list(layers) == [name for name in load_layers() if name != "basemap"]
    assert read_layer(service, service.view(), "events") is layers["events"]
    with pytest.raises(LayerError, match=r"layer 'no' does not exist; there are: .*events"):
        read_layer(service, service.view(), "no")


def test_a_picture_shows_what_it_names_or_what_is_on(service: QueryService) -> None:
    view = service.view()
    on = [layer.id for layer in list_visible(service, view, Picture())]
    assert on == [layer.id for layer in read_layers(service, view).values() if layer.visible]
    named = Picture(shown=(ShownLayer(id="events"), ShownLayer(id="background")))
    assert [layer.id for layer in list_visible(service, view, named)] == ["background", "events"]


@pytest.mark.access
def test_a_draft_is_for_its_author_and_for_curators(own_warehouse: Path) -> None:
    """To others it is not there, in the words for any other; nor is its dataset."""
    draft = read_draft(write_draft(own_warehouse.parent / "draft", make_features()))
    said = Declaration(title="Only mine", marking="TLP:GREEN")
    settings = StoreSettings(data=own_warehouse)
    layer = publish_layer(settings, draft, said, by="Carol", state="draft").layer
    with closing(Warehouse(settings)) as warehouse:
        context = make_context(QueryService(warehouse, tile_cache_mb=1))

        def read(role: str, name: str) -> str:
            rights = {"agency": "SO-1", "highest": "TLP:GREEN", "origin": "local"}
            viewer = Viewer(id=name, name=name, roles=frozenset({role}), verified=True, **rights)  # type: ignore[arg-type]
            service = context.answering(viewer).service
            assert layer.name not in {*build_dataset_table(service.snapshot)["dataset"]}
            return read_layer(service, service.view(), layer.name).title

        assert read("analyst", "Carol") == read("curator", "Cleo") == "Only mine"
        for role in ("analyst", "viewer", "commander"):
            with pytest.raises(LayerError) as refused:
                read(role, "Sam")
            words = str(refused.value)
            assert "Only mine" not in words
            with pytest.raises(LayerError) as missing:
                read_layer(context.service, context.service.view(), "layer_aaaaaaaaaa")
            assert words == str(missing.value).replace("layer_aaaaaaaaaa", layer.name)
        context.audit.close()
