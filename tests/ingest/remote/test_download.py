"""Features of other servers as a source: pygeoapi's collection, a FeatureServer, and our own."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryFile
from time import monotonic, sleep

import pytest
import yaml

from cop.errors import InputFileError
from cop.ingest.remote.download import name_source, open_source, read_address
from cop.settings import SourceSettings, StoreSettings
from cop.store.warehouse import Warehouse
from tests.support.command import CHECKOUT, START_SECONDS, clean_environment, free_port, start_cop
from tests.support.feature_server import LAYER, answering, feature_server

pytestmark = pytest.mark.exchange
N = 1_250


def load(data: Path, address: str, hosts: str) -> tuple[int, str]:
    """Run the command that loads a layer; return its status and what it says."""
    with TemporaryFile("w+") as told:
        process = start_cop(
            "ingest", "layer", address, "--title", "Posts", "--marking", "TLP:GREEN",
            "--data", data, out=told, err=told, environment={"COP_SOURCE_HOSTS": hosts},
        )  # fmt: skip
        status = process.wait(START_SECONDS)
        told.seek(0)
        return status, told.read()


def count(data: Path) -> list[tuple[str, int]]:
    with closing(Warehouse(StoreSettings(data=data))) as warehouse:
        layers = warehouse.snapshot.uploaded.values()
        return [(one.declared.marking, one.content.n) for one in layers]


@pytest.fixture
def pygeoapi(tmp_path: Path) -> Iterator[str]:
    """The address of pygeoapi with a collection of posts, a hundred a page."""
    posts = tmp_path / "posts.geojson"
    features = [
        {
            "type": "Feature",
            "id": f"p{i}",
            "properties": {"code": f"p{i}", "height": i / 2},
            "geometry": {"type": "Point", "coordinates": [-110 - i / 1_000, 31.4]},
        }
        for i in range(N)
    ]
    posts.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    port = free_port()
    base, file = f"http://127.0.0.1:{port}", tmp_path / "pygeoapi.yml"
    file.write_text(yaml.safe_dump(describe(base, port, posts)))
    peer = CHECKOUT / ".peer"
    assert (peer / "pygeoapi").is_dir(), "make .peer/.installed"
    environment = {
        **clean_environment(), "PYTHONPATH": str(peer), "PYGEOAPI_CONFIG": str(file),
        "PYGEOAPI_OPENAPI": str(tmp_path / "openapi.yml"),
    }  # fmt: skip
    command = [sys.executable, "-c", "from pygeoapi import cli; cli()"]
    making = [*command, "openapi", "generate", str(file), "--output-file", "openapi.yml"]
    subprocess.run(making, check=True, cwd=tmp_path, env=environment, capture_output=True)
    with (tmp_path / "log.txt").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-c", SERVING, str(port)],
            cwd=tmp_path, env=environment, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        await_answer(f"{base}/?f=json", server)
        yield base
    finally:
        server.terminate()
        server.wait(20)


SERVING = (
    "import sys; from pygeoapi.flask_app import APP; "
    "APP.run('127.0.0.1', int(sys.argv[1]), threaded=True)"
)


def describe(base: str, port: int, posts: Path) -> dict[str, object]:
    """The configuration of pygeoapi."""
    words = dict.fromkeys(
        ("name", "position", "address", "city", "stateorprovince", "postalcode", "country",
         "phone", "fax", "hours", "instructions"), "x",
    )  # fmt: skip
    about = {"name": "x", "url": "http://x"}
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": port}, "url": base, "encoding": "utf-8",
            "mimetype": "application/json; charset=UTF-8", "languages": ["en-US"],
            "limits": {"default_items": 10, "max_items": 100},
            "map": {"url": "http://x", "attribution": "x"},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {"title": "t", "description": "d", "keywords": ["a"],
                               "keywords_type": "theme", "terms_of_service": "x", "url": "http://x"},
            "license": about, "provider": about,
            "contact": {**words, "email": "x@y.z", "url": "http://x", "role": "pointOfContact"},
        },
        "resources": {
            "posts": {
                "type": "collection", "title": "Posts", "description": "Posts", "keywords": ["a"],
                "links": [],
                "extents": {"spatial": {
                    "bbox": [-180, -90, 180, 90],
                    "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
                }},
                "providers": [{"type": "feature", "name": "GeoJSON", "data": str(posts),
                               "id_field": "code"}],
            }
        },
    }  # fmt: skip


def await_answer(address: str, server: "subprocess.Popen[bytes]") -> None:
    """Wait until a server answers, as long as it runs."""
    end = monotonic() + START_SECONDS
    while monotonic() < end:
        assert server.poll() is None, "pygeoapi ended"
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 of this machine
                return
        except OSError:
            sleep(0.1)
    raise TimeoutError(address)


@pytest.mark.full
def test_shown_a_collection_of_pygeoapi_is_read_as_a_source(
    pygeoapi: str, own_warehouse: Path
) -> None:
    address = f"{pygeoapi}/collections/posts"
    status, told = load(own_warehouse, address, "")
    assert (status, "allows to read from none" in told) == (2, True)
    status, told = load(own_warehouse, address, "127.0.0.1")
    assert status == 0, told
    assert f"{N} features, TLP:GREEN" in told
    assert count(own_warehouse) == [("TLP:GREEN", N)]


@pytest.mark.full
def test_shown_a_feature_server_is_read_as_a_source(own_warehouse: Path) -> None:
    with answering(feature_server(257)) as base:
        status, told = load(own_warehouse, f"{base}{LAYER}", "127.0.0.1")
    assert status == 0, told
    assert count(own_warehouse) == [("TLP:GREEN", 257)]


def test_a_file_is_read_as_it_is(tmp_path: Path) -> None:
    with open_source(tmp_path / "a.csv", SourceSettings()) as file:
        assert file == tmp_path / "a.csv"


def test_ids_become_a_property_and_the_file_goes(tmp_path: Path) -> None:
    settings = SourceSettings.model_validate({"source_hosts": "127.0.0.1"})
    with (
        answering(feature_server(3)) as base,
        open_source(Path(f"{base}{LAYER}"), settings) as file,
    ):
        found = json.loads(file.read_text())
        assert file.name == "Posts_FeatureServer_0.geojson"
    assert [one["properties"]["id"] for one in found["features"]] == [1, 3, 5]
    assert not file.exists()


def test_nothing_is_asked_of_a_host_that_is_not_allowed() -> None:
    asked = []

    def respond(path: str, query: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        asked.append(path)
        return 200, {}, b"{}"

    with (
        answering(respond) as base,
        pytest.raises(InputFileError, match="COP_SOURCE_HOSTS"),
        open_source(Path(f"{base}/collections/a"), SourceSettings()),
    ):
        pass
    assert asked == []


@pytest.mark.parametrize(
    ("text", "address", "name"),
    [
        ("https://a.example/ogc/collections/posts", "https://a.example/ogc/collections/posts",
         "posts"),
        ("HTTPS://a.example/x/items?a=1", "https://a.example/x/items?a=1", "x"),
        ("https://a.example/..%2F..%2Fetc", "https://a.example/..%2F..%2Fetc", "etc"),
        ("https://a.example/", "https://a.example", "features"),
        ("data/https.csv", None, ""),
        ("ftp://a.example/x", None, ""),
    ],
)  # fmt: skip
def test_an_address_is_told_from_a_file(text: str, address: str | None, name: str) -> None:
    found = read_address(Path(text))
    assert found == address
    if found is not None:
        assert name_source(found) == name
