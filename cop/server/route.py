"""The routes: which endpoint answers which address."""

import time
from collections.abc import Awaitable, Callable, Collection
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from cop.access.viewer import Viewer
from cop.context import AppContext
from cop.errors import AuditAwayError, CopError
from cop.ingest.layer.shelf import DRAFT_URL
from cop.layerkind.registry import kind_of
from cop.layerkind.service.layer_list import read_layers
from cop.model.moment import format_instant
from cop.server.endpoint.asset import read_asset
from cop.server.endpoint.draft import read_private_draft
from cop.server.endpoint.ogc.route import OGC_ROUTES
from cop.server.endpoint.record import (
    find_places,
    list_alerts,
    list_annotations,
    list_impacts,
    read_event,
    read_summary,
    read_values,
    tell_position,
)
from cop.server.endpoint.request import context_of, read_view
from cop.server.endpoint.session import find_viewer, read_session
from cop.server.endpoint.sight import read_sight
from cop.server.endpoint.tile import read_tile, read_tilejson
from cop.server.endpoint.unit import list_units
from cop.server.error_handler import render_fault
from cop.server.gate import HEALTH_PATH, SESSION_PATH, UNITS_PATH
from cop.server.openapi.document import read_description
from cop.server.openapi.ogc_document import read_ogc_description
from cop.server.openapi.operation import DESCRIPTION_PATH, OPERATIONS
from cop.server.parameter import check_parameters
from cop.store.integrity.quarantine import build_caveats
from cop.tiles.answer import TileWay

Endpoint = Callable[[Request], Awaitable[Response]]
AUDIT_PART: Final = "audit record"
"""What /healthz names where nothing can be recorded."""
AUDIT_AWAY: Final = "nothing can be recorded, or done, until the database answers"


def build_routes(context: AppContext, *first: BaseRoute) -> list[BaseRoute]:
    """Return the given routes and all others; the allow-list has exactly these."""
    served: dict[str, Endpoint] = {
        HEALTH_PATH: read_health,
        DESCRIPTION_PATH: read_description,
        "/api/layers": list_layers,
        "/api/summary": read_summary,
        "/api/events/{event_id}": read_event,
        "/api/search": find_places,
        "/api/values": read_values,
        "/api/position": tell_position,
        "/api/sight": read_sight,
        "/api/annotations": list_annotations,
        UNITS_PATH: list_units,
        "/api/impact": list_impacts,
        DRAFT_URL: read_private_draft,
        "/api/alerts": list_alerts,
        SESSION_PATH: read_session,
        "/tiles/{layer}.json": read_tilejson,
        "/tiles/{layer}/{z}/{x}/{y}.{format}": read_tile,
        "/assets/{name:path}": read_asset,
        **OGC_ROUTES,
        "/ogc/api": read_ogc_description,
        "/tiles/{rest:path}": refuse_path,
        "/api/{rest:path}": refuse_path,
        "/ogc/{rest:path}": refuse_path,
        "/stac/{rest:path}": refuse_path,
    }
    taken = {one.path: one.query_names for one in OPERATIONS if not one.takes_more}
    routes = (
        Route(path, _answering(endpoint, context, taken.get(path)))
        for path, endpoint in served.items()
    )
    return [*first, *routes]


OPEN_PATHS = (
    HEALTH_PATH,
    DESCRIPTION_PATH,
    "/api/layers",
    "/api/summary",
    "/api/search",
    "/api/values",
    "/api/position",
    "/api/sight",
    "/api/annotations",
    UNITS_PATH,
    "/api/impact",
    "/api/alerts",
    SESSION_PATH,
    DRAFT_URL,
    "/ogc",
    "/stac",
)
OPEN_PREFIXES = ("/api/events/", "/tiles/", "/assets/", "/ogc/", "/stac/")


def _answering(endpoint: Endpoint, context: AppContext, taken: Collection[str] | None) -> Endpoint:
    """Answer for the viewer, with errors as a status; ``taken`` are the query parameters.

    None is for what answers 404 whatever is asked, and what knows them itself.
    """

    async def answer(request: Request) -> Response:
        viewer = find_viewer(request)
        if viewer is None and request.url.path != HEALTH_PATH:
            raise HTTPException(401, "sign in first")
        start = time.perf_counter()
        try:
            request.state.context = await _find_context(context, viewer)
            if taken is not None:
                check_parameters(request, taken)
            response = await endpoint(request)
        except CopError as fault:
            response = await render_fault(request, fault)
        took_ms = 1000 * (time.perf_counter() - start)
        timing = f"cop;dur={took_ms:.1f}"
        way: TileWay | None = getattr(request.state, "tile_way", None)
        if way != "known" and (context_of(request).service.release is not None):
            # Which tiles others looked at is only for viewers who may read everything.
            way = None
        response.headers["Server-Timing"] = timing if way is None else f"{timing}, tile;desc={way}"
        return response

    return answer


async def _find_context(context: AppContext, viewer: Viewer | None) -> AppContext:
    """Return the context of a viewer; the rules of a partner are read from the room."""
    if viewer is None:
        return context
    if viewer.partner:
        return await run_in_threadpool(context.answering, viewer)
    return context.answering(viewer)


async def list_layers(request: Request) -> Response:
    """Answer with the catalog of layers."""
    service = context_of(request).service
    view = await read_view(service, request)
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
    """Answer 200 if tiles can be served and acts recorded; a query over the files succeeds.

    The status is degraded where something of the newest version is lost or in quarantine, or the
    database of the audit record does not answer, which no other server would change. Who is not
    signed in reads the status alone, and which part is unavailable.
    """
    context = context_of(request)
    service, is_known = context.service, context.viewer is not None
    try:
        await run_in_threadpool(service.check)
    except CopError:
        if is_known:
            raise
        return JSONResponse({"status": "unavailable"}, 503)
    away = []
    try:
        await run_in_threadpool(context.audit.check)
    except AuditAwayError:
        away.append(AUDIT_AWAY)
    except CopError as fault:
        return _refuse_health(context, fault)
    snapshot, lacks = await run_in_threadpool(lambda: (service.snapshot, service.room.caveats))
    caveats = [
        *(caveat.text for caveat in build_caveats(snapshot.quarantine)),
        *lacks,
        *away,
    ]
    status = {"status": "degraded", "caveats": caveats} if caveats else {"status": "ok"}
    if not is_known:
        return JSONResponse({"status": status["status"]})
    return JSONResponse({**status, "version": snapshot.version})


def _refuse_health(context: AppContext, fault: CopError) -> Response:
    """Answer that nothing can be recorded, so that nothing is done; why, to who reads the record.

    The reason names files of this machine.
    """
    viewer = context.viewer
    may_know = viewer is not None and context.access.policy.may(viewer, "audit")
    why = {"error": str(fault)} if may_know else {}
    return JSONResponse({"status": "unavailable", "part": AUDIT_PART, **why}, 503)


async def open_first_page(request: Request) -> Response:
    """Send the name of the first page on to /, where alone Streamlit knows it."""
    query = request.url.query
    return RedirectResponse(f"/?{query}" if query else "/")


async def refuse_path(request: Request) -> Response:
    """Answer 404 below these prefixes; Streamlit would answer with its page."""
    raise HTTPException(404, f"nothing is served at {request.url.path[:80]}")
