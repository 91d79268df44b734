"""Tests of the locks that all processes of a warehouse share, by files and by a database."""

from contextlib import closing
from pathlib import Path

import pytest

from cop.errors import BusyError
from cop.settings import StoreSettings
from cop.store.catalogue.shared_lock import open_lock
from tests.support.either import only_postgresql

pytestmark = pytest.mark.scale


def test_one_process_has_a_lock_and_others_are_free(either: StoreSettings) -> None:
    with open_lock(either, "keys", timeout_s=0, busy="another has made keys") as lock:
        assert lock.is_ours()
        with (
            pytest.raises(BusyError, match=r"another has made keys for 0 s"),
            open_lock(either, "keys", timeout_s=0, busy="another has made keys"),
        ):
            pass
        with open_lock(either, "leader", timeout_s=0, busy="another has led"):
            pass
    assert not lock.is_ours()


@only_postgresql
def test_a_lock_is_of_all_folders_of_a_database(either: StoreSettings, tmp_path: Path) -> None:
    other = either.model_copy(update={"data": tmp_path / "mounted elsewhere"})
    with (
        open_lock(either, "exchange", timeout_s=0, busy="x"),
        pytest.raises(BusyError),
        open_lock(other, "exchange", timeout_s=0, busy="x"),
    ):
        pass
    assert not [*tmp_path.rglob("*.lock")]


@only_postgresql
def test_a_lock_that_nobody_asks_for_is_lost(either: StoreSettings) -> None:
    from cop.store.database import SHARED_LOCKS, connect

    with open_lock(either, "leader", timeout_s=0, busy="x", silent_s=0.1) as lock:
        with closing(connect(str(either.database))) as other:
            # It comes when the database has ended the silent connection.
            other.execute("SELECT pg_advisory_lock(%s)", [SHARED_LOCKS["leader"]])
        assert not lock.is_ours()
