"""Tests of the queue of work: newest first, what nobody waits for ends, a crowd is refused."""

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cop.errors import AbandonedError, CrowdedError, StoreError
from cop.interrupt import CURRENT
from cop.query.work_queue import WorkQueue
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.scale

LIMIT_S = 60
LONG = "SELECT sum(a.range * b.range) FROM range(300000) a, range(100000) b"


async def stays() -> bool:
    return False


class Gate:
    """Work that stands until it is let go, and notes the order of what is done."""

    def __init__(self) -> None:
        self.done: list[int] = []
        self.began, self.open = threading.Event(), threading.Event()

    def stand(self) -> None:
        self.began.set()
        assert self.open.wait(LIMIT_S)

    def note(self, number: int) -> Callable[[], int]:
        def work() -> int:
            self.done.append(number)
            return number

        return work


async def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def test_the_newest_comes_first_and_every_result_is_its_own() -> None:
    gate, queue = Gate(), WorkQueue(threads=1)

    async def ask() -> list[int]:
        first = asyncio.create_task(queue.run(gate.stand, is_gone=stays))
        await until(gate.began.is_set)
        rest = []
        for number in range(4):
            rest.append(asyncio.create_task(queue.run(gate.note(number), is_gone=stays)))
            await until(lambda n=number: queue.waiting == n + 1)
        gate.open.set()
        await first
        return await asyncio.gather(*rest)

    assert asyncio.run(ask()) == [0, 1, 2, 3]
    assert gate.done == [3, 2, 1, 0]


def test_what_nobody_waits_for_any_more_is_never_begun() -> None:
    gate, queue = Gate(), WorkQueue(threads=1)
    gone: list[bool] = []

    async def ask() -> None:
        async def is_gone() -> bool:
            return bool(gone)

        first = asyncio.create_task(queue.run(gate.stand, is_gone=stays))
        await until(gate.began.is_set)
        left = asyncio.create_task(queue.run(gate.note(1), is_gone=is_gone))
        kept = asyncio.create_task(queue.run(gate.note(2), is_gone=stays))
        await until(lambda: queue.waiting == 2)
        gone.append(True)
        with pytest.raises(AbandonedError):
            await left
        gate.open.set()
        await first
        await kept

    asyncio.run(ask())
    assert gate.done == [2]
    assert queue.waiting == 0


def test_a_crowd_is_refused_from_the_oldest_on() -> None:
    gate, queue = Gate(), WorkQueue(threads=1, most_waiting=2)

    async def ask() -> list[object]:
        first = asyncio.create_task(queue.run(gate.stand, is_gone=stays))
        await until(gate.began.is_set)
        rest = [
            asyncio.create_task(queue.run(gate.note(number), is_gone=stays)) for number in range(4)
        ]
        await asyncio.wait(rest[:2], timeout=LIMIT_S)
        gate.open.set()
        await first
        return list(await asyncio.gather(*rest, return_exceptions=True))

    found = asyncio.run(ask())
    assert [type(each) for each in found] == [CrowdedError, CrowdedError, int, int]
    assert gate.done == [3, 2]


def test_an_error_is_raised_where_the_work_is_waited_for() -> None:
    def fail() -> None:
        raise StoreError("the disk is gone")

    with pytest.raises(StoreError, match="the disk is gone"):
        asyncio.run(WorkQueue(threads=1).run(fail, is_gone=stays))


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    settings = StoreSettings(data=tmp_path / "w", threads=1)
    publish_events(settings, make_frame(3))
    return Warehouse(settings)


@pytest.mark.parametrize("how", ["gone", "too long"])
def test_a_query_that_is_under_way_is_interrupted(warehouse: Warehouse, how: str) -> None:
    queue, began, ended = WorkQueue(threads=1), threading.Event(), list[BaseException]()

    async def is_gone() -> bool:
        return how == "gone" and began.is_set()

    def work() -> None:
        began.set()
        try:
            warehouse.query(LONG)
        except BaseException as fault:
            ended.append(fault)
            raise

    async def ask() -> None:
        longest_s = LIMIT_S if how == "gone" else 1
        with pytest.raises(AbandonedError if how == "gone" else CrowdedError):
            await queue.run(work, is_gone=is_gone, longest_s=longest_s)
        await until(lambda: bool(ended))

    asyncio.run(ask())
    assert isinstance(ended[0], AbandonedError)
    # Nothing is wrong with the warehouse, and the thread is free for other work.
    assert not warehouse._doubted.is_set()
    assert CURRENT.get() is None
    sql = "SELECT 1"
    assert asyncio.run(queue.run(lambda: warehouse.query(sql), is_gone=stays)) == [(1,)]
    warehouse.close()
