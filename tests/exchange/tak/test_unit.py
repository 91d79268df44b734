"""Tests of positions of own units: the newest of each while it is fresh, whatever comes."""

import shutil
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.access.audit.log import AuditLog
from cop.exchange.tak.live import LIVE_FOLDER, MOST_UNITS, read_live
from cop.exchange.tak.message import render_withdrawal
from cop.exchange.tak.report import parse_event
from cop.exchange.tak.unit import UnitWatch, is_unit
from cop.model.moment import utc_now
from cop.model.tak import TakIn
from cop.settings import StoreSettings
from tests.support.access import SetClock
from tests.support.command import run_cop
from tests.support.published import read_published
from tests.support.tak import (
    await_true,
    position,
    running_tak,
    running_taky,
    tak_environment,
    watching,
    write_policy,
    write_tak_file,
)
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.exchange
NOW = datetime(2026, 11, 24, 18, 30)


def watch(clock: SetClock | None = None, **stated: Any) -> UnitWatch:
    into = TakIn.model_validate({"units": True, "marking": "TLP:GREEN", **stated})
    return UnitWatch(into=into, prefix="cop.JTF.", now=clock or SetClock(NOW))


def take(units: UnitWatch, *messages: str) -> list[bool]:
    events = [parse_event(message.encode()) for message in messages]
    return [units.take(event) for event in events if event is not None]


def at(seconds: float = 0, **stated: Any) -> str:
    return position(at=NOW + timedelta(seconds=seconds), **stated)


def test_the_last_position_replaces_the_one_before() -> None:
    units = watch()
    assert take(units, at(-20), at(-5, lon=-110.5, ce="9999999")) == [True, True]
    (unit,) = units.fresh()
    assert (unit.lon, unit.lat, unit.callsign, unit.title) == (
        -110.5,
        31.35,
        "RANGER 1",
        "Ground unit",
    )
    assert unit.accuracy_m is None
    assert unit.at == NOW - timedelta(seconds=5)
    # What comes late is not newer.
    take(units, at(-10, lon=-100.0))
    assert [unit.lon for unit in units.fresh()] == [-110.5]


def test_it_is_gone_when_it_is_stale_or_too_old_whichever_is_first() -> None:
    clock = SetClock(NOW)
    units = watch(clock, units_fresh_s=30)
    take(units, at(uid="A", callsign="A", stale_s=10), at(uid="B", callsign="B", stale_s=9_999))
    for seconds, left in ((9, ["A", "B"]), (10, ["B"]), (29, ["B"]), (30, [])):
        clock.now = NOW + timedelta(seconds=seconds)
        assert [unit.callsign for unit in units.fresh()] == left
    clock.now = NOW
    assert units.fresh() == (), "forgotten, not hidden"


@pytest.mark.parametrize(
    "text",
    [
        at(-120),
        at(-30, stale_s=30),
        at(lon=0, lat=0),
        at(lat=91),
        at(lon="nan"),
        at(type="a-f-G" + "-U" * 20),
        at(type="a-f-G-&#233;"),
        at(uid=""),
        at(uid="x" * 301),
        at(uid="cop.JTF.1"),
        at().replace(' time="', ' other="'),
        at().replace(' stale="', ' other="'),
        at().replace("<point", "<other"),
    ],
)
def test_what_is_not_used_is_left_out_and_is_no_report_either(text: str) -> None:
    units = watch()
    assert take(units, text) == [True]
    assert units.fresh() == ()


def test_a_clock_that_is_fast_makes_nothing_newer_than_now() -> None:
    units = watch()
    take(units, at(3_600, stale_s=7_200))
    (unit,) = units.fresh()
    assert unit.at == NOW
    assert unit.until == NOW + timedelta(seconds=120)


def test_other_types_are_for_others() -> None:
    units = watch()
    assert take(units, at(type="b-m-p-s-m"), at(type="a-h-G"), at(type="a-fx")) == [False] * 3
    assert units.fresh() == ()
    assert is_unit("a-f")


def test_a_deletion_takes_its_unit_away() -> None:
    units = watch()
    take(units, at(uid="A", callsign="A"), at(uid="B", callsign="B"))
    removal = render_withdrawal("A", at=NOW).split("</event>")[1] + "</event>"
    assert take(units, removal) == [False]
    assert [unit.callsign for unit in units.fresh()] == ["B"]


@pytest.mark.parametrize(
    ("stated", "marking"),
    [
        ({}, "TLP:RED"),
        ({"remarks": "TLP:GREEN"}, "TLP:GREEN"),
        ({"remarks": "TLP:CLEAR"}, "TLP:GREEN"),
        ({"callsign": "[TLP:AMBER] R", "remarks": "TLP:GREEN"}, "TLP:AMBER"),
        ({"remarks": "TLP:GREENISH"}, "TLP:RED"),
        ({"remarks": "TLP:GREEN//REL TO DPS"}, "TLP:GREEN//REL TO DPS"),
    ],
)
def test_without_a_marking_that_can_be_read_it_is_the_most_restrictive(
    stated: dict[str, Any], marking: str
) -> None:
    units = watch()
    take(units, at(**stated))
    assert [unit.marking for unit in units.fresh()] == [marking]


def test_an_exercise_says_so() -> None:
    units = watch()
    take(units, at(uid="A", attributes=' opex="e-1"'), at(uid="B", remarks="synthetic"))
    assert [unit.made_up for unit in units.fresh()] == ["EXERCISE", "SYNTHETIC"]


def test_anonymous_units_have_no_callsign() -> None:
    units = watch(units="anonymous")
    take(units, at())
    (unit,) = units.fresh()
    assert (unit.callsign, unit.title) == ("", "Ground unit")
    assert "ANDROID-1" not in unit.model_dump_json()


def test_a_callsign_is_one_short_line_of_text() -> None:
    units = watch()
    take(
        units,
        at(callsign="&lt;img src=x onerror=alert(1)&gt;&#10;\u202egnp.exe\u200b " + "x" * 400),
    )
    (unit,) = units.fresh()
    assert unit.callsign == "<img src=x onerror=alert(1)> gnp.exe xxx"
    assert len(unit.callsign) == 40


def test_no_more_than_so_many_are_shown_and_those_that_are_stay() -> None:
    clock = SetClock(NOW)
    units = watch(clock)
    take(units, *(at(uid=f"u{i}", callsign=f"u{i}", stale_s=30) for i in range(MOST_UNITS + 5)))
    assert len(units.fresh()) == MOST_UNITS
    take(units, at(1, uid="u0", callsign="moved"), at(uid="new", callsign="new"))
    names = {unit.callsign for unit in units.fresh()}
    assert "moved" in names
    assert "new" not in names
    clock.now = NOW + timedelta(seconds=31)
    take(units, at(31, uid="new", callsign="new"))
    assert [unit.callsign for unit in units.fresh()] == ["moved", "new"]


def test_a_key_says_nothing_of_a_uid_and_differs_from_run_to_run() -> None:
    first, second = watch(), watch()
    take(first, at())
    take(second, at())
    assert first.fresh()[0].key != second.fresh()[0].key


@pytest.mark.full
def test_shown_units_are_in_one_file_while_fresh_and_after_a_run_nothing_of_them_is_anywhere(
    bare_warehouse: Path, tmp_path: Path
) -> None:
    data = copy_warehouse(bare_warehouse, tmp_path / "data")
    options = (
        "--tak-file", write_tak_file(tmp_path, **{"in": {"units": True, "units_fresh_s": 600}}),
        "--access", write_policy(tmp_path),
    )  # fmt: skip
    names, log = ("ANDROID-e4f1", "RANGER-77"), tmp_path / "tak.log"
    live = data / LIVE_FOLDER / "units-TAK-1.json"

    def shown() -> dict[str, float]:
        found = read_live(data, release=None, records="real", now=utc_now())
        return {unit.callsign: unit.lon for one in found for unit in one.units}

    with running_taky(tmp_path / "taky") as taky, watching(taky) as client:
        environment = tak_environment(taky.port, taky.authority, taky.authority.issue("cop"))

        def send(lon: float, stale_s: float = 600) -> None:
            client.send(position(names[0], callsign=names[1], lon=lon, stale_s=stale_s))

        with running_tak(data, log, *options, environment=environment) as process:
            connected = lambda: b"connected" in log.read_bytes()  # noqa: E731
            await_true(connected, "connected")
            send(-110.5)
            await_true(lambda: shown() == {names[1]: -110.5}, "it is in the file")
            assert stat.S_IMODE(live.stat().st_mode) == 0o600
            assert names[0] not in live.read_text(), "no uid"
            send(-110.4)
            await_true(lambda: shown() == {names[1]: -110.4}, "it has moved")
            # A report in between is taken as ever, and a backup has it alone.
            client.send(report_message(remarks=f"seen by {names[1]}"))
            await_true(lambda: is_published(data), "the report")
            assert run_cop("backup", tmp_path / "whole.cop", "--data", data).returncode == 0
            process.kill()
            process.wait()
        assert live.exists(), "a killed process leaves it"
        with running_tak(data, log, *options, environment=environment):
            await_true(lambda: not live.exists(), "the next start removes it")
            await_true(lambda: log.read_bytes().count(b"connected") == 2, "connected again")
            send(-110.3, stale_s=20)
            await_true(lambda: shown() == {names[1]: -110.3}, "it is there")
            await_true(lambda: not live.exists(), "stale: gone, while the process goes on")
            send(-110.2)
            await_true(lambda: shown() == {names[1]: -110.2}, "it is there again")
        assert not live.exists(), "removed at the end"
    assert not (data / LIVE_FOLDER).exists()
    settings = StoreSettings(data=data, threads=1)
    entries = [entry for entry in AuditLog(settings).between() if entry.action == "start tak"]
    assert [entry.outcome for entry in entries] == ["begun", "begun", "done"]
    assert all("shown live, not stored" in entry.detail for entry in entries)
    beside = [tmp_path / "whole.cop", log, *data.rglob("*")]
    found = {
        f"{path.name}: {name}"
        for path in beside
        if path.is_file()
        for content in unpacked(path)
        for name in (*names, "-110.4", "-110.5", "-110.9")
        if name.encode() in content
    }
    assert {one.split(": ")[1] for one in found} == {"-110.9"}, "the report alone"
    assert len(found) >= 2, "in the warehouse and in its backup"
    assert not [entry for entry in AuditLog(settings).between() if names[1] in str(entry)]


def report_message(**stated: str) -> str:
    """A marker that a person set."""
    return at(type="b-m-p-s-m", uid="MARK-1", lon=-110.9, **stated).replace(
        'how="m-g"', 'how="h-g-i-g-o"'
    )


def is_published(data: Path) -> bool:
    try:
        return len(read_published(data)) == 1
    except (IndexError, ValueError):
        return False


def unpacked(path: Path) -> Iterator[bytes]:
    """The bytes of a file, and of what is packed in it: archives and columns of Parquet."""
    yield path.read_bytes()
    if zipfile.is_zipfile(path) or tarfile.is_tarfile(path):
        folder = path.with_name(f"{path.name}.unpacked")
        shutil.unpack_archive(path, folder, "zip" if zipfile.is_zipfile(path) else "tar")
        for member in folder.rglob("*"):
            if member.is_file():
                yield from unpacked(member)
    if path.suffix == ".parquet":
        yield pd.read_parquet(path).to_csv().encode()


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=20))
def test_whatever_comes_nothing_fails(callsign: str, uid: str, number: str) -> None:
    from xml.etree import ElementTree as ET

    event = parse_event(at().encode())
    assert event is not None
    event.set("uid", uid)
    event.set("stale", number)
    contact, point = event.find("detail/contact"), event.find("point")
    assert contact is not None
    assert point is not None
    contact.set("callsign", callsign)
    point.set("ce", number)
    units = watch()
    assert isinstance(event, ET.Element)
    units.take(event)
    event.set("stale", "2026-11-24T18:31:00Z")
    units.take(event)
    assert all(len(unit.callsign) <= 40 for unit in units.fresh())
