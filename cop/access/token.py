"""Tokens of programs: what is sent in place of a session, by whom it is for, and what it opens."""

import base64
import binascii
import hashlib
import re
import secrets
import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from cachetools import LRUCache, TTLCache

from cop.access.event import AccessRecorder, record_nothing
from cop.access.identity import LOOKUP_SECONDS
from cop.access.people import PREFIX, LocalAccounts
from cop.access.policy import Policy
from cop.access.viewer import Viewer
from cop.errors import AccessError, CopError, StoreError
from cop.model.audit import Actor
from cop.model.moment import format_instant, utc_now
from cop.model.saved import tidy_name
from cop.store.room.partner import Partners
from cop.store.room.relational import new_id
from cop.store.room.token import AccessTokens, OwnerKind, StoredToken, TokenOwner

TOKEN_PREFIX: Final = "cop_"  # noqa: S105
"""Begins every token, so that people and scanners of secrets know one."""
USUAL_DAYS: Final = 90
MOST_DAYS: Final = 366
_LONGEST_TITLE: Final = 40
_TOKEN_BYTES: Final = 32
_TOKEN: Final = re.compile(rf"{TOKEN_PREFIX}[A-Za-z0-9_-]{{43}}", re.ASCII)
_MOST_REMEMBERED: Final = 10_000
_NO_OWNER: Final = (
    "no account {!r}: `cop people list` lists them. A token is of a local account or of a partner: "
    "whoever signs in with a provider or a certificate has no account here, and no token"
)


@dataclass(frozen=True, kw_only=True)
class StatedToken:
    """What the Authorization headers of a request state; ``is_token`` if it counts as a token."""

    text: str
    is_token: bool


@dataclass(frozen=True, kw_only=True)
class TokenViewer:
    """The viewer that a program is, and the id of its token."""

    viewer: Viewer
    token_id: str


def read_stated(authorizations: Sequence[str]) -> StatedToken | None:
    """Read Authorization headers: a Bearer token, or a Basic password; None without either.

    Of several headers with a token none is right: which one counts would be a guess.
    """
    found = [_read_secret(value) for value in authorizations]
    stated = [secret for secret in found if secret is not None]
    if not stated:
        return None
    is_token = any(secret.startswith(TOKEN_PREFIX) for secret in stated)
    if len(authorizations) > 1:
        return StatedToken(text="\n".join(authorizations), is_token=is_token)
    return StatedToken(text=stated[0], is_token=is_token)


def digest_stated(text: str) -> bytes:
    """Return what is stored of a token, or remembered of a wrong one."""
    return hashlib.sha256(text.encode(errors="replace")).digest()


def _read_secret(authorization: str) -> str | None:
    """Return the token or password of a header (RFC 6750, RFC 7617); None of another scheme."""
    scheme, _, rest = authorization.strip(" \t").partition(" ")
    content = rest.strip(" \t")
    if scheme.lower() == "bearer":
        return content
    if scheme.lower() != "basic":
        return None
    try:
        decoded = base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return decoded.partition(b":")[2].decode("utf-8", "replace")


class TokenRegistry:
    """The tokens of a room under a policy; safe to use from many threads and processes."""

    def __init__(
        self,
        tokens: AccessTokens,
        accounts: LocalAccounts,
        partners: Partners,
        policy: Policy,
        *,
        kinds: Collection[OwnerKind] = ("account", "partner"),
        record: AccessRecorder = record_nothing,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """Admit programs of owners of these ``kinds``; ``record`` takes what happens."""
        self._tokens, self._accounts, self._partners = tokens, accounts, partners
        self._policy, self._kinds = policy, frozenset(kinds)
        self._record, self._now = record, now
        self._noted: LRUCache[str, date] = LRUCache(_MOST_REMEMBERED)
        self._noting = threading.Lock()

    def issue(
        self, owner: TokenOwner, *, title: str = "", days: int = USUAL_DAYS, by: str
    ) -> tuple[str, StoredToken]:
        """Make a token of an owner; return it, which is stored nowhere, and what is known of it.

        Raise AccessError or PartnerError if there is no such owner, or if it has no access.
        """
        if not 1 <= days <= MOST_DAYS:
            raise AccessError(f"{days} days: a token is valid for 1 to {MOST_DAYS}")
        if len(title) > _LONGEST_TITLE or not title.isprintable():
            raise AccessError(f"title {title[:60]!r}: use at most {_LONGEST_TITLE} letters")
        self._check(owner)
        now = self._now()
        stored = StoredToken(
            id=new_id(), owner_kind=owner.kind, owner=owner.name, title=tidy_name(title),
            made_by=by, made_at=now, ends_at=now + timedelta(days=days),
        )  # fmt: skip
        token = f"{TOKEN_PREFIX}{secrets.token_urlsafe(_TOKEN_BYTES)}"
        detail = {"title": stored.title, "ends_at": format_instant(stored.ends_at)}
        self._do(
            "add token", stored, by, lambda: self._tokens.add(digest_stated(token), stored),
            detail=detail,
        )  # fmt: skip
        return token, stored

    def list(self, kind: OwnerKind, owner: str | None = None) -> tuple[StoredToken, ...]:
        """Return the tokens of an owner, or of all of that kind, also those that are over."""
        return self._tokens.list(kind, owner)

    def revoke(self, kind: OwnerKind, token_id: str, *, by: str) -> StoredToken:
        """End a token of that kind of owner for good; raise AccessError if there is none."""
        found = next((one for one in self._tokens.list(kind) if one.id == token_id), None)
        if found is None:
            command = "people" if kind == "account" else "partner"
            raise AccessError(f"no token {token_id[:40]!r}: `cop {command} tokens` lists them")
        self._do("revoke token", found, by, lambda: self._tokens.revoke(token_id))
        return found

    def find(self, token: str, *, address: str) -> TokenViewer | None:
        """Return whose a token is, with the rights of now; None if it opens nothing.

        Its first use of a day is recorded before: raise AuditError if that cannot be.
        """
        stored = self._find(token)
        if (
            stored is None
            or not stored.is_open(self._now())
            or stored.owner_kind not in self._kinds
        ):
            return None
        viewer = self._to_viewer(stored)
        if viewer is None:
            return None
        self._note_use(stored, viewer.as_actor(address))
        return TokenViewer(viewer=viewer, token_id=stored.id)

    def name(self, token: str) -> str:
        """Return the words for a token that was refused, for records: never the token."""
        stored = self._find(token)
        return "unknown token" if stored is None else _name(stored)

    def _find(self, token: str) -> StoredToken | None:
        return self._tokens.find(digest_stated(token)) if _TOKEN.fullmatch(token) else None

    def _check(self, owner: TokenOwner) -> None:
        """Raise an error unless an owner has access."""
        if owner.kind == "partner":
            if not self._partners.get(owner.name).is_active:
                raise AccessError(f"partner {owner.name} is suspended: resume it first")
            return
        if self._accounts.find_viewer(f"{PREFIX}{owner.name}") is None:
            if not self._accounts.exists(owner.name):
                raise AccessError(_NO_OWNER.format(owner.name[:60]))
            raise AccessError(f"account {owner.name} is disabled or has expired: enable it first")

    def _to_viewer(self, stored: StoredToken) -> Viewer | None:
        if stored.owner_kind == "account":
            viewer = self._accounts.find_viewer(f"{PREFIX}{stored.owner}")
            return None if viewer is None else replace(viewer, origin="token")
        partner = self._partners.find(stored.owner)
        if partner is None or not partner.is_active or partner.rules.gives_nothing:
            return None
        if partner.code not in self._policy.agencies:
            return None
        return Viewer(
            id=f"partner {partner.code}", name=partner.card.title, agency=partner.code,
            roles=frozenset(), verified=True, origin="token", partner=partner.code,
            highest=self._policy.settle_highest(partner.code, partner.rules.highest),
        )  # fmt: skip

    def _note_use(self, stored: StoredToken, actor: Actor) -> None:
        """Record the first use of a day, once among the requests that come together."""
        today = self._now().date()
        if today in (stored.used_on, self._noted.get(stored.id)):
            return
        with self._noting:
            if self._noted.get(stored.id) == today:
                return
            self._record(actor, "use token", _name(stored), detail={"title": stored.title})
            self._noted[stored.id] = today
        # Where the room cannot be written the record has the use all the same.
        with suppress(StoreError):
            self._tokens.note_use(stored.id, today)

    def _do(
        self, action: str, stored: StoredToken, by: str, act: Callable[[], None], **more: Any
    ) -> None:
        """Record an act before it is done, and how it ended."""
        actor, subject = Actor(name=by), _name(stored)
        begun = self._record(actor, action, subject, outcome="begun", **more)
        try:
            act()
        except CopError:
            self._record(actor, action, subject, outcome="failed", completes=begun, **more)
            raise
        self._record(actor, action, subject, outcome="done", completes=begun, **more)


class TokenWay:
    """Knows programs by their token; what was looked up is remembered for seconds."""

    def __init__(
        self, tokens: Callable[[], TokenRegistry], *, seconds: float = LOOKUP_SECONDS
    ) -> None:
        """Look into ``tokens``, which are opened when first asked for."""
        self._tokens = tokens
        self._known: TTLCache[bytes, TokenViewer] = TTLCache(_MOST_REMEMBERED, seconds)
        self._lock = threading.Lock()

    def recall(self, token: str) -> TokenViewer | None:
        """Return what was looked up just now."""
        with self._lock:
            return self._known.get(digest_stated(token))

    def find(self, token: str, *, address: str) -> TokenViewer | None:
        """Return the viewer of a token; None if it opens nothing."""
        found = self._tokens().find(token, address=address)
        digest = digest_stated(token)
        with self._lock:
            self._known.pop(digest, None)
            if found is not None:
                self._known[digest] = found
        return found

    def name(self, token: str) -> str:
        """Return the words for a token that was refused."""
        return self._tokens().name(token)


def _name(stored: StoredToken) -> str:
    owner = (
        f"{PREFIX}{stored.owner}" if stored.owner_kind == "account" else f"partner {stored.owner}"
    )
    return f"token {stored.id} of {owner}"
