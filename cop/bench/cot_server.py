"""A plain relay of Cursor-on-Target by mutual TLS, in a process of its own, for a bench alone."""

import asyncio
import multiprocessing
import queue
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Final

from cop.bench.certificate import write_certificate
from cop.errors import TakError
from cop.exchange.tak.connection import TakAddress, build_tls
from cop.exchange.tak.message import PING_TYPE, PONG_TYPE, render_ping
from cop.exchange.tak.report import CotStream
from cop.model.moment import utc_instant

_HOST: Final = "127.0.0.1"
_READ_BYTES: Final = 65_536
_START_S: Final = 60.0


@contextmanager
def serving_cot() -> Iterator[TakAddress]:
    """Serve until the end; yields the address, as a client needs it."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        certificate, key = write_certificate(folder, _HOST)
        spawned = multiprocessing.get_context("spawn")
        ports = spawned.Queue()
        process = spawned.Process(target=_serve, args=(certificate, key, ports), daemon=True)
        process.start()
        try:
            try:
                port = ports.get(timeout=_START_S)
            except queue.Empty as fault:
                message = f"the relay of the bench did not start within {_START_S:g} s"
                raise TakError(message) from fault
            # Both sides show the one certificate, and trust it alone.
            tls = build_tls(certificate, key, certificate)
            yield TakAddress(host=_HOST, port=port, tls=tls)
        finally:
            process.terminate()
            process.join()


def _serve(certificate: Path, key: Path, ports: "Queue[int]") -> None:
    asyncio.run(_Relay(certificate, key).run(ports))


class _Relay:
    """Passes each message on to all others, and answers pings in their turn."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(certificate, key)
        self._tls.load_verify_locations(certificate)
        self._tls.verify_mode = ssl.CERT_REQUIRED
        self._writers: set[asyncio.StreamWriter] = set()

    async def run(self, ports: "Queue[int]") -> None:
        server = await asyncio.start_server(self._answer, _HOST, 0, ssl=self._tls)
        ports.put(server.sockets[0].getsockname()[1])
        async with server:
            await server.serve_forever()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        stream, ping = CotStream(), f'type="{PING_TYPE}"'.encode()
        self._writers.add(writer)
        with suppress(OSError, TakError):
            while content := await reader.read(_READ_BYTES):
                for message in stream.feed(content):
                    if ping in message:
                        pong = render_ping("takPong", at=utc_instant())
                        writer.write(pong.replace(PING_TYPE, PONG_TYPE, 1).encode())
                        continue
                    for other in self._writers - {writer}:
                        other.write(message)
        self._writers.discard(writer)
        writer.close()
