"""The routes over a warehouse with records, an uploaded layer and a raster."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import shapely
from starlette.testclient import TestClient

from cop.query.service import QueryService
from cop.server.route import build_routes
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.server.conftest import BASE, gated
from tests.support.context import make_context
from tests.support.layer import make_features, publish_features
from tests.support.raster import publish_raster
from tests.support.warehouse import copy_warehouse


@dataclass(frozen=True, kw_only=True)
class Served:
    """A client of the operator, and what it is answered from."""

    client: TestClient
    service: QueryService
    folder: Path
    layer: str


@pytest.fixture(scope="session")
def filled_dir(warehouse_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with records, an uploaded layer of 250 posts and a raster. Read it only."""
    folder = tmp_path_factory.mktemp("ogc") / "warehouse"
    copy_warehouse(warehouse_dir, folder)
    posts = [shapely.Point(-110.9 + i / 1_000, 31.4) for i in range(250)]
    names = [f"Post <b>{i}</b>" for i in range(250)]
    publish_features(
        folder,
        make_features(
            posts,
            name=names,
            height=[i / 2 for i in range(250)],
            feature_id=[f"post/{i}?&#" for i in range(250)],
        ),
    )
    publish_raster(folder)
    return folder


@pytest.fixture(scope="session")
def ogc_server(filled_dir: Path) -> Iterator[Served]:
    """Our routes over that warehouse, behind the gate."""
    service = QueryService(Warehouse(StoreSettings(data=filled_dir)), tile_cache_mb=16)
    app = gated(build_routes(make_context(service)))
    layer = next(one for one in service.snapshot.uploaded.values() if one.content.raster is None)
    with TestClient(app, base_url=BASE) as client:
        yield Served(client=client, service=service, folder=filled_dir, layer=layer.name)
    service.warehouse.close()
