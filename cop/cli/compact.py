"""Compaction: merges the small files of a month into one."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from cop.app import build_settings
from cop.cli.base import AsJson, Data, app, give_way, guarded
from cop.settings import StoreSettings


@app.command()
@guarded
def compact(
    *,
    data: Data = None,
    files: Annotated[
        int, typer.Option(min=2, help="Compact months with at least this many files.")
    ] = 2,
    months: Annotated[int | None, typer.Option(min=1, help="Maximum number of months.")] = None,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for another writer.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Merge the small files of each month into one; the events stay the same."""
    from cop.store.backup import compaction

    store = give_way(build_settings(StoreSettings, data=data))
    done = compaction.compact(store, least_files=files, most_months=months, wait_s=wait)
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
