"""The connection to a TAK server by mutual TLS; each fault is one clear line.

PyTAK 7.6 was looked at: it takes a message off its queue before it is written, drops the oldest of
a full one, and asks for no confirmation, so that a cut loses what was under way. Python's own
asyncio and ssl need no more code than its workers.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self
from urllib.parse import urlsplit

from cop.access.secret import check_secret_file
from cop.errors import SettingsError, TakError
from cop.exchange.tak.report import CotStream
from cop.settings import TakSettings

_CONNECT_S: Final = 20.0
_CLOSE_S: Final = 2.0
_READ_BYTES: Final = 65_536
# taky 0.10 reads 4,096 bytes of a TLS record, and the rest of a longer one once more comes.
_RECORD_BYTES: Final = 4_096
_MOST_KEY: Final = 20_000
_SEE: Final = "see docs/tak.md"


@dataclass(frozen=True, kw_only=True)
class TakAddress:
    """Where a TAK server answers, and with which certificates the two know each other."""

    host: str
    port: int
    tls: ssl.SSLContext

    def __str__(self) -> str:
        """Return host and port."""
        return f"{self.host}:{self.port}"


class TakConnection:
    """An open connection; raise TakError if it is lost."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take over an open stream."""
        self._reader, self._writer = reader, writer
        self._has_answered = False

    async def send(self, text: str) -> None:
        """Send messages; returns when the network has taken most of them."""
        content = text.encode()
        try:
            for start in range(0, len(content), _RECORD_BYTES):
                self._writer.write(content[start : start + _RECORD_BYTES])
            await self._writer.drain()
        except OSError as fault:
            raise self._lost(fault) from fault

    async def messages(self) -> AsyncIterator[bytes]:
        """Yield what the server sends, one message after another; TakError where it ends."""
        stream = CotStream()
        while True:
            try:
                content = await self._reader.read(_READ_BYTES)
            except OSError as fault:
                raise self._lost(fault) from fault
            if not content:
                raise self._lost(ConnectionResetError("the server closed it"))
            self._has_answered = True
            for message in stream.feed(content):
                yield message

    def _lost(self, fault: OSError) -> TakError:
        """Return what a fault means: with TLS 1.3 a certificate is refused after the handshake."""
        why = getattr(fault, "reason", None) or fault.strerror or fault
        if not self._has_answered:
            return TakError(f"the server refused our certificate or broke off ({why})")
        return TakError(f"the connection was lost: {why}")

    async def close(self) -> None:
        """Close it; what is under way is lost."""
        self._writer.close()
        try:
            async with asyncio.timeout(_CLOSE_S):
                await self._writer.wait_closed()
        except (OSError, TimeoutError):
            self._writer.transport.abort()


def read_address(settings: TakSettings) -> TakAddress:
    """Read where the server is and the certificates; SettingsError names what is missing."""
    stated = {
        "COP_TAK_ADDRESS": settings.tak_address,
        "COP_TAK_CERTIFICATE": settings.tak_certificate,
        "COP_TAK_KEY": settings.tak_key,
        "COP_TAK_AUTHORITY": settings.tak_authority,
    }
    missing = [name for name, value in stated.items() if value is None]
    if missing:
        raise SettingsError(f"set {', '.join(missing)} ({_SEE})")
    parts = urlsplit(str(settings.tak_address))
    tls = build_tls(
        Path(str(settings.tak_certificate)),
        Path(str(settings.tak_key)),
        Path(str(settings.tak_authority)),
    )
    return TakAddress(host=str(parts.hostname), port=int(parts.port or 0), tls=tls)


def build_tls(certificate: Path, key: Path, authority: Path) -> ssl.SSLContext:
    """Build what checks the server's certificate against one authority, and shows ours.

    Raise SettingsError if others may read the key, or naming the file that is none.
    """
    check_secret_file(key, what="key for the TAK server", remedy=_SEE, longest=_MOST_KEY)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        tls.load_verify_locations(cafile=authority)
    except (OSError, ssl.SSLError) as fault:
        raise SettingsError(f"{authority}: not a PEM file of an authority: {fault}") from fault
    try:
        # A key with a passphrase would make OpenSSL ask on the terminal.
        tls.load_cert_chain(certificate, key, password=_refuse_passphrase)
    except (OSError, ssl.SSLError, _PassphraseError) as fault:
        if isinstance(fault, _PassphraseError):
            raise SettingsError(
                f"{key}: it has a passphrase: write it without one "
                f"(`openssl pkey -in {key.name}`), for its owner alone"
            ) from None
        raise SettingsError(
            f"{certificate}, {key}: not the PEM files of a certificate and its key: {fault}"
        ) from fault
    return tls


class _PassphraseError(Exception):
    """A key needs a passphrase."""

    @classmethod
    def refuse(cls) -> Self:
        """Return the fault."""
        return cls("a passphrase is needed")


def _refuse_passphrase() -> str:
    raise _PassphraseError.refuse()


async def connect(address: TakAddress) -> TakConnection:
    """Connect to a TAK server; TakError says in one line what is wrong."""
    try:
        async with asyncio.timeout(_CONNECT_S):
            reader, writer = await asyncio.open_connection(
                address.host, address.port, ssl=address.tls, limit=_READ_BYTES
            )
    except ssl.SSLCertVerificationError as fault:
        raise TakError(_describe_certificate(fault)) from fault
    except ssl.SSLError as fault:
        raise TakError(
            f"no TLS with it ({fault.reason or fault}): not a TAK server's TLS port, or "
            "it refuses our certificate"
        ) from fault
    except socket.gaierror as fault:
        raise TakError(f"no machine of that name: {fault.strerror}") from fault
    except ConnectionRefusedError as fault:
        raise TakError("refused: no server listens on that port") from fault
    except TimeoutError as fault:
        raise TakError(f"no answer within {_CONNECT_S:g} s") from fault
    except OSError as fault:
        raise TakError(f"cannot be reached: {fault.strerror or fault}") from fault
    return TakConnection(reader, writer)


def _describe_certificate(fault: ssl.SSLCertVerificationError) -> str:
    why = fault.verify_message
    if "match" in why:
        return f"wrong host: the server's certificate is not for it ({why})"
    return f"the server's certificate is not to be trusted: {why}; check COP_TAK_AUTHORITY"
