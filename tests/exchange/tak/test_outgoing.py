"""Tests of what a TAK server should have: by its rules, from what is released to its agency."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cop.access.policy import read_policy
from cop.app import open_service
from cop.exchange.key import read_keys
from cop.exchange.tak.declaration import read_declaration
from cop.exchange.tak.message import CotMessage
from cop.exchange.tak.outgoing import TakGiver, highest_of
from cop.model.annotation import Drawing
from cop.query.service import QueryService
from cop.resource import package_path
from cop.settings import StoreSettings
from cop.store.room.alert import Alerts
from cop.store.room.annotation import Annotations
from tests.support.alert import make_finding
from tests.support.record import make_frame
from tests.support.store import mark_all, publish_events
from tests.support.tak import write_policy, write_tak_file
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.exchange
NOW = datetime(2026, 11, 24, 18, 30)
HOUR = timedelta(hours=1)
Build = Callable[..., dict[str, CotMessage]]


@pytest.fixture
def settings(bare_warehouse: Path, tmp_path: Path) -> StoreSettings:
    return StoreSettings(data=copy_warehouse(bare_warehouse, tmp_path / "own"), threads=1)


@pytest.fixture
def build(settings: StoreSettings, tmp_path: Path) -> Iterator[Build]:
    """Build what the server should have: its parts and rules, and a moment, can be stated."""
    with ExitStack() as stack:
        opened: list[QueryService] = []

        def build_now(
            parts: tuple[str, ...] = ("events",), *, now: datetime = NOW, exercise: bool = False,
            **rules: Any,
        ) -> dict[str, CotMessage]:  # fmt: skip
            if not opened:
                opened.append(stack.enter_context(open_service(settings)))
            opened[0].warehouse.refresh()
            stated = {"highest": "TLP:AMBER"} | rules
            path = write_tak_file(
                tmp_path, out={"parts": [*parts], "rules": stated}, exercise=exercise
            )
            policy = read_policy(write_policy(tmp_path))
            declared = read_declaration(path, package_path("data", "tak.yaml"), policy)
            giver = TakGiver(declared=declared, keys=read_keys(settings))
            return giver.build(opened[0], now=now)

        yield build_now


def publish(settings: StoreSettings, n: int = 3, **columns: Any) -> None:
    stated = {
        "source_id": [f"r{i}" for i in range(n)],
        "occurred_at": [NOW - HOUR * (i + 1) for i in range(n)],
        "marking": "TLP:GREEN",
    }
    publish_events(settings, make_frame(n, **(stated | columns)))


def test_an_event_is_a_marker_of_its_kind_with_its_time(
    settings: StoreSettings, build: Build
) -> None:
    publish(settings, 1, kind="drone", unit="items", count=1)
    (message,) = build().values()
    assert (message.type, message.how) == ("a-u-A-M-H-Q", "h-t")
    assert (message.start, message.stale) == (NOW - HOUR, NOW + 5 * HOUR)
    assert (message.lon, message.lat, message.radius_m) == (-110.9, 31.4, 50.0)
    assert message.callsign == "[TLP:GREEN] Drone, 1 items"
    assert message.uid.startswith("cop.JTF.")
    assert "r0" not in message.uid


def test_the_uid_of_a_record_stays_and_its_digest_follows_its_content(
    settings: StoreSettings, build: Build
) -> None:
    publish(settings, 1)
    (first,) = build().values()
    assert build()[first.uid].digest == first.digest
    assert build(now=NOW + HOUR)[first.uid].digest == first.digest
    publish(settings, 1, count=7)
    (second,) = build().values()
    assert second.uid == first.uid
    assert second.digest != first.digest


def test_what_is_stale_is_left_out(settings: StoreSettings, build: Build) -> None:
    publish(settings, 3, occurred_at=[NOW - 23 * HOUR, NOW - 25 * HOUR, NOW - 4_000 * HOUR])
    assert len(build()) == 1
    assert len(build(now=NOW + 2 * HOUR)) == 0


def test_a_day_alone_is_good_from_its_end(settings: StoreSettings, build: Build) -> None:
    publish(settings, 1, occurred_at=NOW - 40 * HOUR, time_precision="day")
    (message,) = build().values()
    assert message.stale == NOW + 8 * HOUR


def test_markings_kinds_area_and_delay_are_as_of_a_partner(
    settings: StoreSettings, build: Build
) -> None:
    publish(
        settings, 6,
        kind=["rescue", "crossing", "crossing", "crossing", "crossing", "crossing"],
        marking=["TLP:GREEN", "TLP:AMBER+STRICT", "TLP:AMBER//REL TO DPS",
                 "TLP:AMBER//REL TO TAK-1", "TLP:GREEN", "TLP:GREEN"],
        county=["Pima, AZ"] * 5 + ["Cochise, AZ"],
    )  # fmt: skip
    assert len(build()) == 4
    assert len(build(kinds=["rescue"])) == 1
    assert len(build(counties=["Pima, AZ"], kinds=["crossing"])) == 2
    assert len(build(delay_h=4.5)) == 2
    assert len(build(highest="TLP:GREEN")) == 3
    assert highest_of(build()) == "TLP:AMBER//REL TO TAK-1"


def test_precision_and_smallest_count_hold(settings: StoreSettings, build: Build) -> None:
    publish(settings, 5, kind=["rescue", "rescue", "rescue", "crossing", "crossing"])
    assert {m.stated["kind"] for m in build(smallest_count=3).values()} == {"rescue"}
    coarse = build(precision="1km").values()
    assert {m.stated["precision"] for m in coarse} == {"1km"}
    assert all(m.radius_m is not None and m.radius_m >= 708 for m in coarse)
    assert not {(m.lon, m.lat) for m in coarse} & {(m.lon, m.lat) for m in build().values()}
    assert all("1 km MGRS" in " ".join(m.remarks) for m in coarse)


def test_cells_are_of_a_whole_month_though_old_events_are_stale(
    settings: StoreSettings, build: Build
) -> None:
    publish(settings, 4, occurred_at=[NOW - HOUR] + [NOW - 20 * 24 * HOUR] * 3)
    assert len(build(smallest_count=4)) == 1
    assert len(build(smallest_count=5)) == 0


def test_a_record_that_is_raised_is_no_longer_there(settings: StoreSettings, build: Build) -> None:
    publish(settings, 2)
    assert len(build()) == 2
    mark_all(settings, "TLP:RED")
    assert build() == {}


def test_synthetic_and_exercise_are_said(settings: StoreSettings, build: Build) -> None:
    publish_events(
        settings,
        make_frame(1, source="made", source_id="a", occurred_at=NOW - HOUR, synthetic=True),
        source="made", synthetic=True,
    )  # fmt: skip
    (message,) = build(exercise=True).values()
    assert message.callsign.startswith("[TLP:CLEAR] EXERCISE SYNTHETIC ")


def test_what_came_from_tak_is_not_sent_back(settings: StoreSettings, build: Build) -> None:
    publish_events(
        settings, make_frame(1, source="tak", source_id="a", occurred_at=NOW - HOUR), source="tak"
    )
    assert build() == {}


def draw(settings: StoreSettings, **stated: Any) -> str:
    built: dict[str, Any] = {
        "shape": "point", "title": "Ford", "coordinates": ((-110.94, 31.35),),
        "marking": "TLP:GREEN", "lasts_h": 24,
    }  # fmt: skip
    own = Annotations(settings, now=lambda: NOW - HOUR)
    drawn = own.draw(Drawing(**built | stated), author="Ana Analyst")
    own.close()
    return drawn.id


def test_annotations_go_as_they_are_drawn_without_their_author(
    settings: StoreSettings, build: Build
) -> None:
    draw(settings)
    draw(settings, shape="area", title="Wash", lasts_h=None,
         coordinates=((-110.9, 31.4), (-110.8, 31.4), (-110.8, 31.5)))  # fmt: skip
    draw(settings, title="Secret", marking="TLP:AMBER+STRICT")
    found = {m.title: m for m in build(("annotations",)).values()}
    assert {*found} == {"Ford", "Wash"}
    assert (found["Ford"].type, found["Ford"].stale) == ("b-m-p-s-m", NOW + 23 * HOUR)
    wash = found["Wash"]
    assert wash.type == "u-d-f"
    assert wash.outline[0] == wash.outline[-1]
    assert len(wash.outline) == 4
    assert NOW + 24 * HOUR <= wash.stale <= NOW + 48 * HOUR
    assert "Ana" not in repr(found)


def test_one_without_an_end_is_renewed_before_it_is_stale(
    settings: StoreSettings, build: Build
) -> None:
    draw(settings, lasts_h=None)
    moments = [NOW + timedelta(hours=h) for h in range(0, 200, 5)]
    built = [(now, next(iter(build(("annotations",), now=now).values()))) for now in moments]
    assert all(message.stale - now >= 24 * HOUR for now, message in built)
    assert 8 <= len({message.digest for _, message in built}) <= 10


def test_what_reaches_beyond_the_area_is_left_out(settings: StoreSettings, build: Build) -> None:
    draw(settings, title="In", coordinates=((-111.5, 31.9),))
    draw(settings, title="Out", coordinates=((-106.5, 31.8),))
    draw(settings, title="Both", shape="line", coordinates=((-111.5, 31.9), (-106.5, 31.8)))
    found = build(("annotations",), counties=["Pima, AZ"])
    assert {m.title for m in found.values()} == {"In"}


@pytest.mark.parametrize(
    ("rules", "n"),
    [({}, 1), ({"kinds": ["drone"]}, 0), ({"delay_h": 2_000}, 0), ({"smallest_count": 1_000}, 0)],
)
def test_alerts_are_those_of_its_own_release(
    settings: StoreSettings, build: Build, rules: dict[str, Any], n: int
) -> None:
    publish(settings, 1)
    surge = make_finding(marking="TLP:GREEN")
    now = surge.until + HOUR
    release = read_policy(write_policy(settings.data.parent)).agency_release("TAK-1")
    own = Alerts(settings, now=lambda: now).released_to(release)
    own.note("v1", [surge])
    hidden = Alerts(settings, now=lambda: now)
    hidden.note("v1", [make_finding(sector="ELC")])
    found = build(("alerts",), now=now, **rules)
    assert len(found) == n
    for message in found.values():
        assert message.title.startswith("Surge")
        assert "check before acting" in message.remarks[-1]
    (alert,) = own.list()
    own.close_alert(alert.id, by="Ana", outcome="false", reason="no")
    assert build(("alerts",), now=now, **rules) == {}
    own.close()
    hidden.close()


def test_an_alert_that_counts_what_lies_beyond_the_counties_is_left_out(
    settings: StoreSettings, build: Build
) -> None:
    middle = {"lon": -111.8, "lat": 32.1}
    stated = {"sector": "TCA", "zone": "TCA 1", "marking": "TLP:GREEN", **middle}
    surge = make_finding(**stated, first_segment="TCA-0001", last_segment="TCA-0020")
    now = surge.until + HOUR
    release = read_policy(write_policy(settings.data.parent)).agency_release("TAK-1")
    with closing(Alerts(settings, now=lambda: now)) as alerts:
        alerts.released_to(release).note("v1", [surge])

    def given(source_id: str, **changed: Any) -> int:
        row = {"sector": "TCA", "segment_id": "TCA-0003", "county": "Pima, AZ",
               "lon": -111.8, "lat": 32.1, "occurred_at": surge.started_at}  # fmt: skip
        publish(settings, 1, source_id=source_id, **row | changed)
        return len(build(("alerts",), now=now, counties=["Pima, AZ"], margin_km=10))

    pinal = {"county": "Pinal, AZ", "lon": -111.5, "lat": 33.1}
    assert given("in") == 1
    assert given("in the margin", **pinal | {"lat": 32.55}) == 1
    assert given("of another zone", **pinal, segment_id="TCA-0021") == 1
    assert given("long before", **pinal, occurred_at=surge.started_at - 60 * 24 * HOUR) == 1
    assert given("raised", **pinal, marking="TLP:RED") == 1
    assert given("usual", **pinal, occurred_at=surge.started_at - 20 * 24 * HOUR) == 0
