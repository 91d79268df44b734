"""The serving builder: extends the serving copy in a thread, so that no request waits."""

import threading
import time

from cop.store.warehouse import Warehouse


class ServingBuilder:
    """Brings the serving copy of a warehouse to each new version; requests go on meanwhile."""

    def __init__(self, warehouse: Warehouse, *, every_s: float) -> None:
        """Look every ``every_s`` seconds once started; 0 is never.

        ``fault`` is why the last look failed: what is not copied is read from Parquet.
        """
        self.fault: str | None = None
        self._warehouse, self._every_s = warehouse, every_s
        self._stopped = threading.Event()
        self._resumed_at = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="serving", daemon=True)

    def start(self) -> None:
        """Start copying."""
        if self._every_s:
            self._thread.start()

    def stop(self) -> None:
        """Stop; what is being written is written to its end."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def pause(self) -> bool:
        """Rest as long as was worked: half of the machine is for requests. False ends the work."""
        is_stopped = self._stopped.wait(time.monotonic() - self._resumed_at)
        self._resumed_at = time.monotonic()
        return not is_stopped

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._resumed_at = time.monotonic()
            try:
                self._warehouse.serve(pause=self.pause)
                self.fault = None
            except Exception as fault:  # noqa: BLE001 it must go on after any fault
                self.fault = str(fault)
            self._stopped.wait(self._every_s)
