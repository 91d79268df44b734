"""Tests of where the rows of a layer come from, and how new they are."""

from datetime import datetime

import pytest

from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.presence import Presence, read_presence
from cop.query.registry import find_layer
from cop.query.service import QueryService
from tests.query.conftest import OpenService
from tests.support.record import make_frame

pytestmark = pytest.mark.house

EVENTS = find_layer("events")
EMPTY = Filter(window=TimeWindow(start=datetime(1999, 1, 1), end=datetime(1999, 2, 1)))


def present(service: QueryService, name: str, wanted: Filter) -> Presence | None:
    return read_presence(service, service.view(wanted), find_layer(name))


def test_events_are_of_the_views_records(service: QueryService) -> None:
    for records in ("real", "synthetic"):
        found = present(service, "events", Filter(records=records))
        assert found is not None
        assert found.synthetic == (records == "synthetic")
        states = service.view().snapshot.event_sources
        own = {s for s, state in states.items() if state.source.synthetic == found.synthetic}
        assert set(found.sources) == own
        assert found.newest == max(states[source].newest for source in own)


def test_a_window_and_places_do_not_narrow_it(service: QueryService) -> None:
    narrowed = Filter(window=EMPTY.window, sectors=("TCA",), records="real")
    assert present(service, "events", narrowed) == present(
        service, "events", Filter(records="real")
    )


def test_a_layer_of_some_kinds_has_the_sources_of_those(small: OpenService) -> None:
    early, late = datetime(2024, 1, 1), datetime(2024, 5, 1)
    frame = make_frame(2, occurred_at=[early, late], kind=["conflict", "crossing"])
    service = small(frame)
    view = service.view()
    every, own = (read_presence(service, view, find_layer(n)) for n in ("events", "conflict"))
    assert every is not None
    assert own is not None
    assert (every.newest, own.newest) == (late, early)
    assert own.sources == every.sources


def test_what_was_never_loaded_has_none(service: QueryService, small: OpenService) -> None:
    assert present(service, "ports", Filter(records="real")) is None
    view = small(make_frame(1, kind="rescue")).view()
    assert read_presence(small(make_frame(1, kind="rescue")), view, find_layer("conflict")) is None


def test_real_places_stand_in_for_synthetic_ones(standing: QueryService) -> None:
    found = present(standing, "ports", Filter(records="synthetic"))
    assert found is not None
    assert not found.synthetic
    assert found == present(standing, "ports", Filter(records="real"))
    assert found.newest == max(
        standing.view().snapshot.sources[source].newest for source in found.sources
    )
