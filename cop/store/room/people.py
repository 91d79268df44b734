"""Local accounts in the relational store: who may sign in, and wrong passwords of late."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from sqlalchemy import (
    Column,
    DateTime,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)

from cop.errors import AccessError
from cop.model.board import Name
from cop.store.room.relational import METADATA, RoomRecords

LOGIN_PATTERN: Final = r"^[a-z0-9][a-z0-9._-]{0,39}$"
Login = Annotated[str, StringConstraints(pattern=LOGIN_PATTERN)]
_ACCOUNTS: Final = Table(
    "account",
    METADATA,
    Column("login", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("agency", String, nullable=False),
    Column("roles", String, nullable=False),
    Column("highest", String),
    Column("password_hash", String, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("changed_at", DateTime, nullable=False),
    Column("valid_until", DateTime),
    Column("disabled_at", DateTime),
)
_ATTEMPTS: Final = Table(
    "sign_in_attempt",
    METADATA,
    Column("login_digest", LargeBinary, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", DateTime, nullable=False),
    Column("locked_until", DateTime),
)


class Account(BaseModel):
    """An account; times are naive UTC. ``highest`` is what its person is cleared for, if stated."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    login: Login
    name: Name
    agency: str
    roles: frozenset[str]
    highest: str | None = None
    password_hash: str
    created_at: datetime
    changed_at: datetime
    valid_until: datetime | None = None
    disabled_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Return whether its person may sign in now: it is not disabled and has not expired."""
        expired = self.valid_until is not None and self.valid_until <= now
        return self.disabled_at is None and not expired


class SignInAttempt(BaseModel):
    """Whether its password is checked, and until when the login is locked unless that is right."""

    model_config = ConfigDict(frozen=True)

    is_admitted: bool
    locked_until: datetime | None


class People(RoomRecords):
    """The accounts of one room; safe to use from many threads and processes."""

    def add(self, account: Account) -> None:
        """Add an account; raise AccessError if its login is taken."""
        with self._store.writing() as connection:
            taken = connection.execute(
                select(_ACCOUNTS.c.login).where(_ACCOUNTS.c.login == account.login)
            ).one_or_none()
            if taken is not None:
                raise AccessError(
                    f"an account {account.login!r} exists: change it with "
                    f"`cop people change {account.login}`"
                )
            connection.execute(insert(_ACCOUNTS).values(_to_row(account)))

    def find(self, login: str) -> Account | None:
        """Return the account of a login; None if there is none."""
        with self._store.reading() as connection:
            row = connection.execute(
                select(_ACCOUNTS).where(_ACCOUNTS.c.login == login)
            ).one_or_none()
        return None if row is None else _to_account(row)

    def get(self, login: str) -> Account:
        """Return the account of a login; raise AccessError if there is none."""
        found = self.find(login)
        if found is None:
            raise AccessError(f"no account {login[:60]!r}: `cop people list` lists them")
        return found

    def list(self) -> tuple[Account, ...]:
        """Return all accounts by login."""
        with self._store.reading() as connection:
            rows = connection.execute(select(_ACCOUNTS).order_by(_ACCOUNTS.c.login)).all()
        return tuple(_to_account(row) for row in rows)

    def change(self, login: str, **changes: Any) -> Account:
        """Change fields of an account and return it; raise AccessError if there is none."""
        self.get(login)
        with self._store.writing() as connection:
            stored = connection.execute(select(_ACCOUNTS).where(_ACCOUNTS.c.login == login)).one()
            account = _to_account(stored).model_copy(update={**changes, "changed_at": self._now()})
            # What is checked on its way in is what is stored.
            account = build_account(**dict(account))
            connection.execute(
                update(_ACCOUNTS).where(_ACCOUNTS.c.login == login).values(_to_row(account))
            )
        return account

    def begin_attempt(self, login_digest: bytes, *, most: int, lock: timedelta) -> SignInAttempt:
        """Count an attempt to sign in, before its password is checked; the ``most``-th locks.

        While a login is locked none is admitted. What is older than a lock lasts is dropped.
        """
        now, mine = self._now(), _ATTEMPTS.c.login_digest == login_digest
        with self._store.writing() as connection:
            connection.execute(delete(_ATTEMPTS).where(_ATTEMPTS.c.last_at <= now - lock))
            row = connection.execute(select(_ATTEMPTS).where(mine)).one_or_none()
            if row is not None and row.locked_until is not None:
                return SignInAttempt(is_admitted=False, locked_until=row.locked_until)
            failures = 1 if row is None else row.failures + 1
            until = now + lock if failures >= most else None
            values = {"failures": failures, "last_at": now, "locked_until": until}
            if row is None:
                connection.execute(insert(_ATTEMPTS).values(login_digest=login_digest, **values))
            else:
                connection.execute(update(_ATTEMPTS).where(mine).values(values))
        return SignInAttempt(is_admitted=True, locked_until=until)

    def forget_failures(self, login_digest: bytes) -> None:
        """Forget the wrong passwords of a login, and its lock."""
        with self._store.writing() as connection:
            connection.execute(delete(_ATTEMPTS).where(_ATTEMPTS.c.login_digest == login_digest))


def build_account(**fields: Any) -> Account:
    """Return a checked account; AccessError names the field and never the password's hash."""
    try:
        return Account(**fields)
    except ValidationError as fault:
        first = fault.errors()[0]
        name = str(first["loc"][0])
        stated = "" if name == "password_hash" else f" {str(fields.get(name))[:60]!r}"
        raise AccessError(f"{name}{stated}: {first['msg']}") from None


def _to_row(account: Account) -> dict[str, Any]:
    return {**dict(account), "roles": ",".join(sorted(account.roles))}


def _to_account(row: Row[Any]) -> Account:
    stored = row._mapping
    return Account(**{**stored, "roles": frozenset(stored["roles"].split(","))})
