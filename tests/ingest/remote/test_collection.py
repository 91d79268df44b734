"""A collection of another server: whole, each feature once, or refused."""

from collections.abc import Callable
from typing import Any

import pytest

from cop.errors import InputFileError
from cop.ingest.remote.collection import read_collection
from cop.ingest.remote.request import RemoteServer
from cop.settings import SourceSettings
from tests.support.feature_server import Answer, answer_json, answering

pytestmark = pytest.mark.exchange
Change = Callable[[int, dict[str, Any]], None]


def collection(n: int, page: int, change: Change = lambda _i, _page: None) -> Any:
    """Answer as a collection of ``n`` features; ``change`` spoils a page by its number."""

    def respond(path: str, query: dict[str, str]) -> Answer:
        if path != "/collections/posts/items":
            return answer_json({}, 404)
        start = int(query.get("offset", "0"))
        if start == 0:
            assert query["limit"] == "1000"
        features = [{"type": "Feature", "id": i} for i in range(start, min(start + page, n))]
        found: dict[str, Any] = {"type": "FeatureCollection", "numberMatched": n}
        found |= {"features": features, "links": []}
        if start + page < n:
            found["links"] = [{"rel": "next", "href": f"items?offset={start + page}"}]
        change(start // page, found)
        return answer_json(found)

    return respond


def read(respond: Any, tail: str = "/collections/posts") -> list[Any]:
    with answering(respond) as base:
        server = RemoteServer(base, SourceSettings.model_validate({"source_hosts": "127.0.0.1"}))
        try:
            return [one["id"] for one in read_collection(server, f"{base}{tail}")]
        finally:
            server.close()


@pytest.mark.parametrize("tail", ["/collections/posts", "/collections/posts/items?kind=a"])
def test_every_page_is_read_once(tail: str) -> None:
    assert read(collection(95, 10), tail) == list(range(95))
    assert read(collection(0, 10), tail) == []


def spoil(page: int, **changed: Any) -> Change:
    def change(i: int, found: dict[str, Any]) -> None:
        if i == page:
            found |= changed

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (spoil(1, features=[{"id": 11}, {"id": 12}]), "came of 30"),
        (spoil(1, features=[{"id": 3}]), "feature '3' came twice"),
        (spoil(2, links=[{"rel": "next", "href": "items?offset=10"}]), "in a circle"),
        (spoil(0, links=[{"rel": "next", "href": "http://localhost:1/"}]), "another server"),
        (spoil(0, features=None), "no collection of an OGC API"),
        (spoil(0, type="Other"), "no collection of an OGC API"),
        (spoil(0, features=["x"]), "no JSON object"),
    ],
)
def test_what_is_not_whole_is_refused(change: Change, told: str) -> None:
    with pytest.raises(InputFileError) as refusal:
        read(collection(30, 10, change))
    assert told in str(refusal.value)
