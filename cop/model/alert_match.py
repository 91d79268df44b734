"""Matches findings to alerts: a surge has one alert, however often it is found again."""

from collections.abc import Sequence
from typing import Final

from cop.model.alert import PERIOD, QUIET, Alert, AlertFinding

_GREW: Final = 1.05
"""The least change of a count that updates an alert whose surge did not continue."""


def find_same(alerts: Sequence[Alert], finding: AlertFinding) -> Alert | None:
    """Return the newest alert of the surge that a finding is of, its sector's before its own."""
    quiet = QUIET[finding.detector]
    same = [
        alert
        for alert in alerts
        if alert.finding.detector == finding.detector
        and alert.finding.sector == finding.sector
        and _covers(alert, finding)
        and alert.finding.until + quiet > finding.alarm_from
    ]
    return max(same, key=lambda a: (a.finding.zone is None, a.raised_at), default=None)


def find_shared(
    alerts: Sequence[Alert], finding: AlertFinding, smallest_count: int | None
) -> Alert | None:
    """Return the alert of another set that counts the same records of the same surge.

    Its place is the same, the windows meet, and so many records of each kind were counted, with the
    same small counts left out. Where it was not noted what was left out, there is none.
    """
    quiet = QUIET[finding.detector]
    same = [
        alert
        for alert in alerts
        if smallest_count is not None
        and alert.smallest_count == smallest_count
        and (alert.finding.observed, alert.finding.kinds) == (finding.observed, finding.kinds)
        and (alert.finding.detector, alert.finding.sector, alert.finding.zone)
        == (finding.detector, finding.sector, finding.zone)
        and alert.finding.until + quiet > finding.alarm_from
        and finding.until + quiet > alert.finding.alarm_from
    ]
    return max(same, key=lambda alert: alert.raised_at, default=None)


def _covers(alert: Alert, finding: AlertFinding) -> bool:
    """Return whether places match: a sector's surge includes its zones, except closed ones."""
    places = (alert.finding.zone, finding.zone)
    if finding.detector == "rush" or places[0] == places[1]:
        return places[0] == places[1]
    return places[0] is None or (places[1] is None and alert.state != "closed")


def goes_on(current: AlertFinding, found: AlertFinding) -> bool:
    """Return whether a finding adds to an alert: a later period or another count."""
    narrower = current.zone is None and found.zone is not None
    if narrower or found.known_at < current.known_at:
        return False
    later = found.until - current.until >= PERIOD[found.detector]
    moved = later or found.zone != current.zone
    low, high = current.observed / _GREW, current.observed * _GREW
    return moved or not low < found.observed < high
