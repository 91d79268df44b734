"""Every route for every person and marking: the gate, the routes and Cedar decide the same."""

import os
import re
import secrets
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import combinations, islice
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.parse import urlencode

import numpy as np
import pytest
import shapely
import yaml
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocket, WebSocketDisconnect

from cop.access.access import Access
from cop.access.identity import SESSION_COOKIE
from cop.access.policy import Policy, read_policy
from cop.access.policy_file import ACTIONS, Action
from cop.access.viewer import Viewer
from cop.app import page_paths
from cop.exchange.ogc.link import ROOT, STAC_ROOT
from cop.model.board import BOARD_SOCKET
from cop.model.impact import Agreement
from cop.model.tile import mercator_integers
from cop.query.service import QueryService
from cop.query.table import read_event_table
from cop.resource import package_path
from cop.server.allowlist import (
    STREAMLIT_PATHS,
    STREAMLIT_PREFIXES,
    STREAMLIT_SOCKET,
    STREAMLIT_UPLOAD,
    RouteAllowlist,
)
from cop.server.board import Hub
from cop.server.gate import HEALTH_PATH, AccessGate
from cop.server.openapi.operation import OPERATIONS, ApiOperation
from cop.server.route import OPEN_PATHS, OPEN_PREFIXES, build_routes
from cop.settings import StoreSettings
from cop.store.room.impact_rule import read_rules
from cop.store.room.room import Room
from cop.store.warehouse import Warehouse
from tests.support.access import FAST, PASSWORD
from tests.support.alert import make_finding
from tests.support.cedar import (
    LABELS,
    NOBODY,
    OPERATOR,
    SERVER,
    CedarOracle,
    StatedPerson,
    list_entities,
    write_rules,
)
from tests.support.context import make_context
from tests.support.drawing import drawing, said
from tests.support.impact import make_proposal
from tests.support.layer import make_features, publish_features
from tests.support.released import (
    START,
    ReleasedEvent,
    load_events,
    load_places,
    may_read,
    release_to,
)
from tests.support.tile import features_of
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.access

CODES: Final = ("JTF", "CBP", "DPS", "SO-1")
NAMED: Final = [codes for n in range(len(CODES) + 1) for codes in combinations(CODES, n)]
MARKED: Final = [(label, codes) for label in LABELS for codes in NAMED]
"""Every label with every list of agencies."""
CASES = int(os.environ.get("COP_DECISIONS", "2500"))
"""How many decisions are compared: 10,000 take about four minutes."""
QUICK_CASES = 500
LAYER_EVERY = 7
"""Every so many markings have an uploaded layer as well."""
BASE: Final = "http://127.0.0.1:8501"
REFUSED = {401, 403, 303}


def marking_of(label: str, codes: tuple[str, ...]) -> str:
    return f"{label}//REL TO {', '.join(sorted(codes))}" if codes else label


@dataclass(frozen=True)
class Place:
    """Where the records of one marking are: an event, a place and an annotation.

    A decision is on its segment, an alert has its ``name`` as that of its sector, and some have an
    uploaded ``layer``.
    """

    name: str
    marking: str
    lon: float
    lat: float
    segment: str
    event_id: str = ""
    layer: str = ""


PLACES = [
    Place(
        f"Camp {i:03d}x",
        marking_of(*marked),
        -111.6 + 0.06 * (i % 10),
        31.9 + 0.06 * (i // 10),
        f"TCA-{i + 1:04d}",
    )
    for i, marked in enumerate(MARKED)
]


@pytest.fixture(scope="module")
def folder(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with a record of each marking, and a policy with a role that sees nothing."""
    folder = tmp_path_factory.mktemp("oracle")
    settings = StoreSettings(data=copy_warehouse(bare_warehouse, folder / "warehouse"))
    load_events(
        settings,
        folder,
        [
            ReleasedEvent(
                source_id=one.name,
                source="table",
                marking=one.marking,
                kind="rescue",
                count=1,
                lon=one.lon,
                lat=one.lat,
                occurred_at=START,
            )
            for one in PLACES
        ],
    )
    load_places(settings, folder, [(one.name, one.lon, one.lat, one.marking) for one in PLACES])
    for one in PLACES[::LAYER_EVERY]:
        features = make_features([shapely.Point(one.lon, one.lat)], name=[one.name])
        publish_features(settings.data, features, title=f"Layer {one.name}", marking=one.marking)
    stored = read_stored()
    stored["roles"]["clerk"] = {"may": ["upload", "export"]}
    stored["roles"]["runner"] = {"includes": ["clerk"], "may": ["present"]}
    # Whether a record is one of few is not of the viewer and the marking: tested apart.
    del stored["smallest_count"]
    (folder / "access.yaml").write_text(yaml.safe_dump(stored))
    return folder


def read_stored() -> dict[str, Any]:
    stored: dict[str, Any] = yaml.safe_load(package_path("data", "access.yaml").read_text())
    return stored


def draw_people(n: int, random: Random, roles: list[str]) -> list[StatedPerson]:
    """People of every agency and label, with any roles."""
    subsets = [found for n in range(1, len(roles) + 1) for found in combinations(roles, n)]
    drawn = []
    for i in range(n):
        own = (roles[i % len(roles)],) if i % 3 == 0 else random.choice(subsets)
        highest = (None, *LABELS)[i % 6]
        drawn.append(StatedPerson(f"p{i}", random.choice(CODES), own, highest))
    return drawn


@dataclass(frozen=True)
class Decision:
    """A case: what it is of, what Cedar is asked for all of it, and how ours answers."""

    kind: str
    asked: tuple[tuple[str, str], ...]
    ours: Callable[["Asker"], bool]


class Asker:
    """Somebody who asks the app: by their session, as the operator, or as nobody."""

    def __init__(self, client: TestClient, policy: Policy, viewer: Viewer | None, token: str):
        self.client, self.policy, self.viewer = client, policy, viewer
        self.release = repr(policy.release(viewer) if viewer else None)
        self.headers = {"Cookie": f"{SESSION_COOKIE}={token}"} if token else {}

    def get(self, path: str, method: str = "GET", **headers: str) -> Any:
        return self.client.request(
            method, path, headers=self.headers | headers, follow_redirects=False
        )

    def is_let_on(self, path: str, method: str = "GET", **headers: str) -> bool:
        return self.get(path, method, **headers).status_code not in REFUSED

    def may(self, action: Action) -> bool:
        """As a page asks, once it is open."""
        is_open = self.is_let_on("/Picture")
        return is_open and self.viewer is not None and self.policy.may(self.viewer, action)

    def is_connected(self, path: str) -> bool:
        found = False
        with suppress(WebSocketDisconnect, CancelledError), self._connect(path) as socket:
            socket.send_json(greet())
            found = True
        return found

    def is_heeded(self, message: dict[str, Any]) -> bool:
        """Whether the board does what a message asks for."""
        found = False
        # The client cancels what it has just told to end.
        with suppress(WebSocketDisconnect, CancelledError), self._connect(BOARD_SOCKET) as socket:
            socket.send_json(greet())
            while "board" not in socket.receive_json():
                pass
            socket.send_json(message)
            found = "refused" not in socket.receive_json()
        return found

    def _connect(self, path: str) -> WebSocketTestSession:
        own = {"Origin": BASE, **self.headers}
        return self.client.websocket_connect(BASE.replace("http", "ws") + path, headers=own)


def greet() -> dict[str, str]:
    """Whoever connects is another person: who presents already takes nothing."""
    return {"key": secrets.token_hex(16), "name": "Chief"}


async def reached(request: Request) -> Response:
    return PlainTextResponse(f"reached {request.url.path}")


async def reached_socket(socket: WebSocket) -> None:
    await socket.accept()
    await socket.receive_text()
    await socket.close()


@contextmanager
def asking(service: QueryService, access: Access) -> Iterator[TestClient]:
    """The program's routes behind its gate; pages and Streamlit's own answer that one is there."""
    context = make_context(service, access=access)
    hub = Hub(service, access.policy, context.audit)
    rest = Route("/{rest:path}", reached, methods=["GET", "PUT", "DELETE", "POST"])
    routes = [hub.route, WebSocketRoute(STREAMLIT_SOCKET, reached_socket)]
    gate = AccessGate(access, pages=page_paths(), requests_per_s=1e9)
    allowed = Middleware(
        RouteAllowlist, headers={}, paths=(*OPEN_PATHS, *page_paths()), prefixes=OPEN_PREFIXES,
        sockets=[BOARD_SOCKET], gate=gate,
    )  # fmt: skip
    app = Starlette(routes=[*build_routes(context, *routes), rest], middleware=[allowed])
    with TestClient(app, base_url=BASE) as client:
        yield client
    context.audit.close()


def list_paths() -> list[str]:
    """Every address that answers, and some where nothing is; the status of health is for all."""
    listed = {*STREAMLIT_PATHS, *OPEN_PATHS, *page_paths()} - {HEALTH_PATH}
    below = {f"{prefix}x" for prefix in (*STREAMLIT_PREFIXES, *OPEN_PREFIXES)}
    further = {"/tiles/segments.json", "/tiles/segments/5/6/13.mvt", "/api/nothing", "/nothing"}
    described = {
        re.sub(r"\{(\w+)\}", lambda found, one=one: _example(one, found[1]), one.address)
        for one in OPERATIONS
        if one.path.startswith((ROOT, STAC_ROOT))
    }
    return sorted(listed | below | further | described)


def _example(operation: ApiOperation, name: str) -> str:
    return next(str(one.example) for one in operation.parameters if one.name == name)


def list_routes() -> list[Decision]:
    found = [
        Decision("path", (("see", SERVER),), lambda who, path=path: who.is_let_on(path))
        for path in list_paths()
    ]
    found += [
        Decision(
            "upload",
            (("upload", SERVER),),
            lambda who, method=method: who.is_let_on(f"{STREAMLIT_UPLOAD}1/1", method, Origin=BASE),
        )
        for method in ("PUT", "DELETE")
    ]
    found += [
        Decision("socket", (("see", SERVER),), lambda who, path=path: who.is_connected(path))
        for path in (STREAMLIT_SOCKET, BOARD_SOCKET)
    ]
    for action, message in (("present", {"take": True}), ("annotate", {"draw": said()})):
        asked = (("see", SERVER), (action, SERVER))
        found.append(Decision("board", asked, lambda who, m=message: who.is_heeded(m)))
    found += [
        Decision("page", (("see", SERVER), (action, SERVER)), lambda who, a=action: who.may(a))
        for action in ACTIONS
    ]
    return found


def reads_event(who: Asker, place: Place) -> bool:
    answer = who.get(f"/api/events/{place.event_id}")
    return answer.status_code == 200 and answer.json()["marking"] == place.marking


def reads_tile(who: Asker, place: Place) -> bool:
    mx, my = mercator_integers(np.array([place.lon]), np.array([place.lat]))
    answer = who.get(f"/tiles/events/14/{int(mx[0]) >> 18}/{int(my[0]) >> 18}.mvt")
    if answer.status_code != 200:
        return False
    features = features_of(answer.content, "events")
    return place.event_id in {one["properties"]["event_id"] for one in features}


def counts_event(who: Asker, place: Place) -> bool:
    sides = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    area = ",".join(f"{place.lon + 0.01 * a:.4f} {place.lat + 0.01 * b:.4f}" for a, b in sides)
    answer = who.get(f"/api/summary?{urlencode({'by': 'kind', 'area': area})}")
    return answer.status_code == 200 and answer.json()["total"] == 1


def finds_place(who: Asker, place: Place) -> bool:
    answer = who.get(f"/api/search?{urlencode({'q': place.name})}")
    if answer.status_code != 200:
        return False
    return place.name in {one["title"] for one in answer.json()["results"]}


def finds_annotation(who: Asker, place: Place) -> bool:
    answer = who.get("/api/annotations")
    if answer.status_code != 200:
        return False
    return place.name in {one["properties"]["title"] for one in answer.json()["features"]}


def finds_alert(who: Asker, place: Place) -> bool:
    answer = who.get("/api/alerts?records=real")
    if answer.status_code != 200:
        return False
    return place.name in {one["sector_name"] for one in answer.json()["alerts"]}


def finds_decision(who: Asker, place: Place) -> bool:
    answer = who.get("/api/impact?records=real")
    if answer.status_code != 200:
        return False
    found = {one["segment_id"]: one["reason"] for one in answer.json()["segments"]}
    return found[place.segment] == place.name


def lists_layer(who: Asker, place: Place) -> bool:
    answer = who.get("/api/layers")
    if answer.status_code != 200:
        return False
    return place.layer in {one["id"] for one in answer.json()["layers"]}


def opens_layer(who: Asker, place: Place) -> bool:
    return bool(who.get(f"/tiles/{place.layer}.json").status_code == 200)


def draws_layer(who: Asker, place: Place) -> bool:
    mx, my = mercator_integers(np.array([place.lon]), np.array([place.lat]))
    answer = who.get(f"/tiles/{place.layer}/9/{int(mx[0]) >> 23}/{int(my[0]) >> 23}.mvt")
    if answer.status_code != 200:
        return False
    names = {one["properties"].get("name") for one in features_of(answer.content, place.layer)}
    return place.name in names


LAYER_READERS = (lists_layer, opens_layer, draws_layer)
READERS = (
    *(4 * [reads_event, reads_tile, finds_annotation]), *(2 * [counts_event, finds_alert]),
    finds_place, finds_decision, *LAYER_READERS,
)  # fmt: skip


def draw_cases(
    n: int, random: Random, people: list[str], places: list[Place]
) -> list[tuple[str, Decision]]:
    """Half of what is drawn is of a record with a marking, half of what has none.

    Each route has its turn, and each marking.
    """
    routes, drawn = list_routes(), []
    with_layer = [place for place in places if place.layer]
    for i in range(n):
        if i % 2:
            found = routes[i // 2 % len(routes)]
        else:
            reader = random.choice(READERS)
            place = places[i // 2 % len(places)]
            if reader in LAYER_READERS:
                place = random.choice(with_layer)
            asked = (("see", f'Record::"{place.name}"'),)
            found = Decision(reader.__name__, asked, lambda who, p=place, r=reader: r(who, p))
        drawn.append((random.choice(people), found))
    return drawn


@contextmanager
def known(
    service: QueryService, policy: Policy, people: list[StatedPerson]
) -> Iterator[dict[str, Asker]]:
    """Everyone who asks, by the name that Cedar has for them."""
    access = Access(service.warehouse.room, policy, sign_in=["local"])
    access.accounts._hasher = FAST
    alone = Access(service.warehouse.room, policy)
    with asking(service, access) as client, asking(service, alone) as own:
        found = {
            NOBODY: Asker(client, policy, None, ""),
            OPERATOR: Asker(own, policy, policy.operator(), ""),
        }
        for one in people:
            access.accounts.add(
                one.login, PASSWORD, name=one.login, agency=one.agency, roles=one.roles,
                highest=one.highest, by="tests",
            )  # fmt: skip
            viewer = access.accounts.find_viewer(f"local:{one.login}")
            assert viewer is not None
            found[one.uid] = Asker(client, policy, viewer, access.sessions.issue(viewer))
        yield found


@pytest.mark.parametrize("n", [QUICK_CASES, pytest.param(CASES, marks=pytest.mark.full)])
def test_shown_an_independent_oracle_agrees(folder: Path, tmp_path: Path, n: int) -> None:
    data = Path(shutil.copytree(folder / "warehouse", tmp_path / "warehouse"))
    service = QueryService(Warehouse(StoreSettings(data=data)), tile_cache_mb=64)
    table = read_event_table(service, service.view(), None, most=1000)
    ids = dict(zip(table["marking"], table["event_id"], strict=True))
    layers = {one.declared.title: one.name for one in service.snapshot.uploaded.values()}
    places = [
        replace(one, event_id=ids[one.marking], layer=layers.get(f"Layer {one.name}", ""))
        for one in PLACES
    ]
    assert sum(bool(one.layer) for one in places) == len(PLACES[::LAYER_EVERY])
    fill(service, places)
    stored = yaml.safe_load((folder / "access.yaml").read_text())
    random = Random(17)  # noqa: S311 the same in every run
    people = draw_people(min(240, n // 10), random, list(stored["roles"]))
    names = [one.uid for one in people] + 10 * [NOBODY, OPERATOR]
    cases = draw_cases(n, random, names, places)
    marked = [(one.name, *of) for one, of in zip(places, MARKED, strict=True)]
    oracle = CedarOracle(write_rules(stored["roles"]), list_entities(stored, people, marked))
    theirs = decide(oracle, cases)
    with known(service, read_policy(folder / "access.yaml"), people) as askers:
        ours = ask_all(cases, askers)
    service.warehouse.close()
    assert [
        (who, case.kind, case.asked, mine)
        for (who, case), mine, its in zip(cases, ours, theirs, strict=True)
        if mine != its
    ] == []
    counted = Counter((case.kind, its) for (_, case), its in zip(cases, theirs, strict=True))
    missing = [
        (case.kind, its)
        for _, case in cases
        for its in (True, False)
        if not counted[case.kind, its]
    ]
    assert missing == [] or n < CASES
    assert min(Counter(theirs).values()) > n / 10


@pytest.mark.parametrize("lacking", range(4))
def test_the_oracle_decides_otherwise_without_any_of_its_rules(lacking: int) -> None:
    stored = read_stored()
    people = draw_people(40, Random(3), list(stored["roles"]))  # noqa: S311 the same in every run
    marked = [(one.name, *of) for one, of in zip(PLACES, MARKED, strict=True)]
    rules = write_rules(stored["roles"])
    entities = list_entities(stored, people, marked)
    parts = rules.split("forbid ")
    fewer = "forbid ".join(parts[: lacking + 1] + parts[lacking + 2 :])
    asked = [(who.uid, "see", f'Record::"{one.name}"') for who in people for one in PLACES[::3]]
    whole, part = (CedarOracle(text, entities).decide(asked) for text in (rules, fewer))
    assert sum(whole) < sum(part)


def ask_all(cases: list[tuple[str, Decision]], askers: dict[str, Asker]) -> list[bool]:
    """How ours decide, one release after the other: what one of them computed is at hand."""
    order = sorted(range(len(cases)), key=lambda i: askers[cases[i][0]].release)
    found = {i: cases[i][1].ours(askers[cases[i][0]]) for i in order}
    return [found[i] for i in range(len(cases))]


def decide(oracle: CedarOracle, cases: list[tuple[str, Decision]]) -> list[bool]:
    """Whether Cedar allows all that each case asks for."""
    answers = iter(oracle.decide([(who, *one) for who, case in cases for one in case.asked]))
    return [all(list(islice(answers, len(case.asked)))) for _, case in cases]


def test_every_route_of_the_app_is_asked(tmp_path: Path, bare_warehouse: Path) -> None:
    """What the oracle decides has a path of every route that the program has."""
    data = copy_warehouse(bare_warehouse, tmp_path / "warehouse")
    service = QueryService(Warehouse(StoreSettings(data=data)), tile_cache_mb=1)
    context = make_context(service)
    asked = [path for path in list_paths() if path != "/nothing"]
    unasked = [
        route.path
        for route in build_routes(context)
        if isinstance(route, Route)
        and route.path != HEALTH_PATH
        and not any(route.path_regex.match(path) for path in asked)
    ]
    context.audit.close()
    service.warehouse.close()
    assert unasked == []


def fill(service: QueryService, places: list[Place]) -> None:
    """Draw an annotation, raise an alert and decide on a segment, of each marking."""
    room, rules = service.room, read_rules(service.warehouse.settings.impact)
    draw_annotations(room, places)
    raise_alerts(service, places)
    for one in places:
        stated = Agreement(segments=(one.segment,), by="Ana", reason=one.name, level="high")
        room.decisions.agree(
            stated, {one.segment: make_proposal(one.segment)}, rules, records="real",
            version=service.snapshot.version, marking=one.marking, sources=(),
        )  # fmt: skip


def raise_alerts(service: QueryService, places: list[Place]) -> None:
    """Raise what the watch would find for each release."""
    sectors, found = sorted(service.snapshot.sectors), []
    for i, one in enumerate(places):
        began = (START + timedelta(days=30 * (i // len(sectors)))).replace(tzinfo=None)
        found.append(
            make_finding(
                sector=sectors[i % len(sectors)], sector_name=one.name, marking=one.marking,
                started_at=began, alarm_from=began, until=began + timedelta(days=1),
            )
        )  # fmt: skip
    service.room.alerts.note("v", found)
    for release in (release_to(code, label) for code in CODES for label in LABELS):
        own = [one for one in found if may_read(release, one.marking)]
        service.released_to(release).room.alerts.note("v", own)


def draw_annotations(room: Room, places: list[Place]) -> None:
    for one in places:
        drawn = drawing(
            shape="point", title=one.name, marking=one.marking, coordinates=[[one.lon, one.lat]]
        )
        room.annotations.draw(drawn, author="Chief")
