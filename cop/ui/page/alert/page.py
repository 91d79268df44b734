"""The Alerts page: active alerts with their evidence, who handles them, and the closed ones."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlencode

import streamlit as st

from cop.export.cap import MEDIA_TYPE, render_cap
from cop.model.alert import FALSE_ALARMS_A_YEAR, Alert, sort_alerts
from cop.model.marking import highest_marking
from cop.model.moment import format_age
from cop.model.picture import Picture, Viewpoint
from cop.query.absence import name_absence
from cop.query.alert.open_alert import AlertsInView, find_alerts
from cop.query.alert.watch import count_places, version_name
from cop.query.alert.watched_record import lacks_watched_records
from cop.query.marking import page_marking
from cop.query.service import QueryService
from cop.query.view import View
from cop.store.room.alert import Alerts
from cop.ui.component.chart import render_chart
from cop.ui.component.download import offer_download
from cop.ui.component.filter import render_filters
from cop.ui.component.frame import page_theme, render_strip
from cop.ui.component.known import open_picture, render_known
from cop.ui.page.alert.action import render_actions
from cop.ui.page.alert.card import CSS, build_card
from cop.ui.page.alert.chart import build_evidence
from cop.ui.page.alert.notice import count_steps, watch_alerts
from cop.ui.page.alert.order import part_closed, pin_alerts
from cop.ui.page.save import ask_author

MOST_CLOSED = 50
_SECTOR_ZOOM, _ZONE_ZOOM = 6.5, 8.0


def render_alerts() -> None:
    """Draw the page for the records, places, kinds and window of the Picture in the address."""
    service, view, picture = open_picture()
    snapshot, drawn_with = view.snapshot, count_steps(service)
    store = service.room.alerts
    in_view = find_alerts(service, view)
    found = sort_alerts(in_view.inside)
    marking = highest_marking([page_marking(view), *(alert.finding.marking for alert in found)])
    render_strip(view, marking=marking)
    render_filters(service, view, picture)
    render_known(snapshot)
    st.html(CSS)
    listed = pin_alerts(found, view.filter)
    words, who = st.columns([4, 1], vertical_alignment="bottom")
    words.html(_describe(service, view, in_view, new=listed.new))
    if listed.shown and snapshot.known_at is None:
        with who:
            ask_author()
    for alert in listed.shown:
        with st.container(border=True):
            _render_alert(view, picture, store, alert)
            if snapshot.known_at is None:
                render_actions(store, alert)
    last, others = part_closed(listed)
    if last:
        st.markdown("## No active alert: the last closed")
    for alert in last:
        with st.container(border=True):
            _render_closed(store, alert, snapshot.now)
    if others:
        more = " more" if last else ""
        with st.expander(f"Closed: {len(others)}{more}", key="alerts-closed"):
            for alert in others[:MOST_CLOSED]:
                _render_closed(store, alert, snapshot.now)
    watch_alerts(service, drawn_with)


def _describe(service: QueryService, view: View, found: AlertsInView, *, new: int) -> str:
    """Return as HTML how many alerts are active, what is monitored, and expected false alarms."""
    snapshot, active = view.snapshot, found.active
    closed = [alert for alert in found.inside if alert.state == "closed"]
    states = Counter(alert.state for alert in active)
    counts = f"{states['open']} open, {states['acknowledged']} acknowledged, {len(closed)} closed"
    words = [f"<b>Alerts: {counts}.</b>"]
    if new:
        words.append(f"<b>{new} new since you opened this page, at the end of the list.</b>")
    if found.outside:
        words.append(f"{found.outside} more active outside the filter.")
    if view.filter.sources:
        words.append("Alerts are of all sources.")
    if not active:
        words.append("No alerts does not mean no activity: unreported activity cannot be detected.")
    words.append(_describe_watch(service, view))
    if closed:
        false = sum(alert.outcome == "false" for alert in closed)
        words.append(f"{false} of {len(closed)} closed alerts were false alarms.")
    alerts = service.room.alerts
    if snapshot.known_at is None and not alerts.has_watched(version_name(snapshot)):
        words.append(f"<b>Version {snapshot.version} has not been checked yet.</b>")
    return f'<div class="cop-alarm">{" ".join(words)}</div>'


def _describe_watch(service: QueryService, view: View) -> str:
    """Return as HTML what is watched, or that nothing is."""
    places = count_places(service.warehouse, view.snapshot)
    what = f"{places} sectors and 100 km zones"
    if lacks_watched_records(view.snapshot, view.records):
        return (
            f"<b>{what} cannot be monitored: {view.records} records are in quarantine, and "
            "missing records would look like no activity. Load them again.</b>"
        )
    if view.snapshot.newest(view.records) is None:
        absent = name_absence(view.snapshot.release)
        return f"<b>No {view.records} records are {absent}, so nothing is monitored.</b>"
    freshness = view.snapshot.freshness(view.records)
    if freshness is not None and freshness.is_stale:
        return f"<b>{what} are not monitored: data are STALE, {format_age(freshness.age)} old.</b>"
    chance = places * FALSE_ALARMS_A_YEAR["surge"]
    return (
        f"{what} are monitored daily and hourly. Expect about "
        f"{chance:,.0f} false daily alarms a year in total, as measured in trials."
    )


def link_to_map(picture: Picture, alert: Alert) -> str:
    """Return the address of the picture that looks at where an alert's records lie."""
    zoom = _SECTOR_ZOOM if alert.finding.zone is None else _ZONE_ZOOM
    place = Viewpoint(lat=alert.finding.lat, lon=alert.finding.lon, zoom=zoom)
    return f"/?{urlencode(replace(picture, viewpoint=place).to_pairs())}"


def _render_alert(view: View, picture: Picture, store: Alerts, alert: Alert) -> None:
    about, evidence = st.columns([3, 2])
    about.html(build_card(alert, view.snapshot.now, link_to_map(picture, alert)))
    with evidence:
        per = "day" if alert.finding.detector == "surge" else "hour"
        st.caption(
            ("SYNTHETIC. " if alert.synthetic else "")
            + f"{alert.finding.unit.capitalize()} per {per} (UTC). Orange: since the start. "
            "Gray band: 80% of normal periods. Line: expected."
        )
        render_chart(build_evidence(alert.finding, page_theme()), key=f"evidence-{alert.id}")
        _offer_cap(store, alert)


def _render_closed(store: Alerts, alert: Alert, now: datetime) -> None:
    st.html(build_card(alert, now))
    _offer_cap(store, alert)


def _offer_cap(store: Alerts, alert: Alert) -> None:
    """Offer the message of the alert as it is shown."""
    history = [step for step in store.history(alert.id) if step.revision <= alert.revision]
    offer_download(
        "Download alert (CAP 1.2)",
        data=lambda: render_cap(history, sender="cop"),
        file_name=("SYNTHETIC-" if alert.synthetic else "") + f"alert-{alert.id}.cap.xml",
        subject=f"alert {alert.id}",
        marking=alert.finding.marking,
        mime=MEDIA_TYPE,
        key=f"cap-{alert.id}",
    )
