"""What one person may have: by the name they give, and by the address that they come from."""

from pathlib import Path
from typing import Any

import pytest

from cop.errors import QuotaError
from cop.ingest.layer.draft import read_draft
from cop.ingest.layer.history import read_uploaded_layers
from cop.ingest.layer.lifecycle import publish_layer, retire_layer, undo_layer
from cop.ingest.layer.quota import Quota
from cop.ingest.layer.step import Step
from cop.model.uploaded import Declaration
from cop.settings import StoreSettings, UploadSettings
from cop.store.room.uploader import KEY_FILE, list_origins
from tests.support.layer import make_features, write_draft

pytestmark = pytest.mark.layers

ELSEWHERE = "192.0.2.7"


def bring(
    data: Path, by: str, address: str | None = None, *, layer_id: str | None = None, **said: Any
) -> Step:
    """Bring a layer under limits of two drafts, three layers and 1 MB, or others."""
    state = said.pop("state", "draft")
    limits = {"drafts": 2, "layers": 3, "mb": 1} | said
    return publish_layer(
        StoreSettings(data=data),
        read_draft(write_draft(data.parent / "draft", make_features(n=[*range(4)]))),
        Declaration(title="Towers"),
        by=by,
        layer_id=layer_id,
        state=state,
        quota=Quota(
            limits=UploadSettings.model_validate(
                {f"upload_person_{name}": limit for name, limit in limits.items()}
            ),
            address=address,
        ),
    )


def test_shown_a_person_who_has_too_much_is_refused_until_some_is_retired(
    own_warehouse: Path,
) -> None:
    store = StoreSettings(data=own_warehouse)
    first, _ = bring(own_warehouse, "Ana"), bring(own_warehouse, "Ana")
    held = read_uploaded_layers(store)
    with pytest.raises(QuotaError, match=r"Towers: ana has 2 drafts; at most 2 .*_DRAFTS.*retire"):
        bring(own_warehouse, "ana")
    bring(own_warehouse, "Ana", state="published")
    with pytest.raises(QuotaError, match=r"has 3 layers; at most 3 .*COP_UPLOAD_PERSON_LAYERS"):
        bring(own_warehouse, "Ana", state="published")
    assert {*read_uploaded_layers(store)} > {*held}
    retire_layer(store, first.layer.id, by="Ana")
    bring(own_warehouse, "Ana")


def test_another_name_from_the_same_address_gives_no_more_room(own_warehouse: Path) -> None:
    bring(own_warehouse, "Ana", ELSEWHERE)
    second = bring(own_warehouse, "Ben", ELSEWHERE)
    with pytest.raises(QuotaError, match="2 drafts"):
        bring(own_warehouse, "Cora", ELSEWHERE)
    bring(own_warehouse, "Ben", ELSEWHERE, layer_id=second.layer.id)


def test_an_address_is_kept_as_a_hash_alone_for_as_long_as_the_layer_stands(
    own_warehouse: Path,
) -> None:
    store = StoreSettings(data=own_warehouse)
    own_id = bring(own_warehouse, "Ana", ELSEWHERE).layer.id
    assert list_origins(store, ELSEWHERE) == {own_id}
    assert list_origins(store, "192.0.2.8") == set()
    for path in own_warehouse.glob("room.sqlite*"):
        assert ELSEWHERE.encode() not in path.read_bytes()
    assert (own_warehouse / KEY_FILE).stat().st_mode & 0o077 == 0
    retire_layer(store, own_id, by="Ana")
    assert list_origins(store, ELSEWHERE) == set()


def test_a_retired_layer_comes_back_where_there_is_room(own_warehouse: Path) -> None:
    store = StoreSettings(data=own_warehouse)
    own_id = bring(own_warehouse, "Ana", ELSEWHERE).layer.id
    retire_layer(store, own_id, by="Ana")
    second = bring(own_warehouse, "Ana", ELSEWHERE).layer.id
    limits = UploadSettings.model_validate({"upload_person_drafts": 1})
    quota = Quota(limits=limits, address=ELSEWHERE)
    with pytest.raises(QuotaError, match="has 1 drafts; at most 1"):
        undo_layer(store, own_id, by="Ana", quota=quota)
    retire_layer(store, second, by="Ana")
    assert undo_layer(store, own_id, by="Ana", quota=quota).layer.state == "draft"
    assert list_origins(store, ELSEWHERE) == {own_id}


def test_what_layers_weigh_counts_together(
    own_warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cop.ingest.layer.quota._size", lambda _path: 400_000)
    bring(own_warehouse, "Ana")
    step = bring(own_warehouse, "Ana")
    with pytest.raises(QuotaError, match=r"0\.4 MB, beside the 0\.8 MB of 2 layers.*at most 1 MB"):
        bring(own_warehouse, "Ana", state="published")
    bring(own_warehouse, "Ana", layer_id=step.layer.id, state="published")
    assert len(read_uploaded_layers(StoreSettings(data=own_warehouse))) == 2
