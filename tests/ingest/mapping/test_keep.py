"""Saved mappings of a room: found by their columns, updated, deleted, and noted."""

from pathlib import Path

import pytest

from cop.errors import MappingError
from cop.ingest.mapping.export import make_mapping
from cop.ingest.mapping.keep import (
    delete_mapping,
    fitting_mappings,
    get_mapping,
    list_mappings,
    save_mapping,
)
from cop.model.mapping import SavedMapping, key_of
from cop.model.moment import utc_now
from cop.settings import StoreSettings
from cop.store.room.audit import list_steps
from tests.support.mapping import HEADER, MAPPING

pytestmark = pytest.mark.layers
COLUMNS = HEADER.split(",")


def mapping(name: str) -> SavedMapping:
    return make_mapping(
        {**MAPPING, "name": name, "author": "Ana", "saved_at": utc_now()}, file="m.yaml"
    )


def test_mappings_are_found_by_their_columns_in_any_order(own_warehouse: Path) -> None:
    store = StoreSettings(data=own_warehouse)
    assert not save_mapping(store, mapping("first"))
    assert not save_mapping(store, mapping("second"))
    assert save_mapping(store, mapping("second"))
    names = [one.name for one in fitting_mappings(store, list(reversed(COLUMNS)))]
    assert set(names) == {"first", "second"}
    assert not fitting_mappings(store, [*COLUMNS, "more"])
    assert key_of(["a", "b"]) != key_of(["ab"])
    assert delete_mapping(store, "first", by="Ben").name == "first"
    with pytest.raises(MappingError, match="no mapping 'first' is saved here; there are: 'second'"):
        get_mapping(store, "first")
    assert [one.name for one in list_mappings(store)] == ["second"]
    steps = [(step.who, step.action, step.detail) for step in list_steps(store)]
    detail = "events, 6 columns, source county_rescues"
    assert sorted(steps) == [
        ("Ana", "renew", detail),
        ("Ana", "save", detail),
        ("Ana", "save", detail),
        ("Ben", "delete", "saved by Ana"),
    ]
