"""Sending saved Pictures to the walls from the page Pictures, without a browser."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cop.model.board import Person
from cop.model.wall_show import WallShow
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.room.board import Journal
from cop.store.room.picture import SavedPictures
from cop.store.room.wall_show import WallShows
from cop.store.warehouse import Warehouse
from cop.ui.component.context import CONTEXT
from cop.ui.page.send import describe_show
from tests.support.command import CHECKOUT
from tests.support.saved import make_draft
from tests.support.signed import signed_context
from tests.ui.conftest import PATIENCE_SECONDS, RunPage

pytestmark = pytest.mark.glance


@pytest.fixture
def shows(own_warehouse: Path) -> Iterator[WallShows]:
    with closing(WallShows(StoreSettings(data=own_warehouse))) as shows:
        yield shows


@pytest.fixture
def saved(own_warehouse: Path) -> list[str]:
    """The ids of two saved Pictures."""
    with closing(SavedPictures(StoreSettings(data=own_warehouse))) as pictures:
        return [pictures.save(make_draft(), name=name).id for name in ("Morning", "Evening")]


def press(page: AppTest, key: str) -> AppTest:
    page = page.button(key=key).click().run()
    assert not page.exception
    return page


def test_one_click_sends_one_picture_and_one_takes_it_back(
    run_page: RunPage, own_warehouse: Path, shows: WallShows, saved: list[str]
) -> None:
    page = run_page("Pictures", own_warehouse)
    page.text_input(key="send-by").input("Avery")
    page = press(page, f"send-{saved[0]}")
    sent = shows.newest()
    assert sent is not None
    assert (sent.scenes, sent.by) == ((saved[0],), "Avery")
    assert "Morning; sent" in " ".join(text.value for text in page.markdown)
    press(page, "send-back")
    back = shows.newest()
    assert back is not None
    assert back.scenes == ()


def test_a_list_is_sent_in_its_order(
    run_page: RunPage, own_warehouse: Path, shows: WallShows, saved: list[str]
) -> None:
    page = run_page("Pictures", own_warehouse)
    page.text_input(key="send-by").input("Avery")
    page.multiselect(key="send-scenes").set_value([saved[1], saved[0]])
    page.number_input(key="send-seconds").set_value(45).run()
    press(page, "send-list")
    sent = shows.newest()
    assert sent is not None
    assert (sent.scenes, sent.seconds) == ((saved[1], saved[0]), 45)


def test_while_somebody_else_presents_nothing_is_sent(
    run_page: RunPage, own_warehouse: Path, shows: WallShows, saved: list[str]
) -> None:
    with closing(Journal(StoreSettings(data=own_warehouse))) as journal:
        journal.take(Person(id="b" * 16, name="Blake"))
    page = run_page("Pictures", own_warehouse)
    page.text_input(key="send-by").input("Avery")
    page = press(page, f"send-{saved[0]}")
    assert "Blake is presenting" in page.error[0].value
    page.text_input(key="send-by").input("Blake")
    assert shows.newest() is None
    press(page, f"send-{saved[0]}")
    assert shows.newest() is not None


def test_what_a_user_typed_is_no_markdown() -> None:
    show = WallShow(scenes=("abcdefgh23", "zzzzzzzz77"), by="*A*", at=datetime(2026, 11, 27, 12))
    said = describe_show(show, {"abcdefgh23": "<b>x</b>"})
    assert "<b>" not in said
    assert "zzzzzzzz77, 30 s each; sent 271200Z NOV 26 by \\*A\\*" in said
    assert describe_show(None, {}).startswith("their own picture")


@pytest.mark.access
@pytest.mark.parametrize("role", ["commander", "curator"])
def test_shown_who_may_not_present_is_not_offered_the_walls(
    own_warehouse: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    saved: list[str],
    role: str,
) -> None:
    with closing(Warehouse(StoreSettings(data=own_warehouse))) as warehouse:
        warehouse.room.wall_shows.send((saved[0],), by="Avery")
        page = AppTest.from_file(
            str(CHECKOUT / "pages" / "Pictures.py"), default_timeout=PATIENCE_SECONDS
        )
        service = QueryService(warehouse, tile_cache_mb=1)
        page.session_state[CONTEXT] = signed_context(service, tmp_path, monkeypatch, role)
        page.run()
        assert not page.exception
        assert "Morning; sent" in " ".join(text.value for text in page.markdown)
        keys = {one.key for one in page.button} | {one.key for one in page.multiselect}
        controls = {"send-scenes", "send-list", "send-back", *(f"send-{one}" for one in saved)}
        assert keys & controls == (controls if role == "commander" else set())
        assert {f"more-{one}" for one in saved} <= keys


@pytest.mark.access
def test_shown_of_pictures_on_the_walls_those_are_named_that_one_may_read(
    own_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, saved: list[str]
) -> None:
    with closing(Warehouse(StoreSettings(data=own_warehouse))) as warehouse:
        secret = replace(make_draft(), marking="TLP:RED")
        hidden = warehouse.room.pictures.save(secret, name="Falcon").id
        service = QueryService(warehouse, tile_cache_mb=1)
        context = signed_context(service, tmp_path, monkeypatch, "viewer", agency="SO-1")

        def look() -> str:
            page = AppTest.from_file(
                str(CHECKOUT / "pages" / "Pictures.py"), default_timeout=PATIENCE_SECONDS
            )
            page.session_state[CONTEXT] = context
            page.run()
            assert not page.exception
            return " ".join(text.value for text in page.markdown)

        before = look()
        warehouse.room.wall_shows.send((hidden,), by="Avery")
        assert look() == before
        warehouse.room.wall_shows.send((hidden, saved[1]), by="Avery")
        assert "**On the walls:** Evening; sent" in look()
        assert hidden not in look()
