"""Reading a request: repeated parameters, and what is refused."""

import pytest
from starlette.testclient import TestClient

from tests.support.tile import held_by

pytestmark = pytest.mark.picture

WORLD = "/tiles/events/0/0/0.mvt"


def test_repeated_parameters_add_up(client: TestClient) -> None:
    def total(query: str) -> int:
        return held_by(client.get(f"{WORLD}?records=synthetic&{query}").content).n

    both = total("sector=SDC&sector=TCA")
    assert both == total("sector=SDC") + total("sector=TCA") > 0
    assert both == total("sector=TCA&sector=SDC&sector=TCA")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("sector=XXX", "unknown"),
        ("sector=", "empty"),
        ("sectors=TCA", "unknown"),
        ("bbox=1,2,3,4", "unknown"),
        ("from=soon", "not a moment"),
        ("from=2026-01-02&to=2026-01-01", "half-open"),
        ("from=2026-01-01&from=2026-01-01", "2 times"),
        ("kind=%27%20OR%201=1", "unknown"),
        ("source=demo&source=iom_mmp", "never added"),
        ("records=all", "real or synthetic"),
        ("county=%00", "not printable"),
        ("county=" + "x" * 5000, "too long"),
        ("%ff=%fe", "unknown"),
    ],
)
@pytest.mark.parametrize(
    "path", [WORLD, "/tiles/background/0/0/0.mvt", "/tiles/events.json", "/api/summary"]
)
def test_junk_is_400_with_a_reason(client: TestClient, path: str, query: str, said: str) -> None:
    more = "&by=year" if path == "/api/summary" else ""
    response = client.get(f"{path}?{query}{more}")
    assert response.status_code == 400
    assert said in response.json()["error"]
    assert len(response.content) < 2_000
    assert response.headers["cache-control"] == "no-store"
