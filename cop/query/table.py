"""The table of events in view: what lies within the map's bounds, newest first."""

import numpy as np
import pandas as pd

from cop.model.event import COMPOSITION
from cop.model.report import FIELD_SOURCE, UNCONFIRMED
from cop.model.tile import mercator_integers
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.dataset.selection import Selection

Bounds = tuple[float, float, float, float]

_COLUMNS = (
    "occurred_at",
    "time_precision",
    "kind",
    "count",
    "unit",
    *COMPOSITION,
    "sector",
    "county",
    "segment_id",
    "lat",
    "lon",
    "uncertainty_m",
    "detection",
    "confidence",
    "reported_at",
    "source",
    "marking",
    "synthetic",
    "event_id",
)


def count_events(service: QueryService, view: View, bounds: Bounds | None) -> int:
    """Return how many events lie within (west, south, east, north)."""
    selection = _within(service, view, bounds)
    ((total,),) = service.warehouse.query(
        f"SELECT count(*) FROM {selection.source} WHERE {selection.where}", selection.values
    )
    return int(total)


def read_event_table(
    service: QueryService, view: View, bounds: Bounds | None, *, most: int
) -> pd.DataFrame:
    """Return up to ``most`` events within (west, south, east, north), the newest first."""
    selection = _within(service, view, bounds)
    rows = service.warehouse.query(
        f"SELECT {', '.join(_COLUMNS)} FROM {selection.source} WHERE {selection.where} "
        "ORDER BY occurred_at DESC, event_id LIMIT $most",
        {**selection.values, "most": most},
    )
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def list_unconfirmed(service: QueryService, view: View) -> frozenset[str]:
    """Return the ids of the events of a view that are field reports which nobody has graded.

    One that is given without its attributes is taken for ungraded where its confidence is low.
    """
    selection = service.warehouse.events(view.snapshot, view.filter)
    rows = service.warehouse.query(
        f"SELECT event_id FROM {selection.source} WHERE {selection.where} "
        "AND source = $of_source "
        "AND coalesce(attributes->>'$.grade' = $ungraded, confidence = 'low')",
        {**selection.values, "of_source": FIELD_SOURCE, "ungraded": UNCONFIRMED},
    )
    return frozenset(str(event_id) for (event_id,) in rows)


def list_source_ids(service: QueryService, view: View, source: str) -> tuple[str, ...]:
    """Return the ids that a source itself has given its events of a view."""
    selection = service.warehouse.events(view.snapshot, view.filter)
    rows = service.warehouse.query(
        f"SELECT source_id FROM {selection.source} WHERE {selection.where} "
        "AND source = $of_source ORDER BY 1",
        {**selection.values, "of_source": source},
    )
    return tuple(str(source_id) for (source_id,) in rows)


def _within(service: QueryService, view: View, bounds: Bounds | None) -> Selection:
    selection = service.warehouse.events(view.snapshot, view.filter)
    if bounds is None:
        return selection
    west, south, east, north = bounds
    mx, my = mercator_integers(np.array([west, east]), np.array([north, south]))
    return selection.within((int(mx[0]), int(my[0]), int(mx[1]), int(my[1])))
