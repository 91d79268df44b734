"""The OpenAPI 3.0 description of OGC API: the collections that the sender may see, by name."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from cop import __version__
from cop.access.identity import SESSION_COOKIE
from cop.access.room_key import KEY_HEADER
from cop.exchange.ogc.collection import describe_property
from cop.exchange.ogc.link import OPENAPI, ROOT
from cop.layerkind.service.collection import list_collections, select_items
from cop.query.item.table import PropertyKind
from cop.query.service import QueryService
from cop.query.view import View
from cop.server.endpoint.ogc.answer import answer_content, read_base
from cop.server.endpoint.request import context_of, read_view
from cop.server.openapi.answer import build_schemas
from cop.server.openapi.operation import OGC_OPERATIONS, TOKEN_SCHEMES, ApiOperation
from cop.server.openapi.parameter import COLLECTION, ApiParameter
from cop.server.openapi.schema import one_of

_ITEMS: Final = "/ogc/collections/{collection}/items"
_SHARED: Final = ("Error", "Description")


async def read_ogc_description(request: Request) -> Response:
    """Answer with the description."""
    service = context_of(request).service
    view = await read_view(service, request)
    kinds = await run_in_threadpool(_list_kinds, service, view)
    content = await run_in_threadpool(render_document, read_base(request), kinds)
    return answer_content(request, content, OPENAPI)


def render_document(base: str, kinds: Mapping[str, Mapping[str, PropertyKind]]) -> bytes:
    """Return the description as JSON."""
    return json.dumps(build_ogc_document(base, kinds)).encode()


def build_ogc_document(
    base: str, kinds: Mapping[str, Mapping[str, PropertyKind]]
) -> dict[str, Any]:
    """Return the description of a server whose collections have properties of these kinds."""
    schemas = {
        name: schema
        for name, schema in build_schemas().items()
        if name.startswith("Ogc") or name in _SHARED
    }
    paths: dict[str, Any] = {}
    for one in OGC_OPERATIONS:
        if one.path == _ITEMS:
            for name, own in kinds.items():
                paths[f"/collections/{name}/items"] = {"get": _describe_items(one, own)}
        elif one.path != ROOT:
            paths[one.address.removeprefix(ROOT)] = {"get": _describe(one, list(kinds))}
    return {
        "openapi": "3.0.3",
        "info": {"title": "cop: OGC API", "version": __version__},
        "servers": [{"url": base}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
                "room": {"type": "apiKey", "in": "header", "name": KEY_HEADER},
                **TOKEN_SCHEMES,
            },
        },
    }


def _list_kinds(service: QueryService, view: View) -> dict[str, Mapping[str, PropertyKind]]:
    found: dict[str, Mapping[str, PropertyKind]] = {}
    for name, collection in list_collections(service, view).items():
        table = select_items(service, view, collection)
        found[name] = {} if table is None else table.queryables
    return found


def _describe(operation: ApiOperation, names: list[str]) -> dict[str, Any]:
    """Return an operation whose collection is one of those there are."""
    parameters = tuple(
        replace(one, schema=one_of(names)) if one is COLLECTION else one
        for one in operation.parameters
    )
    return replace(operation, parameters=parameters).to_json()


def _describe_items(operation: ApiOperation, kinds: Mapping[str, PropertyKind]) -> dict[str, Any]:
    """Return the operation of one collection's features, with its properties as parameters."""
    usual = tuple(one for one in operation.parameters if one is not COLLECTION)
    taken = {one.name for one in usual}
    own = tuple(
        ApiParameter(name=name, note=f"only features with this {name}", schema=describe_property(k))
        for name, k in kinds.items()
        if name not in taken
    )
    return replace(operation, parameters=(*usual, *own)).to_json()
