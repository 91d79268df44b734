"""Tests of a mapping's name, key and columns."""

import pytest

from cop.errors import MappingError
from cop.model.mapping import LAT, LON, MOST_NAME, check_mapping_name, key_of, used_columns

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
