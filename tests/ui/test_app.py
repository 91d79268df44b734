"""The application: one entry for each page, in the order of the work, the address carried."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cop.app import list_pages
from cop.ui import app
from cop.ui.app import HOME, ICON, ORDER

pytestmark = pytest.mark.house


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    """Pages that say their name, two of them of no known place."""
    for name in ("Zebra", "Wall", "Apple", HOME, "Alerts"):
        (tmp_path / f"{name}.py").write_text(f"import streamlit as st\n\nst.text('{name}')\n")
    return sorted(tmp_path.glob("*.py"))


def show(paths: Sequence[Path], **address: str) -> AppTest:
    def script() -> None:
        import streamlit as st

        from cop.ui.app import run

        run(*st.session_state["given"])

    page = AppTest.from_function(script)
    page.session_state["given"] = ("the context", paths)
    page.query_params.update(address)
    page.run()
    assert not page.exception
    return page


def test_the_home_page_is_shown_at_first_with_its_context_and_address(paths: list[Path]) -> None:
    page = show(paths, sector="TCA")
    assert [text.value for text in page.text] == [HOME]
    assert page.session_state["context"] == "the context"
    assert page.session_state["address-stored"] == {"sector": ["TCA"]}


def test_pages_stand_in_their_order_and_others_follow_by_name(
    paths: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[tuple[str, str, str]] = []
    navigate = app.st.navigation

    def note(pages: Sequence[Any], *, position: Any) -> Any:
        offered.extend((page.title, page.url_path, position) for page in pages)
        return navigate(pages, position=position)

    monkeypatch.setattr(app.st, "navigation", note)
    show(paths)
    assert offered == [
        (HOME, "", "top"),
        ("Wall", "Wall", "top"),
        ("Alerts", "Alerts", "top"),
        ("Apple", "Apple", "top"),
        ("Zebra", "Zebra", "top"),
    ]


def test_the_order_names_pages_that_are_there() -> None:
    assert set(ORDER) == {path.stem for path in list_pages()}
    assert ICON.is_file()
