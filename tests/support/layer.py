"""Draft folders as the reading of files leaves them, and short ways to publish one."""

from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from cop.ingest.layer.draft import read_draft
from cop.ingest.layer.lifecycle import publish_layer
from cop.ingest.layer.step import Step
from cop.model.uploaded import Declaration
from cop.settings import StoreSettings

MIXED = (
    shapely.Point(-110.9, 31.4),
    shapely.LineString([(-111.5, 31.6), (-110.2, 31.9)]),
    shapely.box(-112.4, 31.5, -111.9, 32.0),
    shapely.MultiPoint([(-110.0, 31.4), (-109.0, 31.8)]),
)


def make_features(shapes: Any = MIXED, **columns: Any) -> gpd.GeoDataFrame:
    """Features a day apart, with whatever columns are given."""
    n = len(shapes)
    frame = pd.DataFrame(
        {
            "feature_id": [f"f{i}" for i in range(n)],
            "occurred_at": pd.date_range(datetime(2026, 1, 30), periods=n, unit="us"),
            **columns,
        }
    )
    return gpd.GeoDataFrame(frame, geometry=list(shapes), crs="EPSG:4326")


def write_draft(folder: Path, features: gpd.GeoDataFrame) -> Path:
    """Write a Draft folder."""
    folder.mkdir(parents=True, exist_ok=True)
    features.to_parquet(folder / "features.parquet")
    (folder / "report.json").write_text(f'{{"rows": {len(features)}}}')
    return folder


def publish_features(
    data: Path,
    features: gpd.GeoDataFrame,
    *,
    by: str = "Ana",
    layer_id: str | None = None,
    **said: Any,
) -> Step:
    """Publish features as a layer, or as the next revision of one."""
    declared = Declaration.model_validate({"title": "Towers", "marking": "TLP:GREEN", **said})
    draft = read_draft(write_draft(data.parent / "draft", features))
    return publish_layer(StoreSettings(data=data), draft, declared, by=by, layer_id=layer_id)
