"""People who sign in, as tests use them: accounts with a fast hash, and a clock that is set."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

from cop.access.people import LocalAccounts
from cop.access.policy import Policy, read_policy
from cop.access.session import SessionRegistry
from cop.resource import package_path
from cop.settings import StoreSettings
from cop.store.room.people import Account, People
from cop.store.room.session import Sessions

PASSWORD = "eleven plus one"  # noqa: S105
FAST = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""A hash for tests alone: the program's own takes as long as it should."""
NOW = datetime(2026, 11, 29, 12)


class SetClock:
    """A clock that goes on only when it is told to."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, **by: float) -> None:
        self.now += timedelta(**by)


class Recorded:
    """Keeps the events that identity reports."""

    def __init__(self) -> None:
        self.events: list[dict[str, str]] = []

    def __call__(self, **event: str) -> None:
        self.events.append(event)

    def briefly(self) -> list[tuple[str, str, str]]:
        return [(e["who"], e["action"], e["outcome"]) for e in self.events]


class OwnAccess:
    """Accounts and sessions of one room under the shipped policy."""

    def __init__(self, data: Path, *, policy: Policy | None = None) -> None:
        data.mkdir(exist_ok=True)
        self.settings = StoreSettings(data=data)
        self.clock, self.recorded = SetClock(), Recorded()
        self.policy = policy or shipped_policy()
        self.people = People(self.settings, now=self.clock)
        self.stored = Sessions(self.settings, now=self.clock)
        self.accounts = LocalAccounts(
            self.people, self.policy, record=self.recorded, hasher=FAST, now=self.clock
        )
        self.sessions = SessionRegistry(self.stored, self.accounts, self.policy, now=self.clock)

    def add(self, login: str = "ana", **changes: Any) -> Account:
        stated = {"name": "Ana", "agency": "JTF", "roles": ["analyst"], "by": "tests"} | changes
        return self.accounts.add(login, stated.pop("password", PASSWORD), **stated)

    def close(self) -> None:
        self.people.close()
        self.stored.close()


@contextmanager
def own_access(data: Path) -> Iterator[OwnAccess]:
    """Open the access of a new room."""
    own = OwnAccess(data)
    try:
        yield own
    finally:
        own.close()


def shipped_policy() -> Policy:
    """Return the policy that comes with the program."""
    return read_policy(package_path("data", "access.yaml"))
