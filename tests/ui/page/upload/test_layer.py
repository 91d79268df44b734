"""The list of uploaded layers and the history of one."""

from pathlib import Path

import pytest

from cop.ingest.layer.history import read_revisions
from cop.settings import StoreSettings
from cop.ui.page.upload import layer as page
from cop.ui.page.upload.layer import build_history, build_layer_table
from tests.support.layer import make_features, publish_features

pytestmark = pytest.mark.layers


def test_layers_are_listed_with_those_changed_last_first(
    own_warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publish_features(own_warehouse, make_features(), title="Towers", marking="TLP:RED")
    layer = first.layer
    older = layer.model_copy(update={"changed_at": layer.changed_at.replace(year=2020), "id": "x"})
    table = build_layer_table([older, layer])
    assert table["Id"].to_list() == [layer.id, "x"]
    assert table.iloc[0][["Title", "State", "Marking", "Features"]].to_list() == [
        "Towers", layer.state, "TLP:RED", layer.content.n,
    ]  # fmt: skip
    store = StoreSettings(data=own_warehouse)
    monkeypatch.setattr(page, "store_settings", lambda: store)
    _, kept = read_revisions(store, layer.id)
    history = build_history(layer, kept)
    assert history.iloc[0]["Version"] == first.version
    assert history.iloc[0]["Stored revision"] == layer.revision
