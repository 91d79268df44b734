"""Benchmarks of servers under load: viewers, clients that ask for tiles, a stream, a cluster."""

import json
from typing import Annotated, Literal

import typer

from cop.cli.base import AsJson, guarded
from cop.cli.bench import DataFolder, Seed, bench_app, build_sample, needing_extra


@bench_app.command("viewers")
@guarded
@needing_extra
def bench_viewers(
    *,
    events: Annotated[int, typer.Option(min=1, help="Number of demo events.")] = 200_000,
    seed: Seed = 1,
    viewers: Annotated[int, typer.Option(min=1, help="Viewers with the Picture open.")] = 300,
    seconds: Annotated[float, typer.Option(min=1, help="For how long they are refreshed.")] = 600,
    every: Annotated[float, typer.Option(min=0.1, help="Seconds between refreshes.")] = 5,
    refresh: Annotated[
        Literal["fragment", "page"], typer.Option(help="What is refreshed.")
    ] = "fragment",
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Open the Picture for many viewers of one server and refresh each of them."""
    from cop.bench.load.run import run_viewer_load
    from cop.bench.load.viewer import Load
    from cop.bench.report import format_viewers

    load = Load(viewers=viewers, seconds=seconds, every_s=every, refresh=refresh)
    figures = run_viewer_load(build_sample(events, seed, data), load)
    typer.echo(json.dumps(figures) if as_json else format_viewers(figures))


@bench_app.command("tiles")
@guarded
@needing_extra
def bench_tiles(
    *,
    events: Annotated[int, typer.Option(min=1, help="Number of demo events.")] = 200_000,
    seed: Seed = 1,
    clients: Annotated[int, typer.Option(min=1, help="Clients at once.")] = 8,
    seconds: Annotated[float, typer.Option(min=1, help="For how long they ask.")] = 30,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Ask one server for event tiles from several clients as fast as they are answered."""
    from cop.bench.load.run import run_tile_load
    from cop.bench.report import format_tiles

    figures = run_tile_load(build_sample(events, seed, data), clients=clients, seconds=seconds)
    typer.echo(json.dumps(figures) if as_json else format_tiles(figures))


@bench_app.command("stream")
@guarded
@needing_extra
def bench_stream(
    *,
    events: Annotated[int, typer.Option(min=1, help="Number of demo events.")] = 200_000,
    seed: Seed = 1,
    rate: Annotated[float, typer.Option(min=1, help="Events a second.")] = 1000,
    seconds: Annotated[float, typer.Option(min=1, help="For how long they are sent.")] = 600,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Post events to a server of a copy of the warehouse, and look at its map meanwhile."""
    from cop.bench.load.run import run_stream_load
    from cop.bench.report import format_stream

    figures = run_stream_load(build_sample(events, seed, data), rate=rate, seconds=seconds)
    typer.echo(json.dumps(figures) if as_json else format_stream(figures))


@bench_app.command("cluster")
@guarded
@needing_extra
def bench_cluster(
    *,
    events: Annotated[int, typer.Option(min=1, help="Number of demo events.")] = 200_000,
    seed: Seed = 1,
    writers: Annotated[int, typer.Option(min=1, help="Writers, each on its machine.")] = 4,
    clients: Annotated[int, typer.Option(min=1, help="Clients that ask for tiles.")] = 6,
    tiles: Annotated[int, typer.Option(min=1, help="Tiles that are compared.")] = 1_000,
    seconds: Annotated[float, typer.Option(min=0, help="How long at least.")] = 600,
    rest: Annotated[
        float, typer.Option(min=0, help="Seconds that a writer rests after a batch.")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Kill three servers and their writers in turn, in network namespaces; run as root."""
    from cop.bench.cluster.run import ClusterLoad, run_cluster
    from cop.bench.report import format_cluster

    load = ClusterLoad(writers=writers, clients=clients, tiles=tiles, seconds=seconds, rest_s=rest)
    figures = run_cluster(build_sample(events, seed, None), load)
    typer.echo(json.dumps(figures) if as_json else format_cluster(figures))
