"""What a release admits of a snapshot: readers of it meet nothing else, at any moment."""

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest

from cop.layerkind.service.layer_list import read_layer, read_layers
from cop.layerkind.service.status import read_status
from cop.layerkind.service.tile import read_tile
from cop.model.filter import Filter
from cop.model.release import Release
from cop.model.tile import Tile
from cop.query.change import read_changes
from cop.query.dataset import build_dataset_table, read_history
from cop.query.detail import read_event_detail
from cop.query.headline import read_headline
from cop.query.hour import read_hour_of_week
from cop.query.marking import page_marking
from cop.query.scope import read_scope
from cop.query.search import search_places
from cop.query.sector import read_sector_figures
from cop.query.service import QueryService
from cop.query.summary import BY, read_summary
from cop.query.table import count_events, read_event_table
from cop.query.view import View
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.store.release.conftest import AMBER, CAMP, EVENTS, PLACES
from tests.support.released import (
    RELEASES,
    ReleasedEvent,
    draw_events,
    load_events,
    load_places,
    may_read,
    release_to,
)
from tests.support.store import date_versions, shown_files
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.access


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
    features = mapbox_vector_tile.decode(answer.unfolded())["events"]["features"]
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


class FrozenClock(datetime):
    """A clock that stands, so that two warehouses differ by their records alone."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        """Return the one moment."""
        return datetime(2026, 6, 5, tzinfo=tz)


@pytest.fixture(scope="module")
def pair(
    bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[QueryService, QueryService]]:
    """Services of two warehouses that differ by records of CBP alone."""
    opened = []
    hidden = [
        replace(event, marking="TLP:AMBER//REL TO CBP")
        for event in draw_events(40, seed=9, source="table")
    ]
    hidden = [replace(e, source_id=f"hidden-{i}") for i, e in enumerate(hidden)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cop.model.moment.datetime", FrozenClock)
        for more in (hidden, []):
            folder = tmp_path_factory.mktemp("pair")
            data = copy_warehouse(bare_warehouse, folder / "warehouse")
            settings = StoreSettings(data=data, accept_clock=True)
            load_events(settings, folder, [*more, *EVENTS])
            load_places(settings, folder, [*(CAMP if more else ()), *PLACES[1:]])
            versions = range(1, 1 + max(shown_files(data)))
            date_versions(data, {v: datetime(2026, 6, 1, v) for v in versions})
            opened.append(Warehouse(settings))
    services = [QueryService(warehouse, tile_cache_mb=4) for warehouse in opened]
    yield services[0], services[1]
    for warehouse in opened:
        warehouse.close()


def everything_read(service: QueryService) -> dict[str, Any]:
    """Return what a viewer can read in many ways, by its name."""
    view = service.view()
    found: dict[str, Any] = {"scope": read_scope(service, view).line}
    for layer in read_layers(service, view).values():
        for z, x, y in ((0, 0, 0), (9, 98, 207)):
            answer = read_tile(service, view, layer, Tile(z=z, x=x, y=y))
            found[f"{layer.id} {z}"] = (answer.etag, answer.mvt, answer.caveats)
        found[f"status {layer.id}"] = read_status(service, view, layer)
    for by in BY:
        found[by] = read_summary(service, view, by)
    for text in ("ajo", "ajo camp", "yuma", "nothing of that name", "TCA-0031"):
        found[f"search {text}"] = search_places(service, view, text)
    table = read_event_table(service, view, None, most=1000)
    found["table"] = table.to_csv()
    found["details"] = [read_event_detail(service, view, one) for one in table["event_id"]]
    found["datasets"] = build_dataset_table(view.snapshot).to_csv()
    found["history"] = read_history(service, view)
    found["sectors"] = read_sector_figures(service, view)
    found["headline"] = read_headline(service, view)
    found["hours"] = read_hour_of_week(service, view).table.to_csv()
    found["sources"] = dict(view.snapshot.sources)
    found["marking"] = page_marking(view)
    return found


@pytest.mark.parametrize(
    "release",
    [release_to("DPS"), release_to("HCSO", "TLP:GREEN"), release_to("JTF", "TLP:RED")],
    ids=str,
)
def test_answers_tell_nothing_of_records_that_are_withheld(
    pair: tuple[QueryService, QueryService], release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cop.model.moment.datetime", FrozenClock)
    with_hidden, without = (everything_read(one.released_to(release)) for one in pair)
    assert with_hidden.keys() == without.keys()
    for name, answer in with_hidden.items():
        assert repr(answer) == repr(without[name]), name


def test_the_records_that_are_withheld_are_there_for_their_own_agency(
    pair: tuple[QueryService, QueryService],
) -> None:
    with_hidden, without = (one.released_to(release_to("CBP")) for one in pair)
    assert (
        count_events(with_hidden, with_hidden.view(), None)
        == count_events(without, without.view(), None) + 40
    )
    for z in (0, 6):
        one, other = (
            read_tile(s, s.view(), read_layer(s, s.view(), "events"), Tile(z=z, x=0, y=0)).etag
            for s in (with_hidden, without)
        )
        assert one != other


def test_what_others_had_computed_changes_nothing(
    released_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cop.model.moment.datetime", FrozenClock)
    others = (None, release_to("JTF", "TLP:RED"), release_to("CBP"))

    def read(*releases: Release | None) -> list[dict[str, Any]]:
        with closing(Warehouse(StoreSettings(data=released_dir))) as warehouse:
            service = QueryService(warehouse, tile_cache_mb=64)
            return [everything_read(service.released_to(release)) for release in releases]

    asking = (release_to("DPS"), release_to("PCSO"))
    *_, first, second = read(*others, *asking)
    for release, warm in zip(asking, (first, second), strict=True):
        (cold,) = read(release)
        for name, answer in cold.items():
            assert repr(answer) == repr(warm[name]), (release, name)
