"""The details of one event, in the formats of the trade."""

import json
import re
from typing import Any

from cop.errors import FilterError
from cop.model.event import CLOCK_PRECISIONS, COMPOSITION
from cop.model.filter import Filter
from cop.model.moment import format_instant, format_local, format_occurrence
from cop.model.place import format_lat_lon, format_mgrs, mgrs_digits
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.dataset.selection import select_events

UNKNOWN_UNCERTAINTY_M = 1_000.0
"""Used if a source does not state how exact a place is, so that MGRS claims no meter."""

_ID = re.compile(r"[0-9a-f]{32}")
_COLUMNS = (
    "event_id", "kind", "count", "unit", "occurred_at", "time_precision", "reported_at",
    "ingested_at", "lat", "lon", "uncertainty_m", "sector", "segment_id", "county", "source",
    "detection", "confidence", "marking", "synthetic", "attributes", *COMPOSITION,
)  # fmt: skip


def read_event_detail(service: QueryService, view: View, event_id: str) -> dict[str, Any] | None:
    """Return an event with its times, place and source; None where there is no such event.

    ``dtg`` is when, as exactly as it is known; without a clock there is no ``local_time``.
    """
    if not _ID.fullmatch(event_id):
        raise FilterError(f"event id {event_id[:40]!r}: 32 hexadecimal digits are needed")
    snapshot = view.snapshot
    selection = select_events(snapshot.catalogue, Filter())
    found = service.warehouse.query(
        f"SELECT {', '.join(_COLUMNS)} FROM {selection.source} "
        f"WHERE {selection.where} AND event_id = $event_id",
        {**selection.values, "event_id": event_id},
    )
    if not found:
        return None
    event = dict(zip(_COLUMNS, found[0], strict=True))
    occurred_at, lat, lon = event["occurred_at"], event["lat"], event["lon"]
    uncertainty_m = event["uncertainty_m"]
    state = snapshot.sources.get(event["source"])
    precision = event["time_precision"]
    zone = view.zones.get(event["sector"]) if precision in CLOCK_PRECISIONS else None
    return event | {
        "occurred_at": format_instant(occurred_at),
        "reported_at": event["reported_at"] and format_instant(event["reported_at"]),
        "ingested_at": format_instant(event["ingested_at"]),
        "dtg": format_occurrence(occurred_at, precision),
        "local_time": format_local(occurred_at, zone) if zone else None,
        "lat_lon": format_lat_lon(lat, lon),
        "mgrs": format_mgrs(
            lat,
            lon,
            digits=mgrs_digits(UNKNOWN_UNCERTAINTY_M if uncertainty_m is None else uncertainty_m),
        ),
        "source_title": state.source.title if state else event["source"],
        "attributes": _read_attributes(event["attributes"]),
    }


def _read_attributes(text: str | None) -> Any:
    """Return attributes as they can be shown: earlier builds stored what no answer can hold."""
    written = json.dumps(json.loads(text or "{}"), ensure_ascii=False).encode("utf-8", "replace")
    return json.loads(written, parse_constant=lambda _name: None)
