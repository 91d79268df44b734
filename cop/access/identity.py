"""Who a request is of: the ways in, asked in order, for requests and for scripts of pages alike."""

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from cachetools import TTLCache

from cop.access.session import SessionRegistry
from cop.access.viewer import Viewer
from cop.errors import StoreError

SESSION_COOKIE: Final = "cop_session"
LOOKUP_SECONDS: Final = 2.0
"""How long a session is remembered before it is looked up anew."""
_USE_SECONDS: Final = 30.0
"""How often a use of a session is passed on."""
AWAY_SECONDS: Final = 900.0
"""How long a session goes on while a database of several servers is away."""
_MOST_REMEMBERED: Final = 10_000


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What a request shows of who sent it; ``headers`` are found whatever their case."""

    cookies: Mapping[str, str]
    headers: Mapping[str, str]


class IdentityWay(Protocol):
    """One way in."""

    def is_addressed(self, credentials: Credentials) -> bool:
        """Return whether a request has anything of this way."""

    def recall(self, credentials: Credentials, *, is_use: bool) -> Viewer | None:
        """Return the viewer if that takes no look into the store."""

    def find(self, credentials: Credentials, *, is_use: bool) -> Viewer | None:
        """Return the viewer, None if the request is of nobody; ``is_use`` keeps a session alive."""


class IdentityResolver:
    """Asks the ways in; without any, everyone is the single operator."""

    def __init__(self, ways: Sequence[IdentityWay], *, operator: Viewer) -> None:
        """Ask ``ways`` in this order."""
        self._ways, self._operator = tuple(ways), operator

    @property
    def is_open(self) -> bool:
        """Whether there is no way in: the server answers this machine alone."""
        return not self._ways

    def recall(self, credentials: Credentials, *, is_use: bool = True) -> Viewer | None:
        """Return the viewer if that takes no look into the store."""
        if self.is_open:
            return self._operator
        found = (way.recall(credentials, is_use=is_use) for way in self._addressed(credentials))
        return next((viewer for viewer in found if viewer is not None), None)

    def find(self, credentials: Credentials, *, is_use: bool = True) -> Viewer | None:
        """Return the viewer; None if the request is of nobody. Raise StoreError if unknown."""
        if self.is_open:
            return self._operator
        found = (way.find(credentials, is_use=is_use) for way in self._addressed(credentials))
        return next((viewer for viewer in found if viewer is not None), None)

    def is_addressed(self, credentials: Credentials) -> bool:
        """Return whether a request shows anything of who sent it."""
        return bool(self._addressed(credentials))

    def _addressed(self, credentials: Credentials) -> list[IdentityWay]:
        return [way for way in self._ways if way.is_addressed(credentials)]


class SessionWay:
    """Knows viewers by the token of their session; what was looked up is remembered for seconds."""

    def __init__(
        self,
        sessions: Callable[[], SessionRegistry],
        *,
        seconds: float = LOOKUP_SECONDS,
        away_seconds: float = 0.0,
    ) -> None:
        """Look into ``sessions``, which are opened when first asked for.

        Where these cannot be read, a session goes on for ``away_seconds`` after the last look.
        """
        self._sessions = sessions
        self._known: TTLCache[bytes, Viewer] = TTLCache(_MOST_REMEMBERED, seconds)
        self._used: TTLCache[bytes, bool] = TTLCache(_MOST_REMEMBERED, _USE_SECONDS)
        self._away: TTLCache[bytes, Viewer] = TTLCache(_MOST_REMEMBERED, away_seconds)
        self._lock = threading.Lock()

    def is_addressed(self, credentials: Credentials) -> bool:
        """Return whether a request has a session's cookie."""
        return SESSION_COOKIE in credentials.cookies

    def recall(self, credentials: Credentials, *, is_use: bool) -> Viewer | None:
        """Return the viewer that was looked up just now; a use is passed on from time to time."""
        digest = _digest(credentials)
        with self._lock:
            return None if is_use and digest not in self._used else self._known.get(digest)

    def find(self, credentials: Credentials, *, is_use: bool) -> Viewer | None:
        """Return the viewer of a session; None if it is over."""
        recalled = self.recall(credentials, is_use=is_use)
        if recalled is not None:
            return recalled
        digest = _digest(credentials)
        try:
            viewer = self._sessions().find(credentials.cookies[SESSION_COOKIE], is_use=is_use)
        except StoreError:
            with self._lock:
                viewer = self._away.get(digest)
            if viewer is None:
                raise
            return viewer
        with self._lock:
            self._known.pop(digest, None)
            self._away.pop(digest, None)
            if viewer is not None:
                self._known[digest] = self._away[digest] = viewer
                if is_use:
                    self._used[digest] = True
        return viewer

    def forget(self, credentials: Credentials) -> None:
        """Forget a session, as when it was revoked just now."""
        with self._lock:
            self._known.pop(_digest(credentials), None)
            self._away.pop(_digest(credentials), None)


def _digest(credentials: Credentials) -> bytes:
    token = credentials.cookies.get(SESSION_COOKIE, "")
    return hashlib.sha256(token.encode(errors="replace")).digest()
