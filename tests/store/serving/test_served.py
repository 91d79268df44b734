"""Tests of how rows are read from a serving copy: the file's own, whatever else the copy has."""

from dataclasses import replace

import pytest

from cop.store.catalogue.grain import IN_COPY, SEGMENT_DAYS
from cop.store.dataset.schema import EVENT_COLUMNS
from cop.store.serving.served import NOT_SERVED, SERVED_COLUMNS, ServedFiles, find_volume

pytestmark = pytest.mark.scale

SERVED = ServedFiles(schema="copy", parts={"a": 3, "b": 7, "c": 12}, timed=frozenset({"b"}))


def test_a_copy_has_all_that_an_event_has() -> None:
    assert {*EVENT_COLUMNS} - {*SERVED_COLUMNS} == {"geometry"}


def test_files_are_named_by_their_parts() -> None:
    assert SERVED.select(["c", "a"]) == ("copy.events_0", "part IN (3, 12)")
    assert SERVED.select(["b"], by_time=True) == ("copy.by_time_0", "part IN (7)")


def test_files_of_several_volumes_are_read_from_all_of_their_tables() -> None:
    served = replace(SERVED, volumes=(2, 7))
    assert served.select(["c", "b"]) == ("copy.events_7", "part IN (7, 12)")
    assert served.select(["a", "b", "c"]) == (
        "(FROM copy.events_2 WHERE part IN (3) UNION ALL FROM copy.events_7 WHERE part IN (7, 12))",
        "true",
    )
    assert [find_volume((2, 7), part) for part in (2, 6, 7, 40)] == [2, 2, 7, 7]


def test_what_was_counted_of_them_too() -> None:
    counted = SERVED.counted(SEGMENT_DAYS, ["b"])
    assert counted == 'FROM copy."segment_days" WHERE part IN (7)'


def test_a_file_is_read_whole_from_each_table_that_has_it() -> None:
    found = [sql.split(" FROM ")[1] for sql in SERVED.read_whole("b")]
    assert found[:2] == ["copy.events_0 WHERE part IN (7)", "copy.by_time_0 WHERE part IN (7)"]
    assert found[2:] == [f'copy."{grain.table}" WHERE part IN (7)' for grain in IN_COPY]
    assert [sql.split(" FROM ")[1] for sql in SERVED.read_whole("a")][0:2] == [
        "copy.events_0 WHERE part IN (3)",
        f'copy."{IN_COPY[0].table}" WHERE part IN (3)',
    ]


def test_nothing_is_served_at_first() -> None:
    assert not NOT_SERVED.parts
