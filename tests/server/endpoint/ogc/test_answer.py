"""Answers: as JSON or as a page, named by their content."""

import pytest
from starlette.testclient import TestClient

pytestmark = pytest.mark.exchange
PAGE = {"Accept": "text/html"}


@pytest.mark.parametrize(
    ("query", "headers", "kind"),
    [
        ("", {}, "application/json"),
        ("", PAGE, "text/html; charset=utf-8"),
        ("?f=json", PAGE, "application/json"),
        ("?f=html", {}, "text/html; charset=utf-8"),
    ],
)
def test_the_form_is_the_one_that_is_asked_for(
    client: TestClient, query: str, headers: dict[str, str], kind: str
) -> None:
    answer = client.get(f"/ogc{query}", headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)


@pytest.mark.parametrize("query", ["f=xml", "f=", "f=json&f=html"])
def test_another_form_is_refused(client: TestClient, query: str) -> None:
    assert client.get(f"/ogc?{query}").status_code == 400


@pytest.mark.parametrize(
    "path", ["/ogc", "/ogc/collections", "/ogc/collections/events/items?limit=3", "/stac"]
)
def test_what_the_sender_has_is_not_sent_again(client: TestClient, path: str) -> None:
    first = client.get(path)
    etag = first.headers["etag"]
    again = client.get(path, headers={"If-None-Match": f'"x", W/{etag}'})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get(path, headers={"If-None-Match": '"x"'})
    assert (other.status_code, other.content) == (200, first.content)
    assert "server-timing" in first.headers


def test_addresses_are_those_that_the_sender_reached(client: TestClient) -> None:
    for name in ("127.0.0.1:8501", "localhost:9"):
        answer = client.get("/ogc", headers={"Host": name}).json()
        assert answer["links"][0]["href"] == f"http://{name}/ogc"
