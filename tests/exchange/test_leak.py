"""Every record against every partner by every way out: nobody gets more than its rules give."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
import yaml

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
from cop.query.alert.watch import watch_version
from cop.query.service import QueryService
from cop.resource import package_path
from cop.settings import StoreSettings
from cop.store.room.token import TokenOwner
from tests.support.context import make_context
from tests.support.given_ways import (
    Program,
    all_of_it,
    check_bytes,
    check_catalogue,
    check_features,
    check_figures,
    check_rows,
    check_tiles,
)
from tests.support.given_world import RULES, SURGE, GivenWorld, build_world
from tests.support.matrix import opening
from tests.support.partner import open_office

pytestmark = pytest.mark.exchange
N, FEW = 2_000, 400


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


def write_brief(world: GivenWorld, service: QueryService, code: str) -> tuple[bytes, pd.DataFrame]:
    """The brief of all of the last 75 days in a county, as its file has it; what it counts."""
    may = world.may_have(code)
    county = may["county"].mode()[0]
    place = Filter(
        counties=() if county == "NONE" else (county,),
        records="real",
        window=all_of_it(world),
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
            window=all_of_it(world),
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
def programs(world: GivenWorld) -> Iterator[dict[str, Program]]:
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


@pytest.mark.parametrize("code", RULES)
def test_every_page_of_features_has_what_a_package_has(
    world: GivenWorld, programs: dict[str, Program], code: str
) -> None:
    check_features(world, code, programs[code])


@pytest.mark.parametrize("code", RULES)
def test_the_catalogue_of_stored_files_lists_no_events_of_others(
    world: GivenWorld, programs: dict[str, Program], code: str
) -> None:
    check_catalogue(world, code, programs[code])


@pytest.mark.parametrize("code", RULES)
def test_tiles_have_what_a_package_has(
    world: GivenWorld, programs: dict[str, Program], code: str
) -> None:
    check_tiles(world, code, programs[code])


@pytest.mark.parametrize("code", RULES)
def test_figures_and_single_records_are_of_what_a_package_has(
    world: GivenWorld, programs: dict[str, Program], code: str
) -> None:
    check_figures(world, code, programs[code])
