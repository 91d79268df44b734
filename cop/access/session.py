"""Sessions: a random token in the browser, and on the server what can be revoked at any time."""

import hashlib
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, cast

from cop.access.people import LocalAccounts
from cop.access.policy import Policy
from cop.access.viewer import Origin, Viewer
from cop.errors import StoreError
from cop.model.moment import utc_now
from cop.store.room.session import Sessions, StoredSession

LONGEST: Final = timedelta(hours=12)
USUAL_IDLE: Final = timedelta(minutes=60)
_USE_EVERY: Final = timedelta(minutes=1)
_TOKEN_BYTES: Final = 32
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


class SessionRegistry:
    """The sessions of a room under a policy; safe to use from many threads and processes."""

    def __init__(
        self,
        sessions: Sessions,
        accounts: LocalAccounts,
        policy: Policy,
        *,
        idle: timedelta = USUAL_IDLE,
        longest: timedelta = LONGEST,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """End a session that is not used for ``idle``, and every one after ``longest``."""
        self._sessions, self._accounts, self._policy = sessions, accounts, policy
        self._idle, self._longest, self._now = idle, longest, now

    def issue(self, viewer: Viewer, *, ends_at: datetime | None = None) -> str:
        """Begin a session and return its token, which is stored nowhere.

        It ends at ``ends_at`` (naive UTC) at the latest, as when a provider's token expires.
        """
        token, now = secrets.token_urlsafe(_TOKEN_BYTES), self._now()
        latest = now + self._longest
        session = StoredSession(
            viewer=viewer.id, origin=viewer.origin, name=viewer.name, agency=viewer.agency,
            roles=viewer.roles, highest=viewer.highest, created_at=now, used_at=now,
            ends_at=latest if ends_at is None else min(latest, ends_at),
        )  # fmt: skip
        self._sessions.add(digest_token(token), session)
        return token

    def find(self, token: str, *, is_use: bool = True) -> Viewer | None:
        """Return whose session a token is, with the rights of now; None if it is over.

        Unless ``is_use``, looking it up does not keep it from becoming idle.
        """
        if not _TOKEN.fullmatch(token):
            return None
        digest, now = digest_token(token), self._now()
        session = self._sessions.find(digest)
        if session is None or not self._is_open(session, now):
            return None
        viewer = self._to_viewer(session)
        if viewer is not None and is_use and now - session.used_at >= _USE_EVERY:
            # Where nothing can be written the session goes on until it is idle.
            with suppress(StoreError):
                self._sessions.note_use(digest)
        return viewer

    def revoke(self, token: str) -> bool:
        """End a session everywhere; return False if it was over already."""
        return bool(_TOKEN.fullmatch(token)) and self._sessions.revoke(digest_token(token))

    def revoke_all(self, viewer_id: str) -> int:
        """End every session of a viewer; return how many there were."""
        return self._sessions.revoke_all(viewer_id)

    def is_open(self, digest: bytes) -> bool:
        """Return whether the session of a digest goes on."""
        session = self._sessions.find(digest)
        return session is not None and self._is_open(session, self._now())

    def renew(self, digest: bytes, viewer: Viewer, *, ends_at: datetime) -> None:
        """Give a session the rights of ``viewer`` and another end; none lasts longer than ever."""
        session = self._sessions.find(digest)
        if session is not None:
            latest = session.created_at + self._longest
            self._sessions.renew(
                digest, name=viewer.name, agency=viewer.agency, roles=viewer.roles,
                highest=viewer.highest, ends_at=min(latest, ends_at),
            )  # fmt: skip

    def end(self, digest: bytes) -> None:
        """End the session of a digest."""
        self._sessions.revoke(digest)

    def end_origin(self, origin: Origin) -> int:
        """End every session of people who are known that way; return how many there were."""
        return self._sessions.revoke_origin(origin)

    def _is_open(self, session: StoredSession, now: datetime) -> bool:
        if session.revoked_at is not None or session.ends_at <= now:
            return False
        return session.used_at + self._idle > now

    def _to_viewer(self, session: StoredSession) -> Viewer | None:
        if session.origin == "local":
            return self._accounts.find_viewer(session.viewer)
        return Viewer(
            id=session.viewer, name=session.name, agency=session.agency, roles=session.roles,
            highest=self._policy.settle_highest(session.agency, session.highest),
            verified=True, origin=cast("Origin", session.origin),
        )  # fmt: skip


def digest_token(token: str) -> bytes:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).digest()
