"""One alert as HTML: what, where, how large, how sure; words of people are text."""

from datetime import datetime
from html import escape

from cop.model.alert import FALSE_ALARMS, OUTCOMES, Alert
from cop.model.event import KINDS
from cop.model.moment import format_age, format_dtg
from cop.model.place import format_lat_lon
from cop.ui.component.frame import build_chips

CSS = """
<style>
.cop-alarm { font-size: 0.86rem; line-height: 1.45; overflow-wrap: anywhere; }
.cop-alarm h2 { font-size: 1.12rem; font-weight: 650; margin: 0.1rem 0 0.3rem; padding: 0; }
.cop-alarm dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.05rem 0.8rem;
  margin: 0; padding: 0; font-size: inherit; }
.cop-alarm dt { opacity: 0.72; margin: 0; font-size: inherit; }
.cop-alarm dd { margin: 0; font-size: inherit; font-variant-numeric: tabular-nums; }
.cop-alarm a { color: inherit; font-weight: 600; }
.cop-alarm .cop-chip { font-size: 0.7rem; }
</style>
"""
_STYLES = {"open": "cop-chip cop-alert", "acknowledged": "cop-chip", "closed": "cop-chip cop-muted"}


def build_card(alert: Alert, now: datetime, link: str = "") -> str:
    """Return an alert as HTML, with a ``link`` to its place on the map."""
    found = alert.finding
    title = alert.title(now)
    state = f'<span class="{_STYLES[alert.state]}">{alert.state.upper()}</span>'
    chips = f"{state} {build_chips(found.marking, synthetic=alert.synthetic)}"
    way = f'<a href="{escape(link)}" target="_self">Show on the map</a>' if link else ""
    rows = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(words)}</dd>" for name, words in _rows(alert, now)
    )
    return (
        f'<div class="cop-alarm">{chips} {way}<h2>{escape(title[:1].upper() + title[1:])}</h2>'
        f"<dl>{rows}</dl></div>"
    )


def _rows(alert: Alert, now: datetime) -> list[tuple[str, str]]:
    found = alert.finding
    kinds = [f"{n:,} {KINDS.get(kind, kind).lower()}" for kind, n in found.kinds.items()]
    groups = [f"{n:,} {name.lower()}" for name, n in found.groups.items() if n]
    rows = []
    if alert.outcome is not None:
        rows.append(("Outcome", f"{OUTCOMES[alert.outcome]}: {alert.reason}"))
    rows += [
        ("Size", f"{found.observed:,} {found.unit}; {found.normal}"),
        (
            "Began",
            f"{format_dtg(found.started_at)}; last detected {format_dtg(found.until)}",
        ),
        (
            "Place",
            f"{found.sector_name}, {found.first_segment} to {found.last_segment}; center of "
            f"records at MGRS {found.mgrs} ({format_lat_lon(found.lat, found.lon)})",
        ),
        ("Records", ", ".join(kinds) or "kinds unknown"),
    ]
    if groups:
        rows.append(("Groups", ", ".join(groups) + ", from records that report it"))
    alarms = "1 alarm" if found.own_alarms == 1 else f"{found.own_alarms} alarms"
    own = f"; {alarms} here in the previous {found.own_days} days" if found.own_days else ""
    rows.append(("Reliability", FALSE_ALARMS[found.detector] + own))
    rows.append(("History", _steps(alert, now)))
    return rows


def _steps(alert: Alert, now: datetime) -> str:
    known = f"data version {alert.finding.version}"
    words = [f"raised {format_age(now - alert.raised_at)} ago, {known}, revision {alert.revision}"]
    if alert.acknowledged_by is not None:
        words.append(f"acknowledged by {alert.acknowledged_by}")
    if alert.closed_by is not None:
        at = f" at {format_dtg(alert.at)}" if alert.step == "closed" else ""
        words.append(f"closed by {alert.closed_by}{at}")
    return "; ".join(words)
