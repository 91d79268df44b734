"""Local accounts: add, list, change, disable, enable, reset the password, sign out."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cop.app import build_settings
from cop.cli.base import AsJson, Data, app, guarded, name_user
from cop.cli.release import PolicyPath
from cop.settings import AccessSettings, StoreSettings

if TYPE_CHECKING:
    from cop.access.people import LocalAccounts
    from cop.access.session import SessionRegistry
    from cop.store.room.people import Account, People
    from cop.store.room.token import AccessTokens

people_app = typer.Typer(no_args_is_help=True, help="Local accounts: who may sign in.")
app.add_typer(people_app, name="people")

LoginName = Annotated[str, typer.Argument(metavar="LOGIN", help="Lower-case login.")]
PasswordFile = Annotated[
    Path | None,
    typer.Option("--password-file", help="File with the password, for you alone (chmod 600)."),
]
Highest = Annotated[
    str | None, typer.Option("--highest", help="Highest label, like TLP:AMBER (default: agency's).")
]
ValidUntil = Annotated[
    str | None, typer.Option("--valid-until", help="Expiry: YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ.")
]
By = Annotated[str | None, typer.Option("--by", help="Your name (default: the machine's user).")]


@dataclass(frozen=True, kw_only=True)
class _Opened:
    people: "People"
    accounts: "LocalAccounts"
    sessions: "SessionRegistry"
    tokens: "AccessTokens"


@people_app.command("add")
@guarded
def add(
    login: LoginName,
    *,
    name: Annotated[str, typer.Option("--name", help="Shown name.")],
    agency: Annotated[str, typer.Option("--agency", help="Agency code of the policy.")],
    role: Annotated[list[str], typer.Option("--role", help="Role of the policy; repeatable.")],
    highest: Highest = None,
    valid_until: ValidUntil = None,
    password_file: PasswordFile = None,
    by: By = None,
    access: PolicyPath = None,
    data: Data = None,
) -> None:
    """Add an account; the password is asked for, or read from a file."""
    with _open(data, access) as opened:
        account = opened.accounts.add(
            login,
            _read_password(password_file),
            name=name,
            agency=agency,
            roles=role,
            highest=highest,
            valid_until=_parse_expiry(valid_until),
            by=by or name_user(),
        )
    typer.echo(f"account {account.login} added: {_describe(account)}")


@people_app.command("list")
@guarded
def list_people(*, data: Data = None, access: PolicyPath = None, as_json: AsJson = False) -> None:
    """List the accounts."""
    with _open(data, access) as opened:
        found = opened.people.list()
    if as_json:
        typer.echo(json.dumps({"people": [_to_json(account) for account in found]}))
        return
    for account in found:
        typer.echo(f"{account.login}  {_describe(account)}")


@people_app.command("change")
@guarded
def change(
    login: LoginName,
    *,
    name: Annotated[str | None, typer.Option("--name", help="Shown name.")] = None,
    agency: Annotated[str | None, typer.Option("--agency", help="Agency code.")] = None,
    role: Annotated[
        list[str] | None, typer.Option("--role", help="All roles from now on; repeatable.")
    ] = None,
    highest: Highest = None,
    valid_until: ValidUntil = None,
    by: By = None,
    access: PolicyPath = None,
    data: Data = None,
) -> None:
    """Change an account: what is stated. `none` takes back --highest and --valid-until."""
    stated: dict[str, Any] = {"name": name, "agency": agency}
    changes = {field: value for field, value in stated.items() if value is not None}
    if role:
        changes["roles"] = frozenset(role)
    if highest is not None:
        changes["highest"] = None if highest == "none" else highest
    if valid_until is not None:
        changes["valid_until"] = _parse_expiry(valid_until)
    with _open(data, access) as opened:
        account = opened.accounts.change(login, by=by or name_user(), **changes)
    typer.echo(f"account {account.login} changed: {_describe(account)}")


@people_app.command("disable")
@guarded
def disable(
    login: LoginName, *, by: By = None, access: PolicyPath = None, data: Data = None
) -> None:
    """Close an account, end its sessions and revoke its tokens."""
    from cop.store.room.token import TokenOwner

    with _open(data, access) as opened:
        account = opened.accounts.disable(login, by=by or name_user())
        n = _sign_out(opened, account)
        tokens = opened.tokens.revoke_all(TokenOwner(kind="account", name=account.login))
    revoked = f", {tokens} token{'' if tokens == 1 else 's'} revoked" if tokens else ""
    typer.echo(f"account {account.login} disabled; {_count(n)} ended{revoked}")


@people_app.command("enable")
@guarded
def enable(
    login: LoginName, *, by: By = None, access: PolicyPath = None, data: Data = None
) -> None:
    """Open an account again, and take back a lock after wrong passwords."""
    with _open(data, access) as opened:
        account = opened.accounts.enable(login, by=by or name_user())
    typer.echo(f"account {account.login} enabled: {_describe(account)}")


@people_app.command("reset")
@guarded
def reset(
    login: LoginName,
    *,
    password_file: PasswordFile = None,
    by: By = None,
    access: PolicyPath = None,
    data: Data = None,
) -> None:
    """Set another password, take back a lock, and end the sessions of an account."""
    with _open(data, access) as opened:
        opened.people.get(login)
        account = opened.accounts.reset(login, _read_password(password_file), by=by or name_user())
        n = _sign_out(opened, account)
    typer.echo(f"account {account.login} has another password; {_count(n)} ended")


@people_app.command("sign-out")
@guarded
def sign_out(
    login: LoginName, *, by: By = None, access: PolicyPath = None, data: Data = None
) -> None:
    """End all sessions of an account."""
    with _open(data, access) as opened:
        n = opened.accounts.sign_out(login, opened.sessions.revoke_all, by=by or name_user())
    typer.echo(f"account {login}: {_count(n)} ended")


@contextmanager
def _open(data: Path | None, access: Path | None) -> Iterator[_Opened]:
    from cop.access.audit.log import AuditLog
    from cop.access.audit.recorder import AuditRecorder
    from cop.access.people import LocalAccounts
    from cop.access.policy import read_policy
    from cop.access.session import SessionRegistry
    from cop.store.catalogue.writer import make_folder
    from cop.store.room.people import People
    from cop.store.room.session import Sessions
    from cop.store.room.token import AccessTokens

    store, settings = (
        build_settings(StoreSettings, data=data),
        build_settings(AccessSettings, access=access),
    )
    policy = read_policy(settings.access)
    # Accounts may be added before the first data are there.
    make_folder(store.data.resolve())
    with (
        closing(AuditLog(store)) as audit,
        closing(People(store)) as people,
        closing(Sessions(store)) as sessions,
        closing(AccessTokens(store)) as tokens,
    ):
        accounts = LocalAccounts(people, policy, record=AuditRecorder(audit))
        yield _Opened(
            people=people,
            accounts=accounts,
            tokens=tokens,
            sessions=SessionRegistry(
                sessions, accounts, policy, idle=timedelta(minutes=settings.session_idle_minutes)
            ),
        )


def _sign_out(opened: _Opened, account: "Account") -> int:
    from cop.access.people import PREFIX

    return opened.sessions.revoke_all(f"{PREFIX}{account.login}")


def _read_password(path: Path | None) -> str:
    if path is None:
        password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        return password
    from cop.access.secret import read_secret

    return read_secret(path, what="password", remedy="see docs/access.md")


def _parse_expiry(stated: str | None) -> datetime | None:
    from cop.model.moment import parse_moment

    if stated is None or stated == "none":
        return None
    return parse_moment(stated, name="--valid-until")


def _describe(account: "Account") -> str:
    from cop.model.moment import format_instant, utc_now

    parts = [account.name, account.agency, " ".join(sorted(account.roles))]
    parts += [account.highest] if account.highest else []
    if account.valid_until is not None:
        over = "expired" if account.valid_until <= utc_now() else "until"
        parts.append(f"{over} {format_instant(account.valid_until)}")
    parts += ["disabled"] if account.disabled_at else []
    return "  ".join(parts)


def _to_json(account: "Account") -> dict[str, Any]:
    return account.model_dump(mode="json", exclude={"password_hash"})


def _count(n: int) -> str:
    return f"{n} session{'' if n == 1 else 's'}"
