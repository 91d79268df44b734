"""Tests of saved mappings: by name, found by their columns."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from typing import Any

import pytest

from cop.errors import MappingError
from cop.model.mapping import SavedMapping
from cop.model.release import Release
from cop.settings import StoreSettings
from cop.store.room.mapping import SavedMappings
from cop.store.room.relational import ROOM_FILE
from tests.support.either import only_sqlite
from tests.support.filled import write_raw
from tests.support.mapping import MAPPING

pytestmark = pytest.mark.store


def mapping_of(name: str = "rescues", *, day: int = 25, **changes: Any) -> SavedMapping:
    own = {"name": name, "author": "Ana", "saved_at": datetime(2026, 11, day)}
    return SavedMapping.model_validate(MAPPING | own | changes)


@pytest.fixture
def saved(either: StoreSettings) -> Iterator[SavedMappings]:
    with closing(SavedMappings(either)) as saved:
        yield saved


def test_a_mapping_is_saved_and_replaced_under_its_name(saved: SavedMappings) -> None:
    assert not saved.save(mapping_of())
    assert saved.get(" rescues ") == mapping_of()
    assert saved.save(mapping_of(day=26))
    assert saved.list() == (mapping_of(day=26),)


def test_mappings_fit_files_of_the_same_columns_in_any_order(saved: SavedMappings) -> None:
    for name, day in (("old", 1), ("new", 3), ("mid", 2)):
        saved.save(mapping_of(name, day=day))
    saved.save(mapping_of("other", columns=["case"]))
    columns = list(reversed(MAPPING["columns"]))
    assert [mapping.name for mapping in saved.fitting(columns)] == ["new", "mid", "old"]
    assert saved.fitting(["case", "when"]) == ()
    assert [mapping.name for mapping in saved.list()] == ["mid", "new", "old", "other"]


def test_a_name_that_is_not_there_is_named_with_those_that_are(saved: SavedMappings) -> None:
    with pytest.raises(MappingError, match="no mapping 'x' is saved here; there are: none"):
        saved.get("x")
    saved.save(mapping_of())
    with pytest.raises(MappingError, match="there are: 'rescues'"):
        saved.delete("x")


def test_a_deleted_mapping_is_returned(saved: SavedMappings) -> None:
    saved.save(mapping_of())
    assert saved.delete("rescues") == mapping_of()
    assert saved.list() == ()


@only_sqlite
def test_a_row_that_cannot_be_read_is_named(saved: SavedMappings, either: StoreSettings) -> None:
    saved.save(mapping_of())
    with closing(write_raw(either.data / ROOM_FILE)) as opened, opened:
        opened.execute("UPDATE mapping SET declared = '{}'")
    with pytest.raises(MappingError, match=r"mapping 'rescues' cannot be read: delete it"):
        saved.get("rescues")


@pytest.mark.access
def test_a_mapping_is_read_and_changed_by_who_may_read_its_source(saved: SavedMappings) -> None:
    declared = MAPPING["declared"]
    red = {**declared, "source": {**declared["source"], "id": "few", "marking": "TLP:RED"}}
    saved.save(mapping_of("hidden", declared=red))
    saved.save(mapping_of("open"))
    county = saved.released_to(Release(agency="SO-1", highest="TLP:GREEN"))
    assert [one.name for one in county.list()] == ["open"]
    assert [one.name for one in county.fitting(mapping_of().columns)] == ["open"]
    with pytest.raises(MappingError, match=r"'hidden' is saved here; there are: 'open'$"):
        county.get("hidden")
    with pytest.raises(MappingError, match="no mapping 'hidden' is saved here"):
        county.delete("hidden")
    with pytest.raises(
        MappingError, match=r"^mapping 'hidden': the name is taken; choose another$"
    ):
        county.save(mapping_of("hidden"))
    assert saved.get("hidden").declared["source"]["id"] == "few"
    assert county.save(mapping_of("open", day=26))
    # A source that is loaded may have been raised since.
    later = county.without_sources({"county_rescues"})
    assert later.list() == later.fitting(mapping_of().columns) == ()
    with pytest.raises(MappingError, match="taken"):
        later.save(mapping_of("open"))
    assert [one.name for one in saved.list()] == ["hidden", "open"]
