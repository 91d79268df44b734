"""What names things that are gone: saved Pictures, scenes, the board, decisions, annotations.

Every page that shows them is drawn, and says what it has not applied.
"""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cop.export.brief import build_brief
from cop.export.handout import build_handout, open_scene
from cop.model.annotation import Drawing
from cop.model.board import Move, Person
from cop.model.filter import Filter
from cop.model.impact import Agreement
from cop.model.impact_rule import RuleBook
from cop.model.moment import utc_now
from cop.model.picture import Picture, ShownLayer
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.room.impact_rule import read_rules
from cop.store.warehouse import Warehouse
from cop.ui.page.wall.page import LIVE_KEY
from tests.support.impact import make_proposal
from tests.support.record import make_frame
from tests.support.saved import make_draft
from tests.support.store import publish_events
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.trust

WORDS = "Not applied: sector GONE-1, which this warehouse does not have"
GONE = Picture(
    filter=Filter(sectors=("GONE-1",), sources=("undone",), records="real"),
    shown=(ShownLayer(id="retired"), ShownLayer(id="events")),
)


@pytest.fixture
def left(own_warehouse: Path) -> tuple[Path, str]:
    """A warehouse whose records of people name what it has no longer; the id of the Picture."""
    store = StoreSettings(data=own_warehouse)
    publish_events(store, make_frame(3, source_id=["a", "b", "c"]))
    warehouse = Warehouse(store)
    room, chief = warehouse.room, Person(id="0" * 16, name="Chief")
    saved = room.pictures.save(make_draft(picture=GONE, version=2), name="Undone")
    room.journal.take(chief)
    # Written past the hub, as it was on the board before the source was undone.
    room.journal.move(chief, Move(wanted=GONE.filter.to_pairs()))
    drawing = {"shape": "point", "title": "Post 9", "coordinates": [(-110.0, 31.0)]}
    room.annotations.draw(Drawing.model_validate(drawing), author="Avery")
    rules: RuleBook = read_rules(store.impact)
    decided = Agreement(segments=("ZZZ-0001",), by="Avery", reason="seen")
    proposals = {"ZZZ-0001": make_proposal("ZZZ-0001")}
    room.decisions.agree(decided, proposals, rules, records="real", version=2, marking="TLP:GREEN")
    warehouse.close()
    return own_warehouse, saved.id


def words(page: AppTest) -> str:
    """Everything that a page says as HTML or to its components."""
    assert not page.exception
    assert not page.error
    shown = [str(part.proto.body) for part in page.get("html")]
    return " ".join([*shown, *(part.proto.json for part in page.get("bidi_component"))])


def test_a_saved_picture_of_what_is_gone_opens_and_says_so(
    run_page: RunPage, left: tuple[Path, str]
) -> None:
    data, picture_id = left
    assert WORDS in words(run_page("Picture", data, picture=picture_id))
    assert WORDS in words(run_page("Wall", data, scenes=picture_id))
    compared = words(run_page("Compare", data, left=picture_id, right="this"))
    assert WORDS in compared
    assert "Undone" in words(run_page("Pictures", data))


def test_its_hand_out_says_so(left: tuple[Path, str]) -> None:
    warehouse = Warehouse(StoreSettings(data=left[0]))
    service = QueryService(warehouse, tile_cache_mb=8)
    scene = open_scene(service, warehouse.room.pictures, left[1])
    assert WORDS in build_brief(scene, created_at=utc_now()).scope.line
    for form in ("html", "csv"):
        made = build_handout([scene], form, created_at=utc_now())
        assert WORDS.encode() in made.content
    warehouse.close()


def test_who_follows_the_board_is_shown_the_rest(run_page: RunPage, left: tuple[Path, str]) -> None:
    data, _ = left
    page = run_page("Wall", data)
    page.session_state[LIVE_KEY] = GONE.filter.to_pairs()
    shown = words(page.run())
    assert WORDS in shown
    kiosk = next(one for one in map(json.loads, _components(page)) if "figures" in one)
    assert kiosk["figures"][0]["value"] == "3"


@pytest.mark.parametrize("name", ["Impact", "Changes", "Sectors", "Forecast", "Handout", "Alerts"])
def test_a_decision_on_a_segment_that_is_gone_stops_no_page(
    run_page: RunPage, left: tuple[Path, str], name: str
) -> None:
    page = run_page(name, left[0], records="real")
    assert words(page)
    assert not page.exception
    assert not page.error


@pytest.mark.parametrize("name", ["Patterns", "Picture", "Sectors"])
def test_a_time_of_another_age_stops_no_page(
    run_page: RunPage, left: tuple[Path, str], name: str
) -> None:
    shown = words(run_page(name, left[0], to="0001-01-01", records="real"))
    assert "is not within the years 1900 to 2199" in shown


def _components(page: AppTest) -> list[str]:
    return [part.proto.json for part in page.get("bidi_component")]
