"""Own units on the Picture: offered where some are fresh and released, drawn by the browser."""

from cop.exchange.tak.live import LiveUnits, read_live
from cop.model.marking import highest_marking
from cop.query.service import QueryService
from cop.query.view import View
from cop.ui.component.context import use_context
from cop.ui.map.spec import MapUnits

UNITS_URL = "/api/units"


def offer_units(service: QueryService, view: View, *, is_on: bool) -> MapUnits | None:
    """Return what the map needs to show own units; None where there are none and none are shown."""
    if view.snapshot.known_at is not None:
        return None
    found = _read(service, view)
    if not found and not is_on:
        return None
    return MapUnits(
        url=UNITS_URL,
        records=view.records,
        servers=tuple(live.agency for live in found),
        is_on=is_on,
    )


def mark_units(service: QueryService, view: View, marking: str, *, is_on: bool) -> str:
    """Return the highest of a marking and, where they are shown, those of the own units."""
    if not is_on or view.snapshot.known_at is not None:
        return marking
    units = [unit.marking for live in _read(service, view) for unit in live.units]
    return highest_marking([marking, *units])


def describe_units(service: QueryService, view: View, *, is_on: bool) -> str:
    """Return what the scope says of own units; nothing where they are not shown."""
    offered = offer_units(service, view, is_on=is_on) if is_on else None
    if offered is None:
        return ""
    servers = ", ".join(offered.servers)
    return f"own units live{f' from {servers}' if servers else ''}, not stored"


def _read(service: QueryService, view: View) -> tuple[LiveUnits, ...]:
    return read_live(
        service.warehouse.settings.data,
        release=service.release,
        records=view.records,
        now=use_context().now(),
    )
