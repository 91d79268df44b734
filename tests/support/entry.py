"""Files of the same two events in every format that profiles can name, and their profiles."""

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from cop.ingest.profile import file as profiles
from cop.ingest.sandbox import sandbox
from cop.ingest.source import registry

WORKER = "cop.ingest.sandbox.worker"
ROWS = [
    {"case": "R-1", "when": "2026-03-02 14:30", "people": "3", "x": "-110.93", "y": "31.34"},
    {"case": "R-2", "when": "2026-03-03 04:10", "people": "1", "x": "-110.94", "y": "31.35"},
]
_PROFILE = """\
kind: events
source:
  id: {reader}_reports
  title: Reports
  publisher: County
  terms: for a test
  marking: "TLP:GREEN"
  cadence_days: 7
reader: {reader}
columns: {{source_id: case, occurred_at: when, count: people{position}}}
time: {{format: "%Y-%m-%d %H:%M", zone: America/Phoenix, precision: minute}}
values: {{kind: crossing, unit: people, detection: record, confidence: high, uncertainty_m: 250}}
"""
_SHAPED = ("geojson", "shapefile")


def write_profiles(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write a profile ``NAME_reports`` for each reader, and let the program ship them."""
    folder.mkdir()
    for reader in registry.READABLE:
        position = "" if reader in _SHAPED else ", lon: x, lat: y"
        text = _PROFILE.format(reader=reader, position=position)
        (folder / f"{reader}_reports.yaml").write_text(text)
    monkeypatch.setattr(profiles, "_shipped", lambda: folder)


def write_file(folder: Path, reader: str) -> Path:
    """Write the events in the format of a reader."""
    table = pd.DataFrame(ROWS)
    shapes = gpd.points_from_xy(table["x"].astype(float), table["y"].astype(float))
    placed = gpd.GeoDataFrame(table.drop(columns=["x", "y"]), geometry=shapes, crs="EPSG:4326")
    path = folder / f"reports.{reader}"
    match reader:
        case "csv":
            table.to_csv(path, index=False)
        case "json":
            path.write_text(json.dumps(ROWS))
        case "parquet":
            table.to_parquet(path)
        case "geojson":
            placed.to_file(path, driver="GeoJSON")
        case "shapefile":
            parts = folder / "parts"
            parts.mkdir()
            placed.to_file(parts / "reports.shp", driver="ESRI Shapefile")
            with zipfile.ZipFile(path, "w") as archive:
                for part in parts.iterdir():
                    archive.write(part, part.name)
        case _:
            raise AssertionError(f"no file of {reader}: write one")
    return path


@contextmanager
def parsing_apart(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Let nothing be parsed in this process; yield the workers of the sandbox that are started."""

    def refuse(name: str) -> None:
        raise AssertionError(f"a file is read as {name} in this process")

    workers: list[Any] = []
    popen = sandbox.subprocess.Popen

    def start(command: list[str], *args: Any, **kwargs: Any) -> Any:
        process = popen(command, *args, **kwargs)
        if WORKER in command:
            workers.append(process)
        return process

    with monkeypatch.context() as patch:
        patch.setattr(registry, "find_reader", refuse)
        patch.setattr(sandbox.subprocess, "Popen", start)
        yield workers


def write_exhausting(path: Path) -> Path:
    """Write a small Parquet whose texts take 800 MB when they are read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    cells = pa.DictionaryArray.from_arrays(pa.array([0] * 40_000), pa.array(["x" * 20_000]))
    columns = {name: pa.array([value] * 40_000) for name, value in ROWS[0].items()}
    pq.write_table(pa.table({**columns, "text": cells}), path)
    return path
