"""A slow line to a server: a relay of TCP that gives all connections one width and one delay."""

import asyncio
import re
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Final

_HOST: Final = "127.0.0.1"
_CHUNK_BYTES: Final = 8192
_QUEUE_S: Final = 0.01
"""So far ahead bytes are taken from a connection, that the line is never idle meanwhile."""
_MOST_CHUNKS: Final = 1024
_REQUEST: Final = re.compile(rb"[A-Z]+ (\S+) HTTP/1\.[01]\r\n")


@dataclass(frozen=True, kw_only=True)
class LineSpeed:
    """Megabits a second each way, and the milliseconds there and back."""

    mbit: float
    delay_ms: float

    def seconds(self, size: float) -> float:
        """Return for how long so many bytes occupy the line."""
        return size * 8 / (self.mbit * 1e6)


@dataclass(frozen=True, kw_only=True)
class Passage:
    """Bytes that came out of the line, when by the clock, and the path if they begin a request."""

    at: float
    size: int
    path: str | None


class LineWay:
    """One direction, which all connections share: their bytes leave one after another."""

    def __init__(self, speed: LineSpeed) -> None:
        """Begin with an idle line."""
        self._speed = speed
        self._delay_s = speed.delay_ms / 2000
        self._free_at = 0.0
        self.passages: list[Passage] = []

    def book(self, now: float, size: int) -> float:
        """Return when so many bytes arrive that may leave from now on."""
        self._free_at = max(now, self._free_at) + self._speed.seconds(size)
        return self._free_at + self._delay_s

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry the bytes of a connection until its end, which is passed on."""
        chunks: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_MOST_CHUNKS)
        delivery = asyncio.create_task(self._deliver(chunks, writer))
        chunk = b"-"
        while chunk:
            try:
                chunk = await reader.read(_CHUNK_BYTES)
            except ConnectionError:
                chunk = b""
            arrives_at = self.book(time.monotonic(), len(chunk))
            await chunks.put((arrives_at, chunk))
            await _sleep_until(arrives_at - self._delay_s - _QUEUE_S)
        await delivery

    async def _deliver(
        self, chunks: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter
    ) -> None:
        while True:
            arrives_at, chunk = await chunks.get()
            await _sleep_until(arrives_at)
            # Who is gone gets no more, and the other side is still read to its end.
            with suppress(OSError):
                if not chunk:
                    writer.write_eof()
                else:
                    self._note(chunk)
                    writer.write(chunk)
                    await writer.drain()
            if not chunk:
                return

    def _note(self, chunk: bytes) -> None:
        request = _REQUEST.match(chunk)
        path = request.group(1).decode("ascii", "replace") if request else None
        self.passages.append(Passage(at=time.time(), size=len(chunk), path=path))


class SlowLine:
    """The line to one server, on a port of its own."""

    def __init__(self, host: str, port: int, speed: LineSpeed) -> None:
        """Prepare it; `open_line` opens it."""
        self._server, self._speed = (host, port), speed
        self.up, self.down = LineWay(speed), LineWay(speed)

    async def listen(self) -> asyncio.Server:
        """Take connections from now on."""
        return await asyncio.start_server(self._connect, _HOST, 0)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # asyncio would complain of a connection whose task is canceled.
        with suppress(OSError, asyncio.CancelledError):
            async with _closing(writer):
                # A connection is set up by a packet there and one back before it carries anything.
                await asyncio.sleep(self._speed.delay_ms / 1000)
                answers, asked = await asyncio.open_connection(*self._server)
                async with _closing(asked):
                    carried = self.up.carry(reader, asked), self.down.carry(answers, writer)
                    await asyncio.gather(*carried)


@contextmanager
def open_line(host: str, port: int, speed: LineSpeed) -> Iterator[tuple[SlowLine, int]]:
    """Yield a line to a server and the port of its near end."""
    line, loop = SlowLine(host, port, speed), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="slow line", daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(line.listen(), loop).result()
    try:
        yield line, server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@asynccontextmanager
async def _closing(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    try:
        yield
        writer.close()
        await writer.wait_closed()
    finally:
        writer.transport.abort()


async def _end(server: asyncio.Server) -> None:
    server.close()
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


async def _sleep_until(moment: float) -> None:
    left_s = moment - time.monotonic()
    if left_s > 0:
        await asyncio.sleep(left_s)
