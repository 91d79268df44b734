"""Tiles and TileJSON of layers."""

from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cop.layerkind.service.layer_list import read_layer
from cop.layerkind.service.tile import (
    NamedTile,
    build_tilejson,
    is_found_at_once,
    name_tile,
    read_style,
    read_theme,
)
from cop.layerkind.service.tile_data import find_view, has_data
from cop.model.layer import Layer, TileFormat
from cop.model.tile import STYLE_PARAMETER, Tile
from cop.query.service import QueryService
from cop.query.view import View
from cop.server.endpoint.request import SNAPSHOT_PARAMETERS, context_of, read_filter, read_view
from cop.server.endpoint.seen import note_layer
from cop.tiles.answer import TileAnswer

MVT = "application/vnd.mapbox-vector-tile"
MEDIA_TYPES: dict[TileFormat, str] = {
    "mvt": MVT,
    "png": "image/png",
    "webp": "image/webp",
    "jpeg": "image/jpeg",
}
VERSION_PARAMETER = "v"
THEME_PARAMETER = "theme"
"""The theme of a surface's tile; the default is dark."""
CAVEAT_HEADER = "X-Cop-Caveat"
"""On a tile over quarantined data: what is missing, or what replaces it."""
_LONGEST_CAVEAT = 2_000
_TILE_SECONDS = 300


async def read_tile(request: Request) -> Response:
    """Answer with one tile, vector or image; 204 if it is empty."""
    path = request.path_params
    place = (path["z"], path["x"], path["y"])
    return await answer_layer_tile(request, path["layer"], path["format"], place)


async def answer_layer_tile(
    request: Request, name: str, form: str, place: tuple[str, str, str]
) -> Response:
    """Answer with the tile of a layer at a place (zoom, column, row)."""
    service = context_of(request).service
    requested = read_filter(request, beside=(VERSION_PARAMETER, STYLE_PARAMETER, THEME_PARAMETER))
    view = await read_view(service, request, requested)
    view, is_kept = await _settle(service, request, view, name)
    layer = read_layer(service, view, name)
    styles = request.query_params.getlist(STYLE_PARAMETER)
    if styles:
        layer = read_style(view, layer, styles)
    themes = request.query_params.getlist(THEME_PARAMETER)
    if themes:
        layer = read_theme(layer, themes)
    if form != layer.tile_format:
        raise HTTPException(
            404, f"no such tile format: tiles of {layer.id} end in .{layer.tile_format}"
        )
    tile = Tile.from_text(*place)
    await note_layer(request, view, layer)
    answer = await _find_or_make(request, view, layer, tile)
    request.state.tile_way = answer.way
    headers = {
        "ETag": answer.etag,
        "Cache-Control": f"private, max-age={_TILE_SECONDS}" if is_kept else "private, no-cache",
    }
    if answer.caveats:
        headers[CAVEAT_HEADER] = "; ".join(answer.caveats)[:_LONGEST_CAVEAT]
    if answer.way == "known":
        return Response(status_code=304, headers=headers)
    if not answer.mvt:
        return Response(status_code=204, headers=headers)
    content = answer.mvt
    if answer.is_gzip:
        headers["Vary"] = "Accept-Encoding"
        if _takes_gzip(request):
            headers["Content-Encoding"] = "gzip"
        else:
            content = answer.unfolded()
    return Response(content, media_type=MEDIA_TYPES[layer.tile_format], headers=headers)


async def _find_or_make(request: Request, view: View, layer: Layer, tile: Tile) -> TileAnswer:
    """Return a tile; one that is at hand waits for nothing that has to be made."""
    context = context_of(request)
    known = _etags(request)

    def find() -> tuple[NamedTile, TileAnswer | None]:
        named = name_tile(context.service, view, layer, tile)
        return named, named.find(known)

    named, answer = find() if is_found_at_once(view, layer) else await run_in_threadpool(find)
    if answer is not None:
        return answer
    return await context.work.run(named.read, is_gone=request.is_disconnected)


async def _settle(
    service: QueryService, request: Request, view: View, name: str
) -> tuple[View, bool]:
    """Return the view of the data that the address names, and whether a browser may keep its tile.

    An address of data that are no longer at hand is answered from the newest, which is not kept.
    """
    version = request.query_params.get(VERSION_PARAMETER)
    if version is None:
        return view, False
    if has_data(service, view, name, version):
        return view, True
    if any(one in request.query_params for one in SNAPSHOT_PARAMETERS[:2]):
        return view, False
    search = partial(find_view, service, view, name, version)
    found = await context_of(request).work.run(search, is_gone=request.is_disconnected)
    return (view, False) if found is None else (found, True)


async def read_tilejson(request: Request) -> Response:
    """Answer with the TileJSON 3.0.0 of a layer; the tile address has the filter."""
    service = context_of(request).service
    view = await read_view(service, request, read_filter(request))
    layer = read_layer(service, view, request.path_params["layer"])
    query = f"?{request.url.query}" if request.url.query else ""
    template = f"tiles/{layer.id}/{{z}}/{{x}}/{{y}}.{layer.tile_format}"
    return JSONResponse(build_tilejson(service, layer, f"{request.base_url}{template}{query}"))


def _takes_gzip(request: Request) -> bool:
    """Return whether gzip is accepted by name; ``gzip;q=0`` refuses it."""
    for part in request.headers.get("accept-encoding", "").lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() == "gzip":
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _etags(request: Request) -> list[str]:
    stated = request.headers.get("if-none-match", "")
    return [part.strip().removeprefix("W/") for part in stated.split(",")]
