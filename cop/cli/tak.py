"""A TAK server: records out and reports in over a connection, or as data packages."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cop.app import build_settings, open_service
from cop.cli.base import AsJson, Data, app, guarded
from cop.cli.release import PolicyPath
from cop.errors import SettingsError, TakError
from cop.settings import AccessSettings, StoreSettings, TakSettings, UploadSettings

if TYPE_CHECKING:
    from cop.exchange.tak.declaration import TakDeclaration
    from cop.exchange.tak.desk import WarehouseDesk
    from cop.exchange.tak.incoming import TakTaker
    from cop.exchange.tak.outgoing import TakGiver
    from cop.query.service import QueryService

tak_app = typer.Typer(no_args_is_help=True, help="Exchange with a TAK server (docs/tak.md).")
app.add_typer(tak_app, name="tak")

By = Annotated[str | None, typer.Option("--by", help="Your name (default: the machine's user).")]
Declared = Annotated[
    Path | None,
    typer.Option("--tak-file", help="What the TAK server is given and takes (or COP_TAK_FILE)."),
]


@dataclass(frozen=True, kw_only=True)
class _OpenedTak:
    store: StoreSettings
    settings: TakSettings
    service: "QueryService"
    declared: "TakDeclaration"
    giver: "TakGiver"
    taker: "TakTaker | None"


@tak_app.command("run")
@guarded
def run(
    *,
    again: Annotated[
        bool, typer.Option("--again", help="Send everything again: the server was set up anew.")
    ] = False,
    by: By = None,
    tak_file: Declared = None,
    access: PolicyPath = None,
    data: Data = None,
) -> None:
    """Connect to a TAK server, send it what it is given and take what comes, until stopped."""
    from cop.cli.acting import name_actor
    from cop.exchange.tak.connection import connect, read_address
    from cop.exchange.tak.declaration import describe_declaration
    from cop.exchange.tak.relay import TakRelay
    from cop.exchange.tak.unit import UnitWatch
    from cop.model.moment import utc_instant, utc_now

    with _open(data, access, tak_file) as opened:
        address = read_address(opened.settings)
        with _open_desk(opened, str(address), name_actor(by)) as desk, desk.audit.recorded(
            desk.actor, "start tak", f"agency {desk.code}", address=str(address),
            **describe_declaration(opened.declared),
        ) as act:  # fmt: skip
            if again:
                opened.service.room.tak_outbox.resend(desk.code)
            into = opened.declared.server.into
            relay = TakRelay(
                desk=desk,
                units=UnitWatch(into=into, prefix=opened.declared.prefix, now=utc_now)
                if into is not None and into.units
                else None,
                connect=lambda: connect(address),
                now=utc_instant,
                tell=lambda line: typer.echo(f"{address}: {line}", err=True),
                every_s=opened.settings.tak_seconds,
            )
            _run_until_stopped(relay)
            act.detail |= asdict(relay.tally)
        typer.echo(f"{address}: stopped; {_describe_tally(relay.tally)}")


@tak_app.command("check")
@guarded
def check() -> None:
    """Connect to the TAK server and await its answer to a ping, or say what is wrong."""
    import asyncio

    from cop.exchange.tak.connection import connect, read_address
    from cop.exchange.tak.relay import check_server
    from cop.model.moment import utc_instant

    address = read_address(build_settings(TakSettings))
    try:
        asyncio.run(check_server(lambda: connect(address), now=utc_instant))
    except TakError as fault:
        raise TakError(f"{address}: {fault}") from fault
    typer.echo(f"{address}: a TAK server, which knows us and answers")


@tak_app.command("show")
@guarded
def show(
    *, tak_file: Declared = None, access: PolicyPath = None, data: Data = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Show what a TAK server is given now, and how much of it it has."""
    from cop.exchange.tak.declaration import describe_declaration
    from cop.exchange.tak.outgoing import highest_of
    from cop.model.moment import utc_now

    with _open(data, access, tak_file) as opened:
        messages = opened.giver.build(opened.service, now=utc_now())
        counts = opened.service.room.tak_outbox.count(opened.declared.server.code)
    stated: dict[str, Any] = {
        "agency": opened.declared.server.code,
        **describe_declaration(opened.declared),
        "records": len(messages),
        "synthetic": sum(message.synthetic for message in messages.values()),
        "marking": highest_of(messages),
        **asdict(counts),
    }
    if as_json:
        typer.echo(json.dumps(stated))
        return
    typer.echo(
        f"{stated['agency']} is given {stated['gives']}: {len(messages):,} records now, "
        f"{stated['synthetic']:,} of them SYNTHETIC, {stated['marking']}"
    )
    typer.echo(
        f"it has {counts.confirmed:,}; {counts.due:,} messages are to be sent, "
        f"{counts.withdrawals:,} of them withdrawals"
    )
    typer.echo(f"taken from it: {stated['takes']}")
    if "units" in stated:
        typer.echo(f"positions of own units: {stated['units']}")


@tak_app.command("export")
@guarded
def export(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Data package *.zip to write.")],
    *,
    by: By = None,
    tak_file: Declared = None,
    access: PolicyPath = None,
    data: Data = None,
) -> None:
    """Write what a TAK server is given now as a data package."""
    from cop.cli.acting import recording
    from cop.exchange.tak.data_package import SUFFIX, write_data_package
    from cop.exchange.tak.outgoing import highest_of
    from cop.model.moment import utc_now

    if out.suffix != SUFFIX:
        raise TakError(f"{out}: a data package is a file *{SUFFIX}")
    with _open(data, access, tak_file) as opened:
        now, code = utc_now(), opened.declared.server.code
        with recording(opened.store, "export tak package", f"agency {code}", by=by) as act:
            messages = opened.giver.build(opened.service, now=now)
            marking = highest_of(messages)
            act.detail |= {"records": len(messages), "marking": marking}
            name = f"cop {opened.declared.host} {now:%Y-%m-%d %H%MZ} {marking}"
            write_data_package(out, messages, name=name, at=now)
    typer.echo(f"{out}: {len(messages):,} records for {code}, {marking}")


@tak_app.command("import")
@guarded
def take(
    path: Annotated[Path, typer.Argument(metavar="PACKAGE", help="A data package *.zip.")],
    *,
    by: By = None,
    tak_file: Declared = None,
    access: PolicyPath = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Take the reports of a data package as unconfirmed events."""
    from cop.cli.acting import name_actor
    from cop.exchange.tak.data_package import read_data_package

    with _open(data, access, tak_file) as opened:
        if opened.taker is None:
            raise TakError(f"{path.name}: nothing is taken: state `in` in the file (docs/tak.md)")
        found = read_data_package(path, build_settings(UploadSettings))
        with _open_desk(opened, path.name, name_actor(by)) as desk:
            reports = [report for report in found if desk.admits(report)]
            if reports:
                desk.take(reports)
    stated = {"messages": len(found), "taken": len(reports)}
    typer.echo(
        json.dumps(stated)
        if as_json
        else f"{path.name}: {len(reports):,} of {len(found):,} messages taken as unconfirmed events"
    )


@contextmanager
def _open(data: Path | None, access: Path | None, tak_file: Path | None) -> "Iterator[_OpenedTak]":
    from cop.access.policy import read_policy
    from cop.exchange.key import read_keys
    from cop.exchange.tak.declaration import read_declaration
    from cop.exchange.tak.incoming import TakTaker
    from cop.exchange.tak.outgoing import TakGiver

    settings = build_settings(TakSettings, tak_file=tak_file)
    if settings.tak_file is None:
        raise SettingsError(
            "name what the TAK server is given and takes: --tak-file FILE or COP_TAK_FILE "
            "(docs/tak.md)"
        )
    store = build_settings(StoreSettings, data=data)
    policy = read_policy(build_settings(AccessSettings, access=access).access)
    declared = read_declaration(settings.tak_file, settings.tak_types, policy)
    into = declared.server.into
    with open_service(store) as service:
        yield _OpenedTak(
            store=store,
            settings=settings,
            service=service,
            declared=declared,
            giver=TakGiver(declared=declared, keys=read_keys(store)),
            taker=None
            if into is None
            else TakTaker(types=declared.types, prefix=declared.prefix, least=into.marking),
        )


@contextmanager
def _open_desk(opened: _OpenedTak, address: str, actor: Any) -> "Iterator[WarehouseDesk]":
    from contextlib import closing

    from cop.access.audit.log import AuditLog
    from cop.exchange.tak.desk import WarehouseDesk
    from cop.exchange.tak.spool import ReportSpool
    from cop.model.moment import utc_now

    spool = ReportSpool.of(opened.store.data, opened.declared.server.code)
    with closing(AuditLog(opened.store)) as audit, closing(spool):
        yield WarehouseDesk(
            service=opened.service,
            giver=opened.giver,
            taker=opened.taker,
            audit=audit,
            actor=actor,
            address=address,
            now=utc_now,
            spool=spool,
        )


def _run_until_stopped(relay: Any) -> None:
    """Run a relay until SIGINT or SIGTERM; what is under way is confirmed first."""
    import asyncio
    import signal

    async def serve() -> None:
        ended, loop = asyncio.Event(), asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, ended.set)
        await relay.run(ended)

    asyncio.run(serve())


def _describe_tally(tally: Any) -> str:
    return (
        f"{tally.sent:,} messages sent, {tally.confirmed:,} confirmed; {tally.received:,} "
        f"received, {tally.taken:,} taken, {tally.left_out:,} left out; "
        f"{tally.connections} connections"
    )
