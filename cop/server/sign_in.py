"""The pages of signing in and out: sessions begin and end here."""

import sys
from collections.abc import Collection
from functools import partial
from typing import Final
from urllib.parse import quote

from anyio import CapacityLimiter, to_thread
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, Response

from cop.access.access import Access
from cop.access.identity import SESSION_COOKIE, Credentials
from cop.access.oidc import OidcProvider, ProviderGrant
from cop.access.people import SignIn
from cop.access.provider_session import OIDC
from cop.access.room_key import ROOM_COOKIE
from cop.access.viewer import Viewer
from cop.errors import AccessError, ProviderError
from cop.model.audit import Actor
from cop.model.moment import utc_now
from cop.server.form import lead, plain, read_form, settle_address
from cop.server.oidc import OIDC_COOKIE, OIDC_PATH, OIDC_RETURN_PATH, BegunSignIns
from cop.server.parameter import describe_unknown
from cop.server.shared_key import ROOM_PATH
from cop.server.sign_in_page import SignInChoices, describe_lock, render_sign_in, render_sign_out

SIGN_IN_PATH: Final = "/sign-in"
SIGN_OUT_PATH: Final = "/sign-out"
FORM_PATHS: Final = (SIGN_IN_PATH, SIGN_OUT_PATH, OIDC_PATH, OIDC_RETURN_PATH)
_WRONG: Final = "Wrong login or password. Check both and try again."
_MOST_CHECKED, _MOST_WAITING = 2, 20
"""Passwords that are checked at once, each with 64 MB, and those that wait for it."""
_MOST_ASKED: Final = 8
"""Questions to a provider at once."""
_AWAY: Final = "Your organization's sign-in cannot be reached now. Try again later."
_CLEARED: Final = '"cache", "storage"'


class SignInForms:
    """Answers the pages of signing in and out."""

    def __init__(self, access: Access, *, pages: Collection[str], is_secure: bool = False) -> None:
        """Sign in by ``access``; a browser is sent on to one of ``pages``.

        With ``is_secure`` cookies are for TLS alone, whatever a proxy tells of the scheme.
        """
        self._access, self._pages, self._is_secure = access, frozenset(pages), is_secure
        self._checking, self._asking = CapacityLimiter(_MOST_CHECKED), CapacityLimiter(_MOST_ASKED)
        self._begun = BegunSignIns(lambda: access.expiring)

    async def answer(self, request: Request, viewer: Viewer | None) -> Response:
        """Answer one of the two addresses; ``viewer`` is who is signed in."""
        is_post, path = request.method == "POST", request.url.path
        if request.method not in ("GET", "HEAD", "POST"):
            return plain(405, "method not allowed: use GET or POST", {"Allow": "GET, HEAD, POST"})
        # A provider may send more back than is asked of it.
        taken = ("next",) if path in (SIGN_IN_PATH, OIDC_PATH) else ()
        unknown = None if path == OIDC_RETURN_PATH else describe_unknown(request, taken)
        if unknown is not None:
            return plain(400, unknown)
        if path in (OIDC_PATH, OIDC_RETURN_PATH):
            return await self._answer_provider(request)
        if path == SIGN_OUT_PATH:
            return await self._sign_out(request, viewer) if is_post else self._show_out(viewer)
        if is_post:
            return await self._sign_in(request)
        address = settle_address(request.query_params.get("next", "/"), self._pages)
        return lead(address) if viewer is not None else self.show(address)

    def show(self, address: str, *, message: str = "", status: int = 200) -> Response:
        """Return the page that asks who one is; ``address`` comes next."""
        return HTMLResponse(
            render_sign_in(self._choices(address), address, message=message), status
        )

    async def begin(
        self, request: Request, viewer: Viewer, address: str, *, grant: ProviderGrant | None = None
    ) -> Response:
        """Begin a session and lead on; an earlier one of the same browser ends.

        With a ``grant`` of a provider it ends with that, unless the provider prolongs it.
        """
        before, access = request.cookies.get(SESSION_COOKIE), self._access

        def issue() -> str:
            if before is not None:
                access.sessions.revoke(before)
            token = access.sessions.issue(viewer, ends_at=None if grant is None else grant.ends_at)
            if grant is not None and access.provider_sessions is not None:
                access.provider_sessions.keep(token, grant)
            return token

        token = await to_thread.run_sync(issue)
        response = lead(settle_address(address, self._pages))
        response.set_cookie(
            SESSION_COOKIE, token, path="/", httponly=True, samesite="lax",
            secure=self._is_tls(request),
        )  # fmt: skip
        return response

    def _is_tls(self, request: Request) -> bool:
        return self._is_secure or request.url.scheme == "https"

    def _choices(self, address: str) -> SignInChoices:
        ways, asked = self._access.sign_in, quote(address, safe="")
        return SignInChoices(
            local=SIGN_IN_PATH if "local" in ways else None,
            room=ROOM_PATH if self._access.room_key is not None else None,
            provider=f"{OIDC_PATH}?next={asked}" if "oidc" in ways else None,
        )

    async def _sign_in(self, request: Request) -> Response:
        form = await read_form(request)
        if isinstance(form, Response):
            return form
        if "local" not in self._access.sign_in:
            return plain(404, "no such page")
        if self._checking.statistics().tasks_waiting >= _MOST_WAITING:
            return plain(503, "too many sign-ins at once: try again", {"Retry-After": "5"})
        address = settle_address(form.get("next", "/"), self._pages)
        done = await to_thread.run_sync(
            self._check, form, find_address(request), limiter=self._checking
        )
        if done.viewer is not None:
            return await self.begin(request, done.viewer, address)
        if done.locked_until is None:
            return self.show(address, message=_WRONG, status=401)
        left = done.locked_until - utc_now()
        response = self.show(address, message=describe_lock(left), status=429)
        response.headers["Retry-After"] = str(max(1, int(left.total_seconds())))
        return response

    def _check(self, form: dict[str, str], address: str) -> SignIn:
        login, password = form.get("login", ""), form.get("password", "")
        return self._access.accounts.sign_in(login, password, address=address)

    async def _answer_provider(self, request: Request) -> Response:
        """Send a browser to the provider, or begin the session of one that comes back."""
        if self._access.provider is None or request.method == "POST":
            return plain(404, "no such page")
        try:
            if request.url.path == OIDC_PATH:
                return await self._leave(request, self._access.provider)
            return await self._return(request, self._access.provider)
        except ProviderError as fault:
            print(f"cop: {fault}", file=sys.stderr, flush=True)  # noqa: T201 for the operator
            return self.show("/", message=_AWAY, status=503)
        except AccessError as fault:
            nobody = Actor(who="unknown", roles=(), origin=OIDC, address=find_address(request))
            failed = partial(self._access.record, nobody, "sign in", "unknown", outcome="failed")
            await to_thread.run_sync(failed)
            return self.show("/", message=f"Not signed in: {fault}.", status=401)

    async def _leave(self, request: Request, provider: OidcProvider) -> Response:
        address = settle_address(request.query_params.get("next", "/"), self._pages)
        back = str(request.url.replace(path=OIDC_RETURN_PATH, query="", fragment=""))
        begun = await to_thread.run_sync(provider.begin, back, limiter=self._asking)
        is_secure = self._is_tls(request)
        return await to_thread.run_sync(
            partial(self._begun.lead_on, begun, address, is_secure=is_secure)
        )

    async def _return(self, request: Request, provider: OidcProvider) -> Response:
        begun = await to_thread.run_sync(self._begun.take, request)
        code = request.query_params.get("code")
        provider_sessions = self._access.provider_sessions
        if begun is None or code is None or provider_sessions is None:
            raise AccessError("the sign-in did not begin here, took too long, or was refused")
        grant = await to_thread.run_sync(provider.redeem, begun.request, code, limiter=self._asking)
        viewer = provider_sessions.to_viewer(grant)
        await self._record(request, viewer, "sign in")
        response = await self.begin(request, viewer, begun.address, grant=grant)
        response.delete_cookie(OIDC_COOKIE, path=OIDC_PATH, httponly=True, samesite="lax")
        return response

    async def _record(self, request: Request, viewer: Viewer, action: str) -> None:
        actor = viewer.as_actor(find_address(request))
        await to_thread.run_sync(self._access.record, actor, action, viewer.id)

    def _show_out(self, viewer: Viewer | None) -> Response:
        if viewer is None:
            return lead(SIGN_IN_PATH)
        return HTMLResponse(render_sign_out(SIGN_OUT_PATH, viewer))

    async def _sign_out(self, request: Request, viewer: Viewer | None) -> Response:
        form = await read_form(request)
        if isinstance(form, Response):
            return form
        credentials = read_credentials(request)
        token = request.cookies.get(SESSION_COOKIE)
        if token is not None:
            await to_thread.run_sync(self._access.sessions.revoke, token)
            self._access.session_way.forget(credentials)
        if viewer is not None:
            await self._record(request, viewer, "sign out")
        response = lead(SIGN_IN_PATH)
        for name in (ROOM_COOKIE, SESSION_COOKIE):
            response.delete_cookie(name, path="/", httponly=True, samesite="lax")
        response.headers["Clear-Site-Data"] = _CLEARED
        return response


def read_credentials(request: HTTPConnection) -> Credentials:
    """Return what a request shows of who sent it."""
    return Credentials(cookies=request.cookies, headers=request.headers)


def find_address(request: HTTPConnection) -> str:
    """Return the address that a request came from, for records."""
    return request.client.host if request.client else ""
