"""Sessions of people whom a provider vouches for: asked again and again, ended when it stops."""

import threading
from typing import Final

from cop.access.oidc import OidcProvider, ProviderGrant
from cop.access.policy import Policy
from cop.access.session import SessionRegistry, digest_token
from cop.access.viewer import Viewer
from cop.errors import AccessError, ProviderError, StoreError

OIDC: Final = "oidc"


class ProviderSessions:
    """The refresh tokens of this process, which are in its memory alone."""

    def __init__(self, provider: OidcProvider, policy: Policy) -> None:
        """Ask ``provider``; roles are those that ``policy`` gives to its groups."""
        self._provider, self._policy = provider, policy
        self._grants: dict[bytes, ProviderGrant] = {}
        self._lock = threading.Lock()

    def to_viewer(self, grant: ProviderGrant) -> Viewer:
        """Return the viewer of a grant; raise AccessError if no group of it has access."""
        return self._policy.grouped_viewer(
            grant.viewer_id, name=grant.name, groups=grant.groups, origin=OIDC
        )

    def keep(self, token: str, grant: ProviderGrant) -> None:
        """Ask again for a session from now on, if the provider lets us."""
        if grant.refresh_token is not None:
            with self._lock:
                self._grants[digest_token(token)] = grant

    def look(self, sessions: SessionRegistry) -> None:
        """Ask for each session: prolong it, change its rights, or end it.

        While the provider is away a session goes on until its token expires.
        """
        with self._lock:
            grants = dict(self._grants)
        for digest, grant in grants.items():
            try:
                renewed = self._renew(sessions, digest, grant)
            except (ProviderError, StoreError):
                continue
            with self._lock:
                if renewed is None:
                    self._grants.pop(digest, None)
                elif digest in self._grants:
                    self._grants[digest] = renewed

    def _renew(
        self, sessions: SessionRegistry, digest: bytes, grant: ProviderGrant
    ) -> ProviderGrant | None:
        if not sessions.is_open(digest):
            self._provider.revoke(grant)
            return None
        try:
            renewed = self._provider.refresh(grant)
            sessions.renew(digest, self.to_viewer(renewed), ends_at=renewed.ends_at)
        except ProviderError:
            raise
        except AccessError:
            sessions.end(digest)
            return None
        return renewed
