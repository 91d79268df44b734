"""The refresher: checks for newer versions in a thread, so that no request waits."""

import threading
from datetime import UTC, datetime

from cop.store.warehouse import Warehouse


class Refresher:
    """Moves a warehouse to its newest version regularly."""

    def __init__(self, warehouse: Warehouse, *, every_s: float) -> None:
        """Check every ``every_s`` seconds once started; ``fault`` is why the last check failed."""
        self.fault: str | None = None
        self.checked_at: datetime | None = None
        self._warehouse, self._every_s = warehouse, every_s
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="refresher", daemon=True)

    def start(self) -> None:
        """Start checking."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, and wait for the current check to end."""
        self._stopped.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stopped.wait(self._every_s):
            try:
                self._warehouse.refresh()
                self.fault = None
            except Exception as fault:  # noqa: BLE001 checks must continue after any fault
                self.fault = str(fault)
            self.checked_at = datetime.now(UTC).replace(tzinfo=None)
