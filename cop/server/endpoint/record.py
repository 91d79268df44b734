"""Records and figures as JSON: summaries, events, positions, annotations, impact, alerts."""

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cop.errors import CopError, FilterError
from cop.layerkind.segments import FORECAST_DATASETS
from cop.layerkind.service.layer_list import read_layer
from cop.layerkind.service.marking import unsourced
from cop.layerkind.service.probe import probe_layers, read_place, takes_filter
from cop.model.alert import read_records, read_state, sort_alerts
from cop.model.filter import Filter
from cop.model.marking import highest_marking
from cop.model.moment import format_instant
from cop.query.annotation import read_annotations
from cop.query.detail import read_event_detail
from cop.query.impact import read_impacts
from cop.query.impact_step import to_json
from cop.query.position import read_position
from cop.query.search import search_places
from cop.query.summary import BY
from cop.query.summary import read_summary as find_summary
from cop.query.view import View
from cop.server.endpoint.request import (
    SNAPSHOT_PARAMETERS,
    context_of,
    read_filter,
    read_view,
)
from cop.server.endpoint.seen import note_layer, note_sources, note_subjects
from cop.store.dataset.schema import EVENTS, FACILITIES

_VALUES_REMEDY = (
    "give lon=DEGREES and lat=DEGREES once, layer=ID for each layer, and no other parameter"
)


async def read_summary(request: Request) -> Response:
    """Answer with the events of a filter, grouped ``by`` one of the keys of BY."""
    by = request.query_params.getlist("by")
    if len(by) != 1:
        raise FilterError(f"give by={'|'.join(BY)} once")
    service = context_of(request).service
    view = await read_view(service, request, read_filter(request, beside=("by",)))
    await note_sources(request, view, EVENTS)
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
    await note_subjects(request, _mark_event(view, detail))
    return JSONResponse(detail)


def _mark_event(view: View, detail: Mapping[str, Any]) -> dict[str, str]:
    """Return the marking of an event's source as far as this one event shows it."""
    name, state = detail["source"], view.snapshot.sources.get(detail["source"])
    stated = [detail["marking"]] if detail["marking"] else []
    if state is not None:
        stated.append(state.source.marking)
    return {f"source {name}": highest_marking(stated)}


async def find_places(request: Request) -> Response:
    """Answer with the places that match the text ``q``, likeliest first, or why none does."""
    texts = request.query_params.getlist("q")
    if len(texts) != 1:
        raise FilterError("give q=TEXT once")
    service = context_of(request).service
    view = await read_view(service, request)
    await note_sources(request, view, FACILITIES)
    answer = await run_in_threadpool(search_places, service, view, texts[0])
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
    for name in values_by_name["layer"]:
        await note_layer(request, view, read_layer(service, view, name))
    probe = partial(probe_layers, service, view, values_by_name["layer"], lon=lon, lat=lat)
    found = await run_in_threadpool(probe)
    return JSONResponse(
        {"lon": lon, "lat": lat, "values": found}, headers={"Cache-Control": "no-store"}
    )


async def tell_position(request: Request) -> Response:
    """Answer with the sector and county at ``lon``, ``lat`` and the nearest segment."""
    given = {name: request.query_params.getlist(name) for name in ("lon", "lat")}
    if any(len(values) != 1 for values in given.values()):
        raise FilterError("give lon=DEGREES and lat=DEGREES once")
    lon, lat = read_place(given["lon"][0], given["lat"][0])
    view = await read_view(context_of(request).service, request)
    found = await run_in_threadpool(partial(read_position, view, lon=lon, lat=lat))
    return JSONResponse({"lon": lon, "lat": lat, **asdict(found)})


async def list_annotations(request: Request) -> Response:
    """Answer with the annotations as GeoJSON, now or at ``known_at``."""
    service = context_of(request).service
    view = await read_view(service, request)
    found = await run_in_threadpool(read_annotations, service, view)
    shown = {f"annotation {annotation.id}": annotation.marking for annotation in found}
    await note_subjects(request, shown)
    return JSONResponse(
        {
            "type": "FeatureCollection",
            "now": format_instant(view.snapshot.now),
            "features": [annotation.to_feature() for annotation in found],
        }
    )


async def list_impacts(request: Request) -> Response:
    """Answer with every segment's impact level and reasons, now or at ``known_at``."""
    service = context_of(request).service
    view = await read_view(service, request, read_filter(request))
    await note_sources(request, unsourced(view), *FORECAST_DATASETS)
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
    if len(request.query_params.multi_items()) != len(stated):
        raise FilterError("give each of state, records and known_at at most once")
    try:
        state, requested = read_state(stated.get("state")), read_records(stated.get("records"))
    except CopError as fault:
        raise FilterError(str(fault)) from fault
    service = context_of(request).service
    view = await read_view(service, request, Filter(records=requested))
    snapshot = view.snapshot
    store = service.room.alerts
    found = await run_in_threadpool(store.list, view.records, at=snapshot.known_at)
    await note_sources(request, view, EVENTS)
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
