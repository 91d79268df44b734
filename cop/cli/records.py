"""Which records everyone is shown by default, real or SYNTHETIC: see and choose."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cop.app import build_settings, open_service
from cop.cli.acting import recording
from cop.cli.base import AsJson, Data, app, guarded, name_user
from cop.errors import FilterError
from cop.settings import StoreSettings

if TYPE_CHECKING:
    from cop.model.board import Board
    from cop.model.filter import Records
    from cop.query.service import QueryService
    from cop.store.snapshot import Snapshot


@app.command()
@guarded
def records(
    choice: Annotated[
        str | None,
        typer.Argument(metavar="[real|synthetic]", help="Show these to everyone from now on."),
    ] = None,
    *,
    by: Annotated[
        str | None, typer.Option("--by", help="Your name (default: the machine's user).")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show which records everyone sees by default, real or SYNTHETIC, or choose them."""
    with open_service(build_settings(StoreSettings, data=data)) as service:
        if choice is not None:
            _choose(service, choice, by or name_user())
        snapshot = service.with_choice(service.snapshot)
        board = service.room.journal.board()
        if as_json:
            typer.echo(json.dumps(_to_json(snapshot)))
            return
        typer.echo(_describe(snapshot))
        _warn_of_board(board, snapshot)


def tell_default(store: StoreSettings, loaded: "Records") -> None:
    """State on stderr what is shown where other records than those are by default."""
    from cop.model.default_records import name_records
    from cop.store.room.default_records import read_default

    default, present = read_default(store)
    if default is None or default.records == loaded or loaded not in present:
        return
    typer.echo(
        f"still shown by default: {name_records(default.records)} records; to show the "
        f"{name_records(loaded)} ones to everyone: cop records {loaded}",
        err=True,
    )


def _choose(service: "QueryService", stated: str, by: str) -> None:
    from cop.model.default_records import check_records, name_records

    chosen = check_records(stated)
    if chosen not in service.snapshot.loaded_records:
        raise FilterError(
            f"no {name_records(chosen)} events are loaded: load some first (`cop ingest events`"
            f"{', `cop demo`' if chosen == 'synthetic' else ''})"
        )
    with recording(service.warehouse.settings, "show", "default records", by=by, records=chosen):
        service.room.default_records.choose(chosen, by=by)


def _describe(snapshot: "Snapshot") -> str:
    from cop.model.default_records import RECORDS_NAMES, name_records
    from cop.model.moment import format_dtg

    default = snapshot.default
    if default is None:
        return "no events are loaded"
    why = "the only ones loaded" if len(snapshot.loaded_records) == 1 else "loaded first"
    if default.by is not None and default.since is not None:
        why = f"chosen by {default.by} at {format_dtg(default.since)}"
    lines = [f"shown by default: {name_records(default.records)} ({why})"]
    for records, words in RECORDS_NAMES.items():
        n = _count(snapshot, records)
        newest = snapshot.newest(records)
        lines.append(f"  {words}: {n:,} events{f', newest {format_dtg(newest)}' if newest else ''}")
    return "\n".join(lines)


def _count(snapshot: "Snapshot", records: "Records") -> int:
    states = snapshot.event_sources.values()
    return sum(s.n for s in states if s.source.synthetic == (records == "synthetic"))


def _to_json(snapshot: "Snapshot") -> dict[str, Any]:
    default = snapshot.default
    return {
        "records": default.records if default else None,
        "by": default.by if default else None,
        "real": _count(snapshot, "real"),
        "synthetic": _count(snapshot, "synthetic"),
    }


def _warn_of_board(board: "Board", snapshot: "Snapshot") -> None:
    """The presenter's filter leads while somebody presents: a command does not change it."""
    shown = dict(board.wanted or ()).get("records")
    if board.presenter is not None and shown not in (None, snapshot.default_records):
        typer.echo(
            f"{board.presenter.name} presents: the board keeps its records until the presenter "
            "changes them",
            err=True,
        )
