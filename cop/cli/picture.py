"""Commands run (serve), demo (fill with demo data) and region (measure)."""

import json
from pathlib import Path
from typing import Annotated

import typer

from cop.app import build_settings
from cop.cli.acting import recording
from cop.cli.base import AsJson, Data, RegionName, app, guarded, with_all_cores
from cop.cli.records import tell_default
from cop.errors import RegionError
from cop.settings import AccessSettings, StoreSettings, WebSettings


@app.command()
@guarded
def run(
    *,
    data: Data = None,
    region: RegionName = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    basemap: Annotated[Path | None, typer.Option(help="Basemap, a PMTiles file.")] = None,
    feeds: Annotated[Path | None, typer.Option(help="Event feeds, a YAML file.")] = None,
    impact: Annotated[Path | None, typer.Option(help="Impact rules, a YAML file.")] = None,
    room_key_file: Annotated[
        Path | None, typer.Option(help="Room key file; every request then needs the key.")
    ] = None,
    sign_in: Annotated[
        str | None, typer.Option(help="Ways to sign in, by commas: local, oidc, certificate.")
    ] = None,
    access: Annotated[Path | None, typer.Option(help="Policy file (or COP_ACCESS).")] = None,
    name: Annotated[
        list[str] | None, typer.Option(help="Host name of this machine; repeatable.")
    ] = None,
) -> None:
    """Start the server; build the demo warehouse first if there is none."""
    from cop.access.policy import read_policy
    from cop.app import AppSettings, serve
    from cop.ingest.feed import read_feeds
    from cop.ingest.sandbox.sandbox import check_listening
    from cop.server.host import check_host
    from cop.server.key import read_room_key
    from cop.store.catalogue.reader import is_published
    from cop.store.catalogue.recovery import clean_up
    from cop.store.room.impact_rule import read_rules
    from cop.tiles.basemap import Basemap

    store = build_settings(StoreSettings, data=data, region=region, impact=impact)
    web = build_settings(
        WebSettings,
        host=host,
        port=port,
        basemap=basemap,
        feeds=feeds,
        room_key_file=room_key_file,
        sign_in=sign_in,
        names=name or None,
    )
    settings = AppSettings(
        store=store, web=web, access=build_settings(AccessSettings, access=access)
    )
    check_host(web.host)
    check_listening(web.host, settings.uploads)
    if web.basemap:
        Basemap(web.basemap).close()
    if web.feeds:
        read_feeds(web.feeds)
    read_rules(store.impact)
    read_policy(settings.access.access)
    if web.room_key_file:
        read_room_key(web.room_key_file)
    # Before anything is asked of it: a catalogue that is lost is no reason to begin anew.
    clean_up(store)
    if not is_published(store):
        typer.echo(f"No warehouse in {store.data} yet: building the SYNTHETIC demo.", err=True)
        _demo(store, events=DEMO_EVENTS, days=DEMO_DAYS, seed=DEMO_SEED)
    serve(settings)


DEMO_EVENTS, DEMO_DAYS, DEMO_SEED = 150_000, 365, 1


@app.command()
@guarded
def demo(
    data: Data = None,
    region: RegionName = None,
    events: Annotated[int, typer.Option(min=1, help="Number of events.")] = DEMO_EVENTS,
    days: Annotated[int, typer.Option(min=1, help="Number of days.")] = DEMO_DAYS,
    seed: Annotated[
        int, typer.Option(help="Random seed; equal seeds give equal data.")
    ] = DEMO_SEED,
) -> None:
    """Fill the warehouse with SYNTHETIC events, sensors and outages."""
    store = build_settings(StoreSettings, data=data, region=region)
    version = _demo(store, events=events, days=days, seed=seed)
    typer.echo(f"version {version}: {events:,} SYNTHETIC events over {days} days", err=True)
    tell_default(store, "synthetic")


def _demo(store: StoreSettings, *, events: int, days: int, seed: int) -> int:
    from cop.cli.progress import counting
    from cop.ingest.demo.publish import publish_demo
    from cop.model.moment import utc_now

    with (
        recording(store, "load", "demo records", events=events, days=days, seed=seed) as act,
        counting(events, "events") as progress,
    ):
        version = publish_demo(
            with_all_cores(store),
            events=events,
            days=days,
            seed=seed,
            end=utc_now(),
            progress=progress,
        )
        act.detail["version"] = version
    return version


@app.command()
@guarded
def region(
    name: str,
    as_json: AsJson = False,
    build: Annotated[
        bool, typer.Option("--build", help="Rebuild the packaged geography first.")
    ] = False,
) -> None:
    """Show a region's length, segments and sectors."""
    from cop.ingest.geography import describe_region, read_region

    if build:
        _build_shipped(name)
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


def _build_shipped(name: str) -> None:
    from cop.cli.progress import sharing
    from cop.ingest.geography import build_geography, read_region
    from cop.ingest.geography.shipped import FOLDER, write_shipped

    with sharing(f"region {name}") as progress:
        geography = build_geography(read_region(name), progress)
    try:
        place = write_shipped(geography, Path(str(FOLDER)))
    except OSError as fault:
        raise RegionError(f"region {name}: cannot write to {FOLDER}: {fault}") from fault
    typer.echo(f"written to {place}", err=True)
