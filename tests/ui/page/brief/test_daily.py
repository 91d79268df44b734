"""Briefs of every day on the page: for whom they are offered, and what is refused."""

from pathlib import Path

import pytest

from cop.model.giving import GivingRules
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.room.room import Room
from cop.store.warehouse import Warehouse
from cop.ui.component.context import CONTEXT
from tests.support.partner import make_node
from tests.support.signed import signed_context
from tests.support.warehouse import copy_warehouse
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.exchange


def test_a_second_one_of_the_place_is_refused_in_words(
    run_page: RunPage, bare_warehouse: Path, tmp_path: Path
) -> None:
    data = copy_warehouse(bare_warehouse, tmp_path / "own")
    page = run_page("Brief", data, county="Santa Cruz, AZ")
    for _ in range(2):
        next(b for b in page.button if b.label == "Make it every day").click()
        page.run()
    assert len(Room(StoreSettings(data=data)).area_briefs.schedules()) == 1
    assert any("every day already" in error.value for error in page.error)


def test_one_for_a_partner_that_is_suspended_says_why_it_is_not_made(
    run_page: RunPage, bare_warehouse: Path, tmp_path: Path
) -> None:
    data = copy_warehouse(bare_warehouse, tmp_path / "own")
    room = Room(StoreSettings(data=data))
    room.partners.add(make_node(tmp_path, "SO-1").card, rules=GivingRules(parts=("events",)))
    room.area_briefs.schedule(
        place="county=Santa+Cruz%2C+AZ", made_for="SO-1", time_zone="UTC", hour=6, minute=0,
        added_by="Ana",
    )  # fmt: skip
    page = run_page("Brief", data, county="Santa Cruz, AZ")
    assert not page.warning
    room.partners.suspend("SO-1")
    page.run()
    assert [warning.value for warning in page.warning] == [
        "Not made: partner SO-1 is suspended: `cop partner resume SO-1` first"
    ]


def test_who_may_not_lower_markings_is_offered_none(
    run_page: RunPage, bare_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = copy_warehouse(bare_warehouse, tmp_path / "own")
    warehouse = Warehouse(StoreSettings(data=data))
    service = QueryService(warehouse, tile_cache_mb=1)
    context = signed_context(service, data, monkeypatch, "viewer", agency="SO-1")
    page = run_page("Brief", data, county="Santa Cruz, AZ")
    assert any(button.label == "Make it every day" for button in page.button)
    page.session_state[CONTEXT] = context
    page.run()
    assert not page.exception
    assert not any(button.label == "Make it every day" for button in page.button)
    warehouse.close()
