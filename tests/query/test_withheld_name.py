"""What others chose names nothing that a viewer may not know of."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cop.ingest.marking import change_marking
from cop.ingest.sink.undo import undo_load
from cop.model.moment import utc_now
from cop.model.picture import Picture
from cop.model.release import Release
from cop.query.service import QueryService
from cop.query.withheld import read_withheld
from cop.query.withheld_name import WithheldNames
from cop.settings import RetentionSettings, StoreSettings
from cop.store.backup.retention import retain
from cop.store.warehouse import Warehouse
from tests.support.layer import make_features, publish_features
from tests.support.released import draw_events, load_events, load_sensors
from tests.support.saved import make_draft
from tests.support.store import date_versions
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.access

SHERIFF = Release(agency="SO-1", highest="TLP:AMBER")
TOWERS = (("T1", -110.0, 31.5, "TLP:CLEAR"), ("T2", -110.1, 31.5, "TLP:RED"))


@pytest.fixture(scope="module")
def data(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("names")
    data = copy_warehouse(bare_warehouse, folder / "warehouse")
    settings = StoreSettings(data=data)
    load_events(settings, folder, draw_events(20, seed=5, source="seen"))
    load_events(settings, folder, draw_events(20, seed=6, source="unseen"), marking="TLP:RED")
    load_sensors(settings, folder, TOWERS)
    return data


@pytest.fixture(scope="module")
def layers(data: Path) -> tuple[str, str]:
    """One that everybody may know of, and one that the sheriff may not."""
    seen = publish_features(data, make_features(), title="Seen")
    unseen = publish_features(data, make_features(), title="Unseen", marking="TLP:RED")
    return seen.layer.name, unseen.layer.name


@pytest.fixture(scope="module")
def service(data: Path, layers: tuple[str, str]) -> Iterator[QueryService]:
    assert layers
    with closing(Warehouse(StoreSettings(data=data))) as warehouse:
        yield QueryService(warehouse, tile_cache_mb=8)


def test_sources_sensors_and_layers_that_are_withheld_are_left_out(
    service: QueryService, layers: tuple[str, str]
) -> None:
    seen, unseen = layers
    kept = [
        ("source", "seen"),
        ("source", "gone"),
        ("records", "real"),
        ("whatif", "off:T1"),
        ("whatif", "no trial"),
    ]
    pairs = [
        *kept,
        ("source", "unseen"),
        ("whatif", "raise:T2@30"),
        ("layers", f"{unseen}*1"),
    ]
    names = WithheldNames.of(service.released_to(SHERIFF))
    assert names.admit_pairs(pairs) == kept
    listed = ("layers", f"events*1,{unseen}*0.5,{seen}*1")
    assert names.admit_pairs([listed]) == [("layers", f"events*1,{seen}*1")]
    assert WithheldNames.of(service).admit_pairs([*pairs, listed]) == [*pairs, listed]


def test_what_was_known_then_is_withheld_too(service: QueryService) -> None:
    own = service.released_to(SHERIFF)
    for moment in (datetime(1990, 1, 1), datetime(2090, 1, 1)):
        assert "unseen" in WithheldNames.of(own, known_at=moment).sources


@pytest.mark.parametrize(
    "pair",
    [("source", "unseen"), ("whatif", "off:T2"), ("layers", "")],
    ids=["source", "sensor", "layer"],
)
def test_shown_a_saved_picture_of_something_withheld_is_as_none(
    service: QueryService, layers: tuple[str, str], pair: tuple[str, str]
) -> None:
    """Whatever it is marked, as when the marking of what it shows was raised since."""
    name, value = pair
    picture = Picture.from_pairs([("records", "real"), (name, value or f"{layers[1]}*1")])
    saved = service.room.pictures.save(make_draft(picture=picture), name="Secret")
    room = service.released_to(SHERIFF).room
    assert saved.id in {one.id for one in service.room.pictures.list()}
    assert saved.id not in {one.id for one in room.pictures.list()}
    told = {(one.what, one.title): one for one in read_withheld(service, service.view(), SHERIFF)}
    assert told["Picture", "Secret"].reason == "names what is withheld"
    service.room.wall_shows.send((saved.id,), by="Chief")
    sent = service.room.wall_shows.newest()
    assert sent is not None
    assert sent.scenes == (saved.id,)
    assert room.wall_shows.newest() is None


@pytest.fixture
def own_data(bare_warehouse: Path, tmp_path: Path) -> StoreSettings:
    return StoreSettings(data=copy_warehouse(bare_warehouse, tmp_path / "warehouse"))


def names_of(settings: StoreSettings) -> WithheldNames:
    with closing(Warehouse(settings)) as warehouse:
        service = QueryService(warehouse, tile_cache_mb=1).released_to(SHERIFF)
        names = WithheldNames.of(service)
        assert names.sources is not None
        return names


def test_a_name_that_was_taken_out_is_withheld_as_it_was_marked(
    own_data: StoreSettings, tmp_path: Path
) -> None:
    for name, marking in (("low", "TLP:CLEAR"), ("high", "TLP:CLEAR"), ("stays", "TLP:CLEAR")):
        load_events(own_data, tmp_path, draw_events(3, seed=7, source=name), marking=marking)
    load_sensors(own_data, tmp_path, TOWERS)
    change_marking(own_data, "high", "TLP:RED", by="Ana")
    for name in ("low", "high", "towers"):
        undo_load(own_data, name, by="Ana")
    names = names_of(own_data)
    kept = [("source", "low"), ("source", "stays"), ("source", "never"), ("whatif", "off:T1")]
    hidden = [("source", "high"), ("whatif", "off:T2")]
    assert names.admit_pairs([*kept, *hidden]) == kept
    assert names.are_named_in(Picture.from_pairs([("source", "high")]))


def test_a_name_of_versions_that_are_stored_no_more_is_withheld(
    own_data: StoreSettings, tmp_path: Path
) -> None:
    for name in ("gone", "stays"):
        load_events(own_data, tmp_path, draw_events(3, seed=7, source=name))
    undo_load(own_data, "gone", by="Ana")
    load_events(own_data, tmp_path, draw_events(3, seed=8, source="later"))
    pairs = [("source", "gone"), ("source", "stays"), ("layers", "events*1")]
    added = ("whatif", "add:New@-110,31.5,20,5000")
    assert names_of(own_data).admit_pairs([*pairs, added]) == [*pairs, added]
    now = utc_now()
    date_versions(own_data.data, {n: now - timedelta(days=10 - n) for n in range(1, 6)})
    retain(own_data, RetentionSettings(keep_versions=1))
    assert names_of(own_data).admit_pairs([*pairs, added]) == [*pairs[1:], added]
    layer = ("layers", "layer_0123456789ab*1")
    assert names_of(own_data).admit_pairs([("whatif", "off:T9"), layer]) == []
