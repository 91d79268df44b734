"""The alert watch of a running server: checks each new version for surges."""

import threading
from collections.abc import Callable, Iterable

from cop.model.release import Release
from cop.query.alert.watch import Findings, watch_version
from cop.query.service import QueryService
from cop.store.leader import Leads, always_leads
from cop.store.snapshot import Snapshot


class AlertWatch:
    """Checks new versions in a thread, one at a time: all of it, then what each release admits."""

    def __init__(
        self,
        service: QueryService,
        *,
        every_s: float,
        list_releases: Callable[[], Iterable[Release]] = tuple,
        leads: Leads = always_leads,
    ) -> None:
        """Check for a new version every ``every_s`` seconds while this server ``leads``.

        0 seconds are never.
        """
        self.fault: str | None = None
        self._service, self._every_s = service, every_s
        self._list_releases, self._leads = list_releases, leads
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
        seen: dict[Release | None, Snapshot] = {}
        while not self._stopped.wait(self._every_s):
            if not self._leads():
                # Who leads again checks what others may not have come to.
                seen.clear()
                continue
            try:
                found: Findings = {}
                releases = (None, *self._list_releases())
                # Those of rules with a delay move on with the time.
                seen = {release: seen[release] for release in releases if release in seen}
                for release in releases:
                    if not self._stopped.is_set():
                        self._watch(release, seen, found)
                self.fault = None
            except Exception as fault:  # noqa: BLE001 the watch must survive any fault
                self.fault = str(fault)

    def _watch(
        self, release: Release | None, seen: dict[Release | None, Snapshot], found: Findings
    ) -> None:
        current = self._service.warehouse.snapshot
        if seen.get(release) is not current:
            watch_version(self._service.released_to(release), found)
            seen[release] = current
