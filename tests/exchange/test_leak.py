"""Every record against every partner by every way out: nobody gets more than its rules give."""

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd
import pytest
import yaml
from httpx import Response
from starlette.testclient import TestClient

from cop.access.access import Access
from cop.exchange.key import read_keys
from cop.exchange.outgoing import Node, give_package
from cop.exchange.package import open_package
from cop.exchange.partner_release import PartnerReleases
from cop.exchange.tak.declaration import TakDeclaration
from cop.exchange.tak.message import render_message
from cop.exchange.tak.outgoing import TakGiver
from cop.export.area_brief import build_area_brief
from cop.export.area_html import render_area_html
from cop.export.cap import render_cap
from cop.export.handout import build_handout, open_current
from cop.layerkind.service.opening import resolve_picture
from cop.model.event import KINDS
from cop.model.filter import Filter
from cop.model.moment import utc_now
from cop.model.picture import Picture, ShownLayer
from cop.model.tak import TakOut, TakServer, TakTypes
from cop.model.window import TimeWindow
from cop.query.alert.watch import watch_version
from cop.query.service import QueryService
from cop.resource import package_path
from cop.settings import StoreSettings
from cop.store.room.token import TokenOwner
from tests.support.context import make_context
from tests.support.given_world import DAYS, RULES, SURGE, GivenWorld, build_world
from tests.support.matrix import gunzipped, opening, tile_at
from tests.support.partner import open_office
from tests.support.tile import held_by

pytestmark = pytest.mark.exchange
N, FEW = 2_000, 400
_NEAR_DEG = 3e-5
"""Two ways to project the middle of a square differ by less: 3 m."""


@pytest.fixture(scope="module", params=[FEW, pytest.param(N, marks=pytest.mark.full)])
def world(
    request: pytest.FixtureRequest, bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GivenWorld]:
    """A server at the last quarter of an hour, when every delay is counted from."""
    folder = tmp_path_factory.mktemp("leak")
    now = utc_now()
    now = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    office = open_office(bare_warehouse, folder, "JTF")
    yield build_world(office, folder, n=request.param, now=now)
    office.close()


def served(world: GivenWorld, code: str) -> QueryService:
    """The server as a partner meets it."""
    releases = PartnerReleases(
        world.office.room, world.office.settings, world.policy, now=lambda: world.now
    )
    return world.office.service.released_to(releases.for_agency(code))


def check_rows(
    world: GivenWorld, code: str, rows: pd.DataFrame, due: pd.DataFrame | None = None
) -> None:
    """Compare what came with what may be had, as multisets; positions by meters."""
    names = ["kind", "count", "occurred_at", "marking"]
    expected = world.may_have(code) if due is None else due
    found, due = (
        frame.astype({"occurred_at": "datetime64[us]"})
        .sort_values([*names, "lon", "lat"])
        .reset_index(drop=True)
        for frame in (rows[[*names, "lon", "lat"]], expected[[*names, "lon", "lat"]])
    )
    pd.testing.assert_frame_equal(found[names], due[names], check_dtype=False)
    away = np.abs(found[["lon", "lat"]].to_numpy(float) - due[["lon", "lat"]].to_numpy(float))
    assert (away < _NEAR_DEG).all()


def check_bytes(world: GivenWorld, code: str, content: bytes) -> None:
    """Look for the marks of records that a partner may not have; coarse ones lose theirs."""
    may = (
        set(world.may_have(code)["id"]) if world.partners[code].rules.precision == "exact" else {""}
    )
    leaks = [one for one in world.records["id"] if one.encode() in content and one not in may]
    assert leaks == []


@pytest.mark.parametrize("code", RULES)
def test_there_is_something_to_leak(world: GivenWorld, code: str) -> None:
    """Otherwise nothing would be shown: every partner may have some, and every rule leaves out."""
    may, rules = world.may_have(code), world.partners[code].rules
    assert 0 < len(may) < len(world.records)
    if rules.precision != "exact":
        merged = may.merge(world.records, on="id", suffixes=("", "_stored"))
        assert (merged["lon"] != merged["lon_stored"]).all()


@pytest.mark.parametrize("code", RULES)
def test_a_package_has_what_the_rules_give(world: GivenWorld, code: str, tmp_path: Path) -> None:
    office, partner = world.office, world.partners[code]
    node = Node.of(office.settings, world.policy, reader=office.node.reader)
    path = tmp_path / "x.coppkg"
    give_package(office.service, partner, path, node=node, now=world.now, whole=True)
    folder = office.settings.data.parent / code.lower() / code
    keys = read_keys(StoreSettings(data=folder))
    with open_package(
        path, keys=keys, find_sender=lambda _: office.card(), receiver=code, now=world.now
    ) as opened:
        content = b"".join(file.read_bytes() for file in opened.folder.iterdir())
        check_rows(world, code, pd.read_parquet(opened.folder / "events.parquet"))
    check_bytes(world, code, content)


@pytest.mark.parametrize("code", RULES)
def test_the_picture_of_a_partner_has_what_a_package_has(world: GivenWorld, code: str) -> None:
    service = served(world, code)
    selection = service.warehouse.events(service.snapshot, Filter())
    columns = [
        "kind",
        "count",
        "occurred_at",
        "marking",
        "lon",
        "lat",
        "sector",
        "county",
        "event_id",
    ]
    rows = service.warehouse.query(
        f"SELECT {', '.join(columns)} FROM {selection.source} WHERE {selection.where}",
        selection.values,
    )
    found = pd.DataFrame(rows, columns=columns)
    check_rows(world, code, found)
    assert found["event_id"].is_unique
    least = world.partners[code].rules.smallest_count
    month = found["occurred_at"].dt.strftime("%Y-%m")
    cells = found.groupby([month, "sector", "county", "kind"]).size()
    assert cells.min() >= least


def window(world: GivenWorld) -> TimeWindow:
    """All that there is."""
    return TimeWindow(start=world.now - timedelta(days=DAYS + 5), end=world.now)


def write_brief(world: GivenWorld, service: QueryService, code: str) -> tuple[bytes, pd.DataFrame]:
    """The brief of all of the last 75 days in a county, as its file has it; what it counts."""
    may = world.may_have(code)
    county = may["county"].mode()[0]
    place = Filter(
        counties=() if county == "NONE" else (county,),
        records="real",
        window=window(world),
    )
    own = may if county == "NONE" else may[may["county"] == county]
    return render_area_html(build_area_brief(service, place)), own


@pytest.mark.parametrize("code", RULES)
def test_a_brief_counts_what_a_package_has(world: GivenWorld, code: str) -> None:
    content, own = write_brief(world, served(world, code), code)
    text = content.decode()
    for kind, of_kind in own.groupby("kind"):
        people = f"{of_kind['count'].sum():,} people"
        events = "1 event" if len(of_kind) == 1 else f"{len(of_kind):,} events"
        assert f"{KINDS[kind]}: {events}, {people}" in text, (kind, len(of_kind))
    for kind in {*world.records["kind"]} - {*own["kind"]}:
        assert f"<li>{KINDS[kind]}: " not in text
    assert f"Events as given to {code}" in text
    check_bytes(world, code, content)


@pytest.mark.parametrize("code", RULES)
def test_a_hand_out_has_what_a_package_has(world: GivenWorld, code: str) -> None:
    service = served(world, code)
    asked = Picture(
        filter=Filter(
            records="real",
            window=window(world),
        ),
        shown=(ShownLayer(id="events"),),
    )
    view, picture = resolve_picture(service, asked)
    scene = open_current(service, view, picture, title="All")
    for form in ("csv", "html"):
        made = build_handout([scene], form, created_at=world.now)
        check_bytes(world, code, made.content)
        if form == "csv":
            rows = pd.read_csv(io.BytesIO(made.content), parse_dates=["occurred_at"])
            rows["occurred_at"] = rows["occurred_at"].dt.tz_localize(None)
            check_rows(world, code, rows)


@pytest.mark.parametrize("code", RULES)
def test_messages_to_a_tak_server_are_of_what_a_package_has(world: GivenWorld, code: str) -> None:
    """All events are good for a month there, so that each has its message."""
    stated = yaml.safe_load(package_path("data", "tak.yaml").read_text())
    for of_kind in stated["events"].values():
        of_kind["stale_h"] = 24 * 31
    types, rules = TakTypes.model_validate(stated), world.partners[code].rules
    server = TakServer(
        agency=code, out=TakOut(parts=("events",), rules=rules.model_copy(update={"parts": ()}))
    )
    own = world.policy.agency_release(code, highest=rules.highest)
    declared = TakDeclaration(
        server=server, types=types, host="JTF",
        release=replace(own, names_withheld=False),
    )  # fmt: skip
    giver = TakGiver(declared=declared, keys=world.office.node.keys)
    messages = giver.build(world.office.service, now=world.now).values()
    rows = pd.DataFrame(
        {
            "kind": [one.stated["kind"] for one in messages],
            "count": [int(one.stated["count"]) for one in messages],
            "occurred_at": [one.start for one in messages],
            "marking": [one.marking for one in messages],
            "lon": [one.lon for one in messages],
            "lat": [one.lat for one in messages],
        }
    )
    may = world.may_have(code)
    is_good = may["occurred_at"] + timedelta(days=31, hours=rules.delay_h) > world.now
    check_rows(world, code, rows, may[is_good])
    check_bytes(
        world, code, "".join(render_message(one, at=world.now) for one in messages).encode()
    )


@pytest.mark.parametrize("code", RULES)
def test_alerts_count_what_a_package_has(world: GivenWorld, code: str) -> None:
    """A surge that a partner may not know of raises none, and what it may not have is in none."""
    service, may = served(world, code), world.may_have(code)
    watch_version(service)
    for alert in service.room.alerts.list():
        found = alert.finding
        own = may[
            (may["sector"] == found.sector)
            & may["occurred_at"].between(found.started_at, found.until)
        ]
        if found.zone is not None:
            own = own[own["segment_id"].between(found.first_segment, found.last_segment)]
        assert found.kinds == own["kind"].value_counts().to_dict(), found
        check_bytes(world, code, render_cap([alert], sender="cop"))


@pytest.mark.full
@pytest.mark.parametrize("world", [N], indirect=True)
def test_a_surge_that_nobody_may_know_of_is_in_no_alert_of_a_partner(world: GivenWorld) -> None:
    watch_version(world.office.service)
    by_sector = {alert.finding.sector: alert.finding for alert in world.office.room.alerts.list()}
    known = by_sector["EPT"]
    own = world.records[world.records["sector"] == "EPT"]
    own = own[own["occurred_at"].between(known.started_at, known.until)]
    assert known.observed == len(own)
    assert (own["marking"] == "TLP:RED").sum() > SURGE / 2
    for code in RULES:
        service = served(world, code)
        watch_version(service)
        found = {alert.finding.sector: alert.finding for alert in service.room.alerts.list()}
        assert "EPT" not in found or found["EPT"].observed < len(own) - SURGE / 2
        assert "TCA" in found or code not in ("CBP", "DPS"), "the surge that may be known"


@pytest.fixture(scope="module")
def programs(world: GivenWorld) -> Iterator[dict[str, "Program"]]:
    """A program of each partner, with a token of its own."""
    office = world.office
    access = Access(office.room, world.policy, sign_in=["local"])
    context = make_context(office.service, access=access, now=lambda: world.now)
    with opening(context) as client:
        yield {
            code: Program(
                client, access.tokens.issue(TokenOwner(kind="partner", name=code), by="tests")[0]
            )
            for code in RULES
        }


@dataclass(frozen=True)
class Program:
    """What reads with a token."""

    client: TestClient
    token: str

    def ask(self, path: str, **query: Any) -> Response:
        """Return what is answered."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.client.get(path, params=query, headers=headers)

    def get(self, path: str, **query: Any) -> Response:
        """Return what is answered to what is there."""
        answer = self.ask(path, **query)
        assert answer.status_code in (200, 204), (path, answer.text)
        return answer


@pytest.mark.parametrize("code", RULES)
def test_every_page_of_features_has_what_a_package_has(
    world: GivenWorld, programs: dict[str, Program], code: str
) -> None:
    features, after, content = [], {}, b""
    while True:
        answer = programs[code].get("/ogc/collections/events/items", limit=150, **after)
        content += answer.content
        found = answer.json()
        features += found["features"]
        onward = [link["href"] for link in found["links"] if link["rel"] == "next"]
        if not onward:
            break
        after = {"after": parse_qs(urlsplit(onward[0]).query)["after"][0]}
    assert found["numberMatched"] == len(world.may_have(code))
    rows = pd.DataFrame(
        [
            {
                **{name: one["properties"][name] for name in ("kind", "count", "marking")},
                "occurred_at": one["properties"]["occurred_at"],
                "lon": one["geometry"]["coordinates"][0],
                "lat": one["geometry"]["coordinates"][1],
            }
            for one in features
        ]
    )
    rows["occurred_at"] = pd.to_datetime(rows["occurred_at"]).dt.tz_localize(None)
    check_rows(world, code, rows)
    check_bytes(world, code, content)


@pytest.mark.parametrize("code", RULES)
def test_the_catalogue_of_stored_files_lists_no_events_of_others(
    world: GivenWorld, programs: dict[str, Program], code: str
) -> None:
    """A partner gets files as packages: no file of this server has what its rules give."""
    program = programs[code]
    version = world.office.warehouse.snapshot.version
    listed = program.get(f"/stac/versions/{version}")
    content, n = program.get("/stac").content + listed.content, 0
    for link in listed.json()["links"]:
        if link["rel"] != "item":
            continue
        item = program.get(urlsplit(link["href"]).path)
        content += item.content
        for asset in item.json()["assets"].values():
            assert "/files/events/" not in asset["href"]
            refused = program.ask(urlsplit(asset["href"]).path)
            assert (refused.status_code, "you may not export" in refused.text) == (403, True)
            n += 1
    assert n > 0
    for file in world.office.warehouse.snapshot.catalogue.event_files:
        answer = program.ask(f"/stac/versions/{version}/files/events/{Path(file).name}")
        assert answer.status_code in (403, 404)
    check_bytes(world, code, content)


@pytest.mark.parametrize("code", RULES)
def test_tiles_have_what_a_package_has(
    world: GivenWorld, programs: dict[str, Program], code: str
) -> None:
    """At the zoom of the world all are counted; closer, each tile has what lies in it."""
    may, program = world.may_have(code), programs[code]
    asked = {"from": f"{world.now - timedelta(days=DAYS + 5):%Y-%m-%d}"}
    assert held_by(program.get("/tiles/events/0/0/0.mvt", **asked).content).n == len(may)
    z = 8
    due = Counter(tile_at(lon, lat, z) for lon, lat in may[["lon", "lat"]].to_numpy())
    stored = world.records[["lon", "lat"]].to_numpy()
    n, content = Counter(), b""
    for x, y in {*due, *(tile_at(lon, lat, z) for lon, lat in stored)}:
        answer = program.get(f"/tiles/events/{z}/{x}/{y}.mvt", **asked)
        content += gunzipped(answer.content)
        n[x, y] = held_by(answer.content).n
    assert +n == due
    check_bytes(world, code, content)


@pytest.mark.parametrize("code", RULES)
def test_figures_and_single_records_are_of_what_a_package_has(
    world: GivenWorld, programs: dict[str, Program], code: str
) -> None:
    may, program = world.may_have(code), programs[code]
    for by, column in (("kind", "kind"), ("county", "county")):
        rows = program.get("/api/summary", by=by).json()["rows"]
        assert {row["key"]: row["n"] for row in rows if row["n"]} == dict(
            may[column].value_counts()
        )
    own = world.office.rows("event_id")
    for (event_id,) in own[:50]:
        answer = program.ask(f"/api/events/{event_id}")
        assert answer.status_code == 404, "an id of this server opens nothing"
    alerts = program.get("/api/alerts")
    check_bytes(world, code, alerts.content)
