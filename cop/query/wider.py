"""The wider window of a view that has too few records for hot-spot trends."""

from datetime import timedelta
from typing import Final

from cop.model.window import TimeWindow
from cop.query.hotspot import read_hotspots
from cop.query.service import QueryService
from cop.query.view import View

WIDER_DAYS: Final = (30, 60, 90, 180, 365)
"""The lengths that are tried, in days."""


def widen_window(service: QueryService, view: View) -> TimeWindow | None:
    """Return the shortest longer window with the same end that has enough records for trends.

    None if the view's own window has enough, or none of them.
    """
    own = view.filter.window
    if own.end is None or own.length is None or not read_hotspots(service, view).few:
        return None
    for days in WIDER_DAYS:
        wider = TimeWindow(start=own.end - timedelta(days=days), end=own.end)
        is_longer = timedelta(days=days) > own.length
        if is_longer and read_hotspots(service, view.within(wider)).reason is None:
            return wider
    return None
