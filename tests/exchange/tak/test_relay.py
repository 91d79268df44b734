"""Tests of the relay through a real TAK server: nothing is lost or doubled, whatever is cut."""

import asyncio
import json
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pandas as pd
import pytest
from defusedxml.ElementTree import fromstring as parse_xml

from cop.access.audit.log import AuditLog
from cop.errors import AuditError, BatchError, BusyError, TakError
from cop.exchange.tak.message import render_message, render_ping
from cop.exchange.tak.relay import TakRelay
from cop.exchange.tak.report import CotReport, parse_event, read_report
from cop.exchange.tak.unit import UnitWatch
from cop.model.moment import utc_now
from cop.model.own_unit import OwnUnit
from cop.model.tak import TakIn
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.room.tak import DueMessage
from tests.exchange.tak.test_message import make_message
from tests.support.command import CHECKOUT
from tests.support.record import make_frame
from tests.support.store import publish_events
from tests.support.tak import (
    Taky,
    Watcher,
    Wire,
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
NODE = ("node", str(CHECKOUT / "tests" / "support" / "tak_peer.mjs"))
CUT_S = 60.0
STILL_S = 3.0


def make_events(n: int, **columns: Any) -> pd.DataFrame:
    """Events of the last hour at places that tell them apart."""
    now = utc_now()
    stated = {
        "source_id": [f"r{i}" for i in range(n)],
        "occurred_at": [now - timedelta(seconds=60 + i % 3_600) for i in range(n)],
        "lon": [round(-112 + i * 0.0001, 6) for i in range(n)],
        "marking": "TLP:GREEN",
    }
    return make_frame(n, **(stated | columns))


def remove(settings: StoreSettings, ids: Sequence[str]) -> None:
    with open_transaction(settings) as transaction:
        for month in [*transaction.months]:
            transaction.replace_month(
                month,
                "FROM read_parquet($files, hive_partitioning => false) "
                "WHERE source_id NOT IN (SELECT unnest($ids::VARCHAR[]))",
                {"files": transaction.files_of_month(month), "ids": [*ids]},
            )
        transaction.commit("removed")


def told(frame: pd.DataFrame) -> "Counter[tuple[str, str, str]]":
    """What the events of a frame say on a map, worked out apart from the program."""
    rows = zip(frame["lon"], frame["occurred_at"], frame["count"], strict=True)
    return Counter(
        (f"{lon:.6f}", datetime.isoformat(at, timespec="milliseconds") + "Z", str(count))
        for lon, at, count in rows
    )


def seen(events: Sequence[Element]) -> "Counter[tuple[str, str, str]]":
    """The same of messages."""
    found: Counter[tuple[str, str, str]] = Counter()
    for event in events:
        point, own = event.find("point"), event.find("detail/__cop")
        assert point is not None
        assert own is not None
        found[str(point.get("lon")), str(event.get("start")), str(own.get("count"))] += 1
    return found


def parse_all(messages: Sequence[bytes], *options: str) -> list[dict[str, Any]]:
    """What node-cot makes of messages, one answer each."""
    lines = "".join(json.dumps(message.decode()) + "\n" for message in messages)
    done = subprocess.run(
        [*NODE, *options], input=lines.encode(), capture_output=True, check=True, timeout=300
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def await_still(watcher: Watcher) -> int:
    """Wait until nothing comes any more; return how many messages came."""
    before = -1
    while (now := len(watcher.messages)) != before:
        before = now
        time.sleep(STILL_S)
    return now


@pytest.mark.full
def test_shown_10000_events_through_taky_cut_for_a_minute_0_lost_0_doubled_node_cot_parses_each(
    bare_warehouse: Path, tmp_path: Path, record_property: Any
) -> None:
    data = copy_warehouse(bare_warehouse, tmp_path / "data")
    settings = StoreSettings(data=data, threads=1)
    n = 10_000
    frame = make_events(n)
    publish_events(settings, frame)
    options = ("--tak-file", write_tak_file(tmp_path), "--access", write_policy(tmp_path))
    log = tmp_path / "tak.log"
    with running_taky(tmp_path / "taky") as taky, watching(taky) as watcher:
        wire = Wire(taky.port)
        environment = tak_environment(wire.port, taky.authority, taky.authority.issue("cop"))
        with running_tak(data, log, *options, environment=environment) as process:
            await_true(lambda: len(watcher.messages) >= n // 4, "a quarter is there", hang_s=200)
            wire.cut()
            at_cut = await_still(watcher)
            cut_at = time.monotonic()
            # What happens meanwhile is not lost either.
            frame.loc[:49, "count"] = 7
            publish_events(settings, frame.head(50))
            gone = [f"r{i}" for i in range(100, 120)]
            remove(settings, gone)
            await_true(lambda: time.monotonic() - cut_at >= CUT_S, "a minute")
            assert len(watcher.messages) == at_cut, "it was cut"
            assert process.poll() is None
            wire.mend()
            expected = told(frame[~frame["source_id"].isin(gone)])
            await_true(lambda: len(watcher.newest()) == n - 20, "all of them", hang_s=400)
            await_true(lambda: seen([*watcher.newest().values()]) == expected, "as they are now")
        assert process.poll() == 0, log.read_text()
        wire.close()
        messages = [*watcher.messages]
        uids, newest = Counter(watcher.uids()), watcher.newest()
    # Every record has one uid and every uid one record: nobody has any of them twice.
    assert at_cut < n - 1_000, "the cut was in the middle"
    assert len(newest) == n - 20
    repeated = sum(count - 1 for count in uids.values())
    record_property(
        "figure",
        f"{n:,} events, cut for {CUT_S:g} s after {at_cut:,} messages: 0 lost, 0 doubled; "
        f"{repeated} messages came again under the same uid, corrections among them",
    )
    parsed = parse_all(messages)
    assert [one["uid"] for one in parsed] == [parse_xml(message).get("uid") for message in messages]
    events = [one for one in parsed if one["uid"] in newest]
    assert len({one["uid"] for one in events}) == n - 20
    assert all(
        one["feature"]["properties"]["callsign"].startswith("[TLP:GREEN] ") for one in events
        if one["feature"]["properties"]["callsign"] != "WITHDRAWN"
    )  # fmt: skip
    entries = AuditLog(settings).between()
    given = [entry for entry in entries if entry.action == "give to tak"]
    assert {"begun", "done"} == {entry.outcome for entry in given}
    assert (
        sum(json.loads(entry.detail)["records"] for entry in given if entry.outcome == "done") >= n
    )


@pytest.mark.full
@pytest.mark.parametrize("kills", [3])
def test_a_killed_process_loses_nothing_and_the_next_one_goes_on(
    bare_warehouse: Path, tmp_path: Path, kills: int
) -> None:
    n = 1_500
    data = copy_warehouse(bare_warehouse, tmp_path / "data")
    settings = StoreSettings(data=data, threads=1)
    frame = make_events(n)
    publish_events(settings, frame)
    options = ("--tak-file", write_tak_file(tmp_path), "--access", write_policy(tmp_path))
    log = tmp_path / "tak.log"
    with running_taky(tmp_path / "taky") as taky, watching(taky) as watcher:
        environment = tak_environment(taky.port, taky.authority, taky.authority.issue("cop"))
        for number in range(kills):
            least = (number + 1) * n // (kills + 2)
            with running_tak(data, log, *options, environment=environment) as process:
                await_true(lambda least=least: len(watcher.newest()) >= least, "a part is there")
                process.kill()
                process.wait()
        with running_tak(data, log, *options, environment=environment):
            await_true(lambda: len(watcher.newest()) == n, "all of them")
            assert seen([*watcher.newest().values()]) == told(frame)
            # A correction and a withdrawal reach who is there, and who comes later.
            remove(settings, [f"r{i}" for i in range(n - 5)])
            frame.loc[n - 1, "count"] = 9
            publish_events(settings, frame.tail(1))
            await_true(lambda: len(watcher.newest()) == 5, "withdrawn")
            await_true(
                lambda: seen([*watcher.newest().values()]) == told(frame.tail(5)), "corrected"
            )
            await_true(lambda: is_forgotten(taky, frame.tail(5)), "forgotten by the server", 60)
        assert process.poll() is not None


def is_forgotten(taky: Taky, left: pd.DataFrame) -> bool:
    """Whether a client that comes now is sent those events alone which are left."""
    with watching(taky, "late") as late:
        await_true(lambda: len(late.newest()) >= len(left), "what is left", 30)
        late.send(render_ping("ping", at=utc_now()))
        await_true(lambda: any(b"t-x-c-t-r" in one for one in late.messages), "all was sent", 30)
        return seen([*late.newest().values()]) == told(left)


def make_report(uid: str) -> CotReport:
    event = parse_event(render_message(make_message(uid=uid), at=utc_now()).encode())
    assert event is not None
    found = read_report(event)
    assert found is not None
    return found


class Recorded:
    """A desk without a warehouse: what is due and what was taken."""

    def __init__(self, *uids: str) -> None:
        self.waiting = {i + 1: uid for i, uid in enumerate(uids)}
        self.confirmed: list[str] = []
        self.taken: list[str] = []
        self.busy = 0
        self.kept: list[str] = []
        self.earlier: tuple[CotReport, ...] = ()
        self.shown: list[list[str]] = []

    def stage(self, *, above: int) -> bool:
        return False

    def due(self, *, after: int, most: int) -> tuple[DueMessage, ...]:
        numbers = [number for number in sorted(self.waiting) if number > after][:most]
        return tuple(
            DueMessage(uid=self.waiting[n], number=n, body=f"<event uid='{self.waiting[n]}'/>",
                       gone=False)
            for n in numbers
        )  # fmt: skip

    def confirm(self, messages: Sequence[DueMessage]) -> None:
        for message in messages:
            self.confirmed.append(message.uid)
            self.waiting.pop(message.number, None)

    def take(self, reports: Sequence[CotReport]) -> None:
        if self.busy:
            self.busy -= 1
            raise BusyError("another process is publishing")
        self.taken += [report.uid for report in reports]

    def admits(self, report: CotReport) -> bool:
        return report.uid.startswith("in")

    def keep(self, report: CotReport) -> None:
        self.kept.append(report.uid)

    def left(self) -> tuple[CotReport, ...]:
        self.kept += [report.uid for report in self.earlier]
        return self.earlier

    def forget(self, n: int) -> None:
        assert self.kept[:n] == self.taken[-n:], "those that were published"
        del self.kept[:n]

    def show_units(self, units: Sequence[OwnUnit]) -> None:
        self.shown.append([unit.callsign for unit in units])


class Line:
    """A connection in memory: it answers pings, until it is to fail."""

    def __init__(
        self, ended: asyncio.Event, *, fails_after: int = 10**9, sends: int = 0, more: str = ""
    ) -> None:
        self.sent: list[str] = []
        self._answers: asyncio.Queue[bytes] = asyncio.Queue()
        self._left, self._ended = fails_after, ended
        for i in range(sends):
            message = make_message(uid=f"in{i}")
            self._answers.put_nowait(render_message(message, at=utc_now()).encode())
        if more:
            self._answers.put_nowait(more.encode())

    async def send(self, text: str) -> None:
        self._left -= 1
        if self._left < 0:
            raise TakError("the connection was lost")
        self.sent.append(text)
        pong = render_ping("takPong", at=utc_now()).replace('"t-x-c-t"', '"t-x-c-t-r"')
        self._answers.put_nowait(pong.encode())

    async def messages(self) -> AsyncIterator[bytes]:
        while True:
            yield await self._answers.get()

    async def close(self) -> None:
        return


def relay_over(
    desk: Recorded,
    lines: Sequence[Line | TakError],
    told: list[str],
    done: Callable[[], bool],
    *,
    units: UnitWatch | None = None,
) -> TakRelay:
    """Run a relay over connections, one after another, until something is done."""

    async def serve() -> TakRelay:
        ended = asyncio.Event()
        left = [*lines]

        async def connect() -> Any:
            line = left.pop(0) if left else Line(ended)
            if isinstance(line, TakError):
                raise line
            return line

        relay = TakRelay(
            desk=desk, connect=connect, now=utc_now, tell=told.append, every_s=0.01, wait_s=0.01,
            units=units,
        )  # fmt: skip
        running = asyncio.create_task(relay.run(ended))
        async with asyncio.timeout(60):
            while not done() and not running.done():
                await asyncio.sleep(0)
        ended.set()
        await running
        return relay

    return asyncio.run(serve())


def test_what_was_not_confirmed_is_sent_again_over_the_next_connection() -> None:
    desk, told_lines = Recorded(*(f"u{i}" for i in range(950))), list[str]()
    lines = [
        Line(asyncio.Event(), fails_after=3),
        TakError("refused"),
        TakError("refused"),
        Line(asyncio.Event(), fails_after=4),
    ]
    relay = relay_over(desk, lines, told_lines, lambda: not desk.waiting)
    assert {*desk.confirmed} == {f"u{i}" for i in range(950)}
    assert relay.tally.connections == 3
    # A server that is down for long is one line.
    assert told_lines[:4] == ["connected", "the connection was lost", "refused", "connected"]


def test_reports_wait_while_another_process_publishes() -> None:
    desk, told_lines = Recorded(), list[str]()
    desk.busy = 2
    line = Line(asyncio.Event(), sends=30)
    relay = relay_over(desk, [line], told_lines, lambda: len(desk.taken) == 30)
    assert desk.taken == [f"in{i}" for i in range(30)]
    assert (relay.tally.received, relay.tally.taken) == (30, 30)
    assert desk.kept == []
    assert any("another process is publishing" in one for one in told_lines)


def test_what_an_earlier_process_left_is_published_first() -> None:
    desk = Recorded()
    desk.earlier = (make_report("in-a"), make_report("in-b"))
    relay = relay_over(desk, [Line(asyncio.Event(), sends=3)], [], lambda: len(desk.taken) == 5)
    assert desk.taken == ["in-a", "in-b", "in0", "in1", "in2"]
    assert (relay.tally.received, relay.tally.taken) == (3, 5)
    assert desk.kept == []


def test_what_nothing_can_be_made_of_is_not_tried_for_ever() -> None:
    desk, told_lines = Recorded(), list[str]()

    def refuse(reports: Sequence[CotReport]) -> None:
        desk.taken += [report.uid for report in reports]
        raise BatchError("no row")

    desk.take = refuse  # type: ignore[method-assign]
    line = Line(asyncio.Event(), sends=2)
    relay = relay_over(desk, [line], told_lines, lambda: len(desk.taken) == 2)
    assert any("2 reports are refused: no row" in one for one in told_lines)
    assert (relay.tally.taken, desk.kept) == (0, [])


def test_what_waits_at_the_end_is_kept_for_the_next_start() -> None:
    desk, told_lines = Recorded(), list[str]()
    desk.busy = 10**6
    line = Line(asyncio.Event(), sends=2)
    relay_over(desk, [line], told_lines, lambda: len(desk.kept) == 2)
    assert desk.kept == ["in0", "in1"]
    assert "2 reports wait for the next start" in told_lines[-1]


def test_units_are_shown_and_taken_away_at_the_end_and_are_no_reports() -> None:
    desk = Recorded()
    watch = UnitWatch(into=TakIn(units=True), prefix="cop.JTF.", now=utc_now)
    line = Line(asyncio.Event(), sends=1, more=position(uid="in-unit"))
    relay = relay_over(desk, [line], [], lambda: ["RANGER 1"] in desk.shown, units=watch)
    assert desk.shown[0] == [], "what a killed process left is removed first"
    assert desk.shown[-1] == []
    assert relay.tally.received == 1
    assert "in-unit" not in desk.taken


def test_a_full_disk_hides_units_and_ends_nothing() -> None:
    desk, told_lines = Recorded(), list[str]()

    def refuse(units: Sequence[OwnUnit]) -> None:
        raise OSError("no space left")

    desk.show_units = refuse  # type: ignore[method-assign]
    relay_over(desk, [Line(asyncio.Event(), sends=1)], told_lines, lambda: desk.taken == ["in0"])
    assert "units are not shown: no space left" in told_lines


def test_what_cannot_be_recorded_ends_it() -> None:
    desk = Recorded()

    def refuse(reports: Sequence[CotReport]) -> None:
        raise AuditError("the record is full")

    desk.take = refuse  # type: ignore[method-assign]
    with pytest.raises(AuditError, match="the record is full"):
        relay_over(desk, [Line(asyncio.Event(), sends=1)], [], lambda: False)
