"""Loading events from files: rows a second and peak memory, beside a plain COPY of the rows."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
import shapely

from cop.bench.memory import peak_mb
from cop.errors import StoreError
from cop.ingest.geography import read_region
from cop.ingest.profile.kind import EventProfile
from cop.ingest.region import publish_region
from cop.ingest.sandbox.reader import SandboxReader
from cop.ingest.sink.event import ingest_events
from cop.model.event import CONFIDENCES, DETECTIONS
from cop.model.marking import MARKINGS
from cop.settings import DEFAULT_REGION, StoreSettings, UploadSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.engine import fetch, open_engine, quote_text

_CHUNK = 250_000
_KINDS = ("crossing", "apprehension", "turn-back", "got-away", "rescue")
_START = np.datetime64("2023-06-01T00:00:00")
_DAYS = 3 * 365
_SPREAD_DEG = 0.08
_STEP_DEG = 0.005
_COLUMNS = {
    "source_id": "report",
    "occurred_at": "when",
    "kind": "kind",
    "count": "n",
    "uncertainty_m": "within_m",
    "detection": "by",
    "confidence": "sure",
}
_POSITION = {"lon": "lon", "lat": "lat"}
_COPY, _LOAD = "copy", "load"


def run_ingest(
    settings: StoreSettings, *, rows: Sequence[int], files: int, seed: int
) -> list[dict[str, Any]]:
    """Return {case, rows, seconds, rows_per_s, peak_mb, reader_peak_mb} of each case by size.

    Each is loaded by a process of its own into a warehouse that holds the region alone.
    """
    with tempfile.TemporaryDirectory(prefix="cop-bench-") as scratch:
        folder = Path(scratch)
        bare = folder / "bare"
        spots = _publish_region(settings.of_files(bare))
        return list(_run_cases(settings, folder, spots, sorted(rows), files=files, seed=seed))


def _run_cases(
    settings: StoreSettings,
    folder: Path,
    spots: "np.ndarray[Any, Any]",
    sizes: Sequence[int],
    *,
    files: int,
    seed: int,
) -> Iterator[dict[str, Any]]:
    for n in sizes:
        for case, suffix, write in (
            ("csv", ".csv", write_csv),
            ("geoparquet", ".parquet", write_parquet),
        ):
            path = folder / f"events{suffix}"
            write(path, draw_tables(spots, n, seed))
            if case == "csv":
                yield {"case": "duckdb copy", **_run(settings, folder, _COPY, [path])}
            yield {"case": case, **_run(settings, folder, _LOAD, [path])}
            path.unlink()
    if files:
        small = [folder / f"part{number:04}.csv" for number in range(files)]
        for number, path in enumerate(small):
            write_csv(path, draw_tables(spots, sizes[0] // files or 1, seed + number, first=number))
        yield {"case": f"{files} files", **_run(settings, folder, _LOAD, small)}


def _publish_region(settings: StoreSettings) -> "np.ndarray[Any, Any]":
    """Publish the region and return places (n, 2) along its line."""
    with open_transaction(settings) as transaction:
        publish_region(transaction, read_region(settings.region or DEFAULT_REGION))
        line: gpd.GeoDataFrame = transaction.read("line")
        transaction.commit("the region of a bench")
    places: np.ndarray[Any, Any] = shapely.get_coordinates(
        shapely.segmentize(line.geometry.to_numpy(), _STEP_DEG)
    )
    return places


def draw_tables(
    spots: "np.ndarray[Any, Any]", n: int, seed: int, *, first: int = 0
) -> Iterator[pa.Table]:
    """Draw reports near the line, a chunk at a time."""
    rng = np.random.default_rng(seed)
    for start in range(0, n, _CHUNK):
        m = min(_CHUNK, n - start)
        place = spots[rng.integers(0, len(spots), m)] + rng.normal(0, _SPREAD_DEG, (m, 2))
        minutes = rng.integers(0, _DAYS * 1_440, m).astype("timedelta64[m]")
        yield pa.table(
            {
                "report": [f"R{first}-{number}" for number in range(start, start + m)],
                "when": pa.array(_START + minutes, pa.timestamp("s", "UTC")),
                "kind": np.array(_KINDS)[rng.integers(0, len(_KINDS), m)],
                "n": rng.integers(1, 12, m),
                "lon": np.round(place[:, 0], 5),
                "lat": np.round(place[:, 1], 5),
                "within_m": np.array([50, 100, 250, 1_000])[rng.integers(0, 4, m)],
                "by": np.array(DETECTIONS)[rng.integers(0, len(DETECTIONS), m)],
                "sure": np.array(CONFIDENCES)[rng.integers(0, len(CONFIDENCES), m)],
            }
        )


def write_csv(path: Path, tables: Iterator[pa.Table]) -> None:
    """Write tables as one CSV without quotes."""
    with path.open("wb") as file:
        for number, table in enumerate(tables):
            when = np.datetime_as_string(table["when"].to_numpy(), unit="s")
            text = table.set_column(1, "when", pa.array(np.char.add(when, "+0000")))
            options = arrow_csv.WriteOptions(include_header=not number, quoting_style="none")
            arrow_csv.write_csv(text, file, options)


def write_parquet(path: Path, tables: Iterator[pa.Table]) -> None:
    """Write GeoParquet as geopandas does, a row group a chunk."""
    writer: pq.ParquetWriter | None = None
    for table in tables:
        frame: pd.DataFrame = table.drop_columns([*_POSITION.values()]).to_pandas()
        points = gpd.points_from_xy(table["lon"].to_numpy(), table["lat"].to_numpy())
        shaped = gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:4326")
        arrow = pa.table(shaped.to_arrow())
        geo = {
            "version": "1.0.0",
            "primary_column": "geometry",
            "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Point"]}},
        }
        arrow = arrow.replace_schema_metadata({b"geo": json.dumps(geo).encode()})
        writer = writer or pq.ParquetWriter(path, arrow.schema)
        writer.write_table(arrow)
    if writer is not None:
        writer.close()


def _run(settings: StoreSettings, folder: Path, what: str, paths: Sequence[Path]) -> dict[str, Any]:
    """Run the work in a process of its own, on a copy of the bare warehouse."""
    data = folder / "warehouse"
    shutil.copytree(folder / "bare", data)
    own = settings.of_files(data)
    command = [sys.executable, "-m", __name__, own.model_dump_json(), what, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 our own module, no shell
    shutil.rmtree(data)
    if done.returncode:
        raise StoreError(
            f"the process that loads ended with {done.returncode}: {done.stderr.strip()[-500:]}"
        )
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def build_bench_profile(path: Path, *, marking: str = MARKINGS[0]) -> EventProfile:
    """Build the profile of a file of ours by its format; its source has that marking."""
    is_csv = path.suffix == ".csv"
    columns = {**_COLUMNS, **(_POSITION if is_csv else {})}
    time_rule = {"precision": "minute", **({"format": "%Y-%m-%dT%H:%M:%S%z"} if is_csv else {})}
    about = {
        "id": "bench",
        "title": "SYNTHETIC bench",
        "publisher": "cop bench",
        "terms": "none",
        "marking": marking,
        "synthetic": True,
    }
    declared = {
        "kind": "events",
        "source": about,
        "reader": "csv" if is_csv else "parquet",
        "columns": columns,
        "values": {"unit": "people"},
        "time": time_rule,
    }
    return EventProfile.model_validate({"name": "bench", **declared})


def _load(settings: StoreSettings, paths: Sequence[Path]) -> int:
    reader = SandboxReader(settings=UploadSettings.model_construct(), memory_mb=settings.memory_mb)
    reports = [ingest_events(settings, p, build_bench_profile(p), reader=reader) for p in paths]
    return sum(report.accepted for report in reports)


def _copy(settings: StoreSettings, paths: Sequence[Path]) -> int:
    """Write the rows of CSVs as Parquet, nothing else done to them."""
    engine = open_engine(settings)
    target = quote_text(str(settings.data / "copy.parquet"))
    sql = f"COPY (FROM read_csv($paths)) TO {target} (FORMAT parquet, COMPRESSION zstd)"
    ((rows,),) = fetch(engine, sql, {"paths": [str(path) for path in paths]})
    return int(rows)


_WORK: dict[str, Callable[[StoreSettings, Sequence[Path]], int]] = {_LOAD: _load, _COPY: _copy}


def work(settings: StoreSettings, what: str, paths: Sequence[Path]) -> dict[str, Any]:
    """Do the work in this process and measure it."""
    started, used = time.monotonic(), _cpu_seconds()
    rows = _WORK[what](settings, paths)
    seconds = time.monotonic() - started
    return {
        "rows": rows,
        "mb": round(sum(path.stat().st_size for path in paths) / 1e6, 1),
        "seconds": round(seconds, 2),
        "cpu_seconds": round(_cpu_seconds() - used, 2),
        "rows_per_s": round(rows / seconds),
        "peak_mb": peak_mb(),
        "reader_peak_mb": getrusage(RUSAGE_CHILDREN).ru_maxrss * 1024 // 1_000_000,
        "cores": os.cpu_count(),
    }


def _cpu_seconds() -> float:
    """Return the processor time of this process and of the readers that it started."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


if __name__ == "__main__":
    measured = work(
        StoreSettings.model_validate_json(sys.argv[1]), sys.argv[2], [Path(p) for p in sys.argv[3:]]
    )
    sys.stdout.write(json.dumps(measured))
