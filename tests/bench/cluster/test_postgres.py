"""Tests of the PostgreSQL of a bench."""

from pathlib import Path

import psycopg
import pytest

from cop.bench.cluster import postgres as module
from cop.bench.cluster.postgres import find_program
from cop.errors import SettingsError, StoreError
from tests.support.postgres import PostgresCluster

pytestmark = [pytest.mark.scale, pytest.mark.full]


def test_a_database_is_there_again_after_a_restart_and_after_a_kill() -> None:
    with PostgresCluster.opened() as cluster:
        cluster.create("own")
        for by_socket in (False, True):
            with psycopg.connect(cluster.address("own", by_socket=by_socket)) as connection:
                connection.execute("CREATE TABLE IF NOT EXISTS kept (n integer)")
                connection.execute("INSERT INTO kept VALUES (1)")
        cluster.restart()
        cluster.kill()
        with pytest.raises(StoreError, match="does not run"):
            _ = cluster.pid
        cluster.start()
        with psycopg.connect(cluster.address("own")) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (2,)
            found = connection.execute("SELECT datcollate FROM pg_database WHERE datname = 'own'")
            assert found.fetchone() == ("C",)
        with pytest.raises(StoreError, match=r"createdb of PostgreSQL failed.*already exists"):
            cluster.create("own")
    assert not cluster.folder.exists()


def test_without_postgresql_its_package_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PROGRAMS", tmp_path)
    with pytest.raises(SettingsError, match=r"no initdb below .*postgresql-17"):
        find_program("initdb")
    for version in ("9", "17", "16"):
        program = tmp_path / version / "bin" / "initdb"
        program.parent.mkdir(parents=True)
        program.touch()
    assert find_program("initdb") == str(tmp_path / "17" / "bin" / "initdb")
