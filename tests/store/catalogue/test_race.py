"""Several processes on one catalogue in PostgreSQL: nothing is lost, doubled or seen in part."""

import threading
from contextlib import ExitStack
from multiprocessing.connection import Connection
from pathlib import Path

import pandas as pd
import pytest

from cop.settings import StoreSettings
from cop.store.catalogue.store import open_store
from tests.support.postgres import PostgresCluster
from tests.support.published import published_files
from tests.support.publisher import (
    hear,
    kill_outright,
    process_of,
    publish_next,
    read,
    stop_in_commit,
    write,
)
from tests.support.store import files_below, read_newest

pytestmark = [pytest.mark.scale, pytest.mark.full]
WRITERS, READERS, EACH = 4, 3, 4


@pytest.fixture
def settings(tmp_path: Path, database: str) -> StoreSettings:
    return StoreSettings(data=tmp_path / "warehouse", database=database, threads=1, memory_mb=512)


def numbers_of(settings: StoreSettings, name: str) -> list[int]:
    (path,) = published_files(settings, name)
    numbers: list[int] = pd.read_parquet(path)["n"].tolist()
    return numbers


def hear_all(told: Connection, acknowledged: list[int]) -> None:
    """Note each number that a writer says it published."""
    try:
        while True:
            words = hear(told)
            if isinstance(words, int):
                acknowledged.append(words)
    except EOFError:
        return


def test_shown_writers_and_readers_at_once_while_postgresql_restarts(
    settings: StoreSettings, postgres: PostgresCluster
) -> None:
    publish_next(settings, "w1")
    until = {f"w{i}": EACH + (i == 1) for i in range(1, WRITERS + 1)}
    acknowledged: dict[str, list[int]] = {name: [] for name in until}
    with ExitStack() as stack:
        readers = [
            stack.enter_context(process_of(read, settings, until))[1] for _ in range(READERS)
        ]
        threads = []
        for name, n in until.items():
            _, told = stack.enter_context(process_of(write, settings, name, n))
            thread = threading.Thread(target=hear_all, args=(told, acknowledged[name]))
            thread.start()
            threads.append(thread)
        assert postgres.await_version(settings.database, 6)
        postgres.restart()
        for thread in threads:
            thread.join(120)
        found = [hear(told) for told in readers]
    for name, n in until.items():
        assert numbers_of(settings, name) == list(range(1, n + 1))
        # An answer may have been lost with the connection; what was answered is there, once.
        assert acknowledged[name] == sorted(set(acknowledged[name]))
    assert found == [(until, [])] * READERS
    assert read_newest(settings).version == WRITERS * EACH + 1


def test_shown_a_writer_that_is_killed_in_its_commit_leaves_nothing(
    settings: StoreSettings,
) -> None:
    publish_next(settings, "w1")
    files = files_below(settings.data)
    with process_of(stop_in_commit, settings, "w2") as (process, told):
        assert hear(told) == "committing"
        kill_outright(process)
    with open_store(settings).writer_lock(timeout_s=60):
        pass
    assert publish_next(settings, "w1") == 2
    assert read_newest(settings).version == 2
    assert not files_below(settings.data) - files - {*published_files(settings, "w1")}
