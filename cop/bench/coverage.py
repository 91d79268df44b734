"""Coverage at full size: its build, one changed state, what-if, and viewsheds beside GDAL's own."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import rasterio
from affine import Affine

from cop.analysis.coverage.sighting import project_to_world
from cop.analysis.sight.gdal import build_visible
from cop.ingest.coverage.outage import rebuild_outages
from cop.ingest.coverage.viewshed import rebuild_coverage
from cop.ingest.geography import read_region
from cop.ingest.profile.file import build_profile, read_profile
from cop.ingest.profile.kind import TerrainProfile
from cop.ingest.reader import DirectReader
from cop.ingest.region import publish_region
from cop.ingest.sink.load import load_rows
from cop.ingest.sink.status import SINK
from cop.ingest.sink.terrain import ingest_terrain
from cop.layerkind.service.layer_list import read_layer
from cop.layerkind.service.tile import read_tile
from cop.model.filter import Filter
from cop.model.moment import utc_now
from cop.model.source import ROW
from cop.model.tile import Tile
from cop.model.trial import SensorTrial
from cop.model.window import TimeWindow
from cop.query.coverage.gap import read_gaps
from cop.query.headline import read_headline
from cop.query.segment import read_segments
from cop.query.service import QueryService
from cop.settings import DEFAULT_REGION, StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.record import merge_records
from cop.store.dataset.report import merge_reports
from cop.store.dataset.schema import SENSORS
from cop.store.dataset.source import Source, register_source
from cop.store.warehouse import Warehouse

_RANGES_M: Final = (4_000.0, 8_000.0, 12_000.0, 20_000.0)
_DOWN_SHARE: Final = 0.02
_RANGE_M: Final = 20_000.0
_HEIGHT_M: Final = 20.0
_TARGET_M: Final = 1.7
_EPSG: Final = 32_612
_SPACINGS_M: Final = {"30 m": 30.0, "30 arc-seconds": 926.0}
_LIST: Final = Source(
    id="bench_sensors", title="SYNTHETIC bench sensors", publisher="cop bench", terms="synthetic",
    synthetic=True, kind="sensors",
)  # fmt: skip
_FEED: Final = _LIST.model_copy(
    update={"id": "bench_status", "kind": "status", "cadence_days": 1 / 24}
)
_ZOOM: Final = 10
"""A map of 1366 pixels shows nine of its tiles about a place."""

Place = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class CoverageSize:
    """How many sensors, days of hourly reports, what-ifs; ``terrain`` is a GeoTIFF of heights.

    Segments are at most ``segment_km`` long.
    """

    sensors: int
    days: int
    trials: int
    segment_km: float = 5.0
    terrain: Path | None = None


def run_coverage(store: StoreSettings, size: CoverageSize, *, seed: int) -> dict[str, Any]:
    """Return what is measured, in seconds and megabytes."""
    random = np.random.default_rng(seed)
    end = utc_now().replace(minute=0, second=0, microsecond=0)
    with tempfile.TemporaryDirectory(prefix="cop-bench-") as scratch:
        settings = store.of_files(Path(scratch) / "warehouse")
        segments = _publish_region(settings, size)
        build = _build(settings, segments, size, end, random)
        with closing(Warehouse(settings)) as warehouse:
            service = QueryService(warehouse, tile_cache_mb=64)
            change = _time_change(settings, service, end, _place(service, "B-0001"))
            what_if = _time_trials(service, segments, size.trials, random)
    return {
        "sensors": size.sensors,
        "segments": len(segments),
        "reports": size.sensors * size.days * 24,
        **build,
        "status_change_s": change,
        "what_if": what_if,
        "viewshed": {name: _race(spacing, random) for name, spacing in _SPACINGS_M.items()},
    }


def _publish_region(settings: StoreSettings, size: CoverageSize) -> pd.DataFrame:
    region = read_region(settings.region or DEFAULT_REGION)
    region = region.model_copy(update={"segment_max_km": size.segment_km})
    with open_transaction(settings) as transaction:
        publish_region(transaction, region)
        transaction.commit("region")
    if size.terrain is not None:
        profile = read_profile("dted_geotiff")
        if isinstance(profile, TerrainProfile):
            ingest_terrain(settings, size.terrain, profile, reader=DirectReader())
    with closing(Warehouse(settings)) as warehouse:
        return read_segments(warehouse.snapshot)


def _build(
    settings: StoreSettings,
    segments: pd.DataFrame,
    size: CoverageSize,
    end: datetime,
    random: np.random.Generator,
) -> dict[str, Any]:
    """Store sensors and reports, then build everything from nothing."""
    sensors = _draw_sensors(segments, size.sensors, random)
    with open_transaction(settings) as transaction:
        started = time.monotonic()
        merge_records(transaction, SENSORS, _LIST, sensors, key=("sensor_id",))
        register_source(transaction, _LIST)
        register_source(transaction, _FEED)
        for day in range(0, size.days, 30):
            first = end - timedelta(days=size.days - day)
            hours = 24 * min(30, size.days - day)
            merge_reports(transaction, _FEED, _draw_reports(sensors, first, hours, random))
        stored = time.monotonic()
        rebuild_outages(transaction)
        derived = time.monotonic()
        rebuild_coverage(transaction)
        built = time.monotonic()
        transaction.commit("bench")
    root = settings.data / "datasets"
    sizes = {
        name: round(sum(f.stat().st_size for f in root.rglob(f"{name}*/*.parquet")) / 1e6, 2)
        for name in ("sensor_reports_", "outages", "viewsheds", "coverage", "segment_coverage")
    }
    return {
        "store_s": round(stored - started, 1),
        "outages_s": round(derived - stored, 1),
        "coverage_s": round(built - derived, 1),
        "size_mb": sizes,
    }


def _draw_sensors(segments: pd.DataFrame, count: int, random: np.random.Generator) -> pd.DataFrame:
    rows = segments.iloc[random.integers(0, len(segments), count)]
    points = [line.interpolate(0.5, normalized=True) for line in rows.geometry]
    return pd.DataFrame(
        {
            "sensor_id": [f"B-{i:04d}" for i in range(count)],
            "kind": "tower",
            "lon": [point.x for point in points] + random.normal(0, 0.02, count),
            "lat": [point.y for point in points] + random.uniform(0.0, 0.04, count),
            "height_m": random.uniform(10, 40, count),
            "range_m": random.choice(_RANGES_M, count),
        }
    )


def _draw_reports(
    sensors: pd.DataFrame, first: datetime, hours: int, random: np.random.Generator
) -> pd.DataFrame:
    """Hourly reports of every sensor; about one in fifty begins a day that it is down."""
    count = len(sensors)
    starts = random.random((count, hours)) < _DOWN_SHARE / 24
    down = np.maximum.accumulate(np.where(starts, np.arange(hours), -24), axis=1)
    is_down = (np.arange(hours) - down < 24).ravel()  # noqa: PLR2004 hours of a day
    at = np.datetime64(first, "us") + np.arange(hours) * np.timedelta64(1, "h")
    return pd.DataFrame(
        {
            "sensor_id": np.repeat(sensors["sensor_id"].to_numpy(), hours),
            "at": np.tile(at, count),
            "state": np.where(is_down, "down", "up"),
            "cause": None,
            "lon": np.nan,
            "lat": np.nan,
            "height_m": np.nan,
            ROW: np.arange(count * hours),
        }
    )


def _time_change(settings: StoreSettings, service: QueryService, end: datetime, at: Place) -> float:
    """Seconds from a report of the sensor ``at`` until the map there and the figures follow."""
    declared = {
        "kind": "status",
        "source": _FEED.model_dump(exclude_none=True, exclude={"kind"}),
        "reader": "csv",
        "columns": {"sensor_id": "sensor_id", "at": "at", "state": "state"},
        "time": {"format": "%Y-%m-%dT%H:%M:%SZ"},
    }
    profile: Any = build_profile("bench_status", declared)
    _draw(service, Filter(records="synthetic"), at)
    row = {"sensor_id": ["B-0001"], "at": [f"{end:%Y-%m-%dT%H:%M:%SZ}"], "state": ["down"]}
    table = pd.DataFrame(row | {ROW: [2]})
    started = time.monotonic()
    load_rows(settings, table, profile, SINK, file="bench.csv")
    service.warehouse.refresh()
    _draw(service, Filter(records="synthetic"), at)
    return round(time.monotonic() - started, 2)


def _place(service: QueryService, sensor: str) -> Place:
    """Return where a sensor stands, degrees."""
    (file,) = service.warehouse.snapshot.catalogue.files_of(SENSORS)
    row = pd.read_parquet(file, columns=["sensor_id", "lon", "lat"]).set_index("sensor_id")
    return float(row.loc[sensor, "lon"]), float(row.loc[sensor, "lat"])


def _draw(service: QueryService, asked: Filter, at: Place) -> None:
    """Compute what a page shows of coverage: figures, gaps, and the layer around a place."""
    view = service.view(asked)
    read_headline(service, view)
    read_gaps(service, view)
    layer = read_layer(service, view, "coverage")
    x, y = (int(share[0] * (1 << _ZOOM)) for share in project_to_world(np.array([at])))
    for right, down in product((-1, 0, 1), (-1, 0, 1)):
        read_tile(service, view, layer, Tile(z=_ZOOM, x=x + right, y=y + down))


def _time_trials(
    service: QueryService, segments: pd.DataFrame, count: int, random: np.random.Generator
) -> dict[str, float]:
    """Seconds of what-ifs that were not asked before: a sensor added, moved, raised or off."""
    now = service.warehouse.snapshot.now
    window = TimeWindow(start=now - timedelta(days=30), end=now)
    plain = Filter(records="synthetic", window=window)
    times = []
    for turn in range(count):
        line = segments.geometry.iloc[int(random.integers(len(segments)))]
        point = line.interpolate(0.5, normalized=True)
        own = f"B-{turn:04d}"
        text, at = (
            (f"add:T{turn}@{point.x:.5f},{point.y:.5f},{10 + turn},12000", (point.x, point.y)),
            (f"move:{own}@{point.x:.5f},{point.y:.5f}", (point.x, point.y)),
            (f"raise:{own}@{60 + turn}", _place(service, own)),
            (f"off:{own}", _place(service, own)),
        )[turn % 4]
        _draw(service, plain, at)
        started = time.monotonic()
        _draw(service, replace(plain, trials=(SensorTrial.from_text(text),)), at)
        times.append(time.monotonic() - started)
    return {
        "median_s": round(float(np.percentile(times, 50)), 2),
        "p95_s": round(float(np.percentile(times, 95)), 2),
    }


def _race(spacing_m: float, random: np.random.Generator) -> dict[str, float | None]:
    """Seconds of one viewshed of 20 km, ours and that of the program gdal_viewshed."""
    side = 2 * int(np.ceil(_RANGE_M / spacing_m)) + 1
    heights = np.cumsum(random.normal(0, 2, (side, side)), axis=1).astype(np.float32)

    def ours() -> None:
        build_visible(
            heights,
            epsg=_EPSG, cell_m=spacing_m, height_m=_HEIGHT_M, target_m=_TARGET_M, range_m=_RANGE_M,
        )  # fmt: skip

    program = shutil.which("gdal_viewshed")
    theirs = None if program is None else _time_program(program, heights, spacing_m)
    return {"ours_s": _best(ours), "gdal_viewshed_s": theirs}


def _time_program(program: str, heights: "npt.NDArray[np.float32]", spacing_m: float) -> float:
    with tempfile.TemporaryDirectory() as scratch:
        source, target = Path(scratch) / "heights.tif", Path(scratch) / "seen.tif"
        side = len(heights)
        profile = {
            "driver": "GTiff", "dtype": "float32", "count": 1, "width": side, "height": side,
            "crs": f"EPSG:{_EPSG}",
            "transform": Affine(spacing_m, 0, 5e5, 0, -spacing_m, 3.5e6),
        }  # fmt: skip
        with rasterio.open(source, "w", **profile) as raster:
            raster.write(heights, 1)
        middle = side * spacing_m / 2
        command = [
            program, "-q", "-ox", str(5e5 + middle), "-oy", str(3.5e6 - middle),
            "-oz", str(_HEIGHT_M), "-tz", str(_TARGET_M), "-md", str(_RANGE_M),
            str(source), str(target),
        ]  # fmt: skip

        def run() -> None:
            subprocess.run(command, check=True, capture_output=True)  # noqa: S603 fixed arguments

        return _best(run)


def _best(call: Callable[[], None], repetitions: int = 5) -> float:
    times = []
    for _ in range(repetitions):
        started = time.monotonic()
        call()
        times.append(time.monotonic() - started)
    return round(min(times), 4)
