"""Tests of the dataset of uploaded layers: a row each, by version."""

from datetime import datetime

import pytest

from cop.errors import LayerMissingError
from cop.model.uploaded import Content, Declaration, UploadedLayer
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.layer import (
    Layers,
    find_layer,
    list_revisions,
    read_layers,
    store_layer,
    stored_layers,
)
from cop.store.dataset.schema import LAYERS
from tests.support.layer import make_features

pytestmark = [pytest.mark.store, pytest.mark.usefixtures("lent")]


ONE, OTHER = "a" * 10, "b" * 10


def layer_of(layer_id: str = ONE, *, revision: int = 1, title: str = "Towers") -> UploadedLayer:
    return UploadedLayer.model_validate(
        {
            "id": layer_id,
            "revision": revision,
            "state": "published",
            "owner": "Ana",
            "declared": Declaration(title=title),
            "content": Content(attributes=(), points=3, lines=0, areas=0),
            "style": {},
            "changed_by": "Ana",
            "changed_at": datetime(2026, 11, 25),
        }
    )


def test_a_revision_takes_the_place_of_the_one_before(settings: StoreSettings) -> None:
    with open_transaction(settings) as transaction:
        assert stored_layers(transaction) == {}
        for layer in (layer_of(OTHER), layer_of(), layer_of(revision=2, title="Masts")):
            store_layer(transaction, layer)
        found = stored_layers(transaction)
        assert list(found) == [f"layer_{ONE}", f"layer_{OTHER}"]
        assert found[f"layer_{ONE}"] == layer_of(revision=2, title="Masts")
        rows = transaction.read(LAYERS)
        assert rows["n"].tolist() == [3, 3]
        assert rows["revision"].tolist() == [2, 1]


def test_a_layer_is_found_with_or_without_its_prefix() -> None:
    stored = {layer.name: layer for layer in (layer_of(), layer_of(OTHER))}
    assert find_layer(stored, ONE) == find_layer(stored, f"layer_{ONE}") == layer_of()
    with pytest.raises(LayerMissingError, match=rf"no layer 'x' was uploaded.*{ONE}, {OTHER}"):
        find_layer(stored, "x")
    with pytest.raises(LayerMissingError, match="there are: none"):
        find_layer({}, "x")


def test_layers_of_the_same_files_are_read_once(settings: StoreSettings) -> None:
    with open_transaction(settings) as transaction:
        store_layer(transaction, layer_of())
        path = transaction.intact(LAYERS)
        assert path is not None
        layers = Layers()
        first = layers.read(transaction.cursor, [path])
        assert layers.read(transaction.cursor, [path]) is first
        assert first == read_layers(transaction.cursor, [path])
        assert read_layers(transaction.cursor, []) == {}


def test_revisions_are_those_of_the_stored_versions_newest_first(settings: StoreSettings) -> None:
    for revision in (1, 2):
        with open_transaction(settings) as transaction:
            transaction.replace(f"layer_{ONE}", make_features(n=[revision] * 4))
            store_layer(transaction, layer_of(revision=revision))
            store_layer(transaction, layer_of(OTHER))
            transaction.commit("layer")
    with open_transaction(settings) as transaction:
        found = list_revisions(transaction.cursor, transaction.folder, ONE)
        assert [(kept.layer.revision, kept.version) for kept in found] == [(2, 2), (1, 1)]
        files = [kept.features for kept in found]
        assert all(file is not None and file.is_file() for file in files)
        assert files[0] != files[1]
        (other,) = list_revisions(transaction.cursor, transaction.folder, OTHER)
        assert (other.layer.id, other.features) == (OTHER, None)
        assert list_revisions(transaction.cursor, transaction.folder, "c" * 10) == []
