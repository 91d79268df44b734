"""Our routes behind the gate, over the shared warehouse, without a server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from cop.access.viewer import Viewer
from cop.query.service import QueryService
from cop.server.allowlist import RouteAllowlist, build_headers
from cop.server.route import OPEN_PATHS, OPEN_PREFIXES, build_routes
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.access import KnownViewer, shipped_policy
from tests.support.context import make_context

BASE = "http://127.0.0.1:8501"


def gated(app_routes: list, viewer: Viewer | None = None) -> Starlette:  # type: ignore[type-arg]
    """An application of those routes behind the allow-list; all is of a viewer, the operator."""
    index = Path(streamlit.__file__).parent / "static" / "index.html"
    gate = Middleware(
        RouteAllowlist, headers=build_headers(index), paths=OPEN_PATHS, prefixes=OPEN_PREFIXES
    )
    known = Middleware(KnownViewer, viewer=viewer or shipped_policy().operator())
    return Starlette(routes=app_routes, middleware=[gate, known])


@pytest.fixture(scope="session")
def opened(warehouse_dir: Path) -> Iterator[QueryService]:
    """A service over the shared warehouse."""
    service = QueryService(Warehouse(StoreSettings(data=warehouse_dir)), tile_cache_mb=64)
    yield service
    service.warehouse.close()


@pytest.fixture
def client(opened: QueryService) -> Iterator[TestClient]:
    """A client of our routes behind the gate."""
    app = gated(build_routes(make_context(opened)))
    with TestClient(app, base_url=BASE, raise_server_exceptions=False) as client:
        yield client
