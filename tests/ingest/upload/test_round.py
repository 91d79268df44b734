"""Random feature tables come back the same through every vector format."""

import math
import os
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cop.ingest.upload.read import Upload
from cop.model.upload import FEATURES, Choices
from tests.support.upload import read_all, zip_folder

pytestmark = pytest.mark.layers

EXAMPLES = int(os.environ.get("COP_ROUND_EXAMPLES", "3"))
"""Each example is a table through every format: 3 by default, 100 for a thorough look."""
DECIMALS = 7
SHAPE = "shape"

_words = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12
)
_lon = st.floats(-179, 179).map(lambda x: round(x, DECIMALS))
_lat = st.floats(-85, 85).map(lambda y: round(y, DECIMALS))
_corner = st.tuples(_lon, _lat)
_numbers = st.floats(-1e9, 1e9, allow_subnormal=False).map(lambda x: round(x, 4) + 0.0)
_whole = st.integers(-(2**31), 2**31 - 1)
_moments = st.datetimes(datetime(1950, 1, 1), datetime(2030, 1, 1)).map(
    lambda moment: moment.replace(microsecond=0)
)


def _square(corner: tuple[float, float]) -> shapely.Polygon:
    x, y = corner
    return shapely.box(x, y, round(x + 0.5, DECIMALS), round(y + 0.5, DECIMALS))


_shapes: dict[str, st.SearchStrategy[Any]] = {
    "Point": _corner.map(shapely.Point),
    "LineString": st.lists(_corner, min_size=2, max_size=6, unique=True).map(shapely.LineString),
    "Polygon": _corner.map(_square),
}


@st.composite
def _tables(draw: st.DrawFn) -> gpd.GeoDataFrame:
    kind = draw(st.sampled_from(sorted(_shapes)))
    n = draw(st.integers(1, 8))
    columns = {
        "label": st.none() | _words.map(lambda word: f"w{word}"),
        "size": st.none() | _numbers,
        "seen": st.none() | _moments,
    }
    held = {name: draw(st.lists(cells, min_size=n, max_size=n)) for name, cells in columns.items()}
    shapes = draw(st.lists(_shapes[kind], min_size=n, max_size=n))
    frame = pd.DataFrame(
        {
            "place": [f"p{i}" for i in range(n)],
            "number": pd.Series(draw(st.lists(_whole, min_size=n, max_size=n)), dtype="int32"),
            "label": pd.Series(held["label"], dtype="str"),
            "size": pd.Series(held["size"], dtype=float),
            "seen": pd.Series(held["seen"], dtype="datetime64[us]"),
        }
    )
    return gpd.GeoDataFrame(frame, geometry=shapes, crs="EPSG:4326")


def _by(driver: str, suffix: str) -> Callable[[gpd.GeoDataFrame, Path], Path]:
    def write(frame: gpd.GeoDataFrame, folder: Path) -> Path:
        path = folder / f"{driver}{suffix}"
        pyogrio.write_dataframe(frame, path, driver=driver)
        return path

    return write


def _shapefile(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    parts = folder / SHAPE
    parts.mkdir()
    pyogrio.write_dataframe(_without_times(frame), parts / "a.shp", encoding="utf-8")
    return zip_folder(parts, folder / "shape.shp.zip")


def _geodatabase(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    pyogrio.write_dataframe(frame, folder / "a.gdb", driver="OpenFileGDB", layer="a")
    return zip_folder(folder / "a.gdb", folder / "base.gdb.zip", "a.gdb/")


def _csv(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    table = pd.DataFrame(frame.drop(columns="geometry"))
    table["wkt"] = shapely.to_wkt(frame.geometry.to_numpy(), rounding_precision=DECIMALS)
    path = folder / "table.csv"
    table.to_csv(path, index=False)
    return path


def _parquet(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    frame.to_parquet(folder / "a.parquet")
    return folder / "a.parquet"


def _without_times(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """A shapefile knows days but no time."""
    return frame.drop(columns="seen")


FORMS: tuple[Callable[[gpd.GeoDataFrame, Path], Path], ...] = (
    _by("GeoJSON", ".geojson"),
    _by("GeoJSONSeq", ".geojsonl"),
    _by("GPKG", ".gpkg"),
    _by("FlatGeobuf", ".fgb"),
    _by("LIBKML", ".kml"),
    _shapefile,
    _geodatabase,
    _csv,
    _parquet,
)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(frame=_tables())
def test_shown_random_tables_come_back_the_same_through_every_format(
    frame: gpd.GeoDataFrame,
) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        choices = Choices(crs="EPSG:4326", columns=("place", "number", "label", "size"))
        uploads = [
            Upload(path=path, name=path.name, choices=choices)
            for path in (write(frame, folder) for write in FORMS)
        ]
        for name, (_, report, draft) in read_all(uploads, folder / "drafts").items():
            assert report.rejected == 0, name
            _compare(name, frame, gpd.read_parquet(draft / FEATURES).set_index("place"))


def _compare(name: str, frame: gpd.GeoDataFrame, back: gpd.GeoDataFrame) -> None:
    assert len(back) == len(frame), name
    for _, row in frame.iterrows():
        held = back.loc[row["place"]]
        # A geodatabase keeps places in steps of a nanodegree; all forms may turn a ring.
        assert shapely.hausdorff_distance(held.geometry, row.geometry) < 1e-7, name
        assert held["number"] == row["number"], name
        assert _plain(held["label"]) == _plain(row["label"]), name
        size, given_size = _plain(held["size"]), _plain(row["size"])
        assert size == given_size or math.isclose(size, given_size, rel_tol=1e-12), name
        if SHAPE not in name:
            assert _moment(held["occurred_at"]) == _moment(row["seen"]), name


def _plain(value: Any) -> Any:
    return None if value is None or value != value else value  # noqa: PLR0124 NaN


def _moment(value: Any) -> datetime | None:
    return None if value is pd.NaT or value is None else pd.Timestamp(value).to_pydatetime()
