"""Acts of pages, and what is seen there, in the audit record."""

from contextlib import closing
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cop.access.access import Access
from cop.access.audit.log import AuditLog
from cop.export.draft import build_draft
from cop.layerkind.service.opening import resolve_picture
from cop.model.filter import Filter
from cop.model.picture import Picture
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.audit.head import HEAD_FILE
from cop.store.room.room import Room
from cop.store.warehouse import Warehouse
from tests.support.page_run import PATIENCE_SECONDS
from tests.support.released import draw_events, load_events
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.access


def show(log: AuditLog) -> AppTest:
    """A page with one button, whose act is recorded."""

    def script() -> None:
        from types import SimpleNamespace

        import streamlit as st

        from cop.errors import CopError
        from cop.ui.component.context import CONTEXT
        from cop.ui.component.record import recording

        st.session_state[CONTEXT] = SimpleNamespace(
            audit=st.session_state["log"], access=st.session_state["access"]
        )
        if st.button("Publish"):
            try:
                with recording("publish", "layer a", by="Ana") as act:
                    act.detail["version"] = 3
                    st.text("done")
            except CopError as fault:
                st.error(str(fault))

    page = AppTest.from_function(script, default_timeout=PATIENCE_SECONDS)
    page.session_state["log"] = log
    page.session_state["access"] = Access(Room(StoreSettings(data=log.file.path.parent)))
    return page.run()


def test_an_act_is_recorded_by_name(tmp_path: Path) -> None:
    log = AuditLog(StoreSettings(data=tmp_path))
    page = show(log)
    page.button[0].click().run()
    assert [text.value for text in page.text] == ["done"]
    _, done = log.file.read()
    assert (done.who, done.name, done.origin) == ("operator", "Ana", "this machine")
    assert (done.action, done.subject, done.details) == ("publish", "layer a", {"version": 3})
    log.close()


def test_what_cannot_be_recorded_is_not_done(tmp_path: Path) -> None:
    (tmp_path / HEAD_FILE).write_text("no head")
    log = AuditLog(StoreSettings(data=tmp_path))
    page = show(log)
    page.button[0].click().run()
    assert not page.text
    assert "head of the audit record cannot be read" in page.error[0].value
    log.close()


PAGES = {
    "Sectors": "source strict", "Compare": "source strict", "Data": "source strict",
    "Pictures": "picture", "Release": "source strict",
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_shown_a_page_of_a_restricted_source_is_a_view_or_nothing(
    own_warehouse: Path, tmp_path: Path, run_page: RunPage, name: str
) -> None:
    events = draw_events(20, seed=4, source="strict", least="TLP:RED")
    load_events(StoreSettings(data=own_warehouse), tmp_path, events)
    address = {"records": "real"}
    if name in ("Compare", "Pictures"):
        with closing(Warehouse(StoreSettings(data=own_warehouse))) as warehouse:
            service = QueryService(warehouse, tile_cache_mb=1)
            view, picture = resolve_picture(service, Picture(filter=Filter(records="real")))
            draft = build_draft(service, view, picture, author="Ana")
            saved = [warehouse.room.pictures.save(draft, name=one).id for one in ("A", "B")]
        address = dict(zip(("left", "right"), saved, strict=True)) if name == "Compare" else {}
    log = AuditLog(StoreSettings(data=own_warehouse))
    page = run_page(name, own_warehouse, context={"audit": log}, **address)
    assert not page.exception
    page.run()
    entries = tuple(log.file.read())
    assert len(entries) == (2 if name == "Pictures" else 1)
    for entry in entries:
        assert (entry.who, entry.action) == ("operator", "view")
        assert entry.subject.startswith(PAGES[name])
        assert entry.details["marking"].startswith("TLP:RED")
    (own_warehouse / HEAD_FILE).write_text("no head")
    refused = run_page(name, own_warehouse, **address)
    assert "head of the audit record cannot be read" in refused.error[0].value
    assert not refused.dataframe
    assert not refused.metric
    assert not refused.get("imgs")
    log.close()
