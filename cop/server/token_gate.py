"""Programs at the gate: a token reads what is listed here and nothing else, and counts alone."""

from contextlib import suppress
from ipaddress import IPv6Address, IPv6Network
from typing import Final

from anyio import CapacityLimiter, to_thread
from cachetools import LRUCache, TTLCache
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Scope
from starlette.websockets import WebSocketClose

from cop.access.access import Access
from cop.access.certificate import CERTIFICATE_HEADERS
from cop.access.policy_file import Action
from cop.access.room_key import KEY_HEADER
from cop.access.token import StatedToken, TokenViewer, digest_stated, read_stated
from cop.access.viewer import Viewer
from cop.errors import AccessError, AuditError, StoreError
from cop.model.audit import Actor
from cop.server.form import plain
from cop.server.person_limiter import PersonLimiter
from cop.server.rate_limiter import RateLimiter
from cop.server.shared_key import POLICY_VIOLATION, UNRECORDED
from cop.server.sign_in import find_address

TOKEN_PATHS: Final = (
    *("/ogc", "/stac", "/api/openapi.json", "/api/layers", "/api/summary", "/api/search"),
    *("/api/values", "/api/position", "/api/sight", "/api/annotations", "/api/impact"),
    "/api/alerts",
)
TOKEN_PREFIXES: Final = ("/ogc/", "/stac/", "/tiles/", "/api/events/")
"""All that programs read. Everything else is closed to them, whatever their person may do."""
TOKEN_METHODS: Final = ("GET", "HEAD")
CHALLENGE: Final = {"WWW-Authenticate": 'Basic realm="cop", Bearer'}
_REFUSED: Final = (
    "the token is wrong, expired or revoked, or whose it is has no access now: ask who runs this "
    "server for another (docs/ogc.md)"
)
_CLOSED: Final = (
    "a token reads /ogc, /stac, /tiles and what is read of /api, by GET or HEAD: for anything else "
    "sign in with a browser"
)
_ALONE: Final = frozenset(
    name.lower().encode()
    for name in ("Authorization", "Cookie", KEY_HEADER, "X-Cop-Draft", *CERTIFICATE_HEADERS)
)
"""Headers that state who somebody is: none of them reaches what answers a program."""
_MOST_LOOKUPS: Final = 8
_HOST_BITS: Final = 64
_MOST_ADDRESSES: Final = 1_000
_MOST_NOTED, _NOTED_S = 10_000, 3_600


class TokenGate:
    """Lets a program on if its token is right, and what it asks for is to be read by tokens."""

    def __init__(self, access: Access, limiter: PersonLimiter) -> None:
        """Ask ``access`` whose a token is; ``limiter`` counts requests of its owner's programs."""
        self._access, self._way, self._limiter = access, access.token_way, limiter
        self._looking = CapacityLimiter(_MOST_LOOKUPS)
        self._wrong: LRUCache[str, RateLimiter] = LRUCache(_MOST_ADDRESSES)
        self._noted: TTLCache[tuple[str, str | bytes], bool] = TTLCache(_MOST_NOTED, _NOTED_S)

    def read(self, scope: Scope) -> StatedToken | None:
        """Return what a request states in place of a session; None if that counts nowhere here."""
        if not self._access.takes_tokens:
            return None
        return read_stated(HTTPConnection(scope).headers.getlist("authorization"))

    async def stand_in(self, scope: Scope, stated: StatedToken) -> ASGIApp | None:
        """Return the app that answers in place of what was asked for; None lets a program on."""
        if scope["type"] == "websocket":
            return WebSocketClose(POLICY_VIOLATION, "a token opens no socket")
        request = HTTPConnection(scope)
        address = find_address(request)
        try:
            found = self._way.recall(stated.text) or await to_thread.run_sync(
                lambda: self._way.find(stated.text, address=address), limiter=self._looking
            )
        except StoreError:
            return plain(503, "tokens cannot be checked now: try again later")
        except AuditError:
            return plain(503, UNRECORDED)
        if found is None:
            return await self.refuse(request, stated)
        refused = await self._check(scope, found, address)
        if refused is None:
            scope["headers"] = [(n, v) for n, v in scope["headers"] if n.lower() not in _ALONE]
            scope["state"] = {**scope.get("state", {}), "viewer": found.viewer}
        return refused

    async def refuse(self, request: HTTPConnection, stated: StatedToken) -> Response:
        """Refuse a wrong token and record it; the same one counts once, so it locks nobody out."""
        address, digest = find_address(request), digest_stated(stated.text)
        wrong = self._wrong.setdefault(name_sender(address), RateLimiter())
        if wrong.knows(digest):
            return plain(401, _REFUSED, CHALLENGE)
        wait_s = wrong.wait_s()
        if wait_s:
            # A right one is taken all the same: 256 bits are guessed by nobody.
            return plain(
                429, "too many wrong tokens: try again later", {"Retry-After": str(wait_s)}
            )
        wrong.note(digest)
        await self._note_wrong(stated, digest, address)
        return plain(401, _REFUSED, CHALLENGE)

    async def _check(self, scope: Scope, found: TokenViewer, address: str) -> Response | None:
        viewer = found.viewer
        wait_s = self._limiter.take(f"token {viewer.id}")
        if wait_s:
            return plain(429, "too many requests: try again later", {"Retry-After": str(wait_s)})
        action: Action = "see"
        if not viewer.partner:
            try:
                self._access.policy.check(viewer, action)
            except AccessError as fault:
                await self._note_refused(viewer, action, scope["path"], address)
                return plain(403, str(fault))
        if scope["method"] in TOKEN_METHODS and is_for_tokens(scope["path"]):
            return None
        await self._note_refused(viewer, "use token", scope["path"], address)
        return plain(403, _CLOSED)

    async def _note_refused(self, viewer: Viewer, action: str, path: str, address: str) -> None:
        """Record what a program may not have, each path once in a while."""
        if (viewer.id, path) in self._noted:
            return
        self._noted[viewer.id, path] = True
        with suppress(AuditError):
            await to_thread.run_sync(
                lambda: self._access.record(
                    viewer.as_actor(address), action, path[:200], outcome="refused"
                ),
                limiter=self._looking,
            )

    async def _note_wrong(self, stated: StatedToken, digest: bytes, address: str) -> None:
        """Record a wrong token, each once in a while: a map with an old one asks all day."""
        if (address, digest) in self._noted:
            return
        self._noted[address, digest] = True
        actor = Actor(who="unknown", roles=(), origin="token", address=address)

        def note() -> None:
            self._access.record(actor, "use token", self._way.name(stated.text), outcome="failed")

        # It is refused, whether that can be recorded or not.
        with suppress(AuditError, StoreError):
            await to_thread.run_sync(note, limiter=self._looking)


def is_for_tokens(path: str) -> bool:
    """Return whether a path is one that programs read with a token."""
    return path in TOKEN_PATHS or path.startswith(TOKEN_PREFIXES)


def name_sender(address: str) -> str:
    """Return what wrong tokens of an address are counted by: of IPv6 its /64, all of one host."""
    try:
        found = IPv6Address(address)
    except ValueError:
        return address
    mapped = found.ipv4_mapped
    return str(mapped or IPv6Network((found, _HOST_BITS), strict=False))
