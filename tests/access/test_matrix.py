"""Every reader for every agency and label: nobody receives what is not released to them."""

import gzip
import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.parse import quote, urlencode

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.types import ASGIApp, Receive, Scope, Send

from cop.access.viewer import Viewer
from cop.context import AppContext
from cop.errors import PictureMissingError
from cop.export.handout import Handout, build_handout, open_scene
from cop.model.board import BOARD_SOCKET
from cop.model.moment import format_instant, utc_now
from cop.model.release import Release
from cop.model.tile import mercator_integers
from cop.query.registry import load_layers
from cop.query.service import QueryService
from cop.query.summary import BY
from cop.server.board import Hub
from cop.server.route import build_routes
from cop.store.warehouse import Warehouse
from tests.server.conftest import BASE, gated
from tests.support.access import shipped_policy
from tests.support.canary import MarkedRoom, build_room
from tests.support.context import make_context
from tests.support.released import AGENCIES, RELEASES, SECTORS, release_to
from tests.support.tile import features_of

pytestmark = pytest.mark.access

CASES: Final = 400
QUICK_CASES: Final = 120
TURN: Final = 8
KINDS: Final = (
    "event", "sensor", "layer", "feature", "annotation", "picture", "alert", "decision"
)  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """What a reader received: ``whole`` is what has to be there, ``n`` how many events it counts.

    What was ``asked`` for by its name is in the answer however it ends.
    """

    content: bytes
    whole: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    n: int | None = None
    expected_n: int | None = None


class Reader:
    """One viewer with the routes of one program that all share, and what they may read of it."""

    def __init__(self, context: AppContext, room: MarkedRoom, release: Release, random: Random):
        viewer = Viewer(
            id=f"local:{release.agency.lower()}", name=release.agency, agency=release.agency,
            roles=frozenset({"analyst", "commander"}), highest=release.highest, verified=True,
            origin="local",
        )  # fmt: skip
        self.room, self.release, self.random = room, release, random
        self.viewer, self.context = viewer, context.answering(viewer)
        self.service: QueryService = self.context.service
        self.client = TestClient(gated(build_routes(context), viewer), base_url=BASE)

    def get(self, path: str, **query: Any) -> bytes:
        """Return what is answered."""
        address = f"{path}?{urlencode(query, doseq=True)}" if query else path
        answer = self.client.get(address)
        assert answer.status_code in (200, 204, 404), (address, answer.text)
        return answer.content

    def own(self, *kinds: str) -> set[str]:
        return self.room.readable(self.release, *kinds)

    def moment(self) -> dict[str, Any]:
        """Now, an earlier version, or what was known then."""
        choice = self.random.randrange(3)
        if choice == 0:
            return {}
        if choice == 1:
            return {"version": self.room.earlier}
        return {"known_at": self.then}

    @property
    def then(self) -> str:
        """When the earlier version was published."""
        found = self.service.warehouse.snapshot_at(version=self.room.earlier)
        return format_instant(found.catalogue.published_at)

    def all_of(self, kind: str, path: str, **query: str) -> Reading:
        return Reading(self.get(path, **query), whole=frozenset(self.own(kind)))

    def single(self, token: str, own: set[str], path: str, query: Mapping[str, Any]) -> Reading:
        answer = self.client.get(path, params=query)
        assert answer.status_code == (200 if token in own else 404), (path, answer.text)
        return Reading(answer.content, whole=frozenset({token} & own))

    def hand_out(self, form: str) -> Handout:
        """Create one of a saved Picture that shows all layers, as the page Handout does."""
        saved = self.service.room.pictures
        scene = open_scene(self.service, saved, self.room.shown)
        return build_handout([scene], form, created_at=utc_now())

    def events(self, moment: Mapping[str, Any]) -> set[str]:
        """The events that they may read of a moment."""
        own = self.own("event")
        return own & self.room.before if moment else own


def of_events(reader: Reader, moment: Mapping[str, Any], content: bytes, n: int) -> Reading:
    return Reading(content, n=n, expected_n=len(reader.events(moment)))


def read_event_tile(reader: Reader) -> Reading:
    """Points, by their ids; at the zoom of the world all are counted."""
    moment, z = reader.moment(), reader.random.choice((0, 8, 10))
    x, y = tile_at(*reader.random.choice(SECTORS), z)
    layer = reader.random.choice(("events", "humanitarian", "conflict"))
    answer = reader.client.get(f"/tiles/{layer}/{z}/{x}/{y}.mvt", params=moment)
    assert answer.status_code in (200, 204)
    properties = [one["properties"] for one in features_of(answer.content, layer)]
    content = repr((properties, answer.headers)).encode()
    if z or layer != "events":
        return Reading(content)
    return of_events(reader, moment, content, sum(one["n"] for one in properties))


def read_summary(reader: Reader) -> Reading:
    moment = reader.moment()
    query = {"by": reader.random.choice(sorted(BY)), **moment}
    answer = reader.client.get("/api/summary", params=query)
    return of_events(reader, moment, answer.content, answer.json()["total"])


def read_event(reader: Reader) -> Reading:
    moment = reader.moment()
    event_id = reader.random.choice(reader.room.tokens("event"))
    return reader.single(event_id, reader.events(moment), f"/api/events/{quote(event_id)}", moment)


def read_search(reader: Reader) -> Reading:
    token = reader.random.choice(reader.room.tokens("place"))
    answer = json.loads(reader.get("/api/search", q=f"Camp {token}"))
    # The text that was asked for may be in the message.
    content = repr((answer["results"], answer["message"].replace(token, "")))
    return Reading(content.encode(), whole=frozenset({token} & reader.own("place")))


def read_layers(reader: Reader) -> Reading:
    return reader.all_of("layer", "/api/layers")


def read_annotations(reader: Reader) -> Reading:
    return reader.all_of("annotation", "/api/annotations")


def read_alerts(reader: Reader) -> Reading:
    return reader.all_of("alert", "/api/alerts", records="real")


def read_impacts(reader: Reader) -> Reading:
    return reader.all_of("decision", "/api/impact", records="real")


def read_layer_tile(reader: Reader) -> Reading:
    """The tile, the address and what is at a point of an uploaded layer."""
    name = reader.random.choice(sorted(reader.room.layers))
    lon, lat = reader.room.layers[name]
    x, y = tile_at(lon, lat, 9)
    answer = reader.client.get(f"/tiles/{name}/9/{x}/{y}.mvt")
    assert (answer.status_code == 200) == (name in reader.own("layer")), name
    content = repr(features_of(answer.content, name)) if answer.is_success else answer.text
    rest = reader.get(f"/tiles/{name}.json") + reader.get(
        "/api/values", lon=lon, lat=lat, layer=name
    )
    return Reading(content.encode() + rest, asked=frozenset({name}))


def read_other_tile(reader: Reader) -> Reading:
    layer = reader.random.choice([one for one in load_layers().values() if one.id != "basemap"])
    z = reader.random.choice((0, 8, 10))
    x, y = tile_at(*reader.random.choice(SECTORS), z)
    query = reader.moment() if reader.random.random() < 0.5 else {"since": reader.then}
    answer = reader.client.get(f"/tiles/{layer.id}/{z}/{x}/{y}.{layer.tile_format}", params=query)
    assert answer.status_code in (200, 204), answer.text
    return Reading(gunzipped(answer.content) + repr(answer.headers).encode())


def read_pictures(reader: Reader) -> Reading:
    pictures = reader.service.room.pictures
    # That one names all layers, so that a hand-out of it is asked for those that are withheld.
    listed = repr([one for one in pictures.list() if one.id != reader.room.shown])
    for picture_id in reader.room.pictures:
        with suppress(PictureMissingError):
            listed += repr((pictures.get(picture_id), pictures.history(picture_id)))
    return Reading(listed.encode(), whole=frozenset(reader.own("picture")))


def read_csv(reader: Reader) -> Reading:
    content = reader.hand_out("csv").content
    own = reader.own("event", "sensor", "feature")
    return Reading(content, whole=frozenset(own), asked=frozenset(reader.room.layers))


def read_gpkg(reader: Reader) -> Reading:
    """The rows of every table, their shapes aside."""
    with tempfile.NamedTemporaryFile(suffix=".gpkg") as file:
        file.write(reader.hand_out("gpkg").content)
        file.flush()
        with closing(sqlite3.connect(file.name)) as opened:
            tables = [
                n for (n,) in opened.execute("SELECT name FROM sqlite_master WHERE type='table'")
            ]
            rows = [opened.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables]
    texts = [[one for one in row if not isinstance(one, bytes)] for table in rows for row in table]
    content = repr((tables, texts)).encode()
    own = reader.own("event", "sensor", "feature", "annotation")
    return Reading(content, whole=frozenset(own), asked=frozenset(reader.room.layers))


def read_html(reader: Reader) -> Reading:
    return Reading(reader.hand_out("html").content, asked=frozenset(reader.room.layers))


QUICK_READERS: Final[tuple[Callable[[Reader], Reading], ...]] = (
    *(6 * [read_event_tile, read_summary, read_other_tile]),
    *(4 * [read_event, read_search, read_layer_tile]),
    *(2 * [read_layers, read_annotations, read_alerts, read_impacts, read_pictures]),
    read_csv,
)
READERS: Final = (*QUICK_READERS, read_gpkg, read_html)


def tile_at(lon: float, lat: float, z: int) -> tuple[int, int]:
    mx, my = mercator_integers(np.array([lon]), np.array([lat]))
    return (int(mx[0]) >> (32 - z), int(my[0]) >> (32 - z))


def gunzipped(content: bytes) -> bytes:
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


@dataclass(frozen=True)
class Table:
    """The room, and what all readers share: one program, whose answers are kept for all."""

    room: MarkedRoom
    context: AppContext

    def reader(self, release: Release, random: Random) -> Reader:
        return Reader(self.context, self.room, release, random)


@pytest.fixture
def random() -> Random:
    return Random(1)  # noqa: S311 the same in every run


@pytest.fixture(scope="module")
def table(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Table]:
    room = build_room(bare_warehouse, tmp_path_factory.mktemp("matrix"))
    warehouse = Warehouse(room.settings)
    service = QueryService(warehouse, tile_cache_mb=64)
    room.fill(service)
    room.freeze()
    yield Table(room, make_context(service))
    warehouse.close()


def check(reader: Reader, read: Callable[[Reader], Reading]) -> list[str]:
    """Return what is wrong with what a reader received."""
    reading, release = read(reader), reader.release
    found = reader.room.found_in(reading.content)
    leaks = {one for one in found if not reader.room.records[one].is_for(release)} - reading.asked
    kinds = {reader.room.records[one].kind for one in reading.whole}
    wrong = [f"{reader.room.records[one]} leaks" for one in sorted(leaks)]
    wrong += [f"{one} is missing" for one in sorted(reading.whole - found)]
    if reading.n != reading.expected_n:
        wrong.append(f"{reading.n} events for {reading.expected_n}")
    assert kinds or not reading.whole
    return [f"{release} {read.__name__}: {one}" for one in wrong]


def run_matrix(
    table: Table, n: int, readers: Sequence[Callable[[Reader], Reading]], seed: int
) -> list[str]:
    """Let readers of every agency and label read, a few answers each before it is another's turn.

    What a release admits is worked out anew where many others came between.
    """
    random = Random(seed)  # noqa: S311 the same in every run
    everyone = [table.reader(release, random) for release in RELEASES]
    turns = [everyone[i % len(everyone)] for i in range(n // TURN)]
    random.shuffle(turns)
    drawn = [(reader, random.choice(readers)) for reader in turns for _ in range(TURN)]
    assert len(drawn) == n
    return [wrong for reader, read in drawn for wrong in check(reader, read)]


def test_no_reader_receives_what_is_not_released(table: Table) -> None:
    assert run_matrix(table, QUICK_CASES, QUICK_READERS, 5) == []


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
            read_csv,
        ):
            found |= reader.room.found_in(read(reader).content)
    reachable = set().union(*(reader.own(*KINDS) for reader in everything))
    assert {table.room.records[one] for one in reachable - found} == set()


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
    hub = Hub(table.context.service, shipped_policy(), table.context.audit)
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
    assert run_matrix(table, CASES, READERS, 17) == []
