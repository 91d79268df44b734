"""Upkeep: months that many small loads have cut up are compacted by a process of its own."""

import subprocess
import sys
import threading

from cop.query.service import QueryService
from cop.store.backup.compaction import MANY_FILES, choose_months
from cop.store.dataset.schema import EVENTS

_MONTHS_AT_ONCE = 6
_LIMIT_S = 600


class CompactionScheduler:
    """Looks every so often for months of many files; the server's own work comes first."""

    def __init__(self, service: QueryService, *, every_s: float) -> None:
        """Look every ``every_s`` seconds once started; 0 never looks."""
        self._service, self._every_s = service, every_s
        self._stopped = threading.Event()
        self._working: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        if self._every_s:
            self._thread.start()

    def stop(self) -> None:
        """Stop looking; a compaction at work is ended, which leaves the warehouse as it was."""
        self._stopped.set()
        if self._working is not None:
            self._working.terminate()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def is_due(self) -> bool:
        """Return whether a month of the current snapshot has many files."""
        files = self._service.warehouse.snapshot.catalogue.files.get(EVENTS, ())
        return bool(choose_months(files, MANY_FILES))

    def _run(self) -> None:
        while not self._stopped.wait(self._every_s):
            if self.is_due():
                self._compact()

    def _compact(self) -> None:
        """Compact in another process: this one answers requests, and has one lock for Python."""
        settings = self._service.warehouse.settings
        command = [sys.executable, "-m", "cop", "compact", "--data", str(settings.data.resolve())]
        command += ["--files", str(MANY_FILES), "--months", str(_MONTHS_AT_ONCE)]
        self._working = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 ours
        if self._stopped.is_set():
            self._working.terminate()
        try:
            self._working.wait(timeout=_LIMIT_S)
        except subprocess.TimeoutExpired:
            self._working.kill()
            self._working.wait()
        self._working = None
