"""The draft folder: features as GeoParquet, problems as CSV."""

import csv
import json
from datetime import datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from cop.ingest.source.base.opened import Problem
from cop.ingest.upload import draft
from cop.ingest.upload.draft import DraftWriter, no_moments
from cop.model.upload import FEATURES, PROBLEMS, DraftColumn

pytestmark = pytest.mark.layers


def test_features_are_geoparquet_with_their_types(tmp_path: Path) -> None:
    columns = [DraftColumn(name="n", source="N", kind="BIGINT")]
    writer = DraftWriter(tmp_path, columns)
    for place in range(2):
        shapes = np.array([shapely.Point(place, 2)])
        moments = pa.array([datetime(2026, 11, 24)], pa.timestamp("us"))
        writer.write(pa.array([f"f{place}"]), shapes, moments, [pa.array([place])])
    writer.close(bounds=(0, 2, 1, 2), kinds={"Point"})
    found = gpd.read_parquet(tmp_path / FEATURES)
    assert found["feature_id"].to_list() == ["f0", "f1"]
    assert found["n"].dtype == "int64"
    assert found.geometry.x.to_list() == [0, 1]
    geo = json.loads(pq.read_metadata(tmp_path / FEATURES).metadata[b"geo"])
    assert geo["columns"]["geometry"]["bbox"] == [0, 2, 1, 2]
    assert found.crs.to_epsg() == 4326


def test_problems_hold_no_formula_and_are_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft, "MOST_PROBLEMS", 2)
    writer = DraftWriter(tmp_path, [])
    cells = ("=1+1", "x" * 600, "third")
    writer.explain(
        Problem(row=n, column="=c", value=cell, reason="bad") for n, cell in enumerate(cells)
    )
    writer.close(bounds=None, kinds=())
    text = (tmp_path / PROBLEMS).read_text("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert [(row["row"], row["column"]) for row in rows] == [("0", "'=c"), ("1", "'=c")]
    assert rows[0]["value"] == "'=1+1"
    assert len(rows[1]["value"]) == 500


def test_no_moments_are_as_many_as_asked_for() -> None:
    assert no_moments(3).null_count == len(no_moments(3)) == 3
