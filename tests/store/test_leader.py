"""Tests of the server that leads: one at a time, another after it."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from cop.settings import StoreSettings
from cop.store.database import SHARED_LOCKS, Connection, connect
from cop.store.leader import Leadership, always_leads
from tests.support.either import only_postgresql
from tests.support.postgres import PostgresCluster

pytestmark = pytest.mark.scale

HANG_S = 60


@contextmanager
def running(settings: StoreSettings) -> Iterator[Leadership]:
    leadership = Leadership(settings, every_s=0.01)
    leadership.start()
    try:
        yield leadership
    finally:
        leadership.stop()


def await_lead(leadership: Leadership, leads: bool = True) -> None:
    pause = threading.Event()
    for _ in range(100 * HANG_S):
        if leadership.leads() is leads:
            return
        pause.wait(0.01)
    raise AssertionError(f"leads is not {leads}")


def test_one_of_two_servers_leads_and_the_other_one_after_it(either: StoreSettings) -> None:
    with running(either) as second:
        await_lead(second)
        with running(either) as first:
            second.stop()
            await_lead(first)
            assert not second.leads()
        assert not first.leads()


def test_nobody_else_leads_while_one_does(either: StoreSettings) -> None:
    with running(either) as first:
        await_lead(first)
        # Each looks but once, and stops.
        for _ in range(3):
            other = Leadership(either, every_s=HANG_S)
            other.start()
            other.stop()
            assert not other.leads()
        assert first.leads()


@only_postgresql
def test_a_lock_that_is_lost_with_its_connection_is_taken_again(
    either: StoreSettings, postgres: PostgresCluster
) -> None:
    with running(either) as first:
        await_lead(first)
        with closing(connect(str(either.database))) as asking:
            before = owner_of_lock(asking)
            assert before is not None
            assert postgres.end_connections("cop lock") >= 1
            pause, after = threading.Event(), None
            for _ in range(100 * HANG_S):
                after = owner_of_lock(asking)
                if after not in (None, before):
                    break
                pause.wait(0.01)
            assert after not in (None, before)
        await_lead(first)


def owner_of_lock(asking: Connection) -> int | None:
    """The process of PostgreSQL whose connection has the lock of the server that leads."""
    found = asking.execute(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = %s "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        [SHARED_LOCKS["leader"]],
    ).fetchone()
    return None if found is None else int(found[0])


@only_postgresql
def test_nobody_leads_while_the_database_is_away_and_one_when_it_is_back(
    either: StoreSettings, postgres: PostgresCluster
) -> None:
    with running(either) as first:
        await_lead(first)
        postgres.stop()
        try:
            await_lead(first, leads=False)
        finally:
            postgres.start()
        await_lead(first)


def test_a_folder_that_cannot_be_locked_has_one_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("w")
    (folder / "file").touch()
    with running(StoreSettings(data=folder / "file" / "below")) as only:
        await_lead(only)


def test_a_server_without_others_always_leads() -> None:
    assert always_leads()
