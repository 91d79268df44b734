"""The table of events in view: what lies within the map's bounds, newest first."""

from typing import Any

import numpy as np
import pandas as pd

from cop.model.event import COMPOSITION
from cop.model.filter import Filter
from cop.model.tile import mercator_integers
from cop.tiles.picture import PictureService

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


def build_event_table(
    service: PictureService, wanted: Filter, bounds: Bounds | None, *, most: int
) -> tuple[pd.DataFrame, int]:
    """Give up to ``most`` events within (west, south, east, north), and how many there are."""
    edition = service.edition
    selection = service.warehouse.events(edition, edition.resolve(wanted))
    where, values = selection.where, dict[str, Any](selection.values)
    if bounds is not None:
        west, south, east, north = bounds
        mx, my = mercator_integers(np.array([west, east]), np.array([north, south]))
        where += " AND mx BETWEEN $x_low AND $x_high AND my BETWEEN $y_low AND $y_high"
        values |= {"x_low": int(mx[0]), "x_high": int(mx[1])}
        values |= {"y_low": int(my[0]), "y_high": int(my[1])}
    (total,) = service.warehouse.query(
        f"SELECT count(*) FROM {selection.source} WHERE {where}", values
    )[0]
    rows = service.warehouse.query(
        f"SELECT {', '.join(_COLUMNS)} FROM {selection.source} WHERE {where} "
        "ORDER BY occurred_at DESC, event_id LIMIT $most",
        {**values, "most": most},
    )
    return pd.DataFrame(rows, columns=list(_COLUMNS)), total
