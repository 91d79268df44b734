"""The process's one QueryService, opened where the server starts and used by routes and pages."""

import threading
from datetime import UTC, datetime

from cop.errors import StoreError
from cop.query.service import QueryService
from cop.settings import StoreSettings, WebSettings
from cop.store.warehouse import Warehouse
from cop.tiles.basemap import Basemap

_installed: list[QueryService] = []
_looking: list["Refresher"] = []


def install_service(service: QueryService) -> None:
    """Make a service the one that this process answers from."""
    _installed[:] = [service]


def current_service() -> QueryService:
    """Give the process's service; StoreError before the server has opened one."""
    if not _installed:
        raise StoreError("no warehouse is open: start the program with `python -m cop run`")
    return _installed[0]


def open_service(store: StoreSettings, web: WebSettings) -> QueryService:
    """Open the warehouse and the basemap and install their service."""
    basemap = Basemap(web.basemap) if web.basemap else None
    service = QueryService(Warehouse(store), tile_cache_mb=web.tile_cache_mb, basemap=basemap)
    install_service(service)
    return service


def refresh_fault() -> str | None:
    """Say why the last look for a newer version failed; None where it did not."""
    return _looking[0].fault if _looking else None


class Refresher:
    """Looks for a newer version beside the requests, so that none waits for the catalogue."""

    def __init__(self, service: QueryService, *, every_s: float) -> None:
        """Look every ``every_s`` seconds once started."""
        self.fault: str | None = None
        self.looked_at: datetime | None = None
        self._service, self._every_s = service, every_s
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="refresher", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        _looking[:] = [self]
        self._thread.start()

    def stop(self) -> None:
        """Stop looking and wait for the last look to end."""
        _looking[:] = [other for other in _looking if other is not self]
        self._stopped.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stopped.wait(self._every_s):
            try:
                self._service.warehouse.refresh()
                self.fault = None
            except Exception as fault:  # noqa: BLE001 looking must go on after any fault
                self.fault = str(fault)
            self.looked_at = datetime.now(UTC).replace(tzinfo=None)
