"""Scheduled compaction: months with many small files are compacted by a separate process."""

import subprocess
import sys
import threading

from cop.query.service import QueryService
from cop.store.backup.compaction import MANY_FILES, by_month, choose_months
from cop.store.dataset.schema import EVENTS
from cop.store.leader import Leads, always_leads

_MONTHS_AT_ONCE = 6
_REST_S = 300
_WAIT_S = 30
_LIMIT_S = 600


class CompactionScheduler:
    """Checks regularly for months with many files; requests have priority."""

    def __init__(
        self, service: QueryService, *, every_s: float, leads: Leads = always_leads
    ) -> None:
        """Check every ``every_s`` seconds while this server ``leads``; 0 is never."""
        self._service, self._every_s, self._leads = service, every_s, leads
        self._stopped = threading.Event()
        self._working: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, name="compaction", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        if self._every_s:
            self._thread.start()

    def stop(self) -> None:
        """Stop; a running compaction is terminated, which leaves the warehouse unchanged."""
        self._stopped.set()
        if self._working is not None:
            self._working.terminate()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def is_due(self) -> bool:
        """Return whether a month of the current snapshot has many files and gets no more now."""
        files = self._service.warehouse.snapshot.catalogue.files.get(EVENTS, ())
        return bool(choose_months(by_month(files), MANY_FILES, rest_s=_REST_S))

    def _run(self) -> None:
        while not self._stopped.wait(self._every_s):
            if self._leads() and self.is_due():
                self._compact()

    def _compact(self) -> None:
        """Compact in another process, so that the GIL of this one serves requests."""
        settings = self._service.warehouse.settings
        command = [sys.executable, "-m", "cop", "compact", "--data", str(settings.data.resolve())]
        command += ["--files", str(MANY_FILES), "--months", str(_MONTHS_AT_ONCE)]
        command += ["--rest", str(_REST_S), "--wait", str(_WAIT_S)]
        self._working = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 ours
        if self._stopped.is_set():
            self._working.terminate()
        try:
            self._working.wait(timeout=_LIMIT_S)
        except subprocess.TimeoutExpired:
            self._working.kill()
            self._working.wait()
        self._working = None
