"""The list of uploaded layers and the history of one."""

from pathlib import Path

import pytest

from cop.ingest.layer.draft import read_draft
from cop.ingest.layer.history import read_revisions
from cop.ingest.layer.lifecycle import publish_layer, retire_layer
from cop.model.uploaded import Declaration
from cop.settings import StoreSettings
from cop.ui.page.upload import layer as page
from cop.ui.page.upload.layer import build_history, build_layer_table
from tests.support.layer import make_features, publish_features, write_draft
from tests.ui.page.upload.conftest import OpenAs

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


@pytest.mark.access
def test_drafts_of_others_are_for_curators_alone(own_warehouse: Path, open_as: OpenAs) -> None:
    store, folder = StoreSettings(data=own_warehouse), own_warehouse.parent / "draft"
    features = read_draft(write_draft(folder, make_features()))
    published = publish_features(own_warehouse, make_features(), title="Shown to all").layer
    said = Declaration(title="Only mine", marking="TLP:GREEN")
    draft = publish_layer(store, features, said, by="Carol", state="draft").layer
    gone = publish_layer(store, features, said, by="Carol", state="draft").layer
    retire_layer(store, gone.id, by="Carol")

    def find_listed(role: str, name: str) -> set[str]:
        """What the page has, and what of it a map would be drawn of."""
        page = open_as(role, name=name)
        return {one.id for one in (published, draft, gone) if one.id in page}

    assert find_listed("analyst", "Sam") == {published.id}
    assert find_listed("viewer", "Vera") == {published.id}
    assert find_listed("analyst", "Carol") == {published.id, draft.id, gone.id}
    assert find_listed("curator", "Cleo") == {published.id, draft.id, gone.id}
