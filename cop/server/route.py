"""The routes: tiles, TileJSON, summaries, events, the layer catalog, health, map assets."""

import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from cop.context import AppContext
from cop.errors import CopError, FilterError
from cop.layerkind.registry import kind_of
from cop.layerkind.service.layer_list import read_layer, read_layers
from cop.layerkind.service.probe import probe_layers, read_place, takes_filter
from cop.layerkind.service.tile import build_tilejson, read_style, read_theme
from cop.layerkind.service.tile import read_tile as answer_tile
from cop.model.alert import read_records, read_state, sort_alerts
from cop.model.filter import Filter
from cop.model.layer import TileFormat
from cop.model.moment import format_instant, parse_moment
from cop.model.tile import STYLE_PARAMETER, Tile
from cop.query.annotation import read_annotations
from cop.query.detail import read_event_detail
from cop.query.impact import read_impacts
from cop.query.impact_step import to_json
from cop.query.search import search_places
from cop.query.service import QueryService
from cop.query.summary import BY
from cop.query.summary import read_summary as find_summary
from cop.query.view import View
from cop.resource import package_path
from cop.server.error_handler import render_fault

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
SNAPSHOT_PARAMETERS = ("version", "known_at", "since")
_NUMBER = re.compile(r"\d{1,15}", re.ASCII)
_TILE_SECONDS = 300
_ASSET_SECONDS = 86_400
_VALUES_REMEDY = (
    "give lon=DEGREES and lat=DEGREES once, layer=ID for each layer, and no other parameter"
)

Endpoint = Callable[[Request], Awaitable[Response]]


def build_routes(context: AppContext, *first: BaseRoute) -> list[BaseRoute]:
    """Return the given routes and all others; the allow-list has exactly these."""
    served: dict[str, Endpoint] = {
        "/healthz": read_health,
        "/api/layers": list_layers,
        "/api/summary": read_summary,
        "/api/events/{event_id}": read_event,
        "/api/search": find_places,
        "/api/values": read_values,
        "/api/annotations": list_annotations,
        "/api/impact": list_impacts,
        "/api/alerts": list_alerts,
        "/tiles/{layer}.json": read_tilejson,
        "/tiles/{layer}/{z}/{x}/{y}.{format}": read_tile,
        "/assets/{name:path}": read_asset,
        "/tiles/{rest:path}": refuse_path,
        "/api/{rest:path}": refuse_path,
    }
    routes = (Route(path, _answering(endpoint, context)) for path, endpoint in served.items())
    return [*first, *routes]


OPEN_PATHS = (
    "/healthz",
    "/api/layers",
    "/api/summary",
    "/api/search",
    "/api/values",
    "/api/annotations",
    "/api/impact",
    "/api/alerts",
)
OPEN_PREFIXES = ("/api/events/", "/tiles/", "/assets/")


def _answering(endpoint: Endpoint, context: AppContext) -> Endpoint:
    async def answer(request: Request) -> Response:
        request.state.context = context
        start = time.perf_counter()
        try:
            response = await endpoint(request)
        except CopError as fault:
            response = await render_fault(request, fault)
        took_ms = 1000 * (time.perf_counter() - start)
        response.headers["Server-Timing"] = f"cop;dur={took_ms:.1f}"
        return response

    return answer


def context_of(request: Request) -> AppContext:
    """Return the context that a request is answered from."""
    context: AppContext = request.state.context
    return context


async def read_view(
    service: QueryService, request: Request, requested: Filter | None = None
) -> View:
    """Return the current view, or that of the requested ``version`` or moment ``known_at``.

    ``since`` is the moment from which change tiles count.
    """
    values_by_name = {name: request.query_params.getlist(name) for name in SNAPSHOT_PARAMETERS}
    for name, values in values_by_name.items():
        if len(values) > 1:
            raise FilterError(f"parameter {name} is given {len(values)} times; give it once")
    version, known_at, since = (values_by_name[name] for name in SNAPSHOT_PARAMETERS)
    if version and not _NUMBER.fullmatch(version[0]):
        raise FilterError(
            f"version={version[0][:40]!r} is not a version number; use a whole number"
        )
    build = partial(
        service.view,
        requested,
        version=int(version[0]) if version else None,
        known_at=parse_moment(known_at[0], name="known_at") if known_at else None,
        since=parse_moment(since[0], name="since") if since else None,
    )
    # A version of the past may have to be read from the catalogue.
    return await run_in_threadpool(build) if version or known_at else build()


def read_filter(request: Request, *, beside: tuple[str, ...] = ()) -> Filter:
    """Read the filter of a request; ``beside`` names parameters that are not part of it."""
    others = (*SNAPSHOT_PARAMETERS, *beside)
    pairs = [(k, v) for k, v in request.query_params.multi_items() if k not in others]
    return Filter.from_pairs(pairs)


async def read_tile(request: Request) -> Response:
    """Answer with one tile, vector or image; 204 if it is empty."""
    service = context_of(request).service
    requested = read_filter(request, beside=(VERSION_PARAMETER, STYLE_PARAMETER, THEME_PARAMETER))
    view = await read_view(service, request, requested)
    layer = read_layer(service, view, request.path_params["layer"])
    styles = request.query_params.getlist(STYLE_PARAMETER)
    if styles:
        layer = read_style(view, layer, styles)
    themes = request.query_params.getlist(THEME_PARAMETER)
    if themes:
        layer = read_theme(layer, themes)
    if request.path_params["format"] != layer.tile_format:
        raise HTTPException(
            404, f"no such tile format: tiles of {layer.id} end in .{layer.tile_format}"
        )
    tile = Tile.from_text(*(request.path_params[name] for name in "zxy"))
    answer = await run_in_threadpool(answer_tile, service, view, layer, tile)
    headers = {
        "ETag": answer.etag,
        "Cache-Control": f"private, max-age={_TILE_SECONDS}"
        if VERSION_PARAMETER in request.query_params
        else "private, no-cache",
    }
    if answer.caveats:
        headers[CAVEAT_HEADER] = "; ".join(answer.caveats)[:_LONGEST_CAVEAT]
    if answer.etag in _etags(request):
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


async def read_tilejson(request: Request) -> Response:
    """Answer with the TileJSON 3.0.0 of a layer; the tile address has the filter."""
    service = context_of(request).service
    view = await read_view(service, request, read_filter(request))
    layer = read_layer(service, view, request.path_params["layer"])
    query = f"?{request.url.query}" if request.url.query else ""
    template = f"tiles/{layer.id}/{{z}}/{{x}}/{{y}}.{layer.tile_format}"
    return JSONResponse(build_tilejson(service, layer, f"{request.base_url}{template}{query}"))


async def read_summary(request: Request) -> Response:
    """Answer with the events of a filter, grouped ``by`` one of the keys of BY."""
    by = request.query_params.getlist("by")
    if len(by) != 1:
        raise FilterError(f"give by={'|'.join(BY)} once")
    service = context_of(request).service
    view = await read_view(service, request, read_filter(request, beside=("by",)))
    summary = await run_in_threadpool(find_summary, service, view, by[0])
    return JSONResponse(asdict(summary))


async def read_event(request: Request) -> Response:
    """Answer with the details of one event."""
    service = context_of(request).service
    view = await read_view(service, request)
    event_id = request.path_params["event_id"]
    detail = await run_in_threadpool(read_event_detail, service, view, event_id)
    if detail is None:
        lacking = view.snapshot.lacks_events(Filter())
        also = f"; some records cannot be read: {lacking[0].text}" if lacking else ""
        raise HTTPException(404, f"no such event{also}")
    return JSONResponse(detail)


async def find_places(request: Request) -> Response:
    """Answer with the places that match the text ``q``, likeliest first, or why none does."""
    asked = request.query_params.getlist("q")
    if len(asked) != 1 or len(request.query_params.multi_items()) != 1:
        raise FilterError("give q=TEXT once and no other parameter")
    service = context_of(request).service
    answer = await run_in_threadpool(search_places, service, service.view(), asked[0])
    return JSONResponse(asdict(answer))


async def read_values(request: Request) -> Response:
    """Answer for each raster ``layer`` at ``lon``, ``lat``: a value, no data, or outside.

    If one of them is a surface, filter parameters are accepted too.
    """
    values_by_name = {name: request.query_params.getlist(name) for name in ("lon", "lat", "layer")}
    others = set(request.query_params) - {*values_by_name, *SNAPSHOT_PARAMETERS}
    if len(values_by_name["lon"]) != 1 or len(values_by_name["lat"]) != 1:
        raise FilterError(_VALUES_REMEDY)
    lon, lat = read_place(values_by_name["lon"][0], values_by_name["lat"][0])
    service = context_of(request).service
    view = await read_view(service, request)
    if others:
        if not takes_filter(service, view, values_by_name["layer"]):
            raise FilterError(_VALUES_REMEDY)
        view = View.of(view.snapshot, read_filter(request, beside=tuple(values_by_name)))
    asked = partial(probe_layers, service, view, values_by_name["layer"], lon=lon, lat=lat)
    found = await run_in_threadpool(asked)
    return JSONResponse(
        {"lon": lon, "lat": lat, "values": found}, headers={"Cache-Control": "no-store"}
    )


async def list_annotations(request: Request) -> Response:
    """Answer with the annotations as GeoJSON, now or at ``known_at``."""
    if set(request.query_params) - {"known_at"}:
        raise FilterError("give known_at=YYYY-MM-DDTHH:MM:SSZ or nothing")
    service = context_of(request).service
    view = await read_view(service, request)
    found = await run_in_threadpool(read_annotations, service, view)
    return JSONResponse(
        {
            "type": "FeatureCollection",
            "now": format_instant(view.snapshot.now),
            "features": [annotation.to_feature() for annotation in found],
        }
    )


async def list_impacts(request: Request) -> Response:
    """Answer with every segment's impact level and reasons, now or at ``known_at``."""
    if set(request.query_params) - {"known_at", "records"}:
        raise FilterError("give records=real or records=synthetic, known_at=MOMENT, or nothing")
    service = context_of(request).service
    view = await read_view(service, request, read_filter(request))
    impacts = await run_in_threadpool(read_impacts, service, view)
    if impacts is None:
        raise HTTPException(404, "no region is loaded, so there are no segments")
    return JSONResponse(await run_in_threadpool(to_json, impacts))


async def list_alerts(request: Request) -> Response:
    """Answer with the alerts of real or synthetic records, never both, open ones first.

    ``records`` is resolved as for every filter, ``state`` narrows, ``known_at`` answers with their
    state at that moment.
    """
    stated = dict(request.query_params)
    unknown = set(stated) - {"state", "records", "known_at"}
    if unknown or len(request.query_params.multi_items()) != len(stated):
        raise FilterError(
            "give each of state, records and known_at at most once, and no other parameter"
        )
    try:
        state, asked = read_state(stated.get("state")), read_records(stated.get("records"))
    except CopError as fault:
        raise FilterError(str(fault)) from fault
    service = context_of(request).service
    view = await read_view(service, request, Filter(records=asked))
    snapshot = view.snapshot
    store = service.warehouse.room.alerts
    found = await run_in_threadpool(store.list, view.records, at=snapshot.known_at)
    return JSONResponse(
        {
            "now": format_instant(snapshot.now),
            "records": view.records,
            "alerts": [
                alert.to_words(snapshot.now)
                for alert in sort_alerts(found)
                if state is None or alert.state == state
            ],
        }
    )


async def list_layers(request: Request) -> Response:
    """Answer with the catalog of layers."""
    service = context_of(request).service
    view = service.view()
    snapshot = view.snapshot
    return JSONResponse(
        {
            "version": snapshot.version,
            "published_at": format_instant(snapshot.catalogue.published_at),
            "layers": [
                {
                    "id": layer.id,
                    "title": layer.title,
                    "note": layer.note,
                    "group": layer.group,
                    "dataset": layer.dataset,
                    "held": kind_of(layer).is_loaded(snapshot, layer),
                    "marking": layer.marking,
                    "min_zoom": layer.min_zoom,
                    "max_zoom": layer.max_zoom,
                    "tilejson": f"/tiles/{layer.id}.json",
                }
                for layer in read_layers(service, view).values()
            ],
        }
    )


async def read_health(request: Request) -> Response:
    """Answer 200 if tiles can be served: a query over the warehouse's files succeeds."""
    service = context_of(request).service
    await run_in_threadpool(service.check)
    return JSONResponse({"status": "ok", "version": service.warehouse.snapshot.version})


async def refuse_path(request: Request) -> Response:
    """Answer 404 below these prefixes; Streamlit would answer with its page."""
    raise HTTPException(404, f"nothing is served at {request.url.path[:80]}")


async def read_asset(request: Request) -> Response:
    """Answer with one of the files of the map's runtime."""
    path = assets().get(request.path_params["name"])
    if path is None:
        raise HTTPException(404, "no such asset")
    return FileResponse(
        path,
        media_type="text/javascript",
        headers={"Cache-Control": f"private, max-age={_ASSET_SECONDS}"},
    )


@cache
def assets() -> dict[str, Path]:
    """Return the files below /assets/: pydeck's runtime and the worker that decodes tiles."""
    spec = find_spec("pydeck")
    if spec is None or spec.origin is None:
        raise CopError("pydeck is not installed: run `make install`")
    files = {
        "deck/index.js": Path(spec.origin).parent / "nbextension" / "static" / "index.js",
        "mvt-worker.js": package_path("cop", "server", "asset", "mvt-worker.js"),
    }
    for name, path in files.items():
        if not path.is_file():
            raise CopError(f"asset {name} is missing at {path}: reinstall the program")
    return files


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
