"""Acts of pages in the audit record."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cop.access.access import Access
from cop.access.audit.log import AuditLog
from cop.settings import StoreSettings
from cop.store.audit.head import HEAD_FILE
from cop.store.room.room import Room

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

    page = AppTest.from_function(script)
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
