"""Tests of query parameters that an address does not take: pages of signing in, feeds."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from cop.access.access import Access
from cop.errors import FilterError
from cop.server.oidc import OIDC_PATH, OIDC_RETURN_PATH
from cop.server.parameter import check_parameters, describe_unknown
from cop.server.sign_in import FORM_PATHS, SIGN_IN_PATH, SIGN_OUT_PATH, SignInForms
from cop.server.view_as import VIEW_AS_PATH, answer_view_as
from cop.settings import StoreSettings
from cop.store.room.room import Room
from tests.support.access import shipped_policy

pytestmark = pytest.mark.access


def asked(query: str) -> Request:
    return Request({"type": "http", "query_string": query.encode()})


def test_the_first_parameter_that_is_unknown_is_named() -> None:
    assert describe_unknown(asked("a=1&b=2&a=3"), ("a", "b")) is None
    assert describe_unknown(asked(""), ()) is None
    assert describe_unknown(asked("a=1&c=2"), ("a", "b")) == "parameter 'c' is unknown: use a, b"
    none = "parameter 'a' is unknown: this address takes none"
    assert describe_unknown(asked("a=1"), ()) == none
    assert describe_unknown(asked(f"{'x' * 99}=1"), ("a",)) == (
        f"parameter '{'x' * 40}' is unknown: use a"
    )
    with pytest.raises(FilterError, match="parameter 'a' is unknown"):
        check_parameters(asked("a=1"), ())


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """The plain pages, without the gate in front of them."""
    access = Access(Room(StoreSettings(data=tmp_path)), sign_in=["local"])
    forms = SignInForms(access, pages=["/", "/Wall"])

    async def sign(request: Request) -> Response:
        return await forms.answer(request, None)

    async def view_as(request: Request) -> Response:
        return await answer_view_as(access, request, shipped_policy().operator())

    methods = ["GET", "POST"]
    routes = [Route(path, sign, methods=methods) for path in FORM_PATHS]
    app = Starlette(routes=[*routes, Route(VIEW_AS_PATH, view_as, methods=methods)])
    with TestClient(app, follow_redirects=False) as client:
        yield client


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", [SIGN_IN_PATH, SIGN_OUT_PATH, OIDC_PATH, VIEW_AS_PATH])
def test_a_plain_page_names_a_parameter_that_it_does_not_take(
    client: TestClient, path: str, method: str
) -> None:
    answer = client.request(method, path, params={"nxt": "/Wall"})
    assert answer.status_code == 400
    assert answer.text.startswith("parameter 'nxt' is unknown: ")


def test_what_pages_take_is_taken_and_a_provider_may_send_more(client: TestClient) -> None:
    answer = client.get(SIGN_IN_PATH, params={"next": "/Wall"})
    assert (answer.status_code, 'value="/Wall"' in answer.text) == (200, True)
    assert client.get(OIDC_PATH, params={"next": "/Wall"}).status_code == 404
    returned = client.get(OIDC_RETURN_PATH, params={"code": "x", "session_state": "y"})
    assert "is unknown" not in returned.text
