"""Signing in with an OpenID Connect provider: to it, back from it, and asking it again."""

import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from cop.access.oidc import AuthorizationRequest
from cop.access.provider_session import OIDC, ProviderSessions
from cop.access.session import SessionRegistry
from cop.errors import CopError
from cop.server.form import lead
from cop.store.leader import Leads, always_leads
from cop.store.room.expiring import ExpiringRecords, digest_key

OIDC_PATH: Final = "/sign-in/oidc"
OIDC_RETURN_PATH: Final = "/sign-in/oidc/return"
OIDC_COOKIE: Final = "cop_oidc"
_BEGUN_SECONDS: Final = 600
_MOST_BEGUN: Final = 10_000
_COOKIE_BYTES: Final = 32


@dataclass(frozen=True, kw_only=True)
class BegunSignIn:
    """A browser that is back from the provider: what its return must fit, and what comes next."""

    request: AuthorizationRequest
    address: str


class BegunSignIns:
    """The sign-ins under way, each good for one return of the same browser, to any server."""

    def __init__(self, records: Callable[[], ExpiringRecords]) -> None:
        """Use ``records``, which are opened when first asked for."""
        self._records = records

    def lead_on(self, request: AuthorizationRequest, address: str, *, is_secure: bool) -> Response:
        """Send a browser to the provider; ``address`` is the page that comes after."""
        browser = secrets.token_urlsafe(_COOKIE_BYTES)
        fields = {"request": asdict(request), "browser": _digest(browser), "address": address}
        self._records().add(
            "sign-in", digest_key(request.state), json.dumps(fields).encode(),
            lasts=timedelta(seconds=_BEGUN_SECONDS), most=_MOST_BEGUN,
        )  # fmt: skip
        response = lead(request.url)
        # Lax: the provider's page leads back here.
        response.set_cookie(
            OIDC_COOKIE, browser, max_age=_BEGUN_SECONDS, path=OIDC_PATH,
            httponly=True, samesite="lax", secure=is_secure,
        )  # fmt: skip
        return response

    def take(self, request: Request) -> BegunSignIn | None:
        """Return the sign-in that a browser comes back from; None if it began none here."""
        content = self._records().take("sign-in", digest_key(request.query_params.get("state", "")))
        if content is None:
            return None
        fields = json.loads(content)
        begun = BegunSignIn(
            request=AuthorizationRequest(**fields["request"]), address=fields["address"]
        )
        browser = _digest(request.cookies.get(OIDC_COOKIE, ""))
        return begun if hmac.compare_digest(fields["browser"], browser) else None


class ProviderWatch:
    """Asks the provider again in a thread, for all sessions."""

    def __init__(
        self,
        provider_sessions: ProviderSessions | None,
        sessions: Callable[[], SessionRegistry],
        *,
        every_s: float,
        leads: Leads = always_leads,
    ) -> None:
        """Ask for those ``provider_sessions`` every ``every_s`` seconds; None is no provider.

        The server that ``leads`` asks for sessions that several share. The time is that from one
        beginning to the next, however long the provider takes.
        """
        self._provider_sessions, self._sessions, self._every_s = (
            provider_sessions,
            sessions,
            every_s,
        )
        self._leads = leads
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="provider", daemon=True)

    def start(self) -> None:
        """End sessions whose refresh tokens an earlier process had, and start the thread."""
        if self._provider_sessions is None:
            return
        if not self._provider_sessions.is_shared:
            self._sessions().end_origin(OIDC)
        self._thread.start()

    def stop(self) -> None:
        """Stop, and wait for the current turn to end."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _run(self) -> None:
        wait_s = self._every_s
        while not self._stopped.wait(wait_s):
            begun = time.monotonic()
            asked = self._provider_sessions
            if asked is not None and (self._leads() or not asked.is_shared):
                # Where that fails sessions end with their tokens; the next turn asks again.
                with suppress(CopError):
                    asked.look(self._sessions())
            wait_s = max(0.0, begun + self._every_s - time.monotonic())


def _digest(browser: str) -> str:
    return digest_key(browser).hex()
