"""Where the grants of a provider are stored: with one server in memory, with several in the room.

A grant has a refresh token, which could speak for its person: in the room it is encrypted.
"""

import json
import secrets
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cop.access.oidc import ProviderGrant
from cop.store.room.expiring import ExpiringRecords

_LASTS: Final = timedelta(days=1)
"""No session is longer."""
_NONCE_BYTES: Final = 12


class GrantStore(Protocol):
    """The grants by the digests of the tokens of their sessions."""

    is_shared: bool
    """Whether other servers of the warehouse have the same grants."""

    def add(self, digest: bytes, grant: ProviderGrant) -> None:
        """Store the grant of a new session."""

    def replace(self, digest: bytes, grant: ProviderGrant) -> None:
        """Store a renewed grant, unless there is none any more."""

    def remove(self, digest: bytes) -> None:
        """Forget a grant."""

    def list(self) -> Mapping[bytes, ProviderGrant]:
        """Return all grants."""


class MemoryGrants:
    """The grants of this process, in its memory alone."""

    is_shared = False

    def __init__(self) -> None:
        """Begin with none."""
        self._grants: dict[bytes, ProviderGrant] = {}
        self._lock = threading.Lock()

    def add(self, digest: bytes, grant: ProviderGrant) -> None:
        """Store the grant of a new session."""
        with self._lock:
            self._grants[digest] = grant

    def replace(self, digest: bytes, grant: ProviderGrant) -> None:
        """Store a renewed grant, unless there is none any more."""
        with self._lock:
            if digest in self._grants:
                self._grants[digest] = grant

    def remove(self, digest: bytes) -> None:
        """Forget a grant."""
        with self._lock:
            self._grants.pop(digest, None)

    def list(self) -> Mapping[bytes, ProviderGrant]:
        """Return all grants."""
        with self._lock:
            return dict(self._grants)


class RoomGrants:
    """The grants in the room, each encrypted by a key that every server has."""

    is_shared = True

    def __init__(self, records: Callable[[], ExpiringRecords], key: bytes) -> None:
        """Use ``records``, opened when first asked for, and a ``key`` of 32 bytes."""
        self._records, self._cipher = records, AESGCM(key)

    def add(self, digest: bytes, grant: ProviderGrant) -> None:
        """Store the grant of a new session."""
        self._records().add("grant", digest, self._encrypt(digest, grant), lasts=_LASTS)

    def replace(self, digest: bytes, grant: ProviderGrant) -> None:
        """Store a renewed grant, unless there is none any more."""
        self._records().replace("grant", digest, self._encrypt(digest, grant))

    def remove(self, digest: bytes) -> None:
        """Forget a grant."""
        self._records().take("grant", digest)

    def list(self) -> Mapping[bytes, ProviderGrant]:
        """Return all grants; one of another key is left out, and its session ends by itself."""
        found = {}
        for digest, content in self._records().list("grant").items():
            with suppress(InvalidTag, ValueError, TypeError, KeyError):
                found[digest] = self._decrypt(digest, content)
        return found

    def _encrypt(self, digest: bytes, grant: ProviderGrant) -> bytes:
        fields = asdict(grant) | {"ends_at": grant.ends_at.isoformat()}
        nonce = secrets.token_bytes(_NONCE_BYTES)
        # A grant is of its session alone: that of another one cannot be put in its place.
        return nonce + self._cipher.encrypt(nonce, json.dumps(fields).encode(), digest)

    def _decrypt(self, digest: bytes, content: bytes) -> ProviderGrant:
        nonce, sealed = content[:_NONCE_BYTES], content[_NONCE_BYTES:]
        fields = json.loads(self._cipher.decrypt(nonce, sealed, digest))
        ends_at = datetime.fromisoformat(fields["ends_at"])
        return ProviderGrant(**fields | {"groups": tuple(fields["groups"]), "ends_at": ends_at})
