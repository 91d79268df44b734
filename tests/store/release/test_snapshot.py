"""What a release admits of a snapshot: readers of it meet nothing else, at any moment."""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import mapbox_vector_tile
import pytest

from cop.layerkind.service.layer_list import read_layer
from cop.layerkind.service.tile import read_tile
from cop.model.filter import Filter
from cop.model.release import Release
from cop.model.tile import Tile
from cop.query.change import read_changes
from cop.query.detail import read_event_detail
from cop.query.search import search_places
from cop.query.service import QueryService
from cop.query.summary import BY, read_summary
from cop.query.table import count_events, read_event_table
from cop.query.view import View
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.released import (
    RELEASES,
    ReleasedEvent,
    draw_events,
    load_events,
    load_places,
    may_read,
    release_to,
)

pytestmark = pytest.mark.access

EVENTS = draw_events(400, seed=3)
AMBER = draw_events(100, seed=4, source="amber", least="TLP:AMBER")
PLACES = [
    ("Ajo camp", -112.86, 32.37, "TLP:AMBER//REL TO DPS, PCSO"),
    ("Ajo yard", -112.80, 32.30, "TLP:CLEAR"),
]


@pytest.fixture(scope="module")
def released_dir(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of two sources and some places, each record released to some agencies."""
    folder = tmp_path_factory.mktemp("released")
    data = Path(shutil.copytree(bare_warehouse, folder / "warehouse"))
    settings = StoreSettings(data=data)
    load_events(settings, folder, EVENTS)
    load_events(settings, folder, AMBER, marking="TLP:AMBER")
    load_places(settings, folder, PLACES)
    return data


@pytest.fixture(scope="module")
def released(released_dir: Path) -> Iterator[QueryService]:
    """A service over it that everything may be read in."""
    warehouse = Warehouse(StoreSettings(data=released_dir))
    yield QueryService(warehouse, tile_cache_mb=16)
    warehouse.close()


def readable(release: Release | None) -> list[ReleasedEvent]:
    return [
        event
        for event in (*EVENTS, *AMBER)
        if release is None
        or (may_read(release, event.marking) and (event.source != "amber" or _sees_amber(release)))
    ]


def _sees_amber(release: Release) -> bool:
    return may_read(release, "TLP:AMBER")


def tile_ids(service: QueryService, view: View, z: int = 0) -> Counter[str]:
    """Return the kinds in the tile of the world."""
    layer = read_layer(service, view, "events")
    answer = read_tile(service, view, layer, Tile(z=z, x=0, y=0))
    if not answer.mvt:
        return Counter()
    features = mapbox_vector_tile.decode(answer.mvt)["events"]["features"]
    found: Counter[str] = Counter()
    for feature in features:
        found["n"] += feature["properties"]["n"]
    return found


@pytest.mark.parametrize("release", [*RELEASES, None], ids=str)
def test_every_reader_has_what_is_released_and_nothing_else(
    released: QueryService, release: Release | None
) -> None:
    service = released.released_to(release)
    view = service.view()
    own = readable(release)
    assert count_events(service, view, None) == len(own)
    table = read_event_table(service, view, None, most=1000)
    assert Counter(table["marking"]) == Counter(event.marking for event in own)
    assert int(table["count"].sum()) == sum(event.count for event in own)
    for by in BY:
        assert read_summary(service, view, by).total == len(own), by
    kinds = {row.key: row.n for row in read_summary(service, view, "kind").rows}
    assert kinds == Counter(event.kind for event in own)
    assert tile_ids(service, view)["n"] == len(own)
    sources = view.snapshot.sources
    assert sum(s.n for name, s in sources.items() if name != "places") == len(own)
    assert view.snapshot.withheld == (() if release is None or _sees_amber(release) else ("Amber",))


@pytest.mark.parametrize("release", [release_to("DPS"), release_to("PCSO", "TLP:GREEN")], ids=str)
def test_an_event_that_is_withheld_is_not_found_by_its_id(
    released: QueryService, release: Release
) -> None:
    service = released.released_to(release)
    every = read_event_table(released, released.view(), None, most=1000)
    own = {*read_event_table(service, service.view(), None, most=1000)["event_id"]}
    for event_id in every["event_id"]:
        found = read_event_detail(service, service.view(), event_id)
        assert (found is not None) == (event_id in own)


def test_a_place_that_is_withheld_is_not_searched(released: QueryService) -> None:
    def titles(release: Release | None) -> set[str]:
        service = released.released_to(release)
        return {one.title for one in search_places(service, service.view(), "ajo").results}

    assert {"Ajo camp", "Ajo yard"} <= titles(None)
    assert {"Ajo camp", "Ajo yard"} <= titles(release_to("DPS"))
    assert "Ajo camp" not in titles(release_to("CBP"))
    assert "Ajo yard" in titles(release_to("CBP"))


def test_a_marking_that_is_raised_counts_at_every_earlier_moment(
    released_dir: Path, tmp_path: Path
) -> None:
    data = Path(shutil.copytree(released_dir, tmp_path / "warehouse"))
    settings = StoreSettings(data=data)
    clear = [event for event in EVENTS if event.marking == "TLP:CLEAR"]
    raised = [replace(event, marking="TLP:RED") for event in clear[:3]]
    load_events(settings, tmp_path, raised)
    warehouse = Warehouse(settings)
    service = QueryService(warehouse, tile_cache_mb=4).released_to(release_to("DPS"))
    newest = service.view()
    earlier = service.view(version=newest.snapshot.version - 1)
    everyone = QueryService(warehouse, tile_cache_mb=4)
    before = everyone.view(version=newest.snapshot.version - 1)
    own = len(readable(release_to("DPS")))
    assert count_events(service, newest, None) == own - 3
    assert count_events(service, earlier, None) == own - 3
    assert read_summary(service, earlier, "sector").total == own - 3
    assert tile_ids(service, earlier)["n"] == own - 3
    assert count_events(everyone, before, None) == len(EVENTS) + len(AMBER)
    since = earlier.snapshot.catalogue.published_at
    changes = read_changes(service, service.view(since=since))
    assert changes.total == 0
    assert read_changes(everyone, everyone.view(since=since)).counted("corrected") == 3
    warehouse.close()


def test_a_release_that_admits_everything_counts_the_same(released: QueryService) -> None:
    whole = Filter()
    host = released.released_to(release_to("JTF", "TLP:RED"))
    named = [event for event in readable(None) if "REL TO" in event.marking]
    missing = [event for event in named if "JTF" not in event.marking]
    assert count_events(released, released.view(whole), None) - len(missing) == count_events(
        host, host.view(whole), None
    )
