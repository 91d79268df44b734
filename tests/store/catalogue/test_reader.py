"""Tests of the catalogue's reader beside a writer of the same process: a server with feeds."""

import threading
from pathlib import Path

import pytest

from cop.settings import StoreSettings
from cop.store.catalogue.reader import CatalogueReader
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.store


def test_a_writer_and_a_reader_of_one_process_never_lock_each_other_out(tmp_path: Path) -> None:
    store = StoreSettings(data=tmp_path / "w")
    publish_events(store, make_frame(1))
    reader = CatalogueReader(store)
    first = reader.catalogue().version
    done = threading.Event()
    seen: list[int] = []
    faults: list[Exception] = []

    def read() -> None:
        while not done.is_set():
            try:
                seen.append(reader.catalogue().version)
            except Exception as fault:  # noqa: BLE001 kept for the assertion
                faults.append(fault)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        for count in range(2, 14):
            publish_events(store, make_frame(count))
    finally:
        done.set()
        thread.join()
    newest = reader.catalogue().version
    reader.close()
    assert faults == []
    assert seen == sorted(seen)
    assert newest == first + 12
