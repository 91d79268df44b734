"""Whether an alert counts nothing but what lies where a partner is given records."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from cop.model.alert import AlertFinding
from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.service import QueryService

_USUAL: Final = timedelta(days=35)
"""How long before an alert its usual level begins."""


def counts_within(
    released: QueryService, found: AlertFinding, counties: Collection[str], area: BaseGeometry
) -> bool:
    """Return whether all that an alert counts lies in counties or their area, EPSG:4326.

    A sector reaches far inland of its stretch, and its usual level is of the weeks before.
    """
    window = TimeWindow(start=found.started_at - _USUAL, end=found.until)
    counted = Filter(window=window, sectors=(found.sector,), records=found.records)
    selection = released.warehouse.events(released.snapshot, counted)
    rows = released.warehouse.query(
        f"SELECT DISTINCT lon, lat FROM {selection.source} WHERE {selection.where} "
        "AND county NOT IN (SELECT unnest($given::VARCHAR[])) "
        "AND ($is_sector OR segment_id BETWEEN $first AND $last)",
        {
            **selection.values,
            "given": [*counties],
            "is_sector": found.zone is None,
            "first": found.first_segment,
            "last": found.last_segment,
        },
    )
    return not rows or bool(shapely.covers(area, shapely.points(rows)).all())
