"""Tests of the basemap's routes: the file's tiles, gzip or not, and nothing of its HTML."""

import gzip
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import mapbox_vector_tile
import pytest
from starlette.testclient import TestClient

from cop.layerkind.service.layer_list import read_layers
from cop.query.service import QueryService
from cop.server.route import build_routes
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from cop.tiles.basemap import Basemap
from tests.server.conftest import BASE, gated
from tests.support.basemap import (
    header_of,
    image_tile,
    vector_tile,
    write_raster,
    write_vector,
)
from tests.support.command import run_cop
from tests.support.context import make_context
from tests.support.tile import version_of

pytestmark = pytest.mark.sources

HTML = '<a href="https://maps.example" onclick="alert(1)">Maps</a><img src=x onerror=alert(2)>'


@contextmanager
def serving_basemap(warehouse: Path, path: Path) -> Iterator[TestClient]:
    basemap = Basemap(path)
    service = QueryService(
        Warehouse(StoreSettings(data=warehouse)), tile_cache_mb=8, basemap=basemap
    )
    app = gated(build_routes(make_context(service)))
    app.state.service = service
    with TestClient(app, base_url=BASE) as client:
        yield client
    service.warehouse.close()
    basemap.close()


@pytest.fixture
def vector(bare_warehouse: Path, tmp_path: Path) -> Iterator[TestClient]:
    path = write_vector(tmp_path / "user.pmtiles", attribution=HTML)
    with serving_basemap(bare_warehouse, path) as client:
        yield client


@pytest.mark.parametrize(
    ("accepts", "encoded"),
    [
        ("gzip", True),
        ("br, gzip;q=0.8", True),
        ("GZIP", True),
        ("identity", False),
        ("gzip;q=0", False),
        ("x-gzip-not", False),
    ],
)
def test_vector_tiles_are_gzip_only_for_who_takes_it(
    vector: TestClient, accepts: str, encoded: bool
) -> None:
    with vector.stream(
        "GET", "/tiles/basemap/3/5/2.mvt", headers={"Accept-Encoding": accepts}
    ) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers.get("content-encoding") == ("gzip" if encoded else None)
    assert (gzip.decompress(raw) if encoded else raw) == vector_tile()
    assert set(mapbox_vector_tile.decode(vector_tile())) >= {"earth", "water", "roads"}


def test_a_tile_of_the_basemap_is_private_and_named(
    vector: TestClient, bare_warehouse: Path
) -> None:
    path = "/tiles/basemap/3/5/2.mvt"
    first = vector.get(path)
    assert first.headers["cache-control"] == "private, no-cache"
    assert vector.get(path, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    assert vector.get("/tiles/basemap/3/5/3.mvt").headers["etag"] != first.headers["etag"]
    versioned = f"{path}?v={version_of(bare_warehouse, 'basemap')}"
    assert vector.get(versioned).headers["cache-control"].startswith("private, max-age=")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/tiles/basemap/5/0/0.mvt", 204),
        ("/tiles/basemap/3/5/2.png", 404),
        ("/tiles/basemap/3/5/2.pmtiles", 404),
        ("/tiles/basemap/3/8/2.mvt", 400),
        ("/tiles/basemap/17/0/0.mvt", 400),
        ("/tiles/basemap/03/5/2.mvt", 400),
        ("/tiles/basemap/3/5/2.mvt?file=/etc/passwd", 400),
        ("/tiles/basemap", 404),
        ("/tiles/basemap/../../etc/passwd", 404),
    ],
)
def test_what_is_not_in_the_file(vector: TestClient, path: str, status: int) -> None:
    assert vector.get(path).status_code == status


def test_only_reading_is_open(vector: TestClient) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert vector.request(method, "/tiles/basemap/3/5/2.mvt").status_code == 405


def test_tilejson_says_what_the_file_says_without_its_html(vector: TestClient) -> None:
    document = vector.get("/tiles/basemap.json").json()
    assert document["tiles"] == [f"{BASE}/tiles/basemap/{{z}}/{{x}}/{{y}}.mvt"]
    assert (document["minzoom"], document["maxzoom"]) == (0, 4)
    assert document["attribution"] == "Maps"
    assert document["vector_layers"] == [{"id": "earth", "fields": {}}]
    assert document["bounds"] == [-180, -90, 180, 90]


def test_the_basemap_takes_the_place_of_our_background(vector: TestClient) -> None:
    service = vector.app.state.service  # type: ignore[attr-defined]
    layers = read_layers(service, service.view())
    assert (layers["basemap"].visible, layers["background"].visible) == (True, False)
    assert next(iter(layers)) == "basemap"
    listed = {layer["id"]: layer for layer in vector.get("/api/layers").json()["layers"]}
    assert listed["basemap"]["held"]
    assert vector.get("/tiles/background/5/6/13.mvt").status_code == 200


def test_without_a_file_there_is_no_basemap(client: TestClient, opened: QueryService) -> None:
    assert "basemap" not in read_layers(opened, opened.view())
    assert "basemap" not in [layer["id"] for layer in client.get("/api/layers").json()["layers"]]
    for path in ("/tiles/basemap/0/0/0.mvt", "/tiles/basemap.json"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "--basemap" in answer.json()["error"]


@pytest.mark.parametrize(("kind", "media"), [("png", "image/png"), ("webp", "image/webp")])
def test_images_are_served_as_they_are(
    bare_warehouse: Path, tmp_path: Path, kind: str, media: str
) -> None:
    path = write_raster(tmp_path / "user.pmtiles", (40, 120, 80), kind=kind)
    with serving_basemap(bare_warehouse, path) as client:
        answer = client.get(f"/tiles/basemap/2/1/1.{kind}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, media)
        assert answer.content == image_tile((40, 120, 80), kind=kind)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert client.get("/tiles/basemap/2/1/1.mvt").status_code == 404
        assert "vector_layers" not in client.get("/tiles/basemap.json").json()


def test_a_file_cut_short_while_it_is_served_is_told(bare_warehouse: Path, tmp_path: Path) -> None:
    path = write_vector(tmp_path / "user.pmtiles")
    with serving_basemap(bare_warehouse, path) as client:
        os.truncate(path, header_of(path)["tile_data_offset"])
        answer = client.get("/tiles/basemap/0/0/0.mvt")
        assert answer.status_code == 503
        assert "cut short" in answer.json()["error"]


def as_text(path: Path) -> None:
    path.write_text("no tiles here " * 50)


@pytest.mark.parametrize(
    ("make", "said"), [(as_text, "not a PMTiles version 3"), (lambda _path: None, "No such file")]
)
def test_the_server_does_not_start_with_a_file_that_is_none(
    make: Callable[[Path], object], said: str, bare_warehouse: Path, tmp_path: Path
) -> None:
    path = tmp_path / "user.pmtiles"
    make(path)
    done = run_cop("run", "--data", bare_warehouse, "--basemap", path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "user.pmtiles" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
