"""The offer to show everyone what was loaded, with a button for who may take it."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cop.access.access import Access
from cop.access.audit.log import AuditLog
from cop.access.identity import IdentityResolver
from cop.model.board import Person
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from cop.ui.component.context import CONTEXT
from cop.ui.map import BoardSeat
from tests.store.catalogue.test_default import load
from tests.support.context import make_context
from tests.ui.conftest import PATIENCE_SECONDS

pytestmark = pytest.mark.glance

ALONE = BoardSeat(name="Avery", presenter="", presenting=False)
PRESENTING = BoardSeat(name="Avery", presenter="Avery", presenting=True)
FOLLOWING = BoardSeat(name="Blake", presenter="Avery_1", presenting=False)
WORDS = "Real records were loaded: 2 events, newest 31 JAN 26. Shown: SYNTHETIC."
BUTTON = "Show real records to everyone"


@pytest.fixture
def both(tmp_path: Path) -> Iterator[QueryService]:
    """Synthetic records, and real ones that came after them."""
    settings = StoreSettings(data=tmp_path / "warehouse")
    load(settings, "synthetic", n=3)
    load(settings, "real")
    with closing(Warehouse(settings)) as warehouse:
        yield QueryService(warehouse, tile_cache_mb=1)


def open_offer(service: QueryService, seat: BoardSeat | None, **parts: Any) -> AppTest:
    def script() -> None:
        import streamlit as st

        from cop.ui.component.address import choices, read_pairs
        from cop.ui.component.known import open_picture
        from cop.ui.component.offer import render_offer

        service, view, _ = open_picture()
        st.text(f"{render_offer(service, st.session_state['seat'])} {view.records}")
        st.text(choices())
        st.session_state["pairs"] = read_pairs()

    page = AppTest.from_function(script, default_timeout=PATIENCE_SECONDS)
    page.session_state[CONTEXT] = make_context(service, **parts)
    page.session_state["seat"] = seat
    page.run()
    assert not page.exception
    return page


@pytest.mark.parametrize(
    ("seat", "words", "buttons"),
    [
        (None, WORDS, []),
        (ALONE, WORDS, [BUTTON]),
        (PRESENTING, WORDS, [BUTTON]),
        (FOLLOWING, rf"{WORDS} Avery\_1 is presenting.", []),
    ],
)
def test_the_presenter_may_take_it_and_anybody_while_nobody_presents(
    both: QueryService, seat: BoardSeat | None, words: str, buttons: list[str]
) -> None:
    page = open_offer(both, seat)
    assert [caption.value for caption in page.caption] == [words]
    assert [button.label for button in page.button] == buttons


def test_a_click_chooses_for_the_room_and_changes_the_own_filter(both: QueryService) -> None:
    page = open_offer(both, PRESENTING)
    page.query_params["kind"] = "crossing"
    page.query_params["from"] = "2026-01-01"
    assert page.text[0].value == "True synthetic"
    page.button[0].click().run()
    assert not page.exception
    chosen = both.warehouse.room.default_records.newest()
    assert chosen is not None
    assert (chosen.records, chosen.by) == ("real", "Avery")
    assert [text.value for text in page.text] == ["False real", "1"]
    assert page.session_state["pairs"] == [("kind", "crossing"), ("records", "real")]


@pytest.mark.access
@pytest.mark.parametrize(("verified", "name"), [(True, "Ana Lee"), (False, "Avery (unverified)")])
def test_who_is_signed_in_chooses_by_their_own_name(
    both: QueryService, verified: bool, name: str
) -> None:
    access = Access(both.warehouse.room)
    ana = replace(
        access.policy.operator(), id="local:ana", name="Ana Lee", agency="JTF", origin="local",
        verified=verified,
    )  # fmt: skip
    access.identity = IdentityResolver([], operator=ana)
    page = open_offer(both, PRESENTING, access=access)
    page.button[0].click().run()
    assert not page.exception
    chosen = both.warehouse.room.default_records.newest()
    assert chosen is not None
    assert chosen.by == name
    log = AuditLog(both.warehouse.settings)
    assert {entry.name for entry in log.file.read() if entry.action == "show"} == {name}
    log.close()


def test_open_pages_follow_the_room_unless_they_show_something_else(both: QueryService) -> None:
    pages = {name: open_offer(both, ALONE) for name in ("same", "own", "sources")}
    pages["same"].query_params.update({"records": "synthetic", "kind": "crossing", "window": "7 d"})
    pages["own"].query_params.update({"records": "real", "window": "7 d"})
    pages["sources"].query_params.update({"records": "synthetic", "source": "synthetic"})
    choices = both.warehouse.room.default_records
    choices.choose("real", by="Avery")
    shown = {name: page.run().text[0].value for name, page in pages.items()}
    assert shown == {"same": "False real", "own": "False real", "sources": "False synthetic"}
    assert pages["same"].session_state["pairs"] == [("kind", "crossing")]
    choices.choose("synthetic", by="Avery")
    pages["own"].run()
    assert dict(pages["own"].session_state["pairs"]) == {}
    assert pages["same"].run().text[0].value == "False synthetic"


def test_a_page_waits_while_somebody_presents(both: QueryService) -> None:
    page = open_offer(both, FOLLOWING)
    page.query_params["records"] = "synthetic"
    journal = both.warehouse.room.journal
    presenter = Person(id="0" * 16, name="Avery")
    journal.take(presenter)
    both.warehouse.room.default_records.choose("real", by="Avery")
    assert page.run().text[0].value == "False synthetic"
    journal.release(presenter)
    assert page.run().text[0].value == "False real"
