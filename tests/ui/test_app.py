"""The application: one entry for each page, in the groups of the rail, the address carried."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import pytest
from streamlit.testing.v1 import AppTest

from cop.access.access import Access
from cop.access.identity import IdentityResolver
from cop.access.page_owner import PageOwners
from cop.access.viewer import Viewer
from cop.app import list_pages
from cop.settings import StoreSettings
from cop.store.room.room import Room
from cop.ui import app
from cop.ui.app import BARE, GROUPS, HOME, ICON, TITLES
from tests.support.access import shipped_policy
from tests.support.page_run import PATIENCE_SECONDS

pytestmark = pytest.mark.house

ANA = replace(
    shipped_policy().operator(), id="local:ana", name="Ana", agency="JTF", origin="local",
    highest="TLP:RED", verified=True,
)  # fmt: skip
OTHERS = {
    "lowered": replace(ANA, highest="TLP:GREEN"),
    "raised": replace(ANA, agency="DPS"),
    "another role": replace(ANA, roles=frozenset({"viewer"})),
    "another person": replace(ANA, id="local:ben"),
    "view as": replace(ANA, view_as="SO-1"),
}


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


class PersonContext(OpenContext):
    """A context in which everyone is one person, whose rights a test changes."""

    def __init__(self, data: Path) -> None:
        super().__init__(data)
        self.be(ANA)

    def be(self, viewer: Viewer | None) -> None:
        self.access.identity = IdentityResolver([], operator=viewer)  # type: ignore[arg-type]

    def answering(self, viewer: Viewer) -> Self:
        self.answered = viewer
        return self


def show(paths: Sequence[Path], *, context: OpenContext | None = None, **address: str) -> AppTest:
    def script() -> None:
        import streamlit as st

        from cop.ui.app import run

        run(*st.session_state["given"])

    page = AppTest.from_function(script, default_timeout=PATIENCE_SECONDS)
    page.session_state["given"] = (context or OpenContext(paths[0].parent), paths)
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


@pytest.mark.access
@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_a_session_is_gone_on_with_by_its_first_owner_alone(
    paths: list[Path], other: Viewer
) -> None:
    """What it has was made with the rights of its first run: it goes, and nothing is drawn."""
    (paths[0].parent / "Picture.py").write_text(
        "import streamlit as st\n\nst.session_state['made'] = 'TLP:RED'\n\n"
        "@st.fragment\ndef part() -> None:\n    st.text(st.session_state['made'])\n\npart()\n"
    )
    context = PersonContext(paths[0].parent)
    page = show(paths, context=context)
    given, (session,) = page.session_state["given"], context.page_owners._rights
    assert [text.value for text in page.text] == ["TLP:RED"]
    for _ in range(2):
        context.be(other)
        # The script of the program has the context itself.
        page.session_state["given"] = given
        page.run()
        assert not page.text
        assert "Your rights changed" in page.error[0].value
        assert "made" not in page.session_state
        assert "context" not in page.session_state
        assert context.answered == ANA
        assert not context.page_owners.is_of(session, other)
    assert context.page_owners.is_of(session, ANA)


@pytest.mark.access
def test_the_owner_is_in_the_session_itself_too(paths: list[Path]) -> None:
    """The registry forgets the earliest of very many."""
    context = PersonContext(paths[0].parent)
    page = show(paths, context=context)
    context.page_owners._rights.clear()
    page.run()
    assert page.text
    context.page_owners._rights.clear()
    context.be(OTHERS["lowered"])
    page.run()
    assert not page.text
    assert not context.page_owners._rights


@pytest.mark.access
def test_a_session_whose_name_alone_changed_goes_on(paths: list[Path]) -> None:
    context = PersonContext(paths[0].parent)
    page = show(paths, context=context)
    context.be(replace(ANA, name="Ana Lee"))
    page.run()
    assert page.text
    assert not page.error


@pytest.mark.access
def test_a_run_without_a_viewer_leaves_no_context_in_its_session(paths: list[Path]) -> None:
    """A run can be stopped anywhere: what it left would be used by parts drawn after it."""
    context = PersonContext(paths[0].parent)
    context.be(None)
    page = show(paths, context=context)
    assert page.error[0].value == "Signed out. Reload the page to sign in."
    assert "context" not in page.session_state
