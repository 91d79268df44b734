"""Tests of turns: so many files are read at once, others wait and hear of it."""

import threading

import pytest

from cop.ingest.sandbox.turn import ReaderTurns

pytestmark = [pytest.mark.trust, pytest.mark.layers]


def test_so_many_run_at_once_and_all_come_to_their_turn() -> None:
    turns, running, most, told = ReaderTurns(), [0], [0], list[int]()
    lock, met = threading.Lock(), threading.Barrier(2)

    def read() -> None:
        with turns.take(2, told.append):
            with lock:
                running[0] += 1
                most[0] = max(most[0], running[0])
            met.wait(timeout=60)
            with lock:
                running[0] -= 1

    readers = [threading.Thread(target=read) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(timeout=60)
    assert most[0] == 2
    assert running[0] == 0
    assert set(told) <= {2}


def test_who_waits_hears_how_many_run() -> None:
    turns, told, has_begun, may_end = (
        ReaderTurns(),
        list[int](),
        threading.Event(),
        threading.Event(),
    )

    def hold() -> None:
        with turns.take(1, told.append):
            has_begun.set()
            may_end.wait(timeout=60)

    def hear(running: int) -> None:
        told.append(running)
        may_end.set()

    holder = threading.Thread(target=hold)
    holder.start()
    has_begun.wait(timeout=60)
    with turns.take(1, hear):
        assert told
    assert set(told) == {1}
    holder.join(timeout=60)


def test_who_gives_up_waiting_takes_no_turn() -> None:
    turns = ReaderTurns()

    def stop(_running: int) -> None:
        raise RuntimeError("the session is gone")

    with turns.take(1, stop), pytest.raises(RuntimeError, match="gone"), turns.take(1, stop):
        raise AssertionError("no turn was free")
    with turns.take(1, stop):
        assert turns._running == 1
    assert turns._running == 0
