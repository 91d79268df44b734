"""The life of an uploaded layer: each step is a version, seen as it was known then."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from cop.errors import InputFileError, LayerError, LayerMissingError
from cop.ingest.layer.draft import read_draft
from cop.ingest.layer.history import compare_revisions, read_revisions, read_uploaded_layers
from cop.ingest.layer.lifecycle import (
    publish_layer,
    restyle_layer,
    retire_layer,
    rollback_layer,
    show_draft,
    undo_layer,
)
from cop.ingest.layer.style import read_style
from cop.layerkind.service.layer_list import read_layer, read_layers
from cop.layerkind.service.status import read_status
from cop.layerkind.service.tile import read_tile
from cop.model.filter import Filter
from cop.model.tile import Tile
from cop.model.uploaded import Declaration
from cop.query.dataset import build_dataset_table
from cop.query.marking import page_marking
from cop.query.service import QueryService
from cop.query.view import View
from cop.settings import RetentionSettings, StoreSettings
from cop.store.backup.backup import back_up
from cop.store.backup.restore import restore
from cop.store.backup.retention import retain
from cop.store.catalogue.difference import build_difference
from cop.store.catalogue.lake import current_version
from cop.store.catalogue.reader import CatalogueReader
from cop.store.catalogue.transaction import open_transaction
from cop.store.integrity.doctor import examine
from cop.store.integrity.repair import repair
from cop.store.room.audit import list_steps
from cop.store.warehouse import Warehouse
from tests.support.damage import flip_bit
from tests.support.layer import make_features, publish_features, write_draft
from tests.support.tile import features_of

pytestmark = pytest.mark.layers

WORLD = Tile(0, 0, 0)


@pytest.fixture
def store(own_warehouse: Path) -> StoreSettings:
    return StoreSettings(data=own_warehouse)


def titles_at(service: QueryService, view: View) -> dict[str, int]:
    """The uploaded layers that a view lists, by title, with the features of their tile."""
    found = {}
    for layer in read_layers(service, view).values():
        if layer.tile == "uploads":
            held = features_of(read_tile(service, view, layer, WORLD).mvt, layer.id)
            found[layer.title] = sum(feature["properties"]["cop_n"] for feature in held)
    return found


def test_each_step_is_a_version_that_can_be_seen_as_it_was(store: StoreSettings) -> None:
    warehouse = Warehouse(store)
    service = QueryService(warehouse, tile_cache_mb=8)
    first = publish_features(store.data, make_features(kind=["a", "b", "a", "b"]))
    own_id = first.layer.id
    assert (first.difference.added, first.layer.revision) == (4, 1)  # type: ignore[union-attr]
    again = publish_features(store.data, make_features(kind=["a", "b", "a", "b"]), layer_id=own_id)
    assert again.version is None
    moved = make_features(kind=["a", "b", "c", "b"])[1:]
    second = publish_features(
        store.data, moved, layer_id=own_id, by="Ben", title="Towers, moved", marking="TLP:RED"
    )
    assert second.difference is not None
    assert second.difference.model_dump(exclude={"older", "newer", "first_added"}) == {
        "added": 0,
        "removed": 1,
        "changed": 1,
        "same": 2,
        "columns": {"kind": 1},
        "first_removed": ("f0",),
        "first_changed": ("f2",),
    }
    assert compare_revisions(store, own_id) == second.difference
    warehouse.refresh()
    assert titles_at(service, service.view()) == {"Towers, moved": 3}
    assert page_marking(View.of(service.warehouse.snapshot, Filter())) == "TLP:RED"
    assert titles_at(service, service.view(version=first.version)) == {"Towers": 4}
    known = warehouse.versions[second.version or 0] - timedelta(microseconds=1)
    past = partial(service.view, known_at=known)
    assert titles_at(service, past()) == {"Towers": 4}
    (layer,) = [layer for layer in read_layers(service, past()).values() if layer.tile == "uploads"]
    assert layer.marking == "TLP:GREEN"
    assert "revision 1 by Ana" in read_status(service, past(), layer).status_note

    back = rollback_layer(store, own_id, 1, by="Cleo")
    assert (back.layer.revision, back.layer.content.n, back.layer.owner) == (3, 4, "Ana")
    warehouse.refresh()
    assert titles_at(service, service.view()) == {"Towers": 4}
    undone = undo_layer(store, own_id, by="Cleo")
    assert (undone.layer.revision, undone.layer.content.n) == (4, 3)
    retired = retire_layer(store, own_id, by="Dee")
    warehouse.refresh()
    assert titles_at(service, service.view()) == {}
    assert retired.layer.name not in service.warehouse.snapshot.sources
    assert page_marking(View.of(service.warehouse.snapshot, Filter())) == "TLP:CLEAR"
    with pytest.raises(LayerError, match="does not exist"):
        read_layer(service, service.view(), retired.layer.name)
    with pytest.raises(LayerError, match="is retired"):
        retire_layer(store, own_id, by="Dee")
    undo_layer(store, own_id, by="Dee")
    warehouse.refresh()
    assert titles_at(service, service.view()) == {"Towers, moved": 3}
    assert [(s.who, s.action) for s in list_steps(store, subject=f"layer {own_id}")] == [
        ("Dee", "undo"),
        ("Dee", "retire"),
        ("Cleo", "undo"),
        ("Cleo", "rollback"),
        ("Ben", "refresh"),
        ("Ana", "upload"),
    ]
    assert [kept.layer.revision for kept in read_revisions(store, own_id)[1]] == [6, 5, 4, 3, 2, 1]
    table = build_dataset_table(service.warehouse.snapshot).set_index("dataset")
    assert table.loc[retired.layer.name, "title"] == "Layer: Towers, moved"
    assert table.loc[retired.layer.name, "rows"] == 3
    state = service.warehouse.snapshot.sources[retired.layer.name]
    assert (state.n, state.source.kind) == (3, "layers")
    warehouse.close()


def test_undo_of_the_first_publish_takes_it_off_and_undo_again_brings_it_back(
    store: StoreSettings,
) -> None:
    own_id = publish_features(store.data, make_features()).layer.id
    assert undo_layer(store, own_id, by="Ana").layer.state == "retired"
    assert undo_layer(store, own_id, by="Ana").layer.state == "published"


def test_a_draft_has_tiles_but_is_listed_nowhere(store: StoreSettings, tmp_path: Path) -> None:
    draft = read_draft(write_draft(tmp_path / "d", make_features()))
    declared = Declaration(title="Not yet", marking="TLP:RED")
    step = publish_layer(store, draft, declared, by="Ana", state="draft")
    warehouse = Warehouse(store)
    service = QueryService(warehouse, tile_cache_mb=8)
    assert titles_at(service, service.view()) == {}
    assert page_marking(View.of(service.warehouse.snapshot, Filter())) == "TLP:CLEAR"
    assert read_tile(
        service, service.view(), read_layer(service, service.view(), step.layer.name), WORLD
    ).mvt
    show_draft(store, step.layer.id, by="Ana")
    warehouse.refresh()
    assert titles_at(service, service.view()) == {"Not yet": 4}
    warehouse.close()


def test_a_style_is_a_revision_and_one_that_does_not_fit_changes_nothing(
    store: StoreSettings,
) -> None:
    own_id = publish_features(store.data, make_features(height=[1.0, 2, 3, 4])).layer.id
    words = read_style("fill: {property: height, breaks: [2, 3], unit: m}", name="x")
    step = restyle_layer(store, own_id, words, by="Ben")
    assert step.layer.revision == 2
    assert step.layer.build_layer().style.fill.breaks == (2, 3)  # type: ignore[union-attr]
    assert restyle_layer(store, own_id, words, by="Ben").version is None
    wrong = read_style("fill: {property: depth, breaks: [2, 3]}", name="x")
    with pytest.raises(LayerError, match="no column 'depth'; it has: occurred_at, height"):
        restyle_layer(store, own_id, wrong, by="Ben")
    with pytest.raises(LayerError, match="no column 'height'"):
        publish_features(store.data, make_features(), layer_id=own_id, style=words)
    assert read_uploaded_layers(store)[step.layer.name].revision == 2
    assert undo_layer(store, own_id, by="Ben").layer.style == step.layer.style.model_copy(
        update={"fill": ("#56b4e9", "#0072b2")}
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: f.assign(feature_id=["a", "b", "a", "c"]), "feature_id 'a' is there 2 times"),
        (lambda f: f.assign(feature_id=[None, "b", "a", "c"]), "has no feature_id"),
        (
            lambda f: f.set_geometry([None, *f.geometry[1:]], crs=4326),
            "feature 'f0' has no geometry",
        ),
        (
            lambda f: f.set_geometry(
                [shapely.Point(500_000, 4_000_000), *f.geometry[1:]], crs=4326
            ),
            "feature 'f0' lies outside of the earth",
        ),
        (
            lambda f: f.set_geometry(
                [shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]), *f.geometry[1:]], crs=4326
            ),
            "feature 'f0' has an invalid geometry",
        ),
    ],
    ids=["twice", "unnamed", "nowhere", "meters", "bowtie"],
)
def test_features_that_cannot_be_taken_publish_nothing(
    store: StoreSettings, change: object, said: str
) -> None:
    with pytest.raises(InputFileError, match=said):
        publish_features(store.data, change(make_features()))  # type: ignore[operator]
    assert read_uploaded_layers(store) == {}
    assert list_steps(store) == []


def test_html_in_texts_stays_text(store: StoreSettings) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    features = make_features(**{hostile: [hostile, "b", "c", hostile]})
    step = publish_features(store.data, features, title=hostile, note=hostile, source=hostile)
    layer = step.layer.build_layer()
    assert (layer.title, layer.note) == (hostile, hostile)
    assert hostile in {field.label for field in layer.fields}
    with pytest.raises(ValueError, match="title"):
        publish_features(store.data, features, title="two\nlines")


@pytest.mark.full
def test_backup_restore_retention_doctor_and_repair_hold_for_layers(
    store: StoreSettings, tmp_path: Path
) -> None:
    first = publish_features(store.data, make_features(kind=["a", "b", "a", "b"]))
    own_id, name = first.layer.id, first.layer.name
    back_up(store, tmp_path / "b.tar")
    publish_features(store.data, make_features(kind=["a", "b", "a", "b"])[:2], layer_id=own_id)
    retain(store, RetentionSettings(keep_versions=1))
    elsewhere = StoreSettings(data=tmp_path / "elsewhere")
    restore(elsewhere, tmp_path / "b.tar")
    assert read_uploaded_layers(elsewhere)[name] == first.layer
    assert [step.who for step in list_steps(elsewhere)] == ["Ana"]
    restore(store, tmp_path / "b.tar")
    warehouse = Warehouse(store)
    restored = QueryService(warehouse, tile_cache_mb=8)
    assert titles_at(restored, restored.view()) == {"Towers": 4}
    warehouse.close()
    assert [step.action for step in list_steps(store)] == ["refresh", "upload"]
    assert examine(store).is_well

    reader = CatalogueReader(store)
    older, newer = (reader.catalogue(version=v) for v in sorted(reader.versions())[-2:])
    (changed,) = [d for d in build_difference(store, older, newer).datasets if d.dataset == name]
    assert (changed.rows_added, changed.rows_removed, changed.rows_corrected) == (2, 0, 0)
    (file,) = newer.files_of(name)
    reader.close()
    flip_bit(Path(file))
    repaired = repair(store)
    assert [row.dataset for row in repaired.quarantined] == [name]
    warehouse = Warehouse(store)
    service = QueryService(warehouse, tile_cache_mb=8)
    layer = read_layers(service, service.view())[name]
    assert read_status(service, service.view(), layer).status == "unknown"
    assert read_tile(service, service.view(), layer, WORLD).caveats
    warehouse.close()
    # What is published anew takes it out of quarantine.
    publish_features(store.data, make_features(kind=["a", "b", "a", "c"]), layer_id=own_id)
    assert examine(store).quarantine == ()


def test_a_revision_that_retention_removed_cannot_come_back(store: StoreSettings) -> None:
    step = publish_features(store.data, make_features())
    with pytest.raises(LayerMissingError, match=r"revision 7 is not stored; there are: 1"):
        rollback_layer(store, step.layer.id, 7, by="Ana")
    with pytest.raises(LayerMissingError, match="no layer 'aaaaaaaaaa' was uploaded"):
        retire_layer(store, "aaaaaaaaaa", by="Ana")


def test_geometry_attributes_and_nulls_come_back_as_they_were(store: StoreSettings) -> None:
    features = make_features(
        yes=[True, None, False, True], whole=[1, 2, 3, 4], part=[0.1, None, -1e300, float("inf")]
    )
    step = publish_features(store.data, features)
    with open_transaction(store) as transaction:
        held = transaction.read(step.layer.name).set_index("feature_id").sort_index()
        assert current_version(transaction.cursor) == step.version
    assert isinstance(held, gpd.GeoDataFrame)
    assert held.geometry.geom_equals_exact(
        features.set_index("feature_id").geometry, tolerance=1e-9
    ).all()
    assert held["yes"].tolist() == [True, None, False, True]
    assert held["part"].tolist()[:1] + held["part"].isna().tolist()[1:] == [0.1, True, False, True]
