"""The gate: who a request is of, what their roles allow, and sockets that end with the session."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

from anyio import CapacityLimiter, to_thread
from cachetools import TTLCache
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from cop.access.access import Access
from cop.access.policy_file import Action
from cop.access.token import StatedToken
from cop.access.viewer import Viewer
from cop.errors import AccessError, AuditError, StoreError
from cop.server.form import lead, plain
from cop.server.person_limiter import PersonLimiter
from cop.server.session_socket import SessionSocket
from cop.server.shared_key import POLICY_VIOLATION, ROOM_PATH, UNRECORDED, SharedKeyAuth, takes_html
from cop.server.sign_in import (
    FORM_PATHS,
    SIGN_IN_PATH,
    SignInForms,
    find_address,
    read_credentials,
)
from cop.server.token_gate import CHALLENGE, TokenGate, is_for_tokens
from cop.server.view_as import VIEW_AS_PATH, answer_view_as

HEALTH_PATH: Final = "/healthz"
SESSION_PATH: Final = "/api/session"
UNITS_PATH: Final = "/api/units"
UPLOAD_PREFIX: Final = "/_stcore/upload_file/"
_UNUSED: Final = (
    "/tiles/",
    "/static/",
    "/media/",
    "/assets/",
    "/_stcore/",
    SESSION_PATH,
    UNITS_PATH,
)
"""Addresses that a page asks for by itself: they keep no session alive."""
_UNLIMITED: Final = ("/static/", "/assets/")
_CHALLENGE: Final = {"WWW-Authenticate": 'Session realm="cop"'}
_OF_PROGRAMS: Final = ("/ogc", "/stac")
_MOST_LOOKUPS: Final = 8
_MOST_CERTIFIED, _CERTIFIED_S = 10_000, 12 * 3_600
"""How many people with certificates are remembered, and when their coming is recorded again."""


class AccessGate:
    """Lets a request on if its sender may see, or upload; puts the viewer into its state."""

    def __init__(
        self,
        access: Access,
        *,
        pages: Collection[str],
        posted: Collection[str] = (),
        signed: Mapping[str, Collection[str]] = MappingProxyType({}),
        is_secure: bool = False,
        requests_per_s: float = 200,
    ) -> None:
        """Ask who sent it by ``access``.

        ``pages`` lead to signing in; ``posted`` have tokens of their own and need no session. What
        begins with ``signed``, with its methods, is for servers that sign their requests.
        """
        self._signed = signed
        self._access, self._pages, self._posted = access, frozenset(pages), frozenset(posted)
        self._limiter = PersonLimiter(requests_per_s)
        self._certified: TTLCache[tuple[str, str], bool] = TTLCache(_MOST_CERTIFIED, _CERTIFIED_S)
        self._looking = CapacityLimiter(_MOST_LOOKUPS)
        self._forms = SignInForms(access, pages=pages, is_secure=is_secure)
        self._tokens = TokenGate(access, self._limiter)
        key, sign_in = access.room_key, SIGN_IN_PATH if access.sign_in else None
        self._room = (
            None
            if key is None
            else SharedKeyAuth(
                key, pages=pages, sign_in=sign_in, is_secure=is_secure, record=access.record
            )
        )

    async def stand_in(self, scope: Scope) -> ASGIApp | None:
        """Return the app that answers in place of what was asked for; None lets a request on."""
        if scope["type"] == "http" and self._is_signed(scope):
            return None
        stated = None if self._is_posted(scope) else self._tokens.read(scope)
        if stated is not None and stated.is_token:
            return await self._tokens.stand_in(scope, stated)
        return await self._ask_person(scope, stated)

    async def _ask_person(self, scope: Scope, stated: StatedToken | None) -> ASGIApp | None:
        """Answer by the room, a session or a certificate; ``stated`` is no token."""
        if self._room is not None and self._is_of_room(scope):
            asking = self._room.stand_in(scope)
            if asking is not None:
                return asking
        request = HTTPConnection(scope)
        try:
            viewer = await self._find(request, is_use=not scope["path"].startswith(_UNUSED))
            await self._note_certificate(request, viewer)
        except StoreError:
            return _refusing(scope, plain(503, "sign-in is not possible now: try again later"))
        except AuditError:
            return _refusing(scope, plain(503, UNRECORDED))
        if scope["type"] == "http" and self._is_form(scope["path"]):
            return self._answering(viewer)
        scope["state"] = {**scope.get("state", {}), "viewer": viewer}
        if viewer is not None:
            return self._check(request, viewer)
        return await self._ask(scope, stated)

    def watch(self, app: ASGIApp) -> ASGIApp:
        """Return an app whose sockets end with the session that they were opened in."""
        if self._access.is_open:
            return app
        return SessionSocket(app, self._find)

    async def _find(self, request: HTTPConnection, *, is_use: bool = True) -> Viewer | None:
        """Return the viewer; the store is asked in a thread, and only for who shows anything."""
        identity, credentials = self._access.identity, read_credentials(request)
        viewer = identity.recall(credentials, is_use=is_use)
        if viewer is None and identity.is_addressed(credentials):
            viewer = await to_thread.run_sync(
                lambda: identity.find(credentials, is_use=is_use), limiter=self._looking
            )
        return None if viewer is None else self._access.look_as(viewer, request.cookies)

    async def _note_certificate(self, request: HTTPConnection, viewer: Viewer | None) -> None:
        """Record who comes with a certificate: they have no form, so the first request is it."""
        if viewer is None or viewer.origin != "certificate":
            return
        address = find_address(request)
        if (viewer.id, address) in self._certified:
            return
        actor = viewer.as_actor(address)
        await to_thread.run_sync(
            self._access.record, actor, "sign in", viewer.name, limiter=self._looking
        )
        self._certified[viewer.id, address] = True

    def _is_of_room(self, scope: Scope) -> bool:
        """Return whether the room's own rules apply: they alone, or to what is sent to the room."""
        if not self._access.sign_in or scope["path"] == ROOM_PATH:
            return True
        return self._room is not None and self._room.is_stated(scope)

    def _is_signed(self, scope: Scope) -> bool:
        """Return whether another server is to sign a request: nobody's session counts there."""
        return any(
            scope["path"].startswith(prefix) and scope["method"] in methods
            for prefix, methods in self._signed.items()
        )

    def _is_posted(self, scope: Scope) -> bool:
        """Return whether a request shows a token of its own to what it is posted to."""
        return (
            scope["type"] == "http" and scope["method"] == "POST" and scope["path"] in self._posted
        )

    def _is_form(self, path: str) -> bool:
        return path == VIEW_AS_PATH or (bool(self._access.sign_in) and path in FORM_PATHS)

    def _answering(self, viewer: Viewer | None) -> ASGIApp:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            request = Request(scope, receive)
            try:
                if scope["path"] != VIEW_AS_PATH:
                    response = await self._forms.answer(request, viewer)
                elif viewer is None:
                    response = lead(SIGN_IN_PATH)
                else:
                    response = await answer_view_as(self._access, request, viewer)
            except StoreError:
                response = plain(503, "sign-in is not possible now: try again later")
            except AuditError:
                response = plain(503, UNRECORDED)
            await response(scope, receive, send)

        return answer

    async def _ask(self, scope: Scope, stated: StatedToken | None) -> ASGIApp | None:
        """Refuse who is not signed in; a browser is led to the page where it can."""
        if scope["type"] == "websocket":
            return WebSocketClose(POLICY_VIOLATION, "sign in first")
        path, method = scope["path"], scope["method"]
        if (path == HEALTH_PATH and method in ("GET", "HEAD")) or self._is_posted(scope):
            return None
        if stated is not None and is_for_tokens(path):
            return await self._tokens.refuse(HTTPConnection(scope), stated)
        headers = HTTPConnection(scope).headers
        if method == "GET" and path in self._pages and takes_html(headers):
            query = scope["query_string"].decode("latin-1")
            address = quote(f"{path}?{query}" if query else path, safe="")
            return Response(status_code=303, headers={"Location": f"{SIGN_IN_PATH}?next={address}"})
        # A browser would ask for a user name of its own: only programs are challenged for a token.
        is_program = path.startswith(_OF_PROGRAMS) and not takes_html(headers)
        asked = CHALLENGE if is_program and self._access.takes_tokens else _CHALLENGE
        return plain(401, f"sign in first: open {SIGN_IN_PATH} in a browser", asked)

    def _check(self, request: HTTPConnection, viewer: Viewer) -> ASGIApp | None:
        """Refuse what the roles of a viewer do not allow, and more than a person can need."""
        scope = request.scope
        action: Action = "upload" if scope["path"].startswith(UPLOAD_PREFIX) else "see"
        try:
            self._access.policy.check(viewer, action)
        except AccessError as fault:
            # It is refused, whether that can be recorded or not.
            with suppress(AuditError):
                actor = viewer.as_actor(find_address(request))
                self._access.record(actor, action, scope["path"], outcome="refused")
            return _refusing(scope, plain(403, str(fault)))
        if viewer.is_operator or scope["path"].startswith(_UNLIMITED):
            return None
        wait_s = self._limiter.take(viewer.id)
        if not wait_s:
            return None
        return _refusing(
            scope, plain(429, "too many requests: try again later", {"Retry-After": str(wait_s)})
        )


def _refusing(scope: Scope, response: Response) -> ASGIApp:
    if scope["type"] == "websocket":
        return WebSocketClose(POLICY_VIOLATION, bytes(response.body).decode()[:100])
    return response
