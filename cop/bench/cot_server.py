"""A plain relay of Cursor-on-Target by mutual TLS, in a process of its own, for a bench alone."""

import asyncio
import ipaddress
import multiprocessing
import queue
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

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
        _write_certificates(folder)
        spawned = multiprocessing.get_context("spawn")
        ports = spawned.Queue()
        process = spawned.Process(target=_serve, args=(folder, ports), daemon=True)
        process.start()
        try:
            try:
                port = ports.get(timeout=_START_S)
            except queue.Empty as fault:
                message = f"the relay of the bench did not start within {_START_S:g} s"
                raise TakError(message) from fault
            own = folder / "own.pem"
            tls = build_tls(own, folder / "own.key", own)
            yield TakAddress(host=_HOST, port=port, tls=tls)
        finally:
            process.terminate()
            process.join()


def _serve(folder: Path, ports: "Queue[int]") -> None:
    asyncio.run(_Relay(folder).run(ports))


class _Relay:
    """Passes each message on to all others, and answers pings in their turn."""

    def __init__(self, folder: Path) -> None:
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(folder / "own.pem", folder / "own.key")
        self._tls.load_verify_locations(folder / "own.pem")
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


def _write_certificates(folder: Path) -> None:
    """Write one certificate that both sides show, and trust alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "cop bench")])
    now = datetime.now(UTC)
    address = x509.IPAddress(ipaddress.ip_address(_HOST))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    (folder / "own.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (folder / "own.key").touch(mode=0o600)
    (folder / "own.key").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
