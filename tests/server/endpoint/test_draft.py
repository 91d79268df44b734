"""The private draft of a session: answered to its token alone, in no address and in no cache."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from cop.ingest.layer.draft import LayerDraft
from cop.ingest.layer.feature_text import FeatureText
from cop.ingest.layer.private import PrivateLayer
from cop.ingest.layer.shelf import DRAFT_HEADER, DRAFT_URL, DraftShelf
from cop.model.upload import DraftReport
from cop.query.service import QueryService
from cop.server.route import build_routes
from tests.server.conftest import BASE, gated
from tests.support.context import make_context

pytestmark = [pytest.mark.layers, pytest.mark.glance]


@pytest.fixture
def layer() -> PrivateLayer:
    return PrivateLayer(
        title="Posts",
        draft=LayerDraft(name="posts.csv", features=Path("none")),
        report=DraftReport(format="csv", kind="table"),
        features=FeatureText(content=b'{"type":"FeatureCollection","features":[]}', columns=()),
    )


@pytest.fixture
def asked(opened: QueryService, layer: PrivateLayer) -> Iterator[TestClient]:
    shelf = DraftShelf()
    shelf.put(layer)
    app = gated(build_routes(make_context(opened, drafts=shelf)))
    with TestClient(app, base_url=BASE, raise_server_exceptions=False) as client:
        yield client


def test_the_token_of_a_draft_answers_with_its_features(
    asked: TestClient, layer: PrivateLayer
) -> None:
    answer = asked.get(DRAFT_URL, headers={DRAFT_HEADER: layer.token})
    assert (answer.status_code, answer.content) == (200, layer.features.content)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_nobody_else_is_answered(asked: TestClient, layer: PrivateLayer) -> None:
    token = layer.token
    others = [{}, {DRAFT_HEADER: ""}, {DRAFT_HEADER: token[:-1]}, {DRAFT_HEADER: token.lower()}]
    for headers in others:
        answer = asked.get(DRAFT_URL, headers=headers)
        assert answer.status_code == 404
        assert answer.text == "no such draft: drop the file on the Picture again"
    assert asked.get(f"{DRAFT_URL}?token={token}").status_code == 400
    assert asked.get(f"{DRAFT_URL}/{token}").status_code == 404
    assert asked.post(DRAFT_URL, headers={DRAFT_HEADER: token}).status_code == 405
    assert token not in asked.get("/api/layers").text
