"""Reading files for a backtest: monthly counts by place, and records by cell and period."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from pyproj import CRS, Transformer

from cop.analysis.forecast.grid import (
    Grid,
    build_equal_area,
    build_history_grid,
    build_line_grid,
)
from cop.analysis.forecast.record import Records
from cop.errors import FilterError, InputFileError, ProfileError
from cop.ingest.geography import read_line, read_region
from cop.ingest.profile.kind import EventProfile, StatisticProfile
from cop.ingest.sink.event import check_events
from cop.ingest.sink.statistic import check_statistics
from cop.ingest.source.registry import read_table
from cop.model.moment import parse_moment, utc_now

Period = Literal["day", "month"]
_FREQUENCY: Final[dict[Period, Literal["D", "M"]]] = {"day": "D", "month": "M"}
_SHOWN: Final = 12
_LEAST_CELL_M: Final = 1.0


@dataclass(frozen=True, kw_only=True)
class StudyArea:
    """Where a study looks: cells around the records before ``before``, or along a region's line.

    ``within_km`` of the line of ``region``; without it the area is that of the records, by default
    those known before the first forecast.
    """

    before: datetime | None = None
    within_km: float | None = None
    region: str


@dataclass(frozen=True, kw_only=True, eq=False)
class CellStudy:
    """Records on a grid, the periods they are counted in, and the first that is forecast."""

    records: Records
    grid: Grid
    crs: CRS
    periods: pd.PeriodIndex
    first: int
    lost: int
    rejected: int

    def centers(self) -> tuple[np.ndarray, np.ndarray]:
        """Longitude and latitude of the middle of each cell."""
        back = Transformer.from_crs(self.crs, "EPSG:4326", always_xy=True)
        lon, lat = back.transform(*self.grid.centers())
        return lon, lat


def read_months(
    path: Path,
    profile: StatisticProfile,
    *,
    measure: str | None = None,
    gaps_are_zero: bool = False,
) -> pd.DataFrame:
    """Monthly figures (months, places), indexed by month as YYYY-MM; dimensions are summed.

    Raise InputFileError where a place lacks a month, unless a gap is a zero, FilterError where no
    or several measures are meant, and ProfileError for another kind of profile.
    """
    if profile.time.precision != "month":
        raise ProfileError(
            f"profile {profile.name}: figures by {profile.time.precision}, not month"
        )
    rows = _read_figures(path, profile, measure, option="--measure")
    wide = rows.pivot_table(index="month", columns="place", values="value", aggfunc="sum")
    wide = wide.reindex(pd.period_range(rows["month"].min(), rows["month"].max(), freq="M"))
    wide = wide.fillna(0.0) if gaps_are_zero else wide
    lacking = np.argwhere(wide.isna().to_numpy())
    if len(lacking):
        at, place = lacking[0]
        raise InputFileError(
            f"{path.name}: no figure of {wide.columns[place]} for {wide.index[at]}: "
            "every place needs every month, or --gaps-are-zero"
        )
    wide.index = pd.Index(wide.index.astype(str), name="month")
    return wide


def read_covariate(
    path: Path, profile: StatisticProfile, *, measure: str | None, months: pd.Index
) -> np.ndarray:
    """One figure for each of ``months`` (YYYY-MM), NaN where the file has none.

    Figures by month are summed over places and dimensions, those by day are averaged: the former
    count, the latter are levels. Raise FilterError where no or several measures are meant or a
    figure is below 0, and ProfileError for figures of another step.
    """
    if profile.time.precision not in {"day", "month"}:
        raise ProfileError(f"profile {profile.name}: figures by {profile.time.precision}")
    rows = _read_figures(path, profile, measure, option="--covariate")
    if (rows["value"] < 0).any():
        raise FilterError(f"{path.name}: a covariate below 0: {rows['value'].min():g}")
    by_month = rows.groupby(rows["month"].astype(str))["value"]
    series = by_month.sum() if profile.time.precision == "month" else by_month.mean()
    values: np.ndarray = series.reindex(months).to_numpy(np.float64)
    return values


def _read_figures(
    path: Path, profile: StatisticProfile, measure: str | None, *, option: str
) -> pd.DataFrame:
    """The rows of one measure that can be used, each with its month."""
    table = read_table(path, profile)
    rows = check_statistics(table, profile, file=path.name, now=utc_now()).rows
    if rows.empty:
        raise InputFileError(f"{path.name}: no row can be used; load it to see why")
    measures = sorted(rows["measure"].unique())
    if (measure or measures[0]) not in measures or (measure is None and len(measures) > 1):
        raise FilterError(f"{option} {measure}: {path.name} has {', '.join(measures)}; name one")
    rows = rows[rows["measure"] == (measure or measures[0])]
    return rows.assign(month=pd.PeriodIndex(rows["period_start"], freq="M"))


def read_cells(
    path: Path,
    profile: EventProfile,
    *,
    cell_m: float,
    period: Period,
    area: StudyArea,
    where: dict[str, str],
    train_from: datetime | None = None,
    test_from: datetime | None = None,
    test_to: datetime | None = None,
) -> CellStudy:
    """Put the records of a file on a grid that is known before the first forecast.

    ``where`` keeps the rows with those cells of the file; the study area of the records is that
    of all rows. A record is known from the period of its report on, or of its occurrence where no
    report is dated. ``lost`` counts the forecast part's records outside the study area.
    """
    if not cell_m >= _LEAST_CELL_M:
        raise FilterError(f"--cell {cell_m}: use meters, at least {_LEAST_CELL_M:g}")
    rows, rejected = read_events(path, profile, where)
    crs, side, line = _plane(profile, area, rows, cell_m)
    x, y = _project(rows, crs)
    occurred, known = _period_numbers(rows, period)
    chosen = rows["chosen"].to_numpy()
    start, first, end = _span(
        occurred[chosen], period, train_from=train_from, test_from=test_from, test_to=test_to
    )
    if line is None:
        until = first if area.before is None else min(first, _number(area.before, period))
        before = (occurred >= start) & (known < until)
        grid = build_history_grid(x[before], y[before], side=side)
    else:
        grid = build_line_grid(line, within=1000 * (area.within_km or 0.0), side=side)
    cell = grid.locate(x, y)
    in_period = chosen & (occurred >= start) & (occurred < end)
    usable = in_period & (cell >= 0)
    return CellStudy(
        records=Records(
            occurred=occurred[usable] - start,
            known=known[usable] - start,
            cell=cell[usable],
            periods=end - start,
            cells=grid.cells,
        ),
        grid=grid,
        crs=crs,
        periods=pd.period_range(
            pd.Period(ordinal=start, freq=_FREQUENCY[period]), periods=end - start
        ),
        first=first - start,
        lost=int((in_period & (cell < 0) & (occurred >= first)).sum()),
        rejected=rejected,
    )


def _span(
    occurred: np.ndarray,
    period: Period,
    *,
    train_from: datetime | None,
    test_from: datetime | None,
    test_to: datetime | None,
) -> tuple[int, int, int]:
    """The first period, the first that is forecast, and the one after the last."""
    start = int(occurred.min()) if train_from is None else _number(train_from, period)
    end = int(occurred.max()) + 1 if test_to is None else _number(test_to, period) + 1
    first = start + (end - start) // 2 if test_from is None else _number(test_from, period)
    if not start < first < end:
        raise FilterError(
            f"--test-from {_text(first, period)}: the records are counted from "
            f"{_text(start, period)} to {_text(end - 1, period)}; choose a later one of these"
        )
    return start, first, end


def parse_area(text: str, *, region: str) -> StudyArea:
    """Read ``history``, ``history:YYYY-MM-DD`` (the records before that day) or ``line:KM``."""
    kind, _, value = text.partition(":")
    if kind == "history":
        before = parse_moment(value, name="--area") if value else None
        return StudyArea(before=before, region=region)
    try:
        within = float(value) if kind == "line" else -1.0
    except ValueError:
        within = -1.0
    if not 0 < within < np.inf:
        raise FilterError(f"--area {text[:40]!r}: write history, history:YYYY-MM-DD or line:KM")
    return StudyArea(within_km=within, region=region)


def parse_where(conditions: list[str]) -> dict[str, str]:
    """Read conditions written column=value."""
    where = {}
    for condition in conditions:
        column, equal, value = condition.partition("=")
        if not equal or not column:
            raise FilterError(f"--where {condition[:60]!r}: write column=value")
        where[column] = value
    return where


def read_events(
    path: Path, profile: EventProfile, where: dict[str, str]
) -> tuple[pd.DataFrame, int]:
    """The good rows, with ``chosen`` where the conditions hold, and how many were refused."""
    table = read_table(path, profile)
    chosen = pd.Series(True, index=table.index)
    for column, value in where.items():
        if column not in table:
            shown = ", ".join(str(name) for name in table.columns if name != "__row__")
            raise FilterError(f"--where {column}={value}: {path.name} has {shown[:300]}")
        chosen &= table[column].astype(object) == value
    checked = check_events(table, profile, file=path.name, now=utc_now())
    rows = checked.rows.assign(chosen=chosen[checked.rows.index].to_numpy(bool))
    if not rows["chosen"].any():
        raise FilterError(f"{path.name}: no usable row with {json.dumps(where)[: _SHOWN * 10]}")
    return rows, len(checked.rejects)


def _plane(
    profile: EventProfile, area: StudyArea, rows: pd.DataFrame, cell_m: float
) -> tuple[CRS, float, Any]:
    """The projected system, the side of a cell in its unit, and the line's vertices in it.

    A file in a projected system keeps it; degrees get Lambert's equal-area projection around the
    middle of the line or, without one, the whole degree nearest to the oldest record.
    """
    own = CRS.from_user_input(profile.crs)
    vertices = None
    if area.within_km is not None:
        vertices = read_line(read_region(area.region)).get_coordinates().to_numpy()
        crs = build_equal_area(*((vertices.min(axis=0) + vertices.max(axis=0)) / 2))
        project = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
        vertices = np.column_stack(project.transform(vertices[:, 0], vertices[:, 1]))
        return crs, cell_m, vertices
    if own.is_projected:
        return own, cell_m / own.axis_info[0].unit_conversion_factor, None
    first = rows.sort_values("occurred_at", kind="stable").iloc[0]
    return build_equal_area(*np.round([first["lon"], first["lat"]])), cell_m, None


def _project(rows: pd.DataFrame, crs: CRS) -> tuple[np.ndarray, np.ndarray]:
    project = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    x, y = project.transform(rows["lon"].to_numpy(float), rows["lat"].to_numpy(float))
    return np.asarray(x), np.asarray(y)


def _period_numbers(rows: pd.DataFrame, period: Period) -> tuple[np.ndarray, np.ndarray]:
    """The ordinals of the periods in which the records happened and became known."""
    reported = rows["reported_at"].fillna(rows["occurred_at"])
    occurred, known = (
        pd.PeriodIndex(moments, freq=_FREQUENCY[period]).asi8
        for moments in (rows["occurred_at"], reported)
    )
    return occurred, np.maximum(occurred, known)


def _number(moment: datetime, period: Period) -> int:
    return int(pd.Period(moment, freq=_FREQUENCY[period]).ordinal)


def _text(number: int, period: Period) -> str:
    return str(pd.Period(ordinal=number, freq=_FREQUENCY[period]))
