"""Backtests with injected surges and rushes, and a simulation of patrol bias."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from cop.cli.backtest import Day, backtest_app, event_profile, moment
from cop.cli.base import AsJson, guarded
from cop.settings import DEFAULT_REGION

_DEMO_END: Final = datetime(2026, 1, 1)
Seed = Annotated[int, typer.Option(min=0, help="Random seed; equal seeds inject the same.")]


@backtest_app.command("surges")
@guarded
def backtest_surges(
    file: Path,
    *,
    profile: Annotated[str, typer.Option(help="A profile in data/profiles/.")],
    bands: Annotated[int, typer.Option(help="Number of series: latitude bands of equal size.")] = 5,
    where: Annotated[
        list[str] | None, typer.Option(help="Only rows with column=value; repeatable.")
    ] = None,
    train_from: Day = None,
    starts: Annotated[int, typer.Option(min=1, help="Surges of each size and series.")] = 100,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Inject surges into the second half of a file's daily series; report how many are found."""
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
    _print_track(
        build_surge_track(series, starts=starts, seed=seed), format_surges, as_json=as_json
    )


@backtest_app.command("rushes")
@guarded
def backtest_rushes(
    *,
    events: Annotated[
        int, typer.Option(min=1_000, help="Number of SYNTHETIC demo events.")
    ] = 60_000,
    days: Annotated[int, typer.Option(min=60, help="Number of days.")] = 240,
    injected: Annotated[int, typer.Option(min=1, help="Rushes of each size.")] = 300,
    region: Annotated[str, typer.Option(help="Region of the demo.")] = DEFAULT_REGION,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Inject rushes of people into hourly SYNTHETIC counts; report how many are found."""
    from cop.analysis.forecast.report import format_rushes
    from cop.analysis.forecast.surge_track import RUSH_OF, build_rush_track
    from cop.ingest.demo.hour import build_demo_hours
    from cop.ingest.geography import read_region

    counts, rushes = build_demo_hours(
        read_region(region), events=events, days=days, seed=seed, end=_DEMO_END, rush_of=RUSH_OF
    )
    track = build_rush_track(counts, rushes, injected=injected, seed=seed)
    _print_track(track, format_rushes, as_json=as_json)


@backtest_app.command("bias")
@guarded
def backtest_bias(*, seed: Seed = 0, as_json: AsJson = False) -> None:
    """Simulate patrols that follow the forecast; report how much risk it misplaces."""
    from cop.analysis.forecast.bias import simulate_bias
    from cop.analysis.forecast.report import format_bias

    _print_track(simulate_bias(seed=seed), format_bias, as_json=as_json)


def _print_track(track: dict[str, Any], form: Any, *, as_json: bool) -> None:
    typer.echo(json.dumps(track) if as_json else form(track))
