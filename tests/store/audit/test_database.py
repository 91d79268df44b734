"""The audit record in PostgreSQL: changes refused, several processes, kills, no database."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import pairwise
from pathlib import Path

import pytest
from psycopg.errors import RaiseException

from cop.errors import AuditAwayError, AuditError
from cop.model.audit import AuditEntry, AuditHead, NotedHead
from cop.settings import StoreSettings
from cop.store.audit.database import SCHEMA, AuditDatabase
from cop.store.audit.head import read_head
from cop.store.audit.record import open_record
from cop.store.database import connect
from tests.support.audit import build_entries, fill_record
from tests.support.command import CHECKOUT, clean_environment
from tests.support.postgres import PostgresCluster

pytestmark = pytest.mark.scale

HANG_S = 120
WRITERS, ENTRIES = 4, 30
APPENDING = """
import sys
from pathlib import Path
from cop.access.audit.log import AuditLog
from cop.model.audit import Actor
from cop.settings import StoreSettings
data, database, name, most = sys.argv[1:]
log = AuditLog(StoreSettings(data=Path(data), database=database))
for n in range(int(most)):
    entry = log.append(Actor(who=name), "publish", f"layer {n}")
    print(entry.seq, entry.hash, flush=True)
log.close()
"""
DYING = """
import os, signal, sys
from pathlib import Path
from cop.access.audit.log import AuditLog
from cop.model.audit import Actor
from cop.settings import StoreSettings
from cop.store.audit import record
data, database = sys.argv[1:]
log = AuditLog(StoreSettings(data=Path(data), database=database))
write = record.write_head
def die(folder, head, *, announced=None):
    if announced is None and head.seq > 3:
        os.kill(os.getpid(), signal.SIGKILL)
    write(folder, head, announced=announced)
record.write_head = die
log.append(Actor(), "publish", "layer")
"""


@pytest.fixture
def settings(tmp_path: Path, room_database: str) -> StoreSettings:
    return StoreSettings(data=tmp_path, database=room_database)


@pytest.fixture
def record(settings: StoreSettings) -> Iterator[AuditDatabase]:
    with closing(open_record(settings)) as record:
        assert isinstance(record, AuditDatabase)
        yield record


def append(record: AuditDatabase, n: int = 1) -> tuple[AuditEntry, ...]:
    return record.append(lambda head: [*build_entries(n, head)])


def run(code: str, *arguments: object, out: Path) -> "subprocess.Popen[bytes]":
    with out.open("wb") as written:
        return subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)],
            cwd=CHECKOUT,
            env=clean_environment() | {"PYTHONPATH": str(CHECKOUT)},
            stdout=written,
            stderr=subprocess.STDOUT,
        )


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE entry SET who = 'x'",
        "DELETE FROM entry WHERE seq = 2",
        "TRUNCATE entry",
        "INSERT INTO entry SELECT * FROM entry WHERE seq = 3 "
        "ON CONFLICT (seq) DO UPDATE SET who = 'x'",
        "INSERT INTO entry SELECT 2, at, who, name, agency, roles, origin, address, action, "
        "subject, outcome, completes, detail, previous, hash FROM entry WHERE seq = 3",
    ],
)
def test_the_database_itself_refuses_changes(settings: StoreSettings, sql: str) -> None:
    assert settings.database is not None
    with closing(fill_record(settings, 3)) as record:
        before = [*record.read()]
        with closing(connect(settings.database)) as connection:
            connection.execute(f"SET search_path TO {SCHEMA}")
            with pytest.raises(RaiseException, match="entries of the audit record are"):
                connection.execute(sql)
        assert [*record.read()] == before


def test_four_processes_append_one_after_another(
    settings: StoreSettings, record: AuditDatabase, tmp_path: Path
) -> None:
    outs = [tmp_path / f"out{n}" for n in range(WRITERS)]
    with ExitStack() as stack:
        writers = []
        for n, out in enumerate(outs):
            writer = run(APPENDING, settings.data, settings.database, f"p{n}", ENTRIES, out=out)
            stack.callback(writer.wait)
            stack.callback(writer.kill)
            writers.append(writer)
        ended = [writer.wait(HANG_S) for writer in writers]
    assert ended == [0] * WRITERS, [out.read_text()[-500:] for out in outs]
    entries = [*record.read()]
    assert [entry.seq for entry in entries] == [*range(1, WRITERS * ENTRIES + 1)]
    assert all(b.previous == a.hash for a, b in pairwise(entries))
    told = {line for out in outs for line in out.read_text().splitlines()}
    assert told == {f"{entry.seq} {entry.hash}" for entry in entries}
    assert read_head(settings.data) == NotedHead(last=entries[-1].head)
    assert record.verify().is_whole


def test_a_kill_between_commit_and_head_leaves_a_record_that_goes_on(
    settings: StoreSettings, record: AuditDatabase, tmp_path: Path
) -> None:
    append(record, 3)
    writer = run(DYING, settings.data, settings.database, out=tmp_path / "out")
    assert writer.wait(HANG_S) == -9, (tmp_path / "out").read_text()
    last = record.last()
    assert last is not None
    noted = read_head(settings.data)
    assert noted is not None
    assert (last.seq, noted.last.seq, noted.announced) == (4, 3, last.head)
    assert record.verify().is_whole
    append(record)
    assert record.verify().n == 5


def test_an_entry_that_another_program_adds_is_found(
    settings: StoreSettings, record: AuditDatabase
) -> None:
    append(record, 3)
    assert settings.database is not None
    last = record.last()
    assert last is not None
    (forged,) = build_entries(1, last.head)
    with closing(connect(settings.database)) as connection:
        connection.execute(
            f"INSERT INTO {SCHEMA}.entry VALUES ({', '.join(['%s'] * 15)})",
            [*vars(forged).values()],
        )
    finding = record.verify().finding
    assert finding is not None
    assert "not confirmed by the head" in finding.words
    with pytest.raises(AuditError, match="cop audit begin"):
        append(record)


def test_a_record_that_was_dropped_is_missed(
    settings: StoreSettings, record: AuditDatabase
) -> None:
    append(record, 3)
    assert settings.database is not None
    with closing(connect(settings.database)) as connection:
        connection.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
    finding = record.verify().finding
    assert finding is not None
    assert "cut off the end" in finding.words
    with pytest.raises(AuditError, match="cut off the end"):
        append(record)


def test_what_cannot_be_recorded_while_postgresql_is_away_can_when_it_is_back(
    record: AuditDatabase, postgres: PostgresCluster
) -> None:
    append(record)
    postgres.stop()
    try:
        with pytest.raises(AuditAwayError, match=r"database .*cannot be written.*is running"):
            append(record)
        with pytest.raises(AuditAwayError, match="cannot be written"):
            record.check()
        for ask in (record.last, record.exists, record.verify):
            with pytest.raises(AuditAwayError, match=r"database .*cannot be read.*is running"):
                ask()
    finally:
        postgres.start()
    record.check()
    append(record)
    assert record.verify().n == 2


def test_a_connection_that_breaks_is_replaced(
    record: AuditDatabase, postgres: PostgresCluster
) -> None:
    append(record)
    assert postgres.end_connections("cop audit") == 1
    append(record)
    assert record.verify().n == 2


def test_who_loses_the_lock_after_the_commit_leaves_the_head_to_the_next(
    settings: StoreSettings,
    record: AuditDatabase,
    postgres: PostgresCluster,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another may have gone on: what would be written now may be older than what is there."""
    append(record)
    commit = AuditDatabase._commit

    def break_off(self: AuditDatabase, entries: tuple[AuditEntry, ...], drop_to: int) -> None:
        commit(self, entries, drop_to)
        assert postgres.end_connections("cop audit") == 1

    with monkeypatch.context() as patched:
        patched.setattr(AuditDatabase, "_commit", break_off)
        (second,) = append(record)
    noted = read_head(settings.data)
    assert noted is not None
    assert (noted.last.seq, noted.announced) == (1, second.head)
    assert record.verify().n == 2
    append(record)
    assert record.verify().n == 3


def test_a_record_of_a_newer_program_is_refused_and_so_is_what_is_none(
    settings: StoreSettings, record: AuditDatabase
) -> None:
    append(record)
    assert settings.database is not None
    with closing(connect(settings.database)) as connection:
        connection.execute(f"UPDATE {SCHEMA}.record SET format = 2")
        with pytest.raises(AuditError, match="newer version of the program"):
            append(record)
        connection.execute(f"DELETE FROM {SCHEMA}.record")
    with pytest.raises(AuditError, match="is no audit record"):
        append(record)


def test_many_entries_are_read_a_page_after_another(record: AuditDatabase) -> None:
    append(record, 4_100)
    assert sum(1 for _ in record.read()) == 4_100
    found = record.read("WHERE seq > ?", [4_000])
    assert next(found).seq == 4_001
    found.close()  # type: ignore[attr-defined]
    assert [entry.seq for entry in record.read(newest=2)] == [4_100, 4_099]


def test_a_commit_is_durable_whatever_the_database_does_for_others(record: AuditDatabase) -> None:
    with closing(record._connect()) as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
        assert connection.execute("SHOW search_path").fetchone() == (SCHEMA,)


def test_a_build_that_raises_leaves_the_lock(record: AuditDatabase) -> None:
    def build(_head: AuditHead) -> list[AuditEntry]:
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        record.append(build)
    append(record)
    with closing(AuditDatabase(record.folder, record._database)) as other:
        append(other)
