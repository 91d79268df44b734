"""Tests of a mapping's name, key and columns."""

from datetime import datetime

import pytest

from cop.errors import MappingError
from cop.model.mapping import (
    LAT,
    LON,
    MOST_NAME,
    UPLOAD,
    FileReading,
    SavedMapping,
    build_declared,
    check_mapping_name,
    key_of,
    restore_declared,
    used_columns,
)
from cop.model.upload import Choices
from tests.support.mapping import MAPPING

pytestmark = pytest.mark.layers


def test_files_with_the_same_columns_share_a_key_in_any_order() -> None:
    assert key_of(["b", "a"]) == key_of(["a", "b", "a"])
    assert key_of(["a", "b"]) != key_of(["a,b"])
    assert key_of([]) != key_of([""])


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * (MOST_NAME + 1), "a\x00"])
def test_a_name_is_one_printable_line(name: str) -> None:
    with pytest.raises(MappingError, match=f"use 1 to {MOST_NAME} characters"):
        check_mapping_name(name)


def test_spaces_around_a_name_go() -> None:
    assert check_mapping_name("  Weekly list ") == "Weekly list"


def test_the_columns_used_are_those_of_the_file_each_once() -> None:
    declared = {
        "kind": "statistics",
        "columns": {"lon": LON, "lat": LAT, "count": "n", "kind": "what"},
        "attributes": ["what", "note"],
        "place": {"column": "town"},
        "measures": [{"column": "n"}, {"column": "kg"}],
        "dimensions": {"by": "mode"},
    }
    assert used_columns(declared) == ("n", "what", "note", "town", "kg", "mode")
    assert used_columns({"kind": "events"}) == ()


def test_a_reading_states_only_what_is_answered() -> None:
    reading = FileReading(roles={}, header=("a", "b"), day_first=False)
    assert reading.dump() == {"roles": {}, "day_first": False, "header": ["a", "b"]}
    assert reading.choices == Choices(roles={}, day_first=False)
    assert FileReading.model_validate(reading.dump()) == reading


def test_a_declaration_is_read_as_an_upload_and_by_nothing_else() -> None:
    words = {"columns": {"count": "n"}, "reader": "csv", "crs": "EPSG:3857", "kind": "events"}
    assert list(build_declared(words, {"header": ["n"]}).items()) == [
        ("kind", "events"),
        ("reader", UPLOAD),
        ("reading", {"header": ["n"]}),
        ("columns", {"count": "n"}),
    ]


def test_words_of_an_earlier_build_become_those_of_a_profile() -> None:
    new = restore_declared({**MAPPING, "written": {"plain": True}})
    assert new["name"] == "county rescues"
    assert new["reading"] == {**MAPPING["choices"], "header": MAPPING["columns"]}
    assert restore_declared(new) == new
    own = {"author": "Ana", "saved_at": datetime(2026, 11, 27)}
    saved = SavedMapping.model_validate({**MAPPING, **own})
    assert saved.columns == tuple(MAPPING["columns"])
    assert saved.kind == "events"
    assert {**saved.declared, "name": saved.name} == new
