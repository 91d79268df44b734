"""The command line: run, demo, ingest, region, bench."""

import json
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from pydantic import ValidationError
from pydantic_settings import BaseSettings

from cop.errors import CopError, SettingsError
from cop.model.source import SOURCE_KINDS, SourceKind
from cop.settings import StoreSettings, WebSettings

BAD_INPUT = 2
S = TypeVar("S", bound=BaseSettings)

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__
)
ingest_app = typer.Typer(no_args_is_help=True, help="Load a file into the warehouse.")
app.add_typer(ingest_app, name="ingest")

Data = Annotated[Path | None, typer.Option("--data", help="The warehouse (or COP_DATA).")]
RegionName = Annotated[str | None, typer.Option("--region", help="Region (or COP_REGION).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]


def _guarded(command: Callable[..., None]) -> Callable[..., None]:
    """End with status 2 and one line on stderr where the input is at fault."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except CopError as fault:
            typer.echo(f"cop: {' '.join(str(fault).split())}", err=True)
            raise typer.Exit(BAD_INPUT) from fault

    return run


def _settings(kind: type[S], **given: Any) -> S:
    try:
        return kind(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as fault:
        first = fault.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise SettingsError(
            f"setting {name}={first['input']!r}: {first['msg']}; it comes from --{name} or "
            f"COP_{name.upper()}"
        ) from fault


@app.command()
@_guarded
def run(
    data: Data = None,
    region: RegionName = None,
    host: Annotated[str | None, typer.Option(help="Loopback address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    basemap: Annotated[Path | None, typer.Option(help="PMTiles file as the background.")] = None,
) -> None:
    """Serve the picture, building the demo warehouse first where there is none."""
    from cop.store.reader import is_published
    from cop.tiles.basemap import Basemap

    store = _settings(StoreSettings, data=data, region=region)
    web = _settings(WebSettings, host=host, port=port, basemap=basemap)
    if web.basemap:
        Basemap(web.basemap).close()
    if not is_published(store):
        typer.echo(f"No warehouse in {store.data} yet: building the SYNTHETIC demo.", err=True)
        _demo(store, events=DEMO_EVENTS, days=DEMO_DAYS, seed=DEMO_SEED)
    from cop.web.server import serve

    serve(store, web)


DEMO_EVENTS, DEMO_DAYS, DEMO_SEED = 150_000, 365, 1


@app.command()
@_guarded
def demo(
    data: Data = None,
    region: RegionName = None,
    events: Annotated[int, typer.Option(min=1, help="How many events.")] = DEMO_EVENTS,
    days: Annotated[int, typer.Option(min=1, help="Over how many days.")] = DEMO_DAYS,
    seed: Annotated[int, typer.Option(help="Equal seeds give equal data.")] = DEMO_SEED,
) -> None:
    """Fill the warehouse with SYNTHETIC events, sensors and outages."""
    store = _settings(StoreSettings, data=data, region=region)
    version = _demo(store, events=events, days=days, seed=seed)
    typer.echo(f"version {version}: {events} SYNTHETIC events over {days} days", err=True)


def _demo(store: StoreSettings, *, events: int, days: int, seed: int) -> int:
    from tqdm import tqdm

    from cop.ingest.demo.publish import publish_demo
    from cop.model.moment import utc_now

    with tqdm(total=events, unit=" events", file=sys.stderr, leave=False) as bar:

        def progress(step: str, rows: int) -> None:
            bar.set_description(step)
            bar.update(rows)

        return publish_demo(
            store, events=events, days=days, seed=seed, end=utc_now(), progress=progress
        )


@app.command()
@_guarded
def region(name: str, as_json: AsJson = False) -> None:
    """Measure a region: its length, segments and sectors."""
    from cop.ingest.geography import describe_region, read_region

    described = describe_region(read_region(name))
    if as_json:
        typer.echo(json.dumps(described))
        return
    typer.echo(
        f"{described['name']}: {described['length_km']:.1f} km, {described['segments']} segments"
    )
    for sector in described["sectors"]:
        typer.echo(
            f"  {sector['code']}  {sector['length_km']:8.1f} km  "
            f"{sector['segments']:4d} segments  {sector['name']}"
        )


def _add_ingest(kind: SourceKind, what: str) -> None:
    """Add the command that loads one kind of file."""

    @_guarded
    def ingest(
        file: Path,
        *,
        profile: Annotated[str, typer.Option("--profile", help="A file in data/profiles/.")],
        data: Data = None,
        region: RegionName = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Check, publish nothing.")] = False,
        as_json: AsJson = False,
    ) -> None:
        store = _settings(StoreSettings, data=data, region=region)
        _ingest(store, kind, file, profile, dry_run=dry_run, as_json=as_json)

    ingest_app.command(kind, help=f"Load {what}, by a profile.")(ingest)


def _ingest(
    store: StoreSettings, kind: SourceKind, file: Path, name: str, *, dry_run: bool, as_json: bool
) -> None:
    from cop.ingest.kind import check_kind, ingest_file
    from cop.ingest.profile import read_profile

    profile = read_profile(name)
    check_kind(profile, kind)
    typer.echo(f"reading {file.name}", err=True)
    report = ingest_file(store, file, profile, dry_run=dry_run)
    if as_json:
        typer.echo(report.to_json())
        return
    typer.echo(
        f"{file.name}: {report.accepted} accepted, {report.duplicate} already there, "
        f"{report.superseded} corrected, {report.rejected} rejected"
        + (" (dry run, nothing published)" if dry_run else f"; version {report.version}")
    )
    for problem in report.problems:
        typer.echo(f"  {problem}", err=True)


for _kind, _what in SOURCE_KINDS.items():
    _add_ingest(_kind, _what)


@app.command()
@_guarded
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
    store = _settings(StoreSettings)
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


if __name__ == "__main__":
    app()
