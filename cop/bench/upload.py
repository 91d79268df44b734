"""The reading of a large upload: seconds, the sandbox's peak memory, this one's growth."""

import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from cop.bench.memory import read_rss_mb
from cop.ingest.sandbox.sandbox import find_way
from cop.ingest.upload.read import convert_file, inspect_file
from cop.model.upload import FEATURES
from cop.settings import UploadSettings

_CHUNK = 250_000
_KINDS = ("crossing", "rescue", "seizure", "drone")
_START = np.datetime64("2026-01-01T00:00:00")


def run_upload(settings: UploadSettings, *, points: int, seed: int) -> dict[str, Any]:
    """Return {points, csv_mb, seal, inspect_s, convert_s, accepted, child_mb, growth_mb, draft_mb}.

    ``growth_mb`` is how much more memory this process used after the draft was written than before.
    """
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "points.csv"
        _write(path, points, seed)
        warm = Path(scratch) / "few.csv"
        _write(warm, 10, seed)
        inspect_file(warm, warm.name, settings)
        before = read_rss_mb(os.getpid())
        started = time.monotonic()
        inspection = inspect_file(path, path.name, settings)
        inspected = time.monotonic()
        draft = Path(scratch) / "draft"
        report = convert_file(path, path.name, inspection.suggested, draft, settings)
        return {
            "points": points,
            "csv_mb": round(path.stat().st_size / 1e6, 1),
            "seal": find_way(settings),
            "inspect_s": round(inspected - started, 1),
            "convert_s": round(time.monotonic() - inspected, 1),
            "accepted": report.accepted,
            "child_mb": report.peak_mb,
            "growth_mb": round(read_rss_mb(os.getpid()) - before, 1),
            "draft_mb": round((draft / FEATURES).stat().st_size / 1e6, 1),
        }


def _write(path: Path, points: int, seed: int) -> None:
    """Write points along the border with time, kind, count and a remark."""
    rng = np.random.default_rng(seed)
    with path.open("wb") as file:
        for first in range(0, points, _CHUNK):
            n = min(_CHUNK, points - first)
            seconds = rng.integers(0, 86_400 * 300, n)
            table = pa.table(
                {
                    "id": np.arange(first, first + n),
                    "latitude": np.round(rng.uniform(25.5, 33.0, n), 6),
                    "longitude": np.round(rng.uniform(-117.0, -97.0, n), 6),
                    "observed": np.datetime_as_string(_START + seconds, timezone="UTC"),
                    "kind": np.array(_KINDS)[rng.integers(0, len(_KINDS), n)],
                    "count": rng.integers(1, 9, n),
                    "remark": np.char.add("seen from post ", rng.integers(1, 400, n).astype(str)),
                }
            )
            options = arrow_csv.WriteOptions(include_header=first == 0)
            arrow_csv.write_csv(table, file, options)
