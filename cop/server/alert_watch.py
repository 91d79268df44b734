"""The alert watch of a running server: checks each new version for surges."""

import threading

from cop.query.alert.watch import watch_version
from cop.query.service import QueryService


class AlertWatch:
    """Checks new versions in a thread, one at a time."""

    def __init__(self, service: QueryService, *, every_s: float) -> None:
        """Check for a new version every ``every_s`` seconds; 0 is never."""
        self.fault: str | None = None
        self._service, self._every_s = service, every_s
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alerts", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        if self._every_s:
            self._thread.start()

    def stop(self) -> None:
        """Stop, and wait for the current check to end."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _run(self) -> None:
        seen = None
        while not self._stopped.wait(self._every_s):
            warehouse = self._service.warehouse
            try:
                if warehouse.snapshot is not seen:
                    current = warehouse.snapshot
                    watch_version(warehouse, warehouse.room.alerts)
                    seen = current
                self.fault = None
            except Exception as fault:  # noqa: BLE001 the watch must survive any fault
                self.fault = str(fault)
