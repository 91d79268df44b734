"""Benchmarks: queries compared with peers, and the map in a browser."""

import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cop.app import build_settings
from cop.cli.base import AsJson, app, guarded
from cop.errors import SettingsError
from cop.settings import BenchSettings, StoreSettings, TakSettings, UploadSettings

if TYPE_CHECKING:
    from cop.bench.sample import Sample

bench_app = typer.Typer(
    invoke_without_command=True,
    help="Benchmark queries against peers; with `picture`, the map in a browser.",
)
app.add_typer(bench_app, name="bench")

Seed = Annotated[int, typer.Option(min=0, help="Random seed; equal seeds ask equal queries.")]
DataFolder = Annotated[
    Path | None,
    typer.Option("--data", help="Store the warehouse here and reuse it."),
]


def needing_extra(command: Callable[..., None]) -> Callable[..., None]:
    """Name the extra to install if a package of the bench is missing."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except ModuleNotFoundError as fault:
            raise SettingsError(
                f"the bench needs {fault.name}, which is not installed: add the extra bench, "
                "`pip install 'cop[bench]'`; in a checkout run `make install`"
            ) from fault

    return run


@bench_app.callback()
@guarded
@needing_extra
def bench(
    context: typer.Context,
    *,
    events: Annotated[int, typer.Option(min=1, help="Number of demo events.")] = 1_000_000,
    seed: Seed = 1,
    repetitions: Annotated[int, typer.Option(min=1, help="Repetitions of each query.")] = 20,
    peers: Annotated[
        str | None, typer.Option(help="Peers to compare with; by default all that are installed.")
    ] = None,
    chart: Annotated[Path | None, typer.Option(help="Also draw a PNG to this file.")] = None,
    history: Annotated[
        Path | None, typer.Option(help="Append the figures here and compare with the last ones.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Exit with status 1 if a ratio is under its floor.")
    ] = False,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Time queries and those of peers over demo events in a temporary warehouse."""
    if context.invoked_subcommand is not None:
        return
    from cop.bench.answer import DisagreementError
    from cop.bench.chart import render_chart
    from cop.bench.floor import find_absent, find_missed
    from cop.bench.peer.registry import choose_peers
    from cop.bench.peer.tipg import choose_tipg
    from cop.bench.race import run_bench
    from cop.bench.report import format_report

    for option, file in (("--chart", chart), ("--history", history)):
        if file is not None and not file.resolve().parent.is_dir():
            raise SettingsError(
                f"{option} {file}: folder {file.parent} does not exist; create it first"
            )
    settings = build_settings(BenchSettings)
    chosen, tipg = choose_peers(peers, settings), choose_tipg(settings)
    try:
        figures = run_bench(
            build_sample(events, seed, data), chosen, repetitions=repetitions, tipg=tipg
        )
    except DisagreementError as fault:
        typer.echo(f"cop: {fault}", err=True)
        raise typer.Exit(1) from fault
    if history is not None:
        figures["slower"] = compare_runs(history, figures)
    if check:
        figures["missed"] = find_missed(figures["ratios"])
        figures["absent"] = find_absent(figures["ratios"])
    typer.echo(json.dumps(figures) if as_json else format_report(figures))
    if chart is not None:
        chart.write_bytes(render_chart(figures))
    if figures.get("missed"):
        raise typer.Exit(1)


@bench_app.command("picture")
@guarded
@needing_extra
def bench_picture(
    *,
    events: Annotated[int, typer.Option(min=1, help="Number of demo events.")] = 10_000_000,
    seed: Seed = 1,
    changes: Annotated[int, typer.Option(min=1, help="Number of filter changes.")] = 20,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Time the map in a headless browser, from a filter's change until it is painted."""
    from cop.bench.picture import run_picture
    from cop.bench.report import format_picture

    figures = run_picture(build_sample(events, seed, data), changes=changes)
    typer.echo(json.dumps(figures) if as_json else format_picture(figures))


@bench_app.command("paint")
@guarded
@needing_extra
def bench_paint(
    *,
    events: Annotated[int, typer.Option(min=1, help="Number of demo events.")] = 1_000_000,
    seed: Seed = 1,
    mbit: Annotated[float, typer.Option(min=0.1, help="Megabits a second, each way.")] = 20,
    delay: Annotated[float, typer.Option(min=0, help="Milliseconds there and back.")] = 40,
    repetitions: Annotated[int, typer.Option(min=1, help="New browsers, each used twice.")] = 10,
    address: Annotated[
        list[str] | None,
        typer.Option(help="Time the server that runs there; more than one take turns."),
    ] = None,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Time the first map over a slow line, in a new browser and at its second visit."""
    from cop.bench.paint.run import run_paint
    from cop.bench.paint.slow_line import LineSpeed
    from cop.bench.report import format_paint

    figures = run_paint(
        build_sample(events, seed, data),
        LineSpeed(mbit=mbit, delay_ms=delay),
        repetitions=repetitions,
        addresses=[*dict.fromkeys(address or ())],
    )
    typer.echo(json.dumps(figures) if as_json else format_paint(figures))


@bench_app.command("board")
@guarded
@needing_extra
def bench_board(
    *,
    events: Annotated[int, typer.Option(min=1, help="Number of demo events.")] = 100_000,
    seed: Seed = 1,
    moves: Annotated[int, typer.Option(min=0, help="Moves in browsers; 0 for no browsers.")] = 50,
    followers: Annotated[str, typer.Option(help="Numbers of followers.")] = "25,50,100,200,400",
    seconds: Annotated[float, typer.Option(min=2, help="Seconds per number of followers.")] = 30,
    rate: Annotated[float, typer.Option(min=0.1, help="Moves per second.")] = 10,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Time the board: in browsers from input to followers' camera, and for many followers."""
    from cop.bench.board.run import run_board
    from cop.bench.report import format_board

    try:
        numbers = [int(number) for number in followers.split(",") if number.strip()]
    except ValueError as fault:
        raise SettingsError(f"--followers {followers}: write numbers, like 25,50") from fault
    figures = run_board(
        build_sample(events, seed, data), moves=moves, followers=numbers, seconds=seconds, rate=rate
    )
    typer.echo(json.dumps(figures) if as_json else format_board(figures))


@bench_app.command("forecast")
@guarded
@needing_extra
def bench_forecast(
    *,
    seed: Seed = 1,
    repetitions: Annotated[int, typer.Option(min=1, help="Refits of each size.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Time a refit of the forecast with the forecast of the next day, on one core."""
    from cop.bench.forecast import run_forecast
    from cop.bench.report import format_forecast

    figures = run_forecast(repetitions=repetitions, seed=seed)
    typer.echo(json.dumps(figures) if as_json else format_forecast(figures))


@bench_app.command("coverage")
@guarded
def bench_coverage(
    *,
    sensors: Annotated[int, typer.Option(min=50, help="Number of SYNTHETIC sensors.")] = 500,
    days: Annotated[int, typer.Option(min=1, help="Days of hourly status reports.")] = 365,
    trials: Annotated[int, typer.Option(min=1, help="Number of what-ifs.")] = 30,
    segment_km: Annotated[
        float, typer.Option(min=1, max=5, help="Longest segment; 4 gives about 800.")
    ] = 5.0,
    terrain: Annotated[
        Path | None, typer.Option(help="GeoTIFF of heights; else range alone.")
    ] = None,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Time the build of coverage, one changed state, what-ifs, and viewsheds beside GDAL's own."""
    from cop.bench.coverage import CoverageSize, run_coverage
    from cop.bench.report import format_coverage

    size = CoverageSize(
        sensors=sensors, days=days, trials=trials, segment_km=segment_km, terrain=terrain
    )
    figures = run_coverage(build_settings(StoreSettings), size, seed=seed)
    typer.echo(json.dumps(figures) if as_json else format_coverage(figures))


@bench_app.command("upload")
@guarded
@needing_extra
def bench_upload(
    *,
    points: Annotated[int, typer.Option(min=1, help="Number of points in the CSV.")] = 2_000_000,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Time how the sandbox reads a large CSV of points."""
    from cop.bench.report import format_upload
    from cop.bench.upload import run_upload

    figures = run_upload(build_settings(UploadSettings), points=points, seed=seed)
    typer.echo(json.dumps(figures) if as_json else format_upload(figures))


@bench_app.command("cot")
@guarded
def bench_cot(
    *,
    rate: Annotated[float, typer.Option(min=1, help="Messages a second.")] = 200,
    seconds: Annotated[float, typer.Option(min=1, help="For how long.")] = 300,
    as_json: AsJson = False,
) -> None:
    """Send Cursor-on-Target at a steady rate through the TAK server of COP_TAK_ADDRESS, if any."""
    from cop.bench.cot import run_cot
    from cop.bench.report import format_cot

    store, server = build_settings(StoreSettings), build_settings(TakSettings)
    figures = run_cot(store, server, rate=rate, seconds=seconds)
    typer.echo(json.dumps(figures) if as_json else format_cot(figures))


@bench_app.command("package")
@guarded
def bench_package(
    *,
    events: Annotated[int, typer.Option(min=1, help="How many are given.")] = 1_000_000,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Time a package between two servers: made, signed, sealed, sent and taken."""
    from cop.bench.package import run_package
    from cop.bench.report import format_package

    figures = run_package(build_settings(StoreSettings), events=events, seed=seed)
    typer.echo(json.dumps(figures) if as_json else format_package(figures))


@bench_app.command("ogc")
@guarded
@needing_extra
def bench_ogc(
    *,
    events: Annotated[int, typer.Option(min=1, help="Number of demo events.")] = 100_000,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Time every page of events as OGC API features, beside geopandas writing GeoJSON."""
    from cop.bench.ogc import run_ogc
    from cop.bench.report import format_ogc

    figures = run_ogc(build_settings(StoreSettings), events=events, seed=seed)
    typer.echo(json.dumps(figures) if as_json else format_ogc(figures))


@bench_app.command("ingest")
@guarded
def bench_ingest(
    *,
    rows: Annotated[str, typer.Option(help="Rows per file.")] = "1000000,5000000,20000000",
    files: Annotated[
        int, typer.Option(min=0, help="Number of small files, loaded one by one.")
    ] = 100,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Time the loading of events from CSV and GeoParquet, beside a plain COPY of the rows."""
    from cop.bench.ingest import run_ingest
    from cop.bench.report import format_ingest

    sizes = [int(size) for size in rows.split(",") if size.strip().isdigit() and int(size)]
    if not sizes:
        raise SettingsError(f"--rows {rows}: write numbers, like 1000000,5000000")
    figures = run_ingest(build_settings(StoreSettings), rows=sizes, files=files, seed=seed)
    typer.echo(json.dumps(figures) if as_json else format_ingest(figures))


@bench_app.command("gate")
@guarded
@needing_extra
def bench_gate(
    *,
    events: Annotated[int, typer.Option(min=1, help="Number of demo events.")] = 200_000,
    seed: Seed = 1,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds; each asks anew.")] = 21,
    requests: Annotated[int, typer.Option(min=1, help="Requests of each kind in a round.")] = 60,
    clients: Annotated[int, typer.Option(min=1, help="Clients at once.")] = 4,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Time a server with sign-in beside one without: the same requests, and how much slower."""
    from cop.bench.answer import DisagreementError
    from cop.bench.gate.run import run_gate
    from cop.bench.report import format_gate

    try:
        figures = run_gate(
            build_sample(events, seed, data), rounds=rounds, requests=requests, clients=clients
        )
    except DisagreementError as fault:
        typer.echo(f"cop: {fault}", err=True)
        raise typer.Exit(1) from fault
    typer.echo(json.dumps(figures) if as_json else format_gate(figures))


def compare_runs(history: Path, figures: dict[str, Any]) -> list[str]:
    """Append a run to the history; name what is slower than in the last one like it."""
    from cop.bench.history import append_run, describe_run, find_slower, read_commit

    run = describe_run(figures, commit=read_commit())
    last = append_run(history, run)
    return find_slower(run, last) if last else []


def build_sample(events: int, seed: int, data: Path | None) -> "Sample":
    """Return the sample of the options of a bench."""
    from cop.bench.sample import Sample

    store = build_settings(StoreSettings)
    return Sample(
        events=events, seed=seed, memory_mb=store.memory_mb, threads=store.threads, folder=data
    )
