"""Tests of the data that a tile's address names."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import datetime
from pathlib import Path

import pytest

from cop.layerkind.service.tile import build_address
from cop.layerkind.service.tile_data import find_view, has_data, name_data
from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.registry import find_layer
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.record import make_frame
from tests.support.store import publish_events, publish_table

pytestmark = pytest.mark.scale

EVENTS = find_layer("events")


@pytest.fixture
def settings(tmp_path: Path) -> StoreSettings:
    """Three events in a warehouse of their own."""
    settings = StoreSettings(data=tmp_path / "w")
    publish_events(settings, make_frame(3))
    return settings


@pytest.fixture
def nodes(settings: StoreSettings) -> Iterator[list[QueryService]]:
    """Two that read it, as two servers do."""
    with ExitStack() as opened:
        warehouses = [opened.enter_context(closing(Warehouse(settings))) for _ in range(2)]
        yield [QueryService(one, tile_cache_mb=1) for one in warehouses]


def version_in(service: QueryService, requested: Filter | None = None) -> str:
    address = build_address(service, service.view(requested), EVENTS)
    return address.rpartition("v=")[2]


def count(service: QueryService, version: str, requested: Filter | None = None) -> int | None:
    """How many events the view of a version has; None where no version is found."""
    view = find_view(service, service.view(requested), "events", version)
    if view is None:
        return None
    files = view.snapshot.catalogue.event_files
    ((n,),) = service.warehouse.query(
        "SELECT count(*) FROM read_parquet($files)", {"files": list(files)}
    )
    return int(n)


def test_data_have_one_name_whatever_the_filter(nodes: list[QueryService]) -> None:
    service = nodes[0]
    window = TimeWindow(start=datetime(2026, 1, 1))
    filters = (Filter(), Filter(kinds=("death",)), Filter(window=window))
    names = {name_data(service.view(one), EVENTS) for one in filters}
    assert len(names) == 1
    versions = {version_in(service, one) for one in filters}
    assert len(versions) == 3
    assert {one[: len(*names)] for one in versions} == names
    assert all(has_data(service, service.view(), "events", one) for one in versions)
    assert name_data(service.view(), find_layer("sensors")) not in names


def test_each_answers_what_the_other_has_drawn(
    settings: StoreSettings, nodes: list[QueryService]
) -> None:
    ahead, behind = nodes
    old = version_in(behind)
    publish_table(settings, 1)
    publish_events(settings, make_frame(5))
    assert ahead.warehouse.refresh()
    new = version_in(ahead)
    assert new != old
    assert not has_data(behind, behind.view(), "events", new)
    assert [count(behind, version) for version in (old, new, old)] == [3, 5, 3]
    assert [count(ahead, version) for version in (old, new)] == [3, 5]
    death = Filter(kinds=("death",))
    found = find_view(ahead, ahead.view(death), "events", old)
    assert found is not None
    assert (found.filter.kinds, found.snapshot.version) == (("death",), 2)


def test_what_no_version_at_hand_has_is_none(
    settings: StoreSettings, nodes: list[QueryService]
) -> None:
    service = nodes[0]
    oldest = version_in(service)
    for n in range(4, 13):
        publish_events(settings, make_frame(n))
        if n == 11:
            assert count(service, oldest) == 3
    assert count(service, oldest) is None
    assert count(service, "no version") is None
    assert find_view(service, service.view(), "no-layer", oldest) is None


def test_what_a_filter_names_and_an_earlier_version_lacks_is_left_out(
    settings: StoreSettings, nodes: list[QueryService]
) -> None:
    service = nodes[0]
    old = version_in(service)
    publish_events(settings, make_frame(4), source="later")
    assert service.warehouse.refresh()
    assert count(service, old) == 3
    assert count(service, old, Filter(sources=("later",))) is None
