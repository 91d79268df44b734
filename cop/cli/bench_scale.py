"""A benchmark of warehouses that no machine here could store: what would be read of them."""

import json
from typing import Annotated

import typer

from cop.cli.base import AsJson, guarded
from cop.cli.bench import DataFolder, Seed, bench_app, build_sample, needing_extra
from cop.errors import SettingsError


@bench_app.command("scale")
@guarded
@needing_extra
def bench_scale(
    *,
    events: Annotated[
        str, typer.Option(help="Numbers of events.")
    ] = "10000000,100000000,1000000000",
    sample: Annotated[
        int, typer.Option(min=1, help="Number of demo events that are built.")
    ] = 1_000_000,
    seed: Seed = 1,
    repetitions: Annotated[int, typer.Option(min=1, help="Questions of each kind.")] = 20,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Plan the same tiles over synthetic catalogues of many more events: what each would read."""
    from cop.bench.scale.run import run_scale
    from cop.bench.scale.table import format_scale

    sizes = [int(size) for size in events.split(",") if size.strip().isdigit() and int(size)]
    if not sizes:
        raise SettingsError(f"--events {events}: write numbers, like 10000000,100000000")
    figures = run_scale(build_sample(sample, seed, data), sizes, repetitions=repetitions)
    typer.echo(json.dumps(figures) if as_json else format_scale(figures))
