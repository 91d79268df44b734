"""Every format from a file of another program to a decoded tile, drawn by a style, and out again.

The same rows stand in docs/upload.md, which a test compares.
"""

import io
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from PIL import Image

from cop.export.extract import FORMS, write_extract
from cop.ingest.layer.draft import read_draft
from cop.ingest.layer.lifecycle import publish_layer
from cop.ingest.source.registry import FORMATS as ALL_FORMATS
from cop.ingest.upload.read import Upload, convert_files
from cop.layerkind.service.layer_list import read_layer
from cop.layerkind.service.tile import read_tile
from cop.model.drawing import resolve_color
from cop.model.layer import Layer
from cop.model.style import Classes, Ramp
from cop.model.tile import EXTENT, Tile
from cop.model.upload import FEATURES, RASTER, DraftReport, Inspection
from cop.model.uploaded import Declaration
from cop.query.service import QueryService
from cop.settings import StoreSettings, UploadSettings
from cop.store.warehouse import Warehouse
from tests.support.command import CHECKOUT
from tests.support.tile import features_of
from tests.support.upload import Read, need_gdal, read_all
from tests.support.warehouse import copy_warehouse
from tests.support.written import (
    COUNTS,
    KINDS,
    LABELS,
    PLACES,
    SEEN,
    write_others,
    write_source,
    write_vectors,
)

pytestmark = pytest.mark.layers

ZOOM = 9
FORMATS = {name: one for name, one in ALL_FORMATS.items() if one.suffixes}
"""What the page Upload takes."""
CLASSES = [
    {"value": "tower", "paint": "#56b4e9", "shape": "triangle"},
    {"value": "camera", "paint": "#e69f00", "shape": "square"},
]
BACK = {
    "csv": ".csv", "tsv": ".tsv", "xlsx": ".xlsx", "geojson": ".geojson", "geojsonl": ".geojsonl",
    "gpkg": ".gpkg", "shapefile": ".shp.zip", "filegdb": ".gdb.zip", "kml": ".kml", "kmz": ".kmz",
    "gpx": ".gpkg", "geoparquet": ".parquet", "flatgeobuf": ".fgb", "geotiff": ".tif",
    "dted": ".tif", "netcdf": ".tif", "photo": ".gpkg", "tak": ".gpkg",
}  # fmt: skip
"""What each format goes out as: itself, else what holds all of it."""


@dataclass(frozen=True)
class Gone:
    """A file of a format on its way: what was seen, its draft, its layer, where it went out."""

    seen: Inspection
    report: DraftReport
    draft: Path
    layer: Layer
    service: QueryService
    out: Path
    back: Path


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The places as GeoJSON."""
    return write_source(tmp_path_factory.mktemp("source"))


@pytest.fixture(scope="module")
def all_read(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Files of every format, read once."""
    need_gdal()
    folder = tmp_path_factory.mktemp("files")
    written = [*write_vectors(folder, source), *write_others(folder)]
    uploads = [Upload(path=path, name=path.name, choices=said) for path, said in written]
    return read_all(uploads, folder / "drafts")


@pytest.fixture(scope="module")
def all_gone(
    all_read: Read, bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Gone]]:
    """A file of every format, published in one warehouse, written out and read again."""
    folder = tmp_path_factory.mktemp("formats")
    store = StoreSettings(data=copy_warehouse(bare_warehouse, folder / "warehouse"))
    read = {held[0].format: held for held in all_read.values()}
    names = {
        form: publish_layer(store, read_draft(draft), _declare(form, report), by="Ana").layer.name
        for form, (_, report, draft) in read.items()
    }
    with closing(Warehouse(store)) as warehouse:
        service = QueryService(warehouse, tile_cache_mb=8)
        (folder / "out").mkdir()
        outs = {form: folder / "out" / f"{form}{BACK[form]}" for form in names}
        for form, out in outs.items():
            write_extract(service, names[form], out)
        backs = _read_again(outs, folder / "backs")
        yield {
            form: Gone(
                *read[form],
                read_layer(service, service.view(), name),
                service,
                outs[form],
                backs[form],
            )
            for form, name in names.items()
        }


def _declare(form: str, report: DraftReport) -> Declaration:
    """Give a title, and to the tables a style by what the places are."""
    kind = _columns(report).get("kind")
    said = {"fill": {"property": kind, "classes": CLASSES}} if kind else None
    return Declaration.model_validate({"title": FORMATS[form].title, "style": said})


def _read_again(outs: dict[str, Path], folder: Path) -> dict[str, Path]:
    folder.mkdir()
    backs = {form: folder / form for form in outs}
    again = [Upload(path=path, name=path.name) for path in outs.values()]
    for one in convert_files(again, list(backs.values()), UploadSettings()):
        assert isinstance(one, DraftReport), one
    return backs


def test_shown_files_of_ogr2ogr_become_the_same_features(all_read: Read) -> None:
    vectors = {n: held for n, held in all_read.items() if held[0].kind in ("vector", "table")}
    assert {seen.format for seen, _, _ in vectors.values()} == {
        one.id for one in FORMATS.values() if one.kind in ("vector", "table")
    }
    for name, (seen, report, draft) in vectors.items():
        features = gpd.read_parquet(draft / FEATURES)
        columns = {column.removeprefix("ogr_"): column for column in features}
        assert seen.rows == report.accepted == len(PLACES), name
        assert features["feature_id"].is_unique, name
        for _, row in features.iterrows():
            ref = row[columns["ref"]]
            assert row.geometry.distance(shapely.Point(PLACES[ref])) < 1e-7, name
            label, count = row[columns["label"]], row[columns["n"]]
            assert (label if isinstance(label, str) else None) == LABELS[ref], name
            assert (None if count is None or np.isnan(count) else count) == COUNTS[ref], name


def test_ids_are_the_same_when_a_file_comes_again(
    all_read: Read, source: Path, tmp_path: Path
) -> None:
    _, _, draft = all_read[source.name]
    again = read_all([Upload(path=source, name="b.geojson")], tmp_path / "d")["b.geojson"][2]
    first, second = (gpd.read_parquet(one / FEATURES)["feature_id"] for one in (draft, again))
    assert first.tolist() == second.tolist()


@pytest.mark.parametrize("form", FORMATS)
def test_shown_every_format_goes_from_a_file_to_a_tile_and_back_out(
    all_gone: dict[str, Gone], form: str
) -> None:
    gone = all_gone[form]
    if FORMATS[form].kind == "raster":
        _check_raster(gone)
    elif FORMATS[form].kind in ("photo", "package"):
        _check_places(gone)
    else:
        _check_table(gone)


def _check_table(gone: Gone) -> None:
    """The three places with their values and times: read, mapped, seen, drawn, and out again."""
    columns = _columns(gone.report)
    assert gone.report.accepted == len(PLACES)
    kinds = {kept.name: kept.kind for kept in gone.report.columns}
    assert kinds[columns["n"]] in ("BIGINT", "DOUBLE")
    assert (kinds[columns["kind"]], kinds[columns["label"]]) == ("VARCHAR", "VARCHAR")
    drawn = {f["properties"][columns["ref"]]: f for f in _features(gone, PLACES.values())}
    fill = gone.layer.style.fill
    assert isinstance(fill, Classes)
    paints = {one["value"]: one["paint"] for one in CLASSES}
    for ref, place in PLACES.items():
        said = drawn[ref]["properties"]
        assert _place(drawn[ref], place) == pytest.approx(place, abs=360 / 2**ZOOM / EXTENT)
        assert (said.get(columns["n"]), said.get(columns["label"])) == (COUNTS[ref], LABELS[ref])
        assert said.get("occurred_at") == SEEN[ref]
        assert resolve_color(fill, "dark").of(said) == paints[KINDS[ref]]
    _compare(gpd.read_parquet(gone.draft / FEATURES), _back(gone), columns)


def _check_places(gone: Gone) -> None:
    """A photo or a TAK data package: each of its places is in a tile, and goes out again."""
    held = gpd.read_parquet(gone.draft / FEATURES)
    assert held["occurred_at"].notna().all()
    points = held.geometry.representative_point()
    drawn = _features(gone, zip(points.x, points.y, strict=True))
    assert {f["properties"]["feature_id"] for f in drawn} == set(held["feature_id"])
    for feature in drawn:
        assert resolve_color(gone.layer.style.fill, "dark").of(feature["properties"])
    _compare(held, _back(gone), {c.name: c.name for c in gone.report.columns})


def _check_raster(gone: Gone) -> None:
    """A raster: its pixels are seen in the colours of its ramp, and its COG goes out as it is."""
    bounds = gone.seen.bounds
    assert bounds is not None
    tile = _tile_at(((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2))
    answer = read_tile(gone.service, gone.service.view(), gone.layer, tile)
    image = np.asarray(Image.open(io.BytesIO(answer.mvt)).convert("RGBA"))
    fill = gone.layer.style.fill
    assert isinstance(fill, Ramp)
    seen = {tuple(pixel) for pixel in image.reshape(-1, 4) if pixel[3]}
    assert len(seen) > 1
    assert seen <= {paint.rgba("dark") for paint in fill.paints}
    assert gone.out.read_bytes() == (gone.draft / RASTER).read_bytes()
    assert (gone.back / RASTER).is_file()


def _columns(report: DraftReport) -> dict[str, str]:
    """The names of the columns, to which GPX adds who wrote them."""
    return {column.name.removeprefix("ogr_"): column.name for column in report.columns}


def _features(gone: Gone, places: Any) -> list[dict[str, Any]]:
    """The features of the tiles that hold places, each once."""
    tiles = {_tile_at(place) for place in places}
    held = [
        {**feature, "tile": tile}
        for tile in tiles
        for feature in features_of(
            read_tile(gone.service, gone.service.view(), gone.layer, tile).mvt, gone.layer.id
        )
    ]
    return [feature for feature in held if feature["properties"]["cop_n"]]


def _tile_at(place: tuple[float, float]) -> Tile:
    x, y = _world(place)
    return Tile(ZOOM, int(x), int(y))


def _world(place: tuple[float, float]) -> tuple[float, float]:
    """A place in tiles of the zoom, by the formula of the slippy map."""
    lon, lat = place[0], np.radians(place[1])
    n = 2**ZOOM
    return (lon + 180) / 360 * n, float((1 - np.arcsinh(np.tan(lat)) / np.pi) / 2 * n)


def _place(feature: dict[str, Any], near: tuple[float, float]) -> tuple[float, float]:
    """Where a point of a tile lies, degrees; ``near`` is where it should."""
    x, y = feature["geometry"]["coordinates"]
    tile, n = feature["tile"], 2**ZOOM
    lon = (tile.x + x / EXTENT) / n * 360 - 180
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * (tile.y + y / EXTENT) / n))))
    assert tile == _tile_at(near)
    return lon, float(lat)


def _back(gone: Gone) -> gpd.GeoDataFrame:
    return gpd.read_parquet(gone.back / FEATURES)


def _compare(held: gpd.GeoDataFrame, back: gpd.GeoDataFrame, columns: dict[str, str]) -> None:
    """The features that came are those that went out, by the id that went with them."""
    name = "feature_id_2" if "feature_id_2" in back else "feature_id"
    back = back.set_index(name)
    assert set(back["layer_mark" if "layer_mark" in back else "layer_marking"]) == {"TLP:AMBER"}
    for _, row in held.iterrows():
        found = back.loc[row["feature_id"]]
        assert shapely.hausdorff_distance(found.geometry, row.geometry) < 1e-7
        assert _plain(found["occurred_at"]) == _plain(row["occurred_at"])
        for column in columns.values():
            said = _plain(row[column])
            known = f"'{said}" if str(said).startswith("=") else said
            assert _plain(found[column]) in (said, known), column


def _plain(value: Any) -> Any:
    return None if pd.isna(value) else value


def test_shown_the_table_of_formats_in_the_documentation_is_the_one_that_is_tested() -> None:
    words = (CHECKOUT / "docs" / "upload.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| ([^|]+?) \|.*?\| `([^|`]+)` \|$", words, re.MULTILINE))
    assert rows == {FORMATS[form].title: out for form, out in BACK.items()}
    assert set(BACK) == set(FORMATS)
    assert {*FORMS, ".parquet"} <= {*BACK.values()}
