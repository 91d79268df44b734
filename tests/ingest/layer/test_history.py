"""Tests of looking at uploaded layers past and present."""

from pathlib import Path

import pytest
import shapely

from cop.errors import LayerError, LayerMissingError, StoreError
from cop.ingest.layer.history import (
    build_declaration,
    compare_revisions,
    read_revisions,
    read_uploaded_layers,
    suggest_style,
)
from cop.ingest.layer.style import build_style
from cop.model.styling import FillWords
from cop.model.uploaded import Declaration
from cop.settings import StoreSettings
from tests.support.layer import make_features, publish_features
from tests.support.raster import publish_raster

pytestmark = [pytest.mark.layers, pytest.mark.usefixtures("lent")]


POINTS = [shapely.Point(-110.9, 31.4), shapely.Point(-110.8, 31.5), shapely.Point(-110.7, 31.6)]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> StoreSettings:
    return StoreSettings(data=tmp_path_factory.mktemp("history") / "warehouse")


@pytest.fixture(scope="module")
def layer_id(store: StoreSettings, lent: None) -> str:
    """A layer of two revisions; one of its three features changed."""
    first, second = (
        make_features(POINTS, n=n, kind=["a", "b", "a"]) for n in ([1, 2, 3], [1, 2, 9])
    )
    layer_id = publish_features(store.data, first).layer.id
    publish_features(store.data, second, layer_id=layer_id)
    return layer_id


def test_what_is_given_stands_over_what_was_said_before() -> None:
    before = Declaration(title="Towers", marking="TLP:GREEN")
    changed = build_declaration(before, {"title": "Masts"})
    assert (changed.title, changed.marking) == ("Masts", "TLP:GREEN")
    assert build_declaration(None, {"title": "Towers"}) == Declaration(title="Towers")
    with pytest.raises(LayerError, match="layer: title"):
        build_declaration(before, {"title": ""})
    with pytest.raises(LayerError, match="layer: title"):
        build_declaration(None, {})


def test_revisions_are_listed_and_compared(store: StoreSettings, layer_id: str) -> None:
    newest, kept = read_revisions(store, layer_id)
    assert newest.revision == 2
    assert read_uploaded_layers(store) == {f"layer_{layer_id}": newest}
    assert [one.layer.revision for one in kept] == [2, 1]
    difference = compare_revisions(store, layer_id)
    assert (difference.older, difference.newer) == (1, 2)
    assert (difference.changed, difference.same) == (1, 2)
    assert difference.columns == {"n": 1}
    assert compare_revisions(store, layer_id, 2, 2).changed == 0


def test_a_revision_or_layer_that_is_not_there_is_named(
    store: StoreSettings, layer_id: str
) -> None:
    with pytest.raises(LayerMissingError, match="revision 0 is not stored; there are: 2, 1"):
        compare_revisions(store, layer_id, newer=1)
    with pytest.raises(LayerMissingError, match="no layer 'absent' was uploaded"):
        read_revisions(store, "absent")


def test_a_style_is_suggested_by_a_column(store: StoreSettings, layer_id: str) -> None:
    by_kind = suggest_style(store, layer_id, on="kind").fill
    assert isinstance(by_kind, FillWords)
    assert by_kind.property == "kind"
    assert [entry.value for entry in by_kind.classes] == ["a", "b"]
    with pytest.raises(LayerError, match="no column 'x'"):
        suggest_style(store, layer_id, on="x")
    assert build_style([], points=True) != suggest_style(store, layer_id)


def test_a_raster_s_style_is_the_one_it_has(tmp_path: Path) -> None:
    own = StoreSettings(data=tmp_path / "warehouse")
    step = publish_raster(own.data)
    assert suggest_style(own, step.layer.id) == step.layer.style


def test_a_folder_that_is_no_warehouse_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is not a warehouse"):
        read_uploaded_layers(StoreSettings(data=tmp_path / "none"))
