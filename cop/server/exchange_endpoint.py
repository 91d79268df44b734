"""Packages over HTTPS: partners fetch theirs and send their own, each request signed.

Nothing is there for anybody while there are no partners.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from anyio import CapacityLimiter, to_thread
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from cop.context import AppContext
from cop.errors import CopError
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
)
from cop.exchange.incoming import receive_package
from cop.exchange.outgoing import Node
from cop.exchange.pending import pending_package
from cop.exchange.signature import (
    REMEMBERED_FOR,
    RequestVerifier,
    ServerRequest,
    read_headers,
)
from cop.ingest.sandbox.reader import SandboxReader
from cop.model.audit import Actor
from cop.model.partner import NodeCard, Partner
from cop.server.error_handler import render_fault
from cop.server.parameter import check_parameters
from cop.server.person_limiter import PersonLimiter
from cop.server.sign_in import find_address
from cop.store.room.expiring import digest_key

EXCHANGE_PREFIX: Final = "/exchange/"
_METHODS: Final = ("GET", "POST", "PATCH")
EXCHANGE_ROUTES: Final = {EXCHANGE_PREFIX: _METHODS}
"""What partners' servers ask for, and how."""
_MOST_JSON: Final = 4_096
_REQUESTS_PER_S: Final = 20
_NO_STORE: Final = {"Cache-Control": "no-store"}
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_OFFSET: Final = re.compile(r"([0-9]{1,15})/([0-9]{1,15})")
Stated = TypeVar("Stated", bound=BaseModel)


class _RequestRefusedError(Exception):
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, kw_only=True)
class _Signed:
    """A request that a partner has signed; the content is checked once it is read."""

    request: Request
    partner: Partner
    check_body: Callable[[bytes], None]

    async def read(self, most: int) -> bytes:
        """Return the content; it is what was signed."""
        content = bytearray()
        async for chunk in self.request.stream():
            content += chunk
            if len(content) > most:
                raise _RequestRefusedError(413, f"too large: at most {most} bytes at once")
        self.check_body(bytes(content))
        return bytes(content)

    async def parse(self, kind: type[Stated]) -> Stated:
        """Return the content as a model."""
        try:
            return kind.model_validate_json(await self.read(_MOST_JSON))
        except ValidationError as fault:
            first = fault.errors(include_input=False)[0]
            where = ".".join(map(str, first["loc"])) or "content"
            raise _RequestRefusedError(400, f"{where}: {first['msg']}") from None


Answer = Callable[[_Signed], Awaitable[Response]]


class ExchangeEndpoint:
    """Gives packages to partners and takes theirs; one is made or read at a time."""

    def __init__(self, context: AppContext, *, most_mb: float) -> None:
        """Take packages of up to ``most_mb`` MB."""
        self._context, self._most_bytes = context, int(most_mb * 1_000_000)
        self._verifier = RequestVerifier(self._note_request)
        self._limiter = PersonLimiter(_REQUESTS_PER_S)
        self._one_at_a_time = CapacityLimiter(1)
        self._node: Node | None = None

    @property
    def routes(self) -> tuple[Route, ...]:
        """The routes, each for signed requests alone."""
        return (
            self._route(PACKAGES_PATH, "POST", self.offer),
            self._route(f"{PACKAGES_PATH}/{{number:int}}", "GET", self.send),
            self._route(UPLOADS_PATH, "POST", self.begin),
            self._route(f"{UPLOADS_PATH}/{{sha256}}", "PATCH", self.append),
            self._route(f"{EXCHANGE_PREFIX}{{rest:path}}", _METHODS, self.refuse),
        )

    def _route(self, path: str, methods: str | Sequence[str], answer: Answer) -> Route:
        async def signed(request: Request) -> Response:
            if not await to_thread.run_sync(self._context.room.partners.list):
                return PlainTextResponse("no such page", 404)
            try:
                check_parameters(request, ())
                response = await answer(await self._authenticate(request))
            except _RequestRefusedError as refused:
                response = JSONResponse({"error": str(refused)}, refused.status)
            except CopError as fault:
                response = await render_fault(request, fault)
            response.headers.update(_NO_STORE)
            return response

        return Route(path, signed, methods=[methods] if isinstance(methods, str) else [*methods])

    async def offer(self, signed: _Signed) -> Response:
        """Make the next package for a partner, who says what it has received."""
        asked = await signed.parse(Asked)
        offered = await self._work(self._give, signed, asked.received)
        return JSONResponse(offered.model_dump())

    async def send(self, signed: _Signed) -> Response:
        """Send a package, or the rest of it from the byte that a Range names."""
        await signed.read(0)
        path = self._depot(signed).offered(int(signed.request.path_params["number"]))
        if path is None:
            raise _RequestRefusedError(
                404, "no package of that number is there: ask for the next one"
            )
        return FileResponse(path, media_type="application/octet-stream")

    async def begin(self, signed: _Signed) -> Response:
        """Say how much of a package has come, and which one was received last."""
        announced = await signed.parse(Announced)
        if announced.size > self._most_bytes:
            raise _RequestRefusedError(413, f"too large: at most {self._most_bytes} bytes")
        received = self._received(signed)
        offset = 0 if announced.number <= received else self._depot(signed).begin(announced)
        return JSONResponse(Progress(received=received, offset=offset).model_dump())

    async def append(self, signed: _Signed) -> Response:
        """Take a piece of a package; with the last one the package is received."""
        sha256 = signed.request.path_params["sha256"]
        stated = signed.request.headers.get(OFFSET_HEADER, "")
        found = _OFFSET.fullmatch(stated)
        if found is None or not _SHA256.fullmatch(sha256):
            raise _RequestRefusedError(400, f"{OFFSET_HEADER}: use OFFSET/SIZE in bytes")
        place, size = map(int, found.groups())
        if size > self._most_bytes:
            raise _RequestRefusedError(413, f"too large: at most {self._most_bytes} bytes")
        piece = await signed.read(min(PIECE_BYTES, size - min(place, size)))
        offset = await self._work(self._append, signed, sha256, place, piece)
        if offset == size:
            await self._work(self._receive, signed, sha256)
        return JSONResponse(Progress(received=self._received(signed), offset=offset).model_dump())

    async def refuse(self, _signed: _Signed) -> Response:
        """Answer that there is nothing of that name."""
        raise _RequestRefusedError(404, "no such page")

    async def _authenticate(self, request: Request) -> _Signed:
        address = find_address(request)
        wait_s = self._limiter.take(address)
        if wait_s:
            raise _RequestRefusedError(429, f"too many requests: try again in {wait_s} s")
        node = await to_thread.run_sync(self._read_node)
        stated = ServerRequest(
            method=request.method, url=str(request.url), headers=read_headers(request.headers)
        )
        found: list[Partner] = []

        def find_sender(code: str) -> NodeCard:
            found.append(self._context.room.partners.get(code))
            return found[-1].card

        _, check_body = await to_thread.run_sync(
            lambda: self._verifier.verify(stated, receiver=node.agency, find_sender=find_sender)
        )
        if not found[-1].is_active:
            raise _RequestRefusedError(
                403, f"{node.agency} has suspended the exchange with {found[-1].code}"
            )
        return _Signed(request=request, partner=found[-1], check_body=check_body)

    async def _work(self, work: Callable[..., Any], *arguments: Any) -> Any:
        return await to_thread.run_sync(work, *arguments, limiter=self._one_at_a_time)

    def _note_request(self, code: str, nonce: str) -> bool:
        digest = digest_key(code, nonce)
        return self._context.room.expiring.add("request", digest, lasts=REMEMBERED_FOR)

    def _read_node(self) -> Node:
        if self._node is None:
            policy, store = self._context.access.policy, self._context.service.warehouse.settings
            limits = self._context.uploads
            reader = SandboxReader(settings=limits, memory_mb=store.memory_mb)
            self._node = Node.of(store, policy, reader=reader, limits=limits)
        return self._node

    def _give(self, signed: _Signed, received: int) -> Offered:
        partner, context = signed.partner, self._context
        exchanges = context.room.exchanges
        # One that is not known here was given before a restore: it gets everything again.
        is_known = received <= exchanges.state(partner.code).given
        exchanges.advance(partner.code, confirmed=received if is_known else 0)
        with self._recorded(signed, "give package") as act:
            context.service.warehouse.refresh()
            pending = pending_package(
                context.service, partner, "offered", node=self._read_node(), now=context.now()
            )
            act.detail |= {} if pending is None else pending.package.for_record()
        if pending is None:
            return Offered()
        package = pending.package
        return Offered(number=package.number, size=package.size, sha256=package.digest)

    def _append(self, signed: _Signed, sha256: str, offset: int, piece: bytes) -> int:
        return self._depot(signed).append(sha256, offset, piece)

    def _receive(self, signed: _Signed, sha256: str) -> None:
        context, depot = self._context, self._depot(signed)
        warehouse = context.service.warehouse
        path = depot.finish(sha256)
        try:
            with self._recorded(signed, "receive package") as act:
                taken = receive_package(
                    warehouse.settings,
                    warehouse.room,
                    path,
                    node=self._read_node(),
                    now=context.now(),
                    sender=signed.partner.code,
                    note=lambda action, subject, detail: context.audit.append(
                        _actor_of(signed), action, subject, detail=detail
                    ),
                )
                act.detail |= taken.for_record()
        finally:
            depot.clear("arriving")
        warehouse.refresh()

    def _recorded(self, signed: _Signed, action: str) -> Any:
        return self._context.audit.recorded(
            _actor_of(signed), action, f"partner {signed.partner.code}"
        )

    def _received(self, signed: _Signed) -> int:
        return self._context.room.exchanges.state(signed.partner.code).received

    def _depot(self, signed: _Signed) -> Depot:
        return Depot.of(self._context.service.warehouse.folder, signed.partner.code)


def _actor_of(signed: _Signed) -> Actor:
    code = signed.partner.code
    return Actor(
        who=f"partner:{code}",
        name=signed.partner.card.title,
        agency=code,
        roles=(),
        origin="partner's key",
        address=find_address(signed.request),
    )
