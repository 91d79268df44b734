"""Writers and readers of one warehouse as processes of their own, begun with modules loaded."""

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

import pandas as pd

from cop.errors import StoreError
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import WriteTransaction, open_transaction
from cop.store.warehouse import Warehouse

_HANG_S = 120
_PROCESSES = multiprocessing.get_context("forkserver")


def publish_next(settings: StoreSettings, name: str) -> int:
    """Publish the next number of a table that has all before it; return the number."""
    with open_transaction(settings) as transaction:
        numbers = transaction.read(name)["n"].tolist() if transaction.has(name) else []
        numbers.append(len(numbers) + 1)
        transaction.replace(name, pd.DataFrame({"n": numbers}))
        transaction.commit(f"{name} {numbers[-1]}")
    return int(numbers[-1])


def write(settings: StoreSettings, name: str, until: int, told: Connection) -> None:
    """Publish until the table has so many numbers, and tell each that was published.

    While PostgreSQL is away it is tried again.
    """
    number = 0
    deadline = time.monotonic() + _HANG_S
    while number < until and time.monotonic() < deadline:
        try:
            number = publish_next(settings, name)
            told.send(number)
        except StoreError as fault:
            told.send(str(fault))
            time.sleep(0.05)
    told.close()


def stop_in_commit(settings: StoreSettings, name: str, told: Connection) -> None:
    """Begin to publish, and wait in the middle of the commit to be killed."""
    transact = WriteTransaction._transact

    def stop(self: WriteTransaction, *given: Any) -> None:
        execute = self.cursor
        self.cursor = _Stopping(execute, told)  # type: ignore[assignment]
        transact(self, *given)

    WriteTransaction._transact = stop  # type: ignore[method-assign]
    publish_next(settings, name)


class _Stopping:
    """A cursor that goes no further than to the COMMIT."""

    def __init__(self, cursor: Any, told: Connection) -> None:
        self._cursor, self._told = cursor, told

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def execute(self, sql: str, *given: Any) -> Any:
        if sql == "COMMIT":
            self._told.send("committing")
            signal.pause()
        return self._cursor.execute(sql, *given)


def read(settings: StoreSettings, until: dict[str, int], told: Connection) -> None:
    """Follow the newest version until it has all numbers; tell what was wrong on the way."""
    with closing(_open(settings)) as warehouse:
        version, seen, faults = 0, dict.fromkeys(until, 0), list[str]()
        deadline = time.monotonic() + _HANG_S
        while seen != until and time.monotonic() < deadline:
            time.sleep(0.02)
            with suppress(StoreError):
                warehouse.refresh()
            snapshot = warehouse.snapshot
            if snapshot.version < version:
                faults.append(f"version {snapshot.version} after {version}")
            version = snapshot.version
            for name in until:
                files = list(snapshot.catalogue.files.get(name, ()))
                if not files:
                    continue
                rows = warehouse.query("SELECT n FROM read_parquet($files)", {"files": files})
                numbers = [n for (n,) in rows]
                if numbers != list(range(1, len(numbers) + 1)) or len(numbers) < seen[name]:
                    faults.append(f"{name}: {numbers} after {seen[name]}")
                seen[name] = len(numbers)
        told.send((seen, faults))


def _open(settings: StoreSettings) -> Warehouse:
    deadline = time.monotonic() + _HANG_S
    while True:
        try:
            return Warehouse(settings)
        except StoreError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@contextmanager
def process_of(work: Any, *given: Any) -> Iterator[tuple[BaseProcess, Connection]]:
    """Run work in a process of its own, with what it tells; killed at the end at the latest."""
    _PROCESSES.set_forkserver_preload([__name__])
    receiving, sending = _PROCESSES.Pipe(duplex=False)
    process = _PROCESSES.Process(target=work, args=(*given, sending), daemon=True)
    process.start()
    sending.close()
    try:
        yield process, receiving
    finally:
        process.kill()
        process.join()
        receiving.close()


def hear(told: Connection) -> Any:
    """What a process tells next; raise EOFError when it has ended."""
    assert told.poll(_HANG_S), "the process says nothing"
    return told.recv()


def kill_outright(process: BaseProcess) -> None:
    """Kill a process that cannot clean up."""
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
