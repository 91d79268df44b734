"""Tests of the layer of changes: a moment to compare with is part of its tiles' names."""

from datetime import datetime, timedelta

import pytest

from cop.layerkind.changes import KIND
from cop.layerkind.service.status import read_status
from cop.layerkind.service.tile import build_address, read_tile
from cop.model.filter import Filter
from cop.model.tile import Tile
from cop.model.window import TimeWindow
from cop.query.registry import find_layer
from cop.query.service import QueryService

pytestmark = pytest.mark.house

LAYER = find_layer("changes")


def test_without_a_moment_it_is_empty_and_says_so(service: QueryService) -> None:
    view = service.view()
    assert read_tile(service, view, LAYER, Tile(0, 0, 0)).mvt == b""
    assert KIND.select_rows(service, view, LAYER, 5) is None
    status = read_status(service, view, LAYER)
    assert (status.is_loaded, status.status_note) == (False, "choose the start on the Changes page")


def test_the_moment_is_in_address_and_name(service: QueryService) -> None:
    since = datetime(2026, 1, 1, 6)
    plain, one, other = (
        service.view(since=moment) for moment in (None, since, since + timedelta(hours=1))
    )
    assert "since=2026-01-01T06%3A00%3A00Z" in build_address(service, one, LAYER)
    assert "since" not in build_address(service, plain, LAYER)
    assert KIND.key_parts(service, one) != KIND.key_parts(service, other)


def test_the_window_does_not_matter(service: QueryService) -> None:
    window = TimeWindow(start=datetime(2026, 1, 1))
    view = service.view(Filter(window=window, sectors=("TCA",)))
    assert KIND.relevant_filter(LAYER, view.filter) == Filter(sectors=("TCA",), records="real")
    assert KIND.caveat_windows(view) == {TimeWindow()}


def test_a_moment_before_every_version_is_told(service: QueryService) -> None:
    status = read_status(service, service.view(since=datetime(2001, 1, 1)), LAYER)
    assert (status.is_loaded, status.status) == (False, "unknown")
    assert status.status_note.startswith("unknown since 010000Z JAN 01")
