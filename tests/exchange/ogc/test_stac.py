"""The STAC catalogue: valid without a network, its files the stored ones, by what is released."""

import hashlib
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pystac
import pytest
from pystac.stac_io import DefaultStacIO
from starlette.testclient import TestClient

from cop.model.release import Release
from cop.query.service import QueryService
from cop.query.stored_file import list_datasets
from cop.server.route import build_routes
from cop.settings import StoreSettings
from cop.store.audit.search import AuditQuery
from cop.store.warehouse import Warehouse
from tests.exchange.ogc.conftest import Served
from tests.server.conftest import BASE, gated
from tests.support.access import shipped_policy
from tests.support.context import make_context
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.exchange


class ClientIO(DefaultStacIO):
    """Reads from our routes instead of a network."""

    def __init__(self, client: TestClient) -> None:
        super().__init__()
        self._client = client

    def read_text(self, source: Any, *_args: Any, **_kwargs: Any) -> str:
        answer = self._client.get(str(source))
        assert answer.status_code == 200, source
        return str(answer.text)


def test_shown_pystac_validates_the_catalogue_offline(ogc_server: Served) -> None:
    """Sockets are closed to tests: the schemas are those that pystac brings."""
    root = pystac.Catalog.from_file(f"{BASE}/stac", stac_io=ClientIO(ogc_server.client))
    assert root.validate_all() > 10
    versions = [one.id for one in root.get_children()]
    assert versions[0] == f"version-{ogc_server.service.snapshot.version}"
    assert len(versions) == len(ogc_server.service.warehouse.versions)
    items = {one.id for one in root.get_items(recursive=True)}
    assert f"version-{ogc_server.service.snapshot.version}-events" in items
    assert f"version-{ogc_server.service.snapshot.version}-{ogc_server.layer}" in items


def test_shown_every_listed_file_is_the_stored_one(ogc_server: Served) -> None:
    root = pystac.Catalog.from_file(f"{BASE}/stac", stac_io=ClientIO(ogc_server.client))
    newest, kinds, n = next(iter(root.get_children())), set[str | None](), 0
    for item in newest.get_items():
        for asset in item.assets.values():
            content = ogc_server.client.get(asset.href).content
            kinds.add(asset.media_type)
            assert len(content) == asset.extra_fields["cop:size"]
            digest = asset.href.rpartition("/")[2].rpartition(".")[0].rpartition("-")[2]
            assert hashlib.sha256(content).hexdigest().startswith(digest)
            if item.id.endswith("-events"):
                n += pq.read_table(BytesIO(content)).num_rows
    assert kinds == {
        "application/vnd.apache.parquet",
        "image/tiff; application=geotiff; profile=cloud-optimized",
    }
    totals = [
        ogc_server.client.get(f"/api/summary?by=kind&records={records}").json()["total"]
        for records in ("real", "synthetic")
    ]
    assert n == sum(totals)


def listed(client: TestClient, version: int) -> dict[str, list[str]]:
    """The addresses of files by dataset."""
    found = {}
    for link in client.get(f"/stac/versions/{version}").json()["links"]:
        if link["rel"] == "item":
            item = client.get(link["href"]).json()
            found[item["properties"]["cop:dataset"]] = [
                asset["href"] for asset in item["assets"].values()
            ]
    return found


def test_shown_a_file_with_a_withheld_record_is_neither_listed_nor_given(
    own_warehouse: Path,
) -> None:
    settings = StoreSettings(data=own_warehouse)
    # January to March; one event of February may be read by the operator alone.
    frame = make_frame(60)
    frame.loc[20, "marking"] = "TLP:RED"
    publish_events(settings, frame)
    service = QueryService(Warehouse(settings), tile_cache_mb=1)
    routes, version = build_routes(make_context(service)), service.snapshot.version
    room = shipped_policy().room_viewer("b", name="Ana")
    with (
        TestClient(gated(routes), base_url=BASE) as operator,
        TestClient(gated(routes, room), base_url=BASE) as other,
    ):
        whole, own = (listed(one, version)["events"] for one in (operator, other))
        assert [one.rpartition("/")[2][:7] for one in whole] == ["2026-01", "2026-02", "2026-03"]
        assert own == [whole[0], whole[2]]
        assert other.get(whole[1]).status_code == 404
        assert operator.get(whole[1]).status_code == 200
        assert other.get(whole[0]).content == operator.get(whole[0]).content
    service.warehouse.close()


def test_a_smallest_count_gives_no_file_of_events(own_warehouse: Path) -> None:
    """A file has all events of its month, those of small cells too."""
    publish_events(StoreSettings(data=own_warehouse), make_frame(60))
    service = QueryService(Warehouse(StoreSettings(data=own_warehouse)), tile_cache_mb=1)
    for smallest, given in ((1, True), (2, False)):
        release = Release(agency="DPS", highest="TLP:GREEN", smallest_count=smallest)
        own = service.released_to(release)
        assert ("events" in list_datasets(own, own.view())) is given
        assert "segments" in list_datasets(own, own.view())
    service.warehouse.close()


def test_who_is_not_told_what_is_withheld_has_all_files_of_a_dataset_or_none(
    own_warehouse: Path,
) -> None:
    frame = make_frame(60)
    frame.loc[20, "marking"] = "TLP:RED"
    publish_events(StoreSettings(data=own_warehouse), frame)
    service = QueryService(Warehouse(StoreSettings(data=own_warehouse)), tile_cache_mb=1)
    for told, n in ((True, 2), (False, 0)):
        own = service.released_to(Release(agency="DPS", names_withheld=told))
        found = list_datasets(own, own.view()).get("events")
        assert len(found.files if found else ()) == n
    service.warehouse.close()


def test_taking_a_file_is_recorded_and_needs_the_right_to_export(own_warehouse: Path) -> None:
    publish_events(StoreSettings(data=own_warehouse), make_frame(3))
    service = QueryService(Warehouse(StoreSettings(data=own_warehouse)), tile_cache_mb=1)
    context, policy = make_context(service), shipped_policy()
    routes, version = build_routes(context), service.snapshot.version
    reader = replace(policy.room_viewer("b", name="Ana"), roles=frozenset())
    with (
        TestClient(gated(routes), base_url=BASE) as operator,
        TestClient(gated(routes, reader), base_url=BASE) as other,
    ):
        (address, *_) = listed(operator, version)["events"]
        assert operator.get(address).status_code == 200
        refused = other.get(address)
        assert (refused.status_code, "you may not export" in refused.text) == (403, True)
    outcomes = [
        (entry.action, entry.subject, entry.outcome)
        for entry in context.audit.search(AuditQuery())
        if entry.action == "export"
    ]
    assert ("export", "files of events", "done") in outcomes
    assert ("export", "files of events", "refused") in outcomes
    service.warehouse.close()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/stac/versions/x", 400),
        ("/stac/versions/999999", 404),
        ("/stac/versions/1/items/nothing", 404),
        ("/stac/versions/1/items/quarantine", 404),
        ("/stac/versions/1/files/segments/x.parquet", 404),
        ("/stac/versions/1/files/segments/..%2f..%2fcatalogue.sqlite", 404),
        ("/stac/nothing", 404),
    ],
)
def test_what_is_not_there_says_so(ogc_server: Served, path: str, status: int) -> None:
    answer = ogc_server.client.get(path)
    assert answer.status_code == status, answer.text
    assert b"SQLite format" not in answer.content
