"""The verifier: checks stored files by their sha256 in a thread, so that no request waits."""

import threading
import time
from contextlib import suppress

from cop.errors import CopError
from cop.store.catalogue.recovery import clean_up
from cop.store.integrity.loss import Stamp
from cop.store.room.mending import mend_room
from cop.store.warehouse import Warehouse

_AGAIN_S = 6 * 3600
"""How often everything is checked anew: disks lose bits of what nobody writes."""


class Verifier:
    """Checks a warehouse at its start, after each new version, and where a query failed."""

    def __init__(self, warehouse: Warehouse, *, every_s: float) -> None:
        """Look every ``every_s`` seconds once started whether there is something to check."""
        self.fault: str | None = None
        self._warehouse, self._every_s = warehouse, every_s
        self._stopped = threading.Event()
        self._verified_at = 0.0
        self._catalogue: Stamp | None = None
        self._thread = threading.Thread(target=self._run, name="verifier", daemon=True)

    def start(self) -> None:
        """Start checking."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; a file that is being read is read to its end."""
        self._stopped.set()
        self._thread.join(timeout=10)

    def verify_if_due(self) -> bool:
        """Check what has to be checked now; return whether that was anything."""
        is_first = self._verified_at == 0
        is_old = time.monotonic() - self._verified_at > _AGAIN_S
        has_changed = self._warehouse.catalogue_stamp() != self._catalogue
        if not (is_first or is_old or has_changed or self._warehouse.is_in_doubt):
            return False
        clean_up(self._warehouse.settings)
        with suppress(CopError):
            # Pages say by themselves that the room cannot be read.
            mend_room(self._warehouse.settings)
        self._catalogue = self._warehouse.catalogue_stamp()
        self._warehouse.refresh()
        self._warehouse.verify(afresh=is_old and not is_first)
        self._verified_at = time.monotonic()
        return True

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self.verify_if_due()
                self.fault = None
            except Exception as fault:  # noqa: BLE001 checks must continue after any fault
                self.fault = str(fault)
            self._stopped.wait(self._every_s)
