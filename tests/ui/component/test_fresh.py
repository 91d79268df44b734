"""An open page is drawn again as soon as there is something new, whenever that came."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from cop.ui.component.context import CONTEXT
from tests.store.catalogue.test_default import load
from tests.support.context import make_context
from tests.ui.conftest import PATIENCE_SECONDS

pytestmark = pytest.mark.glance


def open_page(service: QueryService, publish: Callable[[], None]) -> AppTest:
    """Run a page during whose first drawing something is published."""

    def script() -> None:
        import streamlit as st

        from cop.ui.component.frame import render_page

        def draw() -> None:
            state = st.session_state
            state["drawn"] = state.get("drawn", 0) + 1
            if state["drawn"] == 1:
                state["publish"]()

        render_page(draw)

    page = AppTest.from_function(script, default_timeout=PATIENCE_SECONDS)
    page.session_state[CONTEXT] = make_context(service)
    page.session_state["publish"] = publish
    page.run()
    assert not page.exception
    return page


def test_what_is_published_while_a_page_is_drawn_is_not_missed(tmp_path: Path) -> None:
    settings = StoreSettings(data=tmp_path / "warehouse")
    load(settings, "synthetic")

    with closing(Warehouse(settings)) as warehouse:

        def publish() -> None:
            load(settings, "real")
            warehouse.refresh()

        page = open_page(QueryService(warehouse, tile_cache_mb=1), publish)
        assert page.session_state["drawn"] == 2


def test_a_page_is_drawn_once_while_nothing_is_published(tmp_path: Path) -> None:
    settings = StoreSettings(data=tmp_path / "warehouse")
    load(settings, "synthetic")
    with closing(Warehouse(settings)) as warehouse:
        page = open_page(QueryService(warehouse, tile_cache_mb=1), lambda: None)
        assert page.session_state["drawn"] == 1


def test_a_page_says_by_what_each_of_its_looks_sees_news(tmp_path: Path) -> None:
    """The server asks that before it runs them: what is published, of what nothing is drawn yet."""
    settings = StoreSettings(data=tmp_path / "warehouse")
    load(settings, "synthetic")
    with closing(Warehouse(settings)) as warehouse:
        page = open_page(QueryService(warehouse, tile_cache_mb=1), lambda: None)
        watches = page.session_state[CONTEXT].page_watches
        ((session, parts),) = watches._pages.items()
        (part,) = parts
        assert not watches.has_news(session, part)
        load(settings, "real")
        warehouse.refresh()
        assert watches.has_news(session, part)
        page.run()
        assert page.session_state["drawn"] == 2
        assert not watches.has_news(session, part)
