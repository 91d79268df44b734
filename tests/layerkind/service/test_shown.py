"""What is shown by a layer or a view, as the audit record names it."""

from pathlib import Path

import pytest

from cop.layerkind.service.layer_list import read_layer
from cop.layerkind.service.shown import list_layer_markings, list_markings, name_part
from cop.model.filter import Filter
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.dataset.schema import EVENTS, FACILITIES, SENSORS
from cop.store.warehouse import Warehouse
from tests.support.layer import make_features, publish_features
from tests.support.released import draw_events, load_events, load_places, load_sensors

pytestmark = pytest.mark.access


def test_layers_show_their_sources_and_uploaded_ones_themselves(
    own_warehouse: Path, tmp_path: Path
) -> None:
    settings = StoreSettings(data=own_warehouse)
    load_events(settings, tmp_path, draw_events(3, seed=1, source="red", least="TLP:RED"))
    load_events(settings, tmp_path, draw_events(3, seed=2, source="other"), synthetic=True)
    load_sensors(settings, tmp_path, [("s1", -111.0, 31.5, "TLP:AMBER+STRICT")])
    load_places(settings, tmp_path, [("Post", -111.0, 31.5, "TLP:GREEN")])
    step = publish_features(own_warehouse, make_features(), marking="TLP:RED")
    service = QueryService(Warehouse(settings), tile_cache_mb=1)
    view = service.view(Filter(records="real"))

    def shown(layer_id: str) -> dict[str, str]:
        return list_layer_markings(view, read_layer(service, view, layer_id))

    assert [*shown("events")] == ["source red"]
    assert shown("events")["source red"].startswith("TLP:RED")
    assert shown("sensors") == {"source towers": "TLP:AMBER+STRICT"}
    assert shown("coverage") == shown("sensors")
    assert {*shown("risk")} >= {"source red", "source towers"}
    assert shown("background") == {}
    uploaded = next(iter(view.snapshot.uploaded))
    assert shown(uploaded) == {f"layer {step.layer.id}": "TLP:RED"}
    assert {*list_markings(view)} == {"source red", "source towers", "source places"}
    assert {*list_markings(view, (EVENTS,))} == {"source red"}
    assert {*list_markings(view, (FACILITIES, SENSORS))} == {"source towers", "source places"}
    synthetic = service.view(Filter(records="synthetic"))
    assert {*list_markings(synthetic, (EVENTS,))} == {"source other"}
    assert name_part(view, "x") == name_part(service.view(Filter(records="real")), "x")
    assert name_part(view, "x") != name_part(synthetic, "x")
    service.warehouse.close()
