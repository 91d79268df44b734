"""Every reader for every agency and label: nobody receives what is not released to them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack, suppress
from pathlib import Path
from random import Random
from typing import Final

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.types import ASGIApp, Receive, Scope, Send

from cop.access.viewer import Viewer
from cop.export import handout
from cop.model.board import BOARD_SOCKET
from cop.model.release import Release
from cop.query.service import QueryService
from cop.server.board import Hub
from cop.store.warehouse import Warehouse
from tests.support.canary import build_room
from tests.support.matrix import (
    Reader,
    Reading,
    Table,
    laying,
    read_alerts,
    read_annotations,
    read_collections,
    read_event,
    read_event_tile,
    read_impacts,
    read_items,
    read_layer_tile,
    read_layers,
    read_other_items,
    read_other_tile,
    read_pictures,
    read_search,
    read_stored,
    read_summary,
)
from tests.support.matrix_file import (
    hand_out,
    read_csv,
    read_extract,
    read_gpkg,
    read_html,
    read_pdf,
    read_pptx,
)
from tests.support.matrix_page import PAGES, read_board, show_all
from tests.support.released import AGENCIES, RELEASES, release_to

pytestmark = pytest.mark.access

Read = Callable[[Reader], Reading]
TURN: Final = 20
KINDS: Final = (
    "event", "sensor", "layer", "feature", "annotation", "picture", "alert", "decision"
)  # fmt: skip
DRAWN: Final[dict[Read, int]] = {
    read_event_tile: 360, read_other_tile: 120, read_layer_tile: 300, read_summary: 360,
    read_items: 60, read_collections: 15, read_other_items: 15, read_stored: 12,
    read_event: 360, read_search: 30, read_layers: 100, read_annotations: 100, read_alerts: 70,
    read_impacts: 56, read_pictures: 50, read_board: 70, read_csv: 20, read_gpkg: 20,
    read_html: 20, read_pdf: 6, read_pptx: 6, read_extract: 36,
    **dict.fromkeys(PAGES.values(), 4),
}  # fmt: skip
"""How often each reader reads: 2,250 cases, the dearer the fewer."""
CASES: Final = 2_250
LIGHT: Final = (
    *(6 * [read_event_tile, read_summary, read_other_tile]),
    *(4 * [read_event, read_search, read_layer_tile]),
    *(2 * [read_layers, read_annotations, read_alerts, read_impacts, read_pictures]),
    *(2 * [read_board, read_extract]),
    *(2 * [read_items]),
)
QUICK: Final = (
    *LIGHT,
    read_collections,
    read_other_items,
    read_stored,
    read_csv,
    PAGES["Picture"],
    PAGES["Pictures"],
)
QUICK_CASES: Final = 120
COUNTED: Final = (read_summary,)
"""What tells figures alone: a leak is another figure."""
UNTOLD: Final = [
    PAGES[name] for name in ("Audit", "Data", "Forecast", "Handout", "Release", "Sectors")
]
"""Pages that show no record of the room by its mark."""


@pytest.fixture
def random() -> Random:
    return Random(1)  # noqa: S311 the same in every run


@pytest.fixture(scope="module")
def table(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Table]:
    folder = tmp_path_factory.mktemp("matrix")
    room = build_room(bare_warehouse, folder)
    warehouse = Warehouse(room.settings)
    service = QueryService(warehouse, tile_cache_mb=64)
    room.fill(service)
    room.freeze()
    with pytest.MonkeyPatch.context() as patch, laying(service, room, folder) as table:
        # What is printed says the same with fewer pixels of its map.
        patch.setattr(handout, "_PRINT_SCALE", 0.1)
        show_all(table)
        yield table
    warehouse.close()


def check(reader: Reader, read: Read) -> list[str]:
    """Return what is wrong with what a reader received."""
    reading, release = read(reader), reader.release
    found = reader.room.found_in(reading.content)
    leaks = {one for one in found if not reader.room.records[one].is_for(release)} - reading.asked
    wrong = [f"{reader.room.records[one]} leaks" for one in sorted(leaks)]
    wrong += [f"{one} is missing" for one in sorted(reading.whole - found)]
    if reading.n != reading.expected_n:
        wrong.append(f"{reading.n} events for {reading.expected_n}")
    return [f"{release} {read.__name__}: {one}" for one in wrong]


def run_matrix(table: Table, reads: Sequence[Read], seed: int) -> list[str]:
    """Let readers of every agency and label read, a few answers each before it is another's turn.

    What a release admits is worked out anew where many others came between; what one of them was
    answered is at hand for the next.
    """
    random = Random(seed)  # noqa: S311 the same in every run
    everyone = [table.reader(release, random) for release in RELEASES]
    drawn = random.sample(reads, len(reads))
    turns = [everyone[i // TURN % len(everyone)] for i in range(len(drawn))]
    return [wrong for one in zip(turns, drawn, strict=True) for wrong in check(*one)]


def test_no_reader_receives_what_is_not_released(table: Table, random: Random) -> None:
    assert run_matrix(table, random.choices(QUICK, k=QUICK_CASES), 5) == []


def test_what_is_looked_for_is_found_by_who_may_read_everything(
    table: Table, random: Random
) -> None:
    """What no reader finds could not be seen to leak."""
    everything = [table.reader(release_to(code, "TLP:RED"), random) for code in AGENCIES]
    found: set[str] = set()
    for reader in everything:
        for read in (
            read_layers,
            read_annotations,
            read_alerts,
            read_impacts,
            read_pictures,
        ):
            found |= reader.room.found_in(read(reader).content)
        of_all = next(iter(reader.room.shown))
        found |= reader.room.found_in(hand_out(reader, "csv", picture_id=of_all).content)
    reachable = set().union(*(reader.own(*KINDS) for reader in everything))
    assert {table.room.records[one] for one in reachable - found} == set()


def find_leak(table: Table, read: Read) -> str:
    """Let somebody read from whom nothing is withheld; return the first leak that is reported."""
    random = Random(3)  # noqa: S311 the same in every run
    reader = table.leaking(release_to("HCSO", "TLP:CLEAR"), random)
    for _ in range(30):
        for wrong in check(reader, read):
            if wrong.endswith(" leaks") or read in COUNTED:
                return wrong
    return ""


@pytest.mark.parametrize(
    "read",
    [
        pytest.param(read, marks=() if read in LIGHT else pytest.mark.full)
        for read in DRAWN if read not in UNTOLD
    ],
)  # fmt: skip
def test_a_leak_in_any_way_to_read_is_found(table: Table, read: Read) -> None:
    """As if the gate took a county's people for the operator of the machine."""
    assert find_leak(table, read) != "", read.__name__


class NamedViewer:
    """Stands in for the gate: a header names whose request it is."""

    def __init__(self, app: ASGIApp, viewers: Mapping[str, Viewer]) -> None:
        self.app, self.viewers = app, viewers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            viewer = self.viewers[Headers(scope=scope)["x-who"]]
            scope = {**scope, "state": {"viewer": viewer}}
        await self.app(scope, receive, send)


def test_the_board_tells_of_released_layers_alone(table: Table, random: Random) -> None:
    """Everybody hears each move and what who comes later is welcomed with."""
    viewers = {str(release): table.reader(release, random).viewer for release in RELEASES}
    hub = Hub(table.context.service, table.context.access.policy, table.context.audit)
    known = Middleware(NamedViewer, viewers=viewers)
    app = Starlette(routes=[hub.route], middleware=[known])
    leader = release_to("JTF", "TLP:RED")
    shown, heeded = sorted(table.room.layers), list[str]()
    # The client cancels what it has just told to end.
    with TestClient(app) as client, suppress(CancelledError), ExitStack() as stack:

        def connect(release: Release, key: int) -> WebSocketTestSession:
            opened = client.websocket_connect(BOARD_SOCKET, headers={"x-who": str(release)})
            socket = stack.enter_context(opened)
            socket.send_json({"key": f"{key:032x}", "name": "Chief"})
            return socket

        others = [connect(release, i) for i, release in enumerate(RELEASES)]
        early = [socket.receive_text() + socket.receive_text() for socket in others]
        leading = connect(leader, 99)
        leading.send_json(
            {"take": True, "move": {"layers": [{"id": one, "opacity": 1} for one in shown]}}
        )
        moves = [socket.receive_text() + socket.receive_text() for socket in others]
        late = []
        for i, release in enumerate(RELEASES):
            socket = connect(release, 200 + i)
            late.append(socket.receive_text() + socket.receive_text())
        for release, *heard in zip(RELEASES, early, moves, late, strict=True):
            own = table.room.readable(release, "layer") & {*shown}
            assert table.room.leaks(release, "".join(heard).encode()) == set(), release
            led = own & table.room.readable(leader, "layer")
            for one in heard[1:]:
                assert table.room.found_in(one.encode()) == led, release
        heeded.extend(late)
    assert len(heeded) == len(RELEASES)


@pytest.mark.full
@pytest.mark.timeout(1_800)
def test_shown_nobody_receives_what_is_not_released(table: Table) -> None:
    reads = [read for read, n in DRAWN.items() for _ in range(n)]
    assert len(reads) == CASES
    show_all(table)
    assert run_matrix(table, reads, 17) == []
