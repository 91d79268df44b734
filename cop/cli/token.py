"""Tokens of programs: made for a person or a partner, shown once, listed and revoked."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cop.app import build_settings
from cop.cli.base import AsJson, Data, guarded, name_user
from cop.cli.partner import By, Code, partner_app
from cop.cli.people import LoginName, people_app
from cop.cli.release import PolicyPath
from cop.settings import AccessSettings, StoreSettings

if TYPE_CHECKING:
    from cop.access.token import TokenRegistry
    from cop.store.room.token import OwnerKind, StoredToken

Days = Annotated[
    int | None, typer.Option("--days", help="Valid for so many days: 90, at most 366.")
]
Title = Annotated[str, typer.Option("--title", help="What it is for, like 'QGIS laptop 3'.")]
TokenId = Annotated[str, typer.Argument(metavar="ID", help="Id of the token, as listed.")]
Owner = Annotated[str | None, typer.Argument(metavar="LOGIN", help="Of this account alone.")]


@people_app.command("token")
@guarded
def make_of_person(
    login: LoginName,
    *,
    days: Days = None,
    title: Title = "",
    by: By = None,
    access: PolicyPath = None,
    data: Data = None,
) -> None:
    """Make a token with which a program reads as a person; it is shown once."""
    _make("account", login, days=days, title=title, by=by, access=access, data=data)


@people_app.command("tokens")
@guarded
def list_of_people(
    login: Owner = None,
    *,
    access: PolicyPath = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List the tokens of people."""
    _list("account", login, access=access, data=data, as_json=as_json)


@people_app.command("revoke-token")
@guarded
def revoke_of_person(
    token_id: TokenId, *, by: By = None, access: PolicyPath = None, data: Data = None
) -> None:
    """End a token of a person for good."""
    _revoke("account", token_id, by=by, access=access, data=data)


@partner_app.command("token")
@guarded
def make_of_partner(
    code: Code,
    *,
    days: Days = None,
    title: Title = "",
    by: By = None,
    access: PolicyPath = None,
    data: Data = None,
) -> None:
    """Make a token with which programs of a partner read; it is shown once."""
    _make("partner", code, days=days, title=title, by=by, access=access, data=data)


@partner_app.command("tokens")
@guarded
def list_of_partner(
    code: Code, *, access: PolicyPath = None, data: Data = None, as_json: AsJson = False
) -> None:
    """List the tokens of a partner."""
    _list("partner", code, access=access, data=data, as_json=as_json)


@partner_app.command("revoke-token")
@guarded
def revoke_of_partner(
    token_id: TokenId, *, by: By = None, access: PolicyPath = None, data: Data = None
) -> None:
    """End a token of a partner for good."""
    _revoke("partner", token_id, by=by, access=access, data=data)


def _make(
    kind: "OwnerKind",
    owner: str,
    *,
    days: int | None,
    title: str,
    by: str | None,
    access: Path | None,
    data: Path | None,
) -> None:
    from cop.access.token import USUAL_DAYS
    from cop.model.moment import format_instant
    from cop.store.room.token import TokenOwner

    with _open(data, access) as registry:
        token, stored = registry.issue(
            TokenOwner(kind=kind, name=owner),
            title=title,
            days=USUAL_DAYS if days is None else days,
            by=by or name_user(),
        )
    until = format_instant(stored.ends_at)
    typer.echo(f"token {stored.id} of {owner} until {until}, shown this once:", err=True)
    typer.echo(token)


def _list(
    kind: "OwnerKind",
    owner: str | None,
    *,
    access: Path | None,
    data: Path | None,
    as_json: bool,
) -> None:
    with _open(data, access) as registry:
        found = registry.list(kind, owner)
    if as_json:
        typer.echo(json.dumps({"tokens": [stored.model_dump(mode="json") for stored in found]}))
        return
    for stored in found:
        typer.echo(_describe(stored))


def _revoke(
    kind: "OwnerKind",
    token_id: str,
    *,
    by: str | None,
    access: Path | None,
    data: Path | None,
) -> None:
    with _open(data, access) as registry:
        stored = registry.revoke(kind, token_id, by=by or name_user())
    typer.echo(f"token {stored.id} of {stored.owner} revoked: it is refused within seconds")


@contextmanager
def _open(data: Path | None, access: Path | None) -> Iterator["TokenRegistry"]:
    from cop.access.audit.log import AuditLog
    from cop.access.audit.recorder import AuditRecorder
    from cop.access.people import LocalAccounts
    from cop.access.policy import read_policy
    from cop.access.token import TokenRegistry
    from cop.store.catalogue.writer import make_folder
    from cop.store.room.room import Room

    store = build_settings(StoreSettings, data=data)
    policy = read_policy(build_settings(AccessSettings, access=access).access)
    make_folder(store.data.resolve())
    with closing(AuditLog(store)) as audit, closing(Room(store)) as room:
        record = AuditRecorder(audit)
        accounts = LocalAccounts(room.people, policy, record=record)
        yield TokenRegistry(room.tokens, accounts, room.partners, policy, record=record)


def _describe(stored: "StoredToken") -> str:
    from cop.model.moment import format_instant, utc_now

    parts: list[Any] = [stored.id, stored.owner, stored.title or "-"]
    parts.append(f"made {format_instant(stored.made_at)}")
    over = "expired" if stored.ends_at <= utc_now() else "until"
    parts.append(f"{over} {format_instant(stored.ends_at)}")
    parts.append("never used" if stored.used_on is None else f"last used {stored.used_on}")
    if stored.revoked_at is not None:
        parts.append(f"revoked {format_instant(stored.revoked_at)}")
    return "  ".join(parts)
