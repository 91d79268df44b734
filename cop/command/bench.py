"""Measuring: our queries beside those of peers."""

import json
from pathlib import Path
from typing import Annotated

import typer

from cop.command.base import AsJson, app, build_settings, guarded
from cop.errors import SettingsError
from cop.settings import StoreSettings


@app.command()
@guarded
def bench(
    *,
    events: Annotated[int, typer.Option(min=1, help="How many demo events.")] = 1_000_000,
    seed: Annotated[int, typer.Option(min=0, help="Equal seeds ask equal questions.")] = 1,
    repetitions: Annotated[int, typer.Option(min=1, help="Questions of each sort.")] = 20,
    peers: Annotated[str, typer.Option(help="Who else answers.")] = "geopandas,polars",
    chart: Annotated[Path | None, typer.Option(help="Also draw a PNG to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Time our queries and those of peers, over demo events in a temporary warehouse."""
    from cop.bench.answer import DisagreementError
    from cop.bench.chart import render_chart
    from cop.bench.peer.registry import choose_peers
    from cop.bench.race import Race, run_bench
    from cop.bench.report import format_report

    if chart is not None and not chart.resolve().parent.is_dir():
        raise SettingsError(f"--chart {chart}: there is no folder {chart.parent}; make it first")
    store = build_settings(StoreSettings)
    race = Race(
        events=events,
        seed=seed,
        repetitions=repetitions,
        memory_mb=store.memory_mb,
        threads=store.threads,
    )
    try:
        figures = run_bench(race, choose_peers(peers))
    except DisagreementError as fault:
        typer.echo(f"cop: {fault}", err=True)
        raise typer.Exit(1) from fault
    typer.echo(json.dumps(figures) if as_json else format_report(figures))
    if chart is not None:
        chart.write_bytes(render_chart(figures))
