"""Tests of the door to tiles: names of versions, what is kept, questions asked at once."""

import threading
from datetime import datetime
from pathlib import Path

import pytest

from cop.layerkind import events
from cop.layerkind.service.tile import is_found_at_once, name_tile, read_tile
from cop.model.filter import Filter
from cop.model.tile import Tile
from cop.model.window import TimeWindow
from cop.query.figure import read_figures
from cop.query.registry import find_layer, load_layers
from cop.query.service import QueryService
from cop.query.summary import read_summary
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.query.conftest import OpenService
from tests.support.record import make_frame
from tests.support.store import publish_events, publish_table
from tests.support.tile import held_by

pytestmark = pytest.mark.picture

WORLD = Tile(0, 0, 0)
EVENTS = find_layer("events")


def test_equal_questions_have_one_name(service: QueryService) -> None:
    etag = read_tile(service, service.view(), EVENTS, WORLD).etag
    for equal in (Filter(records="real"), Filter(kinds=())):
        assert read_tile(service, service.view(equal), EVENTS, WORLD).etag == etag
    others = (Filter(records="synthetic"), Filter(kinds=("death",)), Filter(sectors=("TCA",)))
    names = {read_tile(service, service.view(other), EVENTS, WORLD).etag for other in others}
    names |= {read_tile(service, service.view(), find_layer("humanitarian"), WORLD).etag}
    names |= {read_tile(service, service.view(), EVENTS, Tile(1, 0, 0)).etag}
    assert len(names | {etag}) == 6


def test_the_background_ignores_the_filter(service: QueryService) -> None:
    layer = find_layer("background")
    window = TimeWindow(start=datetime(2026, 1, 1))
    first, second = (
        read_tile(service, service.view(f), layer, WORLD) for f in (Filter(), Filter(window=window))
    )
    assert first == second


@pytest.mark.parametrize("layer", load_layers().values(), ids=load_layers())
@pytest.mark.usefixtures("standing")
def test_every_layer_is_named_whatever_it_holds(service: QueryService, layer) -> None:
    tile = Tile(5, 6, 13)
    wanted = Filter(records="synthetic")
    first, second = (read_tile(service, service.view(wanted), layer, tile) for _ in range(2))
    assert first == second
    assert first.etag.startswith('"')


def test_names_change_with_the_data_only(tmp_path: Path) -> None:
    settings = StoreSettings(data=tmp_path / "w")
    publish_events(settings, make_frame(3))
    service = QueryService(Warehouse(settings), tile_cache_mb=1)
    first = read_tile(service, service.view(), EVENTS, WORLD)
    publish_table(settings, 1)
    assert service.warehouse.refresh()
    assert read_tile(service, service.view(), EVENTS, WORLD) == first
    publish_events(settings, make_frame(4))
    assert service.warehouse.refresh()
    second = read_tile(service, service.view(), EVENTS, WORLD)
    assert second.etag != first.etag
    assert (held_by(first.mvt).n, held_by(second.mvt).n) == (3, 4)
    assert read_summary(service, service.view(), "year").total == 4
    service.warehouse.close()


def test_many_who_ask_at_once_are_answered_by_one_query(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = StoreSettings(data=tmp_path / "w")
    publish_events(settings, make_frame(3))
    service = QueryService(Warehouse(settings), tile_cache_mb=1)
    rendered = []
    render = events.render_event_tile

    def counting(*arguments):
        rendered.append(1)
        return render(*arguments)

    monkeypatch.setattr(events, "render_event_tile", counting)
    answers = []
    threads = [
        threading.Thread(
            target=lambda: answers.append(read_tile(service, service.view(), EVENTS, WORLD))
        )
        for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 12
    assert len(set(answers)) == 1
    assert len(rendered) == 1
    service.warehouse.close()
    assert sorted(answer.way for answer in answers) == ["found"] * (len(answers) - 1) + ["made"]


def test_a_cache_too_small_still_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = StoreSettings(data=tmp_path / "w")
    publish_events(settings, make_frame(60))
    service = QueryService(Warehouse(settings), tile_cache_mb=1)
    monkeypatch.setattr(service.tiles._cache, "_Cache__maxsize", 100)
    assert held_by(read_tile(service, service.view(), EVENTS, WORLD).mvt).n == 60
    service.warehouse.close()


def test_outside_the_zooms_of_a_layer_is_empty(service: QueryService) -> None:
    for layer in load_layers().values():
        for z in {0, 16} - set(range(layer.min_zoom, layer.max_zoom + 1)):
            assert read_tile(service, service.view(), layer, Tile(z, 0, 0)).mvt == b""


def test_a_warehouse_without_a_region_has_no_figures(tmp_path: Path) -> None:
    settings = StoreSettings(data=tmp_path / "w")
    publish_events(settings, make_frame(1))
    service = QueryService(Warehouse(settings), tile_cache_mb=1)
    assert read_figures(service, service.view()) is None
    assert service.warehouse.snapshot.region is None
    assert service.view().zones == {}
    for layer in load_layers().values():
        if layer.tile != "events":
            assert read_tile(service, service.view(), layer, WORLD).mvt == b""
    service.check()
    service.warehouse.close()


def test_a_tile_that_is_at_hand_or_known_is_found_and_not_made(
    small: OpenService, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = small(make_frame(40))
    asked = name_tile(service, service.view(), EVENTS, WORLD)
    assert asked.find() is None
    first = asked.read()
    found = asked.find()
    assert found == first
    assert (first.way, found.way) == ("made", "found")
    other = small(make_frame(40))
    monkeypatch.setattr(events.EventKind, "render_tile", lambda *_: pytest.fail("it was made"))
    elsewhere = name_tile(other, other.view(), EVENTS, WORLD)
    assert elsewhere.find(['"another"']) is None
    again = elsewhere.find([first.etag])
    assert again is not None
    assert (again.way, again.mvt, again.etag) == ("known", b"", first.etag)


def test_a_tile_is_found_without_a_query_unless_its_kind_says_otherwise(
    small: OpenService, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = small(make_frame(40))
    view = service.view()
    layers = load_layers().values()
    quick = [layer for layer in layers if is_found_at_once(view, layer)]
    assert {layer.tile for layer in layers if layer not in quick} == {"segments", "impacts"}
    monkeypatch.setattr(Warehouse, "cursor", lambda _: pytest.fail("it was asked for"))
    for layer in quick:
        assert name_tile(service, view, layer, WORLD).find() is None
