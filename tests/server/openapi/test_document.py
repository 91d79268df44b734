"""The description: every route, every parameter that a route reads, and valid by its own rules."""

import pytest
import schemathesis
from starlette.testclient import TestClient

from cop.server.openapi.document import build_document
from cop.server.openapi.operation import DESCRIPTION_PATH, OPERATIONS
from cop.server.route import build_routes

pytestmark = pytest.mark.access

REFUSING = {"/tiles/{rest:path}", "/api/{rest:path}", "/ogc/{rest:path}", "/stac/{rest:path}"}
"""Routes that answer 404 to all that nothing is served at."""


def test_every_route_is_described_and_nothing_else() -> None:
    routes = {route.path for route in build_routes(None)}  # type: ignore[attr-defined, arg-type]
    assert {one.path for one in OPERATIONS} == routes - REFUSING
    assert len(OPERATIONS) == len(routes - REFUSING), "each once"


def test_the_description_is_answered_behind_the_gate(client: TestClient) -> None:
    answer = client.get(DESCRIPTION_PATH)
    assert answer.status_code == 200
    assert answer.json() == build_document()


def test_the_description_is_valid() -> None:
    schema = schemathesis.openapi.from_dict(build_document())
    schema.validate()
    assert {found.ok().label for found in schema.get_all_operations()} == {  # type: ignore[union-attr]
        f"GET {one.address}" for one in OPERATIONS
    }
