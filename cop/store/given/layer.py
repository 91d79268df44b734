"""Which layers a partner is given by its rules, and which of their features."""

from datetime import datetime
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from cop.model.uploaded import OCCURRED_AT, UploadedLayer
from cop.store.given.event import may_pass_on


def may_give_layer(layer: UploadedLayer, receiver: str) -> bool:
    """Return whether a layer that a receiver may read is given to it.

    It is one of features on everyone's map, of this server or one that may go further.
    """
    if layer.state != "published" or layer.content.raster is not None:
        return False
    received = layer.received
    return received is None or (
        received.hops_left >= 1
        and receiver not in (received.origin, *received.path)
        and may_pass_on(layer.declared.marking, receiver)
    )


def select_features(
    layer: UploadedLayer, area: BaseGeometry | None, latest: datetime | None
) -> tuple[str, dict[str, Any]]:
    """Return the condition of the features that are given, and the values that it binds.

    They touch the area (EPSG:4326, None is everywhere); one with a time is not after ``latest``.
    """
    where, values = "true", dict[str, Any]()
    if layer.content.undated is not None and latest is not None:
        where += f" AND ({OCCURRED_AT} IS NULL OR {OCCURRED_AT} <= $latest)"
        values["latest"] = latest
    if area is not None:
        where += " AND ST_Intersects(ST_SetCRS(geometry, ''), ST_GeomFromText($area))"
        values["area"] = shapely.to_wkt(area, rounding_precision=7)
    return where, values
