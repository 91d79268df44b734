"""The files of the map's runtime."""

import pytest
from starlette.testclient import TestClient

pytestmark = pytest.mark.picture


@pytest.mark.parametrize("name", ["deck/index.js", "mvt-worker.js"])
def test_assets_are_served(client: TestClient, name: str) -> None:
    response = client.get(f"/assets/{name}")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/javascript")
    assert response.headers["cache-control"].startswith("private")
