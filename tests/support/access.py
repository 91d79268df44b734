"""People who sign in, as tests use them: accounts with a fast hash, and a clock that is set."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from argon2 import PasswordHasher
from starlette.types import ASGIApp, Receive, Scope, Send

from cop.access.identity import SESSION_COOKIE
from cop.access.people import LocalAccounts
from cop.access.policy import Policy, read_policy
from cop.access.session import SessionRegistry
from cop.access.viewer import Viewer
from cop.model.audit import Actor
from cop.resource import package_path
from cop.settings import StoreSettings
from cop.store.room.people import Account, People
from cop.store.room.session import Sessions
from tests.support.command import serving
from tests.support.http import Answer, Caller

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
        self.events: list[dict[str, Any]] = []

    def __call__(
        self,
        actor: Actor,
        action: str,
        subject: str,
        *,
        outcome: str = "done",
        detail: Mapping[str, Any] | None = None,
        completes: int | None = None,
    ) -> int:
        what = {"action": action, "subject": subject, "outcome": outcome, "completes": completes}
        self.events.append(asdict(actor) | what | {"detail": dict(detail or {})})
        return len(self.events)

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
def own_access(data: Path, policy: Policy | None = None) -> Iterator[OwnAccess]:
    """Open the access of a new room."""
    own = OwnAccess(data, policy=policy)
    try:
        yield own
    finally:
        own.close()


def shipped_policy() -> Policy:
    """Return the policy that comes with the program."""
    return read_policy(package_path("data", "access.yaml"))


class KnownViewer:
    """Stands in for the gate: every request is of one viewer."""

    def __init__(self, app: ASGIApp, viewer: Viewer) -> None:
        self.app, self.viewer = app, viewer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = {**scope.get("state", {}), "viewer": self.viewer}
        await self.app(scope, receive, send)


class Member:
    """Somebody who signs in to a real server by the form, as a browser does."""

    def __init__(self, base: str, login: str, password: str = PASSWORD) -> None:
        self.base, self.login, self.password = base, login, password
        self.cookie: dict[str, str] = {}

    def sign_in(self, address: str = "/", **changes: str) -> Answer:
        """Post the form; keep the cookie if there is one."""
        form = {"login": self.login, "password": self.password, "next": address} | changes
        answer = self.post("/sign-in", form)
        self._keep(answer)
        return answer

    def sign_out(self) -> Answer:
        """Post the form that ends the session; the cookie stays, as one that was stolen would."""
        return self.post("/sign-out", {})

    def ask(self, path: str, **more: Any) -> Answer:
        """Ask for a path with the cookie."""
        headers = self.cookie | more.pop("headers", {})
        with closing(Caller(self.base)) as caller:
            return caller.ask(path, headers=headers, **more)

    def post(self, path: str, form: dict[str, str], **headers: str) -> Answer:
        """Post a form as a browser does, with the cookie."""
        sent = {
            "Origin": self.base,
            "Content-Type": "application/x-www-form-urlencoded",
            **self.cookie,
            **headers,
        }
        return self.ask(path, method="POST", headers=sent, body=urlencode(form).encode())

    def _keep(self, answer: Answer) -> None:
        name, _, value = answer.headers.get("set-cookie", "").partition(";")[0].partition("=")
        if name == SESSION_COOKIE and value:
            self.cookie = {"Cookie": f"{name}={value}"}


def add_people(data: Path, *logins: str, roles: tuple[str, ...] = ("viewer",)) -> None:
    """Add accounts of that name to a warehouse, with a hash that is fast to check."""
    with own_access(data) as own:
        for login in logins:
            own.accounts.add(
                login, PASSWORD, name=login.title(), agency="JTF", roles=roles, by="tests"
            )


@contextmanager
def serving_people(
    data: Path, folder: Path, *options: str | Path, environment: dict[str, str] | None = None
) -> Iterator[str]:
    """Serve a warehouse to who signs in with an account; its log is log.txt of the folder."""
    log = folder / "log.txt"
    with serving(data, log, "--sign-in", "local", *options, environment=environment) as base:
        yield base
