"""Line of sight as JSON: what is seen from a place, or whether one place sees another."""

import math
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cop.errors import FilterError
from cop.layerkind.service.probe import read_place
from cop.query.coverage.sight import LONGEST_KM, LookAlong, LookAround, look_along, look_around
from cop.server.endpoint.request import SNAPSHOT_PARAMETERS, context_of, read_view
from cop.server.endpoint.seen import note_sources
from cop.store.dataset.schema import TERRAIN

_AROUND: Final = ("lon", "lat", "height", "range")
_ALONG: Final = ("lon", "lat", "height", "to_lon", "to_lat", "to_height")
_REMEDY: Final = (
    f"give {', '.join(_AROUND)} once each to look around, or {', '.join(_ALONG)} to look along"
)
MOST_HEIGHT_M: Final = 20_000.0
_PROFILE_DECIMALS: Final = 1


async def read_sight(request: Request) -> Response:
    """Answer with the ground that is seen from a place, or with the profile to another one.

    ``height`` and ``to_height`` are meters above the ground, ``range`` kilometers.
    """
    given = {
        name: request.query_params.getlist(name)
        for name in set(request.query_params) - {*SNAPSHOT_PARAMETERS}
    }
    asked = next((names for names in (_AROUND, _ALONG) if set(names) == set(given)), None)
    if asked is None or any(len(values) != 1 for values in given.values()):
        raise FilterError(_REMEDY)
    stated = {name: values[0] for name, values in given.items()}
    service = context_of(request).service
    view = await read_view(service, request)
    await note_sources(request, view, TERRAIN)
    lon, lat = read_place(stated["lon"], stated["lat"])
    height = _read_number("height", stated["height"], 0.0, MOST_HEIGHT_M)
    if asked is _AROUND:
        range_km = _read_number("range", stated["range"], 0.1, LONGEST_KM)
        around = partial(
            look_around, service, view, lon=lon, lat=lat, height_m=height, range_m=1_000 * range_km
        )
        return _answer(_describe_around(await run_in_threadpool(around)))
    end = read_place(stated["to_lon"], stated["to_lat"])
    to_m = _read_number("to_height", stated["to_height"], 0.0, MOST_HEIGHT_M)
    along = partial(look_along, service, view, ((lon, lat), end), from_m=height, to_m=to_m)
    return _answer(_describe_along(await run_in_threadpool(along)))


def _read_number(name: str, text: str, low: float, high: float) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not low <= number <= high:
        raise FilterError(f"{name}={text[:40]!r}: use a number from {low:g} to {high:g}")
    return number


def _answer(body: Mapping[str, Any]) -> Response:
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


def _describe_around(found: LookAround) -> dict[str, Any]:
    return {
        "terrain": found.terrain,
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": geometry,
                "properties": {"band": band, "area_km2": round(km2, 3)},
            }
            for band, geometry, km2 in found.areas
        ],
    }


def _describe_along(found: LookAlong | None) -> dict[str, Any]:
    if found is None:
        return {"known": False}
    line = found.line
    return {
        "known": line.is_known,
        "blocked_m": line.blocked_m,
        "chance": round(found.chance, 2),
        "error_m": found.error_m,
        "bearing_deg": round(found.bearing_deg, 1),
        "distance_m": _numbers(line.distance_m),
        "ground_m": _numbers(line.ground_m),
        "line_m": _numbers(line.line_m),
        "height_m": _numbers(found.heights_m),
    }


def _numbers(values: Any) -> list[float | None]:
    return [None if np.isnan(v) else round(float(v), _PROFILE_DECIMALS) for v in values]
