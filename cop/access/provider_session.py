"""Sessions of people whom a provider vouches for: asked again and again, ended when it stops."""

import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from cop.access.event import AccessRecorder, record_nothing
from cop.access.grant import GrantStore, MemoryGrants
from cop.access.oidc import OidcProvider, ProviderGrant
from cop.access.policy import Policy
from cop.access.session import SessionRegistry, digest_token
from cop.access.viewer import Viewer
from cop.errors import AccessError, AuditError, ProviderError, StoreError
from cop.model.audit import Actor

OIDC: Final = "oidc"
_ASKED_AT_ONCE: Final = 16
_PROVIDER: Final = Actor(who="provider", roles=(), origin=OIDC)


class ProviderSessions:
    """The refresh tokens of the sessions, of this process or of all servers."""

    def __init__(
        self,
        provider: OidcProvider,
        policy: Policy,
        *,
        grants: GrantStore | None = None,
        record: AccessRecorder = record_nothing,
    ) -> None:
        """Ask ``provider``; roles are those that ``policy`` gives to its groups.

        ``grants`` has the refresh tokens; None is the memory of this process.

        What it ends or changes is reported to ``record``, once that has happened: a session never
        goes on because nothing can be recorded.
        """
        self._provider, self._policy, self._record = provider, policy, record
        self._unrecorded: deque[tuple[str, str]] = deque()
        self._grants = MemoryGrants() if grants is None else grants
        self._telling = threading.Lock()

    @property
    def is_shared(self) -> bool:
        """Whether sessions outlast this process, as other servers ask for them too."""
        return self._grants.is_shared

    def to_viewer(self, grant: ProviderGrant) -> Viewer:
        """Return the viewer of a grant; raise AccessError if no group of it has access."""
        return self._policy.grouped_viewer(
            grant.viewer_id, name=grant.name, groups=grant.groups, origin=OIDC
        )

    def keep(self, token: str, grant: ProviderGrant) -> None:
        """Ask again for a session from now on, if the provider lets us."""
        if grant.refresh_token is not None:
            self._grants.add(digest_token(token), grant)

    def look(self, sessions: SessionRegistry) -> None:
        """Ask for each session: prolong it, change its rights, or end it.

        While the provider is away a session goes on until its token expires.
        """
        self._tell()
        grants = self._grants.list()
        # A revoked session is over within a minute however many there are, and slow the provider.
        with ThreadPoolExecutor(_ASKED_AT_ONCE, thread_name_prefix="provider") as pool:
            for _ in pool.map(lambda one: self._look_at(sessions, *one), grants.items()):
                pass

    def _look_at(self, sessions: SessionRegistry, digest: bytes, grant: ProviderGrant) -> None:
        try:
            renewed = self._renew(sessions, digest, grant)
            if renewed is None:
                self._grants.remove(digest)
            else:
                self._grants.replace(digest, renewed)
        except (ProviderError, StoreError):
            return

    def _renew(
        self, sessions: SessionRegistry, digest: bytes, grant: ProviderGrant
    ) -> ProviderGrant | None:
        if not sessions.is_open(digest):
            self._provider.revoke(grant)
            return None
        try:
            renewed = self._provider.refresh(grant)
            viewer = self.to_viewer(renewed)
            sessions.renew(digest, viewer, ends_at=renewed.ends_at)
        except ProviderError:
            raise
        except AccessError:
            sessions.end(digest)
            self._tell("session ended by provider", grant.viewer_id)
            return None
        if {*renewed.groups} != {*grant.groups}:
            roles = ", ".join(sorted(viewer.roles))
            subject = f"{viewer.id} of {viewer.agency}: {roles}"
            self._tell("rights changed by provider", subject)
        return renewed

    def _tell(self, *event: str) -> None:
        """Record an event, and those that could not be before; what cannot be is tried again."""
        with self._telling:
            if event:
                action, subject = event
                self._unrecorded.append((action, subject))
            while self._unrecorded:
                action, subject = self._unrecorded[0]
                try:
                    self._record(_PROVIDER, action, subject)
                except AuditError:
                    return
                self._unrecorded.popleft()
