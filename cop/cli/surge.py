"""Trials of what no record can show: surges and rushes that were injected, and patrols' bias."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from cop.cli.backtest import Day, backtest_app, event_profile, moment
from cop.cli.base import AsJson, guarded
from cop.settings import DEFAULT_REGION

_DEMO_END: Final = datetime(2026, 1, 1)
Seed = Annotated[int, typer.Option(min=0, help="Equal seeds inject the same.")]


@backtest_app.command("surges")
@guarded
def backtest_surges(
    file: Path,
    *,
    profile: Annotated[str, typer.Option(help="A file in data/profiles/.")],
    bands: Annotated[int, typer.Option(help="Series: bands of latitude of equal size.")] = 5,
    where: Annotated[list[str] | None, typer.Option(help="Only rows with column=value.")] = None,
    train_from: Day = None,
    starts: Annotated[int, typer.Option(min=1, help="Surges of each size and series.")] = 100,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Inject surges into the daily series of a file's second half, and watch for them."""
    from cop.analysis.forecast.report import format_surges
    from cop.analysis.forecast.surge_track import build_surge_track
    from cop.ingest.series import read_bands
    from cop.ingest.study import parse_where

    series = read_bands(
        file,
        event_profile(profile),
        bands=bands,
        where=parse_where(where or []),
        start=moment("--train-from", train_from),
    )
    _tell(build_surge_track(series, starts=starts, seed=seed), format_surges, as_json=as_json)


@backtest_app.command("rushes")
@guarded
def backtest_rushes(
    *,
    events: Annotated[int, typer.Option(min=1_000, help="SYNTHETIC demo events.")] = 60_000,
    days: Annotated[int, typer.Option(min=60, help="Over so many days.")] = 240,
    injected: Annotated[int, typer.Option(min=1, help="Rushes of each size.")] = 300,
    region: Annotated[str, typer.Option(help="The region of the demo.")] = DEFAULT_REGION,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Inject rushes of people into hourly SYNTHETIC demo counts, and watch for them."""
    from cop.analysis.forecast.report import format_rushes
    from cop.analysis.forecast.surge_track import RUSH_OF, build_rush_track
    from cop.ingest.demo.hour import build_demo_hours
    from cop.ingest.geography import read_region

    counts, rushes = build_demo_hours(
        read_region(region), events=events, days=days, seed=seed, end=_DEMO_END, rush_of=RUSH_OF
    )
    track = build_rush_track(counts, rushes, injected=injected, seed=seed)
    _tell(track, format_rushes, as_json=as_json)


@backtest_app.command("bias")
@guarded
def backtest_bias(*, seed: Seed = 0, as_json: AsJson = False) -> None:
    """Simulate patrols that follow the forecast: how much risk it misplaces with known effort."""
    from cop.analysis.forecast.bias import simulate_bias
    from cop.analysis.forecast.report import format_bias

    _tell(simulate_bias(seed=seed), format_bias, as_json=as_json)


def _tell(track: dict[str, Any], form: Any, *, as_json: bool) -> None:
    typer.echo(json.dumps(track) if as_json else form(track))
