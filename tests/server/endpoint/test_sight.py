"""Line of sight as JSON: parameters in full, and what cannot be read is named."""

import pytest
from starlette.testclient import TestClient

pytestmark = pytest.mark.coverage

AROUND = "lon=-110.9&lat=31.4&height=10&range=5"


def test_looking_around_gives_features_with_their_area(client: TestClient) -> None:
    answer = client.get(f"/api/sight?{AROUND}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    found = answer.json()
    assert found["terrain"] == "none"
    (feature,) = found["features"]
    assert feature["properties"]["band"] == "seen"
    assert feature["properties"]["area_km2"] == pytest.approx(78.5, rel=0.01)
    assert feature["geometry"]["type"] == "Polygon"


def test_looking_along_without_heights_is_unknown(client: TestClient) -> None:
    query = "lon=-110.9&lat=31.4&height=10&to_lon=-110.8&to_lat=31.4&to_height=2"
    assert client.get(f"/api/sight?{query}").json() == {"known": False}


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("", "give lon, lat, height, range once each"),
        ("lon=-110.9&lat=31.4", "give lon, lat, height, range once each"),
        (f"{AROUND}&height=3", "once each"),
        (f"{AROUND}&sector=TCA", "parameter 'sector' is unknown: use lon, lat"),
        ("lon=-110.9&lat=31.4&height=-1&range=5", "height='-1': use a number from 0 to 20000"),
        ("lon=-110.9&lat=31.4&height=nan&range=5", "height='nan'"),
        ("lon=-110.9&lat=31.4&height=1&range=900", "range='900': use a number from 0.1 to 150"),
        ("lon=x&lat=31.4&height=1&range=9", "lon='x': use degrees"),
        (
            "lon=1&lat=1&height=1&to_lon=1&to_lat=1&to_height=1",
            "the ends are 0.0 km apart: use up to 150",
        ),
    ],
)
def test_what_cannot_be_read_is_named(client: TestClient, query: str, why: str) -> None:
    answer = client.get(f"/api/sight?{query}")
    assert answer.status_code == 400
    assert why in answer.json()["error"]
