"""Pages run without a browser, over the shared warehouse or over made-up records."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from cop.ui.component.context import CONTEXT
from tests.support.command import CHECKOUT
from tests.support.context import make_context

PATIENCE_SECONDS = 120
RunPage = Callable[..., AppTest]


@pytest.fixture
def run_page() -> Iterator[RunPage]:
    """Run a page over a warehouse with the parts of its address, and of its context, given."""
    opened: list[Warehouse] = []

    def run(
        name: str,
        data: Path,
        *,
        context: Mapping[str, Any] | None = None,
        **address: str | list[str],
    ) -> AppTest:
        opened.append(Warehouse(StoreSettings(data=data)))
        service = QueryService(opened[-1], tile_cache_mb=8)
        page = AppTest.from_file(
            str(CHECKOUT / "pages" / f"{name}.py"), default_timeout=PATIENCE_SECONDS
        )
        page.session_state[CONTEXT] = make_context(service, **context or {})
        for part, value in address.items():
            page.query_params[part] = value
        return page.run()

    yield run
    for warehouse in opened:
        warehouse.close()
