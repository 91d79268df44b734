"""Files that pages offer: recorded when they are asked for, and refused if that cannot be."""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cop.access.access import Access
from cop.access.identity import SESSION_COOKIE, Credentials
from cop.context import AppContext
from cop.errors import AccessError, AuditError
from cop.query.service import QueryService
from cop.resource import package_path
from cop.settings import StoreSettings
from cop.store.audit.head import HEAD_FILE
from cop.store.room.room import Room
from cop.store.warehouse import Warehouse
from cop.ui.component.context import CONTEXT
from tests.support.access import PASSWORD
from tests.support.context import make_context
from tests.support.page_run import PATIENCE_SECONDS

pytestmark = pytest.mark.access


def script() -> None:
    import streamlit as st

    from cop.model.filter import Filter
    from cop.ui.component.context import use_context
    from cop.ui.component.download import offer_download

    view = use_context().service.view(Filter(records="real"))

    built = st.session_state["built"]
    offer_download(
        "Get", data=lambda: built.append("a.csv") or b"figures", file_name="a.csv", key="get",
        subject="figures", marking="TLP:AMBER", view=view if st.session_state["has_view"] else None,
    )  # fmt: skip


class Offered:
    """A page of Ana's with one file, and what her browser does with the button."""

    def __init__(
        self, context: AppContext, monkeypatch: pytest.MonkeyPatch, *, has_view: bool = True
    ) -> None:
        self.context, self.buttons = context, list[dict[str, Any]]()
        self.built: list[str] = []

        def draw(_label: str, **options: Any) -> None:
            self.buttons.append(options)

        monkeypatch.setattr(st, "download_button", draw)
        page = AppTest.from_function(script, default_timeout=PATIENCE_SECONDS)
        page.session_state[CONTEXT] = context.answering(self.find_viewer())
        page.session_state["built"] = self.built
        page.session_state["has_view"] = has_view
        page.run()
        assert not page.exception

    def find_viewer(self) -> Any:
        viewer = self.context.access.accounts.find_viewer("local:ana")
        assert viewer is not None
        return viewer

    def press(self) -> bytes:
        content: Callable[[], bytes] = self.buttons[-1]["data"]
        return content()

    def entries(self) -> list[tuple[str, str, str, str]]:
        entries = self.context.audit.file.read()
        return [(one.who, one.action, one.subject, one.outcome) for one in entries]


@pytest.fixture
def offered(own_warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Offered]:
    def offer(*roles: str, has_view: bool = True) -> Offered:
        access = Access(Room(StoreSettings(data=own_warehouse)), sign_in=["local"])
        access.accounts.add("ana", PASSWORD, name="Ana", agency="JTF", roles=roles, by="t")
        viewer = access.accounts.find_viewer("local:ana")
        assert viewer is not None
        cookies = {SESSION_COOKIE: access.sessions.issue(viewer)}
        monkeypatch.setattr(type(st.context), "cookies", property(lambda _: cookies))
        monkeypatch.setattr(type(st.context), "headers", property(lambda _: {}))
        service = QueryService(Warehouse(StoreSettings(data=own_warehouse)), tile_cache_mb=1)
        return Offered(make_context(service, access=access), monkeypatch, has_view=has_view)

    return offer


def test_a_download_is_an_export_with_file_marking_and_view(
    offered: Callable[..., Offered],
) -> None:
    page = offered("viewer")
    assert not page.built, "nothing is built, nor recorded, before somebody asks for it"
    assert page.entries() == []
    assert page.press() == b"figures"
    assert page.entries() == [
        ("local:ana", "export", "figures", "begun"),
        ("local:ana", "export", "figures", "done"),
    ]
    last = page.context.audit.file.last()
    assert last is not None
    assert last.name == "Ana"
    assert last.details == {
        "file": "a.csv", "marking": "TLP:AMBER", "version": 1, "filter": "records=real",
    }  # fmt: skip


def test_nothing_leaves_that_cannot_be_recorded(offered: Callable[..., Offered]) -> None:
    page = offered("viewer")
    (page.context.service.warehouse.folder / HEAD_FILE).write_text("no head")
    with pytest.raises(AuditError, match="head of the audit record cannot be read"):
        page.press()
    assert not page.built


@pytest.mark.parametrize("has_view", [True, False], ids=["figures", "no figures"])
def test_who_lost_what_they_had_gets_nothing(
    offered: Callable[..., Offered], has_view: bool
) -> None:
    page = offered("viewer", has_view=has_view)
    accounts = page.context.access.accounts
    own = Credentials(cookies=dict(st.context.cookies), headers={})
    accounts.change("ana", highest="TLP:GREEN", by="t")
    page.context.access.session_way.forget(own)
    with pytest.raises(AccessError, match="something else"):
        page.press()
    accounts.disable("ana", by="t")
    page.context.access.session_way.forget(own)
    with pytest.raises(AccessError, match="signed out"):
        page.press()
    assert [one[-1] for one in page.entries()] == ["begun", "refused"] * 2
    assert not page.built


def test_who_may_not_export_gets_a_button_that_has_nothing(
    offered: Callable[..., Offered], monkeypatch: pytest.MonkeyPatch
) -> None:
    context = offered("viewer").context
    monkeypatch.setattr(type(context.access.policy), "may", lambda *_: False)
    button = Offered(context, monkeypatch).buttons[-1]
    assert button["disabled"]
    assert button["data"] == b""


def test_every_download_of_a_page_goes_this_way() -> None:
    drawn = set()
    for path in sorted(package_path("cop", "ui").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr == "download_button":
                drawn.add(path.name)
    # The Audit page has its file built by the same function, for another right.
    assert drawn == {"download.py", "audit.py"}
