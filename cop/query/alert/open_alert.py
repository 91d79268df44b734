"""The alerts that belong to what a view shows."""

from dataclasses import dataclass

import pandas as pd
from shapely.geometry import Polygon

from cop.model.alert import Alert, AlertFinding
from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.segment import read_segments
from cop.query.service import QueryService
from cop.query.view import View


@dataclass(frozen=True, kw_only=True)
class AlertsInView:
    """The alerts of a view's records that lie in its filter, and how many lie outside of it.

    Alerts are of every source: a filter's sources do not narrow them.
    """

    inside: tuple[Alert, ...]
    outside: int = 0

    @property
    def active(self) -> tuple[Alert, ...]:
        """Those that are not closed."""
        return tuple(alert for alert in self.inside if alert.state != "closed")


def read_alerts(service: QueryService, view: View) -> tuple[Alert, ...]:
    """Return the alerts in a view that are not closed; of an earlier moment those open then."""
    return find_alerts(service, view).active


def find_alerts(service: QueryService, view: View) -> AlertsInView:
    """Return the alerts in a view, closed ones too, and how many active ones lie outside of it."""
    found = service.room.attempt(
        "alerts",
        lambda room: room.alerts.list(view.records, at=view.snapshot.known_at),
        tuple[Alert, ...](),
    )
    known = [alert for alert in found if alert.finding.sector in view.snapshot.sectors]
    has_segments = "segments" in view.snapshot.catalogue.files
    segments = read_segments(view.snapshot) if has_segments else pd.DataFrame()
    inside = tuple(a for a in known if _lies_in(a.finding, view.filter, segments))
    others = [a for a in known if a not in inside and a.state != "closed"]
    return AlertsInView(inside=inside, outside=len(others))


def _lies_in(found: AlertFinding, resolved: Filter, segments: pd.DataFrame) -> bool:
    """Return whether a finding touches the places, kinds and window of a filter."""
    window = resolved.window
    return (
        (not resolved.sectors or found.sector in resolved.sectors)
        and (not resolved.kinds or not found.kinds.keys().isdisjoint(resolved.kinds))
        and (not resolved.counties or _touches(found, resolved.counties, segments))
        and (resolved.area is None or resolved.area.polygon.intersects(Polygon(found.area)))
        and _overlaps(found, window)
    )


def _touches(found: AlertFinding, counties: tuple[str, ...], segments: pd.DataFrame) -> bool:
    """Return whether the stretch of a finding has a segment in one of the counties."""
    if segments.empty:
        return False
    ids = segments["segment_id"]
    stretch = segments[
        (segments["sector"] == found.sector)
        & (ids >= found.first_segment)
        & (ids <= found.last_segment)
    ]
    return bool(stretch["county"].isin(counties).any())


def _overlaps(found: AlertFinding, window: TimeWindow) -> bool:
    return (window.end is None or found.started_at < window.end) and (
        window.start is None or found.until >= window.start
    )
