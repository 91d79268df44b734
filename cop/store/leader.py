"""The one server of a warehouse that leads: it does what several must not do at once."""

import threading
from collections.abc import Callable
from typing import Final

from cop.errors import StoreError
from cop.settings import StoreSettings
from cop.store.catalogue.shared_lock import open_lock

_LOOK_S: Final = 2.0
_SILENT_S: Final = 60.0
Leads = Callable[[], bool]


def always_leads() -> bool:
    """Return True, as of a server that is the only one."""
    return True


class Leadership:
    """Tries to lead, in a thread, from ``start`` to ``stop``; the lock says which server does.

    It is lost with the connection to the database, and when that has heard nothing for a minute, as
    of a server that is stopped in its midst.
    """

    def __init__(self, settings: StoreSettings, *, every_s: float = _LOOK_S) -> None:
        """Look every ``every_s`` seconds whether the lock is still ours, or free."""
        self._lock = open_lock(
            settings, "leader", timeout_s=0, busy="another server has led", silent_s=_SILENT_S
        )
        self._every_s = every_s
        self._leads = False
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leader", daemon=True)

    def leads(self) -> bool:
        """Return whether this server leads, as of its last look."""
        return self._leads

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Lead no longer: another server may."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _run(self) -> None:
        # The lock of a file is of the thread that takes it.
        try:
            while not self._stopped.is_set():
                self._leads = self._lock.is_ours()
                if not self._leads:
                    self._leads = self._take()
                self._stopped.wait(self._every_s)
        finally:
            self._leads = False
            self._lock.__exit__()

    def _take(self) -> bool:
        # Nothing is left open of a lock that was lost.
        self._lock.__exit__()
        try:
            self._lock.__enter__()
        except StoreError:
            return False
        except OSError:
            # Where no lock can be written no other server has it.
            return True
        return True
