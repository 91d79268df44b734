"""The OpenAPI 3.1 description of the HTTP API, and the endpoint that answers with it."""

from functools import cache
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cop import __version__
from cop.access.identity import SESSION_COOKIE
from cop.access.room_key import KEY_HEADER
from cop.server.openapi.answer import build_schemas
from cop.server.openapi.operation import JSON, OPERATIONS, TOKEN_SCHEMES

_NOTE: Final = (
    "Every address takes HEAD as GET. Other methods are answered with 405, host names that are not "
    "this server's with 421."
)


async def read_description(_request: Request) -> Response:
    """Answer with the description."""
    return Response(render_document(), media_type=JSON)


@cache
def render_document() -> bytes:
    """Return the description as JSON."""
    return bytes(JSONResponse(build_document()).body)


def build_document() -> dict[str, Any]:
    """Return the description of every operation."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "cop", "version": __version__, "description": _NOTE},
        "paths": {one.address: {"get": one.to_json()} for one in OPERATIONS},
        "components": {
            "schemas": build_schemas(),
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
                "room": {"type": "apiKey", "in": "header", "name": KEY_HEADER},
                **TOKEN_SCHEMES,
            },
        },
    }
