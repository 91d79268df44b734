"""Cursor-on-Target at a steady rate: from the outbox through a TAK server to another client."""

import asyncio
import os
import re
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from cop.bench.cot_server import serving_cot
from cop.bench.memory import read_rss_mb
from cop.errors import TakError
from cop.exchange.tak.connection import TakAddress, connect, read_address
from cop.exchange.tak.message import CotMessage, render_message
from cop.exchange.tak.relay import TakRelay
from cop.exchange.tak.report import CotReport
from cop.model.moment import utc_instant
from cop.model.own_unit import OwnUnit
from cop.settings import StoreSettings, TakSettings
from cop.store.room.tak import DueMessage, StagedMessage, TakOutbox

_CODE: Final = "BENCH"
_STEP_S: Final = 0.1
_HANG_S: Final = 60.0
# taky looks through all records that are not stale for each message: few make it a relay again.
_GOOD_FOR: Final = timedelta(seconds=10)
_UID: Final = re.compile(rb'uid="cop\.BENCH\.(\d+)" [^>]*?time="([^"]+)"')


@dataclass(kw_only=True)
class SteadyDesk:
    """A desk that stages messages at a rate in a real outbox, and takes nothing."""

    outbox: TakOutbox
    rate: float
    total: int
    staged: int = 0
    started_s: float | None = None

    def stage(self, *, above: int) -> bool:
        """Stage as many as are due by the clock."""
        self.started_s = time.monotonic() if self.started_s is None else self.started_s
        target = min(int((time.monotonic() - self.started_s) * self.rate), self.total)
        now = utc_instant()
        messages = [_build(i, now) for i in range(self.staged, target)]
        staged = [
            StagedMessage(
                uid=message.uid,
                digest=message.digest,
                body=render_message(message, at=utc_instant()),
                stale=message.stale,
            )
            for message in messages
        ]
        self.outbox.stage(_CODE, staged, (), above=above, now=now)
        self.staged = target
        return bool(messages)

    def due(self, *, after: int, most: int) -> tuple[DueMessage, ...]:
        """Return what is to be sent."""
        found = self.outbox.due(_CODE, after=after, most=most)
        self.outbox.note_tried(_CODE, found)
        return found

    def confirm(self, messages: Sequence[DueMessage]) -> None:
        """Note what the server has."""
        self.outbox.confirm(_CODE, messages)

    def take(self, reports: Sequence[CotReport]) -> None:
        """Take nothing."""

    def admits(self, report: CotReport) -> bool:
        """Take nothing."""
        return False

    def keep(self, report: CotReport) -> None:
        """Take nothing."""

    def left(self) -> tuple[CotReport, ...]:
        """Take nothing."""
        return ()

    def forget(self, n: int) -> None:
        """Take nothing."""

    def show_units(self, units: Sequence[OwnUnit]) -> None:
        """Show nothing."""


@dataclass
class _Received:
    uids: Counter[int] = field(default_factory=Counter)
    ms: list[float] = field(default_factory=list)


def run_cot(
    store: StoreSettings, settings: TakSettings, *, rate: float, seconds: float
) -> dict[str, Any]:
    """Send at a rate for so long, and read as another client of the same server.

    The server is the one of the settings, else a plain relay in a process of its own. Return
    {server, rate, seconds, messages, received, late, lost, repeated, confirmed, connections,
    per_s, p50_ms, p95_ms, max_ms, cpu_share, growth_mb}; times are from the staging of a message
    until the client has read it. ``late`` were not confirmed a minute after the last was due.
    """
    if settings.tak_address is not None:
        address = read_address(settings)
        return _run(store, address, str(address), rate=rate, seconds=seconds)
    with serving_cot() as own:
        return _run(store, own, "own relay", rate=rate, seconds=seconds)


def _run(
    store: StoreSettings, address: TakAddress, server: str, *, rate: float, seconds: float
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch:
        own = store.of_files(Path(scratch))
        with closing(TakOutbox(own)) as outbox:
            desk = SteadyDesk(outbox=outbox, rate=rate, total=int(rate * seconds))
            return asyncio.run(_measure(desk, address, server))


async def _measure(desk: SteadyDesk, address: TakAddress, server: str) -> dict[str, Any]:
    received, ended = _Received(), asyncio.Event()
    watcher = await connect(address)
    watching = asyncio.create_task(_watch(watcher.messages(), received))
    told: list[str] = []
    relay = TakRelay(
        desk=desk, connect=lambda: connect(address), now=utc_instant, tell=told.append,
        every_s=_STEP_S,
    )  # fmt: skip
    running = asyncio.create_task(relay.run(ended))
    cpu_s, rss_mb, started_s = time.process_time(), read_rss_mb(os.getpid()), time.monotonic()
    deadline_s = started_s + desk.total / desk.rate + _HANG_S
    while relay.tally.confirmed < desk.total or len(received.uids) < desk.total:
        if time.monotonic() > deadline_s or running.done():
            break
        await asyncio.sleep(_STEP_S)
    took_s = time.monotonic() - started_s
    cpu_share = (time.process_time() - cpu_s) / took_s
    ended.set()
    await running
    watching.cancel()
    with suppress(asyncio.CancelledError, TakError):
        await watching
    await watcher.close()
    ms = np.array(received.ms or [float("nan")])
    return {
        "server": server,
        "rate": desk.rate,
        "seconds": round(took_s, 1),
        "messages": desk.total,
        "received": len(received.uids),
        "late": desk.total - relay.tally.confirmed,
        "lost": max(relay.tally.confirmed - len(received.uids), 0),
        "repeated": sum(received.uids.values()) - len(received.uids),
        "confirmed": relay.tally.confirmed,
        "connections": relay.tally.connections,
        "per_s": round(len(received.uids) / took_s, 1),
        "p50_ms": round(float(np.percentile(ms, 50)), 1),
        "p95_ms": round(float(np.percentile(ms, 95)), 1),
        "max_ms": round(float(ms.max()), 1),
        "cpu_share": round(cpu_share, 2),
        "growth_mb": round(read_rss_mb(os.getpid()) - rss_mb, 1),
    }


async def _watch(messages: Any, received: _Received) -> None:
    async for content in messages:
        found = _UID.search(content)
        if found is None:
            continue
        sent = datetime.fromisoformat(found[2].decode()).replace(tzinfo=None)
        received.uids[int(found[1])] += 1
        received.ms.append((utc_instant() - sent) / timedelta(milliseconds=1))


def _build(number: int, now: datetime) -> CotMessage:
    return CotMessage(
        uid=f"cop.BENCH.{number}",
        type="b-m-p-s-m",
        how="h-t",
        start=now,
        stale=now + _GOOD_FOR,
        lon=-110.0 + number % 1_000 / 1_000,
        lat=31.4,
        radius_m=50.0,
        title="Crossing, 2 people",
        remarks=("Crossing: 2 people", "exact position", "detected by sensor"),
        marking="TLP:GREEN",
        synthetic=True,
        stated={"kind": "crossing", "count": "2", "unit": "people"},
    )
