"""The folder for everything temporary of this process; what killed ones left is removed.

Whoever lives holds the lock beside its folder; one that can be taken is of a process that is gone.
"""

import atexit
import os
import secrets
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from filelock import BaseFileLock

_PREFIX: Final = "cop-process-"
_LOCK: Final = ".lock"
_NAME_BYTES: Final = 8
_OTHERS_MAY: Final = 0o027
"""What others than the owner and the group, who reads, may not do with files."""


def close_to_others() -> None:
    """Let files of this process be written by their owner and read by their group alone."""
    os.umask(os.umask(_OTHERS_MAY) | _OTHERS_MAY)


def begin_scratch() -> Path:
    """Give this process, and those that it starts, a folder of its own for temporary files.

    It goes with the process; what killed processes of this user left is removed first.
    """
    from filelock import FileLock

    parent = Path(tempfile.gettempdir())
    sweep_scratch(parent)
    folder = parent / f"{_PREFIX}{secrets.token_hex(_NAME_BYTES)}"
    lock = FileLock(_lock_path(folder))
    lock.acquire()
    folder.mkdir(mode=0o700)
    tempfile.tempdir = os.environ["TMPDIR"] = str(folder)
    atexit.register(_end, folder, lock, parent, os.getpid())
    return folder


def sweep_scratch(parent: Path) -> list[Path]:
    """Remove the folders of processes that are gone, and return them."""
    from filelock import FileLock, Timeout

    removed = []
    for path in sorted(parent.glob(f"{_PREFIX}*{_LOCK}")):
        folder = path.with_name(path.name.removesuffix(_LOCK))
        # Another user's cannot be locked, nor removed.
        with suppress(OSError, Timeout), FileLock(path, timeout=0):
            if folder.is_dir() and not folder.is_symlink():
                shutil.rmtree(folder)
                removed.append(folder)
            path.unlink(missing_ok=True)
    return removed


def _lock_path(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}{_LOCK}")


def _end(folder: Path, lock: "BaseFileLock", parent: Path, process: int) -> None:
    # A forked process has inherited this, and the folder is not its own.
    if os.getpid() != process:
        return
    tempfile.tempdir = os.environ["TMPDIR"] = str(parent)
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        _lock_path(folder).unlink()
    lock.release()
