"""Widgets run without a page and without a browser, over the shared records or over three."""

from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from cop.ui.component.context import CONTEXT
from tests.support.context import make_context
from tests.support.record import make_frame
from tests.support.store import publish_events
from tests.support.warehouse import copy_warehouse
from tests.ui.conftest import PATIENCE_SECONDS

OpenScript = Callable[[Callable[[], None]], AppTest]


def open_service(folder: Path) -> Iterator[QueryService]:
    """Give a service over a warehouse, and close that."""
    warehouse = Warehouse(StoreSettings(data=folder))
    yield QueryService(warehouse, tile_cache_mb=16)
    warehouse.close()


@pytest.fixture(scope="module")
def service(warehouse_dir: Path) -> Iterator[QueryService]:
    """The shared records."""
    yield from open_service(warehouse_dir)


@pytest.fixture(scope="module")
def events(service: QueryService) -> pd.DataFrame:
    """The shared records as they are stored."""
    files = service.warehouse.snapshot.catalogue.files_of("events")
    return pd.concat([gpd.read_parquet(path) for path in files], ignore_index=True)


@pytest.fixture(scope="module")
def few(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryService]:
    """Three real events of 30 January 2026 and the two days after it, in TCA."""
    folder = tmp_path_factory.mktemp("few") / "warehouse"
    copy_warehouse(bare_warehouse, folder)
    publish_events(StoreSettings(data=folder), make_frame(3, source_id=["a", "b", "c"]))
    yield from open_service(folder)


@pytest.fixture
def open_script(few: QueryService) -> OpenScript:
    """Prepare a script over the three events: it finds them by its context."""

    def prepare(script: Callable[[], None]) -> AppTest:
        page = AppTest.from_function(script, default_timeout=PATIENCE_SECONDS)
        page.session_state[CONTEXT] = make_context(few)
        return page

    return prepare
