"""OGC API - Tiles: the tilesets of collections, and their tiles."""

from functools import partial
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from cop.exchange.ogc.html import render_document
from cop.exchange.ogc.tileset import (
    QUAD,
    build_matrix_set,
    build_matrix_sets,
    build_tileset,
    build_tilesets,
)
from cop.layerkind.service.collection import Collection, read_collection
from cop.server.endpoint.ogc.answer import FORM_PARAMETER, answer_document, read_base
from cop.server.endpoint.request import context_of, read_filter, read_view
from cop.server.endpoint.tile import answer_layer_tile

MVT_FORM: Final = "mvt"


async def read_matrix_sets(request: Request) -> Response:
    """Answer with the tile matrix sets."""
    document = build_matrix_sets(read_base(request))
    return answer_document(request, document, partial(render_document, "Tiling", document))


async def read_matrix_set(request: Request) -> Response:
    """Answer with the definition of a tile matrix set."""
    _check_quad(request)
    document = await run_in_threadpool(build_matrix_set)
    return answer_document(request, document, partial(render_document, QUAD, document))


async def list_tilesets(request: Request) -> Response:
    """Answer with the tilesets of a collection."""
    collection = await _read(request)
    document = build_tilesets(read_base(request), collection, query=_asked(request))
    render = partial(render_document, f"Tiles: {collection.layer.title}", document)
    return answer_document(request, document, render)


async def read_tileset(request: Request) -> Response:
    """Answer with a tileset of a collection."""
    _check_quad(request)
    collection = await _read(request)
    document = build_tileset(read_base(request), collection, query=_asked(request))
    render = partial(render_document, f"Tiles: {collection.layer.title}", document)
    return answer_document(request, document, render)


async def read_collection_tile(request: Request) -> Response:
    """Answer with one tile of a collection: that of its layer."""
    _check_quad(request)
    collection = await _read(request)
    place = tuple(request.path_params[name] for name in ("matrix", "column", "row"))
    return await answer_layer_tile(request, collection.id, MVT_FORM, place)


async def _read(request: Request) -> Collection:
    service = context_of(request).service
    view = await read_view(service, request, read_filter(request, beside=(FORM_PARAMETER,)))
    name = request.path_params["collection"]
    return await run_in_threadpool(read_collection, service, view, name)


def _asked(request: Request) -> list[tuple[str, str]]:
    return [(k, v) for k, v in request.query_params.multi_items() if k != FORM_PARAMETER]


def _check_quad(request: Request) -> None:
    if request.path_params["set"] != QUAD:
        raise HTTPException(404, f"no such tile matrix set: use {QUAD}")
