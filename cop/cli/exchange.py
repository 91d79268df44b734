"""Packages as files: write one for a partner, take one, open one as its receiver sees it."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cop.app import build_reader, build_settings, open_service
from cop.cli.acting import noting, recording
from cop.cli.base import AsJson, Data, app, guarded
from cop.cli.release import PolicyPath
from cop.settings import AccessSettings, ExchangeSettings, StoreSettings

if TYPE_CHECKING:
    from cop.exchange.incoming import ReceivedPackage
    from cop.exchange.insight import PackageInsight
    from cop.exchange.layer_file import StatedLayer
    from cop.exchange.outgoing import Node
    from cop.exchange.transfer import PartnerServer
    from cop.model.partner import NodeCard, Partner
    from cop.query.service import QueryService
    from cop.store.room.exchange import ExchangedPackage

exchange_app = typer.Typer(
    no_args_is_help=True, help="Exchange packages with partners, as files on any medium."
)
app.add_typer(exchange_app, name="exchange")

By = Annotated[str | None, typer.Option("--by", help="Your name (default: the machine's user).")]
PackageFile = Annotated[Path, typer.Argument(metavar="PACKAGE", help="A file *.coppkg.")]


@dataclass(frozen=True, kw_only=True)
class _OpenExchange:
    store: StoreSettings
    service: "QueryService"
    node: "Node"

    def find_card(self, code: str) -> "NodeCard":
        """Return the card of a partner, suspended or not, or this server's own."""
        if code == self.node.agency:
            return self.node.keys.card(code, code)
        return self.service.room.partners.get(code).card


@exchange_app.command("export")
@guarded
def export(
    code: Annotated[str, typer.Argument(metavar="CODE", help="Agency code of the partner.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="File *.coppkg to write.")],
    *,
    whole: Annotated[
        bool, typer.Option("--whole", help="Everything, not only what is new to them.")
    ] = False,
    by: By = None,
    access: PolicyPath = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Write the next package for a partner: what it is given by its rules, signed and sealed."""
    from cop.errors import PackageError
    from cop.exchange.outgoing import give_package
    from cop.exchange.package import SUFFIX
    from cop.model.moment import utc_now

    if out.suffix != SUFFIX:
        raise PackageError(f"{out}: a package is a file *{SUFFIX}")
    with _open(data, access) as opened:
        partner = opened.service.room.partners.get(code)
        with recording(opened.store, "give package", f"partner {partner.code}", by=by) as act:
            package = give_package(
                opened.service, partner, out, node=opened.node, now=utc_now(), whole=whole
            )
            act.detail |= package.for_record()
    if as_json:
        typer.echo(package.model_dump_json())
        return
    typer.echo(_describe_given(str(out), package))


@exchange_app.command("import")
@guarded
def take(
    path: PackageFile,
    *,
    by: By = None,
    access: PolicyPath = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Take a partner's package: all of it as one version, or nothing with the reason."""
    from cop.exchange.incoming import receive_package
    from cop.model.moment import utc_now

    with (
        _open(data, access) as opened,
        recording(opened.store, "receive package", path.name[:80], by=by) as act,
        noting(opened.store, by=by) as note,
    ):
        taken = receive_package(
            opened.store,
            opened.service.warehouse.room,
            path,
            node=opened.node,
            now=utc_now(),
            note=note,
        )
        act.subject = f"partner {taken.package.partner}"
        act.detail |= taken.for_record()
    counts = taken.counts
    if as_json:
        stated = taken.package.model_dump(mode="json") | {
            "added": counts.added,
            "changed": counts.changed,
            "removed": counts.withdrawn,
            **taken.layers.for_record(),
            "version": taken.version,
        }
        typer.echo(json.dumps(stated))
        return
    typer.echo(_describe_taken(path.name, taken))


@exchange_app.command("open")
@guarded
def look(
    path: PackageFile,
    *,
    out: Annotated[
        Path | None, typer.Option("--out", help="New folder to write its files to, not sealed.")
    ] = None,
    rows: Annotated[int, typer.Option("--rows", min=0, max=1_000, help="First records shown.")] = 5,
    by: By = None,
    access: PolicyPath = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Open a package as its receiver sees it: one that was made here, or is for here."""
    from cop.exchange.insight import look_into
    from cop.store.dataset.locate import read_locator

    with (
        _open(data, access) as opened,
        recording(opened.store, "open package", path.name[:80], by=by) as act,
    ):
        found = look_into(
            path,
            node=opened.node,
            find_sender=opened.find_card,
            locator=read_locator(opened.service.warehouse.snapshot.catalogue),
            n_first=rows,
            out=out,
        )
        manifest = found.manifest
        act.subject = f"package {manifest.number} of {manifest.sender} for {manifest.receiver}"
        act.detail |= {"records": found.n, "marking": manifest.marking}
        act.detail |= {} if out is None else {"out": str(out)}
    if as_json:
        typer.echo(json.dumps(found.to_json()))
        return
    for line in _describe_insight(found):
        typer.echo(line)
    if out is not None:
        typer.echo(f"written to {out}: not sealed, marked {manifest.marking}")


@exchange_app.command("sync")
@guarded
def sync(
    codes: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CODE]...", help="Partners (default: all with an address)."),
    ] = None,
    *,
    every: Annotated[
        float, typer.Option("--every", min=0, help="Minutes between two rounds; 0 is once.")
    ] = 0,
    by: By = None,
    access: PolicyPath = None,
    data: Data = None,
) -> None:
    """Fetch from partners' servers what is new there, and send them what is new here."""
    import time

    while True:
        with _open(data, access) as opened:
            partners = _reached(opened, codes)
            failed = [partner.code for partner in partners if not _sync(opened, partner, by=by)]
        if not every:
            break
        time.sleep(60 * every)
    if failed:
        raise typer.Exit(1)


def _reached(opened: "_OpenExchange", codes: list[str] | None) -> "list[Partner]":
    from cop.errors import PartnerError

    partners = opened.service.room.partners
    if codes:
        return [partners.get(code) for code in codes]
    found = [one for one in partners.list() if one.is_active and one.address is not None]
    if not found:
        raise PartnerError(
            "no partner has an address: `cop partner change CODE --address https://...`, or "
            "exchange packages as files (`cop exchange export`, `cop exchange import`)"
        )
    return found


def _sync(opened: "_OpenExchange", partner: "Partner", *, by: str | None) -> bool:
    """Exchange with one partner; return whether both ways went well."""
    from cop.exchange.transfer import PartnerServer

    settings = build_settings(ExchangeSettings)
    server = PartnerServer(
        node=opened.node,
        partner=partner,
        authority=settings.exchange_authority,
        most_bytes=int(settings.package_mb * 1_000_000),
    )
    fetched = _goes_well(partner.code, lambda: _fetch(opened, server, by))
    sent = _goes_well(partner.code, lambda: _send(opened, server, by))
    return fetched and sent


def _goes_well(code: str, way: Callable[[], str]) -> bool:
    """Go one way with a partner and say what came of it; its faults keep no other from its turn."""
    from cop.errors import CopError

    try:
        typer.echo(way())
    except CopError as fault:
        typer.echo(f"cop: {fault}", err=True)
    except Exception as fault:  # noqa: BLE001 partners are reached whatever one of them sends
        words = " ".join(f"{type(fault).__name__}: {fault}".split())
        typer.echo(f"cop: {code}: the exchange failed: {words[:300]}", err=True)
    else:
        return True
    return False


def _fetch(opened: "_OpenExchange", server: "PartnerServer", by: str | None) -> str:
    from cop.exchange.transfer import fetch_package
    from cop.model.moment import utc_now

    code = server.partner.code
    with (
        recording(opened.store, "receive package", f"partner {code}", by=by) as act,
        noting(opened.store, by=by) as note,
    ):
        taken = fetch_package(opened.service, server, now=utc_now(), note=note)
        act.detail |= {} if taken is None else taken.for_record()
    return f"{code}: nothing new" if taken is None else _describe_taken(code, taken)


def _send(opened: "_OpenExchange", server: "PartnerServer", by: str | None) -> str:
    from cop.exchange.transfer import send_package
    from cop.model.moment import utc_now

    code = server.partner.code
    opened.service.warehouse.refresh()
    with recording(opened.store, "give package", f"partner {code}", by=by) as act:
        package = send_package(opened.service, server, now=utc_now())
        act.detail |= {} if package is None else package.for_record()
    return f"{code}: nothing new for it" if package is None else _describe_given(code, package)


def _describe_insight(found: "PackageInsight") -> Iterator[str]:
    from cop.model.moment import format_instant

    manifest = found.manifest
    since = "everything" if manifest.since == 0 else f"what is new since package {manifest.since}"
    yield f"package {manifest.number} of {manifest.sender} for {manifest.receiver}: {since}"
    yield f"marked     {manifest.marking}"
    yield f"made       {format_instant(manifest.made_at)}, from version {manifest.version}"
    yield f"valid      until {format_instant(manifest.expires_at)}"
    yield f"records    {found.n:,}" + (
        f", {found.synthetic:,} SYNTHETIC" if found.synthetic else ""
    )
    yield f"withdrawn  {found.withdrawn:,}"
    yield f"layers     {len(found.layers):,}, {found.layers_withdrawn:,} withdrawn"
    yield f"requests   {len(found.requests):,}"
    for name, counts in found.counts.items():
        stated = "; ".join(f"{value} {n:,}" for value, n in counts.items())
        yield f"{name:<10} {stated or 'none'}"
    if found.left_out:
        yield f"left out   {', '.join(found.left_out)}: about persons"
    for source in found.sources:
        words = f"{source.id} of {source.origin}: {source.title}, {source.marking}"
        yield f"source     {words}{', SYNTHETIC' if source.synthetic else ''}"
    for layer in found.layers:
        yield f"layer      {_describe_layer(layer)}"
    for request in found.requests:
        asked = request.question
        steps = ", ".join(step.kind for step in request.steps) or "no steps"
        yield _printable(f"request    {asked.id}: {asked.text}  {asked.marking}  {steps}")
    for row in found.first:
        yield f"record     {_describe_row(row)}"


def _describe_layer(layer: "StatedLayer") -> str:
    declared, given = layer.given.declared, layer.given
    words = (
        f"{declared.title}, of {given.origin}: {layer.file.rows:,} features, {declared.marking}"
        f"{', SYNTHETIC' if declared.synthetic else ''}  {' > '.join(given.path)}"
    )
    return _printable(words)


def _printable(text: str) -> str:
    """Return a text without what a terminal would act on."""
    return "".join(c if c.isprintable() else " " for c in text)


def _describe_row(row: Mapping[str, Any]) -> str:
    from cop.model.moment import format_instant

    made_up = "  SYNTHETIC" if row["synthetic"] else ""
    text = row["attributes"] or ""
    attributes = _printable(f"  {text}") if text else ""
    return (
        f"{format_instant(row['occurred_at'])}  {row['kind']} {row['count']} {row['unit']}  "
        f"{row['lat']:.5f} {row['lon']:.5f}  {row['precision']}  {row['marking']}{made_up}  "
        f"{' > '.join(row['path'])}{attributes}"
    )


def _describe_given(place: str, package: "ExchangedPackage") -> str:
    what = "everything" if package.since == 0 else f"what is new since package {package.since}"
    return (
        f"{place}: package {package.number} for {package.partner}, {what}: {package.n:,} records, "
        f"{package.withdrawn:,} withdrawn, {_describe_layers(package)}{package.requests:,} "
        f"requests, {package.marking}, {package.size:,} bytes"
    )


def _describe_layers(package: "ExchangedPackage") -> str:
    if not (package.layers or package.layers_withdrawn):
        return ""
    return f"{package.layers:,} layers, {package.layers_withdrawn:,} layers withdrawn, "


def _describe_taken(place: str, taken: "ReceivedPackage") -> str:
    counts, layers = taken.counts, taken.layers
    of_layers = (
        f"layers: {layers.added:,} added, {layers.changed:,} changed, "
        f"{layers.withdrawn:,} withdrawn; "
        if layers.for_record()
        else ""
    )
    return (
        f"{place}: package {taken.package.number} of {taken.package.partner}: "
        f"{counts.added:,} added, {counts.changed:,} changed, {counts.withdrawn:,} withdrawn; "
        f"{of_layers}"
        f"{len(taken.requests):,} requests; version {taken.version}"
        + _describe_unknown(taken.unknown_requests)
        + (f"; left out as about persons: {', '.join(taken.left_out)}" if taken.left_out else "")
    )


def _describe_unknown(requests: Sequence[str]) -> str:
    if not requests:
        return ""
    return f"; answers to {len(requests):,} requests that are not known here were left out"


@contextmanager
def _open(data: Path | None, access: Path | None) -> Iterator[_OpenExchange]:
    from cop.access.policy import read_policy
    from cop.exchange.outgoing import Node

    store = build_settings(StoreSettings, data=data)
    policy = read_policy(build_settings(AccessSettings, access=access).access)
    reader = build_reader(store)
    with open_service(store) as service:
        yield _OpenExchange(
            store=store,
            service=service,
            node=Node.of(store, policy, reader=reader, limits=reader.settings),
        )
