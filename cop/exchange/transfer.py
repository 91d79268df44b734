"""Exchange with a partner's server over HTTPS: fetch its package, send ours, resume both."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

import requests
from pydantic import BaseModel, ValidationError

from cop.errors import PartnerError, TransferError
from cop.exchange.depot import (
    OFFSET_HEADER,
    PACKAGES_PATH,
    PIECE_BYTES,
    UPLOADS_PATH,
    Announced,
    Asked,
    Depot,
    Offered,
    Progress,
    finish_file,
)
from cop.exchange.incoming import ReceivedPackage, receive_package
from cop.exchange.incoming_request import NoteAct
from cop.exchange.outgoing import Node
from cop.exchange.pending import pending_package
from cop.exchange.signature import ServerRequest, sign_request
from cop.model.partner import Partner
from cop.query.service import QueryService
from cop.store.room.exchange import ExchangedPackage

_CONNECT_S, _READ_S = 10, 300
_MOST_ANSWER: Final = 65_536
_CHUNK: Final = 1 << 14
_PARTIAL: Final = 206
Stated = TypeVar("Stated", bound=BaseModel)


@dataclass(frozen=True, kw_only=True)
class PartnerServer:
    """The server of a partner, as this one speaks to it.

    ``authority`` is a file of the authorities that its certificate is checked with, by default
    those that this machine trusts. A package is sent in pieces of ``piece_bytes``; one of more
    than ``most_bytes`` is not fetched.
    """

    node: Node
    partner: Partner
    authority: Path | None = None
    piece_bytes: int = PIECE_BYTES
    most_bytes: int = 4_096_000_000
    session: requests.Session = field(default_factory=requests.Session)

    def ask(self, asked: Asked) -> Offered:
        """Ask for the next package."""
        with self._send("POST", PACKAGES_PATH, asked.model_dump_json().encode()) as answer:
            return _parse(answer, Offered, self.partner)

    def fetch(self, offered: Offered, part: Path) -> None:
        """Fetch a package to a file, from where it was broken off."""
        if offered.size > self.most_bytes:
            raise TransferError(
                f"{self.partner.code}: package {offered.number} has {offered.size:,} bytes, more "
                f"than {self.most_bytes:,} (COP_PACKAGE_MB); it was not fetched"
            )
        size = part.stat().st_size if part.exists() else 0
        if size >= offered.size:
            return
        path = f"{PACKAGES_PATH}/{offered.number}"
        headers = {"Range": f"bytes={size}-"} if size else {}
        with self._send("GET", path, b"", headers=headers) as answer:
            mode = "ab" if answer.status_code == _PARTIAL else "wb"
            with part.open(mode) as out:
                for chunk in answer.iter_content(_CHUNK):
                    out.write(chunk)
                    if out.tell() > offered.size:
                        raise TransferError(
                            f"{self.partner.code}: package {offered.number} is larger than the "
                            f"{offered.size} bytes that were announced; nothing was taken"
                        )

    def announce(self, package: ExchangedPackage) -> Progress:
        """Say which package comes; return how much of it is there."""
        stated = Announced(number=package.number, size=package.size, sha256=package.digest)
        with self._send("POST", UPLOADS_PATH, stated.model_dump_json().encode()) as answer:
            return _parse(answer, Progress, self.partner)

    def send(self, package: ExchangedPackage, path: Path, progress: Progress) -> Progress:
        """Send the rest of a package; return what was received then."""
        with path.open("rb") as content:
            while progress.received < package.number and progress.offset < package.size:
                content.seek(progress.offset)
                piece = content.read(self.piece_bytes)
                headers = {OFFSET_HEADER: f"{progress.offset}/{package.size}"}
                with self._send(
                    "PATCH", f"{UPLOADS_PATH}/{package.digest}", piece, headers=headers
                ) as answer:
                    progress = _parse(answer, Progress, self.partner)
        return progress

    @contextmanager
    def _send(
        self, method: str, path: str, body: bytes, *, headers: dict[str, str] | None = None
    ) -> Iterator[requests.Response]:
        code, address = self.partner.code, self.partner.address
        if address is None:
            raise PartnerError(
                f"partner {code} has no address: `cop partner change {code} --address https://...`"
            )
        request = ServerRequest(
            method=method, url=f"{address.rstrip('/')}{path}", headers=dict(headers or {})
        )
        sign_request(request, body, keys=self.node.keys, sender=self.node.agency, receiver=code)
        self.session.trust_env = False
        try:
            with self.session.request(
                method,
                request.url,
                data=body,
                headers=request.headers,
                timeout=(_CONNECT_S, _READ_S),
                verify=True if self.authority is None else str(self.authority),
                allow_redirects=False,
                stream=True,
            ) as answer:
                if answer.status_code not in (200, _PARTIAL):
                    raise TransferError(
                        f"{code}: {address} answers {answer.status_code}: {_read_reason(answer)}"
                    )
                yield answer
        except (requests.RequestException, OSError) as fault:
            raise TransferError(f"{code}: {address} cannot be reached: {fault}") from fault


def fetch_package(
    service: QueryService,
    server: PartnerServer,
    *,
    now: datetime,
    note: NoteAct = lambda _action, _subject, _detail: None,
) -> ReceivedPackage | None:
    """Fetch what is new at a partner's server and receive it; None if there is nothing.

    Raise TransferError, PackageError or PartnerError: what has come is resumed the next time.
    """
    warehouse, code = service.warehouse, server.partner.code
    depot = Depot.of(warehouse.folder, code)
    state = warehouse.room.exchanges.state(code)
    offered = server.ask(Asked(received=state.received))
    if offered.number is None or offered.sha256 is None:
        return None
    part = depot.fetched(offered.sha256)
    depot.clear("fetched", but=part)
    server.fetch(offered, part)
    path = finish_file(part, offered.sha256)
    try:
        return receive_package(
            warehouse.settings,
            warehouse.room,
            path,
            node=server.node,
            now=now,
            sender=code,
            note=note,
        )
    finally:
        depot.clear("fetched")


def send_package(
    service: QueryService, server: PartnerServer, *, now: datetime
) -> ExchangedPackage | None:
    """Send what is new for a partner to its server; None if there is nothing.

    Raise TransferError or PartnerError: what was sent is resumed the next time.
    """
    warehouse, code = service.warehouse, server.partner.code
    pending = pending_package(service, server.partner, "sent", node=server.node, now=now)
    if pending is None:
        return None
    package = pending.package
    progress = server.send(package, pending.path, server.announce(package))
    if progress.received > package.number:
        raise TransferError(
            f"{code}: it says that it has {progress.received}, which was never given"
        )
    if progress.received < package.number:
        raise TransferError(f"{code}: it has not received package {package.number}")
    warehouse.room.exchanges.advance(code, confirmed=package.number)
    Depot.of(warehouse.folder, code).clear("sent")
    return package


def _parse(answer: requests.Response, kind: type[Stated], partner: Partner) -> Stated:
    try:
        return kind.model_validate_json(_read_text(answer))
    except ValidationError:
        raise TransferError(
            f"{partner.code}: {partner.address} does not answer as a server of this program"
        ) from None


def _read_text(answer: requests.Response) -> bytes:
    return next(answer.iter_content(_MOST_ANSWER), b"")


def _read_reason(answer: requests.Response) -> str:
    """Return why a server refuses, as one line of printable text."""
    text = _read_text(answer).decode("utf-8", "replace")
    try:
        found = json.loads(text)
        text = str(found["error"])
    except (ValueError, KeyError, TypeError, RecursionError):
        # Not of this program: a proxy's page.
        pass
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:300]
