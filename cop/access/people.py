"""Local accounts: passwords, lock-out after wrong ones, and the viewer that each account is."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Any, Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from cop.access.event import AccessRecorder, record_nothing
from cop.access.policy import Policy
from cop.access.viewer import Viewer
from cop.errors import AccessError, CopError, StoreError
from cop.model.audit import Actor
from cop.model.moment import format_instant, utc_now
from cop.store.room.people import LOGIN_PATTERN, Account, People, build_account

SHORTEST: Final = 12
MOST_WRONG: Final = 5
LOCK: Final = timedelta(minutes=15)
PREFIX: Final = "local:"
"""Begins the ids of viewers with a local account; the login follows."""
_LONGEST: Final = 1_024
_LONGEST_LOGIN: Final = 200


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """How a sign-in ended: the viewer, or None, and until when the login is locked (naive UTC)."""

    viewer: Viewer | None = None
    locked_until: datetime | None = None


class LocalAccounts:
    """The accounts of a room under a policy; safe to use from many threads."""

    def __init__(
        self,
        people: People,
        policy: Policy,
        *,
        record: AccessRecorder = record_nothing,
        hasher: PasswordHasher | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """Use the stored ``people``; ``record`` takes what happens, ``now`` is the clock."""
        self._people, self._policy, self._record, self._now = people, policy, record, now
        self._hasher = hasher or PasswordHasher()

    def add(
        self,
        login: str,
        password: str,
        *,
        name: str,
        agency: str,
        roles: Iterable[str],
        highest: str | None = None,
        valid_until: datetime | None = None,
        by: str,
    ) -> Account:
        """Add an account; raise AccessError for a part that is not valid."""
        granted, now = frozenset(roles), self._now()
        self._check(agency, granted, highest)
        account = build_account(
            login=login, name=name, agency=agency, roles=granted, highest=highest,
            password_hash="", created_at=now, changed_at=now, valid_until=valid_until,
        )  # fmt: skip
        hashed = self._hasher.hash(check_password(password, login))
        account = account.model_copy(update={"password_hash": hashed})
        with self._recorded("add account", login, by, _stated(account)):
            self._people.add(account)
        return account

    def change(self, login: str, *, by: str, **changes: Any) -> Account:
        """Change name, agency, roles, highest or valid_until; raise AccessError if not valid."""
        stored = self._people.get(login)
        merged = {**dict(stored), **changes}
        self._check(merged["agency"], frozenset(merged["roles"]), merged["highest"])
        after = _stated(stored.model_copy(update=changes))
        changed = {k: v for k, v in after.items() if v != _stated(stored)[k]}
        with self._recorded("change account", login, by, changed):
            return self._people.change(login, **changes)

    def reset(self, login: str, password: str, *, by: str) -> Account:
        """Give an account another password, and take back a lock. Its sessions go on."""
        self._people.get(login)
        hashed = self._hasher.hash(check_password(password, login))
        with self._recorded("reset password", login, by):
            self._people.forget_failures(_digest(login))
            return self._people.change(login, password_hash=hashed)

    def disable(self, login: str, *, by: str) -> Account:
        """Close an account; its sessions end when they are looked up next."""
        with self._recorded("disable account", login, by):
            return self._people.change(login, disabled_at=self._now())

    def enable(self, login: str, *, by: str) -> Account:
        """Open an account again, and take back a lock."""
        with self._recorded("enable account", login, by):
            self._people.forget_failures(_digest(login))
            return self._people.change(login, disabled_at=None)

    def sign_out(self, login: str, revoke: Callable[[str], int], *, by: str) -> int:
        """End the sessions of an account by ``revoke``; return how many there were."""
        self._people.get(login)
        with self._recorded("revoke sessions", login, by):
            return revoke(f"{PREFIX}{login}")

    def sign_in(self, stated_login: str, password: str, *, address: str) -> SignIn:
        """Check a password; it does not reveal what is wrong, and an unknown login takes as long.

        An attempt counts before it is checked: many at once are no more than the limit either.
        """
        login = stated_login.strip().lower()[:_LONGEST_LOGIN]
        digest = _digest(login)
        attempt = self._people.begin_attempt(digest, most=MOST_WRONG, lock=LOCK)
        if not attempt.is_admitted:
            self._note(login, "refused", address)
            return SignIn(locked_until=attempt.locked_until)
        account = self._find(login)
        stored = self._nobody if account is None else account.password_hash
        is_right = self._is_password(stored, password)
        if account is None or not is_right or not account.is_open(self._now()):
            self._note(login, "failed", address)
            return SignIn(locked_until=attempt.locked_until)
        self._people.forget_failures(digest)
        if self._hasher.check_needs_rehash(stored):
            self._people.change(login, password_hash=self._hasher.hash(_normal(password)))
        viewer = self._to_viewer(account)
        self._record(viewer.as_actor(address), "sign in", viewer.id)
        return SignIn(viewer=viewer)

    def find_viewer(self, viewer_id: str) -> Viewer | None:
        """Return the viewer of an account as it is now; None if it is closed or gone."""
        account = self._find(viewer_id.removeprefix(PREFIX))
        if account is None or not account.is_open(self._now()):
            return None
        return self._to_viewer(account)

    def exists(self, login: str) -> bool:
        """Return whether there is such an account, closed or not."""
        return self._find(login) is not None

    def _find(self, login: str) -> Account | None:
        return self._people.find(login) if re.fullmatch(LOGIN_PATTERN, login) else None

    @cached_property
    def _nobody(self) -> str:
        """A hash that no password fits: for unknown logins."""
        return self._hasher.hash(hashlib.sha256(b"nobody").hexdigest())

    def _is_password(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, _normal(password)) and stored != self._nobody
        except (VerificationError, InvalidHashError, UnicodeError):
            return False

    def _to_viewer(self, account: Account) -> Viewer:
        return Viewer(
            id=f"{PREFIX}{account.login}", name=account.name, agency=account.agency,
            roles=account.roles,
            highest=self._policy.settle_highest(account.agency, account.highest),
            verified=True, origin="local",
        )  # fmt: skip

    @contextmanager
    def _recorded(
        self, action: str, login: str, by: str, detail: Mapping[str, Any] | None = None
    ) -> Iterator[None]:
        """Record an act before it is done, and how it ended."""
        note = partial(self._record, Actor(name=by), action, f"{PREFIX}{login}", detail=detail)
        begun = note(outcome="begun")
        try:
            yield
        except CopError as fault:
            outcome = "failed" if isinstance(fault, StoreError) else "refused"
            note(outcome=outcome, completes=begun)
            raise
        note(outcome="done", completes=begun)

    def _check(self, agency: str, roles: frozenset[str], highest: str | None) -> None:
        if not roles:
            raise AccessError(f"no role: use one or more of {', '.join(self._policy.roles)}")
        self._policy.check_person(agency=agency, roles=roles, highest=highest)

    def _note(self, login: str, outcome: str, address: str) -> None:
        # What was typed may be a password in the wrong field: only known logins are recorded.
        known = self._find(login) is not None
        who = f"{PREFIX}{login}" if known else "unknown"
        actor = Actor(who=who, roles=(), origin="local", address=address)
        self._record(actor, "sign in", who, outcome=outcome)


def check_password(password: str, login: str) -> str:
    """Return a new password as it is hashed; raise AccessError, without it, if it is too weak."""
    normal = _normal(password)
    if len(normal) < SHORTEST:
        raise AccessError(
            f"the password has {len(normal)} characters: use at least {SHORTEST}; "
            "several words are easy to remember"
        )
    if len(normal) > _LONGEST:
        raise AccessError(f"the password is too long: use at most {_LONGEST:,} characters")
    if normal.strip().casefold() == login.casefold():
        raise AccessError("the password is the login: use another")
    return normal


def _stated(account: Account) -> dict[str, Any]:
    """Return what an audit record has of an account: all that decides what the person may do."""
    until = account.valid_until
    return {
        "name": account.name,
        "agency": account.agency,
        "roles": sorted(account.roles),
        "highest": account.highest or "",
        "valid_until": "" if until is None else format_instant(until),
    }


def _normal(password: str) -> str:
    """Return a password in one form: keyboards write the same letter in several ways."""
    return unicodedata.normalize("NFKC", password)


def _digest(login: str) -> bytes:
    return hashlib.sha256(login.encode(errors="replace")).digest()
