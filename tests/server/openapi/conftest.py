"""The routes over a warehouse with something of all that they answer, and what may not leak."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from cop.exchange.tak.live import write_live
from cop.ingest.layer.draft import LayerDraft
from cop.ingest.layer.feature_text import FeatureText
from cop.ingest.layer.private import PrivateLayer
from cop.ingest.layer.shelf import DraftShelf
from cop.model.moment import utc_now
from cop.model.upload import DraftReport
from cop.query.service import QueryService
from cop.query.stored_file import list_datasets
from cop.resource import import_folder
from cop.server.route import build_routes
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.model.test_own_unit import own_unit
from tests.server.conftest import BASE, gated
from tests.support.access import shipped_policy
from tests.support.context import make_context
from tests.support.filled import fill_room
from tests.support.raster import publish_raster
from tests.support.warehouse import copy_warehouse

LEAKS = re.compile(
    r"duckdb|traceback|\bsql|sqlite|(?:binder|parser|catalog|conversion|constraint|internal|io"
    r"|invalid input|out of range|transaction|serialization) error|exception|\bselect .* from\b"
    r"|\.py\b|(?<![0-9a-f]{64})(?<!vnd\.apache)\.parquet|site-packages|/tmp/|/root/|/home/|/usr/",
    re.IGNORECASE,
)
"""Words of a database, of Python and of folders; STAC names files by their digest alone."""
_ROOM = shipped_policy().room_viewer("tests", name="Room")
_TEXTS = (
    *("application/json", "application/geo+json", "text/plain", "text/html"),
    *("application/schema+json", "application/vnd.oai.openapi+json"),
)


@dataclass(frozen=True, kw_only=True)
class Attacked:
    """The routes over a warehouse, with names of what it has.

    ``client`` is the operator, ``released`` somebody with the room key, who may not see it all.
    """

    app: Starlette
    client: TestClient
    released: TestClient
    folder: Path
    raster: str
    event: str
    draft: str
    file: str

    def find_leak(self, sent: str, status: int, headers: Mapping[str, str], body: bytes) -> str:
        """Return what an answer tells that it should not, beyond what was sent; empty is nothing.

        A refusal repeats the value that it refuses, or its first characters.
        """
        kind = headers.get("content-type", "").partition(";")[0]
        told = body.decode() if kind in _TEXTS else ""
        told += "\n".join(f"{name}: {value}" for name, value in headers.items())
        for folder in (self.folder, self.folder.parent, import_folder()):
            if str(folder) in told:
                return f"{status}: {folder} in {told[:500]}"
        found = next((leak for leak in LEAKS.finditer(told) if leak[0] not in sent), None)
        return f"{status}: {found[0]} in {told[:500]}" if found else ""


@pytest.fixture(scope="module")
def attacked(warehouse_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    """The routes over a warehouse with records, a raster, a full room and a private draft."""
    folder = tmp_path_factory.mktemp("attacked") / "warehouse"
    copy_warehouse(warehouse_dir, folder)
    fill_room(StoreSettings(data=folder))
    now = utc_now()
    write_live(folder, "TAK-1", [own_unit(at=now, until=now + timedelta(hours=1))])
    raster = publish_raster(folder).layer.name
    draft = PrivateLayer(
        title="Posts",
        draft=LayerDraft(name="posts.csv", features=Path("none")),
        report=DraftReport(format="csv", kind="table"),
        features=FeatureText(content=b'{"type":"FeatureCollection","features":[]}', columns=()),
    )
    shelf = DraftShelf()
    shelf.put(draft)
    warehouse = Warehouse(StoreSettings(data=folder))
    service = QueryService(warehouse, tile_cache_mb=16)
    selection = warehouse.events(warehouse.snapshot, service.view().filter)
    asked = f"SELECT event_id FROM {selection.source} WHERE {selection.where} LIMIT 1"
    ((event,),) = warehouse.query(asked, selection.values)
    stored = list_datasets(service, service.view(version=2))["segments"].files[0]
    file = f"segments/{stored.name}"
    routes = build_routes(make_context(service, drafts=shelf))
    operator, other = (gated(routes, viewer) for viewer in (None, _ROOM))
    with (
        TestClient(operator, base_url=BASE, raise_server_exceptions=False) as client,
        TestClient(other, base_url=BASE, raise_server_exceptions=False) as released,
    ):
        yield Attacked(
            app=operator,
            client=client,
            released=released,
            folder=folder,
            raster=raster,
            event=event,
            draft=draft.token,
            file=file,
        )
    warehouse.close()
