"""Who reads what in the matrix: people of every agency and label, and all ways to read."""

import gzip
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.parse import quote, urlencode

import numpy as np
import pyarrow.parquet as pq
import yaml
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from cop.access.access import Access
from cop.access.identity import SESSION_COOKIE
from cop.access.policy import Policy, read_policy
from cop.access.viewer import Viewer
from cop.app import page_paths
from cop.context import AppContext
from cop.errors import PictureMissingError
from cop.model.board import BOARD_SOCKET
from cop.model.moment import format_instant
from cop.model.release import Release
from cop.model.tile import mercator_integers
from cop.query.registry import load_layers
from cop.query.service import QueryService
from cop.query.summary import BY
from cop.resource import package_path
from cop.server.allowlist import RouteAllowlist
from cop.server.board import Hub
from cop.server.gate import AccessGate
from cop.server.route import OPEN_PATHS, OPEN_PREFIXES, build_routes
from tests.support.access import FAST, PASSWORD
from tests.support.canary import MarkedRoom
from tests.support.context import make_context
from tests.support.page_run import PageRuns
from tests.support.released import AGENCIES, RELEASES, SECTORS
from tests.support.tile import features_of

BASE: Final = "http://127.0.0.1:8501"
UNNAMED: Final = AGENCIES[-1]
"""The agency whose people are not told which sources are withheld."""


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


@dataclass(frozen=True, kw_only=True)
class Table:
    """The room, and what all readers share: one program, whose answers are kept for all.

    ``own`` is of a program without a gate: what a reader would meet if nothing were withheld.
    """

    room: MarkedRoom
    context: AppContext
    client: TestClient
    own: "Table | None"
    runs: PageRuns
    folder: Path
    tokens: Mapping[Release, str]

    def reader(self, release: Release, random: Random) -> "Reader":
        """Return somebody who reads by the session of their account."""
        viewer = self.context.access.accounts.find_viewer(login_of(release))
        assert viewer is not None
        return Reader(self, release, viewer, self.tokens[release], random)

    def leaking(self, release: Release, random: Random) -> "Reader":
        """Return somebody from whom nothing is withheld, as if the gate took them for another."""
        assert self.own is not None
        viewer = self.own.context.access.policy.operator()
        return Reader(self.own, release, viewer, "", random)


def login_of(release: Release) -> str:
    """Return the id of the account of an agency's people with a highest label."""
    return f"local:{release.agency}-{RELEASES.index(release)}".lower()


class Reader:
    """One viewer with the routes of one program that all share, and what they may read of it."""

    def __init__(
        self, table: Table, release: Release, viewer: Viewer, token: str, random: Random
    ) -> None:
        self.table, self.room, self.release, self.random = table, table.room, release, random
        self.viewer, self.context = viewer, table.context.answering(viewer)
        self.service: QueryService = self.context.service
        self.cookies = {SESSION_COOKIE: token} if token else {}
        self.headers = {"Cookie": f"{SESSION_COOKIE}={token}"} if token else {}

    def ask(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        """Return the answer to a request with the cookie of the session."""
        address = f"{path}?{urlencode(query, doseq=True)}" if query else path
        answer = self.table.client.get(address, headers=self.headers)
        assert answer.status_code in (200, 204, 404), (address, answer.text)
        return answer

    def get(self, path: str, **query: Any) -> bytes:
        """Return what is answered."""
        content: bytes = self.ask(path, query).content
        return content

    def own(self, *kinds: str) -> set[str]:
        """The records of some kinds that they may read."""
        return self.room.readable(self.release, *kinds)

    def moment(self) -> dict[str, Any]:
        """Now, an earlier version, or what was known then."""
        choice = self.random.randrange(3)
        if choice == 0:
            return {}
        return {"version": self.room.earlier} if choice == 1 else {"known_at": self.then}

    @property
    def then(self) -> str:
        """When the earlier version was published."""
        found = self.service.warehouse.snapshot_at(version=self.room.earlier)
        return format_instant(found.catalogue.published_at)

    def all_of(self, kind: str, path: str, **query: str) -> Reading:
        """Read what has to have all records of a kind that they may read."""
        return Reading(self.get(path, **query), whole=frozenset(self.own(kind)))

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
    answer = reader.ask(f"/tiles/{layer}/{z}/{x}/{y}.mvt", moment)
    properties = [one["properties"] for one in features_of(answer.content, layer)]
    content = repr((properties, answer.headers)).encode()
    if z or layer != "events":
        return Reading(content)
    return of_events(reader, moment, content, sum(one["n"] for one in properties))


def read_summary(reader: Reader) -> Reading:
    """Figures, of a moment: how many there are is all that they tell."""
    moment = reader.moment()
    answer = reader.ask("/api/summary", {"by": reader.random.choice(sorted(BY)), **moment})
    return of_events(reader, moment, answer.content, answer.json()["total"])


def read_event(reader: Reader) -> Reading:
    """One event by its id, that of a withheld one too."""
    moment = reader.moment()
    token = reader.random.choice(reader.room.tokens("event"))
    answer = reader.ask(f"/api/events/{quote(token)}", moment)
    return Reading(answer.content, whole=frozenset({token} & reader.events(moment)))


def read_search(reader: Reader) -> Reading:
    """A place by its name, that of a withheld one too."""
    token = reader.random.choice(reader.room.tokens("place"))
    answer = json.loads(reader.get("/api/search", q=f"Camp {token}"))
    # The text that was asked for may be in the message.
    content = repr((answer["results"], answer["message"].replace(token, "")))
    return Reading(content.encode(), whole=frozenset({token} & reader.own("place")))


def read_layers(reader: Reader) -> Reading:
    """The catalogue of layers."""
    return reader.all_of("layer", "/api/layers")


def read_annotations(reader: Reader) -> Reading:
    """What is drawn on the shared map."""
    return reader.all_of("annotation", "/api/annotations")


def read_alerts(reader: Reader) -> Reading:
    """Alerts, each with the marking of what it rests on."""
    return reader.all_of("alert", "/api/alerts", records="real")


def read_impacts(reader: Reader) -> Reading:
    """Levels of segments, with the decisions on them."""
    return reader.all_of("decision", "/api/impact", records="real")


def read_layer_tile(reader: Reader) -> Reading:
    """The tile, the address and what is at a point of an uploaded layer."""
    name = reader.random.choice(sorted(reader.room.layers))
    lon, lat = reader.room.layers[name]
    x, y = tile_at(lon, lat, 9)
    answer = reader.ask(f"/tiles/{name}/9/{x}/{y}.mvt")
    features = features_of(answer.content, name) if answer.is_success else []
    rest = reader.get(f"/tiles/{name}.json") + reader.get(
        "/api/values", lon=lon, lat=lat, layer=name
    )
    content = repr((features, "" if answer.is_success else answer.text)).encode() + rest
    shown = {one for one in reader.room.features[name] if name in reader.own("layer")}
    return Reading(content, whole=frozenset(shown), asked=frozenset({name}))


def read_other_tile(reader: Reader) -> Reading:
    """Tiles of all other layers, of changes too."""
    layer = reader.random.choice([one for one in load_layers().values() if one.id != "basemap"])
    z = reader.random.choice((0, 8, 10))
    x, y = tile_at(*reader.random.choice(SECTORS), z)
    query = reader.moment() if reader.random.random() < 0.5 else {"since": reader.then}
    answer = reader.ask(f"/tiles/{layer.id}/{z}/{x}/{y}.{layer.tile_format}", query)
    return Reading(gunzipped(answer.content) + repr(answer.headers).encode())


def read_items(reader: Reader) -> Reading:
    """All features of events, page by page, or one of them."""
    moment, after, pages, n = reader.moment(), {}, [], 0
    while True:
        query = {"limit": 40, **moment, **after}
        answer = reader.ask("/ogc/collections/events/items", query)
        found = answer.json()
        pages.append(answer.content + repr(answer.headers).encode())
        n += found["numberReturned"]
        following = [one["href"] for one in found["links"] if one["rel"] == "next"]
        if not following:
            break
        after = {"after": following[0].rpartition("after=")[2]}
    token = reader.random.choice(reader.room.tokens("event"))
    one = reader.ask(f"/ogc/collections/events/items/{quote(token)}", moment)
    content = b"".join(pages) + (one.content if one.is_success else b"")
    return replace(of_events(reader, moment, content, n), whole=frozenset(reader.events(moment)))


def read_collections(reader: Reader) -> Reading:
    """The collections, the description, and the features of an uploaded layer."""
    name = reader.random.choice(sorted(reader.room.layers))
    answer = reader.ask(f"/ogc/collections/{name}/items", {"limit": 10_000})
    own = answer.content if answer.is_success else b""
    content = reader.get("/ogc/collections") + reader.get("/ogc/api") + own
    shown = {one for one in reader.room.features[name] if name in reader.own("layer")}
    return Reading(content, whole=frozenset(shown | reader.own("layer")), asked=frozenset({name}))


def read_other_items(reader: Reader) -> Reading:
    """The features of another collection, as JSON or as a page, by a condition too."""
    found = reader.ask("/ogc/collections").json()["collections"]
    name = reader.random.choice([one["id"] for one in found])
    query = {"f": reader.random.choice(("json", "html")), "limit": 500}
    if reader.random.random() < 0.5:
        query["filter"] = "S_INTERSECTS(geometry, BBOX(-118, 25, -97, 33))"
    return Reading(reader.get(f"/ogc/collections/{name}/items", **query))


def read_stored(reader: Reader) -> Reading:
    """Every file that the catalogue lists of a version, as whole rows."""
    version = reader.random.choice(sorted(reader.service.warehouse.versions))
    listed = reader.ask("/stac").content + reader.ask(f"/stac/versions/{version}").content
    content = [listed]
    for link in json.loads(reader.get(f"/stac/versions/{version}"))["links"]:
        if link["rel"] != "item":
            continue
        item = reader.ask(link["href"].removeprefix(BASE)).json()
        content.append(json.dumps(item).encode())
        for asset in item["assets"].values():
            file = reader.get(asset["href"].removeprefix(BASE))
            if asset["href"].endswith(".parquet"):
                content.append(repr(pq.read_table(BytesIO(file)).to_pylist()).encode())
    return Reading(b"".join(content))


def read_pictures(reader: Reader) -> Reading:
    """Saved Pictures with their steps."""
    pictures = reader.service.room.pictures
    # Those name layers, so that a hand-out of them is asked for some that are withheld.
    listed = repr([one for one in pictures.list() if one.id not in reader.room.shown])
    for picture_id in reader.room.pictures:
        with suppress(PictureMissingError):
            listed += repr((pictures.get(picture_id), pictures.history(picture_id)))
    return Reading(listed.encode(), whole=frozenset(reader.own("picture")))


def tile_at(lon: float, lat: float, z: int) -> tuple[int, int]:
    """Return the column and row of the tile of a place."""
    mx, my = mercator_integers(np.array([lon]), np.array([lat]))
    return (int(mx[0]) >> (32 - z), int(my[0]) >> (32 - z))


def gunzipped(content: bytes) -> bytes:
    """Return what was folded unfolded."""
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def matrix_policy(folder: Path) -> Policy:
    """Return the policy that comes with the program, for the agencies of the matrix."""
    stored = yaml.safe_load(package_path("data", "access.yaml").read_text())
    stored["host"] = stored["room"]["agency"] = AGENCIES[0]
    stored["agencies"] = {code: {"title": code} for code in AGENCIES}
    stored["agencies"][UNNAMED]["names_withheld"] = False
    # Records would be missing that readers are shown to have: small counts have tests of their own.
    del stored["smallest_count"]
    (folder / "access.yaml").write_text(yaml.safe_dump(stored))
    return read_policy(folder / "access.yaml")


@contextmanager
def opening(context: AppContext) -> Iterator[TestClient]:
    """Serve the program's routes behind its gate; the board shows all uploaded layers."""
    access = context.access
    hub = Hub(context.service, access.policy, context.audit)
    gate = AccessGate(access, pages=page_paths(), requests_per_s=1e9)
    allowed = Middleware(
        RouteAllowlist, headers={}, paths=(*OPEN_PATHS, *page_paths()), prefixes=OPEN_PREFIXES,
        sockets=[BOARD_SOCKET], gate=gate,
    )  # fmt: skip
    app = Starlette(routes=build_routes(context, hub.route), middleware=[allowed])
    with TestClient(app, base_url=BASE, follow_redirects=False) as client:
        yield client


@contextmanager
def laying(service: QueryService, room: MarkedRoom, folder: Path) -> Iterator[Table]:
    """Set the table: an account for each agency and label, and a program without a gate."""
    policy = matrix_policy(folder)
    access = Access(service.warehouse.room, policy, sign_in=["local"])
    access.accounts._hasher = FAST
    context = make_context(service, access=access)
    open_context = make_context(service, access=Access(service.warehouse.room, policy))
    tokens = {}
    for release in RELEASES:
        access.accounts.add(
            login_of(release).removeprefix("local:"), PASSWORD, name="Ana",
            agency=release.agency, roles=policy.roles, highest=release.highest, by="tests",
        )  # fmt: skip
        viewer = access.accounts.find_viewer(login_of(release))
        assert viewer is not None
        tokens[release] = access.sessions.issue(viewer)
    with opening(context) as client, opening(open_context) as own, PageRuns() as runs:
        parts: dict[str, Any] = {"room": room, "runs": runs, "folder": folder, "tokens": tokens}
        open_table = Table(context=open_context, client=own, own=None, **parts)
        yield Table(context=context, client=client, own=open_table, **parts)
