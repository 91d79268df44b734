"""Tests of finding entries of the tables of symbols."""

import pytest

from cop.ingest.symbol.table import LETTERS, NUMBERS, find_entries, read_modifiers

pytestmark = pytest.mark.layers


def test_the_entries_that_a_table_has_are_found_in_one_pass() -> None:
    found = find_entries(LETTERS, ["SFGPUCI--------", "S*G*UCI---*****", "nothing"])
    assert len(found) <= 2
    for entry in found.values():
        assert "di" in entry


def test_nothing_is_asked_of_a_table_for_nothing() -> None:
    assert find_entries(NUMBERS, []) == {}
    assert find_entries(NUMBERS, ["0"]) == {}


def test_modifiers_are_read_once() -> None:
    assert read_modifiers() is read_modifiers()
    assert read_modifiers()
