"""Marking a source anew: who may read its records follows, now and at every earlier moment."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from cop.errors import LayerError, ProfileError
from cop.ingest.layer.lifecycle import rollback_layer
from cop.ingest.marking import change_marking
from cop.query.service import QueryService
from cop.query.table import count_events, read_event_table
from cop.settings import StoreSettings
from cop.store.room.audit import list_steps
from cop.store.warehouse import Warehouse
from tests.support.layer import make_features, publish_features
from tests.support.released import ReleasedEvent, draw_events, load_events, load_places, release_to

pytestmark = pytest.mark.access

EVENTS = draw_events(60, seed=5)


@pytest.fixture
def settings(own_warehouse: Path, tmp_path: Path) -> StoreSettings:
    settings = StoreSettings(data=own_warehouse)
    load_events(settings, tmp_path, EVENTS)
    return settings


def markings(settings: StoreSettings, agency: str | None = None) -> Counter[str]:
    warehouse = Warehouse(settings)
    service = QueryService(warehouse, tile_cache_mb=1)
    service = service.released_to(release_to(agency) if agency else None)
    table = read_event_table(service, service.view(), None, most=1000)
    assert len(table) == count_events(service, service.view(), None)
    warehouse.close()
    return Counter(table["marking"])


def test_what_followed_its_source_follows_and_what_is_higher_stays(settings: StoreSettings) -> None:
    before = markings(settings)
    assert before["TLP:CLEAR"]
    change = change_marking(settings, "table", "TLP:AMBER//REL TO DPS, JTF", by="Avery")
    assert not change.is_lower
    after = markings(settings)
    assert after.total() == before.total()
    assert after["TLP:AMBER//REL TO DPS, JTF"] >= before["TLP:CLEAR"]
    assert not {m for m in after if "REL TO" not in m and "NOT RELEASABLE" not in m}
    assert markings(settings, "CBP").total() == 0
    back = change_marking(settings, "table", "TLP:CLEAR", by="Avery", reason="agreed at the table")
    assert back.is_lower
    assert markings(settings)["TLP:CLEAR"] == before["TLP:CLEAR"], "others are marked on their own"
    raised, lowered = reversed(list_steps(settings, subject="source table"))
    assert (raised.action, lowered.action) == ("raise marking", "lower marking")
    assert lowered.detail.endswith("agreed at the table")


def test_it_is_lowered_with_a_reason_alone(settings: StoreSettings) -> None:
    change_marking(settings, "table", "TLP:RED", by="Avery")
    with pytest.raises(ProfileError, match="TLP:RED and TLP:GREEN is lower: give a reason"):
        change_marking(settings, "table", "TLP:GREEN", by="Avery", reason="  ")
    with pytest.raises(ProfileError, match="is TLP:RED already"):
        change_marking(settings, "table", "TLP:RED", by="Avery")
    with pytest.raises(ProfileError, match="'other' does not exist; there are: table"):
        change_marking(settings, "other", "TLP:RED", by="Avery")
    with pytest.raises(ProfileError, match="marking 'RED'"):
        change_marking(settings, "table", "RED", by="Avery")


def test_a_load_keeps_the_marking_and_finds_its_records_again(
    settings: StoreSettings, tmp_path: Path
) -> None:
    change_marking(settings, "table", "TLP:AMBER+STRICT", by="Avery")
    before = markings(settings)
    load_events(settings, tmp_path, EVENTS, marking="TLP:CLEAR")
    assert markings(settings) == before
    named = [_renamed(event, i) for i, event in enumerate(draw_events(3, seed=6))]
    load_events(settings, tmp_path, named, marking="TLP:CLEAR")
    after = markings(settings)
    assert after.total() == before.total() + 3
    assert not {m for m in after if m.startswith(("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER//"))}


def _renamed(event: ReleasedEvent, i: int) -> ReleasedEvent:
    return replace(event, source_id=f"more-{i}")


def test_places_are_marked_too(own_warehouse: Path, tmp_path: Path) -> None:
    settings = StoreSettings(data=own_warehouse)
    load_places(settings, tmp_path, [("Ajo yard", -112.8, 32.3, "")])
    assert change_marking(settings, "places", "TLP:GREEN", by="Avery").n == 1
    assert change_marking(settings, "places", "TLP:RED", by="Avery").n == 1
    load_places(settings, tmp_path, [("Ajo yard", -112.8, 32.3, "")])
    warehouse = Warehouse(settings)
    assert warehouse.snapshot.sources["places"].marking == "TLP:RED"
    warehouse.close()


def test_a_layer_is_lowered_by_the_same_step_alone(own_warehouse: Path) -> None:
    settings = StoreSettings(data=own_warehouse)
    own = publish_features(own_warehouse, make_features(), marking="TLP:AMBER").layer
    with pytest.raises(LayerError, match=r"TLP:GREEN is lower: .*cop mark layer_"):
        publish_features(own_warehouse, make_features(), layer_id=own.id, marking="TLP:GREEN")
    publish_features(own_warehouse, make_features(), layer_id=own.id, marking="TLP:RED")
    back = rollback_layer(settings, own.id, 1, by="Ben").layer
    assert back.declared.marking == "TLP:RED", "an earlier marking releases nothing"
    with pytest.raises(ProfileError, match="give a reason"):
        change_marking(settings, own.name, "TLP:GREEN", by="Ben")
    change = change_marking(settings, own.name, "TLP:GREEN//REL TO DPS", by="Ben", reason="agreed")
    assert (change.old, change.new, change.n) == (
        "TLP:RED", "TLP:GREEN//REL TO DPS", len(make_features()),
    )  # fmt: skip
    warehouse = Warehouse(settings)
    assert warehouse.snapshot.uploaded[own.name].declared.marking == "TLP:GREEN//REL TO DPS"
    for agency, seen in (("DPS", True), ("JTF", False)):
        own_view = warehouse.admit(warehouse.snapshot, release_to(agency))
        assert (own.name in own_view.uploaded) == seen
    warehouse.close()


def test_a_record_is_marked_alone_and_never_below_its_source(
    settings: StoreSettings, tmp_path: Path
) -> None:
    load_places(settings, tmp_path, [("Ajo yard", -112.8, 32.3, "")])
    change_marking(settings, "table", "TLP:GREEN", by="Avery")
    before = markings(settings)
    event = next(event for event in EVENTS if event.marking == "TLP:GREEN")
    change = change_marking(settings, "table", "TLP:RED", record=event.source_id, by="Avery")
    assert (change.old, change.new, change.n) == ("TLP:GREEN", "TLP:RED", 1)
    assert markings(settings) == before - Counter(["TLP:GREEN"]) + Counter(["TLP:RED"])
    for source, marking, record, refusal in (
        (
            "table",
            "TLP:CLEAR",
            event.source_id,
            "its source is TLP:GREEN, which no record is below",
        ),
        ("table", "TLP:AMBER", event.source_id, "TLP:RED and TLP:AMBER is lower: give a reason"),
        ("table", "TLP:RED", event.source_id, "is TLP:RED already"),
        ("table", "TLP:RED", "x' OR 1=1 --", "does not exist"),
        ("places", "TLP:RED", event.source_id, "does not exist"),
    ):
        with pytest.raises(ProfileError, match=refusal):
            change_marking(settings, source, marking, record=record, by="Avery")
    change_marking(
        settings, "table", "TLP:GREEN", record=event.source_id, by="Avery", reason="agreed"
    )
    assert markings(settings) == before


def test_a_feature_of_a_layer_has_no_marking_of_its_own(own_warehouse: Path) -> None:
    own = publish_features(own_warehouse, make_features(), marking="TLP:AMBER").layer
    with pytest.raises(ProfileError, match="have no marking of their own: mark the source"):
        change_marking(StoreSettings(data=own_warehouse), own.name, "TLP:RED", record="a", by="Ben")
