"""The endpoints of the catalogue; what they may give is in tests/exchange/ogc/test_stac.py."""

import pytest
from starlette.testclient import TestClient

pytestmark = pytest.mark.exchange


def test_the_root_has_a_child_for_each_version_newest_first(client: TestClient) -> None:
    root = client.get("/stac").json()
    children = [one["href"] for one in root["links"] if one["rel"] == "child"]
    numbers = [int(one.rpartition("/")[2]) for one in children]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] == client.get("/api/layers").json()["version"]
    for address in children:
        assert client.get(address).json()["type"] == "Collection"


def test_a_file_is_given_with_its_type_and_in_parts(client: TestClient) -> None:
    version = client.get("/api/layers").json()["version"]
    item = client.get(f"/stac/versions/{version}/items/segments").json()
    (asset,) = item["assets"].values()
    whole = client.get(asset["href"])
    assert whole.headers["content-type"] == asset["type"]
    assert whole.headers["content-disposition"].startswith('attachment; filename="segments-')
    part = client.get(asset["href"], headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"PAR1")


def test_parameters_are_refused(client: TestClient) -> None:
    assert client.get("/stac?version=1").status_code == 400
