"""Features as other systems read them: GDAL, pages under a publish, counts, the description."""

import json
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.parse import quote, urlencode

import duckdb
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from cop.model.event import KINDS
from cop.model.moment import format_moment, utc_now
from cop.query.service import QueryService
from cop.query.summary import BY
from cop.server.route import build_routes
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.exchange.ogc.conftest import Served
from tests.server.conftest import BASE, gated
from tests.support.command import CHECKOUT, serving
from tests.support.context import make_context
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.exchange

EXAMPLES: Final = 20
CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def read_all(client: TestClient, address: str) -> list[dict[str, Any]]:
    """The features of every page."""
    found: list[dict[str, Any]] = []
    following: str | None = address
    while following is not None:
        page = client.get(following).json()
        found += page["features"]
        assert page["numberReturned"] == len(page["features"])
        links = [one["href"] for one in page["links"] if one["rel"] == "next"]
        following = links[0] if links else None
    return found


@pytest.fixture(scope="module")
def base(filled_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(filled_dir, tmp_path_factory.mktemp("ogc-server") / "log.txt") as base:
        yield f"{base}/ogc"


def ogrinfo(*arguments: str) -> str:
    command = ["ogrinfo", "-ro", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout


@pytest.mark.full
def test_shown_ogrinfo_reads_every_page_of_every_collection(base: str, ogc_server: Served) -> None:
    collections = ogc_server.client.get("/ogc/collections").json()["collections"]
    names = [one["id"] for one in collections]
    assert {"events", "segments", "sensors", "sectors", ogc_server.layer} <= {*names}
    listed = ogrinfo(f"OAPIF:{base}")
    assert all(f": {name} " in listed for name in names)
    read = {}
    for name in names:
        told = ogrinfo("-al", "-geom=NO", "-q", f"OAPIF:{base}", name, "-oo", "PAGE_SIZE=1000")
        read[name] = told.count("\nOGRFeature(")
    stated = {
        name: ogc_server.client.get(f"/ogc/collections/{name}/items?limit=1").json()[
            "numberMatched"
        ]
        for name in names
    }
    assert read == stated
    assert read["events"] == ogc_server.client.get("/api/summary?by=kind").json()["total"] > 2_000
    assert read[ogc_server.layer] == 250
    assert max(read.values()) > 10_000, "more than ten pages"


@pytest.mark.full
def test_shown_qgis_reads_every_page_of_every_collection(base: str, ogc_server: Served) -> None:
    """Headless, by its own provider of OGC API; Debian's Python has its modules."""
    script = CHECKOUT / "tests" / "support" / "qgis_read.py"
    told = subprocess.run(
        ["/usr/bin/python3", "-P", script, base],
        check=True, capture_output=True, text=True, timeout=500,
        env={
            "PATH": "/usr/bin:/bin", "QT_QPA_PLATFORM": "offscreen",
            "HOME": str(ogc_server.folder),
        },
    )  # fmt: skip
    read = json.loads(told.stdout.splitlines()[-1])
    collections = ogc_server.client.get("/ogc/collections").json()["collections"]
    assert read == {
        one["id"]: ogc_server.client.get(f"/ogc/collections/{one['id']}/items?limit=1").json()[
            "numberMatched"
        ]
        for one in collections
    }
    assert read[ogc_server.layer] == 250


def test_ogrinfo_filters_by_a_value_and_a_box(base: str, ogc_server: Served) -> None:
    items = "/ogc/collections/events/items?limit=1"
    n = ogc_server.client.get(items).json()["numberMatched"]
    west, south = ogc_server.client.get(items).json()["features"][0]["geometry"]["coordinates"]
    edges = [f"{one:.6f}" for one in (west, south, west + 3, south + 3)]
    for options, query in (
        (("-where", "county = 'NONE'"), "county=NONE"),
        (("-spat", *edges), f"bbox={','.join(edges)}"),
    ):
        matched = ogc_server.client.get(f"{items}&{query}").json()["numberMatched"]
        told = ogrinfo("-al", "-so", f"OAPIF:{base}", "events", *options)
        assert f"Feature Count: {matched}" in told
        assert 0 < matched < n


def draw_filter(random: Random, sectors: list[str], counties: list[str]) -> dict[str, Any]:
    """Parameters of a window, places, kinds and records, each or not."""
    drawn: dict[str, Any] = {"records": random.choice(("real", "synthetic"))}
    if random.random() < 0.7:
        first = utc_now() - timedelta(days=random.randint(30, 500))
        drawn["from"] = format_moment(first)
        drawn["to"] = (first + timedelta(days=random.randint(20, 200))).date().isoformat()
    for name, values, chance in (
        ("sector", sectors, 0.4),
        ("county", counties, 0.2),
        ("kind", list(KINDS)[:6], 0.4),
    ):
        if random.random() < chance:
            drawn[name] = random.sample(values, k=random.randint(1, 3))
    if random.random() < 0.2:
        drawn["area"] = "-114 31,-106 31,-106 33,-114 33"
    return drawn


def test_shown_counts_equal_the_summary_for_random_filters(ogc_server: Served) -> None:
    random = Random(18)  # noqa: S311 the same in every run
    snapshot, counted = ogc_server.service.snapshot, []
    for _ in range(50):
        asked = draw_filter(random, sorted(snapshot.sectors), sorted(snapshot.counties))
        query = urlencode(asked, doseq=True)
        total = ogc_server.client.get(f"/api/summary?by=kind&{query}").json()["total"]
        page = ogc_server.client.get(f"/ogc/collections/events/items?limit=1000&{query}").json()
        assert page["numberMatched"] == total, query
        assert page["numberReturned"] == min(total, 1_000)
        counted.append(total)
    assert len({*counted}) > 25
    assert sum(total == 0 for total in counted) < 20
    assert set(BY) >= {"kind"}


def test_shown_a_condition_in_cql2_selects_what_sql_does(ogc_server: Served) -> None:
    """Over HTTP, against a query of the stored files alone."""
    snapshot = ogc_server.service.snapshot
    with duckdb.connect() as other:
        for text, sql in (
            ("kind = 'death' AND count > 1", "kind = 'death' AND count > 1"),
            ("NOT (kind = 'death' OR sector IN ('TCA', 'RGV'))",
             "NOT (kind = 'death' OR sector IN ('TCA', 'RGV'))"),
            ("occurred_at >= TIMESTAMP('2026-01-01T00:00:00Z') AND confidence IS NULL",
             "occurred_at >= '2026-01-01' AND confidence IS NULL"),
            ("county LIKE '%AZ' AND count BETWEEN 1 AND 2",
             "county LIKE '%AZ' AND count BETWEEN 1 AND 2"),
            ("S_INTERSECTS(geometry, BBOX(-112, 31, -109, 33))",
             "lon BETWEEN -112 AND -109 AND lat BETWEEN 31 AND 33"),
            ("T_DURING(occurred_at, INTERVAL('2025-01-01', '2026-06-01'))",
             "occurred_at > '2025-01-01' AND occurred_at < '2026-06-01'"),
        ):  # fmt: skip
            for records in ("real", "synthetic"):
                query = urlencode({"records": records, "filter": text, "limit": 10_000})
                found = read_all(ogc_server.client, f"/ogc/collections/events/items?{query}")
                rows = other.execute(
                    "SELECT event_id FROM read_parquet($files) WHERE synthetic = $synthetic "
                    f"AND ({sql})",
                    {"files": list(snapshot.catalogue.event_files),
                     "synthetic": records == "synthetic"},
                ).fetchall()  # fmt: skip
                assert sorted(one["id"] for one in found) == sorted(one for (one,) in rows), text


def test_shown_pages_neither_double_nor_lose_while_others_publish(own_demo: Path) -> None:
    settings_ = StoreSettings(data=own_demo)
    service = QueryService(Warehouse(settings_), tile_cache_mb=1)
    app = gated(build_routes(make_context(service)))
    with TestClient(app, base_url=BASE) as client:
        first = "/ogc/collections/events/items?records=synthetic&limit=3000"
        before = {one["id"] for one in read_all(client, first)}
        found, following = list[str](), [first]
        while following:
            page = client.get(following[0]).json()
            found += [one["id"] for one in page["features"]]
            assert page["numberMatched"] == len(before)
            following = [one["href"] for one in page["links"] if one["rel"] == "next"]
            frame = make_frame(40, lat=31.0 + len(found) / 1e5, synthetic=True)
            publish_events(settings_, frame)
            service.warehouse.refresh()
        assert len(found) == len(before) == len({*found})
        assert {*found} == before
        assert client.get(first).json()["numberMatched"] > len(before)
    service.warehouse.close()


@pytest.mark.full
def test_shown_the_description_passes_schemathesis(ogc_server: Served) -> None:
    """Every operation of OpenAPI 3.0, requests drawn by schemathesis, each answer as described."""
    document = ogc_server.client.get("/ogc/api").json()
    document["servers"] = [{"url": f"{BASE}/ogc"}]
    schema = schemathesis.openapi.from_dict(document)
    schema.validate()
    app, labels = ogc_server.client.app, list[str]()
    for found in schema.get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]
        labels.append(operation.label)

        @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def run(case: Any) -> None:
            response = case.call(f"{BASE}/ogc", app=app)
            case.validate_response(response, checks=CHECKS)

        run()
    assert {"GET /", "GET /collections/events/items", "GET /collections/segments/items"} <= {
        *labels
    }
    assert len(labels) > 20


def test_every_feature_says_its_marking_and_whether_it_is_made_up(ogc_server: Served) -> None:
    for name in ("events", "segments", "sensors", "sectors", ogc_server.layer):
        for one in read_all(ogc_server.client, f"/ogc/collections/{name}/items?limit=10000"):
            assert one["properties"]["marking"].startswith("TLP:")
            assert isinstance(one["properties"]["synthetic"], bool)
    posts = ogc_server.client.get(f"/ogc/collections/{ogc_server.layer}/items?limit=1").json()
    assert posts["marking"] == posts["features"][0]["properties"]["marking"] == "TLP:GREEN"
    made_up = ogc_server.client.get(
        "/ogc/collections/events/items?records=synthetic&limit=1"
    ).json()
    assert made_up["synthetic"] is made_up["features"][0]["properties"]["synthetic"] is True


def test_every_feature_is_found_by_its_id(ogc_server: Served) -> None:
    for collection in ogc_server.client.get("/ogc/collections").json()["collections"]:
        items = f"/ogc/collections/{collection['id']}/items"
        for one in ogc_server.client.get(f"{items}?limit=2").json()["features"]:
            found = ogc_server.client.get(f"{items}/{quote(one['id'], safe='')}")
            assert found.status_code == 200, one["id"]
            assert found.json()["properties"] == one["properties"]
            (own,) = [link["href"] for link in found.json()["links"] if link["rel"] == "self"]
            assert ogc_server.client.get(own).json() == found.json()


def test_a_raster_is_no_collection(ogc_server: Served) -> None:
    collections = ogc_server.client.get("/ogc/collections").json()["collections"]
    uploaded = {one["id"] for one in collections if one["id"].startswith("layer_")}
    assert uploaded == {ogc_server.layer}
    assert json.dumps(collections).count("TLP:GREEN") == 1
