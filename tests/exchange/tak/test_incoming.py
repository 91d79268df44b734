"""Tests of what is taken from a TAK server: unconfirmed, marked, and nothing of persons."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring as parse_xml

from cop.app import open_service
from cop.exchange.tak.incoming import TakTaker
from cop.exchange.tak.message import render_message
from cop.exchange.tak.report import CotReport
from cop.model.filter import Filter
from cop.model.moment import utc_now
from cop.model.release import Release
from cop.model.tak import TakTypes
from cop.query.summary import read_summary
from cop.resource import package_path
from cop.settings import StoreSettings
from tests.exchange.tak.test_message import make_message
from tests.exchange.tak.test_relay import make_events, parse_all
from tests.support.published import read_published
from tests.support.store import publish_events
from tests.support.tak import (
    await_true,
    read_types,
    running_tak,
    running_taky,
    tak_environment,
    watching,
    write_policy,
    write_tak_file,
)
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.exchange
AT = datetime(2026, 11, 24, 18, 30)


def taker(least: str = "TLP:GREEN") -> TakTaker:
    return TakTaker(types=read_types(), prefix="cop.JTF.", least=least)


def report(**stated: Any) -> CotReport:
    built: dict[str, Any] = {
        "uid": "A-1", "type": "b-m-p-s-m", "how": "h-g-i-g-o", "start": AT, "lon": -110.94,
        "lat": 31.35, "radius_m": 12.0, "marking": "TLP:GREEN", "synthetic": False,
    }  # fmt: skip
    return CotReport(**built | stated)


@pytest.fixture
def settings(bare_warehouse: Path, tmp_path: Path) -> StoreSettings:
    return StoreSettings(data=copy_warehouse(bare_warehouse, tmp_path / "own"), threads=1)


@pytest.mark.parametrize(
    ("stated", "is_taken"),
    [
        ({}, True),
        ({"type": "b-r-f-h-c"}, True),
        ({"type": "b-m-p-s-m-x"}, True),
        ({"type": "b-m-p-s-mx"}, False),
        ({"type": "a-f-G-U-C"}, False),
        ({"type": "a-h-G", "how": "h-e"}, False),
        ({"type": "t-x-d-d"}, False),
        ({"how": "m-g"}, False),
        ({"how": ""}, False),
        ({"uid": "cop.JTF.1"}, False),
        ({"uid": "cop.DPS.1", "how": "m-r", "kind": "drone", "count": 1, "unit": "items"}, True),
        ({"uid": "cop.JTF.1", "kind": "drone", "count": 1, "unit": "items"}, False),
    ],
)
def test_reports_that_people_entered_are_taken_and_tracks_are_not(
    stated: dict[str, Any], is_taken: bool
) -> None:
    assert taker().admits(report(**stated)) is is_taken


def test_a_report_is_an_unconfirmed_event_of_its_source(settings: StoreSettings) -> None:
    taker().publish(settings, [report(), report(uid="B", synthetic=True)], file="TAK")
    events = read_published(settings.data).sort_values("source").reset_index(drop=True)
    assert [*events["source"]] == ["tak", "tak_synthetic"]
    assert [*events["synthetic"]] == [False, True]
    first = events.iloc[0]
    assert (first["kind"], first["count"], first["unit"]) == ("other", 1, "items")
    assert (first["detection"], first["confidence"]) == ("partner", "low")
    assert (first["lon"], first["lat"], first["uncertainty_m"]) == (-110.94, 31.35, 12.0)
    assert first["occurred_at"] == AT
    # A uid may be somebody's name.
    assert "A-1" not in events.drop(columns="geometry").to_csv()


def test_the_same_report_is_taken_once_and_a_later_one_corrects_it(
    settings: StoreSettings,
) -> None:
    counts = []
    for one in (report(), report(), report(count=3, kind="rescue", unit="people")):
        (done,) = taker().publish(settings, [one], file="TAK")
        counts.append((done.accepted, done.duplicate, done.superseded))
    assert counts == [(1, 0, 0), (0, 1, 0), (0, 0, 1)]
    (newest,) = taker().publish(settings, [report(count=8), report(count=9)], file="TAK")
    assert newest.superseded == 1
    assert [*read_published(settings.data)["count"]] == [9]


def test_a_marking_is_never_below_the_least_one_and_never_lowered(
    settings: StoreSettings,
) -> None:
    own = taker("TLP:AMBER")
    own.publish(settings, [report(marking="TLP:CLEAR"), report(uid="B", marking="TLP:RED")],
                file="TAK")  # fmt: skip
    assert sorted(read_published(settings.data)["marking"]) == ["TLP:AMBER", "TLP:RED"]
    own.publish(settings, [report(uid="B", marking="TLP:GREEN")], file="TAK")
    assert sorted(read_published(settings.data)["marking"]) == ["TLP:AMBER", "TLP:RED"]


def test_one_wrong_report_does_not_cost_the_others(settings: StoreSettings) -> None:
    future = utc_now() + timedelta(days=400)
    wrong = [report(uid="F", start=future), report(uid="O", start=datetime(1970, 1, 1))]
    far = [report(uid=f"X{i}", lon=100.0, lat=10.0) for i in range(9)]
    (done,) = taker().publish(settings, [report(), *wrong, *far], file="TAK")
    assert (done.accepted, done.rejected) == (11, 1)


def strip(message: str) -> str:
    """A message as a relay leaves it that passes on nothing but what draws a point."""
    event = parse_xml(message)
    for name in ("access", "releasableTo", "opex", "caveat", "qos"):
        event.attrib.pop(name, None)
    detail = event.find("detail")
    for child in [*detail]:
        detail.remove(child)
    from xml.etree.ElementTree import tostring

    return tostring(event, encoding="unicode")


@pytest.mark.full
def test_shown_what_comes_back_with_a_stripped_marking_is_shown_as_most_restrictive(
    settings: StoreSettings, bare_warehouse: Path, tmp_path: Path
) -> None:
    n = 30
    publish_events(settings, make_events(n, marking="TLP:GREEN"))
    other = StoreSettings(data=copy_warehouse(bare_warehouse, tmp_path / "b"), threads=1)
    folders = {"JTF": tmp_path / "jtf", "DPS": tmp_path / "dps"}
    for folder in folders.values():
        folder.mkdir()
    into = {"in": {"marking": "TLP:CLEAR"}}
    given = write_tak_file(folders["JTF"], **into)
    taken = write_tak_file(folders["DPS"], out=None, **into)
    with running_taky(tmp_path / "taky") as taky, watching(taky) as watcher:
        environment = tak_environment(taky.port, taky.authority, taky.authority.issue("cop"))
        options = ("--tak-file", given, "--access", write_policy(folders["JTF"]))
        with running_tak(settings.data, tmp_path / "a.log", *options, environment=environment):
            await_true(lambda: len(watcher.newest()) == n, "all are out")
            texts = [message.decode() for message in watcher.messages]
            # CloudTAK's parser drops the child of the detail; the callsign has the marking still.
            rounds = [one["xml"] for one in parse_all(watcher.messages, "--round")]
            assert not [text for text in rounds if "__cop" in text]
            b_options = ("--tak-file", taken, "--access", write_policy(folders["DPS"], "DPS"))
            with running_tak(other.data, tmp_path / "b.log", *b_options, environment=environment):
                rows = other_rows(other)
                await_true(lambda: len(rows()) == n, "the other has them")
                assert {marking for marking, _ in rows()} == {"TLP:GREEN"}
                watcher.send(*(text.replace('uid="cop.', 'uid="round.') for text in rounds))
                await_true(lambda: len(rows()) == 2 * n, "those that were parsed and written")
                assert {marking for marking, _ in rows()} == {"TLP:GREEN"}
                # The same uid, and another: the marking is gone from all places.
                stripped = [strip(text) for text in texts]
                watcher.send(*stripped)
                watcher.send(*(text.replace('uid="cop.', 'uid="bare.') for text in stripped))
                await_true(lambda: len(rows()) == 3 * n, "those without a marking")
                await_true(
                    lambda: sum(marking == "TLP:RED" for marking, _ in rows()) == 2 * n,
                    "what had a marking before is raised as well",
                )
            await_true(lambda: len(other_rows(settings)()) == 3 * n, "the first has them too")
    for highest, seen in (("TLP:AMBER+STRICT", n), ("TLP:RED", 3 * n)):
        with open_service(other) as service:
            released = service.released_to(Release(agency="DPS", highest=highest))
            view = released.view(Filter())
            assert read_summary(released, view, "kind").total == seen
    # The first server took nothing back under its own uids: what came under others is theirs.
    own = read_published(settings.data)
    assert own["source"].value_counts().to_dict() == {"test": n, "tak": 2 * n}


def other_rows(settings: StoreSettings) -> Any:
    def rows() -> list[tuple[str, str]]:
        try:
            found = read_published(settings.data)
        except (IndexError, ValueError):
            return []
        return [*zip(found["marking"], found["kind"], strict=True)]

    return rows


def test_the_types_of_the_program_are_valid() -> None:
    types = read_types()
    assert isinstance(types, TakTypes)
    assert package_path("data", "tak.yaml").is_file()
    assert json.dumps(types.model_dump())
    assert types.kind_of("b-r-f-h-c") == "rescue"
    assert render_message(make_message(), at=AT)
