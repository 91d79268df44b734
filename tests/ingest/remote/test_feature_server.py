"""A layer of an ArcGIS FeatureServer: whole, each feature once, or refused."""

from typing import Any

import pytest

from cop.errors import InputFileError
from cop.ingest.remote.feature_server import LAYER as PATTERN
from cop.ingest.remote.feature_server import read_feature_server
from cop.ingest.remote.request import RemoteServer
from cop.settings import SourceSettings
from tests.support.feature_server import LAYER, Answer, answer_json, answering, feature_server

pytestmark = pytest.mark.exchange


def read(respond: Any, tail: str = LAYER) -> list[dict[str, Any]]:
    with answering(respond) as base:
        server = RemoteServer(base, SourceSettings.model_validate({"source_hosts": "127.0.0.1"}))
        try:
            return list(read_feature_server(server, f"{base}{tail}"))
        finally:
            server.close()


@pytest.mark.parametrize("tail", [LAYER, f"{LAYER}/query?where=name%20LIKE%20'P%25'"])
def test_every_feature_is_read_once_whatever_a_page_has(tail: str) -> None:
    found = read(feature_server(257) if "?" not in tail else counted(257), tail)
    assert [one["id"] for one in found] == list(range(1, 514, 2))
    assert found[0]["properties"]["seen"] == "2026-01-01T00:00:00Z"
    assert read(feature_server(0)) == []


def counted(n: int) -> Any:
    """The same, where the condition that was asked for goes with every request."""
    plain = feature_server(n)

    def respond(path: str, query: dict[str, str]) -> Answer:
        if "where" in query:
            assert query["where"].startswith(("name LIKE 'P%'", "(name LIKE 'P%') AND "))
            query = {**query, "where": query["where"].replace("name LIKE 'P%'", "1=1")}
        return plain(path, query)

    return respond


def test_what_is_not_whole_is_refused() -> None:
    with pytest.raises(InputFileError, match="99 features came of 100"):
        read(feature_server(150, loses=1))


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"error": {"message": "Token required"}}, "the server refuses: 'Token required'"),
        ({"objectIds": [1]}, "no field of object ids"),
        ({"objectIdFieldName": "a; DROP", "objectIds": [1]}, "no field of object ids"),
        ({"objectIdFieldName": "a", "objectIds": ["1"]}, "no whole numbers"),
    ],
)
def test_an_answer_that_is_not_right_says_why(answer: dict[str, Any], told: str) -> None:
    with pytest.raises(InputFileError) as refusal:
        read(lambda _path, _query: answer_json(answer))
    assert told in str(refusal.value)


@pytest.mark.parametrize(
    ("path", "is_layer"),
    [
        ("/a/FeatureServer/0", True), ("/a/MapServer/12/", True),
        ("/a/featureserver/3/query", True), ("/a/FeatureServer", False),
        ("/collections/FeatureServer", False),
    ],
)  # fmt: skip
def test_an_address_of_a_layer_is_known(path: str, is_layer: bool) -> None:
    assert bool(PATTERN.search(path)) is is_layer
