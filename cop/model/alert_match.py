"""Which alert a finding is of: one surge has one, however often it is found again."""

from collections.abc import Sequence
from typing import Final

from cop.model.alert import PERIOD, QUIET, Alert, AlertFinding

_GREW: Final = 1.05
"""An alert whose count is corrected by less, and that did not go on, stays as it was told."""


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


def _covers(alert: Alert, finding: AlertFinding) -> bool:
    """A sector's surge is that of its zones; one that was closed as a zone's is another."""
    places = (alert.finding.zone, finding.zone)
    if finding.detector == "rush" or places[0] == places[1]:
        return places[0] == places[1]
    return places[0] is None or (places[1] is None and alert.state != "closed")


def goes_on(held: AlertFinding, found: AlertFinding) -> bool:
    """Return whether a finding adds to an alert: a later period or another count."""
    narrower = held.zone is None and found.zone is not None
    if narrower or found.known_at < held.known_at:
        return False
    later = found.until - held.until >= PERIOD[found.detector]
    moved = later or found.zone != held.zone
    return moved or not held.observed / _GREW < found.observed < held.observed * _GREW
