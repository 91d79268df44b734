"""Pages run without a browser, over the shared warehouse or over made-up records."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cop.query.service import QueryService
from cop.server import service as module
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.command import CHECKOUT

PATIENCE_SECONDS = 120
RunPage = Callable[..., AppTest]


@pytest.fixture
def run_page(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunPage]:
    """Run a page over a warehouse with the parts of its address given."""
    opened: list[Warehouse] = []

    def run(name: str, data: Path, **address: str | list[str]) -> AppTest:
        opened.append(Warehouse(StoreSettings(data=data)))
        service = QueryService(opened[-1], tile_cache_mb=8)
        monkeypatch.setattr(module, "_installed", [service])
        page = AppTest.from_file(
            str(CHECKOUT / "pages" / f"{name}.py"), default_timeout=PATIENCE_SECONDS
        )
        for part, value in address.items():
            page.query_params[part] = value
        return page.run()

    yield run
    for warehouse in opened:
        warehouse.close()
