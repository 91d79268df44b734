"""A disk that is really full: nothing is done that cannot be recorded, and nothing is lost."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from cop.access.audit.log import AuditLog
from cop.errors import AuditError
from cop.model.audit import Actor
from cop.settings import StoreSettings

pytestmark = [pytest.mark.access, pytest.mark.timeout(600)]


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A real file system of two megabytes, which only root may mount."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, check=False).returncode:
        pytest.skip("a file system of its own can only be mounted by root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill_disk(folder: Path, *, left_bytes: int) -> Path:
    filler = folder / "filler"
    filler.write_bytes(b"\0" * (shutil.disk_usage(folder).free - left_bytes))
    return filler


def test_shown_a_full_disk_stops_writes_and_loses_nothing(tmp_path: Path) -> None:
    with (
        small_disk(tmp_path / "disk") as disk,
        closing(AuditLog(StoreSettings(data=disk))) as log,
    ):
        told = [log.append(Actor(), "publish", f"layer {n}") for n in range(20)]
        for left in (0, 4_096, 20_000, 60_000):
            filler = fill_disk(disk, left_bytes=left)
            done = []
            with pytest.raises(
                AuditError, match="nothing is done that cannot be recorded"
            ) as told_of:
                for n in range(10_000):
                    with log.recorded(Actor(), "publish", f"layer {n}"):
                        done.append(n)
            assert "space" in str(told_of.value) or "full" in str(told_of.value), told_of.value
            with pytest.raises(AuditError, match="cannot be written"):
                log.check()
            assert log.verify().finding is None
            stored = [*log.file.read()]
            assert stored[: len(told)] == told
            begun = [entry for entry in stored[len(told) :] if entry.outcome == "begun"]
            assert len(begun) in (len(done), len(done) + 1), "what is done was recorded before"
            filler.unlink()
            log.check()
            log.append(Actor(), "publish", "with space again")
            told = [*log.file.read()]
            assert log.verify().is_whole


def test_a_folder_that_cannot_be_written_stops_writes(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file in the place of the folder")
    log = AuditLog(StoreSettings(data=tmp_path / "data"))
    with pytest.raises(AuditError, match="cannot be written"), log.recorded(Actor(), "take", "x"):
        pytest.fail("it was done")
    with pytest.raises(AuditError, match="cannot be written"):
        log.check()
