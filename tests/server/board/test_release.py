"""Messages about the board are written for who gets them: what is withheld changes none of them."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from cop.access.viewer import Viewer
from cop.model.board import Board, Entry, LiveLayer
from cop.query.service import QueryService
from cop.server.board.release import BoardRelease
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.drawing import said
from tests.support.hub import NEVER_DRAWN, HubSeat, opened_table
from tests.support.layer import make_features, publish_features
from tests.support.released import draw_events, load_events
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.access

WANTED = [("records", "real"), ("sector", "TCA")]
TIMES: Final = re.compile(r'"(at|since)": [0-9.]+')
HIGHEST: Final = "TLP:RED"


def test_messages_have_the_addresses_of_their_filters_tiles(service: QueryService) -> None:
    told = BoardRelease(service)
    board = Board(revision=3, wanted=WANTED, layers=[LiveLayer(id="events", opacity=1)])
    whole = json.loads(told.encode_board(board, None))
    assert whole["board"]["layers"] == [{"id": "events", "opacity": 1.0, "measure": None}]
    assert "sector=TCA" in whole["tiles"]["events"]
    one = json.loads(told.encode(Entry(revision=4, at=1.5, change={"wanted": WANTED}), None))
    assert one == {
        "revision": 4,
        "at": 1.5,
        "change": {"wanted": [[*pair] for pair in WANTED]},
        "tiles": whole["tiles"],
    }
    moved = json.loads(told.encode(Entry(revision=5, at=2, change={"sent_ms": 1}), None))
    assert "tiles" not in moved


def test_annotations_that_an_earlier_program_noted_as_revisions_are_not_counted_out(
    service: QueryService,
) -> None:
    entry = Entry(revision=4, at=1.5, change={"annotations": 17})
    assert json.loads(BoardRelease(service).encode(entry, None))["change"] == {}


def person(name: str, agency: str, highest: str, role: str) -> Viewer:
    return Viewer(
        id=f"local:{name}", name=name, agency=agency, roles=frozenset({role}),
        highest=highest, verified=True, origin="local",
    )  # fmt: skip


VIEWERS: Final = {
    "Chief": person("Chief", "JTF", HIGHEST, "commander"),
    "Sheriff": person("Sheriff", "SO-1", "TLP:AMBER", "analyst"),
}


@dataclass(frozen=True)
class Side:
    """A warehouse, and the names that are in it beside the other's."""

    service: QueryService
    layer: str
    hidden_layer: str = ""
    hidden_source: str = ""


@pytest.fixture(scope="module")
def sides(
    bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Side, Side]]:
    """Two warehouses that differ by a layer and a source which are not released to the sheriff."""
    folder = tmp_path_factory.mktemp("sides")
    plain = copy_warehouse(bare_warehouse, folder / "plain" / "warehouse")
    seen = draw_events(20, seed=5, source="seen")
    load_events(StoreSettings(data=plain), plain.parent, seen)
    layer = publish_features(plain, make_features(), title="Seen").layer.name
    rich = Path(shutil.copytree(plain, folder / "rich" / "warehouse"))
    unseen = draw_events(20, seed=6, source="unseen")
    load_events(StoreSettings(data=rich), rich.parent, unseen, marking=HIGHEST)
    hidden = publish_features(rich, make_features(), title="Unseen", marking=HIGHEST).layer.name
    warehouses = [Warehouse(StoreSettings(data=one)) for one in (rich, plain)]
    first, second = (QueryService(one, tile_cache_mb=8) for one in warehouses)
    yield Side(first, layer, hidden, "unseen"), Side(second, layer)
    for warehouse in warehouses:
        warehouse.close()


def show(*names: str) -> list[dict[str, object]]:
    return [{"id": name, "opacity": 1} for name in names if name]


def filter_by(*names: str) -> list[list[str]]:
    return [["from", "2026-03-01"], *(["source", name] for name in names if name)]


def sync(seat: HubSeat) -> None:
    """Hear all that was sent before now."""
    seat.say(erase=NEVER_DRAWN)
    seat.hear_until(NEVER_DRAWN)


def present(chief: HubSeat, side: Side) -> None:
    """What the chief does; what is hidden is there on one side alone."""
    chief.say(take=True)
    chief.say(move={"layers": show("events", side.layer, side.hidden_layer)})
    if side.hidden_layer:
        chief.say(draw=said(title="Unseen", marking=f"{HIGHEST}//REL TO JTF"))
        drawn = side.service.warehouse.room.annotations
        chief.hear_until('"drawn"')
        chief.say(
            draw=said(
                title="Unseen still", marking=f"{HIGHEST}//REL TO JTF", replaces=drawn.list()[0].id
            )
        )
        chief.hear_until('"drawn"')
        chief.say(erase=drawn.list()[0].id)
    chief.say(move={"wanted": filter_by("seen", side.hidden_source)})
    chief.say(draw=said(title="Seen", marking="TLP:AMBER//REL TO SO-1, JTF"))
    chief.hear_until('"drawn"')
    chief.say(move={"wanted": filter_by(side.hidden_source)})
    chief.say(move={"camera": {"lon": -110, "lat": 31.5, "zoom": 8}})
    sync(chief)


def hear_all(side: Side) -> tuple[dict[str, list[str]], list[str]]:
    """Return what the sheriff was told, who was there, came later or back; and what others were."""
    with opened_table(side.service, VIEWERS) as seat:
        there = seat("Sheriff", 1)
        sync(there)
        chief = seat("Chief", 2)
        present(chief, side)
        sync(there)
        late, back, again = (
            seat("Sheriff", 3),
            seat("Sheriff", 1, after=1),
            seat("Sheriff", 4, after=9),
        )
        for one in (late, back, again):
            sync(one)
        there.hear_until('"people"')
        heard = {"there": there, "late": late, "back": back, "again": again}
        return {name: [TIMES.sub("", text) for text in one.told] for name, one in heard.items()}, [
            *chief.told,
            *there.people,
        ]


def test_shown_the_board_tells_nothing_of_a_hidden_annotation_layer_or_source(
    sides: tuple[Side, Side],
) -> None:
    (with_hidden, chiefs), (without, others) = (hear_all(side) for side in sides)
    for name, told in without.items():
        assert with_hidden[name] == told, name
    everything = " ".join(text for told in without.values() for text in told)
    assert sides[1].layer in everything
    assert '"source", "seen"' in everything
    assert '{"annotations": 1}' in without["there"]
    # The chief is told of all of it, so that equal messages are not a matter of course.
    assert sides[0].hidden_layer in " ".join(chiefs)
    assert '"source", "unseen"' in " ".join(chiefs)
    assert '{"annotations": 5}' in chiefs
    assert "unseen" not in " ".join(text for text in [*others, *chiefs] if '"people"' in text)
