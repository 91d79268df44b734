"""Compaction: merges the small files of a month into one."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from cop.app import build_settings
from cop.cli.acting import recording
from cop.cli.base import AsJson, Data, app, give_way, guarded
from cop.settings import StoreSettings

if TYPE_CHECKING:
    from cop.store.backup.compaction import Compaction


@app.command()
@guarded
def compact(
    *,
    data: Data = None,
    files: Annotated[
        int, typer.Option(min=2, help="Compact months with at least this many files.")
    ] = 2,
    months: Annotated[int | None, typer.Option(min=1, help="Maximum number of months.")] = None,
    rest: Annotated[
        float, typer.Option(min=0, help="Leave months with a file younger than these seconds.")
    ] = 0,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for another writer.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Merge the small files of each month into one; the events stay the same."""
    give_way()
    store = build_settings(StoreSettings, data=data)
    done = compact_recorded(store, files=files, months=months, rest_s=rest, wait_s=wait)
    if as_json:
        typer.echo(json.dumps(asdict(done)))
    elif done.version is None:
        typer.echo("another process is publishing: nothing was compacted")
    else:
        typer.echo(
            f"{len(done.months)} months: {done.files_before} files before, {len(done.months)} now; "
            f"version {done.version}"
        )
    for fault in done.damaged:
        typer.echo(f"cop: {fault}", err=True)
    if done.damaged:
        raise typer.Exit(1)


def compact_recorded(
    store: StoreSettings,
    *,
    files: int,
    months: int | None = None,
    rest_s: float = 0,
    wait_s: float = 0,
) -> "Compaction":
    """Compact months of at least so many files, and record that."""
    from cop.store.backup.compaction import compact as compact_months

    with recording(store, "compact", "months of events") as act:
        done = compact_months(
            store, least_files=files, most_months=months, rest_s=rest_s, wait_s=wait_s
        )
        act.detail |= {"version": done.version, "months": list(done.months)}
    return done
