"""Own units as JSON: what is fresh now, for a map that shows it."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cop.errors import CopError, FilterError
from cop.exchange.tak.live import LiveUnits, read_live
from cop.model.alert import read_records
from cop.model.filter import Filter
from cop.model.marking import highest_marking
from cop.model.moment import format_instant
from cop.model.own_unit import OwnUnit
from cop.server.endpoint.request import context_of, read_view
from cop.server.endpoint.seen import note_subjects


async def list_units(request: Request) -> Response:
    """Answer with the own units that are fresh now, real or made-up ones, never both."""
    try:
        requested = read_records(request.query_params.get("records"))
    except CopError as fault:
        raise FilterError(str(fault)) from fault
    context = context_of(request)
    service, now = context.service, context.now()
    view = await read_view(service, request, Filter(records=requested))
    folder = service.warehouse.settings.data
    found = await run_in_threadpool(
        lambda: read_live(folder, release=service.release, records=view.records, now=now)
    )
    await note_subjects(request, dict(_mark(live) for live in found))
    return JSONResponse(
        {
            "now": format_instant(now),
            "records": view.records,
            "servers": [live.agency for live in found],
            "units": [_describe(unit) for live in found for unit in live.units],
        },
        headers={"Cache-Control": "no-store"},
    )


def _mark(live: LiveUnits) -> tuple[str, str]:
    """Return what is recorded of a view: that units were seen and their marking, none by name."""
    return f"own units {live.agency}", highest_marking(unit.marking for unit in live.units)


def _describe(unit: OwnUnit) -> dict[str, Any]:
    return {
        **unit.model_dump(exclude={"at", "until"}),
        "title": unit.title,
        "at": format_instant(unit.at),
        "until": format_instant(unit.until),
    }
