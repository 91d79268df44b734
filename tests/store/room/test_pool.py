"""Tests of the room in PostgreSQL: few connections, several processes, a restart, clear errors."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from cop.errors import StoreError
from cop.model.board import Board, Person
from cop.settings import StoreSettings
from cop.store.database import connect
from cop.store.room import pool
from cop.store.room.board import Journal
from cop.store.room.people import People, build_account
from cop.store.room.relational import RelationalStore, has_room
from cop.store.room.room import Room
from cop.store.room.schema import HEAD
from tests.support.command import CHECKOUT, clean_environment
from tests.support.filled import HASH
from tests.support.postgres import PostgresCluster

pytestmark = pytest.mark.scale

HANG_S = 120
WRITERS, TAKEN = 3, 40
TAKING = """
import sys, time
from contextlib import closing
from pathlib import Path
from cop.errors import StoreError
from cop.model.board import Person
from cop.settings import StoreSettings
from cop.store.room.board import Journal
data, database, writer, most = sys.argv[1:]
until, taken, n = time.monotonic() + 120, 0, 0
with closing(Journal(StoreSettings(data=Path(data), database=database))) as journal:
    while taken < int(most) and time.monotonic() < until:
        n += 1
        person = Person(id=f"{int(writer):08x}{n:08x}", name="Ana")
        try:
            journal.take(person)
        except StoreError as fault:
            assert "port=" in str(fault), fault
            continue
        taken += 1
        print(person.id, flush=True)
"""
OPENING = """
import sys
from contextlib import closing
from pathlib import Path
from cop.settings import StoreSettings
from cop.store.room.relational import RelationalStore
sys.stdin.read(1)
RelationalStore(StoreSettings(data=Path(sys.argv[1]), database=sys.argv[2])).close()
"""


@pytest.fixture
def settings(tmp_path: Path, room_database: str) -> StoreSettings:
    return StoreSettings(data=tmp_path, database=room_database)


@contextmanager
def running(code: str, *arguments: object, out: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run code in a process of its own, which ends with the test."""
    with out.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)],
            cwd=CHECKOUT,
            env=clean_environment() | {"PYTHONPATH": str(CHECKOUT)},
            stdin=subprocess.PIPE,
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def count_connections(address: str) -> int:
    with closing(connect(address)) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cop room' "
            "AND datname = current_database()"
        ).fetchone()
    assert row is not None
    return int(row[0])


def await_true(met: Callable[[], bool]) -> None:
    deadline = time.monotonic() + HANG_S
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_all_stores_of_a_process_share_few_connections(settings: StoreSettings) -> None:
    assert settings.database is not None
    with closing(Room(settings)) as room:
        assert room.alerts.list() == ()
        assert room.annotations.list() == ()
        assert room.pictures.list() == ()
        assert room.people.list() == ()
        assert room.journal.board() == Board()
        assert count_connections(settings.database) == 1
        assert room.caveats == ()
    database = settings.database
    await_true(lambda: count_connections(database) == 0)
    assert not [*settings.data.iterdir()], "nothing of it is in the folder"


def test_a_store_that_is_closed_twice_leaves_the_others_open(settings: StoreSettings) -> None:
    database = settings.database
    assert database is not None
    first, second = Journal(settings), Journal(settings)
    first.close()
    first.close()
    assert second.board() == Board()
    assert count_connections(database) == 1
    second.close()
    await_true(lambda: count_connections(database) == 0)


def test_a_room_is_there_once_it_was_opened(tmp_path: Path, database: str) -> None:
    settings = StoreSettings(data=tmp_path, database=database)
    assert not has_room(settings)
    RelationalStore(settings).close()
    assert has_room(settings)


def test_several_processes_take_the_board_and_no_revision_is_left_out(
    settings: StoreSettings, postgres: PostgresCluster, tmp_path: Path
) -> None:
    """PostgreSQL is restarted between: what a writer was told to be stored is there, once."""
    outs = [tmp_path / f"out{n}" for n in range(WRITERS)]
    with ExitStack() as stack:
        writers = [
            stack.enter_context(
                running(TAKING, settings.data, settings.database, n, TAKEN, out=out)
            )
            for n, out in enumerate(outs)
        ]
        await_true(lambda: all(out.read_text().count("\n") >= TAKEN // 4 for out in outs))
        postgres.restart()
        assert [writer.wait(HANG_S) for writer in writers] == [0] * WRITERS
    with closing(Journal(settings)) as journal:
        entries = journal.stored_entries()
        assert journal.board().revision == len(entries)
    assert [entry.revision for entry in entries] == [*range(1, len(entries) + 1)]
    taken = [dict(entry.change)["presenter"]["id"] for entry in entries]  # type: ignore[index]
    assert len(taken) == len({*taken})
    told = [line for out in outs for line in out.read_text().split()]
    assert len(told) == WRITERS * TAKEN
    assert {*told} <= {*taken}


def test_processes_that_open_a_new_room_at_once_make_it_once(tmp_path: Path, database: str) -> None:
    outs = [tmp_path / f"out{n}" for n in range(WRITERS)]
    with ExitStack() as stack:
        opening = [
            stack.enter_context(running(OPENING, tmp_path, database, out=out)) for out in outs
        ]
        for process in opening:
            assert process.stdin is not None
            process.stdin.write(b"\n")
            process.stdin.flush()
        ended = [process.wait(HANG_S) for process in opening]
    assert ended == [0] * WRITERS, [out.read_text() for out in outs]
    with closing(connect(database)) as connection:
        found = connection.execute("SELECT version_num FROM room.alembic_version").fetchall()
    assert found == [(HEAD,)]


def test_what_fails_while_postgresql_is_away_goes_on_when_it_is_back(
    settings: StoreSettings, postgres: PostgresCluster
) -> None:
    ana = Person(id="a" * 16, name="Ana")
    with closing(Journal(settings)) as journal:
        journal.take(ana)
        postgres.stop()
        try:
            for ask in (journal.board, lambda: journal.take(ana), lambda: Journal(settings)):
                with pytest.raises(StoreError, match=r"database .*port=\d+.*PostgreSQL is running"):
                    ask()
        finally:
            postgres.start()
        assert journal.board().presenter == ana
        journal.release(ana)
        assert journal.board().revision == 2


def test_what_could_not_be_read_is_said_until_postgresql_is_back(
    settings: StoreSettings, postgres: PostgresCluster
) -> None:
    with closing(Room(settings)) as room:
        postgres.stop()
        try:
            assert room.attempt("alerts", lambda room: room.alerts.list(), ()) == ()
            (caveat,) = room.caveats
            assert "alerts cannot be read and are not shown: the database" in caveat
            assert room.briefs == ("room: alerts cannot be read and are not shown",)
        finally:
            postgres.start()
        assert room.caveats == ()


def test_a_long_writer_is_not_waited_for_without_end(
    settings: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "WAIT_S", 0.1)
    with closing(RelationalStore(settings)) as store, store.writing():
        stated = r"another process has been writing .*try again"
        with pytest.raises(StoreError, match=stated), store.writing():
            pass
        with store.reading() as connection:
            assert connection.execute(text("SELECT 1")).scalar() == 1


def test_the_lock_of_a_writer_that_is_stuck_goes_to_the_next(
    settings: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "_STUCK_S", 0.2)
    monkeypatch.setattr(pool, "WAIT_S", HANG_S)
    ana, wrote = Person(id="a" * 16, name="Ana"), threading.Event()

    def write() -> None:
        with closing(Journal(settings)) as journal:
            journal.take(ana)
        wrote.set()

    thread = threading.Thread(target=write)
    with closing(RelationalStore(settings)) as store:
        stated = r"idle-in-transaction|connection"
        with pytest.raises(StoreError, match=stated), store.writing() as connection:
            connection.execute(text("DELETE FROM board"))
            thread.start()
            assert wrote.wait(HANG_S)
        thread.join()
    with closing(Journal(settings)) as journal:
        assert journal.board().presenter == ana


def test_an_error_states_no_row(settings: StoreSettings) -> None:
    now = datetime(2026, 11, 26)
    account = build_account(
        login="ana", name="Ana", agency="JTF", roles=frozenset({"viewer"}),
        password_hash=f"{HASH}secret", created_at=now, changed_at=now,
    )  # fmt: skip
    with closing(People(settings)) as people, closing(RelationalStore(settings)) as store:
        people.add(account)
        again = text(
            "INSERT INTO account SELECT login, name, agency, roles, highest, password_hash, "
            "created_at, NULL, valid_until, disabled_at FROM account"
        )
        refused = pytest.raises(StoreError, match="null value in column")
        with refused as found, store.writing() as connection:
            connection.execute(again)
    assert "secret" not in str(found.value)


def test_a_text_with_a_zero_byte_is_refused_with_words(settings: StoreSettings) -> None:
    refused = pytest.raises(StoreError, match="NUL")
    with closing(RelationalStore(settings)) as store, refused, store.writing() as connection:
        connection.execute(text("INSERT INTO mapping (name) VALUES (:x)"), {"x": "a\0"})
