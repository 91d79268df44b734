"""Tests of the locks of a warehouse in PostgreSQL: whose they are after a connection broke."""

from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from cop.errors import BusyError
from cop.settings import StoreSettings
from cop.store.catalogue.database_lock import WriterLock
from cop.store.catalogue.store import open_store
from tests.support.postgres import PostgresCluster
from tests.support.store import publish_table

pytestmark = [pytest.mark.scale, pytest.mark.full]


@pytest.fixture
def settings(tmp_path: Path, database: str) -> StoreSettings:
    return StoreSettings(data=tmp_path / "warehouse", database=database)


def test_a_commit_under_way_is_waited_for_by_the_next_writer(
    settings: StoreSettings, postgres: PostgresCluster
) -> None:
    """A token is raised when no commit of an earlier one can come any more."""
    publish_table(settings, 0)
    store = open_store(settings)
    assert settings.database is not None
    with store.writer_lock(timeout_s=60) as lock:
        assert isinstance(lock, WriterLock)
        committing = psycopg.connect(settings.database, application_name=f"cop:{lock.token}")
        with closing(committing):
            committing.execute("DELETE FROM main.ducklake_snapshot WHERE false")
            postgres.end_connections("cop lock")
            with (
                pytest.raises(BusyError, match=r"another process has been publishing"),
                store.writer_lock(timeout_s=0),
            ):
                pass
            committing.commit()
        with store.writer_lock(timeout_s=0) as next_lock:
            assert next_lock.is_ours()
        assert not lock.is_ours()


def test_a_lock_is_ours_again_only_where_nobody_had_it_meanwhile(
    settings: StoreSettings, postgres: PostgresCluster
) -> None:
    publish_table(settings, 0)
    store = open_store(settings)
    with store.writer_lock(timeout_s=60) as lock:
        assert lock.fence()
        postgres.end_connections("cop lock")
        assert not lock.is_ours()
        assert lock.fence()
        assert lock.is_ours()
        postgres.end_connections("cop lock")
        with store.writer_lock(timeout_s=60):
            pass
        assert not lock.fence()
        assert not lock.is_ours()
        assert not lock.fence()
    with store.writer_lock(timeout_s=0):
        pass


def test_a_lock_is_ours_no_more_while_another_has_it(
    settings: StoreSettings, postgres: PostgresCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cop.store.catalogue.database_lock._AGAIN_S", 0.1)
    publish_table(settings, 0)
    store = open_store(settings)
    with store.writer_lock(timeout_s=60) as lock:
        postgres.end_connections("cop lock")
        with store.writer_lock(timeout_s=60):
            assert not lock.fence()
