"""Keeps a TAK server up to date: what it should have is sent until it is known to have it.

A TAK server answers pings in their turn. So each page of messages is followed by one, and its
answer confirms all before it. What is not confirmed when the connection is lost is sent again, with
the same uid: at the server's clients it takes the place of itself.
"""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from cop.errors import BatchError, BusyError, TakError
from cop.exchange.tak.connection import TakConnection
from cop.exchange.tak.message import PONG_TYPE, render_ping, render_withdrawal
from cop.exchange.tak.report import CotReport, parse_event, read_report
from cop.exchange.tak.unit import UnitWatch
from cop.model.own_unit import OwnUnit
from cop.store.room.tak import DueMessage

PAGE: Final = 100
_PAGES_AHEAD: Final = 4
_PONG_S: Final = 30.0
_NO_PONG: Final = (
    f"no answer to a ping within {_PONG_S:g} s: the connection is lost, or this is not a TAK server"
)
_IDLE_PING_S: Final = 20.0
_LEAST_WAIT_S, _MOST_WAIT_S = 1.0, 60.0
_MOST_REPORTS: Final = 2_000
_BATCH_S: Final = 2.0
_END_S: Final = 10.0
_UNITS_S: Final = 2.0
Connect = Callable[[], Awaitable[TakConnection]]


class TakDesk(Protocol):
    """What the relay sends and takes; its methods may block, and run in threads."""

    def stage(self, *, above: int) -> bool:
        """Note what is to be sent now, numbered above a number; whether there was anything new."""

    def due(self, *, after: int, most: int) -> tuple[DueMessage, ...]:
        """Return what is to be sent after a number, and note that it is about to be."""

    def confirm(self, messages: Sequence[DueMessage]) -> None:
        """Note what the server has."""

    def take(self, reports: Sequence[CotReport]) -> None:
        """Publish what the server sent."""

    def admits(self, report: CotReport) -> bool:
        """Return whether a report is to be published."""

    def keep(self, report: CotReport) -> None:
        """Write a report down that waits to be published: a kill does not lose it."""

    def left(self) -> tuple[CotReport, ...]:
        """Return the reports that an earlier process wrote down and did not publish."""

    def forget(self, n: int) -> None:
        """Forget the oldest reports that were written down: they are published, or refused."""

    def show_units(self, units: Sequence[OwnUnit]) -> None:
        """Show units in place of those that were shown; OSError if that is impossible."""


@dataclass(frozen=True)
class TakPage:
    """Messages that were sent together; ``sent_s`` is when, by the loop's clock."""

    messages: tuple[DueMessage, ...]
    sent_s: float


@dataclass(kw_only=True)
class TakTally:
    """What happened since the start."""

    connections: int = 0
    sent: int = 0
    confirmed: int = 0
    received: int = 0
    taken: int = 0
    left_out: int = 0


@dataclass(kw_only=True)
class TakRelay:
    """Sends and takes until it is ended; ``tell`` gets one line for each thing that happens."""

    desk: TakDesk
    connect: Connect
    now: Callable[[], datetime]
    tell: Callable[[str], None]
    units: UnitWatch | None = None
    every_s: float = 2.0
    wait_s: float = _LEAST_WAIT_S
    tally: TakTally = field(default_factory=TakTally)
    _told: str = ""
    _reports: "asyncio.Queue[CotReport]" = field(default_factory=asyncio.Queue)
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_MOST_REPORTS))

    async def run(self, ended: asyncio.Event) -> None:
        """Go on until ``ended``: connect, exchange, and after a fault wait and begin anew."""
        showing = asyncio.create_task(self._show_units(ended))
        taking = asyncio.create_task(self._take_reports(ended))
        # What cannot be recorded or stored ends everything.
        taking.add_done_callback(lambda _: ended.set())
        wait_s = self.wait_s
        try:
            while not ended.is_set():
                confirmed = self.tally.confirmed
                try:
                    await self._exchange(ended)
                except (TakError, BusyError) as fault:
                    self._tell_new(str(fault))
                if self.tally.confirmed > confirmed:
                    wait_s = self.wait_s
                # Many servers that come back at once would cut each other off again.
                await _wait(ended, wait_s * random.uniform(0.5, 1.0))  # noqa: S311 no secret
                wait_s = min(wait_s * 2, _MOST_WAIT_S)
        finally:
            ended.set()
            await showing
            await taking

    async def _exchange(self, ended: asyncio.Event) -> None:
        """Send and read over one connection; TakError when it is lost."""
        opening = asyncio.ensure_future(self.connect())
        await _first(opening, ended)
        if not opening.done():
            opening.cancel()
            with suppress(asyncio.CancelledError, TakError):
                await opening
            return
        connection = opening.result()
        self.tally.connections += 1
        self._tell_new("connected")
        sending = _Sending(self, connection)
        work = [
            asyncio.create_task(sending.read()),
            asyncio.create_task(sending.send(ended)),
        ]
        try:
            done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            await connection.close()

    def _tell_new(self, line: str) -> None:
        """Tell what is new; a server that is down for a day is one line."""
        if line != self._told:
            self.tell(line)
        self._told = line

    async def keep(self, report: CotReport) -> None:
        """Queue a report; waits, and so lets the server wait, while too many are queued."""
        self.tally.received += 1
        if not self.desk.admits(report):
            self.tally.left_out += 1
            return
        await self._room.acquire()
        # From here on nothing is awaited: what is written down is queued, in the same order.
        self.desk.keep(report)
        self._reports.put_nowait(report)

    async def _take_reports(self, ended: asyncio.Event) -> None:
        """Publish reports in batches, and what is left of them at the end."""
        batch, n_queued = [*self.desk.left()], 0
        while not (ended.is_set() and self._reports.empty() and not batch):
            await _wait(ended, _BATCH_S)
            while not self._reports.empty() and len(batch) < _MOST_REPORTS:
                batch.append(self._reports.get_nowait())
                n_queued += 1
            if not batch:
                continue
            if await self._publish(batch):
                for _ in range(n_queued):
                    self._room.release()
                batch, n_queued = [], 0
            elif ended.is_set():
                self.tell(
                    f"{len(batch)} reports wait for the next start: another process is publishing"
                )
                return

    async def _publish(self, batch: Sequence[CotReport]) -> bool:
        """Return whether a batch is done with: published, or refused as a whole."""
        try:
            await asyncio.to_thread(self.desk.take, batch)
            self.tally.taken += len(batch)
        except BusyError as fault:
            self.tell(f"{len(batch)} reports wait: {fault}")
            return False
        except BatchError as fault:
            self.tell(f"{len(batch)} reports are refused: {fault}")
        self.desk.forget(len(batch))
        return True

    async def _show_units(self, ended: asyncio.Event) -> None:
        """Show what is fresh of own units, every two seconds; none any more at the end."""
        shown: tuple[OwnUnit, ...] | None = None
        while not ended.is_set():
            fresh = () if self.units is None else self.units.fresh()
            if fresh != shown:
                shown = await self._show(fresh, shown)
            await _wait(ended, _UNITS_S)
        if shown != ():
            await self._show((), shown)

    async def _show(
        self, units: tuple[OwnUnit, ...], shown: tuple[OwnUnit, ...] | None
    ) -> tuple[OwnUnit, ...] | None:
        """Return what is shown then; a full disk ends nothing else."""
        try:
            await asyncio.to_thread(self.desk.show_units, units)
        except OSError as fault:
            self._tell_new(f"units are not shown: {fault}")
            return shown
        return units


async def check_server(connect: Connect, *, now: Callable[[], datetime]) -> None:
    """Connect, ping and wait for the answer; TakError says in one line what is wrong."""
    connection = await connect()
    try:
        await connection.send(render_ping("cop-ping-0", at=now()))
        async with asyncio.timeout(_PONG_S):
            async for content in connection.messages():
                event = parse_event(content)
                if event is not None and event.get("type") == PONG_TYPE:
                    return
    except TimeoutError:
        raise TakError(_NO_PONG) from None
    finally:
        await connection.close()


class _Sending:
    """One connection: the pages that were sent over it, oldest first."""

    def __init__(self, relay: TakRelay, connection: TakConnection) -> None:
        self._relay, self._connection = relay, connection
        self._pages: deque[TakPage] = deque()
        self._answered = asyncio.Event()
        self._last = 0
        self._pinged_s = 0.0
        self._n_pings = 0

    async def read(self) -> None:
        """Read what the server sends: answers to pings, and reports."""
        async for content in self._connection.messages():
            event = parse_event(content)
            if event is None:
                continue
            if event.get("type") == PONG_TYPE:
                await self._confirm()
                continue
            units = self._relay.units
            if units is not None and units.take(event):
                continue
            report = read_report(event)
            if report is not None:
                await self._relay.keep(report)

    async def send(self, ended: asyncio.Event) -> None:
        """Send what is due, page after page, and look for more; returns once it is ended."""
        loop = asyncio.get_running_loop()
        staged_s = float("-inf")
        while not ended.is_set():
            if loop.time() - staged_s >= self._relay.every_s:
                await asyncio.to_thread(self._relay.desk.stage, above=self._last)
                staged_s = loop.time()
            page = await asyncio.to_thread(self._relay.desk.due, after=self._last, most=PAGE)
            if page:
                await self._send_page(page)
            elif loop.time() - self._pinged_s >= _IDLE_PING_S:
                await self._send_page(())
            else:
                await _wait(ended, self._relay.every_s)
            await self._await_answers(most=_PAGES_AHEAD - 1)
        with suppress(TakError, TimeoutError):
            async with asyncio.timeout(_END_S):
                await self._await_answers(most=0)

    async def _send_page(self, page: tuple[DueMessage, ...]) -> None:
        loop, now = asyncio.get_running_loop(), self._relay.now()
        self._n_pings += 1
        parts = [
            render_withdrawal(message.uid, at=now) if message.gone else message.body
            for message in page
        ]
        self._pages.append(TakPage(page, loop.time()))
        self._pinged_s = loop.time()
        ping = render_ping(f"cop-ping-{self._n_pings}", at=now)
        await self._connection.send("".join((*parts, ping)))
        self._relay.tally.sent += len(page)
        self._last = max([self._last, *(message.number for message in page)])

    async def _await_answers(self, *, most: int) -> None:
        """Wait until at most so many pages are without an answer; TakError if it takes too long."""
        loop = asyncio.get_running_loop()
        while len(self._pages) > most or self._is_overdue(loop.time()):
            self._answered.clear()
            left_s = self._pages[0].sent_s + _PONG_S - loop.time()
            try:
                async with asyncio.timeout(max(left_s, 0)):
                    await self._answered.wait()
            except TimeoutError:
                raise TakError(_NO_PONG) from None

    def _is_overdue(self, now_s: float) -> bool:
        return bool(self._pages) and now_s - self._pages[0].sent_s >= _PONG_S

    async def _confirm(self) -> None:
        """Take an answer to the oldest ping: the server has all that was sent before it."""
        if not self._pages:
            return
        page = self._pages.popleft()
        if page.messages:
            await asyncio.to_thread(self._relay.desk.confirm, page.messages)
            self._relay.tally.confirmed += len(page.messages)
        self._answered.set()


async def _wait(ended: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await ended.wait()


async def _first(task: "asyncio.Future[TakConnection]", ended: asyncio.Event) -> None:
    """Wait until a task is done or all is ended."""
    waiting = asyncio.create_task(ended.wait())
    try:
        await asyncio.wait((task, waiting), return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
