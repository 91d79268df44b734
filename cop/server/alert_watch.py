"""The watch of a running server: each version that it sees is looked through for surges."""

import threading

from cop.query.alert.watch import watch_version
from cop.query.service import QueryService


class AlertWatch:
    """Looks through new versions beside the requests, one at a time."""

    def __init__(self, service: QueryService, *, every_s: float) -> None:
        """Look for a version that was not looked through every ``every_s`` seconds; 0 never."""
        self.fault: str | None = None
        self._service, self._every_s = service, every_s
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alerts", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        if self._every_s:
            self._thread.start()

    def stop(self) -> None:
        """Stop looking and wait for the last look to end."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _run(self) -> None:
        seen = None
        while not self._stopped.wait(self._every_s):
            warehouse = self._service.warehouse
            try:
                if warehouse.snapshot is not seen:
                    looking = warehouse.snapshot
                    watch_version(warehouse, warehouse.room.alerts)
                    seen = looking
                self.fault = None
            except Exception as fault:  # noqa: BLE001 looking must go on after any fault
                self.fault = str(fault)
