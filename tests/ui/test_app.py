"""The application: one entry for each page, in the groups of the rail, the address carried."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import pytest
from streamlit.testing.v1 import AppTest

from cop.access.access import Access
from cop.access.page_owner import PageOwners
from cop.access.viewer import Viewer
from cop.app import list_pages
from cop.settings import StoreSettings
from cop.store.room.room import Room
from cop.ui import app
from cop.ui.app import BARE, GROUPS, HOME, ICON, TITLES

pytestmark = pytest.mark.house


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    """Pages that say their name, two of them of no known place."""
    for name in ("Zebra", "Wall", "Apple", HOME, "Alerts"):
        (tmp_path / f"{name}.py").write_text(f"import streamlit as st\n\nst.text('{name}')\n")
    return sorted(tmp_path.glob("*.py"))


class OpenContext:
    """A context in which everyone is the operator."""

    def __init__(self, data: Path) -> None:
        self.access = Access(Room(StoreSettings(data=data)))
        self.page_owners = PageOwners()

    def answering(self, viewer: Viewer) -> Self:
        assert viewer.is_operator
        return self


def show(paths: Sequence[Path], **address: str) -> AppTest:
    def script() -> None:
        import streamlit as st

        from cop.ui.app import run

        run(*st.session_state["given"])

    page = AppTest.from_function(script)
    page.session_state["given"] = (OpenContext(paths[0].parent), paths)
    page.query_params.update(address)
    page.run()
    assert not page.exception
    return page


def test_the_home_page_is_shown_at_first_with_its_context_and_address(paths: list[Path]) -> None:
    page = show(paths, sector="TCA")
    assert [text.value for text in page.text] == [HOME]
    assert page.session_state["context"] is page.session_state["given"][0]
    assert page.session_state["address-stored"] == {"sector": ["TCA"]}


def test_pages_stand_in_their_groups_and_others_follow_by_name(
    paths: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[tuple[str, list[tuple[str, str]]]] = []
    navigate = app.st.navigation

    def note(groups: Mapping[str, Sequence[Any]], *, position: Any, expanded: bool) -> Any:
        offered.extend(
            (group, [(page.title, page.url_path) for page in pages])
            for group, pages in groups.items()
        )
        assert (position, expanded) == ("sidebar", True)
        return navigate(groups, position=position, expanded=expanded)

    monkeypatch.setattr(app.st, "navigation", note)
    show(paths)
    assert offered == [
        ("Watch", [(HOME, ""), ("Alerts", "Alerts"), ("Wall", "Wall")]),
        ("More", [("Apple", "Apple"), ("Zebra", "Zebra")]),
    ]


def test_the_groups_name_every_page_once() -> None:
    named = [name for names in GROUPS.values() for name in names]
    assert sorted(named) == sorted(path.stem for path in list_pages())
    assert {*TITLES, *BARE} <= set(named)
    assert ICON.is_file()


def test_the_rail_asks_who_the_viewer_is(paths: list[Path]) -> None:
    assert [box.label for box in show(paths).sidebar.text_input] == ["Who are you?"]
