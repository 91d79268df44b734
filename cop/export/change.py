"""Alerts and top changes in a hand-out, as the pages Alerts and Changes have them."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from cop.model.alert import sort_alerts
from cop.model.event import OUTSIDE
from cop.model.moment import format_dtg
from cop.query.alert.open_alert import read_alerts
from cop.query.change import CHANGES, Changes, read_changes
from cop.query.service import QueryService
from cop.query.view import View

MOST_LISTED: Final = 3
"""Alerts and sectors listed; the rest are counted."""
_SPAN: Final = timedelta(hours=24)


def build_alert_lines(service: QueryService, view: View) -> tuple[str, ...]:
    """Return a line for each of the first alerts that are not closed."""
    alerts = sort_alerts(read_alerts(service, view))
    now = view.snapshot.now
    lines = [f"{_capital(alert.title(now))}, {alert.state}" for alert in alerts[:MOST_LISTED]]
    left = len(alerts) - len(lines)
    return (*lines, f"and {left:,} more") if left else tuple(lines)


def build_change_lines(service: QueryService, view: View) -> tuple[str, tuple[str, ...]]:
    """Return what changed since the view's moment in all, and in the sectors with most changes.

    Without a moment it is 24 hours before what the view knows, as on the page Changes.
    """
    versions, snapshot = service.warehouse.versions, view.snapshot
    if not versions:
        return "", ()
    hour = snapshot.now.replace(minute=0, second=0, microsecond=0)
    since = view.since or max(hour - _SPAN, min(versions.values()))
    told = f"Since {format_dtg(since)}"
    if since >= snapshot.catalogue.published_at:
        return f"{told}: nothing was published.", ()
    changes = read_changes(service, replace(view, since=since))
    if changes.caveats:
        return f"{told}: unknown. {changes.caveats[0]}", ()
    total = _count({name: changes.counted(name) for name in CHANGES})
    return f"{told}: {total or 'no changes'}.", _sectors(changes)


def _sectors(changes: Changes) -> tuple[str, ...]:
    table = changes.totals.pivot_table(
        index="sector", columns="change", values="n", aggfunc="sum", fill_value=0
    )
    order = table.sum(axis=1).sort_values(ascending=False, kind="stable").index
    return tuple(
        f"{'Outside every sector' if code == OUTSIDE else code}: "
        f"{_count({str(name): int(n) for name, n in table.loc[code].items()})}"
        for code in order[:MOST_LISTED]
    )


def _count(counts: dict[str, int]) -> str:
    return ", ".join(f"{counts[name]:,} {name}" for name in CHANGES if counts.get(name))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
