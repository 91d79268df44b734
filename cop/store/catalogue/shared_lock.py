"""Locks that all processes of a warehouse share: by files on one machine, else by its database."""

from pathlib import Path
from typing import Final, Literal

from cop.settings import StoreSettings
from cop.store.catalogue.lock import FolderLock, WarehouseLock

LockName = Literal["leader", "keys", "exchange"]
_FILES: Final[dict[LockName, str]] = {
    "leader": "leader.lock",
    "keys": "exchange/key.lock",
    "exchange": "exchange/exchange.lock",
}


def open_lock(
    settings: StoreSettings,
    name: LockName,
    *,
    timeout_s: float,
    busy: str,
    silent_s: float | None = None,
) -> WarehouseLock:
    """Return a lock of a warehouse; ``busy`` are the words for what another process does with it.

    The folder of its file must be there. In a database it is lost when ``is_ours`` was not asked
    for ``silent_s``.
    """
    if settings.database is None:
        path: Path = settings.data.resolve() / _FILES[name]
        return FolderLock(path, timeout_s=timeout_s, busy=busy)
    from cop.store.catalogue.database_lock import DatabaseLock
    from cop.store.database import SHARED_LOCKS

    number = SHARED_LOCKS[name]
    return DatabaseLock(
        settings.database, number, timeout_s=timeout_s, busy=busy, silent_s=silent_s
    )
