"""Tests of work beside the reader and the writer: nothing is lost, and a fault comes through."""

from collections.abc import Iterator

import pytest

from cop.ingest.sink.ahead import ahead, behind

pytestmark = pytest.mark.house


def failing() -> Iterator[int]:
    yield 1
    raise ValueError("broken")


def test_items_come_in_order() -> None:
    assert list(ahead(range(5))) == [0, 1, 2, 3, 4]
    assert list(ahead([])) == []
    assert list(ahead([0, None, ""])) == [0, None, ""]


def test_a_fault_of_the_reader_comes_at_its_place() -> None:
    items = ahead(failing())
    assert next(items) == 1
    with pytest.raises(ValueError, match="broken"):
        next(items)


def test_all_is_written_before_it_goes_on() -> None:
    done: list[int] = []
    with behind(done.append) as add:
        for item in range(5):
            add(item)
    assert done == [0, 1, 2, 3, 4]


def test_a_fault_of_the_writer_ends_it() -> None:
    with pytest.raises(ZeroDivisionError), behind(lambda item: 1 / item) as add:
        add(1)
        add(0)
        add(2)
