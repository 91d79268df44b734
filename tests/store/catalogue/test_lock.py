"""Tests of the locks of a warehouse."""

from pathlib import Path

import pytest

from cop.errors import BusyError
from cop.store.catalogue.lock import LOCK_FILE, compaction_lock, retention_lock, writer_lock

pytestmark = pytest.mark.store


def test_one_has_a_lock_at_a_time(tmp_path: Path) -> None:
    with writer_lock(tmp_path, timeout_s=0) as lock:
        assert lock.is_ours()
        assert lock.fence()
        with (
            pytest.raises(BusyError, match=r"another process has been publishing for 0.1 s"),
            writer_lock(tmp_path, timeout_s=0.1),
        ):
            pass
        with (
            compaction_lock(tmp_path, timeout_s=0),
            retention_lock(tmp_path, timeout_s=0, busy="a backup has been running") as other,
        ):
            assert other.is_ours()
    assert not lock.is_ours()
    with writer_lock(tmp_path, timeout_s=0):
        pass


def test_a_lock_that_was_taken_away_is_not_ours(tmp_path: Path) -> None:
    with writer_lock(tmp_path, timeout_s=0) as lock:
        (tmp_path / LOCK_FILE).unlink()
        assert not lock.is_ours()
        with writer_lock(tmp_path, timeout_s=0) as other:
            assert other.is_ours()
            assert not lock.is_ours()
            assert not lock.fence()


def test_a_folder_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError), writer_lock(tmp_path / "file" / "below", timeout_s=0):
        pass
