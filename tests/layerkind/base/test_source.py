"""Tests of what sources say of a layer: theirs alone, of the records that are shown."""

from dataclasses import replace

import pytest

from cop.layerkind.base.source import (
    OK,
    event_sources,
    from_sources,
    not_loaded,
    own_sources,
    sources_of,
    status_of_events,
)
from cop.model.filter import Filter
from cop.query.registry import find_layer
from cop.query.service import QueryService

pytestmark = pytest.mark.house

EVENTS = find_layer("events")


def test_sources_are_those_of_the_records(service: QueryService) -> None:
    real, made = (service.view(Filter(records=sort)) for sort in ("real", "synthetic"))
    held = set(sources_of(real.snapshot, "events"))
    assert set(own_sources(real)) | set(own_sources(made)) == held
    assert not set(event_sources(real)) & set(event_sources(made))
    (one,) = event_sources(real)
    assert event_sources(service.view(Filter(sources=(one,)))) == [one]
    assert event_sources(real, holding=()) == []


def test_the_highest_marking_is_the_layers(service: QueryService) -> None:
    view = service.view()
    told = from_sources(view.snapshot, replace(EVENTS, marking="TLP:RED"), event_sources(view))
    assert told["marking"] == "TLP:RED"
    assert told["sources"]
    nothing = from_sources(view.snapshot, EVENTS, ["nobody"])
    assert nothing == {"sources": (), "credits": (), "marking": EVENTS.marking}


def test_what_is_not_loaded_says_how_it_is(service: QueryService) -> None:
    status = not_loaded("facilities")
    assert (status.is_loaded, status.status) == (False, "unknown")
    assert "load it with `python -m cop ingest places FILE --profile NAME`" in status.status_note
    assert not_loaded("events").status_note == "unknown: not loaded"


def test_a_layer_of_events_is_as_new_as_they_are(service: QueryService) -> None:
    view = service.view(Filter(records="synthetic"))
    status = status_of_events(service, view, EVENTS, OK)
    assert status.as_of == view.snapshot.newest("synthetic")
    assert (status.synthetic, status.stale, status.status) == (True, False, "ok")
    assert status.stale_after_hours == 30, "a day and a quarter"
    later = replace(view.snapshot, known_at=None)
    names = [name for name, state in later.event_sources.items() if not state.source.synthetic]
    real = status_of_events(service, service.view(Filter(records="real")), EVENTS, OK, names=names)
    assert real.stale == later.sources[names[0]].judge(later.now).is_stale
    rare = replace(EVENTS, where=(("kind", ("nothing",)),))
    missing = status_of_events(service, view, rare, OK)
    assert missing.status_note == "unknown: no records of nothing are loaded"
