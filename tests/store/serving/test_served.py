"""Tests of how rows are read from a serving copy: the file's own, whatever else the copy has."""

import pytest

from cop.store.catalogue.grain import SEGMENT_DAYS
from cop.store.dataset.schema import EVENT_COLUMNS
from cop.store.serving.served import NOT_SERVED, SERVED_COLUMNS, ServedFiles

pytestmark = pytest.mark.scale

SERVED = ServedFiles(schema="copy", parts={"a": 3, "b": 7, "c": 12}, timed=frozenset({"b"}))


def test_a_copy_has_all_that_an_event_has() -> None:
    assert {*EVENT_COLUMNS} - {*SERVED_COLUMNS} == {"geometry"}


def test_files_are_named_by_their_parts() -> None:
    assert SERVED.select(["c", "a"]) == ("copy.events", "part IN (3, 12)")
    assert SERVED.select(["b"], by_time=True) == ("copy.events_by_time", "part IN (7)")


def test_what_was_counted_of_them_too() -> None:
    counted = SERVED.counted(SEGMENT_DAYS, ["b"])
    assert counted == 'FROM copy."segment_days" WHERE part IN (7)'


def test_nothing_is_served_at_first() -> None:
    assert not NOT_SERVED.parts
