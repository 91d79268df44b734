"""Partners: agencies with a server of their own, what they are given, and this server's card."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cop.app import build_settings
from cop.cli.base import AsJson, Data, app, guarded
from cop.cli.release import PolicyPath
from cop.settings import AccessSettings, StoreSettings

if TYPE_CHECKING:
    from cop.access.policy import Policy
    from cop.model.partner import NodeCard, Partner
    from cop.store.room.partner import Partners

partner_app = typer.Typer(
    no_args_is_help=True, help="Partners: agencies with a server of their own."
)
app.add_typer(partner_app, name="partner")

Code = Annotated[str, typer.Argument(metavar="CODE", help="Agency code of the partner.")]
By = Annotated[str | None, typer.Option("--by", help="Your name (default: the machine's user).")]
HopLimit = Annotated[
    int | None,
    typer.Option("--hop-limit", help="Servers that what we give may reach; 1: theirs alone."),
]
Address = Annotated[
    str | None, typer.Option("--address", help="https://HOST[:PORT] of their server; `none`.")
]


@dataclass(frozen=True, kw_only=True)
class _OpenPartners:
    store: StoreSettings
    policy: "Policy"
    partners: "Partners"


@partner_app.command("card")
@guarded
def card(
    *,
    out: Annotated[Path | None, typer.Option("--out", help="File to write it to.")] = None,
    access: PolicyPath = None,
    data: Data = None,
) -> None:
    """Print this server's own card, which partners need; keys are made the first time."""
    from cop.exchange.key import read_keys
    from cop.store.catalogue.writer import make_folder, place_file

    with _open(data, access) as opened:
        make_folder(opened.store.data.resolve())
        host = opened.policy.host
        own = read_keys(opened.store).card(host, opened.policy.agencies[host].title)
    if out is None:
        typer.echo(own.to_text(), nl=False)
        return

    def write(draft: Path) -> None:
        draft.write_text(own.to_text(), encoding="utf-8")

    place_file(out, write)
    typer.echo(f"{out}: card of {own.agency}; fingerprint {own.fingerprint}")


@partner_app.command("add")
@guarded
def add(
    file: Annotated[Path, typer.Argument(metavar="CARD", help="Card file of their server.")],
    *,
    fingerprint: Annotated[
        str, typer.Option("--fingerprint", help="As they read it to you, spaces or not.")
    ],
    hop_limit: HopLimit = None,
    address: Address = None,
    by: By = None,
    access: PolicyPath = None,
    data: Data = None,
) -> None:
    """Add a partner by its card; nothing is given before rules say what (`cop partner give`)."""
    from cop.cli.acting import recording

    found = _read_card(file, fingerprint)
    stated = _state(hop_limit, address)
    with _open(data, access) as opened:
        _check_agency(opened.policy, found)
        subject = f"partner {found.agency}"
        detail = {"fingerprint": found.fingerprint, **stated}
        with recording(opened.store, "add partner", subject, by=by, is_new=True, **detail):
            partner = opened.partners.add(found, **stated)
    typer.echo(f"partner {partner.code} added: {_describe(partner)}")


@partner_app.command("list")
@guarded
def list_partners(*, data: Data = None, access: PolicyPath = None, as_json: AsJson = False) -> None:
    """List the partners."""
    with _open(data, access) as opened:
        found = opened.partners.list()
    if as_json:
        typer.echo(json.dumps({"partners": [_to_json(partner) for partner in found]}))
        return
    for partner in found:
        typer.echo(f"{partner.code}  {_describe(partner)}")


@partner_app.command("show")
@guarded
def show(
    code: Code, *, data: Data = None, access: PolicyPath = None, as_json: AsJson = False
) -> None:
    """Show a partner: its keys, and what it is given."""
    with _open(data, access) as opened:
        partner = opened.partners.get(code)
    if as_json:
        typer.echo(json.dumps(_to_json(partner)))
        return
    typer.echo(f"{partner.code}  {_describe(partner)}")
    typer.echo(f"fingerprint  {partner.card.fingerprint}")
    for line in _describe_rules(partner):
        typer.echo(line)


@partner_app.command("change")
@guarded
def change(
    code: Code,
    *,
    file: Annotated[Path | None, typer.Option("--card", help="New card of their server.")] = None,
    fingerprint: Annotated[
        str | None, typer.Option("--fingerprint", help="With --card: as they read it to you.")
    ] = None,
    hop_limit: HopLimit = None,
    address: Address = None,
    by: By = None,
    access: PolicyPath = None,
    data: Data = None,
) -> None:
    """Change a partner: its card, hop limit or address."""
    changes: dict[str, Any] = _state(hop_limit, address)
    if file is not None:
        changes["card"] = _read_card(file, fingerprint or "")
    detail = {n: v if n != "card" else v.fingerprint for n, v in changes.items()}
    partner = _change("change partner", code, changes, detail, by=by, access=access, data=data)
    typer.echo(f"partner {partner.code} changed: {_describe(partner)}")


@partner_app.command("give")
@guarded
def give(
    code: Code,
    *,
    part: Annotated[
        list[str] | None, typer.Option("--part", help="events or layers; repeatable; `none`.")
    ] = None,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help="Kind of event; repeatable; `all`.")
    ] = None,
    county: Annotated[
        list[str] | None, typer.Option("--county", help="As 'Pima, AZ'; repeatable; `all`.")
    ] = None,
    margin_km: Annotated[
        float | None, typer.Option("--margin-km", help="How far beyond the counties.")
    ] = None,
    highest: Annotated[str | None, typer.Option("--highest", help="Highest label given.")] = None,
    delay_h: Annotated[
        float | None, typer.Option("--delay-h", help="Hours after an event occurred.")
    ] = None,
    precision: Annotated[
        str | None, typer.Option("--precision", help="exact, 1km, segment or sector.")
    ] = None,
    smallest_count: Annotated[
        int | None,
        typer.Option("--smallest-count", help="Fewer in a month, county and kind: none."),
    ] = None,
    by: By = None,
    access: PolicyPath = None,
    data: Data = None,
) -> None:
    """Change what a partner is given: what is stated; the rest stays."""
    stated: dict[str, Any] = {
        "parts": _listed(part, "none"),
        "kinds": _listed(kind, "all"),
        "counties": _listed(county, "all"),
        "margin_km": margin_km,
        "highest": highest,
        "delay_h": delay_h,
        "precision": precision,
        "smallest_count": smallest_count,
    }
    changes = {name: value for name, value in stated.items() if value is not None}
    with _open(data, access) as opened:
        before = opened.partners.get(code).rules
    rules = before.model_dump() | changes
    partner = _change(
        "change rules", code, {"rules": rules}, changes, by=by, access=access, data=data
    )
    for line in _describe_rules(partner):
        typer.echo(line)


@partner_app.command("suspend")
@guarded
def suspend(code: Code, *, by: By = None, access: PolicyPath = None, data: Data = None) -> None:
    """Exchange nothing with a partner from now on; what it gave stays."""
    from cop.cli.acting import recording

    with (
        _open(data, access) as opened,
        recording(opened.store, "suspend partner", f"partner {code[:60]}", by=by, is_new=True),
    ):
        opened.partners.suspend(code)
    typer.echo(f"partner {code} suspended: nothing is given to it or taken from it")


@partner_app.command("resume")
@guarded
def resume(code: Code, *, by: By = None, access: PolicyPath = None, data: Data = None) -> None:
    """Exchange with a suspended partner again."""
    from cop.cli.acting import recording

    with (
        _open(data, access) as opened,
        recording(opened.store, "resume partner", f"partner {code[:60]}", by=by, is_new=True),
    ):
        partner = opened.partners.resume(code)
    typer.echo(f"partner {code} resumed: {_describe(partner)}")


@contextmanager
def _open(data: Path | None, access: Path | None) -> Iterator[_OpenPartners]:
    from cop.access.policy import read_policy
    from cop.store.catalogue.writer import make_folder
    from cop.store.room.partner import Partners

    store = build_settings(StoreSettings, data=data)
    policy = read_policy(build_settings(AccessSettings, access=access).access)
    # Partners may be added before the first data are there.
    make_folder(store.data.resolve())
    with closing(Partners(store)) as partners:
        yield _OpenPartners(store=store, policy=policy, partners=partners)


def _change(
    action: str,
    code: str,
    changes: dict[str, Any],
    detail: dict[str, Any],
    *,
    by: str | None,
    access: Path | None,
    data: Path | None,
) -> "Partner":
    from cop.cli.acting import recording

    with (
        _open(data, access) as opened,
        recording(opened.store, action, f"partner {code[:60]}", by=by, is_new=True, **detail),
    ):
        return opened.partners.change(code, **changes)


def _read_card(file: Path, fingerprint: str) -> "NodeCard":
    """Read a card; PartnerError unless its fingerprint is the one that was read aloud."""
    from cop.errors import PartnerError
    from cop.exchange.key import check_card
    from cop.model.partner import NodeCard

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise PartnerError(f"{file}: the card cannot be read: {fault}") from fault
    found = NodeCard.from_text(text, file=file.name)
    if "".join(fingerprint.split()).lower() != "".join(found.fingerprint.split()):
        raise PartnerError(
            f"{file}: its fingerprint is not {fingerprint[:60]!r}: ask {found.agency} by another "
            "way, as a call, what `cop partner card --out FILE` prints there"
        )
    check_card(found)
    return found


def _check_agency(policy: "Policy", found: "NodeCard") -> None:
    """Refuse our own card, and an agency that the policy does not name: markings name agencies."""
    from cop.errors import PartnerError

    if found.agency == policy.host:
        raise PartnerError(f"{found.agency} is this server's own agency, not a partner")
    if found.agency not in policy.agencies:
        known = ", ".join(sorted(policy.agencies))
        raise PartnerError(
            f"agency {found.agency} is not in the policy (it has {known}): add it there first "
            "(docs/access.md)"
        )


def _state(hop_limit: int | None, address: str | None) -> dict[str, Any]:
    stated: dict[str, Any] = {} if hop_limit is None else {"hop_limit": hop_limit}
    if address is not None:
        stated["address"] = None if address == "none" else address
    return stated


def _listed(stated: list[str] | None, empty: str) -> tuple[str, ...] | None:
    if not stated:
        return None
    return () if stated == [empty] else tuple(stated)


def _describe(partner: "Partner") -> str:
    from cop.model.moment import format_instant

    parts = [partner.card.title, f"hop limit {partner.hop_limit}"]
    parts += [partner.address] if partner.address else []
    if partner.suspended_at is not None:
        parts.append(f"suspended {format_instant(partner.suspended_at)}")
    return "  ".join(parts)


def _describe_rules(partner: "Partner") -> list[str]:
    from cop.model.giving import PRECISION_WORDS

    rules = partner.rules
    if rules.gives_nothing:
        return [f"{partner.code} is given nothing"]
    area = "everywhere" if not rules.counties else "; ".join(rules.counties)
    beyond = f" and {rules.margin_km:g} km around" if rules.counties and rules.margin_km else ""
    smallest = f", cells of at least {rules.smallest_count}" if rules.smallest_count > 1 else ""
    return [
        f"{partner.code} is given {' and '.join(rules.parts)} up to {rules.highest}",
        f"kinds      {', '.join(rules.kinds) or 'all'}",
        f"area       {area}{beyond}",
        f"precision  {PRECISION_WORDS[rules.precision]}{smallest}",
        f"delay      {rules.delay_h:g} h after it occurred",
        *([f"layers     {rules.layer_words}"] if rules.layer_words else []),
    ]


def _to_json(partner: "Partner") -> dict[str, Any]:
    stated = partner.model_dump(mode="json")
    return {"code": partner.code, "fingerprint": partner.card.fingerprint, **stated}
