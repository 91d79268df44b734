"""Random feature tables go through every format to the store, out again, and are the same."""

import math
import os
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
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

from cop.export.extract import write_extract
from cop.ingest.layer.draft import read_draft
from cop.ingest.layer.lifecycle import publish_layer
from cop.ingest.source.base.finding import DOUBTS
from cop.ingest.upload.read import Upload, convert_files
from cop.model.upload import FEATURES, Choices, DraftReport
from cop.model.uploaded import Declaration
from cop.query.service import QueryService
from cop.settings import StoreSettings, UploadSettings
from cop.store.warehouse import Warehouse
from tests.support.upload import zip_folder
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.layers

EXAMPLES = int(os.environ.get("COP_ROUND_EXAMPLES", "2"))
"""Each example is a table through every format: 2 by default, 100 for a thorough look."""
DECIMALS = 7
ANYWHERE = Choices(crs="EPSG:4326", agreed=tuple(sorted(DOUBTS)))
"""Places and times are drawn from all over the earth and from 80 years."""
NAMES = ("place", "number", "label", "size", "flag")

_inner = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.sampled_from(" ,;|\"'<>&="),
    max_size=12,
)
_lon = st.floats(-179, 179).map(lambda x: round(x, DECIMALS))
_lat = st.floats(-85, 85).map(lambda y: round(y, DECIMALS))
_corner = st.tuples(_lon, _lat)
_numbers = st.floats(-1e9, 1e9, allow_subnormal=False).map(lambda x: round(x, 4) + 0.0)
_whole = st.integers(-(2**53), 2**53)
_moments = st.datetimes(datetime(1950, 1, 1), datetime(2030, 1, 1)).map(
    lambda moment: moment.replace(microsecond=0)
)


def _square(corner: tuple[float, float]) -> shapely.Polygon:
    x, y = corner
    return shapely.box(x, y, round(x + 0.5, DECIMALS), round(y + 0.5, DECIMALS))


_lines = st.lists(_corner, min_size=2, max_size=6, unique=True).map(shapely.LineString)
_shapes: dict[str, st.SearchStrategy[Any]] = {
    "Point": _corner.map(shapely.Point),
    "LineString": _lines,
    "Polygon": _corner.map(_square),
    "MultiPoint": st.lists(_corner, min_size=2, max_size=4, unique=True).map(shapely.MultiPoint),
    "MultiLineString": st.lists(_lines, min_size=2, max_size=3).map(shapely.MultiLineString),
}


@st.composite
def _tables(draw: st.DrawFn) -> gpd.GeoDataFrame:
    kind = draw(st.sampled_from(sorted(_shapes)))
    n = draw(st.integers(1, 8))
    columns = {
        "number": st.none() | _whole,
        "label": st.none() | _inner.map(lambda word: f"w{word}w"),
        "size": st.none() | _numbers,
        "flag": st.none() | st.booleans(),
        "seen": st.none() | _moments,
    }
    held = {name: draw(st.lists(cells, min_size=n, max_size=n)) for name, cells in columns.items()}
    shapes = draw(st.lists(_shapes[kind], min_size=n, max_size=n))
    frame = pd.DataFrame(
        {
            "place": [f"p{i}" for i in range(n)],
            "number": pd.Series(held["number"], dtype="Int64"),
            "label": pd.Series(held["label"], dtype="str"),
            "size": pd.Series(held["size"], dtype=float),
            "flag": pd.Series(held["flag"], dtype="boolean"),
            "seen": pd.Series(held["seen"], dtype="datetime64[us]"),
        }
    )
    return gpd.GeoDataFrame(frame, geometry=shapes, crs="EPSG:4326")


Write = Callable[[gpd.GeoDataFrame, Path], Path]


@dataclass(frozen=True)
class Form:
    """A format: how a file of it is written, and the suffix by which its layer goes out."""

    write: Write
    back: str
    timed: bool = True
    points_only: bool = False
    prefix: str = ""
    sparse: bool = False
    """Whether a column without any value has no place in the file."""

    def columns(self, frame: gpd.GeoDataFrame) -> tuple[str, ...]:
        """The columns of the file that carry those of the table."""
        held = [name for name in NAMES if not self.sparse or frame[name].notna().any()]
        return tuple(f"{self.prefix}{name}" for name in held)


def _by(driver: str, suffix: str, **options: Any) -> Write:
    def write(frame: gpd.GeoDataFrame, folder: Path) -> Path:
        path = folder / f"{driver}{suffix}"
        pyogrio.write_dataframe(frame, path, driver=driver, **options)
        return path

    return write


def _shapefile(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    """A shapefile knows days but no time."""
    parts = folder / "shape"
    parts.mkdir()
    pyogrio.write_dataframe(frame.drop(columns="seen"), parts / "a.shp", encoding="utf-8")
    return zip_folder(parts, folder / "shape.shp.zip")


def _geodatabase(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    options = {"TARGET_ARCGIS_VERSION": "ARCGIS_PRO_3_2_OR_LATER"}
    path = folder / "a.gdb"
    pyogrio.write_dataframe(frame, path, driver="OpenFileGDB", layer="a", layer_options=options)
    return zip_folder(folder / "a.gdb", folder / "base.gdb.zip", "a.gdb/")


def _flat(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    table = pd.DataFrame(frame.drop(columns="geometry"))
    table["wkt"] = shapely.to_wkt(frame.geometry.to_numpy(), rounding_precision=DECIMALS)
    return table


def _text(suffix: str, separator: str) -> Write:
    def write(frame: gpd.GeoDataFrame, folder: Path) -> Path:
        path = folder / f"table{suffix}"
        _flat(frame).to_csv(path, index=False, sep=separator)
        return path

    return write


def _workbook(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    _flat(frame).to_excel(folder / "a.xlsx", index=False)
    return folder / "a.xlsx"


def _parquet(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    frame.to_parquet(folder / "a.parquet")
    return folder / "a.parquet"


_GPX = {"layer": "waypoints", "dataset_options": {"GPX_USE_EXTENSIONS": "YES"}}
FORMS: tuple[Form, ...] = (
    Form(_by("GeoJSON", ".geojson"), ".geojson"),
    Form(_by("GeoJSONSeq", ".geojsonl"), ".geojsonl"),
    Form(_by("GPKG", ".gpkg"), ".gpkg"),
    Form(_by("FlatGeobuf", ".fgb"), ".fgb"),
    Form(_by("LIBKML", ".kml"), ".kml"),
    Form(_by("LIBKML", ".kmz"), ".kmz"),
    Form(_by("GPX", ".gpx", **_GPX), ".gpkg", points_only=True, prefix="ogr_", sparse=True),
    Form(_shapefile, ".shp.zip", timed=False),
    Form(_geodatabase, ".gdb.zip"),
    Form(_text(".csv", ","), ".csv"),
    Form(_text(".tsv", "\t"), ".tsv"),
    Form(_workbook, ".xlsx"),
    Form(_parquet, ".parquet"),
)


@pytest.mark.full
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(frame=_tables())
def test_shown_random_tables_come_back_the_same_through_every_format_and_the_store(
    bare_warehouse: Path, frame: gpd.GeoDataFrame
) -> None:
    is_points = set(frame.geometry.geom_type) == {"Point"}
    forms = [form for form in FORMS if is_points or not form.points_only]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for form, back in zip(forms, _go_round(frame, forms, folder, bare_warehouse), strict=True):
            _compare(form, frame, back)


def _go_round(
    frame: gpd.GeoDataFrame, forms: list[Form], folder: Path, warehouse_dir: Path
) -> list[gpd.GeoDataFrame]:
    """Write each form, read it, publish it, write the layer out, and read that."""
    store = StoreSettings(data=copy_warehouse(warehouse_dir, folder / "warehouse"))
    uploads = [
        Upload(
            path=path,
            name=path.name,
            choices=ANYWHERE.model_copy(update={"columns": form.columns(frame)}),
        )
        for form, path in ((form, form.write(frame, folder)) for form in forms)
    ]
    ids = [
        publish_layer(store, read_draft(draft), Declaration(title="Random"), by="Ana").layer.id
        for draft in _convert(uploads, folder / "drafts")
    ]
    with closing(Warehouse(store)) as warehouse:
        outs = [folder / f"{i}{form.back}" for i, form in enumerate(forms)]
        service = QueryService(warehouse, tile_cache_mb=1)
        for own_id, out in zip(ids, outs, strict=True):
            write_extract(service, own_id, out)
    again = [Upload(path=out, name=out.name, choices=ANYWHERE) for out in outs]
    return [gpd.read_parquet(draft / FEATURES) for draft in _convert(again, folder / "backs")]


def _convert(uploads: list[Upload], folder: Path) -> list[Path]:
    """Read files by one sandbox; no row may be refused."""
    folder.mkdir()
    drafts = [folder / str(number) for number in range(len(uploads))]
    made = convert_files(uploads, drafts, UploadSettings())
    for upload, report in zip(uploads, made, strict=True):
        assert isinstance(report, DraftReport), report
        assert report.rejected == 0, upload.name
    return drafts


def _compare(form: Form, frame: gpd.GeoDataFrame, back: gpd.GeoDataFrame) -> None:
    back = back.rename(columns=lambda name: name.removeprefix(form.prefix)).set_index("place")
    assert len(back) == len(frame), form
    for _, row in frame.iterrows():
        held = back.loc[row["place"]]
        # A geodatabase keeps places in steps of a nanodegree; all forms may turn a ring.
        assert shapely.hausdorff_distance(held.geometry, row.geometry) < 1e-7, form
        for name in ("number", "label", "flag"):
            assert _plain(held.get(name)) == _plain(row[name]), (form, name)
        size, given_size = _plain(held.get("size")), _plain(row["size"])
        assert size == given_size or math.isclose(size, given_size, rel_tol=1e-12), form
        if form.timed:
            assert _plain(
                held.get("occurred_at") if form.sparse else held["occurred_at"]
            ) == _plain(row["seen"]), form


def _plain(value: Any) -> Any:
    return None if pd.isna(value) else value
