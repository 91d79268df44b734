"""Tests of connections that wait for no answer forever."""

import socket
from contextlib import closing

import psycopg
import pytest

from cop.errors import StoreError
from cop.store import connection as module
from cop.store.connection import ANSWER_S, Silences
from cop.store.database import connect
from tests.support.postgres import PostgresCluster

pytestmark = pytest.mark.scale

SILENT = "does not answer"
HANG_S = 20


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_silent_database_is_asked_after_a_while_with_less_patience() -> None:
    clock = Clock()
    silences = Silences(clock=clock)
    assert silences.patience("a") == ANSWER_S
    silences.note("a")
    assert silences.patience("a") == 0
    assert silences.patience("b") == ANSWER_S
    clock.now = 5
    assert silences.patience("a") == 5
    assert silences.patience("a", usual_s=1) == 1
    silences.clear("a")
    assert silences.patience("a") == ANSWER_S


@pytest.fixture
def own_silences(monkeypatch: pytest.MonkeyPatch) -> Silences:
    """What is known of databases, of a test's own."""
    monkeypatch.setattr(module, "SILENCES", Silences())
    return module.SILENCES


def test_a_connection_without_an_answer_is_closed_and_others_go_on(
    database: str, own_silences: Silences
) -> None:
    with closing(connect(database)) as opened, closing(connect(database)) as other:
        opened.answer_s = 0.05
        with pytest.raises(psycopg.OperationalError, match=f"{SILENT} for 0.05 s"):
            opened.execute("SELECT pg_sleep(60)")
        assert opened.closed
        assert own_silences.patience(database) == ANSWER_S
        assert other.execute("SELECT 1").fetchone() == (1,)


def test_nobody_waits_for_a_database_that_is_silent(
    own_silences: Silences, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_REST_S", 3_600)
    with PostgresCluster.opened() as postgres:
        address = f"{postgres.address('postgres')} connect_timeout=2"
        with closing(connect(address)) as opened, closing(connect(address)) as other:
            opened.answer_s = 0.05
            with postgres.stopped():
                with pytest.raises(psycopg.OperationalError, match=f"{SILENT} for 0.05 s"):
                    opened.execute("SELECT 1")
                assert own_silences.patience(address) == 0
                with pytest.raises(psycopg.OperationalError, match=SILENT):
                    other.execute("SELECT 1")
                with pytest.raises(StoreError, match=SILENT):
                    connect(address)
            assert not other.closed
            own_silences.clear(address)
            assert other.execute("SELECT 1").fetchone() == (1,)


def test_an_attempt_that_was_given_up_has_hung_up(own_silences: Silences) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(HANG_S)
        host, port = silent.getsockname()
        address = f"host={host} port={port} user=cop dbname=cop connect_timeout=2"
        with pytest.raises(StoreError, match="timeout expired") as held:
            connect(address)
        accepted, _ = silent.accept()
        with accepted:
            accepted.settimeout(HANG_S)
            while accepted.recv(1_024):
                pass
        assert own_silences.patience(address) == 0, held


def test_who_answers_is_asked_with_patience_again(
    database: str, own_silences: Silences, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_REST_S", 0.0)
    with closing(connect(database)) as opened:
        own_silences.note(database)
        assert own_silences.patience(database) < ANSWER_S
        assert opened.execute("SELECT 1").fetchone() == (1,)
        assert own_silences.patience(database) == ANSWER_S
