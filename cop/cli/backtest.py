"""Backtests: forecast accuracy, using only what was known at each origin."""

import json
from collections.abc import Callable
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cop.cli.base import AsJson, app, guarded
from cop.errors import FilterError, ProfileError, SettingsError
from cop.settings import DEFAULT_REGION

if TYPE_CHECKING:
    from datetime import datetime

    import numpy as np
    import pandas as pd

    from cop.analysis.forecast.cell_track import CellForecast
    from cop.ingest.profile.kind import EventProfile, StatisticProfile
    from cop.ingest.study import CellStudy, Period

backtest_app = typer.Typer(
    no_args_is_help=True,
    help="Backtest forecasts on a file and score them. Needs no warehouse.",
)
app.add_typer(backtest_app, name="backtest")

Report = Annotated[
    Path | None, typer.Option("--report", help="Write the track record to this Markdown file.")
]
Forecasts = Annotated[
    Path | None, typer.Option("--forecasts", help="Write every forecast to this CSV.")
]
Day = Annotated[str | None, typer.Option(help="YYYY-MM-DD.")]


@backtest_app.command("months")
@guarded
def backtest_months(
    file: Path,
    *,
    profile: Annotated[str, typer.Option(help="A profile in data/profiles/.")] = "ohss_sectors",
    origins_from: Annotated[str, typer.Option(help="First origin, YYYY-MM.")] = "2012-11",
    horizons: Annotated[str, typer.Option(help="Months ahead.")] = "1,3,6",
    measure: Annotated[str | None, typer.Option(help="Measure, if the file has several.")] = None,
    gaps_are_zero: Annotated[
        bool, typer.Option("--gaps-are-zero", help="Count months without a figure as 0.")
    ] = False,
    covariate: Annotated[
        list[str] | None,
        typer.Option(help="PROFILE=FILE or PROFILE/MEASURE=FILE; used only while it helps."),
    ] = None,
    report: Report = None,
    forecasts: Forecasts = None,
    as_json: AsJson = False,
) -> None:
    """Backtest monthly figures against last value and seasonal naive."""
    from cop.analysis.forecast.covariate import (
        add_steps,
        build_covariate_steps,
        describe_covariates,
    )
    from cop.analysis.forecast.month_track import build_month_table, build_month_track
    from cop.analysis.forecast.report import format_months, render_months
    from cop.ingest.study import read_months

    _check_targets(report, forecasts)
    declared = _statistics(profile)
    counts = read_months(file, declared, measure=measure, gaps_are_zero=gaps_are_zero)
    first, ahead = _origin(counts, origins_from), _numbers(horizons)
    beside = _covariates(covariate or [], counts.index)
    tested = {h: build_covariate_steps(counts.to_numpy().T, beside, horizon=h) for h in ahead}
    extra = {h: add_steps(steps.values()) for h, steps in tested.items() if steps}
    table = build_month_table(counts, horizons=ahead, first=first, extra=extra)
    track = {
        "study": {
            "file": file.name,
            "places": len(counts.columns),
            "months": len(counts),
            "last_month": str(counts.index[-1]),
            "origins_from": str(counts.index[first]),
        },
        **build_month_track(table),
        "covariates": describe_covariates(tested, first=first, names=list(beside)),
    }
    _write(report, lambda: render_months(track))
    _write(forecasts, lambda: table.to_csv(index=False))
    typer.echo(json.dumps(track) if as_json else format_months(track))


@backtest_app.command("cells")
@guarded
def backtest_cells(
    file: Path,
    *,
    profile: Annotated[str, typer.Option(help="A profile in data/profiles/.")],
    cell: Annotated[float, typer.Option(help="Cell size in meters.")],
    period: Annotated[str, typer.Option(help="day or month.")] = "day",
    test_from: Day = None,
    test_to: Day = None,
    train_from: Day = None,
    where: Annotated[
        list[str] | None, typer.Option(help="Only rows with column=value; repeatable.")
    ] = None,
    area: Annotated[
        str, typer.Option(help="Study area: history, history:YYYY-MM-DD or line:KM.")
    ] = "history",
    region: Annotated[str, typer.Option(help="Region of the border line.")] = DEFAULT_REGION,
    refit: Annotated[
        int | None, typer.Option(min=1, help="Periods between fits; default 28 days or 12 months.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Random seed for ties.")] = 0,
    report: Report = None,
    forecasts: Forecasts = None,
    as_json: AsJson = False,
) -> None:
    """Backtest events by cell and period against moving average and historical mean."""
    from cop.analysis.forecast.cell_track import WINDOWS, build_cell_forecast, build_cell_track
    from cop.analysis.forecast.report import format_cells, render_cells
    from cop.ingest.study import parse_area, parse_where, read_cells

    _check_targets(report, forecasts)
    step = _period(period)
    study = read_cells(
        file,
        event_profile(profile),
        cell_m=cell,
        period=step,
        area=parse_area(area, region=region),
        where=parse_where(where or []),
        train_from=moment("--train-from", train_from),
        test_from=moment("--test-from", test_from),
        test_to=moment("--test-to", test_to),
    )
    every = refit or WINDOWS[step]
    forecast = build_cell_forecast(
        study.records, study.grid.mask, period=step, first=study.first, refit=every
    )
    truth = study.records.truth[study.first :]
    scored = build_cell_track(forecast, truth, period=step, seed=seed)
    track = {
        "study": _describe(study, file=file, cell=cell, area=area, refit=every, where=where),
        **scored,
        "worst": [_placed(study, miss) for miss in scored["worst"]],
        "kernels": _weights(forecast),
    }
    _write(report, lambda: render_cells(track))
    _write(forecasts, lambda: _cell_table(study, forecast).to_csv(index=False))
    typer.echo(json.dumps(track) if as_json else format_cells(track))


def _describe(
    study: "CellStudy", *, file: Path, cell: float, area: str, refit: int, where: list[str] | None
) -> dict[str, Any]:
    """Return the study's facts; the grid's corner and side are in the projection's unit."""
    test = study.records.truth[study.first :]
    rows, columns = study.grid.mask.shape
    code = study.crs.to_authority()
    return {
        "file": file.name,
        "where": where or [],
        "cells": study.grid.cells,
        "events": int(test.sum()),
        "lost": study.lost,
        "train_events": int(study.records.truth[: study.first].sum()),
        "rejected": study.rejected,
        "area": area,
        "cell_m": cell,
        "grid": {
            "crs": ":".join(code) if code else study.crs.srs,
            "x": study.grid.x,
            "y": study.grid.y,
            "side": study.grid.side,
            "rows": rows,
            "columns": columns,
        },
        "train_from": str(study.periods[0]),
        "test_from": str(study.periods[study.first]),
        "test_to": str(study.periods[-1]),
        "periods": len(test),
        "refit_every": refit,
    }


def _placed(study: "CellStudy", miss: dict[str, Any]) -> dict[str, Any]:
    lon, lat = study.centers()
    cell = miss["cell"]
    return {
        "period": str(study.periods[study.first + miss["row"]]),
        "lon": round(float(lon[cell]), 4),
        "lat": round(float(lat[cell]), 4),
        **{name: miss[name] for name in ("expected", "upper", "counted")},
    }


def _weights(forecast: "CellForecast") -> list[dict[str, Any]]:
    """Return the kernels of the last fit; null is infinite."""
    last = forecast.fits[-1].weights
    return [
        {
            "decay_periods": _finite(kernel.decay),
            "reach_cells": _finite(kernel.reach),
            "weight": float(weight),
        }
        for kernel, weight in zip(forecast.kernels, last, strict=True)
    ]


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None


def _cell_table(study: "CellStudy", forecast: "CellForecast") -> "pd.DataFrame":
    import numpy as np
    import pandas as pd

    lon, lat = study.centers()
    expected = forecast.expected["model"]
    periods = study.periods[study.first :].astype(str)
    return pd.DataFrame(
        {
            "period": np.repeat(np.asarray(periods, dtype=object), expected.shape[1]),
            "lon": np.tile(lon.round(6), len(expected)),
            "lat": np.tile(lat.round(6), len(expected)),
            "expected": expected.ravel(),
            "size": np.repeat(forecast.sizes, expected.shape[1]),
        }
    )


def _origin(counts: "pd.DataFrame", text: str) -> int:
    if text not in counts.index:
        raise FilterError(
            f"--origins-from {text[:20]!r}: write a month from {counts.index[0]} to "
            f"{counts.index[-1]}, like 2012-11"
        )
    return int(counts.index.get_loc(text))


def _numbers(text: str) -> list[int]:
    try:
        numbers = sorted({int(number) for number in text.split(",")})
    except ValueError as fault:
        raise SettingsError(f"--horizons {text[:40]!r}: write months ahead, like 1,3,6") from fault
    return numbers


def _period(text: str) -> "Period":
    if text == "day":
        return "day"
    if text == "month":
        return "month"
    raise SettingsError(f"--period {text[:20]!r}: write day or month")


def _statistics(name: str) -> "StatisticProfile":
    from cop.ingest.profile.file import need_strict_reader, read_profile
    from cop.ingest.profile.kind import StatisticProfile

    declared = read_profile(name)
    if not isinstance(declared, StatisticProfile):
        raise ProfileError(f"profile {name} loads {declared.kind}; use a profile of statistics")
    need_strict_reader(declared)
    return declared


def _covariates(options: list[str], months: "pd.Index") -> "dict[str, np.ndarray]":
    """Read the covariates, by the text before their file."""
    from cop.ingest.study import read_covariate

    found = {}
    for text in options:
        name, separator, file = text.partition("=")
        profile, _slash, measure = name.partition("/")
        if not separator or not file or name in found:
            raise SettingsError(f"--covariate {text[:60]!r}: write PROFILE=FILE, each only once")
        found[name] = read_covariate(
            Path(file), _statistics(profile), measure=measure or None, months=months
        )
    return found


def event_profile(name: str) -> "EventProfile":
    """Read a profile of events; ProfileError for another kind."""
    from cop.ingest.profile.file import need_strict_reader, read_profile
    from cop.ingest.profile.kind import EventProfile

    declared = read_profile(name)
    if not isinstance(declared, EventProfile):
        raise ProfileError(f"profile {name} loads {declared.kind}; use a profile of events")
    need_strict_reader(declared)
    return declared


def moment(name: str, text: str | None) -> "datetime | None":
    """Read the moment of an option; None if it is not given."""
    from cop.model.moment import parse_moment

    return None if text is None else parse_moment(text, name=name)


def _check_targets(*targets: Path | None) -> None:
    for target in targets:
        if target is not None and not target.resolve().parent.is_dir():
            raise SettingsError(f"{target}: folder {target.parent} does not exist; create it first")


def _write(target: Path | None, render: "Callable[[], str]") -> None:
    if target is not None:
        target.write_text(render(), encoding="utf-8")
